// What is timed: the kernels of bench/kernels (own sources), CoreMark and programs of the corpus (test data).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../tests/data.ts';
import { withFixedClock } from './fixed-clock.ts';

/** A module whose export `run` is called with `argument` and has to return `expected`. */
export interface Kernel {
  readonly name: string;
  readonly argument: number | undefined;
  readonly expected: number;
  /** What it exercises, for tables. */
  readonly about: string;
}

// biome-ignore format: a table
const ROWS: readonly [name: string, argument: number, expected: number, about: string][] = [
  ['fib',      32,      2178309,     'calls'],
  ['sieve',    4,       78498,       'bytes of memory'],
  ['matmul',   8,       184255,      'f64, indexed memory'],
  ['i64mix',   1000000, 1391150091, '64-bit integers'],
  ['crc32',    100,     1883183288,  'table look-up'],
  ['qsort',    300000,  -2030805083, 'compare and swap'],
  ['state',    3000000, -1897578407, 'br_table'],
  ['mandel',   250,     3367224,     'f64'],
  ['indirect', 2000,    -2114278816, 'call_indirect'],
  ['waves',    1000,    198999,      'f32'],
];

/**
 * Less work, for webassemblyjs: name -> argument and result. The others are what it does not do: it answers wrongly for
 * state, does not end qsort, and refuses or traps wrongly on the rest.
 */
const SMALL: Readonly<Record<string, readonly [argument: number, expected: number]>> = {
  crc32: [1, 2081404824],
  qsort: [50, 1689144990],
  state: [2000, -538455406],
};

/** The kernel with an argument for engines that are a thousand times slower. */
export function smallKernel(one: Kernel): Kernel {
  const small = SMALL[one.name];
  return small === undefined ? one : { ...one, argument: small[0], expected: small[1] };
}

export const KERNELS: readonly Kernel[] = ROWS.map(([name, argument, expected, about]) => ({
  name,
  argument,
  expected,
  about,
}));

/** CoreMark with a fixed clock (fixed-clock.js): 1,111 iterations; the score it answers then is always 100. */
export const COREMARK: Kernel = { name: 'coremark', argument: undefined, expected: 100, about: 'CoreMark' };

/** Programs of the corpus that a plain `npm run bench` times. */
export const PROGRAMS: readonly string[] = [
  'sg-bz2',
  'sg-blake3-scalar',
  'sg-pulldown-cmark',
  'sg-quicksort',
  'sg-richards',
  'sg-shootout-gimli',
  'sg-shootout-xchacha20',
  'sg-tinygo-json',
  'ch-javy-demo',
  'w3-mandelbrot-small',
  'w3-smallpt',
  'w3-mal',
  'w3-brotli',
  'rn-sqlite-shell',
  'npm-python312',
];

/** The kernel of that name, or undefined. */
export function kernel(name: string): Kernel | undefined {
  return name === COREMARK.name ? COREMARK : KERNELS.find((one) => one.name === name);
}

/** The bytes of a kernel; undefined for CoreMark where the corpus is not there. */
export function kernelBytes({ name }: Kernel): Uint8Array | undefined {
  if (name !== COREMARK.name) {
    return new Uint8Array(readFileSync(fileURLToPath(new URL(`kernels/${name}.wasm`, import.meta.url))));
  }
  const corpus = dataFolder('corpus');
  if (corpus === undefined) return undefined;
  return withFixedClock(new Uint8Array(readFileSync(join(corpus, 'wb-coremark-minimal', 'coremark.wasm'))));
}
