// Who waits on the bytes of memories. How they are woken is in notify.ts.

/** A guest thread that waits on a memory. */
export interface Waiter {
  /** Other threads may hold the memory from now on. */
  handedOut(): void;
  /** Ends the wait with an answer. */
  finish(answer: number): void;
}

/** Of each buffer that was handed out or taken over, who waits on its bytes. */
export const WAITERS = new WeakMap<ArrayBufferLike, Map<number, Set<Waiter>>>();
