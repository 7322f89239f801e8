// Calls that the loop leaves to the driver: first calls, imported functions, other instances, the host, and the slow
// path of call_indirect. https://webassembly.github.io/spec/core/exec/instructions.html#function-calls
import { now } from '../../clock.ts';
import { ExhaustionError, Trap, UnsupportedError } from '../../errors.ts';
import type { DirectHost, Func, HostCost, ModuleInstance } from '../../runtime/instance.ts';
import { LET_GO } from '../../runtime/func.ts';
import type { Value } from '../../runtime/values.ts';
import type { FuncType, ValType } from '../../syntax/types.ts';
import { funcTypeName } from '../../syntax/types.ts';
import { HEADER_WORDS } from '../../lowering/emit.ts';
import { opNumber } from '../../lowering/op-table.ts';
import { slotsOf } from '../../runtime/slots.ts';
import { type DefType, type TypeSpace, isSubtype } from '../../validator/type-space.ts';
import { checkCrossing, plainValue, plainValues, readValues, which, writeValue } from '../values/border.ts';
import { CROSS_RETURN_PC } from '../code/code-space.ts';
import { isUncatchable, raise } from './exceptions.ts';
import { isPaid, markPaid, priceOf } from '../code/first-calls.ts';
import { callIndirect } from '../state/loop-support.ts';
import { entryOf } from '../code/lowered.ts';
import { isMidway, setMidway } from '../ops/pieces.ts';
import { room } from './room.ts';
import { CODE as C, FRAMES as FS, FRAME_WORDS, REFERENCES as R, SLOTS as S, SLOT_WORDS } from '../state/stack.ts';
import { type FirstCall, NONE, type Thread, running } from './thread.ts';
import { exceptionOf } from '../values/wasm-exception.ts';
import { spanOf } from '../state/words.ts';

const CALL = opNumber('call') as number;
const CALL_IMPORT = opNumber('call.import') as number;
const TAIL_CALL = opNumber('tail.call') as number;
const TAIL_CALL_LAZY = opNumber('tail.call.lazy') as number;
const TAIL_CALL_IMPORT = opNumber('tail.call.import') as number;
const CALL_INDIRECT = opNumber('call.indirect') as number;

const NO_VALUES: readonly Value[] = [];

const CALL_WORDS = 3;
const CALL_INDIRECT_WORDS = 4;

export function exhausted(): ExhaustionError {
  return new ExhaustionError('call stack exhausted: too many nested calls');
}

/** Puts the frame of a function whose arguments stand at fp2 in order: room, zeroed locals, pc. */
function enterFrame(t: Thread, entry: number): void {
  if (!hasFrameRoom(t, entry)) throw exhausted();
  openFrame(t, entry);
}

/** Is there room for the frame of a function whose arguments stand at fp2? */
export function hasFrameRoom({ fp2, sp }: Thread, entry: number): boolean {
  return fp2 + C[entry - HEADER_WORDS] <= SLOT_WORDS && sp <= FRAME_WORDS;
}

/** The same where there is. */
export function openFrame(t: Thread, entry: number): void {
  const header = entry - HEADER_WORDS;
  const end = t.fp2 + C[header + 2];
  const word = t.fp2 + C[header + 1];
  if (word < end) clear(word, end);
  t.pc = entry;
}

/** Calling fill costs more than a few stores. */
function clear(word: number, end: number): void {
  if (end - word > 64) S.fill(0, word, end);
  else while (word < end) S[word++] = 0;
}

/** Goes back to the caller of the running frame. */
function returnFromFrame(t: Thread): void {
  t.sp -= 2;
  t.fp2 -= FS[t.sp + 1];
  t.pc = FS[t.sp];
}

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
  const op = C[t.pc] & 0xffff;
  const direct = op === CALL || op === TAIL_CALL;
  const entry = direct
    ? C[t.pc + 1]
    : callIndirect(t.instance, (t.fp2 >> 1) + (C[t.pc] >>> 16), C[t.pc + 1], C[t.pc + 2]);
  return isFirst(t, t.instance, C[entry - 1]);
}

/** A call op whose callee has no code yet: lowers it until the moment `end`, or finds that it is imported, and rewrites the op. */
export function resolveCall(t: Thread, end: number): void {
  const { unit } = t.instance;
  const index = C[t.pc + 1];
  const tail = (C[t.pc] & 0xffff) === TAIL_CALL_LAZY;
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
  C[t.pc + 1] = entry;
}

/** A call of an imported function, lowered until the moment `end`. Answers true when the thread has to wait. */
export function callImport(t: Thread, end: number): boolean {
  const tail = (C[t.pc] & 0xffff) === TAIL_CALL_IMPORT;
  const func = t.instance.funcs[C[t.pc + 1]] as Func;
  return callFunc(t, func, tail ? 0 : C[t.pc + 2], t.pc + CALL_WORDS, tail, end);
}

/** The same of a call_indirect or call_ref that the loop could not do itself. */
export function callIndirectSlow(t: Thread, end: number): boolean {
  const tail = (C[t.pc] & 0xffff) !== CALL_INDIRECT;
  const slot = (t.fp2 >> 1) + (C[t.pc] >>> 16);
  const table = C[t.pc + 1];
  const func = t.midway ? (t.callee as Func) : calleeIn(t, slot, table);
  if (func === null) throw new Trap('null-function-reference');
  const { unit } = t.instance;
  if (func.instance === t.instance && unit.entries[func.index] === 0) {
    // With code the loop may do it itself: so it is done like all calls after the first.
    if (!isFirst(t, t.instance, func.index) && entryOf(unit, func.index, running, t, end) === 0) t.pause();
    return false;
  }
  return callFunc(t, func, tail ? 0 : C[t.pc + 3], t.pc + CALL_INDIRECT_WORDS, tail, end);
}

/** The function that a slot means: a reference, or an element of a table. */
function calleeIn(t: Thread, slot: number, table: number): Func | null {
  return table < 0 ? (R[slot] as Func | null) : element(t, table, S[2 * slot] >>> 0, C[t.pc + 2]);
}

/** The function that is element `i` of a table, called as the type of the thread's instance with index `canon`. */
function element(t: Thread, table: number, i: number, canon: number): Func {
  const elems = t.instance.tables[table].cells;
  if (i >= elems.length) throw new Trap('undefined-element', `element ${i} of a table of ${elems.length}`);
  const func = elems[i] as Func | null;
  if (func === null) throw new Trap('uninitialized-element', String(i));
  const { space } = t.instance;
  if (!isSubtype(func.defType.space, func.canon, space, canon)) {
    const expected = funcTypeName(space.at(canon).comp as FuncType);
    throw new Trap('indirect-call-type-mismatch', `element ${i} is ${funcTypeName(func.type)}, called as ${expected}`);
  }
  return func;
}

/**
 * Calls any function; its arguments stand `shift` S words above the frame. In a tail call the running frame is given up
 * (its arguments have been moved to its start). Answers true when the thread has to wait for the host. Where the moment
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

/**
 * Charges what a host function is going to do, so that it is not done where there is not enough: true when the call op has to
 * be done again, with that paid. Others may change what it is asked to do before that, or which function the op finds: it is
 * paid for one function, and asked again.
 */
function isCharged(t: Thread, func: Func, shift: number): boolean {
  const { cost, direct, signature } = func;
  const base = t.fp2 + shift;
  const args = direct === undefined ? readValues(signature.params, base) : NO_VALUES;
  const units = Math.floor((cost as HostCost)(t.instance, args, base));
  const paid = t.callee === func ? t.calleePaid : 0;
  t.callee = units > paid ? func : undefined;
  if (units <= paid) return false;
  t.calleePaid = units;
  t.spend(units - paid);
  return true;
}

function pushFrame(t: Thread, returnPc: number, shift: number): void {
  FS[t.sp] = returnPc;
  FS[t.sp + 1] = shift;
  t.sp += 2;
  t.fp2 += shift;
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

/**
 * What a host function answered, as something to wait for; undefined where it is the result itself. Where a reference is
 * wanted, only a Promise is waited for: other objects with a `then` are values. `then` is read once.
 */
export function promised({ results }: FuncType, answer: unknown): PromiseLike<unknown> | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  try {
    if (results.length === 1 && results[0] > 0) return answer instanceof Promise ? answer : undefined;
    const { then } = answer as { readonly then?: unknown };
    if (typeof then !== 'function') return undefined;
    // biome-ignore lint/suspicious/noThenProperty: it is to be awaited
    return { then: (...listeners: unknown[]) => Reflect.apply(then, answer, listeners) } as PromiseLike<unknown>;
  } catch {
    // It cannot be asked, so it promises nothing.
    return undefined;
  }
}

/** Calls a host function with values. `caller` is the instance that does, where one does. */
export function callWith(
  { host, callerHost }: Func,
  caller: ModuleInstance | undefined,
  args: readonly Value[],
  canWait: boolean,
): unknown {
  if (callerHost !== undefined) return callerHost(caller, args, canWait);
  const callable = host as (...values: Value[]) => unknown;
  // Spreading a list costs as much as all the rest.
  if (args.length === 1) return callable(args[0]);
  return args.length === 2 ? callable(args[0], args[1]) : callable(...args);
}

/** In the place of what was paid for the callee: all is, and it has to begin anew. */
const WAITED = -1;

/**
 * Calls a function of ours that works on slots, and may do so in pieces: until the moment `end`, after which the op is done
 * again, with the same function. Until it is done, its midway is the thread's.
 */
function callDirect(t: Thread, func: Func, base: number, end: number): PromiseLike<unknown> | undefined {
  const direct = func.direct as DirectHost;
  // It is there for room, for which it has waited, and has not begun.
  if (t.calleePaid === WAITED) setMidway(false);
  t.calleePaid = 0;
  room.mayWait = true;
  let promise = direct(base, t.async);
  while (isMidway() && (end === Number.POSITIVE_INFINITY || now() < end)) promise = direct(base, t.async);
  const waits = (t.making?.bytes ?? 0) > 0;
  if (waits) t.calleePaid = WAITED;
  t.midway = waits || isMidway();
  t.callee = t.midway ? func : undefined;
  if (isMidway()) t.pause();
  return promise;
}

function callHost(t: Thread, func: Func, shift: number, returnPc: number, tail: boolean, end: number): boolean {
  const { signature: type, defType, direct } = func;
  if (direct === undefined) checkCrossing(func);
  if (!t.midway) t.spend(Math.floor((type.params.length + type.results.length) * t.instance.unit.prices.hostValue));
  const base = t.fp2 + shift;
  const args = direct === undefined ? readValues(type.params, base) : NO_VALUES;
  const top = base + spanOf(defType);
  t.reserve(top);
  // The host may call back, and code may move then: t.pc follows, returnPc does not.
  const size = returnPc - t.pc;
  let promise: PromiseLike<unknown> | undefined;
  let letGo: (() => void) | undefined;
  try {
    if (direct === undefined) {
      const answer = callWith(func, t.instance, args, t.async);
      if (typeof answer === 'number' && type.results.length === 1)
        writeOnly(type.results[0], base, answer, defType.space);
      else {
        promise = promised(type, answer);
        if (promise === undefined) writeAnswer(defType, base, answer);
        else letGo = LET_GO.get(answer as object);
      }
    } else promise = callDirect(t, func, base, end);
    t.release();
    if (t.midway) return false;
  } catch (error) {
    const exception = isUncatchable(error, func) ? undefined : exceptionOf(error);
    t.release();
    if (exception === undefined) throw error;
    // A tail call has left its frame before the host function runs.
    if (tail) returnFromFrame(t);
    raise(t, exception, tail ? t.pc : t.pc + size);
    return false;
  }
  if (tail) returnFromFrame(t);
  else t.pc += size;
  if (promise === undefined) return false;
  if (!t.async) throw refusedPromise(promise);
  t.pending = { promise, letGo, func, type: defType, base: base - t.base };
  // The thread's part ends behind the results, which the host still has to deliver.
  t.park(top);
  return true;
}

/** The error of a synchronous call in which a host function answered a promise. */
export function refusedPromise(promise: PromiseLike<unknown>): UnsupportedError {
  // Nobody waits for it now, so that nobody would hear of its failure.
  Promise.resolve(promise).catch(() => undefined);
  return new UnsupportedError(
    'async-host-call',
    'async host call: a host function answered a promise, and this call is synchronous; use callAsync',
  );
}

/**
 * What a host function answered, as a value per result: nothing, one value, or what an iterable gives. Code of the host
 * may run, so no thread may stand on the stack without having reserved its part. @throws TypeError
 */
export function valuesOf({ results }: FuncType, answer: unknown): readonly unknown[] {
  if (results.length === 0) return [];
  if (results.length === 1) return plainValues(results, [answer]);
  const values: unknown[] = [];
  if (typeof answer === 'object' && answer !== null && Symbol.iterator in answer) {
    for (const value of answer as Iterable<unknown>) if (values.push(value) > results.length) break;
  }
  if (values.length === results.length) return plainValues(results, values);
  throw new TypeError(
    `a host function of ${results.length} results has to answer an array of ${results.length} values`,
  );
}

/** Writes a value per result. No code of the values runs. @throws TypeError for a value that is not of its type. */
export function writeResults({ comp, space }: DefType, base: number, values: readonly unknown[]): void {
  const { results } = comp as FuncType;
  let word = base;
  let i = 0;
  try {
    for (; i < results.length; i++) {
      writeValue(results[i], word, values[i], space);
      word += 2 * slotsOf(results[i]);
    }
  } catch (error) {
    throw which(error, `result ${i + 1} of ${results.length} of a host function`);
  }
}

/** Writes what a host function answered. */
function writeAnswer(type: DefType, base: number, answer: unknown): void {
  const { results } = type.comp as FuncType;
  if (results.length === 1) writeOnly(results[0], base, answer, type.space);
  else writeResults(type, base, valuesOf(type.comp as FuncType, answer));
}

/** The only result. What code of the value throws passes as it is. */
function writeOnly(t: ValType, base: number, answer: unknown, space: TypeSpace): void {
  const plain = plainValue(t, answer);
  try {
    writeValue(t, base, plain, space);
  } catch (error) {
    throw which(error, 'the result of a host function');
  }
}
