// Timers by whatever the host has. Every timer that is made of a number of a user or of a guest is made here: hosts count
// in 31 bits of milliseconds, and let a longer one go off at once.

interface Timers {
  readonly setTimeout?: (wake: () => void, milliseconds: number) => unknown;
  readonly clearTimeout?: (timer: unknown) => void;
}

/** The longest timer that is asked for: a longer one is made of several. */
const LONGEST = 2 ** 30;

/**
 * Calls `wake` once after so many milliseconds, Infinity for never; where the host has no timers, as soon as it gets
 * control. Keeps the host alive until then, or until what it returns is called.
 */
export function startTimer(milliseconds: number, wake: () => void): () => void {
  const { setTimeout, clearTimeout } = globalThis as Timers;
  let timer: unknown;
  const sleep = (left: number): void => {
    const now = Math.min(left, LONGEST);
    timer = setTimeout?.(() => (left > now ? sleep(left - now) : wake()), now);
  };
  sleep(milliseconds);
  if (timer === undefined) Promise.resolve().then(() => timer === undefined && wake());
  return () => {
    clearTimeout?.(timer);
    timer = null;
  };
}
