// Lowering of atomic instructions. https://github.com/WebAssembly/threads
// Guest threads take turns on one JS thread, so that every access is atomic as it is; what is left is alignment, order,
// and waiting. All of them have an effect and a place of their own in the order of statements.
import type { Node } from './nodes.ts';
import { type TreeBuilder, accessPlace } from './trees.ts';

export function lowerAtomics(b: TreeBuilder): boolean {
  const { row, index, at } = b.cursor;
  if (row.feature !== 'threads') return false;
  if (row.name === 'atomic.fence') return true;
  const { pops, pushes } = row.sig as { pops: readonly number[]; pushes: readonly number[] };
  const operands: Node[] = [];
  for (let i = 0; i < pops.length; i++) operands.unshift(b.operands.pop());
  b.operands.flushForEffect();
  const slot = b.operands.place(b.operands.height);
  // A narrow value that waits below may still read a wide one, part of which stands where the result goes.
  b.operands.flushAbove(slot, b.operands.height);
  const offset = b.offset();
  if (row.name.startsWith('memory.atomic.wait')) {
    b.emit({ kind: 'wait', wide: row.name.endsWith('64'), slot, operands, offset, memory: index, at });
  } else b.emit({ kind: 'access', op: row.name, slot, operands, offset, where: accessPlace(index, 0), at });
  for (const t of pushes) b.pushPlaced(t);
  return true;
}
