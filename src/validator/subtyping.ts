// Matching (subtyping) of heap, reference, value, composite and external types.
// https://webassembly.github.io/spec/core/valid/matching.html
// A type means something together with the space of its type indices (type-space.ts), so that types of different modules
// can be compared at link time and at run time. Those of one module are mostly equal before anybody looks closer.
// Nothing here recurses: types refer to other types by index only.
import type { ImportDesc } from '../syntax/module.ts';
import {
  BOT,
  BOT_HEAP,
  type CompType,
  type FieldType,
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
import { type DefType, type TypeSpace, isSame, isSubtype } from './type-space.ts';

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
const KIND_HEAP = { func: HEAP.func, struct: HEAP.struct, array: HEAP.array } as const satisfies Record<
  CompType['kind'],
  HeapType
>;

/** The bottom of the hierarchy that a defined type is in. */
const KIND_BOTTOM = { func: HEAP.nofunc, struct: HEAP.none, array: HEAP.none } as const satisfies Record<
  CompType['kind'],
  HeapType
>;

/** `a <= b` on heap types, each of its space. */
export function matchesHeap(from: TypeSpace, a: HeapType, to: TypeSpace, b: HeapType): boolean {
  if (a === BOT_HEAP) return true;
  if (a >= 0) {
    if (b >= 0) return isSubtype(from, a, to, b);
    const kind = KIND_HEAP[from.subTypes[a].comp.kind];
    return kind === b || (ABOVE.get(kind)?.includes(b) ?? false);
  }
  if (b < 0) return a === b || (ABOVE.get(a)?.includes(b) ?? false);
  return a === KIND_BOTTOM[to.subTypes[b].comp.kind];
}

/** `a <= b` on reference types, each of its space. */
export function matchesRef(from: TypeSpace, a: ValType, to: TypeSpace, b: ValType): boolean {
  if (isNullable(a) && !isNullable(b)) return false;
  const [below, above] = [heapOf(a), heapOf(b)];
  if (isExact(b) && below >= 0) return isExact(a) && isSame(from, below, to, above);
  return matchesHeap(from, below, to, above);
}

/** `a <= b` on value types, each of its space; bot is below all. */
export function matchesVal(from: TypeSpace, a: ValType, to: TypeSpace, b: ValType): boolean {
  if ((a === b && (a <= 0 || from === to)) || a === BOT) return true;
  return a > 0 && b > 0 && matchesRef(from, a, to, b);
}

/** Whether two value types, each of its space, are the same. */
function isSameVal(from: TypeSpace, a: ValType, to: TypeSpace, b: ValType): boolean {
  return matchesVal(from, a, to, b) && matchesVal(to, b, from, a);
}

/** `a <= b` on result types of one space. */
export function matchesResult(space: TypeSpace, a: readonly ValType[], b: readonly ValType[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !matchesVal(space, a[i], space, b[i])) return false;
  return true;
}

/** `a <= b` on field types of one space: mutable fields must be the same. */
function matchesField(space: TypeSpace, a: FieldType, b: FieldType): boolean {
  if (a.mutable !== b.mutable) return false;
  return (a.mutable ? isSameVal : matchesVal)(space, a.storage, space, b.storage);
}

/** `a <= b` on composite types of one space: parameters the other way round; a struct may have more fields. */
export function matchesComp(space: TypeSpace, a: CompType, b: CompType): boolean {
  switch (a.kind) {
    case 'func':
      if (b.kind !== 'func') return false;
      return matchesResult(space, b.params, a.params) && matchesResult(space, a.results, b.results);
    case 'array':
      return b.kind === 'array' && matchesField(space, a.field, b.field);
    case 'struct':
      if (b.kind !== 'struct' || b.fields.length > a.fields.length) return false;
      return b.fields.every((field, i) => matchesField(space, a.fields[i], field));
  }
}

/** Bounds within bounds. */
function matchesLimits(a: Limits, b: Limits): boolean {
  return a.min >= b.min && (b.max === undefined || (a.max !== undefined && a.max <= b.max));
}

function matchesTable(from: TypeSpace, a: TableType, to: TypeSpace, b: TableType): boolean {
  if (a.addr !== b.addr || a.shared !== b.shared || !matchesLimits(a.limits, b.limits)) return false;
  return isSameVal(from, a.elem, to, b.elem);
}

function matchesMemory(a: MemType, b: MemType): boolean {
  const same = a.addr === b.addr && a.shared === b.shared && a.pageSizeLog2 === b.pageSizeLog2;
  return same && matchesLimits(a.limits, b.limits);
}

function matchesGlobal(from: TypeSpace, a: GlobalType, to: TypeSpace, b: GlobalType): boolean {
  return a.mutable === b.mutable && (a.mutable ? isSameVal : matchesVal)(from, a.val, to, b.val);
}

/** An external type: what an import asks for and what an external value has. Type indices are of the space. */
export type ExternType =
  /** `exact` (custom descriptors) asks for just this type. */
  | { readonly kind: 'func'; readonly type: DefType; readonly exact?: boolean }
  | { readonly kind: 'table'; readonly type: TableType; readonly space: TypeSpace }
  | { readonly kind: 'memory'; readonly type: MemType }
  | { readonly kind: 'global'; readonly type: GlobalType; readonly space: TypeSpace }
  | { readonly kind: 'tag'; readonly type: DefType };

/** `a <= b` on external types: whether a value of type `a` can be given for an import of type `b`. */
export function matchesExtern(a: ExternType, b: ExternType): boolean {
  if (a.kind === 'func' && b.kind === 'func') {
    return (b.exact === true ? isSame : isSubtype)(a.type.space, a.type.index, b.type.space, b.type.index);
  }
  if (a.kind === 'table' && b.kind === 'table') return matchesTable(a.space, a.type, b.space, b.type);
  if (a.kind === 'memory' && b.kind === 'memory') return matchesMemory(a.type, b.type);
  if (a.kind === 'global' && b.kind === 'global') return matchesGlobal(a.space, a.type, b.space, b.type);
  // Tags match when each type is a subtype of the other.
  return a.kind === 'tag' && b.kind === 'tag' && isSame(a.type.space, a.type.index, b.type.space, b.type.index);
}

/** What an import of a module asks for. */
export function importType(space: TypeSpace, desc: ImportDesc): ExternType {
  switch (desc.kind) {
    case 'func':
      return { kind: 'func', type: space.at(desc.type), exact: desc.exact === true };
    case 'table':
      return { kind: 'table', type: desc.type, space };
    case 'memory':
      return desc;
    case 'global':
      return { kind: 'global', type: desc.type, space };
    case 'tag':
      return { kind: 'tag', type: space.at(desc.type.type) };
  }
}
