// Values in slots of the running thread: reads and writes one of a type at a word (an index of SLOTS). Nothing is converted
// or checked: a value is given as it is inside, which is a number, a bigint or a reference, or as its bits.
// https://webassembly.github.io/spec/core/exec/values.html
// Two coercions are made of this, that of the API (border.ts) and that of the JavaScript API (jsapi/crossing.ts).
import { readWords, signed64, writeWords } from '../../syntax/bits.ts';
import { F32, F64, I32, I64, V128, type ValType } from '../../syntax/types.ts';
import { slotsOf } from '../../runtime/slots.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { growReferences } from '../state/loop-support.ts';
import { REFERENCES as R, SLOTS as S, SLOTS_F32 as FF, SLOTS_F64 as F, SLOTS_I64 as L } from '../state/stack.ts';
import { wordsOf } from '../state/words.ts';

/** The value of type t in the slot at `word`. Small, so that it is part of what calls it. @throws TypeError for a v128. */
export function readSlot(t: ValType, word: number): Value {
  return t === I32 ? S[word] : readOther(t, word);
}

function readOther(t: ValType, word: number): Value {
  switch (t) {
    case I64:
      return L === undefined ? signed64(S[word], S[word + 1]) : L[word >> 1];
    case F32:
      return FF[word];
    case F64:
      return F[word >> 1];
    case V128:
      throw vectorError();
    default:
      return R[word >> 1];
  }
}

/** Of the high word of an f64, and of the word of an f32: set in every NaN that comes from JavaScript. */
const QUIET_64 = 0x0008_0000;
const QUIET_32 = 0x0040_0000;

/**
 * Writes a value of type t to the slot at `word`: a number for an i32, f32 or f64, of which the slot takes what it holds; a
 * bigint for an i64; a reference. A NaN becomes quiet, whatever its bits are in this host. @throws TypeError for a v128.
 */
export function writeSlot(t: ValType, word: number, value: Value): void {
  if (t === I32) S[word] = value as number;
  else writeOther(t, word, value);
}

function writeOther(t: ValType, word: number, value: Value): void {
  switch (t) {
    case I64:
      if (L === undefined) writeWords(S, word, 2, value as bigint);
      else L[word >> 1] = value as bigint;
      return;
    case F32:
      FF[word] = value as number;
      if (Number.isNaN(value)) S[word] |= QUIET_32;
      return;
    case F64:
      F[word >> 1] = value as number;
      if (Number.isNaN(value)) S[word + 1] |= QUIET_64;
      return;
    case V128:
      throw vectorError();
    default:
      writeReference(word, value);
  }
}

/** The reference in the slot at `word`. */
export function readReference(word: number): unknown {
  return R[word >> 1];
}

export function writeReference(word: number, value: unknown): void {
  growReferences((word >> 1) + 1);
  R[word >> 1] = value;
}

/** The bits of the value of type t in the slot at `word`. */
export function readSlotBits(t: ValType, word: number): Bits {
  return t > 0 ? R[word >> 1] : readWords(S, word, wordsOf(t));
}

export function writeSlotBits(t: ValType, word: number, bits: Bits): void {
  if (t > 0) writeReference(word, bits);
  else writeWords(S, word, wordsOf(t), bits as bigint);
}

export type Read<T> = (t: ValType, word: number) => T;

/** The values of some types that stand from a word on. Literals are made faster than arrays that grow. */
export function readAll<T>(types: readonly ValType[], base: number, read: Read<T>): T[] {
  const { length } = types;
  if (length === 1) return [read(types[0], base)];
  if (length === 2) return [read(types[0], base), read(types[1], base + 2 * slotsOf(types[0]))];
  const values: T[] = [];
  let word = base;
  for (let i = 0; i < length; i++) {
    values.push(read(types[i], word));
    word += 2 * slotsOf(types[i]);
  }
  return values;
}

/** A word that nothing else uses, for conversions between values and bits. */
const SPARE = S.length - 4;

/** A value as its bits. */
export function bitsOf(t: ValType, value: Value): Bits {
  if (t > 0) return value;
  writeSlot(t, SPARE, value);
  return readSlotBits(t, SPARE);
}

/** Bits as the value that they are. */
export function fromBits(t: ValType, bits: Bits): Value {
  if (t > 0) return bits;
  writeSlotBits(t, SPARE, bits);
  return readSlot(t, SPARE);
}

/** What is thrown where a v128 would cross to JavaScript or from it. */
export function vectorError(): TypeError {
  return new TypeError('a v128 has no JavaScript value: it cannot be an argument, a result or read from outside');
}
