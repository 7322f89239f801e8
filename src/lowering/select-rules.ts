// Facts about operations that the choice of ops uses: what commutes, the inverse and the mirror image of comparisons.
import { isWide } from '../runtime/slots.ts';
import { I32, V128, type ValType } from '../syntax/types.ts';
import type { Node } from '../trees/nodes.ts';

/** The comparison that is true when the first is false (integers only: NaN has none). */
// biome-ignore format: a table
export const INVERSE: Readonly<Record<string, string>> = {
  eq: 'ne', ne: 'eq',
  lt_s: 'ge_s', ge_s: 'lt_s', lt_u: 'ge_u', ge_u: 'lt_u',
  gt_s: 'le_s', le_s: 'gt_s', gt_u: 'le_u', le_u: 'gt_u',
};

/** The comparison with its operands exchanged. */
// biome-ignore format: a table
export const MIRROR: Readonly<Record<string, string>> = {
  eq: 'eq', ne: 'ne',
  lt_s: 'gt_s', gt_s: 'lt_s', le_s: 'ge_s', ge_s: 'le_s',
  lt_u: 'gt_u', gt_u: 'lt_u', le_u: 'ge_u', ge_u: 'le_u',
  lt: 'gt', gt: 'lt', le: 'ge', ge: 'le',
};

/** Integer operations whose operands may be exchanged. */
export const COMMUTES: Readonly<Record<string, boolean>> = { add: true, mul: true, and: true, or: true, xor: true };

export function isI32Const(node: Node): boolean {
  return node.kind === 'const' && node.t === I32;
}

/** The constant with the opposite sign. */
export function negate(node: Node): Node {
  return { ...node, lo: -node.lo | 0 };
}

/** How many words of a slot a number or vector needs: 1, 2 or 4. */
export function slotWords(t: ValType): 1 | 2 | 4 {
  return t === V128 ? 4 : isWide(t) ? 2 : 1;
}

/** Ops that move values, by words. */
export const COPY = { 1: 'copy32', 2: 'copy64', 4: 'copy128' } as const;
export const SELECT = { 1: 'select32', 2: 'select64', 4: 'select128' } as const;
