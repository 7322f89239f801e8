// The choice of ops for branches: a condition and a branch are one op where there is one for both.
import type { Binary, LabelId, Node, Unary } from '../trees/nodes.ts';
import { constNode } from '../trees/nodes.ts';
import { Expressions, has } from './select-expressions.ts';
import { compareNormal, isBoolean, isOne, poolNumber } from './select-forms.ts';
import { INVERSE, MIRROR, isI32Const } from './select-rules.ts';
import { I32, I64 } from '../syntax/types.ts';

/** The condition that a node turns round: by a comparison with 0, or the exclusive or of what is 0 or 1 with 1. */
function turnedRound(node: Node): Node | undefined {
  if (node.kind === 'unary' && node.op === 'i32.eqz') return node.a;
  return node.kind === 'binary' && node.op === 'i32.xor' && isOne(node.b) && isBoolean(node.a) ? node.a : undefined;
}

export class Branches extends Expressions {
  protected branch(condition: Node, negated: boolean, label: LabelId, at: number): void {
    let node = condition;
    let unless = negated;
    for (let inner = turnedRound(node); inner !== undefined; inner = turnedRound(node)) {
      node = inner;
      unless = !unless;
    }
    const { op, lo } = node;
    const br = unless ? 'br_unless' : 'br_if';
    if (node.kind === 'binary' && this.branchCompare(node, unless, label, at)) return;
    if (node.kind === 'global' && node.t === I32) this.op(`${br}.global`, at, lo, label);
    else if (node.kind === 'load' && has(`${br}.${op}`)) this.op(`${br}.${op}`, node.at, node.a, lo, label);
    else if (node.kind !== 'unary' || !this.branchUnary(node, unless, label, at)) this.op(br, at, node, label);
  }

  protected branchUnary({ op, a, lo }: Unary, unless: boolean, label: LabelId, at: number): boolean {
    if (op === 'i64.eqz') return this.op(unless ? 'br.i64.ne' : 'br.i64.eq', at, a, constNode(I64, 0, 0, at), label);
    if (op === 'ref.test') return this.op('br.ref.test', at, a, unless ? ~lo : lo, label);
    return op === 'ref.is_null' && this.op(unless ? 'br.not.ref.is_null' : 'br.ref.is_null', at, a, label);
  }

  protected branchCompare(node: Binary, negated: boolean, label: LabelId, at: number): boolean {
    const type = node.op.slice(0, 3);
    const compare = node.op.slice(4);
    const { a, b } = node;
    const inverse = INVERSE[compare];
    if (type === 'i32') {
      if (inverse !== undefined) return this.branchI32(a, b, negated ? inverse : compare, label, at);
      if (compare === 'and' && isI32Const(b))
        return this.op(`br.i32.and.k>${negated ? 'eq' : 'ne'}.k`, at, a, b.lo, 0, label);
      if (compare === 'and') return this.op(negated ? 'br_unless.and' : 'br_if.and', at, a, b, label);
      return (compare === 'xor' || compare === 'sub') && this.branchI32(a, b, negated ? 'eq' : 'ne', label, at);
    }
    if (type === 'i64')
      return inverse !== undefined && this.compare('br.i64.', negated ? inverse : compare, at, [], a, b, label);
    if (type[0] !== 'f' || MIRROR[compare] === undefined) return false;
    const branch = negated ? 'br.not' : 'br';
    const number = poolNumber(b);
    if (number !== undefined) return this.op(`${branch}.${node.op}.k`, at, a, number, label);
    return this.compare(`${branch}.${type}.`, compare, at, [], a, b, label);
  }

  protected branchI32(left: Node, right: Node, compare: string, label: LabelId, at: number): true {
    const { a, b, name } = compareNormal(left, right, compare);
    const op = `br.i32.${name}.k`;
    // Not of an immediate, or not there with one.
    if (!isI32Const(b) || !has(op)) return this.compare('br.i32.', name, at, [], a, b, label);
    if (b.lo === 0 && (name === 'eq' || name === 'ne')) {
      this.branch(a, name === 'eq', label, at);
      return true;
    }
    if (a.kind === 'binary' && isI32Const(a.b) && a.op.startsWith('i32.')) {
      const fused = `br.i32.${a.op.slice(4)}.k>${name}.k`;
      if (has(fused)) return this.op(fused, at, a.a, a.b.lo, b.lo, label);
    }
    return this.op(op, at, a, b.lo, label);
  }
}
