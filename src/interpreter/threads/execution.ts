// A call of a wasm function that can be stopped and go on: in steps, or to its end with turns of the host in between.
// Between runs it is plain data; other calls may happen in the meantime. invoke.ts says how calls begin, waiting.ts how
// a host call ends that it waits for.
import { asOnePiece, DEADLINE, due, endOf, Limit, now, outOfTime } from '../../clock.ts';
import { UnsupportedError } from '../../errors.ts';
import { checkOptions } from '../../options.ts';
import { type AbortLike, checkStop, onAbort, untilStopped } from '../../runtime/abort.ts';
import { checkAccount, type FuelAccount } from '../../runtime/fuel.ts';
import type { Func } from '../../runtime/instance.ts';
import { hasToWait, shareOfTurn, yieldToHost } from '../../runtime/turns.ts';
import type { ValType } from '../../syntax/types.ts';
import { type CallEnd, type Outcome, drive, endWait, stopped } from './driver.ts';
import {
  checkedFuel,
  checkedSlice,
  DEADLINE_OPTIONS,
  type DeadlineOptions,
  givenUp,
  outOfFuel,
  outOfFuelForNow,
  STOP_OPTIONS,
  type StopOptions,
} from './stops.ts';
import { callFirst, type Still } from './suspended.ts';
import { type Pending, Thread, whenIdle } from './thread.ts';
import { type Settled, Waiting, endOfCall } from './waiting.ts';
import { TIMED_OUT } from '../ops/waits.ts';

/** Reads results of some types that stand from a word on. */
type Finish<T> = (types: readonly ValType[], base: number) => T[];

/** An execution that is in a state, in words. */
const STATES = {
  ready: 'an execution that is ready to run',
  running: 'an execution that is running',
  done: 'an execution that is done',
  failed: 'an execution that has failed',
} as const;

export class Execution<T> {
  readonly func: Func;
  private readonly thread: Thread;
  private readonly read: Finish<T>;
  /** When it has to be over, on our clock: by its own deadline, and by that of whoever runs it now. */
  private end: number;
  private endOfRun = Number.POSITIVE_INFINITY;
  /** The same for all that runs within it, while it runs. */
  private limit: Limit | undefined;
  private state: 'ready' | 'running' | 'done' | 'failed' = 'ready';
  private abandoned = false;
  /** runAsync is at work. */
  private driven = false;
  private values: readonly T[] = [];
  /** Fuel that was given since it last ran, which pays what was owed. */
  private given: number | undefined;
  private readonly waiting = new Waiting();

  /**
   * `start` puts the first frame in order; `end` is when it has to be over, on our clock.
   * @throws TypeError when the arguments do not fit the function's type, UnsupportedError for a function of the host.
   */
  constructor(
    func: Func,
    async: boolean,
    start: (thread: Thread) => void,
    read: Finish<T>,
    end = Number.POSITIVE_INFINITY,
  ) {
    if (func.instance === undefined) {
      throw new UnsupportedError(
        'host-function',
        'a function of the host cannot be run in steps: call it with call or callAsync',
      );
    }
    this.func = func;
    this.read = read;
    this.end = end;
    this.thread = new Thread(func.instance, 0, async);
    const { thread } = this;
    thread.enter();
    try {
      start(thread);
      thread.park(thread.top(), true);
    } finally {
      thread.leave();
    }
  }

  private get what(): string {
    return this.abandoned ? 'an execution that was abandoned' : STATES[this.state];
  }

  get done(): boolean {
    return this.state === 'done';
  }

  /** Fuel that is left; negative when the last run used it up. */
  get fuel(): number {
    return this.thread.fuel;
  }

  /** What the last run has used above what it had is paid first: by what is set last before the next run. */
  set fuel(amount: number) {
    const checked = checkedFuel(amount);
    if (this.abandoned) return;
    // While it runs nothing is owed.
    if (this.state !== 'running') this.given = checked;
    this.thread.fuel = checked - this.thread.debt;
  }

  /**
   * What it takes its fuel from when it runs, instead of an amount of its own; it goes back to it when it stops.
   * @throws TypeError for what is no account, and while it runs.
   */
  get account(): FuelAccount | undefined {
    return this.thread.account;
  }

  set account(account: FuelAccount | undefined) {
    if (account !== undefined) checkAccount(account);
    if (this.state === 'running') throw new TypeError(`${this.what} has its account until it stops`);
    this.thread.account = account;
  }

  /** What is owed is paid as far as what was given goes. */
  private pay(): void {
    const { given, thread } = this;
    if (given === undefined) return;
    this.given = undefined;
    thread.debt = Math.max(0, thread.debt - Math.max(0, given));
    thread.fuel = Math.max(-1, thread.fuel);
  }

  /**
   * Whether it was stopped in the middle of an instruction that does much: others that see the same memories, tables or
   * arrays see it half done until it is run on.
   */
  get midway(): boolean {
    return this.thread.midway;
  }

  /** A moment in milliseconds, as Date.now() returns it: what then runs or waits ends in Interrupted, and can go on later. */
  set deadline(moment: number | undefined) {
    this.end = endOf(moment === undefined ? moment : (DEADLINE(moment, 'the deadline') as number));
    this.limit?.move(this.over);
    // Who waits for it waits until another moment now.
    if (this.driven) whenIdle(() => this.waiting.tell());
  }

  /** When it has to be over. */
  private get over(): number {
    return Math.min(this.end, this.endOfRun);
  }

  /** The results, once it is done. @throws TypeError before. */
  get results(): readonly T[] {
    if (this.state !== 'done') throw new TypeError(`${this.what} has no results`);
    return this.values;
  }

  /**
   * Runs until done, out of fuel, `slice` units further or until the deadline of this step ('slice'), or suspended. Errors
   * end the execution.
   * @throws TypeError while it runs already, after it ended, and while runAsync is at work; Interrupted when the deadline
   * of the execution has passed: it can go on with a later one.
   */
  step(slice = Number.POSITIVE_INFINITY, options?: DeadlineOptions): Outcome {
    if (this.driven) throw new TypeError('an execution has one driver: runAsync is at work');
    if (options === undefined) return this.advance(slice, Number.POSITIVE_INFINITY);
    return this.advance(slice, endOf(checkOptions('step', options, DEADLINE_OPTIONS).deadline));
  }

  /**
   * The same for calls that go on in a turn of their own ('slice') where what they were begun in the middle of has to be
   * over: that is no end of theirs.
   * @internal
   */
  stretch(pause = Number.POSITIVE_INFINITY): Outcome {
    return this.advance(Number.POSITIVE_INFINITY, pause, true);
  }

  private advance(slice: number, pause: number, apart = false): Outcome {
    if (this.state !== 'ready') throw new TypeError(`${this.what} cannot go on`);
    checkedSlice(slice);
    this.checkTime(true);
    const { pending } = this.thread;
    pending?.wait?.join();
    const settled = pending === undefined ? undefined : this.waiting.take(pending);
    if (pending !== undefined && settled === undefined) return 'suspended';
    this.state = 'running';
    let outcome: Outcome | undefined;
    const limit = (this.limit = new Limit(this.over));
    try {
      // Before code of the host runs, which may give it more.
      this.pay();
      const answer = pending === undefined ? undefined : endOfCall(pending, settled as Settled);
      outcome = this.stay(slice, pause, answer);
    } finally {
      limit.leave();
      this.limit = undefined;
      this.state = outcome === undefined ? 'failed' : outcome === 'done' ? 'done' : 'ready';
      if (outcome === undefined) this.letGo();
    }
    if (outcome === 'suspended') this.hear();
    if (this.abandoned && outcome !== 'done') {
      this.abandon();
      throw givenUp();
    }
    if (outcome === 'slice') this.checkTime(apart);
    return outcome;
  }

  /** @throws Interrupted when it has to be over; or, unless it is `apart`, what it is part of. */
  private checkTime(apart: boolean): void {
    const end = apart ? this.over : Math.min(this.over, due.at);
    if (end !== Number.POSITIVE_INFINITY && now() >= end) throw outOfTime();
  }

  /** It has failed: its stack is let go of. The result that it waited for is dropped, and a failure of that harms nobody. */
  private letGo(): void {
    const { thread } = this;
    const { pending } = thread;
    thread.over();
    if (pending === undefined) return;
    thread.pending = undefined;
    pending.letGo?.();
    const nobody = (): void => undefined;
    try {
      pending.promise.then(nobody, nobody);
    } catch {
      // A promise of another kind, which could not be waited for either.
    }
  }

  /** A stay on the stack. Those that are woken meanwhile are called when the stack is empty, and find this execution running. */
  private stay(slice: number, pause: number, end: CallEnd | undefined): Outcome {
    const { thread } = this;
    thread.enter();
    try {
      thread.unpark();
      if (end !== undefined) {
        endWait(thread, end);
        if (thread.comesFirst.length > 0) callFirst(thread);
      }
      const outcome = drive(thread, slice, pause);
      if (outcome === 'done') this.values = this.read(this.func.signature.results, thread.fp2);
      else if (outcome !== 'suspended') thread.park(thread.top());
      return outcome;
    } catch (error) {
      stopped(thread, error);
      throw error;
    } finally {
      thread.leave();
    }
  }

  /**
   * Calls `wake` once when a suspended execution can go on: the next step then takes the answer, or throws what the host
   * call failed with. It is called while no guest runs, but maybe before the step of the thread that notified it has
   * returned: note it, and go on later. `blocks`: the caller gives no control back to the host before that, so that other
   * threads of the host cannot wake it. @throws TypeError while it is not suspended, or somebody else waits for it.
   */
  whenReady(wake: () => void, blocks = false): void {
    if (this.driven || this.waiting.isHeard) throw new TypeError('an execution has one driver: it is waited for');
    this.listen(wake, blocks);
  }

  private listen(wake: () => void, blocks: boolean): void {
    const { pending } = this.thread;
    // One that was given up would never wake anybody.
    const waits = pending !== undefined && this.state === 'ready';
    if (!waits) throw new TypeError('an execution that is not suspended waits for nothing');
    this.waiting.listen(pending, wake, blocks);
  }

  /**
   * What copies it and puts it elsewhere, while it does not run. @throws TypeError while it runs and after it ended.
   * @internal
   */
  get still(): Still<Execution<T>> {
    if (this.state !== 'ready') throw new TypeError(`${this.what} cannot go on`);
    const { thread, read, end } = this;
    const another = (func: Func): Execution<T> => new Execution<T>(func, thread.async, () => undefined, read, end);
    return { thread, another, hear: () => this.hear() };
  }

  /**
   * How many instances wait for a return from another one; a call that came first counts as one (suspended.ts).
   * @internal
   */
  get depth(): number {
    return this.thread.callers.length;
  }

  /** From the moment on at which it waits. */
  private hear(): void {
    const pending = this.thread.pending as Pending;
    this.waiting.hear(pending, () => this.thread.pending === pending && this.state === 'ready');
  }

  /** Whether it is suspended in a wait on memory that a notification of this JavaScript thread or a time-out ends. */
  get waitsForMemory(): boolean {
    return this.thread.pending?.wait?.inHost === false;
  }

  /** Milliseconds until a wait on memory times out; undefined when it waits for something else, or for ever. */
  get timeLeft(): number | undefined {
    return this.thread.pending?.wait?.left;
  }

  /** Ends a wait on memory as timed out: for drivers that slept for `timeLeft` without giving control back. */
  timeOut(): void {
    this.thread.pending?.wait?.finish(TIMED_OUT);
  }

  /**
   * Gives the execution up: it cannot go on, and what it waits for keeps nothing alive. While it runs, it is stopped when
   * the host function that says so returns; its step then throws Interrupted.
   */
  abandon(): void {
    this.abandoned = true;
    this.thread.abandon();
    this.thread.pending?.letGo?.();
    if (this.state === 'ready') this.state = 'failed';
    this.waiting.tell();
  }

  /** Runs to the end on the spot. @throws Interrupted when the fuel is used up; it can go on later. */
  run(): readonly T[] {
    const outcome = this.step();
    if (outcome === 'suspended') throw new TypeError('an execution that waits for a promise goes on with runAsync');
    if (outcome !== 'done') throw outOfFuelForNow();
    return this.results;
  }

  /**
   * Runs to the end, waiting for host functions and giving turns to the host's event loop. Nobody else may drive it
   * meanwhile. `given`: a signal, or options.
   * @throws Interrupted when the fuel is used up, the signal is aborted, the deadline has passed or the execution is
   * abandoned; TypeError, RangeError for what does not fit.
   */
  async runAsync(given?: AbortLike | StopOptions): Promise<readonly T[]> {
    if (this.driven || this.waiting.isHeard) throw new TypeError('an execution has one driver: it is driven already');
    const isSignal = typeof given === 'object' && given !== null && 'aborted' in given;
    const { signal, deadline } = checkOptions('runAsync', isSignal ? { signal: given } : given, STOP_OPTIONS);
    return this.runUntil(signal, endOf(deadline));
  }

  /**
   * The same with a moment on our clock, for those who have just begun it.
   * @internal
   */
  async runUntil(signal: AbortLike | undefined, end: number): Promise<readonly T[]> {
    this.driven = true;
    this.endOfRun = end;
    // A host function may abort it while the thread is on the stack, which has to stop when that returns.
    const stopListening = onAbort(signal, () => {
      this.thread.giveUp();
    });
    try {
      // Where the share was used up, the host may have had its turn since.
      for (let pause = shareOfTurn(true); ; pause = now() < pause ? pause : shareOfTurn()) {
        if (hasToWait(pause)) {
          await yieldToHost();
          pause = shareOfTurn();
        }
        if (this.abandoned) throw givenUp();
        checkStop(signal, this.over);
        const outcome = asOnePiece(Number.POSITIVE_INFINITY, () => this.stretch(pause));
        if (outcome === 'done') return this.results;
        if (outcome === 'fuel') throw outOfFuel();
        if (outcome === 'suspended') await this.answer(signal);
      }
    } finally {
      stopListening();
      this.driven = false;
      this.endOfRun = Number.POSITIVE_INFINITY;
      this.waiting.forget();
      this.leaveQueue();
    }
  }

  /** Waits for what the thread is suspended in, or until it is stopped. */
  private answer(signal: AbortLike | undefined): Promise<void> {
    const begin = (resolve: () => void): void => this.listen(resolve, false);
    return untilStopped<void>(signal, this.over, begin, () => this.leaveQueue());
  }

  /** Nobody drives it, so that a wait on memory stands in no queue: no notification counts it. The next step joins again. */
  private leaveQueue(): void {
    this.thread.pending?.wait?.leave();
  }
}
