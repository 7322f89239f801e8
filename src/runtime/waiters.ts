// Who waits on the bytes of memories, and how they are woken.
import type { Memory } from './memory.ts';

/** A guest thread that waits on a memory. */
export interface Waiter {
  /** Other threads may hold the memory from now on. */
  handedOut(): void;
  /** Ends the wait with an answer. */
  finish(answer: number): void;
}

/** Of each buffer that was handed out or taken over, who waits on its bytes. */
export const WAITERS = new WeakMap<ArrayBufferLike, Map<number, Set<Waiter>>>();

/** What a wait returns that was ended by a notification. */
export const WOKEN = 0;

/**
 * Wakes at most `count` threads that wait at address p, the longest waiting first, the guest threads of this JavaScript
 * thread before those of others; returns how many.
 */
export function notify(memory: Memory, p: number, count: number): number {
  let woken = 0;
  for (const one of memory.waiters.get(p) ?? []) {
    if (woken === count) break;
    one.finish(WOKEN);
    woken++;
  }
  if (!memory.isHeld || memory.M64 === undefined || woken === count) return woken;
  return woken + Atomics.notify(memory.M32, p / 4, count - woken);
}
