// Whether a reference is of a type: ref.test, ref.cast, br_on_cast.
// https://webassembly.github.io/spec/core/exec/values.html#reference-typing
// Canonical ids make it a comparison, or a walk of at most 63 steps up the declared supertypes. The reference is one that
// is inside already, so that an object in the hierarchies of `any` and `func` is one of ours (references.ts).
import type { Func } from './func.ts';
import { type AnyObject, isI31 } from './objects.ts';
import { HEAP, type HeapType, type ValType, heapOf, isExact, isNullable } from '../syntax/types.ts';
import { isCanonicalSubtype } from '../validator/canonical.ts';

/** Is the reference of a (closed) reference type? It has to be of the type's hierarchy already. */
export function isOfType(value: unknown, t: ValType): boolean {
  if (value === null) return isNullable(t);
  const heap = heapOf(t);
  if (heap < 0) return isOfAbstract(value, heap);
  if (typeof value !== 'object') return false;
  const { canon } = value as AnyObject | Func;
  return canon === heap || (canon >= 0 && !isExact(t) && isCanonicalSubtype(canon, heap));
}

/** Is the value of type `k`, or, where `k` is negative, not of the type that it is the complement of? */
export function testReference(value: unknown, k: number): boolean {
  return k < 0 ? !isOfType(value, ~k) : isOfType(value, k);
}

function isOfAbstract(value: unknown, heap: HeapType): boolean {
  switch (heap) {
    case HEAP.any:
    case HEAP.extern:
    case HEAP.func:
    case HEAP.exn:
      return true;
    case HEAP.eq:
      return typeof value === 'object' ? (value as AnyObject).canon >= 0 : isI31(value);
    case HEAP.i31:
      return isI31(value);
    case HEAP.struct:
    case HEAP.array:
      return typeof value === 'object' && (value as AnyObject).kind === (heap === HEAP.struct ? 'struct' : 'array');
    default:
      return false;
  }
}
