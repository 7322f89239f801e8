// What stops a call: options that say when, and the errors that say that it did.
import { DEADLINE } from '../../clock.ts';
import { Interrupted } from '../../errors.ts';
import { having, type Shape, withArticle } from '../../options.ts';
import type { AbortLike } from '../../runtime/abort.ts';

export interface DeadlineOptions {
  /** A moment in milliseconds, as Date.now() returns it. */
  readonly deadline?: number | undefined;
}

/** What ends a run from outside. */
export interface StopOptions extends DeadlineOptions {
  readonly signal?: AbortLike | undefined;
}

export const DEADLINE_OPTIONS: Shape<DeadlineOptions> = { deadline: DEADLINE };

export const STOP_OPTIONS: Shape<StopOptions> = { ...DEADLINE_OPTIONS, signal: having('an AbortSignal', 'aborted') };

/** Of a call that nobody holds an Execution of: what has stopped is gone. */
export { outOfFuel } from '../../runtime/fuel.ts';

/** Of an Execution, which is as it was stopped. */
export function outOfFuelForNow(): Interrupted {
  return new Interrupted('fuel', 'all fuel consumed: the program was stopped; it can go on with more fuel');
}

export function givenUp(): Interrupted {
  return new Interrupted('abort', 'interrupted: the execution was abandoned');
}

/** An amount of fuel, without end where none is given. @throws TypeError or RangeError for what is no amount. */
export function checkedFuel(amount: number = Number.POSITIVE_INFINITY): number {
  if (typeof amount !== 'number') {
    const hint = typeof amount === 'object' ? '; an account is set as `account`' : '';
    throw new TypeError(`fuel is a number, not ${withArticle(typeof amount)}${hint}`);
  }
  if (!(amount > Number.NEGATIVE_INFINITY)) throw new RangeError(`fuel is an amount, not ${amount}`);
  return amount;
}

/** How far a step goes. @throws TypeError or RangeError for what is no amount. */
export function checkedSlice(slice: number): number {
  if (typeof slice !== 'number') throw new TypeError(`a slice is a number of units, not ${withArticle(typeof slice)}`);
  if (!(slice >= 0)) throw new RangeError(`a slice is a number of units, 0 or more, not ${slice}`);
  return slice;
}
