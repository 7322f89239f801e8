// Lowering of calls of references and of branches on them.
// https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions
import { I32 } from '../../syntax/types.ts';
import { type Node, treeNode } from '../nodes.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arm, Arms } from './arm.ts';
import { branchOn, call } from './control.ts';
import { check, settle } from './reference.ts';

function isNull(reference: Node): Node {
  return treeNode('unary', 'ref.is_null', I32, 0, reference.at, reference);
}

function brOnNull(b: TreeBuilder): void {
  const reference = settle(b);
  b.operands.pop();
  branchOn(b, isNull(reference), false);
  b.operands.pushPlaced(reference.t);
}

function brOnNonNull(b: TreeBuilder): void {
  branchOn(b, isNull(settle(b)), true);
  b.operands.pop();
}

const callRef =
  (tail: boolean): Arm =>
  (b) =>
    call(b, b.funcType(b.cursor.index), b.operands.pop(), tail, true);

export const FUNCTION_REFERENCE_ARMS = {
  call_ref: callRef(false),
  return_call_ref: callRef(true),
  'ref.as_non_null': (b) => check(b, 'ref.as_non_null', 0),
  br_on_null: brOnNull,
  br_on_non_null: brOnNonNull,
} satisfies Arms;
