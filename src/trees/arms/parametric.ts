// Lowering of parametric instructions. https://webassembly.github.io/spec/core/exec/instructions.html#parametric-instructions
import { TRAPS, treeNode } from '../nodes.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';

function drop(b: TreeBuilder): void {
  const { operands } = b;
  const place = operands.place(operands.height - 1);
  const value = operands.pop();
  if ((value.effects & TRAPS) === 0) return;
  // It is computed into its place, which values below may still read.
  operands.flushAbove(place, operands.height);
  b.set(place, value);
}

function select({ cursor, operands }: TreeBuilder): void {
  const c = operands.pop();
  const b = operands.pop();
  const a = operands.pop();
  operands.push(treeNode('select', 'select', a.t, 0, cursor.at, a, b, c));
}

export const PARAMETRIC_ARMS = {
  drop: drop,
  select: select,
} satisfies Arms;
