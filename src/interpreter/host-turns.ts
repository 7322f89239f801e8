// Turns of the host's event loop, by whatever the host has: the engine itself needs none.
import { startTimer } from '../runtime/timers.ts';

type Later = (wake: () => void) => void;

/** Lets the host's timers and I/O have a turn; where the host has no timers, only other promises do. */
export function yieldToHost(): Promise<void> {
  const { setImmediate: later = (wake) => startTimer(0, wake) } = globalThis as { readonly setImmediate?: Later };
  return new Promise((resolve) => later(resolve));
}
