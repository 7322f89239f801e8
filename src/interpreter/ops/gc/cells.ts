// Runs of cells of structs and arrays: filled from a slot, from data segments, from elements, from other arrays.
// https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// Callers have checked all ranges.
import { cellsOf, packMask } from '../../../runtime/layout.ts';
import type { Cells } from '../../../runtime/objects.ts';
import { I16, I8, type ValType } from '../../../syntax/types.ts';
import { REFERENCES as R, SLOTS as S } from '../../state/stack.ts';

/** Writes the value of a storage type in slot `slot` to a place of cells that a reference or number of it has. */
export function writeCell(cells: Cells, storage: ValType, at: number, slot: number): void {
  if (storage > 0) {
    (cells as unknown[])[at] = R[slot];
    return;
  }
  const size = cellsOf(storage);
  if (size === 1) cells[at] = S[2 * slot] & packMask(storage);
  else for (let i = 0; i < size; i++) cells[at + i] = S[2 * slot + i];
}

/** Sets `n` elements from element `first` on to the value in slot `slot`. */
export function fillCells(cells: Cells, storage: ValType, first: number, n: number, slot: number): void {
  const size = cellsOf(storage);
  if (storage > 0) (cells as unknown[]).fill(R[slot], first, first + n);
  else if (size === 1) (cells as Int32Array).fill(S[2 * slot] & packMask(storage), first, first + n);
  else {
    const end = (first + n) * size;
    for (let at = first * size; at < end; at += size) {
      for (let i = 0; i < size; i++) cells[at + i] = S[2 * slot + i];
    }
  }
}

/** Bytes that an element has in a data segment. */
export function bytesOf(storage: ValType): number {
  return storage === I8 ? 1 : storage === I16 ? 2 : 4 * cellsOf(storage);
}

/** Reads `n` numbers from `bytes` at `from` into elements from `first` on. */
export function readCells(
  cells: Cells,
  storage: ValType,
  first: number,
  bytes: Uint8Array,
  from: number,
  n: number,
): void {
  const step = Math.min(4, bytesOf(storage));
  const size = cellsOf(storage);
  let p = from;
  for (let at = first * size; at < (first + n) * size; at++) {
    let word = 0;
    for (let i = 0; i < step; i++) word |= bytes[p + i] << (8 * i);
    cells[at] = word;
    p += step;
  }
}

/** Copies `n` elements of `size` cells each; the ranges may overlap. */
export function copyCells(to: Cells, d: number, from: Cells, s: number, n: number, size: number): void {
  const count = n * size;
  const start = s * size;
  const target = d * size;
  if (!Array.isArray(to) && to === from) to.copyWithin(target, start, start + count);
  else if (!Array.isArray(to) && !Array.isArray(from)) to.set(from.subarray(start, start + count), target);
  else if (target <= start || to !== from) for (let i = 0; i < count; i++) to[target + i] = from[start + i] as number;
  else for (let i = count - 1; i >= 0; i--) to[target + i] = from[start + i] as number;
}
