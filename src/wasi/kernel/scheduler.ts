// The scheduler: the guest threads of one process take turns on one JavaScript thread, each for a slice of fuel.
// https://github.com/WebAssembly/wasi-threads  No workers and no SharedArrayBuffer: a turn ends between two instructions.
// Round robin, or a random order that follows from a seed. Whose turn it is, is counted in fuel and turns, never in time: when
// the host is to have its turn of the event loop, the guest's turn is interrupted, and goes on after it. With a seed the
// host's turns are counted, too, so that a run depends on the guest, the seed and what the host answers alone.
// How a thread is run is the engine's business.
import { asOnePiece, due, endOf, now, within } from '../../clock.ts';
import { UnsupportedError } from '../../errors.ts';
import { type AbortLike, checkStop, untilStopped } from '../../runtime/abort.ts';
import { accountOf, type FuelAccount, outOfFuel } from '../../runtime/fuel.ts';
import { NOTHING_LEFT, shareOfTurn } from '../../runtime/turns.ts';
import { cannotWaitSync, nobodyWakes } from '../messages.ts';

/** A call of a guest function that is run in steps; the engine's executions are such. */
export interface GuestCall {
  /** What has the fuel that it uses. */
  set account(account: FuelAccount | undefined);
  /**
   * Runs at most so much further, and until the deadline at most, in milliseconds as Date.now() returns it. Throws what
   * ends the call.
   */
  step(slice: number, options?: { readonly deadline: number }): 'done' | 'fuel' | 'slice' | 'suspended';
  /** Calls `wake` once when a suspended call can go on. `blocks`: the host gets no control until then. */
  whenReady(wake: () => void, blocks: boolean): void;
  /** Whether it was stopped in the middle of an instruction. */
  readonly midway: boolean;
  /** Whether it is suspended in a wait on memory, which only another thread or a time-out ends. */
  readonly waitsForMemory: boolean;
  /** Milliseconds until a wait on memory times out; undefined for other waits, and for those without a limit. */
  readonly timeLeft: number | undefined;
  /** Ends a wait on memory as timed out. */
  timeOut(): void;
  /** How many instances wait for a return from another one, where the engine says so. */
  readonly depth?: number;
  /** Gives it up. */
  abandon(): void;
}

export interface SchedulerOptions {
  /** Threads and lengths of slices are random, as follows from this number; round robin without it. */
  readonly seed?: number | undefined;
  /** The longest slice, in units of fuel, while there are several threads. */
  readonly slice?: number | undefined;
  /** Fuel of all threads together, or an account of it; practically unlimited if not given. */
  readonly fuel?: number | FuelAccount | undefined;
  readonly signal?: AbortLike | undefined;
  /** When the program has to be over, in milliseconds as Date.now() returns it. */
  readonly deadline?: number | undefined;
}

/** How the whole host waits, in a synchronous run; see parked.ts. */
export interface HostWaits {
  /** Lets calls go on whose waits are over. */
  retry(): unknown;
  /** Waits until one can go on, or for at most so many nanoseconds. */
  wait(limit: bigint | undefined): 'answered' | 'time' | 'never';
  /** All threads are gone. */
  clear(): void;
}

/** What is called when something happens to a thread. */
export interface Watch {
  /** Its calls are done, or it was removed. */
  ended?(): void;
  /** It has failed: whether the others go on without it. */
  failed?(error: unknown): boolean;
  /** A call of it is done: it may make others. */
  returned?(call: GuestCall): void;
}

/** A thread that a scheduler runs. */
export class Scheduled {
  /** Made one after the other: the start function, if there is one, and the entry. */
  calls: GuestCall[];
  watch: Watch;
  /** What is left of the slice of a turn that was interrupted. */
  left: number | undefined = undefined;
  /** It gets no turns; and whether it could go on if it did. */
  isHeld = false;
  couldGoOn = false;

  constructor(calls: readonly GuestCall[], watch: Watch) {
    this.calls = [...calls];
    this.watch = watch;
  }
}

const SLICE = 50_000;
/** The slice of a thread that is alone; and fuel between two turns of the host's event loop where they are counted. */
const LONG_SLICE = 400_000;
/** What a turn counts besides its fuel there, so that threads which only wait do not keep the host from its turn. */
const TURN_COST = 1_000;

export class Scheduler {
  private readonly slice: number;
  private readonly chance: ((below: number) => number) | undefined;
  private readonly signal: AbortLike | undefined;
  /** When all has to be over, on our clock. */
  private readonly end: number;
  private readonly account: FuelAccount;
  private sinceHost = 0;
  private readonly threads = new Set<Scheduled>();
  private readonly runnable: Scheduled[] = [];
  private main: Scheduled | undefined;
  private wakeUp: () => void = () => {};
  private blocks = false;
  private failure: { readonly error: unknown } | undefined;

  constructor({ seed, slice = SLICE, fuel = Number.MAX_SAFE_INTEGER, signal, deadline }: SchedulerOptions = {}) {
    this.slice = slice;
    this.chance = seed === undefined ? undefined : chanceFrom(seed);
    this.account = accountOf(fuel);
    this.signal = signal;
    this.end = endOf(deadline);
  }

  /** Threads that have not ended. */
  get count(): number {
    return this.threads.size;
  }

  /** Adds a thread that makes these calls one after the other. The first one added is the main thread. */
  add(calls: readonly GuestCall[], watch: Watch = {}): Scheduled {
    const thread = new Scheduled(calls, watch);
    this.main ??= thread;
    this.threads.add(thread);
    this.runnable.push(thread);
    this.wakeUp();
    return thread;
  }

  /** Ends a thread: its calls are given up. */
  remove(thread: Scheduled): void {
    if (!this.threads.delete(thread)) return;
    this.forget(thread);
    for (const call of thread.calls) call.abandon();
    thread.watch.ended?.();
  }

  /** It makes other calls from now on: the first of them may be one that was put aside. */
  change(thread: Scheduled, calls: readonly GuestCall[]): void {
    this.forget(thread);
    thread.calls = [...calls];
    this.enqueue(thread);
  }

  /** All end with this one from now on. */
  lead(thread: Scheduled): void {
    this.main = thread;
  }

  /** Whether all end with this one. */
  leads(thread: Scheduled): boolean {
    return this.main === thread;
  }

  /** It gets no turns until `goOn`. */
  hold(thread: Scheduled): void {
    if (thread.isHeld) return;
    thread.isHeld = true;
    thread.couldGoOn = this.runnable.includes(thread);
    this.forget(thread);
  }

  goOn(thread: Scheduled): void {
    if (!thread.isHeld) return;
    thread.isHeld = false;
    if (thread.couldGoOn) this.enqueue(thread);
  }

  /** Ends all with an error. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.wakeUp();
  }

  private forget(thread: Scheduled): void {
    const at = this.runnable.indexOf(thread);
    if (at >= 0) this.runnable.splice(at, 1);
    thread.left = undefined;
  }

  private enqueue(thread: Scheduled): void {
    if (!this.threads.has(thread)) return;
    if (thread.isHeld) thread.couldGoOn = true;
    else if (!this.runnable.includes(thread)) this.runnable.push(thread);
    this.wakeUp();
  }

  /**
   * Runs until the main thread has ended; the others end with it. Throws what any thread throws, and Interrupted when
   * the fuel is used up, the signal is aborted or the deadline has passed.
   */
  async run(yieldToHost: () => Promise<void>): Promise<void> {
    try {
      // What it is begun in the middle of has a deadline of its own.
      if (due.at !== Number.POSITIVE_INFINITY) await yieldToHost();
      for (let pause = this.nextPause(true); this.goesOn(); ) {
        if (now() >= pause) pause = this.nextPause();
        if (this.sinceHost >= LONG_SLICE || pause === NOTHING_LEFT) {
          await yieldToHost();
          pause = this.nextPause();
          continue;
        }
        const thread = this.next();
        if (thread === undefined) await this.wake();
        else asOnePiece(this.end, () => this.turn(thread, pause));
      }
    } finally {
      this.abandonAll();
    }
  }

  /** The same without giving control back: what threads wait for, the host waits for. */
  runSync(host: HostWaits): void {
    this.blocks = true;
    try {
      within(this.end, () => {
        while (this.goesOn()) {
          this.expire();
          host.retry();
          const thread = this.next();
          if (thread === undefined) this.waitSync(host);
          else this.turn(thread, Number.POSITIVE_INFINITY);
        }
      });
    } finally {
      this.abandonAll();
      host.clear();
    }
  }

  /** Where the host has had its turn: when it is to have the next one. */
  private nextPause(begins = false): number {
    this.sinceHost = 0;
    return this.chance === undefined ? shareOfTurn(begins) : Number.POSITIVE_INFINITY;
  }

  private goesOn(): boolean {
    checkStop(this.signal, this.end);
    if (this.failure !== undefined) throw this.failure.error;
    return this.main !== undefined && this.threads.has(this.main);
  }

  private next(): Scheduled | undefined {
    const { chance, runnable } = this;
    // A turn that was interrupted goes on.
    if (runnable[0]?.left !== undefined) return runnable.shift();
    if (chance === undefined || runnable.length < 2) return runnable.shift();
    return runnable.splice(chance(runnable.length), 1)[0];
  }

  /** A turn, or what is left of it: until the moment `pause` at most. */
  private turn(thread: Scheduled, pause: number): void {
    const [call] = thread.calls;
    const { account } = this;
    const before = account.left;
    const slice = thread.left ?? this.sliceLength();
    call.account = account;
    const timed = pause !== Number.POSITIVE_INFINITY;
    let outcome: ReturnType<GuestCall['step']>;
    try {
      outcome = call.step(slice, timed ? { deadline: Date.now() + (pause - now()) } : undefined);
    } catch (error) {
      // It may have been removed, or given up for another call, within its own step.
      if (this.threads.has(thread) && thread.calls[0] === call && thread.watch.failed?.(error) !== true) throw error;
      if (thread.calls[0] === call) this.remove(thread);
      else this.enqueue(thread);
      return;
    }
    // The host may have given more meanwhile.
    const used = before < Number.POSITIVE_INFINITY ? Math.max(0, before - account.left) : slice;
    const left = slice - used;
    if (this.chance !== undefined) this.sinceHost += used + TURN_COST;
    // No other thread sees what is half done.
    const goesOn = call.midway || (left >= 0 && now() >= pause);
    thread.left = outcome === 'slice' && goesOn ? Math.max(0, left) : undefined;
    if (outcome === 'fuel') throw outOfFuel();
    if (thread.calls[0] !== call) {
      // It has been removed, or makes another call now.
      thread.left = undefined;
      this.enqueue(thread);
    } else if (outcome === 'suspended') call.whenReady(() => this.ready(thread, call), this.blocks);
    else {
      if (outcome === 'done') this.done(thread, call);
      if (thread.left !== undefined && !thread.isHeld) this.runnable.unshift(thread);
      else this.enqueue(thread);
    }
  }

  private done(thread: Scheduled, call: GuestCall): void {
    thread.calls.shift();
    thread.watch.returned?.(call);
    if (thread.calls.length > 0 || !this.threads.delete(thread)) return;
    thread.watch.ended?.();
  }

  private sliceLength(): number {
    if (this.chance !== undefined) return 1 + this.chance(this.slice);
    return this.threads.size > 1 ? this.slice : LONG_SLICE;
  }

  private ready(thread: Scheduled, call: GuestCall): void {
    if (thread.calls[0] === call) this.enqueue(thread);
  }

  /** Waits until a thread can go on, or what stops all. */
  private wake(): Promise<void> {
    this.checkSomeoneWakes();
    const begin = (resolve: () => void): void => {
      this.wakeUp = resolve;
    };
    return untilStopped<void>(this.signal, this.end, begin, () => this.abandonAll());
  }

  /** Threads that all wait on memory without a limit would never go on, and an idle host would end in silence. */
  private checkSomeoneWakes(): void {
    for (const { calls } of this.threads) if (!calls[0].waitsForMemory || calls[0].timeLeft !== undefined) return;
    throw new UnsupportedError('blocking-wait', nobodyWakes(this.count));
  }

  /** Ends the waits whose time has come: no timer of the host does it in a synchronous run. */
  private expire(): void {
    for (const { calls } of this.threads) if (calls[0].timeLeft === 0) calls[0].timeOut();
  }

  /** Waits until a thread can go on: at the latest when the first wait on memory times out. */
  private waitSync(host: HostWaits): void {
    let first: GuestCall | undefined;
    let left = Number.POSITIVE_INFINITY;
    for (const { calls } of this.threads) {
      const time = calls[0].timeLeft;
      if (time === undefined || time >= left) continue;
      first = calls[0];
      left = time;
    }
    if (first === undefined) this.checkSomeoneWakes();
    const limit = Math.min(left, this.end - now());
    const outcome = host.wait(limit === Number.POSITIVE_INFINITY ? undefined : BigInt(Math.ceil(limit * 1e6)));
    if (outcome === 'never') throw new UnsupportedError('blocking-wait', cannotWaitSync(this.count));
    if (outcome === 'time' && limit === left) first?.timeOut();
  }

  private abandonAll(): void {
    const given = [...this.threads];
    // First, so that none of them is woken to go on.
    this.threads.clear();
    this.runnable.length = 0;
    for (const { calls, watch } of given) {
      for (const call of calls) call.abandon();
      watch.ended?.();
    }
  }
}

/** Whole numbers below a bound that follow from a seed (xorshift, 32 bits). */
function chanceFrom(seed: number): (below: number) => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
