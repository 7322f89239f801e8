// Runs threads: enters the loop, does what the loop leaves for, enters again.
// https://webassembly.github.io/spec/core/exec/instructions.html
// It schedules nothing: invoke.ts and the embedder decide who runs and for how long.
import { signed64 } from '../../syntax/bits.ts';
import { due, now } from '../../clock.ts';
import { InternalError, isError, traceWith } from '../../errors.ts';
import { numberOf, opAt, operandAt, sizeAt } from '../../lowering/op-table.ts';
import { REASON } from '../../runtime/reasons.ts';
import { atomicAddress } from '../ops/atomics.ts';
import { readAddress, writeAddress } from '../ops/access.ts';
import type { Memory } from '../../runtime/memory.ts';
import type { Prices } from '../../syntax/prices.ts';
import { backtraceLater } from './backtrace.ts';
import {
  callImport,
  callIndirectSlow,
  crossReturn,
  firstEntered,
  goOnFirst,
  isFirstWithoutRoom,
  resolveCall,
} from './calls.ts';
import { exhausted } from './frames.ts';
import { writeResults } from './host-results.ts';
import { isUncatchable, raise, throwRef, throwTag } from './exceptions.ts';
import { FIRST_FREE } from '../code/code-space.ts';
import { standFor } from '../code/first-calls.ts';
import { loop } from '../loops/chosen.ts';
import { checkNoAccess } from '../ops/lost-memory.ts';
import { reportProbe, reportStop } from './probe.ts';
import { isMidway, setMidway } from '../ops/pieces.ts';
import { makeRoom } from './room.ts';
import { CODE as C, SLOTS as S, STATE as X } from '../state/stack.ts';
import { givenUp, outOfFuel } from './stops.ts';
import type { Thread } from './thread.ts';
import { trapOf } from './traps.ts';
import { MemoryWait, NOT_EQUAL, WAIT_TYPE, cannotBlock, checkShared, isEqual, waitBlocking } from '../ops/waits.ts';
import { exceptionOf } from '../values/wasm-exception.ts';

/**
 * Fuel for one stay in the loop. Leaving it regularly is what gets V8 out of code that it replaced on the stack, which
 * is two to three times slower (docs/decisions/0002-why-the-loop-is-left-every-20000-branches.md).
 */
const QUANTUM = 20_000;

/** The same where time is looked at: the most, and the least where a unit takes long. */
const TIMED_QUANTUM = 2_000;
const LEAST_QUANTUM = 50;
/** Milliseconds that a stay should not take longer than by much. */
const STAY = 1;

/** Why `drive` came back. */
export type Outcome = 'done' | 'fuel' | 'slice' | 'suspended';

/** Notes where a thread on the stack stopped with an error, and reports it to those who watch it; the thread is over. */
export function stopped(t: Thread, error: unknown): void {
  // Traps may be many, and most of them are caught by somebody who asks for no frames.
  if (isError(error, 'trap') || isError(error, 'exhaustion')) traceWith(error, backtraceLater(t));
  reportStop(t, error);
}

/**
 * Runs a thread that is on the stack until it is done, has no fuel, has used up `slice` units of fuel, or waits for the
 * host; or until the moment `pause` or that by which all has to be over: a slice, too. When it is done, its results stand
 * from t.fp2 on. One that waits for the host is parked; one that has stopped is parked by the caller, if it is to go on.
 * Traps and what host functions throw come out as exceptions, which the caller passes to `stopped` before the thread leaves.
 */
export function drive(t: Thread, slice: number, pause = Number.POSITIVE_INFINITY): Outcome {
  t.slice = slice;
  // Who calls has just looked at the clock, and a return is looked at with the call.
  let reason: number = REASON.crossReturn;
  let last = 0;
  if (t.midway && t.fuel >= 0) growsOn(t, Math.min(pause, due.at));
  for (;;) {
    // Results of a host function that was called in a tail call have to reach their frame before anything else.
    if (t.pc < FIRST_FREE && t.first === undefined && returns(t)) return 'done';
    if (t.fuel < 0) return withoutFuel(t);
    if (t.slice < 0) return 'slice';
    if (t.payer !== undefined) checkPayers(t);
    // Code of the host may have moved the deadline.
    const end = Math.min(pause, due.at);
    let quantum = QUANTUM;
    if (end !== Number.POSITIVE_INFINITY) {
      quantum = pace;
      if (reason !== REASON.crossReturn) {
        const time = now();
        if (time >= end) return 'slice';
        if (reason === REASON.quantum && last > 0) setPace(time - last);
        last = time;
      }
    }
    if (t.making !== undefined || t.first !== undefined) {
      comesFirst(t, end);
      // That is no measure of what units take.
      last = 0;
      continue;
    }
    reason = enterLoop(t, Math.min(quantum, t.fuel, t.slice));
    if (reason === REASON.done) return 'done';
    if (reason === REASON.callImport ? callImport(t, end) : waitsFor(t, reason, end)) return 'suspended';
  }
}

/** Does what comes before a thread goes on. */
function comesFirst(t: Thread, end: number): void {
  if (t.making !== undefined) makeRoom(t, t.making, end);
  else if (t.first !== undefined) goOnFirst(t, t.first, end);
}

/** Goes back from a frame that has ended to where there is code. Returns true when there is none: the call is done. */
function returns(t: Thread): boolean {
  while (t.pc < FIRST_FREE) {
    const reason = enterLoop(t, 0);
    if (reason === REASON.done) {
      t.making = undefined;
      return true;
    }
    waitsFor(t, reason, Number.POSITIVE_INFINITY);
  }
  return false;
}

/** Does what the loop was left for. Returns true when the thread has to wait. Apart, to keep `drive` small for V8. */
function waitsFor(t: Thread, reason: number, end: number): boolean {
  switch (reason) {
    case REASON.quantum:
    case REASON.noRoom:
      return false;
    case REASON.lower:
      resolveCall(t, end);
      return false;
    case REASON.unpaid:
      firstEntered(t);
      return false;
    case REASON.callIndirect:
      return callIndirectSlow(t, end);
    case REASON.crossReturn:
      crossReturn(t);
      return false;
    case REASON.grow:
      growMemory(t, end);
      return false;
    case REASON.probe:
      reportProbe(t);
      return false;
    case REASON.wait:
      return waitOnMemory(t, end);
    case REASON.throw:
      throwTag(t);
      return false;
    case REASON.throwRef:
      throwRef(t);
      return false;
    case REASON.exhausted:
      if (isFirstWithoutRoom(t)) return false;
      throw exhausted();
  }
  if (reason >= REASON.memoryOutOfBounds) {
    // Another thread of the host may have let it grow since the loop looked: then the access is made again.
    t.instance.memory.refresh();
    if (t.instance.memory.byteLength !== seenLength) return false;
  }
  throw trapOf(t, reason);
}

/** @throws Interrupted when those who pay for a call of a host function cannot, or were given up. */
function checkPayers({ failing }: Thread): void {
  if (failing !== undefined) throw failing === 'overdrawn' ? outOfFuel() : givenUp();
}

/** Fuel for a stay where time is looked at. The host has yet to compile the loop: the first stays are short. */
let pace = LEAST_QUANTUM;

/** Units take what they take: fewer of them after a long stay, more after a short one. */
function setPace(milliseconds: number): void {
  if (milliseconds <= STAY) pace = Math.min(TIMED_QUANTUM, 2 * pace);
  else pace = Math.max(LEAST_QUANTUM, Math.floor((pace * STAY) / milliseconds));
}

/** Bytes of memory 0 when the loop was last entered: it takes no notice of more until it is entered again. */
let seenLength = 0;

/** Looks at what the host did to a memory: 0 where it is lost, and the loop must not stay. */
function seen(t: Thread, memory: Memory): 0 | 1 {
  memory.refresh();
  if (!memory.isLost) return 1;
  checkNoAccess(t);
  return 0;
}

/** One stay in the loop; afterwards the thread knows where it is, also when an out-of-line function threw. */
function enterLoop(t: Thread, quantum: number): number {
  const { instance } = t;
  const { memory } = instance;
  if (instance.unit.view !== instance.paid) standFor(instance);
  // What the host did to it, it did before: nobody else runs while the loop does.
  let fuel = quantum;
  if (memory.M8.length < memory.byteLength || memory.sharedLength !== undefined) fuel *= seen(t, memory);
  seenLength = memory.byteLength;
  setMidway(t.midway);
  try {
    return loop.run(instance, t.pc, t.fp2, t.sp, fuel);
  } finally {
    t.pc = X[0];
    t.fp2 = X[1];
    t.sp = X[2];
    t.midway = isMidway();
    t.spend(fuel - X[3]);
  }
}

/** No unit is given away: what the last charge took beyond the fuel that was left is owed. */
function withoutFuel(t: Thread): Outcome {
  if (t.fuel < -1 && t.fuel > Number.NEGATIVE_INFINITY) {
    t.debt -= t.fuel + 1;
    t.fuel = -1;
  }
  return 'fuel';
}

const MEMORY_GROW = numberOf('memory.grow');

/** Goes on with a memory.grow that was stopped: in the loop its memory counts as lost, which would give up what was moved. */
function growsOn(t: Thread, end: number): void {
  if (opAt(C, t.pc) === MEMORY_GROW) growMemory(t, end);
}

/** memory.grow of memory k; with 64-bit addresses the size and the answer are i64. Until the moment `end`. */
function growMemory(t: Thread, end: number): void {
  const d = t.fp2 + operandAt(C, t.pc, 'd');
  const a = t.fp2 + operandAt(C, t.pc, 'a');
  const memory = t.instance.memories[operandAt(C, t.pc, 'k')];
  const delta = readAddress(memory.type, a);
  if (!t.midway) {
    // It is charged first, and made when the loop comes here again.
    t.midway = true;
    t.spend(growthPrice(t.instance.unit.prices, memory, delta));
    return;
  }
  // Where nobody looks at the clock, the host may have a faster way to move it.
  while (end !== Number.POSITIVE_INFINITY && !memory.movesOn(delta)) {
    if (now() < end) continue;
    t.pause();
    return;
  }
  t.midway = false;
  writeAddress(memory.type, d, memory.grow(delta));
  t.pc += sizeAt(C, t.pc);
}

/** By what the memory has and gets, not by what has to be moved: that depends on the host. */
function growthPrice({ byte, heldByte }: Prices, memory: Memory, delta: number): number {
  const bytes = delta * memory.pageSize;
  if (bytes === 0 || !memory.mayGrow(bytes)) return 1;
  return 1 + Math.ceil(bytes * byte + memory.byteLength * heldByte);
}

const WAIT64 = numberOf('wait64');

/**
 * memory.atomic.wait: address a, expected b, time-out c, offset k, memory l. Returns true when the thread has to wait. One that cannot be suspended sleeps
 * until `end` at most, and then goes on waiting when it is run again.
 */
function waitOnMemory(t: Thread, end: number): boolean {
  const { pc, fp2 } = t;
  const index = operandAt(C, pc, 'l');
  const memory = t.instance.memories[index];
  const wide = opAt(C, pc) === WAIT64;
  const [a, b, c, d] = [...'abcd'].map((letter) => fp2 + operandAt(C, pc, letter));
  const p = atomicAddress(t.instance, index, a, operandAt(C, pc, 'k'), wide ? 8 : 4);
  checkShared(memory);
  // It may take as long as a unit does; going on with it is no other one.
  if (t.waitsUntil === undefined) t.spend(1);
  const place = { memory, p, expected: wide ? signed64(S[b], S[b + 1]) : S[b] };
  const timeout = signed64(S[c], S[c + 1]);
  if (!isEqual(place)) S[d] = NOT_EQUAL;
  else if (t.async) {
    t.pc = pc + sizeAt(C, pc);
    const wait = new MemoryWait(place, timeout);
    t.pending = { promise: wait, wait, letGo: () => wait.leave(), func: undefined, type: WAIT_TYPE, base: d - t.base };
    t.park(t.top());
    return true;
  } else {
    const answer = waitBlocking(place, timeOf(t, timeout, end), end);
    if (answer === undefined) return false;
    S[d] = answer;
  }
  t.waitsUntil = undefined;
  t.pc = pc + sizeAt(C, pc);
  return false;
}

/** The longest that fuel alone lets a thread sleep, in milliseconds: as long as any unit takes. */
const NAP = 1;

/**
 * When a wait of some nanoseconds is over: it may have begun earlier.
 * @throws UnsupportedError for a sleep that neither a deadline bounds nor fuel, which was meant to.
 */
function timeOf(t: Thread, nanoseconds: bigint, end: number): number {
  const forEver = nanoseconds < 0n;
  const milliseconds = forEver ? Number.POSITIVE_INFINITY : Number(nanoseconds) / 1e6;
  if (milliseconds > NAP && end === Number.POSITIVE_INFINITY && t.isMetered) {
    const long = forEver ? 'ever' : `${milliseconds} ms`;
    throw cannotBlock(`would keep the host for ${long}, which fuel does not bound; give the call a deadline`);
  }
  t.waitsUntil ??= now() + milliseconds;
  return t.waitsUntil;
}

/** How the host call of a suspended thread ended: a value per result, or what was thrown. */
export type CallEnd = { readonly values: readonly unknown[] } | { readonly error: unknown };

/**
 * Ends the wait of a suspended thread that is on the stack again. Values that are not of the right types are thrown at
 * the call. @throws what no frame catches.
 */
export function endWait(t: Thread, end: CallEnd): void {
  const { pending } = t;
  if (pending === undefined) throw new InternalError('a wait of a thread that does not wait has ended');
  t.pending = undefined;
  try {
    if ('error' in end) throw end.error;
    writeResults(pending.type, t.base + pending.base, end.values, pending.func);
  } catch (error) {
    // Values that come in are charged to the thread on the stack, which is this one by now.
    if (isUncatchable(error, pending.func)) throw error;
    raise(t, exceptionOf(error), t.pc);
  }
}
