// Values at the border: from slots to JavaScript and back, by type.
// https://webassembly.github.io/spec/js-api/#towebassemblyvalue
// The API form (Value) takes numbers for i32, f32 and f64, objects that become numbers, and bigints for i64, nothing else
// (jsapi/values.ts converts as the JavaScript API has it, before); the bit form (Bits) loses nothing.
import { readWords, signed64, writeWords } from '../../syntax/bits.ts';
import { F32, F64, type FuncType, I32, I64, V128, type ValType, typeName } from '../../syntax/types.ts';
import { type DefType, NO_TYPES, type TypeSpace } from '../../validator/type-space.ts';
import { shown } from '../../options.ts';
import type { Func } from '../../runtime/instance.ts';
import { isFunc } from '../../runtime/func.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { growReferences } from '../state/loop-support.ts';
import { isMisfit, isObject, misfit, referenceOut, toReference } from '../../runtime/references.ts';
import { REFERENCES as R, SLOTS as S, SLOTS_F32 as FF, SLOTS_F64 as F, SLOTS_I64 as L } from '../state/stack.ts';
import { toPrimitive } from './to-primitive.ts';
import { slotsOf } from '../../runtime/slots.ts';
import { wordsOf } from '../state/words.ts';

/** The value of type t in the slot at `word` (an index of SLOTS). Small, so that it is part of what calls it. */
export function readValue(t: ValType, word: number): Value {
  return t === I32 ? S[word] : readOther(t, word);
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

export const readValues = (types: readonly ValType[], base: number): Value[] => readAll(types, base, readValue);

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
      return referenceOut(t, R[word >> 1]);
  }
}

/** What is thrown where a v128 would cross to JavaScript or from it. */
export function vectorError(): TypeError {
  return new TypeError('a v128 has no JavaScript value: it cannot be an argument, a result or read from outside');
}

/** Whether values of a function type can cross to JavaScript. */
function crosses(type: DefType): boolean {
  const { params, results } = type.comp as FuncType;
  return (type.crosses = !params.includes(V128) && !results.includes(V128));
}

/** Can values of the function's type cross to JavaScript? @throws TypeError when one of them is a v128, and for no Func. */
export function checkCrossing(func: Func): void {
  const type = (func as Func | undefined)?.defType as DefType;
  if (type?.crosses === true) return;
  if (!isFunc(func)) throw new TypeError(`what is called has to be a Func, as exports are, not ${shown(func)}`);
  if (!crosses(type)) throw vectorError();
}

/**
 * A value that comes from the host, without code of its own: an object given for an i32, f32 or f64 is what it becomes as
 * a number, once. The host's code runs here and nowhere later, so it is done for all values before any of them is
 * written, while no thread stands on the stack whose part is not reserved. @throws TypeError, and what that code throws.
 */
export function plainValue<T>(t: ValType, value: T): T {
  if (typeof value === 'number' || !isObject(value) || (t !== I32 && t !== F32 && t !== F64)) return value;
  const number = toPrimitive(value);
  // An object that becomes a text or a bigint is told for what it is.
  return typeof number === 'number' ? (number as unknown as T) : value;
}

/** The same for a value of each type; the very list where all of them are plain. */
export function plainValues<T>(types: readonly ValType[], values: readonly T[]): readonly T[] {
  for (let i = 0; i < values.length; i++) if (isObject(values[i])) return withoutObjects(types, values);
  return values;
}

function withoutObjects<T>(types: readonly ValType[], values: readonly T[]): readonly T[] {
  return values.map((value, i) => (i < types.length ? plainValue(types[i], value) : value));
}

/** Of the high word of an f64, and of the word of an f32: set in every NaN that comes from JavaScript. */
const QUIET_64 = 0x0008_0000;
const QUIET_32 = 0x0040_0000;

/**
 * Writes a plain JavaScript value as type t of a space. Nothing is converted but numbers to their type: no code of the
 * value runs. A NaN becomes quiet, whatever its bits are in this host. @throws TypeError when it is no value of the type.
 */
export function writeValue(t: ValType, word: number, value: Value, space: TypeSpace): void {
  if (t === I32 && typeof value === 'number') S[word] = value;
  else writeOther(t, word, value, space);
}

function writeOther(t: ValType, word: number, value: Value, space: TypeSpace): void {
  switch (t) {
    case I32:
      throw misfit('an i32 is a number', value);
    case I64:
      if (typeof value !== 'bigint') throw misfit('an i64 is a bigint', value);
      if (L === undefined) writeWords(S, word, 2, value);
      else L[word >> 1] = value;
      return;
    case F32:
      if (typeof value !== 'number') throw misfit('an f32 is a number', value);
      FF[word] = value;
      if (Number.isNaN(value)) S[word] |= QUIET_32;
      return;
    case F64:
      if (typeof value !== 'number') throw misfit('an f64 is a number', value);
      F[word >> 1] = value;
      if (Number.isNaN(value)) S[word + 1] |= QUIET_64;
      return;
    case V128:
      throw vectorError();
    default:
      growReferences((word >> 1) + 1);
      R[word >> 1] = toReference(t, value, space);
  }
}

/** The error for a value that does not fit, with which one it is; others as they are. */
export function which(error: unknown, place: string): unknown {
  return isMisfit(error) ? new TypeError(`${error.message} (${place})`) : error;
}

/** The bits of the value of type t in the slot at `word`. */
export function readBits(t: ValType, word: number): Bits {
  return t > 0 ? referenceOut(t, R[word >> 1]) : readWords(S, word, wordsOf(t));
}

export function writeBits(t: ValType, word: number, value: Bits, space: TypeSpace): void {
  if (t > 0) {
    growReferences((word >> 1) + 1);
    R[word >> 1] = toReference(t, value, space);
  } else if (typeof value !== 'bigint') throw new TypeError(`the bits of an ${typeName(t)} are a bigint`);
  else writeWords(S, word, wordsOf(t), value);
}

/** A word that nothing else uses, for conversions between values and bits. */
const SPARE = S.length - 4;

/** A JavaScript value as bits as they are inside. Its code may run. @throws TypeError when it cannot become one. */
export function valueToBits(t: ValType, value: Value, space: TypeSpace): Bits {
  if (t > 0) return toReference(t, value, space);
  writeValue(t, SPARE, plainValue(t, value), space);
  return readBits(t, SPARE);
}

/** Bits as they are inside, as a JavaScript value. */
export function bitsToValue(t: ValType, bits: Bits): Value {
  if (t > 0) return referenceOut(t, bits);
  writeBits(t, SPARE, bits, NO_TYPES);
  return readValue(t, SPARE);
}
