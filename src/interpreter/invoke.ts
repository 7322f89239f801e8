// Invocation: starts a thread at a function and runs it to its results, at once or with pauses.
// https://webassembly.github.io/spec/core/exec/modules.html#invocation
import { InternalError, Interrupted } from '../errors.ts';
import { amount, type Check, checkOptions, having, type Shape } from '../options.ts';
import type { Func } from '../runtime/func.ts';
import type { Bits, Value } from '../runtime/values.ts';
import { slotsOf } from '../lowering/operands.ts';
import type { ValType } from '../syntax/types.ts';
import { checkCrossing, readBits, readValue, withoutObjects, writeBits, writeValue } from './border.ts';
import { callWith, enterFrame, writeResults } from './calls.ts';
import { EXIT_PC } from './code-space.ts';
import { deliver, deliverError, drive, stopped } from './driver.ts';
import { type AbortLike, abortPromise, yieldToHost } from './host-turns.ts';
import { entryOf } from './lowered.ts';
import { FRAMES as FS } from './stack.ts';
import { Thread, free, running } from './thread.ts';
import { MemoryWait, TIMED_OUT } from './waits.ts';

type Read<T> = (t: ValType, word: number) => T;
/** Reads results of some types that stand from a word on. */
type Finish<R> = (types: readonly ValType[], base: number) => R;
type Write<T> = (t: ValType, word: number, value: T) => void;

export interface RunOptions {
  /** Taken branches and calls that may happen, plus what bulk operations cost; unlimited by default. */
  readonly fuel?: number | undefined;
}

export interface AsyncRunOptions extends RunOptions {
  /** Stops the thread at the next branch or call after it is aborted. */
  readonly signal?: AbortLike | undefined;
}

/** What fuel as an option has to be; it may be used up already. */
export const FUEL: Check = amount('a number of units', Number.NEGATIVE_INFINITY);

export const RUN_OPTIONS: Shape<RunOptions> = { fuel: FUEL };
export const ASYNC_RUN_OPTIONS: Shape<AsyncRunOptions> = { fuel: FUEL, signal: having('an AbortSignal', 'aborted') };

/** Fuel between two turns of the host's event loop in asynchronous runs: a few milliseconds. */
const SLICE = 400_000;

/** Writes values to consecutive slots; answers the word behind them. */
function writeAll<T>(types: readonly ValType[], base: number, values: readonly T[], write: Write<T>): number {
  if (values.length !== types.length) {
    throw new TypeError(`the function takes ${types.length} arguments, not ${values.length}`);
  }
  const plain = withoutObjects(types, values);
  let word = base;
  for (let i = 0; i < types.length; i++) {
    write(types[i], word, plain[i]);
    word += 2 * slotsOf(types[i]);
  }
  return word;
}

function readAll<T>(types: readonly ValType[], base: number, read: Read<T>): T[] {
  const values: T[] = [];
  let word = base;
  for (let i = 0; i < types.length; i++) {
    values.push(read(types[i], word));
    word += 2 * slotsOf(types[i]);
  }
  return values;
}

const readValues = (types: readonly ValType[], base: number): Value[] => readAll(types, base, readValue);
const readAllBits = (types: readonly ValType[], base: number): Bits[] => readAll(types, base, readBits);

/** What calls answer: nothing, the only result, or all results. */
export type Results = Value | readonly Value[] | undefined;

const readResults = (types: readonly ValType[], base: number): Results =>
  types.length === 0 ? undefined : types.length === 1 ? readValue(types[0], base) : readValues(types, base);

/** Puts the first frame of a thread that is on the stack in order: arguments, the way out, the function's entry. */
function start<T>(thread: Thread, func: Func, args: readonly T[], write: Write<T>): void {
  const { instance } = func;
  if (instance === undefined) throw new InternalError('a host function has no frame');
  thread.fp2 = thread.base;
  writeAll(func.type.params, thread.base, args, write);
  FS[thread.frameBase] = EXIT_PC;
  FS[thread.frameBase + 1] = 0;
  thread.sp = thread.frameBase + 2;
  enterFrame(thread, entryOf(instance.unit, func.index, running, thread.sp));
}

/**
 * A call of a wasm function that can be stopped and go on: its thread, and how its results are read.
 * Between runs it is plain data; other calls may happen in the meantime.
 */
export class Execution<T> {
  readonly func: Func;
  private readonly thread: Thread;
  private readonly read: Read<T>;
  private state: 'ready' | 'running' | 'done' | 'failed' = 'ready';
  private values: T[] = [];
  /** How the host call that it waits for ended, until the next step takes it. */
  private settled: { readonly answer: unknown } | { readonly error: unknown } | undefined;

  /** @throws TypeError when the arguments do not fit the function's type. */
  constructor(func: Func, args: readonly T[], async: boolean, read: Read<T>, write: Write<T>) {
    if (func.instance === undefined) throw new InternalError('a host function has no execution');
    this.func = func;
    this.read = read;
    this.thread = new Thread(func.instance, 0, async);
    const { thread } = this;
    thread.enter();
    try {
      start(thread, func, args, write);
      thread.park(thread.top());
    } finally {
      thread.leave();
    }
  }

  get done(): boolean {
    return this.state === 'done';
  }

  /** Fuel that is left; negative when the last run used it up. */
  get fuel(): number {
    return this.thread.fuel;
  }

  set fuel(amount: number) {
    this.thread.fuel = checkedFuel(amount);
  }

  /** The results, once it is done. */
  get results(): readonly T[] {
    if (this.state !== 'done') throw new InternalError('results of an execution that is not done');
    return this.values;
  }

  /** Runs until done, out of fuel, `slice` units further, or suspended. Errors end the execution. */
  step(slice = Number.POSITIVE_INFINITY): 'done' | 'fuel' | 'slice' | 'suspended' {
    if (this.state !== 'ready') throw new TypeError(`an execution that is ${this.state} cannot go on`);
    checkedFuel(slice);
    if (this.thread.pending !== undefined && !this.takeAnswer()) return 'suspended';
    const { thread } = this;
    this.state = 'failed'; // Where there is no room to enter, it is over.
    thread.enter();
    try {
      this.state = 'running';
      thread.unpark();
      const outcome = drive(thread, slice);
      if (outcome === 'done') this.values = readAll(this.func.type.results, thread.fp2, this.read);
      this.state = outcome === 'done' ? 'done' : 'ready';
      return outcome;
    } catch (error) {
      this.state = 'failed';
      stopped(thread, error);
      throw error;
    } finally {
      thread.leave();
    }
  }

  /**
   * Calls `wake` once when a suspended execution can go on: the next step then takes the answer, or throws what the host
   * call failed with. A notification of memory wakes at once, within the step of the thread that notifies. `blocks`: the
   * caller gives no control back to the host before that, so that other threads of the host cannot wake.
   */
  whenReady(wake: () => void, blocks = false): void {
    const { pending } = this.thread;
    if (pending === undefined) throw new InternalError('an execution that is not suspended waits for nothing');
    const settle = (settled: NonNullable<typeof this.settled>): void => {
      if (this.thread.pending !== pending || this.state !== 'ready') return;
      this.settled = settled;
      wake();
    };
    const { promise } = pending;
    if (promise instanceof MemoryWait && !blocks) promise.waitInHost();
    if (!(promise instanceof MemoryWait)) {
      promise.then(
        (answer) => settle({ answer }),
        (error: unknown) => settle({ error }),
      );
    } else if (promise.answer !== undefined) settle({ answer: promise.answer });
    else promise.onAnswer = () => settle({ answer: promise.answer });
  }

  /** Whether it is suspended in a wait on memory that a notification of this JavaScript thread or a time-out ends. */
  get waitsForMemory(): boolean {
    const promise = this.thread.pending?.promise;
    return promise instanceof MemoryWait && !promise.inHost;
  }

  /** Milliseconds until a wait on memory times out; undefined when it waits for something else, or for ever. */
  get timeLeft(): number | undefined {
    const promise = this.thread.pending?.promise;
    return promise instanceof MemoryWait ? promise.left : undefined;
  }

  /** Ends a wait on memory as timed out: for drivers that slept for `timeLeft` without giving control back. */
  timeOut(): void {
    const promise = this.thread.pending?.promise;
    if (promise instanceof MemoryWait) promise.finish(TIMED_OUT);
  }

  /** Gives the execution up: it cannot go on, and what it waits for keeps nothing alive. */
  abandon(): void {
    const promise = this.thread.pending?.promise;
    if (promise instanceof MemoryWait) promise.cancel();
    if (this.state === 'ready') this.state = 'failed';
  }

  /** Runs to the end on the spot. @throws Interrupted when the fuel is used up; it can go on later. */
  run(): readonly T[] {
    const outcome = this.step();
    if (outcome === 'suspended') throw new TypeError('an execution that waits for a promise goes on with runAsync');
    if (outcome !== 'done') throw outOfFuel();
    return this.results;
  }

  /** Runs to the end, waiting for host functions and giving turns to the host's event loop. */
  async runAsync(signal?: AbortLike): Promise<readonly T[]> {
    const aborted = signal === undefined ? undefined : abortPromise(signal);
    try {
      for (;;) {
        if (signal?.aborted) throw interruptedBy(signal);
        const outcome = this.step(SLICE);
        if (outcome === 'done') return this.results;
        if (outcome === 'fuel') throw outOfFuel();
        if (outcome === 'slice') await yieldToHost();
        else await this.wait(aborted?.promise);
      }
    } finally {
      aborted?.release();
    }
  }

  /** Takes the answer of the host call that it waited for, if there is one. */
  private takeAnswer(): boolean {
    const { settled } = this;
    if (settled === undefined) return false;
    this.settled = undefined;
    try {
      if ('error' in settled) deliverError(this.thread, settled.error);
      else deliver(this.thread, settled.answer);
      return true;
    } catch (error) {
      this.state = 'failed';
      throw error;
    }
  }

  /** Waits for the host call that the thread is suspended in. */
  private async wait(aborted: Promise<Interrupted> | undefined): Promise<void> {
    const { pending } = this.thread;
    if (pending === undefined) throw new InternalError('a suspended thread waits for nothing');
    try {
      const { value, failed } = await outcomeOf(
        aborted === undefined ? pending.promise : Promise.race([pending.promise, aborted]),
      );
      if (value instanceof Interrupted) throw value;
      if (failed) deliverError(this.thread, value);
      else deliver(this.thread, value);
    } catch (error) {
      if (!(error instanceof Interrupted)) this.state = 'failed';
      throw error;
    }
  }
}

/** What a promise gives, or what it fails with. */
async function outcomeOf(promise: PromiseLike<unknown>): Promise<{ value: unknown; failed: boolean }> {
  try {
    return { value: await promise, failed: false };
  } catch (error) {
    return { value: error, failed: true };
  }
}

function outOfFuel(): Interrupted {
  return new Interrupted('fuel', 'all fuel consumed: the program was stopped; it can go on with more fuel');
}

function interruptedBy(signal: AbortLike): Interrupted {
  return new Interrupted(
    'abort',
    `interrupted: the signal was aborted (${String(signal.reason ?? 'no reason given')})`,
  );
}

/** A host function called from outside, without a thread. */
function callHostFunc<T>(func: Func, args: readonly T[], write: Write<T>, canWait: boolean): unknown {
  const { type } = func;
  const base = free.slot;
  writeAll(type.params, base, args, write);
  if (func.direct !== undefined) return func.direct(base, canWait);
  const values = readAll(type.params, base, readValue);
  return callWith(func, undefined, values, canWait);
}

function hostResults<R>(func: Func, answer: unknown, finish: Finish<R>): R {
  if (func.direct === undefined || answer !== undefined) writeResults(func.type, free.slot, answer);
  return finish(func.type.results, free.slot);
}

/** An amount of fuel, without end where none is given. @throws TypeError or RangeError for what is no amount. */
function checkedFuel(amount: number = Number.POSITIVE_INFINITY): number {
  if (typeof amount !== 'number') throw new TypeError(`fuel is a number, not a ${typeof amount}`);
  if (Number.isNaN(amount)) throw new RangeError('fuel is an amount, not NaN');
  return amount;
}

function call<T, R>(func: Func, args: readonly T[], options: RunOptions, write: Write<T>, finish: Finish<R>): R {
  if (func.instance === undefined) return hostResults(func, callHostFunc(func, args, write, false), finish);
  const thread = new Thread(func.instance, checkedFuel(options.fuel), false);
  thread.enter();
  try {
    start(thread, func, args, write);
    if (drive(thread, Number.POSITIVE_INFINITY) === 'done') return finish(func.type.results, thread.fp2);
  } catch (error) {
    stopped(thread, error);
    throw error;
  } finally {
    thread.leave();
  }
  throw outOfFuel();
}

const NO_OPTIONS: RunOptions = {};

function checked(who: string, options: RunOptions | undefined): RunOptions {
  return options === undefined ? NO_OPTIONS : checkOptions(who, options, RUN_OPTIONS);
}

/** Calls a function with JavaScript values. @throws Trap, ExhaustionError, Interrupted, TypeError, what hosts throw. */
export function invoke(func: Func, args: readonly Value[], options?: RunOptions): readonly Value[] {
  checkCrossing(func);
  return call(func, args, checked('invoke', options), writeValue, readValues);
}

/** The same for callers that want the only result itself. */
export function invokeForResults(func: Func, args: readonly Value[], options: RunOptions = NO_OPTIONS): Results {
  checkCrossing(func);
  return call(func, args, options, writeValue, readResults);
}

/** Calls a function bit by bit: nothing is lost on the way. */
export function invokeBits(func: Func, args: readonly Bits[], options: RunOptions = NO_OPTIONS): readonly Bits[] {
  return call(func, args, options, writeBits, readAllBits);
}

async function callAsync<T>(
  func: Func,
  args: readonly T[],
  options: AsyncRunOptions,
  read: Read<T>,
  write: Write<T>,
): Promise<readonly T[]> {
  if (func.instance === undefined) {
    const finish: Finish<readonly T[]> = (types, base) => readAll(types, base, read);
    return hostResults(func, await callHostFunc(func, args, write, true), finish);
  }
  const execution = new Execution<T>(func, args, true, read, write);
  execution.fuel = checkedFuel(options.fuel);
  return execution.runAsync(options.signal);
}

/** Calls a function on a thread that may wait for promises of host functions. */
export async function invokeAsync(
  func: Func,
  args: readonly Value[],
  given?: AsyncRunOptions,
): Promise<readonly Value[]> {
  const options = checkOptions('invokeAsync', given, ASYNC_RUN_OPTIONS);
  checkCrossing(func);
  return callAsync(func, args, options, readValue, writeValue);
}

/** The same, bit by bit: nothing is lost on the way, and vectors may be arguments and results. */
export async function invokeBitsAsync(
  func: Func,
  args: readonly Bits[],
  options: AsyncRunOptions = {},
): Promise<readonly Bits[]> {
  return callAsync(func, args, options, readBits, writeBits);
}

/** A call that the embedder runs in steps. */
export function begin(func: Func, args: readonly Value[], async = false): Execution<Value> {
  checkCrossing(func);
  return new Execution<Value>(func, args, async, readValue, writeValue);
}

/** The same, bit by bit. */
export function beginBits(func: Func, args: readonly Bits[], async = false): Execution<Bits> {
  return new Execution<Bits>(func, args, async, readBits, writeBits);
}
