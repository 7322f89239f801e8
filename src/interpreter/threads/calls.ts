// Calls that the loop leaves to the driver: first calls, imported functions, other instances, and the slow path of
// call_indirect. https://webassembly.github.io/spec/core/exec/instructions.html#function-calls  Frames are in frames.ts, calls
// of the host in host-calls.ts.
import { Trap } from '../../errors.ts';
import type { Func, ModuleInstance } from '../../runtime/instance.ts';
import { funcTypeName, asFunc } from '../../syntax/types.ts';
import { numberOf, opAt, operandAt, sizeAt, wordOf } from '../../lowering/op-table.ts';
import { isSubtype } from '../../validator/type-space.ts';
import { CROSS_RETURN_PC } from '../code/code-space.ts';
import { isPaid, markPaid, priceOf } from '../code/first-calls.ts';
import { callIndirect } from '../state/loop-support.ts';
import { entryOf } from '../code/lowered.ts';
import { enterFrame, exhausted, pushFrame, returnFromFrame } from './frames.ts';
import { callHost, isCharged } from './host-calls.ts';
import { CODE as C, FRAMES as FS, FRAME_WORDS, REFERENCES as R, SLOTS as S } from '../state/stack.ts';
import { type FirstCall, NONE, type Thread, running } from './thread.ts';

const CALL = numberOf('call');
const CALL_IMPORT = numberOf('call.import');
const TAIL_CALL = numberOf('tail.call');
const TAIL_CALL_LAZY = numberOf('tail.call.lazy');
const TAIL_CALL_IMPORT = numberOf('tail.call.import');
const CALL_INDIRECT = numberOf('call.indirect');

// Immediates of calls, which are read often, and rewritten: the callee of a direct one, the table and type of an
// indirect one, and where the frame of the callee begins. All ops of a kind have them in the same places.
const CALLEE = wordOf('call', 'k');
const SHIFT = wordOf('call', 'l');
const TABLE = wordOf('call.indirect', 'k');
const TYPE = wordOf('call.indirect', 'l');
const SHIFT_INDIRECT = wordOf('call.indirect', 'm');

/**
 * Is this the first call of a function by an instance? Then its unit is charged, and in `goOnFirst` its lowering: in the
 * same order as where there is code, so that it stops at the same places.
 */
function isFirst(t: Thread, instance: ModuleInstance, index: number): boolean {
  if (isPaid(instance, index)) return false;
  t.first = { instance, index, words: undefined, isEntered: false, isCharged: false };
  t.spend(1);
  return true;
}

/** Goes on with a call whose unit is charged, or that the thread begins with, which is lowered until the moment `end`. */
export function goOnFirst(t: Thread, first: FirstCall, end: number): void {
  const { instance, index, words } = first;
  if (!isPaid(instance, index)) {
    if (!first.isCharged) t.spend(priceOf(instance, index));
    first.isCharged = true;
    // Who cannot pay has not: a call that is not gone on with makes none of those after it free.
    if (t.fuel >= 0) markPaid(instance, index);
    return;
  }
  if (words === undefined) {
    // The op is done again, with its unit.
    if (!first.isEntered) t.spend(-1);
    t.first = undefined;
    return;
  }
  const entry = entryOf(instance.unit, index, running, t, end);
  if (entry === 0) t.pause();
  else {
    t.first = undefined;
    enterFrame(t, entry);
  }
}

/** The op `unpaid`, at the beginning of a function. */
export function firstEntered(t: Thread): void {
  t.first = { instance: t.instance, index: C[t.pc - 1], words: undefined, isEntered: true, isCharged: false };
}

/** The call op at pc finds no room for its callee. Is it the first call, which is charged all the same? */
export function isFirstWithoutRoom(t: Thread): boolean {
  const op = opAt(C, t.pc);
  const direct = op === CALL || op === TAIL_CALL;
  const entry = direct ? C[t.pc + CALLEE] : callIndirect(t.instance, calleeSlot(t), C[t.pc + TABLE], C[t.pc + TYPE]);
  return isFirst(t, t.instance, C[entry - 1]);
}

/** A call op whose callee has no code yet: lowers it until the moment `end`, or finds that it is imported, and rewrites the op. */
export function resolveCall(t: Thread, end: number): void {
  const { unit } = t.instance;
  const index = C[t.pc + CALLEE];
  const tail = opAt(C, t.pc) === TAIL_CALL_LAZY;
  if (index < unit.module.importedFuncs) {
    C[t.pc] = tail ? TAIL_CALL_IMPORT : CALL_IMPORT;
    return;
  }
  if (isFirst(t, t.instance, index)) return;
  const entry = entryOf(unit, index, running, t, end);
  if (entry === 0) {
    t.pause();
    return;
  }
  // If there was no room, code has moved, and the thread's pc with it: this op is where the pc is now.
  C[t.pc] = tail ? TAIL_CALL : CALL;
  C[t.pc + CALLEE] = entry;
}

/** A call of an imported function, lowered until the moment `end`. Returns true when the thread has to wait. */
export function callImport(t: Thread, end: number): boolean {
  const tail = opAt(C, t.pc) === TAIL_CALL_IMPORT;
  const func = t.instance.funcs[C[t.pc + CALLEE]] as Func;
  return callFunc(t, func, tail ? 0 : C[t.pc + SHIFT], t.pc + sizeAt(C, t.pc), tail, end);
}

/** The same of a call_indirect or call_ref that the loop could not do itself. */
export function callIndirectSlow(t: Thread, end: number): boolean {
  const tail = opAt(C, t.pc) !== CALL_INDIRECT;
  const func = t.midway ? (t.callee as Func) : calleeIn(t, calleeSlot(t), C[t.pc + TABLE]);
  if (func === null) throw new Trap('null-function-reference');
  const { unit } = t.instance;
  if (func.instance === t.instance && unit.entries[func.index] === 0) {
    // With code the loop may do it itself: so it is done like all calls after the first.
    if (!isFirst(t, t.instance, func.index) && entryOf(unit, func.index, running, t, end) === 0) t.pause();
    return false;
  }
  return callFunc(t, func, tail ? 0 : C[t.pc + SHIFT_INDIRECT], t.pc + sizeAt(C, t.pc), tail, end);
}

/** The slot of the indirect call op at pc. */
function calleeSlot({ pc, fp2 }: Thread): number {
  return (fp2 >> 1) + operandAt(C, pc, 'A');
}

/** The function that a slot means: a reference, or an element of a table. */
function calleeIn(t: Thread, slot: number, table: number): Func | null {
  return table < 0 ? (R[slot] as Func | null) : element(t, table, S[2 * slot] >>> 0, C[t.pc + TYPE]);
}

/** The function that is element `i` of a table, called as the type of the thread's instance with index `canon`. */
function element(t: Thread, table: number, i: number, canon: number): Func {
  const { elements } = t.instance.tables[table];
  if (i >= elements.size) throw new Trap('undefined-element', `element ${i} of a table of ${elements.size}`);
  const func = elements.read(i) as Func | null;
  if (func === null) throw new Trap('uninitialized-element', String(i));
  const { space } = t.instance;
  if (!isSubtype(func.defType.space, func.canon, space, canon)) {
    const expected = funcTypeName(asFunc(space.at(canon).comp));
    throw new Trap('indirect-call-type-mismatch', `element ${i} is ${funcTypeName(func.type)}, called as ${expected}`);
  }
  return func;
}

/**
 * Calls any function; its arguments stand `shift` S words above the frame. In a tail call the running frame is given up
 * (its arguments have been moved to its start). Returns true when the thread has to wait for the host. Where the moment
 * `end` comes while the function is lowered, it is called when the thread goes on.
 */
function callFunc(t: Thread, func: Func, shift: number, returnPc: number, tail: boolean, end: number): boolean {
  if (func.instance !== undefined && isFirst(t, func.instance, func.index)) return false;
  // Lowering may move code when there is no room, so it comes before any pc is stored.
  const before = t.pc;
  const entry = func.instance === undefined ? -1 : entryOf(func.instance.unit, func.index, running, t, end);
  if (entry === 0) {
    t.pause();
    return false;
  }
  if (!t.midway) {
    if (func.cost !== undefined && isCharged(t, func, shift)) return false;
    t.spend(1);
  }
  if (func.instance === undefined) return callHost(t, func, shift, returnPc, tail, end);
  if (t.sp + 4 > FRAME_WORDS) throw exhausted();
  const moved = t.pc - before;
  if (!tail) pushFrame(t, returnPc + moved, shift);
  if (func.instance !== t.instance) crossInstance(t, func, tail);
  enterFrame(t, entry);
  return false;
}

/** Another instance runs from here on; a return from it comes by way of the op at CROSS_RETURN_PC. */
function crossInstance(t: Thread, func: Func, tail: boolean): void {
  // A tail call in a frame that was itself entered from another instance leaves nothing behind.
  if (!tail || FS[t.sp - 2] !== CROSS_RETURN_PC) {
    if (t.callers === NONE) t.callers = [];
    t.callers.push(t.instance);
    pushFrame(t, CROSS_RETURN_PC, 0);
  }
  t.instance = func.instance as Thread['instance'];
}

/** A function that another instance called has returned. */
export function crossReturn(t: Thread): void {
  t.instance = t.callers.pop() as Thread['instance'];
  returnFromFrame(t);
}
