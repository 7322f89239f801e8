// Threads of a script taking turns: each runs until it waits, or for some while, then the next one does.
// https://github.com/WebAssembly/threads/blob/main/interpreter/README.md#scripts
// It knows neither commands nor engines. Nobody sleeps: where all wait, the wait that would time out first does so at once.

import { checkTime } from '../clock.ts';

/** A call that runs piece by piece. */
export interface PiecewiseCall<T> {
  /** Runs on, for a while or until it waits; returns the results once there are any. Throws what the call throws. */
  step(): T | undefined;
  /** Milliseconds until its wait on memory times out; undefined when it does not wait so, or for ever. */
  readonly timeLeft: number | undefined;
  /** Whether it waits for memory. */
  readonly waits: boolean;
  /** Ends its wait as timed out. */
  timeOut(): void;
}

/** What a thread says when others may run: nothing where it only took its turn, else what it waits for. */
export type Pause = undefined | PiecewiseCall<unknown> | Turn;

/** A thread: steps that pause. */
export interface Turn {
  readonly steps: Generator<Pause, void>;
  pause: Pause;
  done: boolean;
}

/** Runs a call to its results, with pauses. */
export function* finished<T>(call: PiecewiseCall<T>): Generator<Pause, T> {
  for (;;) {
    const results = call.step();
    if (results !== undefined) return results;
    yield call.waits ? call : undefined;
  }
}

/** Waits until a thread is done. */
export function* joined(turn: Turn): Generator<Pause, void> {
  while (!turn.done) yield turn;
}

/** The threads of a script. */
export class Turns {
  private live: Turn[] = [];

  /** Adds a thread, which runs when it is its turn. */
  add(steps: Generator<Pause, void>): Turn {
    const turn: Turn = { steps, pause: undefined, done: false };
    this.live.push(turn);
    return turn;
  }

  /** Runs all threads to their ends. */
  run(): void {
    while (this.live.length > 0) {
      checkTime();
      let moved = false;
      // Those that are added meanwhile have their turn in the same round.
      for (const turn of this.live) moved = advance(turn, turn.steps.next()) || moved;
      if (!moved) this.end();
      this.live = this.live.filter(({ done }) => !done);
    }
  }

  /** Nobody can go on: ends the wait that times out first or, where none ever does, all of them by an error. */
  private end(): void {
    const waiting = this.live.filter(({ pause }) => pause !== undefined && 'step' in pause);
    const left = ({ pause }: Turn): number => (pause as PiecewiseCall<unknown>).timeLeft ?? Number.POSITIVE_INFINITY;
    const first = [...waiting].sort((a, b) => left(a) - left(b))[0];
    if (first !== undefined && left(first) < Number.POSITIVE_INFINITY) {
      (first.pause as PiecewiseCall<unknown>).timeOut();
      return;
    }
    const stuck = new Error('all threads of the script wait, and nobody is left to go on');
    for (const turn of waiting.length > 0 ? waiting : this.live) advance(turn, turn.steps.throw(stuck));
  }
}

/** Notes how a turn ended; returns whether anything happened. */
function advance(turn: Turn, { done, value }: IteratorResult<Pause, void>): boolean {
  turn.done = done === true;
  turn.pause = value ?? undefined;
  return turn.done || turn.pause === undefined;
}
