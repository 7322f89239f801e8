// Structs and arrays of the garbage collection proposal, and how their values are laid out.
// https://webassembly.github.io/spec/core/exec/runtime.html#aggregate-instances
// They are JavaScript objects, so that the host's collector collects them and no integer can be forged into one. A null
// reference is JS null; an i31 is a JS number. What instructions do with them is in interpreter/gc.
import { counted } from '../syntax/shown.ts';
import { ExhaustionError } from '../errors.ts';
import { MAX_ARRAY_BYTES, MAX_ARRAY_REFS } from '../syntax/limits.ts';
import { cellsOf, emptyCells } from '../lowering/layout.ts';
import { type ArrayType, I16, I8, type ValType } from '../syntax/types.ts';
import type { DefType } from '../validator/type-space.ts';

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

/** In the hierarchy of `any` in the place of an object of the host, which no instruction looks into. */
export class HostObject {
  /** It has no type. */
  readonly defType = undefined;
  readonly value: object;

  constructor(value: object) {
    this.value = value;
  }

  get kind(): 'host' {
    return 'host';
  }
}

/** What an object in the hierarchy of `any` is. */
export type AnyObject = Aggregate | HostObject;

/** The storage type of an array type's elements. */
export function elementStorage({ comp }: DefType): ValType {
  return (comp as ArrayType).field.storage;
}

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

/**
 * The cells of an array of `length` default values (an unsigned 32-bit number), of which the first ones are there if they
 * are references: the others are for the caller to add. The length is checked before.
 * @throws ExhaustionError where it is above the limits of this implementation, or the host has no room.
 */
export function blankCells(storage: ValType, length: number, first = length): Cells {
  const size = cellsOf(storage);
  const bytes = storage === I8 ? length : storage === I16 ? 2 * length : 4 * size * length;
  if (storage > 0 ? length > MAX_ARRAY_REFS : bytes > MAX_ARRAY_BYTES) throw tooLarge(length);
  if (length * size <= SMALL) return (storage > 0 ? BLANK_REFS : BLANK_WORDS)[length * size].slice();
  try {
    if (storage > 0) return first === 0 ? emptyCells() : new Array<unknown>(first).fill(null);
    if (storage === I8) return new Uint8Array(length);
    return storage === I16 ? new Uint16Array(length) : new Int32Array(length * size);
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
