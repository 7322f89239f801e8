// Normal forms: of several trees that mean the same, the one that patterns of ops are written for (ops/fuse.ts). They are made while
// ops are chosen, from one node at a time. It emits nothing.
import { F64, I32, I64 } from '../syntax/types.ts';
import { type Binary, type Node, constNode, treeNode } from '../trees/nodes.ts';
import { COMPARISONS, INVERSE, MIRROR, isI32Const } from './select-rules.ts';

/** x < k as x <= k - 1, x >= k as x > k - 1, where k - 1 does not wrap. */
const LESS_ONE: Readonly<Record<string, string>> = {
  'i32.lt_s': 'i32.le_s',
  'i32.ge_s': 'i32.gt_s',
  'i32.lt_u': 'i32.le_u',
  'i32.ge_u': 'i32.gt_u',
};

function remade(node: Binary, op: string, a: Node, b: Node): Binary {
  return { ...node, op, a, b };
}

function withWord(constant: Node, lo: number): Node {
  return { ...constant, lo: lo | 0 };
}

/**
 * A binary operation: with a constant on the right where operands may be exchanged (not in comparisons of i64 and operations
 * on floats); a subtraction of one as an addition, a rotation to the right by one as one to the left; comparisons as LESS_ONE
 * says.
 */
export function normalForm(node: Binary): Binary {
  const { op, a, b } = node;
  if (b.kind !== 'const') {
    if (a.kind !== 'const') return node;
    const mirror = a.t === I32 || !COMPARISONS.has(op) ? MIRROR.get(op) : undefined;
    return mirror === undefined || a.t === F64 ? node : normalForm(remade(node, mirror, b, a));
  }
  switch (op) {
    case 'i32.sub':
      return remade(node, 'i32.add', a, withWord(b, -b.lo));
    case 'i64.sub':
      return remade(node, 'i64.add', a, { ...withWord(b, -b.lo), hi: (~b.hi + (b.lo === 0 ? 1 : 0)) | 0 });
    case 'i64.rotr':
      return remade(node, 'i64.rotl', a, withWord(b, -b.lo & 63));
    default: {
      const other = LESS_ONE[op];
      if (other === undefined || b.lo === (op.endsWith('_s') ? -(2 ** 31) : 0)) return node;
      return remade(node, other, a, withWord(b, b.lo - 1));
    }
  }
}

/** Is a tree, which is 0 or not, an operation on a constant in its normal form? That one is returned. */
function withConstant(node: Node, op: string): Binary | undefined {
  if (node.kind !== 'binary') return undefined;
  const normal = normalForm(node);
  return normal.op === op && isI32Const(normal.b) ? normal : undefined;
}

/** The condition that a node turns round: by a comparison with 0, or the exclusive or of what is 0 or 1 with 1. */
function turnedRound(node: Node): Node | undefined {
  if (node.kind === 'unary' && node.op === 'i32.eqz') return node.a;
  return node.kind === 'binary' && node.op === 'i32.xor' && isOne(node.b) && isBoolean(node.a) ? node.a : undefined;
}

function isOne(node: Node): boolean {
  return isI32Const(node) && node.lo === 1;
}

/** Is the value 0 or 1? */
function isBoolean({ kind, op, t }: Node): boolean {
  if (t !== I32) return false;
  return kind === 'unary' ? op.endsWith('eqz') : kind === 'binary' && COMPARISONS.has(op);
}

/** The comparison of integers that a condition is, if it is one. */
function comparisonOf(node: Node): Binary | undefined {
  const { at } = node;
  if (node.kind === 'unary' && node.op === 'i64.eqz')
    return treeNode('binary', 'i64.eq', I32, 0, at, node.a, constNode(I64, 0, 0, at));
  if (node.kind !== 'binary') return undefined;
  if (INVERSE.has(node.op)) return node;
  if (node.op === 'i32.xor' || node.op === 'i32.sub') return remade(node, 'i32.ne', node.a, node.b);
  const masked = withConstant(node, 'i32.and');
  return masked && treeNode('binary', 'i32.ne', I32, 0, at, masked, constNode(I32, 0, 0, at));
}

/** The normal form of a comparison of integers that is a condition: x + k == l as x == l - k. */
function comparisonForm(comparison: Binary): Binary {
  const normal = normalForm(comparison);
  if ((normal.op !== 'i32.eq' && normal.op !== 'i32.ne') || !isI32Const(normal.b)) return normal;
  const sum = withConstant(normal.a, 'i32.add');
  return sum === undefined ? normal : remade(normal, normal.op, sum.a, withWord(normal.b, normal.b.lo - sum.b.lo));
}

/**
 * The normal form of a condition of a branch, and whether it is to branch when that is 0. What is not 0 is not compared with
 * 0, but for the bits of a mask, which always are; a comparison of integers is turned round rather than branch when it is 0.
 */
export function conditionForm(condition: Node, negated: boolean): { readonly node: Node; readonly unless: boolean } {
  let node = condition;
  let unless = negated;
  for (;;) {
    const inner = turnedRound(node);
    if (inner !== undefined) {
      node = inner;
      unless = !unless;
      continue;
    }
    const found = comparisonOf(node);
    if (found === undefined) return { node, unless };
    const comparison = comparisonForm(
      unless ? remade(found, INVERSE.get(found.op) as string, found.a, found.b) : found,
    );
    const { op, a, b } = comparison;
    const withZero = (op === 'i32.eq' || op === 'i32.ne') && isI32Const(b) && b.lo === 0;
    if (!withZero || withConstant(a, 'i32.and') !== undefined) return { node: comparison, unless: false };
    node = a;
    unless = op === 'i32.eq';
  }
}

/** A slot plus a constant. */
export function step(value: Node): { slot: number; by: number } | undefined {
  const sum = withConstant(value, 'i32.add');
  return sum?.a.kind === 'slot' ? { slot: sum.a.lo, by: sum.b.lo } : undefined;
}
