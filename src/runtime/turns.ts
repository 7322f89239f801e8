// Turns of the host's event loop, by whatever the host has: the engine itself needs none.
import { now } from '../clock.ts';
import { startTimer } from './timers.ts';

type Later = (wake: () => void) => void;

/** Milliseconds of a turn that all guests together may take. */
const SHARE = 8;

/** Runs that wait for a turn of their own: one in each, since the host does all that is due in one. */
const waiting: (() => void)[] = [];
/** When the share of the present turn is used up. */
let end = 0;

/** No moment: the share is used up, and others wait. */
export const NOTHING_LEFT = 0;

/** Until when a run may go on before the host has its turn; NOTHING_LEFT where it has to wait for one. */
export function shareOfTurn(): number {
  const time = now();
  if (time < end) return end;
  if (waiting.length > 0) return NOTHING_LEFT;
  end = time + SHARE;
  return end;
}

/** Lets the host's timers and I/O have a turn, and the runs that wait for one; where it has no timers, only promises do. */
export function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) nextTurn();
  });
}

function nextTurn(): void {
  const { setImmediate: later = (wake) => startTimer(0, wake) } = globalThis as { readonly setImmediate?: Later };
  later(() => {
    end = now() + SHARE;
    waiting.shift()?.();
    if (waiting.length > 0) nextTurn();
  });
}
