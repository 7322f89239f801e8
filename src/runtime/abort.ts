// Signals and deadlines that stop what runs or waits, by whatever the host has.
import { now, outOfTime } from '../clock.ts';
import { Interrupted } from '../errors.ts';
import { shownText } from '../syntax/shown.ts';
import { startTimer } from './timers.ts';

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

/** Milliseconds between two looks at a signal that has no events. */
const LOOK = 5;

/**
 * Calls `tell` when a signal is aborted, until what it returns is called. One that was aborted before may not tell any more;
 * one that throws when it is asked counts as aborted.
 */
export function onAbort(signal: AbortLike | undefined, tell: () => void): () => void {
  if (signal === undefined) return () => {};
  const { setInterval, clearInterval } = globalThis as Timers;
  const look = (): void => {
    try {
      if (!signal.aborted) return;
    } catch {
      // Nobody would catch it here.
    }
    tell();
  };
  const timer = signal.addEventListener === undefined && setInterval?.(look, LOOK);
  if (timer) timer.unref?.();
  signal.addEventListener?.('abort', tell);
  return () => {
    clearInterval?.(timer);
    signal.removeEventListener?.('abort', tell);
  };
}

/** @throws Interrupted when the signal is aborted, or the moment `end` has come. */
export function checkStop(signal: AbortLike | undefined, end: number): void {
  if (signal?.aborted) throw interruptedBy(signal);
  if (end !== Number.POSITIVE_INFINITY && now() >= end) throw outOfTime();
}

/**
 * Waits for what `begin` begins, no longer than until the signal is aborted or the moment `end` has come: then `onStop`
 * is called at once. @throws Interrupted then.
 */
export function untilStopped<T>(
  signal: AbortLike | undefined,
  end: number,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  onStop = (): void => {},
): Promise<T> {
  if (signal === undefined && end === Number.POSITIVE_INFINITY) return new Promise<T>(begin);
  let stopListening = (): void => {};
  let stopTimer = (): void => {};
  const ended = new Promise<T>((resolve, reject) => {
    const stop = (error: Interrupted): void => {
      reject(error);
      onStop();
    };
    checkStop(signal, end);
    stopListening = onAbort(signal, () => stop(interruptedBy(signal as AbortLike)));
    if (end !== Number.POSITIVE_INFINITY) stopTimer = startTimer(end - now(), () => stop(outOfTime()));
    begin(resolve, reject);
  });
  return ended.finally(() => {
    stopListening();
    stopTimer();
  });
}

/** The error for a signal that was aborted, whatever its reason is: the reason is its cause. */
function interruptedBy(signal: AbortLike): Interrupted {
  let reason: unknown;
  let text = 'no reason given';
  try {
    ({ reason } = signal);
    if (reason !== undefined && reason !== null) text = shownText(reason);
  } catch {
    // A signal without events.
  }
  return new Interrupted('abort', `interrupted: the signal was aborted (${text})`, reason);
}
