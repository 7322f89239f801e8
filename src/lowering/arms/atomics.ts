// Lowering of atomic instructions. https://github.com/WebAssembly/threads
// Guest threads take turns on one JS thread, so that every access is atomic as it is; what is left is alignment, order,
// and waiting. All of them have an effect and a place of their own in the order of statements.
import { accessPlace, offsetOf } from './memory.ts';
import type { TreeBuilder } from '../trees.ts';

export function lowerAtomics(b: TreeBuilder): boolean {
  const { row, index, at } = b.cursor;
  if (row.feature !== 'threads') return false;
  if (row.name === 'atomic.fence') return true;
  const { pops, pushes } = row.sig as { pops: readonly number[]; pushes: readonly number[] };
  const operands = b.operands.popMany(pops.length);
  b.operands.flushForEffect();
  const slot = b.operands.place(b.operands.height);
  // A narrow value that waits below may still read a wide one, part of which stands where the result goes.
  b.operands.flushAbove(slot, b.operands.height);
  const offset = offsetOf(b);
  if (row.name.startsWith('memory.atomic.wait')) {
    b.code.statement(row.name.endsWith('64') ? 'wait64' : 'wait32', at, slot, ...operands, offset, index);
  } else b.code.effect(row.name, slot, operands, offset, accessPlace(index, 0), at);
  b.operands.pushAll(pushes);
  return true;
}
