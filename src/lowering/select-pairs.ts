// The choice of ops that do two statements: two sets, or a set and the branch behind it. No tree says what they do, so each is
// found by hand. The table may be without any of them.
import type { LabelId, Node } from '../trees/nodes.ts';
import { Branches } from './select-branches.ts';
import { step } from './select-forms.ts';
import { COMPARISONS, INVERSE, isI32Const } from './select-rules.ts';

type Slot = Node & { kind: 'slot' };

function isSlot(node: Node | undefined): node is Slot {
  return node?.kind === 'slot';
}

type Two = readonly [string, string];

/** By comparison: an increment by a constant, a comparison with a slot or a constant, and a branch. */
const INCREMENTS: Readonly<Record<string, Two>> = {
  'i32.eq': ['br.inc.eq', 'br.inc.eq.k'],
  'i32.ne': ['br.inc.ne', 'br.inc.ne.k'],
  'i32.lt_s': ['br.inc.lt_s', 'br.inc.lt_s.k'],
  'i32.lt_u': ['br.inc.lt_u', 'br.inc.lt_u.k'],
};

/** The same with an increment by a slot. */
const SUMS: Readonly<Record<string, Two>> = { 'i32.lt_u': ['br.add.lt_u', 'br.add.lt_u.k'] };

/** A load that is kept, and a branch where it is not 0, or where it is. */
const LOADS: Readonly<Record<string, Two>> = {
  'i32.load': ['br_if.tee.i32.load', 'br_unless.tee.i32.load'],
  'i32.load8_u': ['br_if.tee.i32.load8_u', 'br_unless.tee.i32.load8_u'],
};

export class Pairs extends Branches {
  /** Two sets in one op, if there is one; `branches`: a branch follows, which may take the second one in. */
  protected pairOfSets(slot: number, value: Node, nextSlot: number, next: Node, branches: boolean): boolean {
    if (isSlot(value) && isSlot(next)) return this.offer('copy32x2', value.at, slot, value, nextSlot, next);
    const { op, a, b, lo, at } = next;
    const loads = next.kind === 'load' && op === 'i32.load' && isSlot(a);
    if (loads && isSlot(value) && !branches) return this.offer('copy32,i32.load', at, slot, value, nextSlot, a, lo);
    if (value.op === 'i32.add' && op === 'i32.rotl' && this.addXorRotate(slot, value, nextSlot, next)) return true;
    const first = step(value);
    if (first === undefined) return false;
    const second = branches ? undefined : step(next);
    const { by } = first;
    if (second !== undefined)
      return this.offer('i32.add.k,i32.add.k', value.at, slot, first.slot, nextSlot, second.slot, by, second.by);
    if (op === 'i32.add' && isSlot(a) && isSlot(b) && !branches)
      return this.offer('i32.add.k,i32.add', value.at, slot, first.slot, nextSlot, a, b, by);
    return loads && a.lo === slot && this.offer('i32.load,tee.add.k', at, nextSlot, slot, first.slot, lo, by);
  }

  /** d = a + b and e = (c ^ d) <<< k: what ChaCha, Salsa and BLAKE are made of. */
  private addXorRotate(slot: number, { a, b }: Node, nextSlot: number, { a: mixed, b: by, at }: Node): boolean {
    if (mixed?.op !== 'i32.xor' || by === undefined || !isI32Const(by) || !isSlot(a) || !isSlot(b)) return false;
    const [x, y] = isSlot(mixed.b) && mixed.b.lo === slot ? [mixed.b, mixed.a] : [mixed.a, mixed.b];
    if (!isSlot(x) || x.lo !== slot || !isSlot(y)) return false;
    return this.offer('i32.add,xor>rotl.k', at, slot, a, b, nextSlot, y, by.lo & 31);
  }

  /** A set and a branch in one op, if there is one: a move, a load, or an increment. */
  protected setAndBranch(slot: number, value: Node, test: Node, negated: boolean, label: LabelId, at: number): boolean {
    if (value.kind === 'binary') return this.incrementBranch(slot, value, test, negated, label, at);
    if (!isSlot(test)) return false;
    if (isSlot(value))
      return this.offer(negated ? 'copy32,br_unless' : 'copy32,br_if', value.at, slot, value, test, label);
    const names = value.kind === 'load' && test.lo === slot ? LOADS[value.op] : undefined;
    if (names === undefined) return false;
    return this.offer(names[negated ? 1 : 0], value.at, slot, value.a as Node, value.lo, label);
  }

  private incrementBranch(
    slot: number,
    { op: operator, a, b }: Node,
    test: Node,
    negated: boolean,
    label: LabelId,
    at: number,
  ): boolean {
    const adds = operator === 'i32.add';
    if ((!adds && operator !== 'i32.sub') || b === undefined) return false;
    const bySlot = adds && isSlot(b);
    if (!isSlot(a) || !(isI32Const(b) || bySlot)) return false;
    const by = adds ? b.lo : -b.lo | 0;
    if (isSlot(test) && test.lo === slot && !bySlot)
      return this.offer(negated ? 'br.inc.eq.k' : 'br.inc.ne.k', at, slot, a, by, 0, label);
    if (test.kind !== 'binary') return false;
    let { op: compare, a: left, b: right } = test;
    if (isSlot(right) && right.lo === slot) [left, right, compare] = [right, left, COMPARISONS.get(compare) ?? ''];
    const names = (bySlot ? SUMS : INCREMENTS)[(negated ? INVERSE.get(compare) : compare) ?? ''];
    if (!isSlot(left) || left.lo !== slot || names === undefined) return false;
    const [withSlot, withConstant] = names;
    if (isI32Const(right)) return this.offer(withConstant, at, slot, a, by, right.lo, label);
    if (!isSlot(right)) return false;
    return bySlot
      ? this.offer(withSlot, at, slot, a, by, right, label)
      : this.offer(withSlot, at, slot, a, right, by, label);
  }
}
