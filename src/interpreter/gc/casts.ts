// Whether a reference is of a type: ref.test, ref.cast, br_on_cast, and references that come from the host.
// https://webassembly.github.io/spec/core/exec/values.html#reference-typing
// Canonical ids make it a comparison, or a walk of at most 63 steps up the declared supertypes.
import { ExceptionObject } from '../../runtime/exception.ts';
import { Func, isFunc } from '../../runtime/func.ts';
import { ArrayObject, StructObject, isI31 } from '../../runtime/objects.ts';
import { HEAP, type HeapType, type ValType, heapOf, isExact, isNullable } from '../../syntax/types.ts';
import { canonicalType, isCanonicalSubtype } from '../../validator/canonical.ts';

/**
 * Is the value of a (closed) reference type? It has to be of the type's hierarchy already: a Func or null for func
 * types, and so on. Values from the host that are no wasm objects are only `any` and `extern`.
 */
export function isOfType(value: unknown, t: ValType): boolean {
  if (value === null) return isNullable(t);
  const heap = heapOf(t);
  if (heap < 0) return isOfAbstract(value, heap);
  if (value instanceof StructObject || value instanceof ArrayObject || value instanceof Func) {
    const { canon } = value;
    return canon === heap || (!isExact(t) && isCanonicalSubtype(canon, heap));
  }
  return false;
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
      return value instanceof StructObject || value instanceof ArrayObject || isI31(value);
    case HEAP.i31:
      return isI31(value);
    case HEAP.struct:
      return value instanceof StructObject;
    case HEAP.array:
      return value instanceof ArrayObject;
    default:
      return false;
  }
}

/** Can the host's value be a reference of a (closed) type? The check at the border, where hierarchies can be mixed. */
export function isReference(value: unknown, t: ValType): boolean {
  const heap = heapOf(t);
  const inFunc = heap >= 0 ? canonicalType(heap).comp.kind === 'func' : heap === HEAP.func || heap === HEAP.nofunc;
  if (inFunc && value !== null && !isFunc(value)) return false;
  if (heap === HEAP.exn || heap === HEAP.noexn) {
    return value === null ? isNullable(t) : heap === HEAP.exn && value instanceof ExceptionObject;
  }
  return isOfType(value, t);
}
