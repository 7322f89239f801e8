// What crosses between JavaScript and wasm, both ways: values (ToWebAssemblyValue and ToJSValue), exported functions, which
// values become and which convert them, and what either side throws. https://webassembly.github.io/spec/js-api/#tojsvalue
// https://webassembly.github.io/spec/js-api/#exported-function-exotic-objects
// On the wasm side a number is a JS number or bigint that the type's slot holds exactly, and a reference is what slots
// refer to: a Func, a StructObject or ArrayObject, null, or the host's value itself.
import { internalise, isAggregate, isReference, referenceOut, takesAll, topOf } from '../runtime/references.ts';
import { call } from '../interpreter/threads/invoke.ts';
import * as slots from '../interpreter/values/slots.ts';
import { isWasmException } from '../interpreter/values/wasm-exception.ts';
import { slotsOf } from '../runtime/slots.ts';
import { funcBehind, isFunc, standFor } from '../runtime/func.ts';
import type { Func } from '../runtime/instance.ts';
import {
  EXTERNREF,
  F32,
  F64,
  HEAP,
  KIND_TOP,
  I32,
  I64,
  V128,
  type ValType,
  heapOf,
  isNullable,
  typeName,
} from '../syntax/types.ts';
import type { TypeSpace } from '../validator/type-space.ts';
import { runtimeErrorOf, trapOf } from './errors.ts';
import { EXCEPTIONS } from './identity.ts';
import { exportedObject, objectOf } from './objects.ts';
import { type Realm, realmOf } from './realm.ts';
import { reflection } from './switch.ts';
import * as say from './messages.ts';
import { toBigInt } from './webidl.ts';

/** Can values of the type cross? v128 and exception references cannot. */
export function canCross(t: ValType): boolean {
  return t !== V128 && (t <= 0 || topOf(heapOf(t)) !== HEAP.exn);
}

/** ToWebAssemblyValue, for a type of a space that can cross. @throws TypeError, and what conversions of objects throw. */
export function toWasm(value: unknown, t: ValType, space: TypeSpace): unknown {
  switch (t) {
    case I32:
      // ToInt32; a plus sign refuses bigints and symbols, as ToNumber does.
      return typeof value === 'number' ? value | 0 : +(value as number) | 0;
    case I64:
      return BigInt.asIntN(64, toBigInt(value));
    case F32:
      return Math.fround(+(value as number));
    case F64:
      return +(value as number);
    default:
      return toReference(value, t, space);
  }
}

function toReference(value: unknown, t: ValType, space: TypeSpace): unknown {
  const heap = heapOf(t);
  const isFuncType = (heap < 0 ? topOf(heap) : KIND_TOP[space.subTypes[heap].comp.kind]) === HEAP.func;
  if (value === null) {
    if (isNullable(t)) return null;
  } else {
    const inside = isFuncType ? funcOf(value) : objectOf(value);
    if (inside !== undefined || value === undefined) {
      if (isReference(inside, t, space)) return inside;
    } else if (takesAll(heap) || (!isFuncType && isReference(value, t, space))) return value;
  }
  throw new TypeError(say.notAReference(typeName(t), value === null ? 'null' : `a value of type ${typeof value}`));
}

/**
 * DefaultValue: what an argument that is not given means. Of an externref that is the value undefined, which is no null.
 * https://webassembly.github.io/spec/js-api/#defaultvalue  @throws TypeError where the type has none.
 */
export function defaultValue(t: ValType): unknown {
  if (t === EXTERNREF) return undefined;
  if (t > 0 && !isNullable(t)) throw new TypeError(say.noDefault(typeName(t)));
  return t > 0 ? null : t === I64 ? 0n : 0;
}

/** ToJSValue, of what the engine gives to its host. */
export function toJs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isFunc(value)) return exportedFunction(value);
  return isAggregate(value) ? exportedObject(value) : value;
}

/** ToJSValue, of a reference of some type as it is inside. */
export function refToJs(t: ValType, value: unknown): unknown {
  return toJs(referenceOut(t, value));
}

/** What `toWasm` gave for a reference type, as it is inside. */
export function refInside(t: ValType, value: unknown): unknown {
  return takesAll(heapOf(t)) ? internalise(value) : value;
}

/** The value of type t in the slot at `word`, as JavaScript sees it. */
export function readSlot(t: ValType, word: number): unknown {
  const value = slots.readSlot(t, word);
  return t > 0 ? refToJs(t, value) : value;
}

/** The same of some types from `base` on. */
export const readAll = (types: readonly ValType[], base: number): unknown[] => slots.readAll(types, base, readSlot);

/** Writes what `toWasm` gave to the slot at `word`; or a number, of which a slot of a number type takes what it holds. */
export function writeSlot(t: ValType, word: number, value: unknown): void {
  slots.writeSlot(t, word, t > 0 ? refInside(t, value) : value);
}

/** The same of some types from `base` on. */
export function writeAll(types: readonly ValType[], base: number, values: readonly unknown[]): void {
  let word = base;
  for (let i = 0; i < types.length; i++) {
    const t = types[i];
    writeSlot(t, word, values[i]);
    word += 2 * slotsOf(t);
  }
}

/** Writes the arguments of a call, which `coerce` gave. */
export function putArguments(func: Func, base: number, values: readonly unknown[]): void {
  writeAll(func.signature.params, base, values);
}

/** What a call returns to JavaScript, of results in slots. */
function readResult(types: readonly ValType[], base: number): unknown {
  return types.length === 0 ? undefined : types.length === 1 ? readSlot(types[0], base) : readAll(types, base);
}

/** Calls a function with what `coerce` gave, for the namespace that it belongs to. */
export function callInside(func: Func, values: readonly unknown[], realm: Realm | undefined): unknown {
  if (realm === undefined) return call(func, values, undefined, putArguments, readResult);
  return realm.within(() => call(func, values, realm.account, putArguments, readResult));
}

export type Callable = (...args: unknown[]) => unknown;

const FUNCTIONS = new WeakMap<Func, Callable>();

/** The function instance behind an exported function; undefined for all else. */
export function funcOf(value: unknown): Func | undefined {
  const func = funcBehind(value);
  return func !== undefined && FUNCTIONS.get(func) === value ? func : undefined;
}

/** The exported function of a function instance, always the same one. */
export function exportedFunction(func: Func): Callable {
  const known = FUNCTIONS.get(func);
  if (known !== undefined) return known;
  const { params, results } = func.signature;
  const crosses = params.every(canCross) && results.every(canCross);
  const realm = realmOf(func);
  // An arrow function is no constructor and has no prototype, like a built-in function.
  const made: Callable = (...args) => {
    if (!crosses) throw new TypeError(say.uncrossable());
    coerce(params, args, func.defType.space);
    try {
      return callInside(func, args, realm);
    } catch (error) {
      throw toOutside(error);
    }
  };
  describeFunction(made, String(func.index), params.length);
  if (reflection.functionPrototype !== undefined) Object.setPrototypeOf(made, reflection.functionPrototype);
  FUNCTIONS.set(func, made);
  standFor(made, func);
  return made;
}

/** Sets what a built-in function has. */
export function describeFunction(target: Callable, name: string, length: number): void {
  Object.defineProperty(target, 'name', { value: name, configurable: true });
  Object.defineProperty(target, 'length', { value: length, configurable: true });
}

/** Converts the arguments of a call in their list; missing ones are undefined. @throws TypeError. */
export function coerce(params: readonly ValType[], args: unknown[], space: TypeSpace): void {
  for (let i = 0; i < params.length; i++) {
    const value = args[i];
    const t = params[i];
    // A number is converted by its slot.
    if (typeof value !== 'number' || t === I64 || t > 0) args[i] = toWasm(value, t, space);
  }
}

/** What JavaScript sees of what ended an execution. */
export function toOutside(error: unknown): unknown {
  return isWasmException(error) ? EXCEPTIONS.object(error) : runtimeErrorOf(error);
}

/** What wasm sees of what JavaScript threw. */
export function toInside(error: unknown): unknown {
  return trapOf(error) ?? EXCEPTIONS.of(error) ?? error;
}
