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

type Wake = () => void;

const WAITERS = new WeakMap<Memory, Map<number, Wake[]>>();

function waitersOf(memory: Memory): Map<number, Wake[]> {
  const known = WAITERS.get(memory);
  if (known !== undefined) return known;
  const made = new Map<number, Wake[]>();
  WAITERS.set(memory, made);
  return made;
}

/** Wakes at most `count` threads that wait at address p, the longest waiting first; answers how many. */
export function notify(memory: Memory, p: number, count: number): number {
  const waiters = waitersOf(memory);
  const woken = (waiters.get(p) ?? []).splice(0, count);
  if (waiters.get(p)?.length === 0) waiters.delete(p);
  for (const wake of woken) wake();
  return woken.length;
}

/** Timers of hosts take at most this; a longer wait is begun again. */
const LONGEST_TIMER = 2_000_000_000;

/**
 * Waits at address p until notified, or for `nanoseconds` (negative: for ever). The promise gives WOKEN or TIMED_OUT.
 */
export function waitAt(memory: Memory, p: number, nanoseconds: bigint): Promise<number> {
  const { setTimeout, clearTimeout } = globalThis as Timers;
  const waiters = waitersOf(memory);
  return new Promise((resolve) => {
    let timer: unknown;
    const wake: Wake = () => {
      if (timer !== undefined) clearTimeout?.(timer);
      resolve(WOKEN);
    };
    const list = waiters.get(p) ?? [];
    list.push(wake);
    waiters.set(p, list);
    if (nanoseconds < 0n) return;
    const giveUp = (): void => {
      const at = list.indexOf(wake);
      if (at < 0) return;
      list.splice(at, 1);
      if (list.length === 0 && waiters.get(p) === list) waiters.delete(p);
      resolve(TIMED_OUT);
    };
    const sleep = (left: number): void => {
      const now = Math.min(left, LONGEST_TIMER);
      timer = setTimeout?.(() => (left > now ? sleep(left - now) : giveUp()), now);
    };
    if (setTimeout === undefined) giveUp();
    else sleep(Number(nanoseconds) / 1e6);
  });
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
