// Waking threads that wait on the bytes of a memory: memory.atomic.notify, and what system interfaces have of the kind.
// https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md#wait-and-notify-operators
import type { Memory } from './memory.ts';

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
