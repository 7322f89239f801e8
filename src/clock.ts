// The clock beside fuel: until when what runs now may run. One moment for all that is done in a call, however deep it
// nests, and wherever it spends its time: guests, lowering, instantiation, loading. Whoever works long looks at it.
// Not here: who waits for the host (runtime/turns.ts).
import { Interrupted } from './errors.ts';
import { type Check, misfit } from './options.ts';

/** Milliseconds on the host's clock; where it has one, on one that never goes back. */
export const now: () => number = clockOfHost();

function clockOfHost(): () => number {
  const { performance } = globalThis as { readonly performance?: { readonly now?: () => number } };
  const read = performance?.now;
  return read === undefined ? Date.now : () => read.call(performance);
}

/** When what runs now has to be over, on that clock; Infinity where nobody has said. Limits alone set it. */
export const due = { at: Number.POSITIVE_INFINITY };

let innermost: Limit | undefined;

/** Until when something may run, while it does. Limits nest: nothing runs longer than what it is part of. */
export class Limit {
  private end: number;
  private readonly outer: Limit | undefined = innermost;
  private readonly apart: boolean;
  /** What holds within it. */
  private least = Number.POSITIVE_INFINITY;

  /** Holds from now on. `apart`: what is done is no part of what happens to run now, whose limits do not hold for it. */
  constructor(end: number, apart = false) {
    this.end = end;
    this.apart = apart;
    innermost = this;
    this.hold();
  }

  private hold(): void {
    const outer = this.apart || this.outer === undefined ? Number.POSITIVE_INFINITY : this.outer.least;
    due.at = this.least = Math.min(this.end, outer);
  }

  /** Another moment for what runs within it, also for what has begun. */
  move(end: number): void {
    this.end = end;
    const inside: Limit[] = [];
    for (let one = innermost; one !== undefined && one !== this; one = one.outer) inside.push(one);
    this.hold();
    for (let one = inside.pop(); one !== undefined; one = inside.pop()) one.hold();
  }

  /** What ran within it is over. */
  leave(): void {
    innermost = this.outer;
    due.at = innermost === undefined ? Number.POSITIVE_INFINITY : innermost.least;
  }
}

/** Runs an action that has to be over at `end`, or earlier where what it is part of has to be. */
export function within<T>(end: number, action: () => T): T {
  return end === Number.POSITIVE_INFINITY ? action() : limited(new Limit(end), action);
}

/**
 * Milliseconds that guests took, since somebody who gives turns set it to 0: modules and instances that were made in one piece,
 * and calls, also those that ended before their share of the turn did.
 */
export const inOnePiece = { spent: 0 };

/** Runs an action as `within` does, and counts its time as spent in one piece. */
export function asOnePiece<T>(end: number, action: () => T): T {
  const before = inOnePiece.spent;
  const begun = now();
  try {
    return within(end, action);
  } finally {
    // What is nested in it has counted a part of this.
    inOnePiece.spent = before + now() - begun;
  }
}

/** The same as `within` for what is no part of what runs now, and only happens to be done in the middle of it. */
export function apart<T>(end: number, action: () => T): T {
  return limited(new Limit(end, true), action);
}

function limited<T>(limit: Limit, action: () => T): T {
  try {
    return action();
  } finally {
    limit.leave();
  }
}

/** @throws Interrupted when what runs now should be over. */
export function checkTime(): void {
  if (due.at !== Number.POSITIVE_INFINITY && now() >= due.at) throw outOfTime();
}

let steps = 0;

/** The same for one of many short steps: the clock is looked at in each 64th of them. */
export function checkStep(): void {
  if (due.at !== Number.POSITIVE_INFINITY && (++steps & 0x3f) === 0) checkTime();
}

export function outOfTime(): Interrupted {
  return new Interrupted('deadline', 'the deadline has passed: the program was stopped');
}

/** Smaller numbers are no moments of this age. */
const LEAST_MOMENT = 1e11;

/** What a deadline as an option has to be: a moment in milliseconds, as Date.now() returns it; Infinity for none. */
export const DEADLINE: Check = (value, where) => {
  if (typeof value !== 'number') throw misfit(where, 'a moment in milliseconds, as Date.now() returns it', value);
  if (!(value >= LEAST_MOMENT)) {
    throw new RangeError(`${where} has to be a moment, not a duration: Date.now() + ${value}?`);
  }
  return value;
};

/** The same moment on our clock. */
export function endOf(deadline: number | undefined): number {
  return deadline === undefined ? Number.POSITIVE_INFINITY : now() + (deadline - Date.now());
}
