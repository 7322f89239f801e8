// Turns of the host's event loop, by whatever the host has: the engine itself needs none.
import { due, inOnePiece, now } from '../clock.ts';
import { startTimer } from './timers.ts';

type Later = (wake: () => void) => void;

/** Calls back in a turn of its own, as soon as the host's timers and I/O have had theirs. */
const { setImmediate: later = (wake) => startTimer(0, wake) } = globalThis as { readonly setImmediate?: Later };

/** Milliseconds of a turn that all guests together may take. */
const SHARE = 8;

/** Milliseconds that one takes which begins, beside what it runs: a thread, promises. */
const BEGINNING = 0.004;

/** No moment: the share of this turn is used up. */
export const NOTHING_LEFT = 0;

/** Runs that wait for the next turn. */
const waiting: (() => void)[] = [];
/** When the share of this turn is used up. */
let end = NOTHING_LEFT;
/** Whether the next turn will wake us. */
let told = false;

/**
 * Until when a run may go on before the host has its turn; NOTHING_LEFT where it has to wait for one. One that begins only
 * waits where others do, or where guests took the share: the turn may be as long as it is for other reasons.
 */
export function shareOfTurn(begins = false): number {
  const time = now();
  if (begins) inOnePiece.spent += BEGINNING;
  if (!told || (begins && waiting.length === 0)) end = time + SHARE - inOnePiece.spent;
  if (!told) tellNext();
  return time < end ? end : NOTHING_LEFT;
}

/** Does one that has so long wait for a turn? Nor does it hold up what it was begun in the middle of, where that has to be over. */
export function hasToWait(pause: number): boolean {
  return pause === NOTHING_LEFT || (due.at !== Number.POSITIVE_INFINITY && now() >= due.at);
}

/** Lets the host's timers and I/O have a turn; where it has no timers, only promises do. */
export function yieldToHost(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (!told) tellNext();
  });
}

function tellNext(): void {
  told = true;
  later(() => {
    told = false;
    inOnePiece.spent = 0;
    if (waiting.length > 0 && shareOfTurn() !== NOTHING_LEFT) goOn();
  });
}

/** Lets those that wait go on, one after the other, while something of the share is left. */
function goOn(): void {
  waiting.shift()?.();
  // What goes on runs before this does.
  if (waiting.length > 0) void Promise.resolve().then(() => now() < end && goOn());
}
