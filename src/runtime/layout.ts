// How the values of structs and arrays are laid out in cells (runtime/objects.ts holds them).
// https://webassembly.github.io/spec/core/exec/runtime.html#aggregate-instances
import { F64, I16, I64, I8, type StructType, V128, type ValType, asStruct } from '../syntax/types.ts';
import type { DefType } from '../validator/type-space.ts';

/** How many cells a value of a storage type takes. */
export function cellsOf(storage: ValType): 1 | 2 | 4 {
  return storage === I64 || storage === F64 ? 2 : storage === V128 ? 4 : 1;
}

/** The bits that a storage type keeps of an i32: a packed type's, or all of them. */
export function packMask(storage: ValType): number {
  return storage === I8 ? 0xff : storage === I16 ? 0xffff : -1;
}

/** Where a struct type's fields are. */
export interface StructLayout {
  readonly fields: StructType['fields'];
  /** By field: its first cell. */
  readonly cell: Int32Array;
  /** Cells in all. */
  readonly size: number;
}

/** What structs of a type are made by: lists as long as they are, which the fuel for the first one pays. */
export interface StructCells {
  /** The cells of a struct of default values, to be copied. */
  readonly blank: readonly unknown[];
  /**
   * By cell: where its value is when the fields stand in slots one after the other, the reference slot or the word; and the
   * bits that are kept of it, none of a reference.
   */
  readonly from: readonly number[];
  readonly mask: readonly number[];
  /** Bytes that a struct takes. */
  readonly bytes: number;
}

/** Bytes that this implementation needs in Node: of a struct or an array with its list of cells, and of a cell there. */
export const OBJECT_BYTES = 104;
export const CELL_BYTES = 8;

/** The layout of a struct type; the first fields of a subtype are where those of its supertype are. */
export function structLayout(type: DefType): StructLayout {
  return (type.layout ??= makeLayout(asStruct(type.comp))) as StructLayout;
}

/** A body of few bytes may name many fields: no list of ours grows here. */
function makeLayout({ fields }: StructType): StructLayout {
  const cell = new Int32Array(fields.length);
  let size = 0;
  for (let i = 0; i < cell.length; i++) {
    cell[i] = size;
    size += cellsOf(fields[i].storage);
  }
  return { fields, cell, size };
}

/** What structs of a type are made by; made when the first one is. */
export function structCells(type: DefType): StructCells {
  return (type.cells ??= makeCells(structLayout(type))) as StructCells;
}

function makeCells({ fields, size }: StructLayout): StructCells {
  const blank = emptyCells();
  const from: number[] = [];
  const mask: number[] = [];
  let slot = 0;
  for (const { storage: one } of fields) {
    const isRef = one > 0;
    for (let i = 0; i < cellsOf(one); i++) {
      blank.push(isRef ? null : 0);
      from.push(isRef ? slot : 2 * slot + i);
      mask.push(isRef ? 0 : packMask(one));
    }
    slot += one === V128 ? 2 : 1;
  }
  return { blank, from, mask, bytes: OBJECT_BYTES + CELL_BYTES * size };
}

/** A list that has held a reference: V8 keeps room for references in it and in its copies, and never changes its kind. */
export function emptyCells(): unknown[] {
  const cells: unknown[] = [null];
  cells.length = 0;
  return cells;
}
