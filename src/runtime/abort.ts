// Signals that stop what runs or waits, by whatever the host has.
import { Interrupted } from '../errors.ts';
import { reasonText } from '../syntax/shown.ts';

/** What of an AbortSignal is used; the host's own fits. One without addEventListener is looked at again and again. */
export interface AbortLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener?(type: 'abort', listener: () => void): void;
  removeEventListener?(type: 'abort', listener: () => void): void;
}

interface Timers {
  readonly setInterval?: (look: () => void, milliseconds: number) => { unref?(): void };
  readonly clearInterval?: (timer: unknown) => void;
}

/** Milliseconds between two looks at a signal that does not tell. */
const LOOK = 5;

/** Calls `tell` when a signal is aborted, until what it returns is called. One that was aborted before may not tell any more. */
export function onAbort(signal: AbortLike | undefined, tell: () => void): () => void {
  if (signal === undefined) return () => {};
  const { setInterval, clearInterval } = globalThis as Timers;
  const timer = signal.addEventListener === undefined && setInterval?.(() => signal.aborted && tell(), LOOK);
  if (timer) timer.unref?.();
  signal.addEventListener?.('abort', tell);
  return () => {
    clearInterval?.(timer);
    signal.removeEventListener?.('abort', tell);
  };
}

/** The error for a signal that was aborted, whatever its reason is. */
export function interruptedBy(signal: AbortLike): Interrupted {
  return new Interrupted('abort', `interrupted: the signal was aborted (${reasonText(signal)})`);
}
