// The types of objects that generated modules have, and how the abstract heap types lie above each other.
import { EXTERNREF, F32, F64, FUNCREF, HEAP, I16, I32, I64, I8, type ValType, ref } from '../syntax/types.ts';

export const ANYREF = ref(HEAP.any, true);
export const EQREF = ref(HEAP.eq, true);
export const I31REF = ref(HEAP.i31, true);

/** Structs: their fields, and the key of the struct that they extend. A field names another struct by its key. */
export const STRUCTS: Readonly<Record<string, { readonly base?: string; readonly fields: readonly ValType[] }>> = {
  pair: { fields: [I32, I8, I64] },
  more: { base: 'pair', fields: [I32, I8, I64, F64, I16, ANYREF] },
  other: { fields: [F32, EQREF, EXTERNREF, FUNCREF] },
};
export const ARRAYS: Readonly<Record<string, ValType>> = {
  words: I32,
  bytes: I8,
  halves: I16,
  longs: I64,
  floats: F32,
  doubles: F64,
  any: ANYREF,
  funcs: FUNCREF,
};
export const STRUCT_KEYS = Object.keys(STRUCTS);
export const ARRAY_KEYS = Object.keys(ARRAYS);

/** The next type above an abstract one. */
export const ABOVE = new Map<number, number>([
  [HEAP.i31, HEAP.eq],
  [HEAP.struct, HEAP.eq],
  [HEAP.array, HEAP.eq],
  [HEAP.eq, HEAP.any],
]);
/** The abstract type above each kind of defined type. */
export const ABSTRACT = { func: HEAP.func, struct: HEAP.struct, array: HEAP.array } as const;
/** The bottom of each hierarchy, by its top. */
export const BOTTOM = new Map<number, number>([
  [HEAP.any, HEAP.none],
  [HEAP.func, HEAP.nofunc],
  [HEAP.extern, HEAP.noextern],
  [HEAP.exn, HEAP.noexn],
]);
