// Pollable: what everything that can be waited for has in common (streams, pipes, sockets, threads).
// Level-triggered: `ready` returns the state now; a wake-up only says that it is worth asking again.

/** Bits of interest and of readiness. */
export const READABLE = 1;
export const WRITABLE = 2;
/** Reported without being asked for: the other side is gone. */
export const HANGUP = 4;

export interface Pollable {
  /** Which of the interests hold now, and HANGUP. May throw what the next read or write would throw. */
  ready(interest: number): number;
  /** Calls `wake` whenever readiness may have changed, until the result is called. */
  subscribe(wake: () => void): () => void;
  /**
   * Waits without giving control back until something is readable, or for at most `nanoseconds` (undefined: for ever).
   * False when this cannot be waited for in that way. Missing: never possible.
   */
  readonly waitSync?: ((nanoseconds: bigint | undefined) => boolean) | undefined;
}

/** The subscribers of one pollable. */
export class Subscribers {
  private readonly wakes = new Set<() => void>();

  get count(): number {
    return this.wakes.size;
  }

  add(wake: () => void): () => void {
    const own = (): void => wake();
    this.wakes.add(own);
    return () => {
      this.wakes.delete(own);
    };
  }

  wakeAll(): void {
    for (const wake of [...this.wakes]) wake();
  }
}

/** What is ready as soon as it is waited for: to be waited for by those who only end their turn. */
export const AT_ONCE: Pollable = {
  ready: () => READABLE,
  subscribe: () => () => {},
  waitSync: () => true,
};
