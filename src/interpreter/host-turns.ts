// Turns of the host's event loop and abort signals, by whatever the host has: the engine itself needs neither.
import { Interrupted } from '../errors.ts';
import { reasonText } from '../syntax/shown.ts';

/** What of an AbortSignal is used; the host's own fits. */
export interface AbortLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener?(type: 'abort', listener: () => void): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
}

interface Timers {
  readonly setImmediate?: (callback: () => void) => void;
  readonly setTimeout?: (callback: () => void, milliseconds: number) => void;
}

/** Lets the host's timers and I/O have a turn; where the host has no timers, only other promises do. */
export function yieldToHost(): Promise<void> {
  const { setImmediate, setTimeout } = globalThis as Timers;
  return new Promise((resolve) => {
    if (setImmediate !== undefined) setImmediate(resolve);
    else if (setTimeout !== undefined) setTimeout(resolve, 0);
    else resolve();
  });
}

/** The error for a signal that was aborted, whatever its reason is. */
export function interruptedBy(signal: AbortLike): Interrupted {
  return new Interrupted('abort', `interrupted: the signal was aborted (${reasonText(signal)})`);
}
