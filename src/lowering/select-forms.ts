// Shapes of trees that the choice of ops looks for: normal forms of operations, addresses, steps, conditions.
// It emits nothing; select-ops.ts decides.
import { F64, I32 } from '../syntax/types.ts';
import { constantNumber } from './constants.ts';
import type { Binary, Node } from '../trees/nodes.ts';
import { COMMUTES, MIRROR, isI32Const, negate } from './select-rules.ts';

/** An address as an op takes it: the name of the form (ops.ts, ADDRESS), trees for its slots, its immediates. */
export interface AddressForm {
  readonly form: string;
  readonly nodes: readonly Node[];
  readonly immediates: readonly number[];
}

/** The best form that there is (`exists`) for an address. */
export function addressForm(address: Node, exists: (form: string) => boolean): AddressForm {
  const plain = { form: '', nodes: [address], immediates: [] };
  if (isI32Const(address) && exists('.k')) return { form: '.k', nodes: [], immediates: [address.lo] };
  if (address.kind !== 'binary' || (address.op !== 'i32.add' && address.op !== 'i32.sub')) return plain;
  const { a, b, name } = i32Normal(address);
  if (name !== 'add') return plain;
  const shifted = shiftByConst(a);
  if (isI32Const(b)) {
    if (shifted !== undefined && exists('.shl.add.k'))
      return { form: '.shl.add.k', nodes: [shifted.a], immediates: [shifted.by, b.lo] };
    return exists('.add.k') ? { form: '.add.k', nodes: [a], immediates: [b.lo] } : plain;
  }
  if (shifted !== undefined && exists('.shl.add'))
    return { form: '.shl.add', nodes: [shifted.a, b], immediates: [shifted.by] };
  const other = shiftByConst(b);
  // The other way round only where the order of evaluation cannot be seen.
  if (other !== undefined && exists('.shl.add') && (a.effects === 0 || b.effects === 0))
    return { form: '.shl.add', nodes: [other.a, a], immediates: [other.by] };
  return exists('.add') ? { form: '.add', nodes: [a, b], immediates: [] } : plain;
}

function shiftByConst(node: Node): { a: Node; by: number } | undefined {
  if (node.kind !== 'binary' || node.op !== 'i32.shl' || !isI32Const(node.b)) return undefined;
  return { a: node.a, by: node.b.lo };
}

/** A slot plus a constant. */
export function step(value: Node): { slot: number; by: number } | undefined {
  if (value.kind !== 'binary' || (value.op !== 'i32.add' && value.op !== 'i32.sub')) return undefined;
  const { a, b, name } = i32Normal(value);
  return name === 'add' && a.kind === 'slot' && isI32Const(b) ? { slot: a.lo, by: b.lo } : undefined;
}

export function isOne(node: Node): boolean {
  return isI32Const(node) && node.lo === 1;
}

/** Is the value 0 or 1? */
export function isBoolean(node: Node): boolean {
  if (node.t !== I32) return false;
  if (node.kind === 'unary') return node.op.endsWith('eqz');
  return node.kind === 'binary' && MIRROR[node.op.slice(4)] !== undefined;
}

/** The number in the pool of an f64 constant. */
export function poolNumber(node: Node): number | undefined {
  return node.kind === 'const' && node.t === F64 ? constantNumber(node.lo, node.hi) : undefined;
}

/** Shifts and rotations: their immediate is a count. */
export function isShift(name: string): boolean {
  return name.startsWith('sh') || name.startsWith('rot');
}

/** The normal form of an operation on i32 or i64. */
export function normal(type: 'i32' | 'i64', node: Binary): { a: Node; b: Node; name: string } {
  return type === 'i32' ? i32Normal(node) : i64Normal(node);
}

/** Operands and name of an i64 operation, with a constant on the right where the order does not matter. */
function i64Normal(node: Binary): { a: Node; b: Node; name: string } {
  const { a, b } = node;
  const name = node.op.slice(4);
  if (a.kind === 'const' && COMMUTES[name]) return { a: b, b: a, name };
  if (b.kind !== 'const') return { a, b, name };
  if (name === 'sub') return { a, b: { ...b, lo: -b.lo | 0, hi: ~b.hi + (b.lo === 0 ? 1 : 0) }, name: 'add' };
  return name === 'rotr' ? { a, b: { ...b, lo: -b.lo & 63, hi: 0 }, name: 'rotl' } : { a, b, name };
}

/** A comparison of i32 with a constant on the right, where there is one; x + k == l as x == l - k. */
export function compareNormal(left: Node, right: Node, compare: string): { a: Node; b: Node; name: string } {
  let [a, b, name] = [left, right, compare];
  if (isI32Const(a) && !isI32Const(b)) [a, b, name] = [b, a, MIRROR[name]];
  const sum = a.kind === 'binary' && (a.op === 'i32.add' || a.op === 'i32.sub') ? i32Normal(a) : undefined;
  if ((name === 'eq' || name === 'ne') && isI32Const(b) && sum !== undefined) {
    if (isI32Const(sum.b) && sum.name === 'add') return { a: sum.a, b: { ...b, lo: (b.lo - sum.b.lo) | 0 }, name };
  }
  return lessOne(a, b, name);
}

/** x < k as x <= k - 1, x >= k as x > k - 1, where k - 1 does not wrap. */
function lessOne(a: Node, b: Node, name: string): { a: Node; b: Node; name: string } {
  const other = LESS_ONE[name];
  if (other === undefined || !isI32Const(b) || b.lo === (name.endsWith('_s') ? -(2 ** 31) : 0)) return { a, b, name };
  return { a, b: { ...b, lo: (b.lo - 1) | 0 }, name: other };
}

const LESS_ONE: Readonly<Record<string, string>> = { lt_s: 'le_s', ge_s: 'gt_s', lt_u: 'le_u', ge_u: 'gt_u' };

/** Operands and name of an i32 operation, with a constant on the right and subtraction of one as an addition. */
function i32Normal(node: Binary): { a: Node; b: Node; name: string } {
  let { a, b } = node;
  let name = node.op.slice(4);
  if (isI32Const(a) && !isI32Const(b)) {
    if (COMMUTES[name]) [a, b] = [b, a];
    else if (MIRROR[name] !== undefined) [a, b, name] = [b, a, MIRROR[name]];
  }
  if (name === 'sub' && isI32Const(b)) return { a, b: negate(b), name: 'add' };
  return lessOne(a, b, name);
}
