// References at the border, by the hierarchy that they belong to.
// https://webassembly.github.io/spec/js-api/#towebassemblyvalue
// Inside there is nothing but what the engine made: functions, structs, arrays, exceptions, primitives, and a HostObject
// in the place of each object of the host, in `any` and in `extern`. So neither an instruction nor the walk that counts
// objects (interpreter/threads/walk.ts) looks into an object of the host, which might be a Proxy and run code.
import { brand, brandOf } from '../brand.ts';
import { withArticle } from '../options.ts';
import { hold } from './fuel.ts';
import { type Aggregate, type AnyObject, HostObject } from './objects.ts';
import { HEAP, type HeapType, type ValType, heapOf, isNullable, typeName } from '../syntax/types.ts';
import type { TypeSpace } from '../validator/type-space.ts';
import { isOfType } from './casts.ts';

/** As in func.ts, which stands above. */
const isFunc = (value: unknown): boolean => brandOf(value) === 'func';

/** The top of an abstract heap type's hierarchy. */
export function topOf(heap: HeapType): HeapType {
  switch (heap) {
    case HEAP.func:
    case HEAP.nofunc:
      return HEAP.func;
    case HEAP.extern:
    case HEAP.noextern:
      return HEAP.extern;
    case HEAP.exn:
    case HEAP.noexn:
      return HEAP.exn;
    default:
      return HEAP.any;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}

/** Is it a struct or an array that has left the `any` hierarchy before? */
export function isAggregate(value: unknown): value is Aggregate {
  const name = brandOf(value);
  return name === 'struct' || name === 'array';
}

/** What stands for a value of the host in `extern` and `any`: any.convert_extern and back change nothing. */
export function internalise(value: unknown, bytes?: number): unknown {
  const isString = typeof value === 'string';
  if (!isString && (!isObject(value) || isAggregate(value))) return value;
  const made = new HostObject(value, bytes);
  hold(made.bytes);
  return made;
}

/** A reference of `extern` or `any` for the host. What leaves is noted, so that it is known when it comes back. */
export function externalise(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const object = value as AnyObject;
  if (object.kind === 'host') return object.value;
  if (brandOf(object) === undefined) brand(object, object.kind);
  return object;
}

/** A reference inside, of some type, as the host sees it. */
export function referenceOut(t: ValType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const heap = heapOf(t);
  // Of a defined type are functions, structs and arrays.
  const top = heap < 0 ? topOf(heap) : isFunc(value) ? HEAP.func : HEAP.any;
  if (top === HEAP.any || top === HEAP.extern) return externalise(value);
  if (top === HEAP.exn && brandOf(value) === undefined) brand(value, 'exn');
  return value;
}

/** Can any value of the host be a reference of an abstract type that is not null? */
export function takesAll(heap: HeapType): boolean {
  return heap === HEAP.any || heap === HEAP.extern;
}

/** Returns `otherwise` for a value that cannot be a reference of a type of a space, else the reference inside. */
function referenceIn<T>(t: ValType, value: unknown, space: TypeSpace, otherwise: T): unknown {
  if (value === null) return isNullable(t) ? null : otherwise;
  const heap = heapOf(t);
  const canonical = space.canonicalType(t);
  let fits: boolean;
  switch (heap < 0 ? topOf(heap) : heap) {
    case HEAP.extern:
      if (takesAll(heap)) return internalise(value);
      fits = false;
      break;
    case HEAP.exn:
      fits = heap === HEAP.exn && brandOf(value) === 'exn';
      break;
    case HEAP.any:
      if (takesAll(heap)) return internalise(value);
      fits = (!isObject(value) || isAggregate(value)) && isOfType(value, canonical, space);
      break;
    default:
      fits = (isFunc(value) || (heap >= 0 && isAggregate(value))) && isOfType(value, canonical, space);
  }
  return fits ? value : otherwise;
}

const NONE = {};

/** Can the host's value be a reference of a type of a space? */
export function isReference(value: unknown, t: ValType, space: TypeSpace): boolean {
  return referenceIn(t, value, space, NONE) !== NONE;
}

/**
 * A JavaScript value as a reference inside of a reference type of a space: an integer of 31 bits is an i31, any value an
 * anyref. @throws TypeError when it is none.
 */
export function toReference(t: ValType, value: unknown, space: TypeSpace): unknown {
  const inside = referenceIn(t, value, space, NONE);
  if (inside !== NONE) return inside;
  throw misfit(`${typeName(t)} is wanted`, value);
}

/** The error for a value that is not what it has to be. */
export function misfit(what: string, value: unknown): TypeError {
  const error = new TypeError(`${what}, not ${describe(value)}`);
  brand(error, 'misfit');
  return error;
}

/** Is it such an error? */
export function isMisfit(error: unknown): error is TypeError {
  return brandOf(error) === 'misfit';
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isFunc(value)) return 'a function of another type';
  if (isAggregate(value)) return `a wasm ${value.kind} of another type`;
  return Array.isArray(value) ? 'an array' : withArticle(typeof value);
}
