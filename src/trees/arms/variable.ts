// Lowering of variable instructions. https://webassembly.github.io/spec/core/exec/instructions.html#variable-instructions
import type { Node } from '../nodes.ts';
import { READS, slotNode, treeNode } from '../nodes.ts';
import { isWide, slotsOf } from '../../runtime/slots.ts';
import type { TreeBuilder } from '../builder.ts';
import type { Arms } from './arm.ts';

/** The local under the cursor. */
function localNode({ cursor, layout }: TreeBuilder): Node {
  return slotNode(layout.localSlots[cursor.index], layout.localTypes[cursor.index], cursor.at);
}

function localSet(b: TreeBuilder): void {
  const { cursor, operands, layout } = b;
  const slot = layout.localSlots[cursor.index];
  const value = operands.pop();
  operands.flushReaders(slot);
  if (!b.retarget(value, slot)) b.set(slot, value);
}

function localTee(b: TreeBuilder): void {
  localSet(b);
  b.operands.push(localNode(b));
}

/** Whether a global's words are elsewhere than in the instance: those of imported mutable ones, and vectors. */
function isOutside({ cursor: { index }, valid }: TreeBuilder): boolean {
  const { val, mutable } = valid.globalTypes[index];
  return slotsOf(val) > 1 || (index < valid.importedGlobals && mutable);
}

function globalGet(b: TreeBuilder): void {
  const { index, at } = b.cursor;
  const { val, mutable } = b.valid.globalTypes[index];
  if (isOutside(b)) {
    b.out('global.get', 0, [val], index);
    return;
  }
  const place = val > 0 ? index : index * 4;
  b.operands.push(treeNode('global', '', val, mutable ? READS : 0, at, undefined, undefined, undefined, place));
}

function globalSet(b: TreeBuilder): void {
  const { index, at } = b.cursor;
  if (isOutside(b) || b.valid.globalTypes[index].val > 0) {
    b.out('global.set', 1, [], index);
    return;
  }
  const value = b.operands.pop();
  b.operands.flushForEffect();
  b.code.statement(isWide(value.t) ? 'global.set64' : 'global.set32', at, value, index * 4);
}

export const VARIABLE_ARMS = {
  'local.get': (b) => b.operands.push(localNode(b)),
  'local.set': localSet,
  'local.tee': localTee,
  'global.get': globalGet,
  'global.set': globalSet,
} satisfies Arms;
