// Invocation: starts a thread at a function and runs it to its results, at once or with pauses.
// https://webassembly.github.io/spec/core/exec/modules.html#invocation  Arguments and results are read and written in
// arguments.ts.
import { DEADLINE, apart, checkTime, endOf, outOfTime, within } from '../../clock.ts';
import { InternalError, type Interrupted } from '../../errors.ts';
import { checkOptions, type Shape } from '../../options.ts';
import { checkStop, untilStopped } from '../../runtime/abort.ts';
import { FUEL, type FuelAccount, payerNow } from '../../runtime/fuel.ts';
import type { DirectHost, Func, ModuleInstance } from '../../runtime/instance.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { checkCrossing, plainValues, readValues } from '../values/border.ts';
import { exhausted, hasFrameRoom, openFrame } from './frames.ts';
import { promised, refusedPromise, valuesOf, writeResults } from './host-results.ts';
import { callWith } from './host-calls.ts';
import {
  type Finish,
  type Put,
  type Results,
  copyOf,
  plainArguments,
  putBits,
  putValues,
  readAllBits,
  readResults,
} from './arguments.ts';
import { EXIT_PC, freshEntry } from '../code/code-space.ts';
import { type Outcome, drive, stopped } from './driver.ts';
import { Execution } from './execution.ts';
import { isMidway, setMidway } from '../ops/pieces.ts';
import { room } from './room.ts';
import { type DeadlineOptions, STOP_OPTIONS, type StopOptions, checkedFuel, outOfFuel } from './stops.ts';
import { FRAMES as FS, SLOT_WORDS } from '../state/stack.ts';
import { slotWords, spanOf } from '../state/words.ts';
import { type Thread, checkOpen, free, running, threadFor } from './thread.ts';

export { Execution } from './execution.ts';

export interface RunOptions extends DeadlineOptions {
  /**
   * Units that may be used, or an account of them: what costs how much is in docs/fuel.md. Unlimited by default; in a call
   * that a host function makes, what the guest has.
   */
  readonly fuel?: number | FuelAccount | undefined;
}

export interface AsyncRunOptions extends RunOptions, StopOptions {}

export const RUN_OPTIONS: Shape<RunOptions> = { fuel: FUEL, deadline: DEADLINE };
export const ASYNC_RUN_OPTIONS: Shape<AsyncRunOptions> = { fuel: FUEL, ...STOP_OPTIONS };

function noFrame(): InternalError {
  return new InternalError('a host function has no frame');
}

/**
 * Puts the first frame of a thread that is on the stack in order: arguments, the way out, the function's entry. One that is
 * not lowered is entered when the thread runs; so is one without room, which costs the same then.
 */
function start<A>(thread: Thread, func: Func, args: A, put: Put<A>): void {
  const { instance } = func;
  if (instance === undefined) throw noFrame();
  put(func, thread.base, args);
  FS[thread.frameBase] = EXIT_PC;
  FS[thread.frameBase + 1] = 0;
  thread.sp = thread.frameBase + 2;
  const entry = freshEntry(instance.unit, func.index);
  if (entry === 0 || !hasFrameRoom(thread, entry)) beginFirst(thread, func);
  else openFrame(thread, entry);
}

/** It begins with a call that is the first one, or whose function has no code. */
function beginFirst(thread: Thread, { instance, index, signature }: Func): void {
  const words = slotWords(signature.params);
  thread.first = { instance: instance as ModuleInstance, index, words, isEntered: false, isCharged: false };
}

/** Runs an action of the host while the free part of the stack is reserved up to `top`. */
function reserving<T>(top: number, action: () => T): T {
  const { slot } = free;
  free.slot = (top + 1) & ~1;
  try {
    return action();
  } finally {
    free.slot = slot;
  }
}

/** What works in pieces does all of them: there is no thread that could stop. Another one may have, in the middle of its own. */
function wholly(direct: DirectHost, base: number, canWait: boolean): ReturnType<DirectHost> {
  setMidway(false);
  room.mayWait = false;
  let promise = direct(base, canWait);
  while (isMidway()) {
    checkTime();
    promise = direct(base, canWait);
  }
  return promise;
}

/** A host function called from outside, without a thread: what it returns, or a promise of it. */
function callHostFunc<A>(func: Func, args: A, put: Put<A>, canWait: boolean): HostAnswer {
  checkOpen();
  const { signature: type, defType, direct } = func;
  const base = free.slot;
  const top = base + spanOf(defType);
  // Such calls may nest without a frame of wasm between them, which would be checked.
  if (top > SLOT_WORDS) throw exhausted();
  put(func, base, args);
  if (direct !== undefined) return { promise: reserving(top, () => wholly(direct, base, canWait)), values: undefined };
  const values = readValues(type.params, base);
  return reserving(top, () => {
    const answer = callWith(func, undefined, values, canWait);
    const promise = promised(type, answer);
    return { promise, values: promise === undefined ? valuesOf(type, answer, func) : undefined };
  });
}

interface HostAnswer {
  readonly promise: PromiseLike<unknown> | undefined;
  /** Undefined where the results stand in slots already. */
  readonly values: readonly unknown[] | undefined;
}

function hostResults<R>(func: Func, values: readonly unknown[] | undefined, finish: Finish<R>): R {
  if (values !== undefined) writeResults(func.defType, free.slot, values, func);
  return finish(func.signature.results, free.slot);
}

function callHostNow<A, R>(func: Func, args: A, put: Put<A>, finish: Finish<R>): R {
  const { promise, values } = callHostFunc(func, args, put, false);
  if (promise !== undefined) throw refusedPromise(func, promise);
  return hostResults(func, values, finish);
}

/**
 * Calls a function with fuel, an amount or an account; where none is given, whoever called the host pays. `put` and `finish`
 * say how arguments and results cross.
 */
export function call<A, R>(
  func: Func,
  args: A,
  fuel: number | FuelAccount | undefined,
  put: Put<A>,
  finish: Finish<R>,
): R {
  const { instance } = func;
  if (instance === undefined) return callHostNow(func, args, put, finish);
  const thread = threadFor(instance, typeof fuel === 'number' ? fuel : Number.POSITIVE_INFINITY);
  if (typeof fuel === 'object') thread.account = fuel;
  else if (running.length > 0 && fuel === undefined) thread.payer = payerNow() as Thread | undefined;
  let outcome: Outcome;
  let results: R | undefined;
  thread.enter();
  try {
    start(thread, func, args, put);
    outcome = drive(thread, Number.POSITIVE_INFINITY);
    if (outcome === 'done') results = finish(func.signature.results, thread.fp2);
  } catch (error) {
    stopped(thread, error);
    throw error;
  } finally {
    thread.leave();
  }
  if (outcome !== 'done') throw stoppedBy(outcome);
  thread.retire();
  return results as R;
}

/** Nothing but time bounds the slice. */
function stoppedBy(outcome: Outcome): Interrupted {
  return outcome === 'slice' ? outOfTime() : outOfFuel();
}

/** The same with options that are checked. */
function callUntil<A, R>(func: Func, args: A, options: RunOptions, put: Put<A>, finish: Finish<R>): R {
  const { fuel, deadline } = options;
  if (deadline === undefined) return call(func, args, fuel, put, finish);
  return within(endOf(deadline), () => {
    checkTime();
    return call(func, args, fuel, put, finish);
  });
}

/** The fuel that plain options are, which metered calls give; -1 where they are something else, to be checked. */
export function fuelAlone(options: RunOptions): number {
  if (typeof options !== 'object' || options === null || Object.getPrototypeOf(options) !== Object.prototype) return -1;
  for (const name in options) if (name !== 'fuel') return -1;
  const { fuel } = options;
  return typeof fuel === 'number' ? fuel : -1;
}

/** Calls a function with JavaScript values. @throws Trap, ExhaustionError, Interrupted, TypeError, what hosts throw. */
export function invoke(func: Func, args: readonly Value[], options?: RunOptions): readonly Value[] {
  checkCrossing(func);
  if (options === undefined) return call(func, plainArguments(func, args), undefined, putValues, readValues);
  const checked = checkOptions('invoke', options, RUN_OPTIONS);
  return callUntil(func, plainArguments(func, args), checked, putValues, readValues);
}

/**
 * The same for callers that want the only result itself: with so much fuel, or with `checked` options where these are more.
 * `args` is an array that is theirs alone.
 */
export function invokeWith(func: Func, args: readonly Value[], fuel: number, checked?: RunOptions): Results {
  checkCrossing(func);
  const values = plainValues(func.signature.params, args);
  if (checked !== undefined) return callUntil(func, values, checked, putValues, readResults);
  return call(func, values, fuel, putValues, readResults);
}

/** The same without options, unlimited. */
export function invokeForResults(func: Func, args: readonly Value[]): Results {
  checkCrossing(func);
  return call(func, plainValues(func.signature.params, args), undefined, putValues, readResults);
}

/** Calls a function bit by bit: nothing is lost on the way. */
export function invokeBits(func: Func, args: readonly Bits[], options: RunOptions = {}): readonly Bits[] {
  return callUntil(func, copyOf(func, args), options, putBits, readAllBits);
}

/** A promise of the host that is heard from now on, also where nobody waits for it in the end. */
function hearing(promise: PromiseLike<unknown>): Promise<unknown> {
  const heard = new Promise<unknown>((resolve, reject) => promise.then(resolve, reject));
  heard.catch(() => undefined);
  return heard;
}

/** Calls a function on a thread that may wait for promises of host functions. `put` and `read` say how values cross. */
export async function callAsync<A, T>(
  func: Func,
  args: A,
  options: AsyncRunOptions,
  put: Put<A>,
  read: Finish<T[]>,
): Promise<readonly T[]> {
  const { signal } = options;
  const end = endOf(options.deadline);
  if (func.instance === undefined) {
    checkStop(signal, end);
    const { promise, values } = within(end, () => callHostFunc(func, args, put, true));
    if (promise === undefined) {
      const results = hostResults(func, values, read);
      // The function itself may have aborted it, or taken its time.
      checkStop(signal, end);
      return results;
    }
    const heard = hearing(promise);
    const answer = await untilStopped<unknown>(signal, end, (resolve, reject) => heard.then(resolve, reject));
    return hostResults(func, valuesOf(func.signature, answer, func), read);
  }
  const execution = apart(end, () => begun(func, args, true, put, read, end));
  if (typeof options.fuel === 'object') execution.account = options.fuel;
  else execution.fuel = checkedFuel(options.fuel);
  try {
    return await execution.runUntil(signal, end);
  } finally {
    execution.abandon(); // Who called cannot go on with it if it was stopped: what it waits for forgets it.
  }
}

/** Calls a function on a thread that may wait for promises of host functions. */
export async function invokeAsync(
  func: Func,
  args: readonly Value[],
  given?: AsyncRunOptions,
): Promise<readonly Value[]> {
  return invokeLater(func, args, checkOptions('invokeAsync', given, ASYNC_RUN_OPTIONS));
}

/** The same with options that are checked. @throws TypeError for wrong arguments, at once. */
export function invokeLater(func: Func, args: readonly Value[], options: AsyncRunOptions): Promise<readonly Value[]> {
  checkCrossing(func);
  return callAsync(func, plainArguments(func, args), options, putValues, readValues);
}

/** The same, bit by bit: nothing is lost on the way, and vectors may be arguments and results. */
export async function invokeBitsAsync(
  func: Func,
  args: readonly Bits[],
  options: AsyncRunOptions = {},
): Promise<readonly Bits[]> {
  return callAsync(func, copyOf(func, args), options, putBits, readAllBits);
}

/** A call that is run in steps. `put` and `read` say how values cross. */
export function begun<A, T>(
  func: Func,
  args: A,
  async: boolean,
  put: Put<A>,
  read: Finish<T[]>,
  end?: number,
): Execution<T> {
  return new Execution<T>(func, async, (thread) => start(thread, func, args, put), read, end);
}

export interface BeginOptions extends DeadlineOptions {
  /** Whether it may wait for promises of host functions; false if not given. */
  readonly async?: boolean | undefined;
}

/** A call that the embedder runs in steps. */
export function begin(
  func: Func,
  args: readonly Value[],
  { async = false, deadline }: BeginOptions = {},
): Execution<Value> {
  checkCrossing(func);
  return begun(func, plainArguments(func, args), async, putValues, readValues, endOf(deadline));
}

/** The same, bit by bit. */
export function beginBits(
  func: Func,
  args: readonly Bits[],
  { async = false, deadline }: BeginOptions = {},
): Execution<Bits> {
  return begun(func, copyOf(func, args), async, putBits, readAllBits, endOf(deadline));
}
