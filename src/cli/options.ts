// Reads a command's options with node:util's parseArgs, and turns every mistake into one clear usage error.
// Options stand before the first file where a command says so; what follows then belongs to the guest.
import { parseArgs } from 'node:util';
import { UsageError } from './failure.ts';

export interface OptionSpec {
  /** 'flag' takes no value, 'value' needs one, 'maybe' takes one only as `--name=value`. */
  readonly kind: 'flag' | 'value' | 'maybe';
  readonly short?: string;
  /** A value may begin with a dash although it is an argument of its own. */
  readonly dash?: boolean;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The options given, in order: all values of each; a flag has the value ''. */
export class Options {
  readonly command: string;
  readonly files: readonly string[];
  /** What follows the first file, for commands whose file takes arguments. */
  readonly rest: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;

  constructor(
    command: string,
    files: readonly string[],
    rest: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.command = command;
    this.files = files;
    this.rest = rest;
    this.values = values;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** All values of an option that may be repeated. */
  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** The value of an option that may stand once. */
  one(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw this.usage(`--${name} is given ${values.length} times`);
    return values[0];
  }

  usage(message: string): UsageError {
    return new UsageError(message, this.command);
  }
}

/** `--help` and `--version` are understood by every command. */
const COMMON: OptionSpecs = { help: { kind: 'flag', short: 'h' }, version: { kind: 'flag' } };

/**
 * Parses a command's arguments. With `guestArguments` the first file ends our options.
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
  const values = new Map<string, string[]>();
  const files: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      files.push(token.value);
      if (guestArguments) return new Options(command, files, args.slice(token.index + 1), values);
    } else if (token.kind === 'option') {
      const spec = Object.keys(all).includes(token.name) ? all[token.name] : undefined;
      const value = checkedValue(command, spec, token);
      const list = values.get(token.name);
      if (list === undefined) values.set(token.name, [value]);
      else list.push(value);
    }
  }
  return new Options(command, files, [], values);
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkedValue(command: string, spec: OptionSpec | undefined, token: OptionToken): string {
  const { rawName, value } = token;
  if (spec === undefined) throw new UsageError(`unknown option ${rawName}`, command);
  if (spec.kind === 'flag' && value !== undefined) throw new UsageError(`${rawName} takes no value`, command);
  if (spec.kind !== 'value') return value ?? '';
  if (value === undefined) throw new UsageError(`${rawName} needs a value`, command);
  if (token.inlineValue !== true && value.startsWith('-') && value !== '-' && spec.dash !== true) {
    throw new UsageError(`${rawName} needs a value; write --${token.name}=${value} if ${value} is meant`, command);
  }
  // `-W=gc`: parseArgs takes the equals sign of a short option for a part of the value.
  return token.inlineValue === true && !rawName.startsWith('--') ? value.replace(/^=/, '') : value;
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
};

/** Milliseconds of `5s`, `300ms`, `1.5m`, `1h`. */
export function duration(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw options.usage(`--${name} ${text}: a time is a number with ms, s, m or h, such as 5s or 300ms`);
  }
  return Number(number) * TIME_UNITS[unit];
}

/** Bytes of `65536`, `64KiB`, `64M`, `1.5GiB`; K, M and G alone count in 1024. */
export function size(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = SIZE_UNITS[(unit ?? '?').toLowerCase()];
  if (number === undefined || factor === undefined) {
    throw options.usage(`--${name} ${text}: a size is a number of bytes, or one with KiB, MiB or GiB, such as 64MiB`);
  }
  return Math.floor(Number(number) * factor);
}

/** A whole number from 0 up. */
export function count(options: Options, name: string): number | undefined {
  const text = options.one(name);
  if (text === undefined) return undefined;
  const value = Number(text.replace(/_/g, ''));
  if (!/^\d[\d_]*$/.test(text) || !Number.isSafeInteger(value)) {
    throw options.usage(`--${name} ${text}: a whole number is needed`);
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
