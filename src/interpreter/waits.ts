// Waiting on memory: memory.atomic.wait32, wait64 and notify, between the interpreter's own threads.
// https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md#wait-and-notify-operators
// A waiting thread is suspended like one that waits for a host function. A thread that may not be suspended can only
// wait for a time-out, since nobody else runs meanwhile.
import { Trap, UnsupportedError } from '../errors.ts';
import type { Memory } from '../runtime/memory.ts';
import { type FuncType, I32 } from '../syntax/types.ts';

/** What a wait answers. */
export const WOKEN = 0;
export const NOT_EQUAL = 1;
export const TIMED_OUT = 2;

/** The type of a function that answers an i32: how a wait delivers its answer. */
export const WAIT_TYPE: FuncType = { kind: 'func', params: [], results: [I32] };

interface Timers {
  readonly setTimeout?: (callback: () => void, milliseconds: number) => unknown;
  readonly clearTimeout?: (timer: unknown) => void;
}

/** Timers of hosts take at most this; a longer wait is begun again. */
const LONGEST_TIMER = 2_000_000_000;

const WAITERS = new WeakMap<Memory, Map<number, MemoryWait[]>>();

function waitersOf(memory: Memory): Map<number, MemoryWait[]> {
  const known = WAITERS.get(memory);
  if (known !== undefined) return known;
  const made = new Map<number, MemoryWait[]>();
  WAITERS.set(memory, made);
  return made;
}

/**
 * A wait at address p until notified, or for `nanoseconds` (negative: for ever). To be awaited: it gives WOKEN or
 * TIMED_OUT. A scheduler hears of the answer at once by `onAnswer`, which a promise would tell a turn later.
 */
export class MemoryWait implements PromiseLike<number> {
  /** Undefined while it waits. */
  answer: number | undefined;
  onAnswer: (() => void) | undefined;
  private readonly memory: Memory;
  private readonly p: number;
  private readonly end: number | undefined;
  private readonly promise: Promise<number>;
  private resolve: (answer: number) => void = () => {};
  private timer: unknown;

  constructor(memory: Memory, p: number, nanoseconds: bigint) {
    this.memory = memory;
    this.p = p;
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
    const waiters = waitersOf(memory);
    const list = waiters.get(p);
    if (list === undefined) waiters.set(p, [this]);
    else list.push(this);
    if (nanoseconds < 0n) return;
    const milliseconds = Number(nanoseconds) / 1e6;
    this.end = Date.now() + milliseconds;
    this.sleep(milliseconds);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited like the promise of a host function
  then<A = number, B = never>(
    answered?: ((answer: number) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.promise.then(answered, failed);
  }

  /** Milliseconds until it times out; undefined when only a notification ends it. */
  get left(): number | undefined {
    return this.end === undefined ? undefined : Math.max(0, this.end - Date.now());
  }

  /** Ends the wait; nothing happens if it has ended. */
  finish(answer: number): void {
    if (this.answer !== undefined) return;
    this.cancel();
    this.answer = answer;
    this.resolve(answer);
    this.onAnswer?.();
  }

  /** Forgets the wait: no notification counts it, no timer keeps the host alive. It is never answered then. */
  cancel(): void {
    if (this.timer !== undefined) (globalThis as Timers).clearTimeout?.(this.timer);
    this.timer = undefined;
    const waiters = waitersOf(this.memory);
    const list = waiters.get(this.p) ?? [];
    const at = list.indexOf(this);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) waiters.delete(this.p);
  }

  private sleep(milliseconds: number): void {
    const { setTimeout } = globalThis as Timers;
    if (setTimeout === undefined) {
      this.finish(TIMED_OUT);
      return;
    }
    const now = Math.min(milliseconds, LONGEST_TIMER);
    const next = (): void => (milliseconds > now ? this.sleep(milliseconds - now) : this.finish(TIMED_OUT));
    this.timer = setTimeout(next, now);
  }
}

/** Wakes at most `count` threads that wait at address p, the longest waiting first; answers how many. */
export function notify(memory: Memory, p: number, count: number): number {
  const woken = (waitersOf(memory).get(p) ?? []).slice(0, count);
  for (const wait of woken) wait.finish(WOKEN);
  return woken.length;
}

/** Waits at address p until notified, or for `nanoseconds` (negative: for ever). */
export function waitAt(memory: Memory, p: number, nanoseconds: bigint): MemoryWait {
  return new MemoryWait(memory, p, nanoseconds);
}

/** A wait of a thread that cannot be suspended: it ends by its time-out, at once where the host cannot sleep. */
export function waitWithoutOthers(nanoseconds: bigint): number {
  if (nanoseconds < 0n) {
    throw new UnsupportedError(
      'blocking-wait',
      'blocking wait: memory.atomic.wait without a time-out would wait for ever, since no other thread runs during a synchronous call; use callAsync',
    );
  }
  if (nanoseconds > 0n && typeof SharedArrayBuffer !== 'undefined' && typeof Atomics !== 'undefined') {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(nanoseconds) / 1e6);
    } catch {
      // A browser's main thread may not sleep.
    }
  }
  return TIMED_OUT;
}

/** Only shared memories can be waited on. */
export function checkShared(memory: Memory): void {
  if (!memory.type.shared) throw new Trap('expected-shared-memory', 'memory.atomic.wait needs a shared memory');
}
