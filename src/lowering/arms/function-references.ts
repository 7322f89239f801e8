// Lowering of references: comparison, null checks, branches and calls on references.
// https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions
// A reference that is only looked at stays in its slot; ops read it there.
import { I32, type ValType } from '../../syntax/types.ts';
import { type Node, TRAPS, slotNode, treeNode } from '../nodes.ts';
import type { ObjectName } from '../out-names.ts';
import { branchOn, call } from './control.ts';
import type { TreeBuilder } from '../trees.ts';

/** Lowers a reference instruction; answers false for any other. */
export function lowerReferences(b: TreeBuilder): boolean {
  const { cursor } = b;
  switch (cursor.row.name) {
    case 'ref.is_null':
      return question(b, 'ref.is_null', 0);
    case 'ref.eq': {
      const second = b.operands.pop();
      const first = b.operands.pop();
      b.operands.push(treeNode('binary', 'ref.eq', I32, 0, cursor.at, first, second));
      return true;
    }
    case 'ref.as_non_null':
      return check(b, 'ref.as_non_null', 0);
    case 'br_on_null': {
      const reference = settle(b);
      b.operands.pop();
      branchOn(b, isNull(reference), false);
      b.operands.pushPlaced(reference.t);
      return true;
    }
    case 'br_on_non_null':
      branchOn(b, isNull(settle(b)), true);
      b.operands.pop();
      return true;
    case 'call_ref':
    case 'return_call_ref':
      call(b, b.funcType(cursor.index), b.operands.pop(), cursor.row.name === 'return_call_ref', true);
      return true;
    default:
      return false;
  }
}

/** A question about the reference on top, answered by an i32; `k` is an immediate. */
export function question(b: TreeBuilder, op: 'ref.is_null' | 'ref.test', k: number): true {
  const reference = b.operands.pop();
  b.operands.push(treeNode('unary', op, I32, 0, b.cursor.at, reference, undefined, undefined, k));
  return true;
}

/** An operation that traps or lets the reference on top stay where it is, as type `t`. */
export function check(b: TreeBuilder, op: ObjectName, k: number, t?: ValType): true {
  const reference = settle(b);
  b.operands.pop();
  b.operands.flushForEffect();
  b.code.operation(op, -1, [reference], k, b.cursor.at);
  b.operands.pushPlaced(t ?? reference.t);
  return true;
}

/** Puts the reference on top in its place, after what traps; it stays on the stack. */
export function settle(b: TreeBuilder): Node {
  const { operands } = b;
  operands.flushEffects(TRAPS);
  const top = operands.height - 1;
  operands.flushTop();
  return slotNode(operands.place(top), operands.typeAt(top), b.cursor.at);
}

function isNull(reference: Node): Node {
  return treeNode('unary', 'ref.is_null', I32, 0, reference.at, reference);
}
