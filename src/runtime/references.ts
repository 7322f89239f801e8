// References at the border, by the hierarchy that they belong to.
// https://webassembly.github.io/spec/js-api/#towebassemblyvalue
// Inside, the hierarchy of `any` holds nothing but what the engine made: structs, arrays, i31s and other primitives, and
// a HostObject in the place of each object of the host. So no instruction looks into an object of the host, which might
// be a Proxy and run code. `extern` holds values of the host as they are, and structs and arrays that crossed over.
import { brand, brandOf } from '../brand.ts';
import { withArticle } from '../options.ts';
import { isFunc } from './func.ts';
import { type Aggregate, type AnyObject, HostObject } from './objects.ts';
import { HEAP, type HeapType, type ValType, heapOf, isNullable, typeName } from '../syntax/types.ts';
import { canonicalType } from '../validator/canonical.ts';
import { isOfType } from './casts.ts';

/** The top of a heap type's hierarchy. */
export function topOf(heap: HeapType): HeapType {
  if (heap >= 0) return canonicalType(heap).comp.kind === 'func' ? HEAP.func : HEAP.any;
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

/** The instruction any.convert_extern. */
export function internalise(value: unknown): unknown {
  return isObject(value) && !isAggregate(value) ? new HostObject(value) : value;
}

/** The instruction extern.convert_any. What leaves is noted, so that it is known when it comes back. */
export function externalise(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const object = value as AnyObject;
  if (object.kind === 'host') return object.value;
  if (brandOf(object) === undefined) brand(object, object.kind);
  return object;
}

/** A reference inside, of a (closed) type, as the host sees it. */
export function referenceOut(t: ValType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const top = topOf(heapOf(t));
  if (top === HEAP.any) return externalise(value);
  if (top === HEAP.exn && brandOf(value) === undefined) brand(value, 'exn');
  return value;
}

/** Answers `otherwise` for a value that cannot be a reference of a (closed) type, else the reference inside. */
export function referenceIn<T>(t: ValType, value: unknown, otherwise: T): unknown {
  if (value === null) return isNullable(t) ? null : otherwise;
  const heap = heapOf(t);
  switch (topOf(heap)) {
    case HEAP.extern:
      return heap === HEAP.extern ? value : otherwise;
    case HEAP.func:
      return isFunc(value) && isOfType(value, t) ? value : otherwise;
    case HEAP.exn:
      return heap === HEAP.exn && brandOf(value) === 'exn' ? value : otherwise;
    default:
      if (heap === HEAP.any) return internalise(value);
      return (!isObject(value) || isAggregate(value)) && isOfType(value, t) ? value : otherwise;
  }
}

const NONE = {};

/** Can the host's value be a reference of a (closed) type? */
export function isReference(value: unknown, t: ValType): boolean {
  return referenceIn(t, value, NONE) !== NONE;
}

/**
 * A JavaScript value as a reference inside of a (closed) reference type: an integer of 31 bits is an i31, any value an
 * anyref. @throws TypeError when it is none.
 */
export function toReference(t: ValType, value: unknown): unknown {
  const inside = referenceIn(t, value, NONE);
  if (inside !== NONE) return inside;
  throw misfit(`${closedTypeName(t)} is wanted`, value);
}

/** A closed type in messages: its index is one of canonical ids, which tells nobody anything. */
export function closedTypeName(t: ValType): string {
  const heap = t > 0 ? heapOf(t) : -1;
  return heap >= 0 ? `(ref to a ${canonicalType(heap).comp.kind} type)` : typeName(t);
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
