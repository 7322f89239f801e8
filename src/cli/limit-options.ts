// The options of `run` that bound what a program has at a time, all its modules and threads together.
import type { ExhaustionError } from '../errors.ts';
import { type GuestLimits, type LimitKind, Limits } from '../runtime/limits.ts';
import { type Options, type OptionSpecs, count, size, valued } from './options.ts';

/** By kind of limit: what --max- is followed by, and what is bounded. */
const FLAGS: Readonly<Record<LimitKind, readonly [name: string, of: string]>> = {
  memoryBytes: ['memory', 'memories, all together: 64MiB, 1GiB'],
  tableElements: ['table', 'elements of tables, all together'],
  objectBytes: ['objects', 'objects of garbage collection'],
  stackBytes: ['stacks', 'stacks of threads that wait'],
  threads: ['threads', 'guest threads at a time'],
  handles: ['handles', 'open descriptors'],
  listings: ['listings', 'directories that are being listed'],
  socketBytes: ['sockets', 'what sockets keep'],
};

const ROWS = Object.entries(FLAGS).map(([kind, [name, of]]) => {
  const isSize = kind === 'listings' || kind.endsWith('Bytes');
  return { kind: kind as LimitKind, flag: `max-${name}`, isSize, of };
});

export const LIMIT_OPTIONS: OptionSpecs = Object.fromEntries(
  ROWS.map(({ flag, isSize, of }) => [flag, valued(isSize ? 'SIZE' : 'N', of)]),
);

/** What the options say, by kind. @throws UsageError. */
export function limitNumbers(options: Options): GuestLimits {
  return Object.fromEntries(ROWS.map(({ kind, flag, isSize }) => [kind, (isSize ? size : count)(options, flag)]));
}

/** @throws UsageError. */
export function limitOptions(options: Options): Limits {
  return new Limits(limitNumbers(options));
}

/** Which option gives more of what an error says is used up, if one does. */
export function optionFor({ resource }: ExhaustionError): string | undefined {
  const row = ROWS.find(({ kind }) => kind === resource);
  return row && `--${row.flag} ${row.isSize ? 'SIZE' : 'N'}`;
}
