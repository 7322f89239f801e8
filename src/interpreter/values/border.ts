// Values at the border of the API: what it takes for a value of a type, and what it gives.
// https://webassembly.github.io/spec/js-api/#towebassemblyvalue
// The API form (Value) takes numbers for i32, f32 and f64, objects that become numbers, and bigints for i64, nothing else;
// the bit form (Bits) loses nothing. The JavaScript API has a coercion of its own (jsapi/crossing.ts); how values stand in
// slots is in slots.ts.
import { F32, F64, I32, I64, V128, type ValType, typeName, asFunc } from '../../syntax/types.ts';
import type { DefType, TypeSpace } from '../../validator/type-space.ts';
import { shown } from '../../options.ts';
import type { Func } from '../../runtime/instance.ts';
import { isFunc } from '../../runtime/func.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { isMisfit, isObject, misfit, referenceOut, toReference } from '../../runtime/references.ts';
import { toPrimitive } from './to-primitive.ts';
import { bitsOf, readAll, readSlot, readSlotBits, fromBits, vectorError, writeSlot, writeSlotBits } from './slots.ts';

/** The value of type t in the slot at `word`, for the host. */
export function readValue(t: ValType, word: number): Value {
  const value = readSlot(t, word);
  return t > 0 ? referenceOut(t, value) : value;
}

export const readValues = (types: readonly ValType[], base: number): Value[] => readAll(types, base, readValue);

/** Whether values of a function type can cross to JavaScript. */
function crosses(type: DefType): boolean {
  const { params, results } = asFunc(type.comp);
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
  // An object that becomes a text or a bigint stays: the message names an object.
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

/**
 * Writes a plain JavaScript value as type t of a space. Nothing is converted but numbers to their type: no code of the
 * value runs. @throws TypeError when it is no value of the type.
 */
export function writeValue(t: ValType, word: number, value: Value, space: TypeSpace): void {
  writeSlot(t, word, t === I32 && typeof value === 'number' ? value : inside(t, value, space));
}

/** A plain value of type t of a space as it is inside. @throws TypeError when it is none. */
function inside(t: ValType, value: Value, space: TypeSpace): Value {
  switch (t) {
    case I32:
    case F32:
    case F64:
      if (typeof value !== 'number') throw misfit(`an ${typeName(t)} is a number`, value);
      return value;
    case I64:
      if (typeof value !== 'bigint') throw misfit('an i64 is a bigint', value);
      return value;
    case V128:
      throw vectorError();
    default:
      return toReference(t, value, space);
  }
}

/** The error for a value that does not fit, with which one it is; others as they are. */
export function which(error: unknown, place: string): unknown {
  return isMisfit(error) ? new TypeError(`${error.message} (${place})`) : error;
}

/** The bits of the value of type t in the slot at `word`, for the host. */
export function readBits(t: ValType, word: number): Bits {
  const bits = readSlotBits(t, word);
  return t > 0 ? referenceOut(t, bits) : bits;
}

export function writeBits(t: ValType, word: number, value: Bits, space: TypeSpace): void {
  if (t <= 0 && typeof value !== 'bigint') throw new TypeError(`the bits of an ${typeName(t)} are a bigint`);
  writeSlotBits(t, word, t > 0 ? toReference(t, value, space) : value);
}

/** A JavaScript value as bits as they are inside. Its code may run. @throws TypeError when it cannot become one. */
export function valueToBits(t: ValType, value: Value, space: TypeSpace): Bits {
  return bitsOf(t, inside(t, plainValue(t, value), space));
}

/** Bits as they are inside, as a JavaScript value. */
export function bitsToValue(t: ValType, bits: Bits): Value {
  const value = fromBits(t, bits);
  return t > 0 ? referenceOut(t, value) : value;
}
