// Reads a command's options with node:util's parseArgs, and turns every mistake into one clear usage error.
// Options stand before the first file where a command says so; what follows then belongs to the guest.
import { parseArgs } from 'node:util';
import { nearest } from '../options.ts';
import { own } from '../syntax/records.ts';
import { UsageError } from './failure.ts';

export interface OptionSpec {
  /** 'flag' takes no value, 'value' needs one, 'maybe' takes one only as `--name=value`. */
  readonly kind: 'flag' | 'value' | 'maybe';
  /** What the help calls the value; empty for a flag. */
  readonly value: string;
  /** What the help says; its lines are broken here. */
  readonly help: string;
  readonly short?: string;
  /** A value may begin with a dash (not with two) although it is an argument of its own. */
  readonly dash?: boolean;
  /** What the help has above it. */
  readonly heading?: string;
}

type More = Pick<OptionSpec, 'short' | 'dash' | 'heading'>;

export const flag = (help: string, more: More = {}): OptionSpec => ({ kind: 'flag', value: '', help, ...more });
export const valued = (value: string, help: string, more: More = {}): OptionSpec => ({
  kind: 'value',
  value,
  help,
  ...more,
});
export const maybeValued = (value: string, help: string, more: More = {}): OptionSpec => ({
  kind: 'maybe',
  value,
  help,
  ...more,
});

/** Of the commands that run programs, read by `duration`. */
export const TIMEOUT_OPTION = valued('TIME', 'stop after a time: 5s, 300ms, 1m (exit code 124)');

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** An option as it was given; a flag has the value ''. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/** What every command understands, and does instead of its work. */
export const COMMON = {
  help: flag('this text', { short: 'h' }),
  version: flag('the version', { short: 'V' }),
} as const;

/** The options given, in order. */
export class Options {
  readonly command: string;
  readonly files: readonly string[];
  /** What follows the first file, for commands whose file takes arguments. */
  readonly rest: readonly string[];
  /** Where one of these was given: the command line was read up to it, the command does nothing else. */
  readonly asked: keyof typeof COMMON | undefined;
  private readonly given: readonly Given[];

  constructor(
    command: string,
    files: readonly string[],
    rest: readonly string[],
    given: readonly Given[],
    asked?: keyof typeof COMMON,
  ) {
    this.command = command;
    this.files = files;
    this.rest = rest;
    this.asked = asked;
    this.given = given;
  }

  has(name: string): boolean {
    return this.given.some((one) => one.name === name);
  }

  /** All values of an option that may be repeated. */
  all(name: string): readonly string[] {
    return this.each(name).map(({ value }) => value);
  }

  /** Several options that may be repeated and mean the same kind of thing, in the order of the command line. */
  each(...names: readonly string[]): readonly Given[] {
    return this.given.filter(({ name }) => names.includes(name));
  }

  /** The value of an option that may stand once. */
  one(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw this.usage(`--${name} is given ${values.length} times`);
    return values[0];
  }

  /** The last option, where it has a value. */
  get lastTaken(): Given | undefined {
    const last = this.given[this.given.length - 1] as Given | undefined;
    return last?.value === '' ? undefined : last;
  }

  usage(message: string): UsageError {
    return new UsageError(message, this.command);
  }
}

/**
 * Parses a command's arguments. With `guestArguments` the first file ends our options. `--help` and `--version` end
 * them, too: an error after them does not hide the help.
 * Throws UsageError for an unknown option, a missing value, or a value where none belongs.
 */
export function parseOptions(
  command: string,
  args: readonly string[],
  specs: OptionSpecs,
  { guestArguments = false } = {},
): Options {
  const all: OptionSpecs = { ...specs, ...COMMON };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(all).map(([name, { kind, short }]) => [
        name,
        { type: kind === 'value' ? 'string' : 'boolean', ...(short === undefined ? {} : { short }) } as const,
      ]),
    ),
  });
  const given: Given[] = [];
  const files: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      files.push(token.value);
      if (guestArguments) return new Options(command, files, args.slice(token.index + 1), given);
    } else if (token.kind === 'option') {
      const { name } = token;
      given.push({ name, value: checkedValue(command, all, token) });
      if (name === 'help' || name === 'version') return new Options(command, files, [], given, name);
    }
  }
  return new Options(command, files, [], given);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function hint(name: string, known: OptionSpecs): string {
  // `--allow-net`, as others call it.
  const bare = name.replace(/^allow-/, '');
  const near = own(known, bare) !== undefined ? bare : name.length > 1 ? nearest(name, Object.keys(known)) : undefined;
  return near === undefined ? '' : `; did you mean --${near}?`;
}

function checkedValue(command: string, known: OptionSpecs, token: OptionToken): string {
  const spec = own(known, token.name);
  const { rawName, value } = token;
  if (spec === undefined) throw new UsageError(`unknown option ${rawName}${hint(token.name, known)}`, command);
  if (spec.kind === 'flag' && value !== undefined) throw new UsageError(`${rawName} takes no value`, command);
  if (spec.kind !== 'value') return value ?? '';
  if (value === undefined) throw new UsageError(`${rawName} needs a value`, command);
  const isOption = spec.dash === true ? value.startsWith('--') : value.startsWith('-') && value !== '-';
  if (token.inlineValue !== true && isOption) {
    throw new UsageError(`${rawName} needs a value; write --${token.name}=${value} if ${value} is meant`, command);
  }
  // `-W=gc`: parseArgs takes the equals sign of a short option for a part of the value.
  return token.inlineValue === true && !rawName.startsWith('--') ? value.replace(/^=/, '') : value;
}

const TIME_UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const SIZE_UNITS = new Map([
  ['', 1],
  ['b', 1],
  ['k', 2 ** 10],
  ['kib', 2 ** 10],
  ['kb', 1e3],
  ['m', 2 ** 20],
  ['mib', 2 ** 20],
  ['mb', 1e6],
  ['g', 2 ** 30],
  ['gib', 2 ** 30],
  ['gb', 1e9],
]);

/** Milliseconds of `5s`, `300ms`, `1.5m`, `1h`; more than none. */
export function duration(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const factor = TIME_UNITS.get(unit ?? '');
  if (number === undefined || factor === undefined) {
    throw options.usage(`--${name} ${text}: a time is a number with ms, s, m or h, such as 5s or 300ms`);
  }
  const milliseconds = Number(number) * factor;
  if (milliseconds === 0) throw options.usage(`--${name} ${text}: a time is longer than 0`);
  return milliseconds;
}

/** Bytes of `65536`, `64KiB`, `64M`, `1.5GiB`; K, M and G alone count in 1024. */
export function size(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = SIZE_UNITS.get((unit ?? '?').toLowerCase());
  const bytes = Math.floor(Number(number) * (factor ?? 0));
  if (factor === undefined || !Number.isSafeInteger(bytes)) {
    throw options.usage(`--${name} ${text}: a size is a number of bytes, or one with KiB, MiB or GiB, such as 64MiB`);
  }
  return bytes;
}

/** A whole number from 0 up. */
export function count(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const value = Number(text.replace(/_/g, ''));
  if (!/^\d[\d_]*$/.test(text) || !Number.isSafeInteger(value)) {
    throw options.usage(
      `--${name} ${text}: a whole number is needed${/^\d+$/.test(text) ? `, ${Number.MAX_SAFE_INTEGER} at most` : ''}`,
    );
  }
  return value;
}

/** One of some words. */
export function choice<T extends string>(options: Options, name: string, words: readonly T[], fallback: T): T {
  const text = options.one(name);
  if (text === undefined) return fallback;
  const word = words.find((one) => one === text);
  if (word === undefined) throw options.usage(`--${name} ${text}: it is one of ${words.join(', ')}`);
  return word;
}
