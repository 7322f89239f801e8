// Waiting on memory: memory.atomic.wait32, wait64 and notify.
// https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md#wait-and-notify-operators
// A guest thread that waits is suspended like one that waits for a host function, and found in a list here; a
// notification wakes it within this JavaScript thread. Where the memory may be held by other threads of the host, it waits
// in the host's own list by Atomics.waitAsync, so that they wake it and it counts for their Atomics.notify.
// A guest thread that may not be suspended blocks the whole JavaScript thread by Atomics.wait.
import { signed64 } from '../../syntax/bits.ts';
import { now } from '../../clock.ts';
import { Trap, UnsupportedError } from '../../errors.ts';
import type { Memory } from '../../runtime/memory.ts';
import { notify, WOKEN } from '../../runtime/notify.ts';
import type { Waiter } from '../../runtime/waiters.ts';
import { startTimer } from '../../runtime/timers.ts';
import { I32 } from '../../syntax/types.ts';
import { funcType } from '../../validator/type-space.ts';

/** What a wait returns that was not ended by a notification. */
export const NOT_EQUAL = 1;
export const TIMED_OUT = 2;

/** The type of a function that returns an i32, as a wait does. */
export const WAIT_TYPE = funcType([], [I32]);

/** What of Atomics the language's older libraries do not have. */
interface HostAtomics {
  waitAsync?(
    cells: Int32Array | BigInt64Array,
    index: number,
    expected: number | bigint,
    milliseconds: number,
  ): { async: false; value: Outcome } | { async: true; value: Promise<Outcome> };
}

type Outcome = 'ok' | 'not-equal' | 'timed-out';

const ANSWERS: Readonly<Record<Outcome, number>> = { ok: WOKEN, 'not-equal': NOT_EQUAL, 'timed-out': TIMED_OUT };

/** A place to wait at, and what has to be there. */
export interface Place {
  readonly memory: Memory;
  /** The address. */
  readonly p: number;
  /** Of 32 bits as an int32, of 64 as a signed bigint. */
  readonly expected: number | bigint;
}

/** The cells of a place in a buffer that other threads of the host can hold, and its index there. */
function cellsOf({
  memory,
  p,
  expected,
}: Place): readonly [cells: Int32Array | BigInt64Array, index: number] | undefined {
  if (memory.M64 === undefined) return undefined;
  return typeof expected === 'bigint' ? [memory.M64, p / 8] : [memory.M32, p / 4];
}

/**
 * A wait at a place until notified, or for `nanoseconds` (negative: for ever). It ends with WOKEN or TIMED_OUT, or
 * NOT_EQUAL where another thread of the host was quicker. Unlike a promise it calls the last listener alone, and at once:
 * within the step of the thread that notifies.
 */
export class MemoryWait implements Waiter {
  /** Undefined while it waits. */
  answer: number | undefined;
  private tell: ((answer: number) => void) | undefined;
  private readonly place: Place;
  private readonly end: number | undefined;
  private stopTimer: (() => void) | undefined;
  /** It stands in no queue: it has ended, or nobody drives its thread. */
  private isOut = true;
  /** Whoever waits for it gives control back to the host. */
  private mayWaitInHost = false;
  /** It stands in the host's list, not in ours: other threads of the host can wake it. */
  inHost = false;

  constructor(place: Place, nanoseconds: bigint) {
    this.place = place;
    this.end = nanoseconds < 0n ? undefined : now() + Number(nanoseconds) / 1e6;
    this.join();
  }

  /** Waits in the queue, where it does not: as if the instruction began now, but for the time that has passed. */
  join(): void {
    if (!this.isOut || this.answer !== undefined) return;
    this.isOut = false;
    const { place, left } = this;
    if (!isEqual(place)) {
      this.finish(NOT_EQUAL);
      return;
    }
    if (!this.inHost) {
      const { waiters } = place.memory;
      const here = waiters.get(place.p) ?? new Set();
      waiters.set(place.p, here.add(this));
    }
    if (left !== undefined) this.stopTimer = startTimer(left, () => this.finish(TIMED_OUT));
  }

  // biome-ignore lint/suspicious/noThenProperty: it suspends a thread like the promise of a host function
  then(tell: (answer: number) => void): void {
    if (this.answer === undefined) this.tell = tell;
    else tell(this.answer);
  }

  /** Milliseconds until it times out; undefined when only a notification ends it. */
  get left(): number | undefined {
    return this.end === undefined ? undefined : Math.max(0, this.end - now());
  }

  /**
   * Goes over to the host's list, where the memory may be held by other threads of the host. For those who give control
   * back to the host before the wait can end: what its list says, it says in a turn of its own.
   */
  waitInHost(): void {
    this.mayWaitInHost = true;
    if (this.place.memory.isHeld) this.goOver(this.place.expected);
  }

  /** The memory is handed out. The wait has begun, so what is there now need not be what was expected. */
  handedOut(): void {
    const cells = cellsOf(this.place);
    if (this.mayWaitInHost && cells !== undefined) this.goOver(Atomics.load(cells[0] as Int32Array, cells[1]));
  }

  private goOver(expected: number | bigint): void {
    const cells = cellsOf(this.place);
    const { waitAsync } = (typeof Atomics === 'undefined' ? {} : Atomics) as HostAtomics;
    if (this.inHost || this.isOut || cells === undefined || waitAsync === undefined) return;
    const { async, value } = waitAsync(cells[0], cells[1], expected, this.left ?? Number.POSITIVE_INFINITY);
    if (!async) this.finish(ANSWERS[value as Outcome]);
    else {
      this.leaveList();
      this.inHost = true;
      (value as Promise<Outcome>).then((outcome) => this.hear(outcome));
    }
  }

  /** Ends the wait; nothing happens if it has ended. */
  finish(answer: number): void {
    if (this.answer !== undefined) return;
    this.leave();
    this.answer = answer;
    this.tell?.(answer);
  }

  /** Leaves the queue: no notification of ours counts it, no timer keeps the host alive. */
  leave(): void {
    this.stopTimer?.();
    this.leaveList();
    this.isOut = true;
  }

  /** The host's list cannot be left: a notification for one that has left is passed on to the next. */
  private hear(outcome: Outcome): void {
    this.inHost = false;
    if (!this.isOut) this.finish(ANSWERS[outcome]);
    else if (outcome === 'ok') notify(this.place.memory, this.place.p, 1);
  }

  private leaveList(): void {
    const { memory, p } = this.place;
    const here = memory.waiters.get(p);
    if (here?.delete(this) && here.size === 0) memory.waiters.delete(p);
  }
}

/** Is what is expected there? */
export function isEqual(place: Place): boolean {
  const { memory, p, expected } = place;
  const cells = cellsOf(place);
  if (cells !== undefined) return Atomics.load(cells[0] as Int32Array, cells[1]) === expected;
  const { M32 } = memory;
  if (typeof expected === 'number') return M32[p / 4] === expected;
  return signed64(M32[p / 4], M32[p / 4 + 1]) === expected;
}

/**
 * A wait of a thread that cannot be suspended, with what is expected there, until the moment `timeout` (Infinity: for
 * ever). It blocks the JavaScript thread where the host allows that; else it times out at once. Undefined: the moment
 * `end`, when the thread has to stop, came first.
 * @throws UnsupportedError when it would wait for ever.
 */
export function waitBlocking(place: Place, timeout: number, end: number): number | undefined {
  const forEver = timeout === Number.POSITIVE_INFINITY;
  const held = cellsOf(place);
  if (forEver && !(place.memory.isHeld && held !== undefined)) {
    throw cannotBlock('without a time-out would wait for ever, since no other thread runs during a synchronous call');
  }
  const cells = held ?? spareCells();
  const left = Math.min(timeout, end) - now();
  if (left > 0) {
    if (cells === undefined) return TIMED_OUT;
    try {
      const expected = held === undefined ? 0 : place.expected;
      const outcome = Atomics.wait(cells[0] as Int32Array, cells[1], expected as number, left);
      if (outcome !== 'timed-out') return ANSWERS[outcome];
    } catch {
      // A browser's main thread may not sleep.
      if (forEver)
        throw cannotBlock('without a time-out would wait for ever, since the host does not let this thread block');
      return TIMED_OUT;
    }
  }
  return timeout <= end ? TIMED_OUT : undefined;
}

/** Something to sleep on for memories that are no SharedArrayBuffer. */
function spareCells(): readonly [Int32Array, number] | undefined {
  if (typeof SharedArrayBuffer === 'undefined' || typeof Atomics === 'undefined') return undefined;
  return [new Int32Array(new SharedArrayBuffer(4)), 0];
}

export function cannotBlock(why: string): UnsupportedError {
  return new UnsupportedError('blocking-wait', `blocking wait: memory.atomic.wait ${why}; use callAsync`);
}

/** Only shared memories can be waited on. */
export function checkShared(memory: Memory): void {
  if (!memory.type.shared) throw new Trap('expected-shared-memory', 'memory.atomic.wait needs a shared memory');
}
