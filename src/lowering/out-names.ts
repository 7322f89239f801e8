// Names and numbers of what the ops `unary`, `binary`, `ternary`, `access` and `object` do out of line: every instruction of
// that shape, from the instruction table, unless it has an op of its own. What `out` does is in trees/operations.ts.
import { INSTRUCTIONS, type PlainRow, type Row } from '../syntax/instructions.ts';
import { type Alias, isAlias } from '../trees/aliases.ts';
import { OBJECT_NAMES } from '../trees/operations.ts';
import type { OwnOp } from './op-list.ts';
import { opNumber } from './op-table.ts';

const numbersOf = (names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, number) => [name, number]));

const OBJECT_NUMBERS = numbersOf(OBJECT_NAMES);

/** The number of an object operation, if it is one. */
export function objectNumber(name: string): number | undefined {
  return OBJECT_NUMBERS.get(name);
}

/** Rows of instructions that pop so many operands, give one value, and are no aliases of others; the mnemonics as a type. */
type Operation<Pops extends number> = Exclude<
  Extract<PlainRow, { readonly imm: 'none' | 'lane'; readonly pops: Pops; readonly pushes: 1 }>['name'],
  OwnOp | Alias
>;
export type UnaryName = Operation<1>;
export type BinaryName = Operation<2>;
/** i8x16.shuffle is one of them: its lanes are a constant operand. */
export type TernaryName = Operation<3> | 'i8x16.shuffle';
/** Loads, stores and atomic accesses; waits have ops of their own. */
export type AccessName = Exclude<
  Extract<PlainRow, { readonly imm: 'memarg' | 'memarg_lane' }>['name'],
  Alias | `memory.atomic.wait${32 | 64}`
>;

function namesOf<Name extends string>(has: (row: Row) => boolean): readonly Name[] {
  return INSTRUCTIONS.filter((row) => has(row) && !isAlias(row.name)).map(({ name }) => name as Name);
}

function isOperation({ name, sig, imm, pops, pushes }: Row, operands: number): boolean {
  if (sig === undefined || pops !== operands || pushes !== 1) return false;
  return (imm === 'none' || imm === 'lane') && opNumber(name) === undefined;
}

const isAccess = ({ name, imm }: Row): boolean =>
  (imm === 'memarg' || imm === 'memarg_lane') && !name.startsWith('memory.atomic.wait');

/** Operations on one operand that the `unary` op does, in the order of their numbers; and so on. */
export const UNARY_NAMES = namesOf<UnaryName>((row) => isOperation(row, 1));
export const BINARY_NAMES = namesOf<BinaryName>((row) => isOperation(row, 2));
export const TERNARY_NAMES = namesOf<TernaryName>((row) => isOperation(row, 3) || row.imm === 'lanes');
export const ACCESS_NAMES = namesOf<AccessName>(isAccess);

/** By op: the instructions that it does, in the order of their numbers. */
export const RARE_NAMES = {
  unary: UNARY_NAMES,
  binary: BINARY_NAMES,
  ternary: TERNARY_NAMES,
  access: ACCESS_NAMES,
};

const TABLES = {
  unary: numbersOf(UNARY_NAMES),
  binary: numbersOf(BINARY_NAMES),
  ternary: numbersOf(TERNARY_NAMES),
  access: numbersOf(ACCESS_NAMES),
};

/** The number of an instruction among those that an op does out of line, if it is one of them. */
export function rareNumber(op: keyof typeof TABLES, name: string): number | undefined {
  return TABLES[op].get(name);
}
