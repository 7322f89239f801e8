// Matching (subtyping) of heap, reference, value, composite and external types.
// https://webassembly.github.io/spec/core/valid/matching.html
// All functions but `matchesIn` take closed types: the type indices in them are canonical ids (see canonical.ts), so
// that types of different modules can be compared at link time. Types of one module are closed first; equal ones are
// equal before, which is the usual case. Nothing here recurses: types refer to other types by id only.
import type { ImportDesc } from '../syntax/module.ts';
import {
  BOT,
  BOT_HEAP,
  type CompType,
  type FieldType,
  type FuncType,
  type GlobalType,
  HEAP,
  type HeapType,
  type Limits,
  type MemType,
  type TableType,
  type ValType,
  heapOf,
  isExact,
  isNullable,
} from '../syntax/types.ts';
import { canonicalType, closeType, isCanonicalSubtype } from './canonical.ts';

/** The abstract heap types above each abstract heap type, itself not included. */
const ABOVE = new Map<HeapType, readonly HeapType[]>([
  [HEAP.eq, [HEAP.any]],
  [HEAP.i31, [HEAP.eq, HEAP.any]],
  [HEAP.struct, [HEAP.eq, HEAP.any]],
  [HEAP.array, [HEAP.eq, HEAP.any]],
  [HEAP.none, [HEAP.i31, HEAP.struct, HEAP.array, HEAP.eq, HEAP.any]],
  [HEAP.nofunc, [HEAP.func]],
  [HEAP.noextern, [HEAP.extern]],
  [HEAP.noexn, [HEAP.exn]],
]);

/** The abstract heap type just above a defined type. */
const KIND_HEAP = { func: HEAP.func, struct: HEAP.struct, array: HEAP.array } as const;

/** `a <= b` on closed heap types. */
export function matchesHeap(a: HeapType, b: HeapType): boolean {
  if (a === b || a === BOT_HEAP) return true;
  if (a >= 0) {
    if (b >= 0) return isCanonicalSubtype(a, b);
    const kind = KIND_HEAP[canonicalType(a).comp.kind];
    return kind === b || (ABOVE.get(kind)?.includes(b) ?? false);
  }
  if (b < 0) return ABOVE.get(a)?.includes(b) ?? false;
  return a === (canonicalType(b).comp.kind === 'func' ? HEAP.nofunc : HEAP.none);
}

/** `a <= b` on closed reference types. */
export function matchesRef(a: ValType, b: ValType): boolean {
  if (isNullable(a) && !isNullable(b)) return false;
  const from = heapOf(a);
  const to = heapOf(b);
  if (isExact(b) && from >= 0) return isExact(a) && from === to;
  return matchesHeap(from, to);
}

/** `a <= b` on closed value types; bot is below all. */
export function matchesVal(a: ValType, b: ValType): boolean {
  return a === b || a === BOT || (a > 0 && b > 0 && matchesRef(a, b));
}

/** `a <= b` on value types of one module, whose canonical ids are given. */
export function matchesIn(canonical: ArrayLike<number>, a: ValType, b: ValType): boolean {
  if (a === b || a === BOT) return true;
  return a > 0 && b > 0 && matchesRef(closeType(canonical, a), closeType(canonical, b));
}

/** `a <= b` on closed result types. */
export function matchesResult(a: readonly ValType[], b: readonly ValType[]): boolean {
  return a.length === b.length && a.every((t, i) => matchesVal(t, b[i]));
}

/** `a <= b` on result types of one module. */
export function matchesResultIn(canonical: ArrayLike<number>, a: readonly ValType[], b: readonly ValType[]): boolean {
  return a.length === b.length && a.every((t, i) => matchesIn(canonical, t, b[i]));
}

/** `a <= b` on closed function types: parameters the other way round. */
export function matchesFunc(a: FuncType, b: FuncType): boolean {
  return matchesResult(b.params, a.params) && matchesResult(a.results, b.results);
}

/** `a <= b` on closed field types: mutable fields must be the same. */
export function matchesField(a: FieldType, b: FieldType): boolean {
  if (a.mutable !== b.mutable) return false;
  return matchesVal(a.storage, b.storage) && (!a.mutable || matchesVal(b.storage, a.storage));
}

/** `a <= b` on closed composite types: a struct may have more fields. */
export function matchesComp(a: CompType, b: CompType): boolean {
  if (a.kind === 'func') return b.kind === 'func' && matchesFunc(a, b);
  if (a.kind === 'array') return b.kind === 'array' && matchesField(a.field, b.field);
  if (b.kind !== 'struct' || b.fields.length > a.fields.length) return false;
  return b.fields.every((field, i) => matchesField(a.fields[i], field));
}

/** Bounds within bounds. */
export function matchesLimits(a: Limits, b: Limits): boolean {
  return a.min >= b.min && (b.max === undefined || (a.max !== undefined && a.max <= b.max));
}

export function matchesTable(a: TableType, b: TableType): boolean {
  if (a.addr !== b.addr || a.shared !== b.shared || !matchesLimits(a.limits, b.limits)) return false;
  return matchesVal(a.elem, b.elem) && matchesVal(b.elem, a.elem);
}

export function matchesMemory(a: MemType, b: MemType): boolean {
  const same = a.addr === b.addr && a.shared === b.shared && a.pageSizeLog2 === b.pageSizeLog2;
  return same && matchesLimits(a.limits, b.limits);
}

export function matchesGlobal(a: GlobalType, b: GlobalType): boolean {
  if (a.mutable !== b.mutable) return false;
  return matchesVal(a.val, b.val) && (!a.mutable || matchesVal(b.val, a.val));
}

/** Tags match when each type is a subtype of the other. */
export function matchesTag(a: number, b: number): boolean {
  return isCanonicalSubtype(a, b) && isCanonicalSubtype(b, a);
}

/** An external type, closed: what an import asks for and what an external value has. */
export type ExternType =
  /** `type` is a canonical id; `exact` (custom descriptors) asks for just this type. */
  | { readonly kind: 'func'; readonly type: number; readonly exact?: boolean }
  | { readonly kind: 'table'; readonly type: TableType }
  | { readonly kind: 'memory'; readonly type: MemType }
  | { readonly kind: 'global'; readonly type: GlobalType }
  /** `type` is a canonical id. */
  | { readonly kind: 'tag'; readonly type: number };

/** `a <= b` on closed external types: whether a value of type `a` can be given for an import of type `b`. */
export function matchesExtern(a: ExternType, b: ExternType): boolean {
  if (a.kind === 'func' && b.kind === 'func') {
    return b.exact === true ? a.type === b.type : isCanonicalSubtype(a.type, b.type);
  }
  if (a.kind === 'table' && b.kind === 'table') return matchesTable(a.type, b.type);
  if (a.kind === 'memory' && b.kind === 'memory') return matchesMemory(a.type, b.type);
  if (a.kind === 'global' && b.kind === 'global') return matchesGlobal(a.type, b.type);
  return a.kind === 'tag' && b.kind === 'tag' && matchesTag(a.type, b.type);
}

/** A value type of a module, closed. */
export { closeType } from './canonical.ts';

/** What an import of a module asks for, closed. */
export function closeImport(canonical: ArrayLike<number>, desc: ImportDesc): ExternType {
  switch (desc.kind) {
    case 'func':
      return { kind: 'func', type: canonical[desc.type], exact: desc.exact === true };
    case 'table':
      return { kind: 'table', type: closeTable(canonical, desc.type) };
    case 'memory':
      return desc;
    case 'global':
      return { kind: 'global', type: closeGlobal(canonical, desc.type) };
    case 'tag':
      return { kind: 'tag', type: canonical[desc.type.type] };
  }
}

/** A table type of a module, closed. */
export function closeTable(canonical: ArrayLike<number>, t: TableType): TableType {
  return { ...t, elem: closeType(canonical, t.elem) };
}

/** A global type of a module, closed. */
export function closeGlobal(canonical: ArrayLike<number>, t: GlobalType): GlobalType {
  return { ...t, val: closeType(canonical, t.val) };
}
