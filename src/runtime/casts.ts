// Whether a reference is of a type: ref.test, ref.cast, br_on_cast.
// https://webassembly.github.io/spec/core/exec/values.html#reference-typing
// In one space it is a comparison, or a walk of at most 63 steps up the declared supertypes. The reference is one that
// is inside already, so that an object in the hierarchies of `any` and `func` is one of ours (references.ts).
import { type AnyObject, isI31 } from './objects.ts';
import { HEAP, type HeapType, type ValType, heapOf, isExact, isNullable } from '../syntax/types.ts';
import { type TypeSpace, isSame, isSubtype } from '../validator/type-space.ts';

/** Is the reference of a canonical reference type of a space? It has to be of the type's hierarchy already. */
export function isOfType(value: unknown, t: ValType, space: TypeSpace): boolean {
  if (value === null) return isNullable(t);
  const heap = heapOf(t);
  if (heap < 0) return isOfAbstract(value, heap);
  if (typeof value !== 'object') return false;
  const { defType } = value as Pick<AnyObject, 'defType'>;
  if (defType === undefined) return false;
  if (defType.space === space && !isExact(t)) return space.isBelow(defType.index, heap);
  return (isExact(t) ? isSame : isSubtype)(defType.space, defType.index, space, heap);
}

/** Is the value of type `k`, or, where `k` is negative, not of the type that it is the complement of? */
export function testReference(value: unknown, k: number, { space }: { readonly space: TypeSpace }): boolean {
  return k < 0 ? !isOfType(value, ~k, space) : isOfType(value, k, space);
}

function isOfAbstract(value: unknown, heap: HeapType): boolean {
  switch (heap) {
    case HEAP.any:
    case HEAP.extern:
    case HEAP.func:
    case HEAP.exn:
      return true;
    case HEAP.eq:
      return typeof value === 'object' ? (value as AnyObject).defType !== undefined : isI31(value);
    case HEAP.i31:
      return isI31(value);
    case HEAP.struct:
    case HEAP.array:
      return typeof value === 'object' && (value as AnyObject).kind === (heap === HEAP.struct ? 'struct' : 'array');
    default:
      return false;
  }
}
