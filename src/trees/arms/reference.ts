// Lowering of reference instructions, and what others do to the reference on top of the stack.
// https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions
// A reference that is only looked at stays in its slot; ops read it there.
import { FUNCREF, I32, type ValType } from '../../syntax/types.ts';
import { type Node, TRAPS, constNode, slotNode, treeNode } from '../nodes.ts';
import type { ObjectName } from '../operations.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';

function refNull({ cursor, operands }: TreeBuilder): void {
  operands.push(constNode(cursor.valType, 0, 0, cursor.at));
}

/** A question about the reference on top, answered by an i32; `k` is an immediate. */
export function question(b: TreeBuilder, op: 'ref.is_null' | 'ref.test', k: number): void {
  const reference = b.operands.pop();
  b.operands.push(treeNode('unary', op, I32, 0, b.cursor.at, reference, undefined, undefined, k));
}

/** An operation that traps or lets the reference on top stay where it is, as type `t`. */
export function check(b: TreeBuilder, op: ObjectName, k: number, t?: ValType): void {
  const reference = settle(b);
  b.operands.pop();
  b.operands.flushForEffect();
  b.code.operation(op, -1, [reference], k, b.cursor.at);
  b.operands.pushPlaced(t ?? reference.t);
}

/** Puts the reference on top in its place, after what traps; it stays on the stack. */
export function settle(b: TreeBuilder): Node {
  const { operands } = b;
  operands.flushEffects(TRAPS);
  const top = operands.height - 1;
  operands.flushTop();
  return slotNode(operands.place(top), operands.typeAt(top), b.cursor.at);
}

export const REFERENCE_ARMS = {
  'ref.null': refNull,
  'ref.is_null': (b) => question(b, 'ref.is_null', 0),
  'ref.func': (b) => b.out('ref.func', 0, [FUNCREF], b.cursor.index),
} satisfies Arms;
