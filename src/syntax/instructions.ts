// The instruction table: every row of WebAssembly 3.0 and the proposals that we follow, and lookups by code and name.
// Rows live in instructions/, by chapter or proposal. What follows from a mnemonic and no column says is in tables of arms.
import { CONTROL } from './instructions/control.ts';
import { TAIL_CALLS } from './instructions/tail-calls.ts';
import { EXCEPTIONS } from './instructions/exceptions.ts';
import { LEGACY_EXCEPTIONS } from './instructions/legacy-exceptions.ts';
import { PARAMETRIC } from './instructions/parametric.ts';
import { VARIABLE } from './instructions/variable.ts';
import { TABLE } from './instructions/table.ts';
import { MEMORY } from './instructions/memory.ts';
import { NUMERIC } from './instructions/numeric.ts';
import { WIDE_ARITHMETIC } from './instructions/wide-arithmetic.ts';
import { REFERENCE } from './instructions/reference.ts';
import { FUNCTION_REFERENCES } from './instructions/function-references.ts';
import { GC } from './instructions/gc.ts';
import { CUSTOM_DESCRIPTORS } from './instructions/custom-descriptors.ts';
import { ATOMICS } from './instructions/atomics.ts';
import { SIMD } from './instructions/simd.ts';
import { RELAXED_SIMD } from './instructions/relaxed-simd.ts';
import type { Row, Signature } from './instructions/row.ts';

export type { Immediates } from './immediates.ts';
export type { Nesting, Row, Signature } from './instructions/row.ts';
export { ADDR } from './instructions/row.ts';

const ROWS = [
  ...CONTROL,
  ...TAIL_CALLS,
  ...EXCEPTIONS,
  ...LEGACY_EXCEPTIONS,
  ...PARAMETRIC,
  ...VARIABLE,
  ...TABLE,
  ...MEMORY,
  ...NUMERIC,
  ...WIDE_ARITHMETIC,
  ...REFERENCE,
  ...FUNCTION_REFERENCES,
  ...GC,
  ...CUSTOM_DESCRIPTORS,
  ...ATOMICS,
  ...SIMD,
  ...RELAXED_SIMD,
] as const;

type AnyRow = (typeof ROWS)[number];
export type Mnemonic = AnyRow['name'];
/** Rows with a plain signature. */
export type PlainRow = Extract<AnyRow, { readonly sig: Signature }>;
/** Rows whose types a rule of their own says. */
export type SpecialName = Extract<AnyRow, { readonly sig: undefined }>['name'];
/** Rows that may occur in constant expressions. */
export type ConstantName = Extract<AnyRow, { readonly constant: 'constant' | 'extended' }>['name'];

/** All rows, in the order of their codes. */
export const INSTRUCTIONS: readonly Row[] = [...ROWS].sort((a, b) => a.code - b.code);

/** Rows of the one-byte opcodes; a hole is an illegal opcode (or a prefix). */
const PLAIN: (Row | undefined)[] = new Array<Row | undefined>(256).fill(undefined);
/** Rows by prefix (0xfb .. 0xfe) and sub-code. */
const PREFIXED: (Row | undefined)[][] = [[], [], [], []];
/** Rows by name. Names are not unique: the two `select`, and casts to nullable types, which come second. */
const NAMED = new Map<string, Row[]>();

for (const one of INSTRUCTIONS) {
  if (one.code < 0x100) PLAIN[one.code] = one;
  else (PREFIXED[(one.code >> 12) - 0xfb] as (Row | undefined)[])[one.code & 0xfff] = one;
  const named = NAMED.get(one.name);
  if (named === undefined) NAMED.set(one.name, [one]);
  else named.push(one);
}

/** Whether a byte announces a sub-code. */
export function isPrefix(byte: number): boolean {
  return byte >= 0xfb && byte <= 0xfe;
}

/** The row of a one-byte opcode. */
export function plainRow(byte: number): Row | undefined {
  return PLAIN[byte];
}

/** The row of a prefixed opcode. */
export function prefixedRow(prefix: number, sub: number): Row | undefined {
  return (PREFIXED[prefix - 0xfb] as (Row | undefined)[])[sub];
}

/** The row with a code as rows write it (0xfc_00a). */
export function rowOf(code: number): Row | undefined {
  return code < 0x100 ? PLAIN[code] : prefixedRow(code >> 12, code & 0xfff);
}

/** The rows with a mnemonic, in the order of their codes; empty where there is none. */
export function rowsNamed(name: string): readonly Row[] {
  return NAMED.get(name) ?? [];
}
