// Types of Wasm 3.0: value, reference, heap, function, struct, array, table, memory, global and tag types,
// recursive type groups. https://webassembly.github.io/spec/core/syntax/types.html
// Data, constructors and printers only; matching (subtyping) lives in validator/subtyping.ts.
import { InternalError } from '../errors.ts';

/**
 * A value type (or a storage type), packed into one small integer so that operand stacks can be typed arrays and
 * equality within one module is `===`.
 *
 * | value            | meaning                                                              |
 * |------------------|----------------------------------------------------------------------|
 * | -1 -2 -3 -4 -5   | i32 i64 f32 f64 v128: the binary format's codes read as s7            |
 * | -8 -9            | i8 i16 (storage types only)                                           |
 * | 0                | bot, the bottom type of the validation algorithm (never in a module)  |
 * | > 0              | reference: bit 0 nullable, bit 1 exact, bits 2.. heap type + 64        |
 */
export type ValType = number;

/** A heap type: an index into the module's types (>= 0), or a negative abstract heap type (the binary code as s7). */
export type HeapType = number;

export const I32 = -1;
export const I64 = -2;
export const F32 = -3;
export const F64 = -4;
export const V128 = -5;
export const I8 = -8;
export const I16 = -9;
export const BOT = 0;

/** Abstract heap types: name and binary code as s7. */
export const HEAP = {
  noexn: -12,
  nofunc: -13,
  noextern: -14,
  none: -15,
  func: -16,
  extern: -17,
  any: -18,
  eq: -19,
  i31: -20,
  struct: -21,
  array: -22,
  exn: -23,
} as const;

/** The bottom of all heap types: of references that validation knows nothing more of (never in a module). */
export const BOT_HEAP: HeapType = -63;

const HEAP_NAMES = new Map<number, string>(Object.entries(HEAP).map(([name, code]) => [code, name]));
HEAP_NAMES.set(BOT_HEAP, 'bot');

/** The reference type `(ref null? exact? heap)`. */
export function ref(heap: HeapType, nullable: boolean, exact = false): ValType {
  return (heap + 64) * 4 + (exact ? 2 : 0) + (nullable ? 1 : 0);
}

export const FUNCREF: ValType = ref(HEAP.func, true);
export const EXTERNREF: ValType = ref(HEAP.extern, true);
export const EXNREF: ValType = ref(HEAP.exn, true);

export function isRef(t: ValType): boolean {
  return t > 0;
}
export function isNum(t: ValType): boolean {
  return t < 0 && t >= F64;
}
/** The heap type of a reference type. */
export function heapOf(t: ValType): HeapType {
  return (t >> 2) - 64;
}
export function isNullable(t: ValType): boolean {
  return (t & 1) !== 0;
}
export function isExact(t: ValType): boolean {
  return (t & 2) !== 0;
}
/** Has a default value: numbers, vectors and nullable references. */
export function isDefaultable(t: ValType): boolean {
  return t < 0 || (t & 1) !== 0;
}

/** A function type `params -> results`. */
export interface FuncType {
  readonly kind: 'func';
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}
/** A field of a struct, or the element of an array: a value type, or i8 or i16. */
export interface FieldType {
  readonly storage: ValType;
  readonly mutable: boolean;
}
export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly FieldType[];
}
export interface ArrayType {
  readonly kind: 'array';
  readonly field: FieldType;
}
/** A composite type. */
export type CompType = FuncType | StructType | ArrayType;

/** A composite type that is one of functions, as validation has found. @throws InternalError where it is another one. */
export function asFunc(comp: CompType): FuncType {
  if (comp.kind === 'func') return comp;
  throw notOfKind('func');
}

/** The same for structs. */
export function asStruct(comp: CompType): StructType {
  if (comp.kind === 'struct') return comp;
  throw notOfKind('struct');
}

/** The same for arrays. */
export function asArray(comp: CompType): ArrayType {
  if (comp.kind === 'array') return comp;
  throw notOfKind('array');
}

function notOfKind(kind: CompType['kind']): InternalError {
  return new InternalError(`no ${kind} type`);
}

/** The top of the hierarchy that types of a kind are in. */
export const KIND_TOP = { func: HEAP.func, struct: HEAP.any, array: HEAP.any } as const satisfies Record<
  CompType['kind'],
  HeapType
>;

/**
 * A sub type: one entry of a recursive group. `describes` and `descriptor` are type indices of the custom
 * descriptors proposal.
 */
export interface SubType {
  readonly final: boolean;
  /** Type indices of the declared supertypes (at most one is valid). */
  readonly supers: readonly number[];
  readonly comp: CompType;
  readonly descriptor?: number;
  readonly describes?: number;
}

/** A recursive group is a run of consecutive type indices. */
export interface RecGroup {
  readonly start: number;
  readonly length: number;
}

/** The address type of a memory or table. */
export type AddrType = typeof I32 | typeof I64;

/** Bounds in units of pages or elements. 64-bit bounds are kept as bigint so that none is rounded. */
export interface Limits {
  readonly min: bigint;
  readonly max: bigint | undefined;
}
export interface MemType {
  readonly addr: AddrType;
  readonly limits: Limits;
  readonly shared: boolean;
  /** Base-2 logarithm of the page size: 16, or 0 with custom page sizes. Other values are invalid, not malformed. */
  readonly pageSizeLog2: number;
  /** The binary format spells the page size out, which custom page sizes allow also for 16. */
  readonly pageSizeGiven?: true;
}
export interface TableType {
  readonly addr: AddrType;
  readonly limits: Limits;
  readonly shared: boolean;
  readonly elem: ValType;
}
export interface GlobalType {
  readonly val: ValType;
  readonly mutable: boolean;
}
/** A tag's type: the index of a function type. */
export interface TagType {
  readonly type: number;
}

/** Has the binary format a byte for the reference type, which the longer form could say as well? */
export function hasShortForm(t: ValType): boolean {
  return t > 0 && (t & 3) === 1 && heapOf(t) < 0;
}

/** The text format's name of a heap type. */
export function heapTypeName(heap: HeapType): string {
  return heap >= 0 ? String(heap) : (HEAP_NAMES.get(heap) ?? `heap${heap}`);
}

const NUMBER_NAMES = new Map<number, string>([
  [I32, 'i32'],
  [I64, 'i64'],
  [F32, 'f32'],
  [F64, 'f64'],
  [V128, 'v128'],
  [I8, 'i8'],
  [I16, 'i16'],
  [BOT, 'bot'],
]);
const SHORT_NULLS = new Map<number, string>([
  [HEAP.noexn, 'nullexnref'],
  [HEAP.nofunc, 'nullfuncref'],
  [HEAP.noextern, 'nullexternref'],
  [HEAP.none, 'nullref'],
]);

/** The text format of a value or storage type, abbreviated where the spec has an abbreviation. */
export function typeName(t: ValType): string {
  if (t <= 0) return NUMBER_NAMES.get(t) ?? `type${t}`;
  const heap = heapOf(t);
  if (heap < 0 && isNullable(t) && !isExact(t)) return SHORT_NULLS.get(heap) ?? `${heapTypeName(heap)}ref`;
  const name = isExact(t) ? `(exact ${heapTypeName(heap)})` : heapTypeName(heap);
  return `(ref ${isNullable(t) ? 'null ' : ''}${name})`;
}

/** `[i32 i64]`: a result type as the spec writes it. */
export function typesName(types: readonly ValType[]): string {
  return `[${types.map(typeName).join(' ')}]`;
}

/** `[i32] -> [i64]`. */
export function funcTypeName(t: FuncType): string {
  return `${typesName(t.params)} -> ${typesName(t.results)}`;
}
