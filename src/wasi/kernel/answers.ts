// What an answer of a host has to be. What is none is a TypeError for whoever wrote the provider; what fails there is thrown
// as a SystemError. Not here: the calls themselves (held.ts).
import { atHost } from '../host/errno.ts';
import type { Stat } from '../host/filesystem.ts';
import { wrongAnswer } from '../messages.ts';

/** Returns `value` if it is right, else throws. */
export type Answers<T> = (value: unknown, method: string) => T;

export function answer<T>(method: string, fits: boolean, value: unknown): T {
  if (!fits) throw new TypeError(wrongAnswer(method, value));
  return value as T;
}

/** A number of bytes, at most `most`. */
export function countUpTo(most: number): Answers<number> {
  return (value, method) =>
    answer(method, Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most, value);
}

export const count = countUpTo(Number.MAX_SAFE_INTEGER);

/** The same, or undefined for "not yet". */
export function countOrLater(most: number): Answers<number | undefined> {
  const known = countUpTo(most);
  return (value, method) => (value === undefined ? undefined : known(value, method));
}

export const text: Answers<string> = (value, method) => answer(method, typeof value === 'string', value);
export const iterable: Answers<Iterable<unknown>> = (value, method) =>
  answer(
    method,
    typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function',
    value,
  );
export const nanoseconds: Answers<bigint> = (value, method) => answer(method, typeof value === 'bigint', value);

/** Fields of a Stat that are numbers. */
const STAT_NUMBERS = ['device', 'inode', 'links', 'size', 'accessed', 'modified', 'changed'] as const;

export const stat: Answers<Stat> = (value, method) => {
  const given = value as Stat | null | undefined;
  const fits =
    typeof given === 'object' && given !== null && STAT_NUMBERS.every((key) => typeof given[key] === 'bigint');
  return answer(method, fits && typeof given.type === 'string', value);
};

/** The stat of a stream, which may know nothing. */
export const statOrNothing: Answers<Stat | undefined> = (value, method) =>
  value === undefined ? undefined : stat(value, method);

export function asked<T>(method: string, answers: Answers<T>, action: () => unknown): T {
  return answers(atHost(action), method);
}
