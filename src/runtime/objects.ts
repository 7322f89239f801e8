// Structs and arrays of the garbage collection proposal, and how their values are laid out.
// https://webassembly.github.io/spec/core/exec/runtime.html#aggregate-instances
// They are JavaScript objects, so that the host's collector collects them and no integer can be forged into one. A null
// reference is JS null; an i31 is a JS number. What instructions do with them is in interpreter/ops/gc.
import { counted } from '../syntax/shown.ts';
import { ExhaustionError } from '../errors.ts';
import { MAX_ARRAY_BYTES, MAX_ARRAY_REFS } from '../syntax/limits.ts';
import { cellsOf, emptyCells } from './layout.ts';
import { CELL_BYTES, OBJECT_BYTES } from './heap.ts';
import { I16, I8, type ValType, asArray } from '../syntax/types.ts';
import type { DefType } from '../validator/type-space.ts';

/** Bytes of an object of the host, or a string, where it stands inside; of each UTF-16 unit of a string. */
const HOST_BYTES = 64;
const UNIT_BYTES = 2;
/** Of an array whose cells are a typed array, beside these. */
const TYPED_BYTES = 240;

/**
 * Values of fields and elements, one after the other: i32, f32 and packed ones one int32 word each (packed ones
 * zero-extended), i64 and f64 two, low half first, v128 four; a reference is one entry.
 */
export type Cells = unknown[] | Int32Array | Uint16Array | Uint8Array;

/** A struct. */
export class StructObject {
  readonly defType: DefType;
  readonly fields: unknown[];
  /** Custom descriptors: the descriptor that it was made with, or null. */
  readonly descriptor: StructObject | null;
  /** The last walk that has reached it. */
  mark = 0;

  constructor(defType: DefType, fields: unknown[], descriptor: StructObject | null) {
    this.defType = defType;
    this.fields = fields;
    this.descriptor = descriptor;
  }

  get kind(): 'struct' {
    return 'struct';
  }
}

/** An array. */
export class ArrayObject {
  readonly defType: DefType;
  /** In elements. */
  readonly length: number;
  readonly cells: Cells;
  mark = 0;

  constructor(defType: DefType, length: number, cells: Cells) {
    this.defType = defType;
    this.length = length;
    this.cells = cells;
  }

  get kind(): 'array' {
    return 'array';
  }
}

export type Aggregate = StructObject | ArrayObject;

/**
 * In the hierarchies of `any` and `extern` in the place of an object of the host, which nobody looks into, and of a string,
 * which counts as much as it is long.
 */
export class HostObject {
  /** It has no type. */
  readonly defType = undefined;
  readonly value: object | string;
  readonly bytes: number;
  mark = 0;

  constructor(value: object | string, bytes?: number) {
    this.value = value;
    this.bytes = typeof value === 'string' ? bytesOfString(value.length) : (bytes ?? HOST_BYTES);
  }

  get kind(): 'host' {
    return 'host';
  }
}

/** Bytes that a string of so many UTF-16 units takes. */
export function bytesOfString(length: number): number {
  return HOST_BYTES + UNIT_BYTES * length;
}

/** What was read last: nobody asks, but a compiler leaves out what nobody keeps. */
const read = { unit: 0 };

/** Has the host put a string together of which it keeps the parts: it does so when one is read for the first time. */
export function putTogether(text: string): void {
  read.unit = text.charCodeAt(0);
}

/** What an object in the hierarchy of `any` is. */
export type AnyObject = Aggregate | HostObject;

/** Arrays of up to this many cells are copies of blank ones; those of numbers are JS arrays, cheaper to make than typed. */
const SMALL = 64;
const BLANK_REFS = blanks(null);
const BLANK_WORDS = blanks(0);

/** Blank cells by length. */
function blanks(value: unknown): readonly (readonly unknown[])[] {
  return Array.from({ length: SMALL + 1 }, (_, length) => {
    const cells = emptyCells();
    for (let i = 0; i < length; i++) cells.push(value);
    return cells;
  });
}

/** How the elements of an array type are laid out: their storage type, the cells of each, and blank cells by length. */
export interface ArrayLayout {
  readonly storage: ValType;
  readonly size: 1 | 2 | 4;
  readonly blanks: readonly (readonly unknown[])[];
}

export function layoutOf(storage: ValType): ArrayLayout {
  return { storage, size: cellsOf(storage), blanks: storage > 0 ? BLANK_REFS : BLANK_WORDS };
}

/** The layout of an array type. */
export function arrayLayout(type: DefType): ArrayLayout {
  return (type.layout ??= layoutOf(asArray(type.comp).field.storage)) as ArrayLayout;
}

/** The storage type of an array type's elements. */
export function elementStorage(type: DefType): ValType {
  return arrayLayout(type).storage;
}

/**
 * Bytes that an array of `length` elements takes.
 * @throws ExhaustionError where it is above the limits of this implementation.
 */
export function bytesOfArray(layout: ArrayLayout, length: number): number {
  const cells = length * layout.size;
  return cells <= SMALL ? OBJECT_BYTES + CELL_BYTES * cells : bytesOfLong(layout, length);
}

function bytesOfLong({ storage, size }: ArrayLayout, length: number): number {
  const bytes = storage === I8 ? length : storage === I16 ? 2 * length : 4 * length * size;
  if (storage > 0 ? length > MAX_ARRAY_REFS : bytes > MAX_ARRAY_BYTES) throw tooLarge(length);
  return storage > 0 ? OBJECT_BYTES + CELL_BYTES * length : TYPED_BYTES + bytes;
}

/**
 * The cells of an array of `length` default values (an unsigned 32-bit number), of which the first ones are there if they
 * are references: the others are for the caller to add. The length is checked before, by `bytesOfArray`.
 * @throws ExhaustionError where the host has no room.
 */
export function blankCells({ storage, size, blanks }: ArrayLayout, length: number, first = length): Cells {
  const cells = length * size;
  if (cells <= SMALL) return blanks[cells].slice();
  try {
    if (storage > 0) return first === 0 ? emptyCells() : new Array<unknown>(first).fill(null);
    if (storage === I8) return new Uint8Array(length);
    return storage === I16 ? new Uint16Array(length) : new Int32Array(cells);
  } catch {
    throw tooLarge(length);
  }
}

function tooLarge(length: number): ExhaustionError {
  return new ExhaustionError(
    `out of memory: an array of ${counted(length, 'element')}; at most ${MAX_ARRAY_REFS} references, or ${MAX_ARRAY_BYTES} bytes`,
    'array',
  );
}

/** Is the value an i31 reference? They are JS numbers; others (from the host) are opaque. */
export function isI31(value: unknown): value is number {
  return typeof value === 'number' && Object.is((value << 1) >> 1, value);
}
