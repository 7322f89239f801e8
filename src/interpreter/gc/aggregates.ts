// Rare instructions on structs and arrays, called by the `out` op: allocation with many operands, bulk operations,
// custom descriptors. https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions
// Operands stand in consecutive slots from `at` (an index of SLOTS) on; results replace them. They answer their cost.
import { Trap } from '../../errors.ts';
import type { GcOutName } from '../../lowering/out-names.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { cellsOf, structLayout } from '../../lowering/layout.ts';
import { ArrayObject, StructObject, blankCells, elementStorage } from '../../runtime/objects.ts';
import type { DefType } from '../../validator/type-space.ts';
import { V128, type ValType } from '../../syntax/types.ts';
import { REFERENCES as R, SLOTS as S } from '../stack.ts';
import { bytesOf, copyCells, fillCells, readCells, writeCell } from './cells.ts';

type OutOfLine = (inst: ModuleInstance, at: number, l: number, m: number) => number;

/** Elements that one unit of fuel pays for. */
const ELEMENTS_PER_FUEL = 64;

const cost = (n: number): number => Math.floor(n / ELEMENTS_PER_FUEL);

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

/** The fields of a new struct: operands from reference slot `slot` on. */
function fieldsFrom(type: DefType, first: number): unknown[] {
  const { storage, cell, blank } = structLayout(type);
  const fields = blank.slice();
  let slot = first;
  for (let i = 0; i < storage.length; i++) {
    writeCell(fields, storage[i], cell[i], slot);
    slot += storage[i] === V128 ? 2 : 1;
  }
  return fields;
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

export const GC_FUNCTIONS: Readonly<Record<GcOutName, OutOfLine>> = {
  'struct.new': ({ space }, at, l) => {
    const type = space.at(l);
    R[at >> 1] = new StructObject(type, fieldsFrom(type, at >> 1), null);
    return 0;
  },
  'struct.new_desc': ({ space }, at, l, m) => {
    const type = space.at(l);
    const descriptor = descriptorAt((at >> 1) + m);
    R[at >> 1] = new StructObject(type, fieldsFrom(type, at >> 1), descriptor);
    return 0;
  },
  'struct.new_default_desc': ({ space }, at, l) => {
    const type = space.at(l);
    R[at >> 1] = new StructObject(type, structLayout(type).blank.slice(), descriptorAt(at >> 1));
    return 0;
  },
  'array.new': ({ space }, at, l) => {
    const type = space.at(l);
    const storage = elementStorage(type);
    const length = S[at + (storage === V128 ? 4 : 2)] >>> 0;
    const cells = blankCells(storage, length);
    fillCells(cells, storage, 0, length, at >> 1);
    R[at >> 1] = new ArrayObject(type, length, cells);
    return cost(length);
  },
  'array.new_default': ({ space }, at, l) => {
    const type = space.at(l);
    const length = S[at] >>> 0;
    R[at >> 1] = new ArrayObject(type, length, blankCells(elementStorage(type), length));
    return cost(length);
  },
  'array.new_fixed': ({ space }, at, l, m) => {
    const type = space.at(l);
    const storage = elementStorage(type);
    const cells = blankCells(storage, m);
    const size = cellsOf(storage);
    const slots = storage === V128 ? 2 : 1;
    for (let i = 0; i < m; i++) writeCell(cells, storage, i * size, (at >> 1) + i * slots);
    R[at >> 1] = new ArrayObject(type, m, cells);
    return 0;
  },
  'array.new_data': (inst, at, l, m) => {
    const type = inst.space.at(l);
    const storage = elementStorage(type);
    const bytes = inst.datas[m];
    const [from, n] = [S[at] >>> 0, S[at + 2] >>> 0];
    checkData(bytes, storage, from, n);
    const cells = blankCells(storage, n);
    readCells(cells, storage, 0, bytes, from, n);
    R[at >> 1] = new ArrayObject(type, n, cells);
    return cost(n);
  },
  'array.new_elem': (inst, at, l, m) => {
    const type = inst.space.at(l);
    const elems = inst.elems[m];
    const [from, n] = [S[at] >>> 0, S[at + 2] >>> 0];
    checkElems(elems, from, n);
    const cells = blankCells(elementStorage(type), n);
    copyCells(cells, 0, elems, from, n, 1);
    R[at >> 1] = new ArrayObject(type, n, cells);
    return cost(n);
  },
  'array.fill': (_inst, at) => {
    const array = arrayAt(at >> 1);
    const storage = elementStorage(array.defType);
    const [first, n] = [S[at + 2] >>> 0, S[at + (storage === V128 ? 8 : 6)] >>> 0];
    checkArray(array, first, n);
    fillCells(array.cells, storage, first, n, (at >> 1) + 2);
    return cost(n);
  },
  'array.copy': (_inst, at) => {
    const to = arrayAt(at >> 1);
    const from = arrayAt((at >> 1) + 2);
    const [d, s, n] = [S[at + 2] >>> 0, S[at + 6] >>> 0, S[at + 8] >>> 0];
    checkArray(to, d, n);
    checkArray(from, s, n);
    copyCells(to.cells, d, from.cells, s, n, cellsOf(elementStorage(to.defType)));
    return cost(n);
  },
  'array.init_data': (inst, at, _l, m) => {
    const array = arrayAt(at >> 1);
    const storage = elementStorage(array.defType);
    const bytes = inst.datas[m];
    const [d, s, n] = [S[at + 2] >>> 0, S[at + 4] >>> 0, S[at + 6] >>> 0];
    checkArray(array, d, n);
    checkData(bytes, storage, s, n);
    readCells(array.cells, storage, d, bytes, s, n);
    return cost(n);
  },
  'array.init_elem': (inst, at, _l, m) => {
    const array = arrayAt(at >> 1);
    const elems = inst.elems[m];
    const [d, s, n] = [S[at + 2] >>> 0, S[at + 4] >>> 0, S[at + 6] >>> 0];
    checkArray(array, d, n);
    checkElems(elems, s, n);
    copyCells(array.cells, d, elems, s, n, 1);
    return cost(n);
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
