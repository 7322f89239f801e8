// Names and numbers of what ops do out of line. `out`: rows here, functions in interpreter/out-of-line.ts in this order;
// each row says what stands in the slots and in the two immediates l, m. `unary`, `binary`, `ternary` and `access`: every
// instruction of that shape, from the instruction table, unless it has an op of its own.
import { INSTRUCTIONS, type Row } from '../syntax/instructions.ts';
import { opNumber } from './ops.ts';

// biome-ignore format: a table
export const OUT_NAMES = [
  //                          operands -> results           l              m
  'table.get',             // i -> ref                       table
  'table.set',             // i ref ->                       table
  'table.size',            // -> n                           table
  'table.grow',            // ref n -> before                table
  'table.fill',            // i ref n ->                     table
  'table.copy',            // d s n ->                       destination    source
  'table.init',            // d s n ->                       elem           table
  'elem.drop',             // ->                             elem
  'ref.is_null',           // ref -> i32
  'ref.func',              // -> ref                         func
  'memory.size',           // -> pages                       memory
  'memory.fill',           // d value n ->                   memory
  'memory.copy',           // d s n ->                       destination    source
  'memory.init',           // d s n ->                       data           memory
  'data.drop',             // ->                             data
  'global.get',            // -> value                       global
  'global.set',            // value ->                       global
] as const;

export type OutName = (typeof OUT_NAMES)[number];

const NUMBERS = new Map<string, number>(OUT_NAMES.map((name, number) => [name, number]));

export function outNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}

function listOf(has: (row: Row) => boolean): { names: readonly string[]; numbers: ReadonlyMap<string, number> } {
  const names = INSTRUCTIONS.filter(has).map((row) => row.name);
  return { names, numbers: new Map(names.map((name, number) => [name, number])) };
}

function isOperation(row: Row, operands: number): boolean {
  if (row.sig === undefined || row.sig.pops.length !== operands || row.sig.pushes.length !== 1) return false;
  return (row.imm === 'none' || row.imm === 'lane' || row.imm === 'lanes') && opNumber(row.name) === undefined;
}

const UNARY = listOf((row) => isOperation(row, 1));
const BINARY = listOf((row) => isOperation(row, 2) && row.imm !== 'lanes');
const TERNARY = listOf((row) => isOperation(row, 3) || row.imm === 'lanes');
const ACCESS = listOf((row) => row.imm === 'memarg' || row.imm === 'memarg_lane');

/** Operations on one operand that the `unary` op does, in the order of their numbers; and so on. */
export const UNARY_NAMES: readonly string[] = UNARY.names;
export const BINARY_NAMES: readonly string[] = BINARY.names;
/** i8x16.shuffle is one of them: its lanes are a constant operand. */
export const TERNARY_NAMES: readonly string[] = TERNARY.names;
/** Loads, stores and atomic accesses. */
export const ACCESS_NAMES: readonly string[] = ACCESS.names;

/** By op: the instructions that it does, in the order of their numbers. */
export const RARE_NAMES = {
  unary: UNARY_NAMES,
  binary: BINARY_NAMES,
  ternary: TERNARY_NAMES,
  access: ACCESS_NAMES,
};

const TABLES = { unary: UNARY.numbers, binary: BINARY.numbers, ternary: TERNARY.numbers, access: ACCESS.numbers };

/** The number of an instruction among those that an op does out of line, if it is one of them. */
export function rareNumber(op: keyof typeof TABLES, name: string): number | undefined {
  return TABLES[op].get(name);
}
