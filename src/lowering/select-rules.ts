// Facts about operations that the choice of ops uses: what commutes, the inverse and the mirror image of comparisons.
import { isWide } from '../runtime/slots.ts';
import { I32, V128, type ValType } from '../syntax/types.ts';
import type { Node } from '../trees/nodes.ts';

/** A rule for operations of some types, by mnemonic. */
function ofTypes(types: readonly string[], rule: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return types.flatMap((type) =>
    Object.keys(rule).map((name) => [`${type}.${name}`, `${type}.${rule[name]}`] as const),
  );
}

/** By comparison of integers, the one that is true when it is false (floats have none: NaN). */
// biome-ignore format: a table
export const INVERSE: ReadonlyMap<string, string> = new Map(ofTypes(['i32', 'i64'], {
  eq: 'ne', ne: 'eq',
  lt_s: 'ge_s', ge_s: 'lt_s', lt_u: 'ge_u', ge_u: 'lt_u',
  gt_s: 'le_s', le_s: 'gt_s', gt_u: 'le_u', le_u: 'gt_u',
}));

/** By comparison, the one that says the same of its operands exchanged. */
// biome-ignore format: a table
export const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ...ofTypes(['i32', 'i64', 'f32', 'f64'], { eq: 'eq', ne: 'ne' }),
  ...ofTypes(['i32', 'i64'], {
    lt_s: 'gt_s', gt_s: 'lt_s', le_s: 'ge_s', ge_s: 'le_s',
    lt_u: 'gt_u', gt_u: 'lt_u', le_u: 'ge_u', ge_u: 'le_u',
  }),
  ...ofTypes(['f32', 'f64'], { lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' }),
]);

/** By operation, the one that gives the same of its operands exchanged: comparisons, and what commutes. */
// biome-ignore format: a table
export const MIRROR: ReadonlyMap<string, string> = new Map([
  ...COMPARISONS,
  ...ofTypes(['i32', 'i64'], { add: 'add', mul: 'mul', and: 'and', or: 'or', xor: 'xor' }),
  ...ofTypes(['f64'], { add: 'add', mul: 'mul' }),
]);

export function isI32Const(node: Node): boolean {
  return node.kind === 'const' && node.t === I32;
}

/** How many words of a slot a number or vector needs: 1, 2 or 4. */
export function slotWords(t: ValType): 1 | 2 | 4 {
  return t === V128 ? 4 : isWide(t) ? 2 : 1;
}

/** Ops that move values, by words. */
export const COPY = { 1: 'copy32', 2: 'copy64', 4: 'copy128' } as const;
export const SELECT = { 1: 'select32', 2: 'select64', 4: 'select128' } as const;
