// Values at the border: from slots to JavaScript and back, by type.
// https://webassembly.github.io/spec/js-api/#towebassemblyvalue
// The API form (Value) follows the JS API's coercions; the bit form (Bits) loses nothing.
import { F32, F64, type FuncType, I32, I64, V128, type ValType, heapOf, typeName } from '../syntax/types.ts';
import { canonicalType } from '../validator/canonical.ts';
import { Func } from '../runtime/func.ts';
import { ArrayObject, StructObject } from '../runtime/objects.ts';
import type { Bits, Value } from '../runtime/values.ts';
import { isReference } from './gc/casts.ts';
import { growReferences } from './loop-support.ts';
import { REFERENCES as R, SLOTS as S, SLOTS_F32 as FF, SLOTS_F64 as F } from './stack.ts';
import { readWords, wordsOf, writeWords } from './words.ts';

/** The value of type t in the slot at `word` (an index of SLOTS). */
export function readValue(t: ValType, word: number): Value {
  switch (t) {
    case I32:
      return S[word];
    case I64:
      return (BigInt(S[word + 1]) << 32n) | BigInt(S[word] >>> 0);
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

/** What is thrown where a v128 would cross to JavaScript or from it. */
export function vectorError(): TypeError {
  return new TypeError('a v128 has no JavaScript value: it cannot be an argument, a result or read from outside');
}

/** Whether values of a function type can cross to JavaScript, by its canonical id; undefined where nobody asked yet. */
const CROSSES: (boolean | undefined)[] = [];

function crosses(canon: number): boolean {
  const { params, results } = canonicalType(canon).comp as FuncType;
  while (CROSSES.length <= canon) CROSSES.push(undefined);
  CROSSES[canon] = !params.includes(V128) && !results.includes(V128);
  return CROSSES[canon] as boolean;
}

/** Can values of the function's type cross to JavaScript? @throws TypeError when one of them is a v128. */
export function checkCrossing({ canon }: Func): void {
  if (!(canon < CROSSES.length && CROSSES[canon] === true) && !crosses(canon)) throw vectorError();
}

/** Writes a JavaScript value as type t. @throws TypeError when it cannot become one. */
export function writeValue(t: ValType, word: number, value: Value): void {
  switch (t) {
    case I32:
      S[word] = toNumber(value, 'i32');
      return;
    case I64: {
      if (typeof value !== 'bigint') throw new TypeError(`an i64 is a bigint, not ${describe(value)}`);
      writeWords(S, word, 2, value);
      return;
    }
    case F32:
      FF[word] = toNumber(value, 'f32');
      return;
    case F64:
      F[word >> 1] = toNumber(value, 'f64');
      return;
    case V128:
      throw vectorError();
    default:
      growReferences((word >> 1) + 1);
      R[word >> 1] = toReference(t, value);
  }
}

function toNumber(value: Value, type: string): number {
  if (typeof value === 'bigint' || typeof value === 'symbol') {
    throw new TypeError(`an ${type} is a number, not ${describe(value)}`);
  }
  // Not Number(value): that takes an object which becomes a bigint.
  return +(value as number);
}

/**
 * Objects given for numbers, as numbers. That may run code of theirs, which may call back and use the stack, so it is
 * done for all values before the first is written to a slot.
 */
export function withoutObjects<T>(types: readonly ValType[], values: readonly T[]): readonly T[] {
  for (let i = 0; i < values.length; i++) if (isObject(values[i]) && types[i] <= 0) return plain(types, values);
  return values;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}

function plain<T>(types: readonly ValType[], values: readonly T[]): readonly T[] {
  return values.map((value, i) => {
    if (!isObject(value) || types[i] > 0) return value;
    if (types[i] === I64) throw new TypeError(`an i64 is a bigint, not ${describe(value)}`);
    return +(value as unknown as number) as unknown as T;
  });
}

/**
 * A JavaScript value as a reference of a (closed) reference type: an integer of 31 bits is an i31, any value an anyref.
 * It is the value itself. @throws TypeError when it is none.
 */
export function toReference(t: ValType, value: unknown): unknown {
  if (isReference(value, t)) return value;
  throw new TypeError(`${typeNameClosed(t)} does not take ${describe(value)}`);
}

function typeNameClosed(t: ValType): string {
  const heap = heapOf(t);
  return heap >= 0 ? `(ref to a ${canonicalType(heap).comp.kind} type)` : typeName(t);
}

function describe(value: unknown): string {
  if (value instanceof Func) return 'a function of another type';
  if (value instanceof StructObject || value instanceof ArrayObject) return `a wasm ${value.kind} of another type`;
  return value === null ? 'null' : `a ${typeof value}`;
}

/** The bits of the value of type t in the slot at `word`. */
export function readBits(t: ValType, word: number): Bits {
  return t > 0 ? R[word >> 1] : readWords(S, word, wordsOf(t));
}

export function writeBits(t: ValType, word: number, value: Bits): void {
  if (t > 0) {
    growReferences((word >> 1) + 1);
    R[word >> 1] = value;
  } else if (typeof value !== 'bigint') throw new TypeError(`the bits of an ${typeName(t)} are a bigint`);
  else writeWords(S, word, wordsOf(t), value);
}

/** A word that nothing else uses, for conversions between values and bits. */
const SPARE = S.length - 4;

/** A JavaScript value as bits. @throws TypeError when it cannot become one. */
export function valueToBits(t: ValType, value: Value): Bits {
  if (t > 0) return toReference(t, value);
  writeValue(t, SPARE, value);
  return readBits(t, SPARE);
}

/** Bits as a JavaScript value. */
export function bitsToValue(t: ValType, bits: Bits): Value {
  if (t > 0) return bits;
  writeBits(t, SPARE, bits);
  return readValue(t, SPARE);
}
