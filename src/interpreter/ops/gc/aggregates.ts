// Rare instructions on structs and arrays, called by the `out` op: allocation with many operands, bulk operations,
// custom descriptors. https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// Operands stand in consecutive slots from `at` (an index of SLOTS) on; results replace them. They return their
// cost: 0, or what `paid` (../pieces.ts) says for a piece of what depends on a length. They take room for what they
// allocate before they change anything; where there is none they return what `outOfRoom` (../room.ts) does, and are called again.
import { Trap } from '../../../errors.ts';
import type { GcOutName } from '../../../trees/operations.ts';
import type { ModuleInstance } from '../../../runtime/instance.ts';
import { cellsOf, structCells } from '../../../runtime/layout.ts';
import {
  ArrayObject,
  type Cells,
  StructObject,
  arrayLayout,
  blankCells,
  bytesOfArray,
  elementStorage,
} from '../../../runtime/objects.ts';
import type { DefType } from '../../../validator/type-space.ts';
import { V128, type ValType } from '../../../syntax/types.ts';
import { PIECE_ELEMENTS, held, hold, isMidway, part, priceOfPiece } from '../pieces.ts';
import { outOfRoom } from '../../threads/room.ts';
import type { OutOfLine } from '../shapes.ts';
import { REFERENCES as R, SLOTS as S } from '../../state/stack.ts';
import { bytesOf, copyCells, fillCells, readCells, writeCell } from './cells.ts';

/** The array in a reference slot. */
function arrayAt(slot: number): ArrayObject {
  const array = R[slot] as ArrayObject | null;
  if (array === null) throw new Trap('null-array-reference');
  return array;
}

function checkArray({ length }: ArrayObject, first: number, n: number): void {
  if (first + n > length) throw new Trap('array-out-of-bounds', `elements ${first} to ${first + n} of ${length}`);
}

function checkData(bytes: Uint8Array, storage: ValType, from: number, n: number): void {
  const end = from + n * bytesOf(storage);
  if (end > bytes.length) throw new Trap('memory-out-of-bounds', `bytes ${from} to ${end} of ${bytes.length}`);
}

function checkElems(elems: readonly unknown[], from: number, n: number): void {
  if (from + n > elems.length) {
    throw new Trap('table-out-of-bounds', `elements ${from} to ${from + n} of ${elems.length}`);
  }
}

/** Makes a struct, of fields that stand from its slot on or have default values. */
function makeStruct(
  inst: ModuleInstance,
  at: number,
  l: number,
  hasFields: boolean,
  descriptor: StructObject | null,
): number {
  const type = inst.space.at(l);
  const { from, mask, blank, bytes } = structCells(type);
  if (!inst.heap.add(bytes)) return outOfRoom(bytes);
  const fields = blank.slice();
  if (hasFields) {
    for (let i = 0; i < fields.length; i++)
      fields[i] = mask[i] === 0 ? R[(at >> 1) + from[i]] : S[at + from[i]] & mask[i];
  }
  R[at >> 1] = new StructObject(type, fields, descriptor);
  return 0;
}

function descriptorAt(slot: number): StructObject {
  const descriptor = R[slot] as StructObject | null;
  if (descriptor === null) throw new Trap('null-descriptor-reference');
  return descriptor;
}

/** Is the reference in a slot null where that passes, or a struct with the descriptor in the next slot? */
function hasDescriptor(slot: number, nullable: boolean): boolean {
  const descriptor = descriptorAt(slot + 1);
  const value = R[slot];
  if (value === null) return nullable;
  return typeof value === 'object' && (value as StructObject).descriptor === descriptor;
}

/**
 * What the elements of an array are set to: the value in a slot, numbers of a data segment, references of an element
 * segment.
 */
type Source = 'slot' | Uint8Array | unknown[];

/** Sets `n` elements from `first` on, from `source` at `from`: a slot, an index of bytes, an index of elements. */
function setCells(cells: Cells, storage: ValType, first: number, n: number, source: Source, from: number): void {
  if (source === 'slot') fillCells(cells, storage, first, n, from);
  else if (Array.isArray(source)) copyCells(cells, first, source, from, n, 1);
  else readCells(cells, storage, first, source, from, n);
}

/** How far the next element is from one in a source. */
function sourceSize(source: Source, storage: ValType): number {
  return source === 'slot' ? 0 : Array.isArray(source) ? 1 : bytesOf(storage);
}

/**
 * Makes an array as long as slot `slot` says and puts the reference into the slot of S[at]. Its elements have default
 * values, or come from `source`. A long array is made in pieces: until it is whole, the reference stands beside its
 * length, and in the length's high word how many elements are done.
 */
function makeArray(inst: ModuleInstance, type: DefType, at: number, slot: number, source?: Source, from = 0): number {
  const layout = arrayLayout(type);
  const { storage } = layout;
  const length = S[2 * slot] >>> 0;
  const isLong = length > PIECE_ELEMENTS;
  if (!isMidway()) {
    const bytes = bytesOfArray(layout, length);
    if (!inst.heap.add(bytes)) return outOfRoom(bytes);
    const made = new ArrayObject(type, length, blankCells(layout, length, isLong ? 0 : length));
    if (!isLong) {
      if (source !== undefined) setCells(made.cells, storage, 0, length, source, from);
      R[at >> 1] = made;
      return priceOfPiece(length, inst.unit.prices.element, 0);
    }
    R[slot] = made;
    S[2 * slot + 1] = 0;
  }
  const { cells } = R[slot] as ArrayObject;
  const first = S[2 * slot + 1];
  const n = Math.min(length - first, PIECE_ELEMENTS);
  if (storage > 0) for (let i = 0; i < n; i++) (cells as unknown[]).push(null);
  if (source !== undefined) setCells(cells, storage, first, n, source, from + sourceSize(source, storage) * first);
  S[2 * slot + 1] = first + n;
  if (first + n === length) R[at >> 1] = R[slot];
  else if (typeof source === 'object') hold(at >> 1, source, length - first - n);
  return priceOfPiece(n, inst.unit.prices.element, length - first - n);
}

/** ref d s n -> */
function initArray(inst: ModuleInstance, array: ArrayObject, at: number, source: Uint8Array | unknown[]): number {
  const storage = elementStorage(array.defType);
  const [d, s, left] = [S[at + 2] >>> 0, S[at + 4] >>> 0, S[at + 6] >>> 0];
  const n = Math.min(left, PIECE_ELEMENTS);
  setCells(array.cells, storage, d, n, source, s);
  S[at + 2] = d + n;
  S[at + 4] = s + n * sourceSize(source, storage);
  S[at + 6] = left - n;
  hold((at >> 1) + 1, source, left - n);
  return priceOfPiece(n, inst.unit.prices.element, left - n);
}

export const GC_FUNCTIONS: Readonly<Record<GcOutName, OutOfLine>> = {
  'struct.new': (inst, at, l) => makeStruct(inst, at, l, true, null),
  'struct.new_desc': (inst, at, l, m) => makeStruct(inst, at, l, true, descriptorAt((at >> 1) + m)),
  'struct.new_default_desc': (inst, at, l) => makeStruct(inst, at, l, false, descriptorAt(at >> 1)),
  'array.new': (inst, at, l) => {
    const type = inst.space.at(l);
    const slot = at >> 1;
    return makeArray(inst, type, at, slot + (elementStorage(type) === V128 ? 2 : 1), 'slot', slot);
  },
  'array.new_default': (inst, at, l) => makeArray(inst, inst.space.at(l), at, at >> 1),
  'array.new_fixed': (inst, at, l, m) => {
    const type = inst.space.at(l);
    const layout = arrayLayout(type);
    const { storage, size } = layout;
    const bytes = bytesOfArray(layout, m);
    if (!inst.heap.add(bytes)) return outOfRoom(bytes);
    const cells = blankCells(layout, m);
    const slots = storage === V128 ? 2 : 1;
    for (let i = 0; i < m; i++) writeCell(cells, storage, i * size, (at >> 1) + i * slots);
    R[at >> 1] = new ArrayObject(type, m, cells);
    return 0;
  },
  'array.new_data': (inst, at, l, m) => {
    const type = inst.space.at(l);
    const data = held(at >> 1, inst.datas[m]);
    checkData(data, elementStorage(type), S[at] >>> 0, S[at + 2] >>> 0);
    return makeArray(inst, type, at, (at >> 1) + 1, data, S[at] >>> 0);
  },
  'array.new_elem': (inst, at, l, m) => {
    const elems = held(at >> 1, inst.elems[m]);
    checkElems(elems, S[at] >>> 0, S[at + 2] >>> 0);
    return makeArray(inst, inst.space.at(l), at, (at >> 1) + 1, elems, S[at] >>> 0);
  },
  'array.fill': (inst, at) => {
    const array = arrayAt(at >> 1);
    const storage = elementStorage(array.defType);
    const length = at + (storage === V128 ? 8 : 6);
    const [first, left] = [S[at + 2] >>> 0, S[length] >>> 0];
    checkArray(array, first, left);
    const n = Math.min(left, PIECE_ELEMENTS);
    fillCells(array.cells, storage, first, n, (at >> 1) + 2);
    S[at + 2] = first + n;
    S[length] = left - n;
    return priceOfPiece(n, inst.unit.prices.element, left - n);
  },
  'array.copy': (inst, at) => {
    const to = arrayAt(at >> 1);
    const from = arrayAt((at >> 1) + 2);
    const [d, s, left] = [S[at + 2] >>> 0, S[at + 6] >>> 0, S[at + 8] >>> 0];
    checkArray(to, d, left);
    checkArray(from, s, left);
    const { n, skip, on } = part(left, PIECE_ELEMENTS, to === from && d > s);
    copyCells(to.cells, d + skip, from.cells, s + skip, n, cellsOf(elementStorage(to.defType)));
    S[at + 2] = d + on;
    S[at + 6] = s + on;
    S[at + 8] = left - n;
    return priceOfPiece(n, inst.unit.prices.element, left - n);
  },
  'array.init_data': (inst, at, _l, m) => {
    const array = arrayAt(at >> 1);
    checkArray(array, S[at + 2] >>> 0, S[at + 6] >>> 0);
    const data = held((at >> 1) + 1, inst.datas[m]);
    checkData(data, elementStorage(array.defType), S[at + 4] >>> 0, S[at + 6] >>> 0);
    return initArray(inst, array, at, data);
  },
  'array.init_elem': (inst, at, _l, m) => {
    const array = arrayAt(at >> 1);
    checkArray(array, S[at + 2] >>> 0, S[at + 6] >>> 0);
    const elems = held((at >> 1) + 1, inst.elems[m]);
    checkElems(elems, S[at + 4] >>> 0, S[at + 6] >>> 0);
    return initArray(inst, array, at, elems);
  },
  'ref.test_desc': (_inst, at, l) => {
    S[at] = hasDescriptor(at >> 1, (l & 1) !== 0) ? 1 : 0;
    return 0;
  },
  'ref.cast_desc_eq': (_inst, at, l) => {
    if (!hasDescriptor(at >> 1, (l & 1) !== 0)) throw new Trap('descriptor-cast-failure');
    return 0;
  },
};
