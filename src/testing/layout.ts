// What a generated module has besides bodies: types, memories, tables, globals, tags and segments. Each comes into being
// when a body first asks for it, so that small bodies make small modules. Only imports and functions are known before.
import { Writer } from '../encoder/writer.ts';
import type { Feature, FeatureSet } from '../syntax/features.ts';
import type { Row } from '../syntax/instructions.ts';
import type { DataSegment, ElemSegment, Expr, Global, Table } from '../syntax/module.ts';
import {
  type CompType,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  type MemType,
  type RecGroup,
  type SubType,
  type TagType,
  V128,
  type ValType,
  heapOf,
  isNullable,
  ref,
} from '../syntax/types.ts';
import type { ModuleOptions } from './options.ts';

export const ANYREF = ref(HEAP.any, true);
export const EQREF = ref(HEAP.eq, true);
export const I31REF = ref(HEAP.i31, true);

/** Structs: their fields, and the key of the struct that they extend. A field names another struct by its key. */
const STRUCTS: Readonly<Record<string, { readonly base?: string; readonly fields: readonly ValType[] }>> = {
  pair: { fields: [I32, I8, I64] },
  more: { base: 'pair', fields: [I32, I8, I64, F64, I16, ANYREF] },
  other: { fields: [F32, EQREF, EXTERNREF, FUNCREF] },
};
const ARRAYS: Readonly<Record<string, ValType>> = {
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

export type MemoryKind = 'plain' | 'second' | 'wide' | 'shared' | 'bytes';
export type TableKind = 'funcs' | 'externs' | 'any' | 'wide';

const FINAL = true;
const ABOVE = new Map<number, number>([
  [HEAP.i31, HEAP.eq],
  [HEAP.struct, HEAP.eq],
  [HEAP.array, HEAP.eq],
  [HEAP.eq, HEAP.any],
]);
const ABSTRACT = { func: HEAP.func, struct: HEAP.struct, array: HEAP.array } as const;
const BOTTOM = new Map<number, number>([
  [HEAP.any, HEAP.none],
  [HEAP.func, HEAP.nofunc],
  [HEAP.extern, HEAP.noextern],
  [HEAP.exn, HEAP.noexn],
]);

/** An expression of some instructions and the final `end`. */
export function expr(write: (writer: Writer) => void): Expr {
  const writer = new Writer();
  write(writer);
  writer.byte(0x0b);
  const bytes = writer.take();
  return { bytes, start: 0, end: bytes.length };
}

/** An index space whose members are made on demand, each known by a key. */
class Lazy<K, T> {
  readonly list: T[] = [];
  private readonly byKey = new Map<K, number>();

  /** The index of a key's member, which `make` makes the first time. */
  at(key: K, make: () => T): number {
    let index = this.byKey.get(key);
    if (index === undefined) {
      index = this.list.length;
      this.byKey.set(key, index);
      this.list.push(make());
    }
    return index;
  }
}

export class Layout {
  readonly features: FeatureSet;
  readonly options: ModuleOptions;
  /** A number that makes small choices for the whole module. */
  readonly choice: number;
  readonly types: SubType[] = [];
  readonly recGroups: RecGroup[] = [];
  /** Types of all functions, imported ones first. */
  readonly functions: FuncType[] = [];
  readonly memories = new Lazy<MemoryKind, MemType>();
  readonly tables = new Lazy<TableKind, Table>();
  readonly globals = new Lazy<string, Global>();
  readonly tags = new Lazy<string, TagType>();
  readonly elems = new Lazy<string, ElemSegment>();
  readonly datas = new Lazy<string, DataSegment>();
  readonly globalTypes: ValType[] = [];
  /** How often each row was emitted, by code. */
  readonly rows = new Map<number, number>();
  /** The function that counts fuel is needed. */
  usesFuel = false;
  private readonly typeKeys = new Map<string, number>();

  constructor(features: FeatureSet, options: ModuleOptions, choice: number) {
    this.features = features;
    this.options = options;
    this.choice = choice;
  }

  has(feature: Feature): boolean {
    return this.features.has(feature);
  }

  /** Engines refuse modules that have both ways of catching: this one has the old. */
  get legacy(): boolean {
    return this.has('legacy-exceptions') && this.choice % 2 === 1;
  }

  count(row: Row): void {
    this.rows.set(row.code, (this.rows.get(row.code) ?? 0) + 1);
  }

  private addType(key: string, make: (index: number) => readonly SubType[]): number {
    const known = this.typeKeys.get(key);
    if (known !== undefined) return known;
    const made = make(this.types.length);
    const start = this.types.length;
    this.typeKeys.set(key, start);
    this.types.push(...made);
    this.recGroups.push({ start, length: made.length });
    return start;
  }

  private single(key: string, comp: CompType, final = FINAL, supers: readonly number[] = []): number {
    return this.addType(key, () => [{ final, supers, comp }]);
  }

  funcType(params: readonly ValType[], results: readonly ValType[]): number {
    return this.single(`func ${params.join(',')} -> ${results.join(',')}`, { kind: 'func', params, results });
  }

  struct(key: string): number {
    const { base, fields } = STRUCTS[key];
    const supers = base === undefined ? [] : [this.struct(base)];
    const comp = { kind: 'struct', fields: fields.map((storage) => ({ storage, mutable: true })) } as const;
    return this.single(`struct ${key}`, comp, key === 'other', supers);
  }

  array(key: string): number {
    return this.single(`array ${key}`, { kind: 'array', field: { storage: ARRAYS[key], mutable: true } });
  }

  /** A struct type that has a descriptor: its index; the descriptor's is one more. */
  described(): number {
    return this.addType('described', (index) => [
      {
        final: true,
        supers: [],
        comp: { kind: 'struct', fields: [{ storage: I32, mutable: true }] },
        descriptor: index + 1,
      },
      { final: true, supers: [], comp: { kind: 'struct', fields: [] }, describes: index },
    ]);
  }

  comp(type: number): CompType {
    return this.types[type].comp;
  }

  /** Whether a heap type is below another, as far as types of generated modules go. */
  matchesHeap(below: number, above: number): boolean {
    for (let heap: number | undefined = below; heap !== undefined; ) {
      if (heap === above) return true;
      if (heap < 0) heap = ABOVE.get(heap);
      else heap = this.types[heap].supers[0] ?? ABSTRACT[this.comp(heap).kind];
    }
    return false;
  }

  matches(below: ValType, above: ValType): boolean {
    if (below === above) return true;
    if (below <= 0 || above <= 0 || (isNullable(below) && !isNullable(above))) return false;
    return this.matchesHeap(heapOf(below), heapOf(above));
  }

  /** The heap type above all that a heap type is comparable with. */
  top(heap: number): number {
    if (BOTTOM.has(heap)) return heap;
    return heap >= 0 && this.comp(heap).kind === 'func' ? HEAP.func : HEAP.any;
  }

  bottom(heap: number): number {
    return BOTTOM.get(this.top(heap)) ?? heap;
  }

  /** One of the memories that the features allow. */
  memory(k: number): number {
    const kinds: MemoryKind[] = ['plain'];
    if (this.has('memory64')) kinds.push('wide');
    if (this.has('threads')) kinds.push('shared');
    if (this.has('custom-page-sizes')) kinds.push('bytes');
    if (!this.has('multi-memory')) return this.addMemory(kinds[this.choice % kinds.length]);
    return this.addMemory(['second' as const, ...kinds][k % (kinds.length + 1)]);
  }

  private addMemory(kind: MemoryKind): number {
    return this.memories.at(kind, () => ({
      addr: kind === 'wide' ? I64 : I32,
      limits: kind === 'bytes' ? { min: 300n, max: 700n } : { min: 1n, max: kind === 'second' ? 2n : 3n },
      shared: kind === 'shared',
      pageSizeLog2: kind === 'bytes' ? 0 : 16,
    }));
  }

  /** A table whose elements may be anything, or have a type. */
  table(k: number, elem?: ValType): number {
    const kinds: TableKind[] = ['funcs'];
    if (this.has('reference-types')) {
      kinds.push('externs');
      if (this.has('gc')) kinds.push('any');
      if (this.has('memory64')) kinds.push('wide');
    }
    const fitting = kinds.filter((kind) => elem === undefined || this.elemType(kind) === elem);
    const kind = fitting[k % fitting.length];
    const type = {
      addr: kind === 'wide' ? I64 : I32,
      limits: { min: 6n, max: 12n },
      shared: false,
      elem: this.elemType(kind),
    } as const;
    const index = this.tables.at(kind, () => ({ type, init: undefined }));
    if (kind === 'funcs') this.elem('active', index);
    return index;
  }

  /** Whether there can be a table of an element type. */
  hasTable(elem: ValType): boolean {
    return (
      elem === FUNCREF || (elem === EXTERNREF && this.has('reference-types')) || (elem === ANYREF && this.has('gc'))
    );
  }

  private elemType(kind: TableKind): ValType {
    return kind === 'externs' ? EXTERNREF : kind === 'any' ? ANYREF : FUNCREF;
  }

  /** An element segment: functions, or nulls of another type. */
  elem(kind: 'active' | 'passive' | 'externs' | 'any', table = 0): number {
    const type = kind === 'externs' ? EXTERNREF : kind === 'any' ? ANYREF : FUNCREF;
    const mode =
      kind === 'active'
        ? ({ kind, table, offset: expr((w) => w.bytes(Uint8Array.of(0x41, 1))) } as const)
        : ({ kind: 'passive' } as const);
    return this.elems.at(kind, () => {
      const count = Math.min(4, this.functions.length);
      if (type === FUNCREF) {
        const funcs = Uint32Array.from({ length: count }, (_, i) => (i + this.choice) % this.functions.length);
        // Functions by index have their own type since 3.0; older engines read both the same way.
        return { type: ref(HEAP.func, false), mode, funcs, exprs: undefined };
      }
      const nothing = expr((w) => {
        w.byte(0xd0);
        w.heapType(heapOf(type));
      });
      return { type, mode, funcs: undefined, exprs: [nothing, nothing, nothing] };
    });
  }

  data(): number {
    const init = Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + this.choice) & 0xff);
    return this.datas.at('passive', () => ({ mode: { kind: 'passive' }, init }));
  }

  /** A mutable global of a type: there are two of each. */
  global(type: ValType, k: number): number {
    const index = this.globals.at(`${type} ${k % 2}`, () => ({
      type: { val: type, mutable: true },
      init: expr((w) => writeDefault(w, type)),
    }));
    this.globalTypes[index] = type;
    return index;
  }

  tag(k: number): number {
    const lists = [[], [I32], [I64, F64], this.has('simd') ? [I32, V128] : [F32]];
    const params = lists[k % lists.length];
    return this.tags.at(params.join(','), () => ({ type: this.funcType(params, []) }));
  }

  tagParams(tag: number): readonly ValType[] {
    return (this.comp(this.tags.list[tag].type) as FuncType).params;
  }
}

const CONST_CODES = new Map<ValType, number>([
  [I32, 0x41],
  [I64, 0x42],
]);

/** The constant instruction of a type's default value. */
export function writeDefault(writer: Writer, type: ValType): void {
  if (type === V128) {
    writer.opcode(0xfd_00c);
    writer.bytes(new Uint8Array(16));
  } else if (type > 0) {
    writer.byte(0xd0);
    writer.heapType(heapOf(type));
  } else if (type === F32 || type === F64) {
    writer.byte(type === F32 ? 0x43 : 0x44);
    writer.bytes(new Uint8Array(type === F32 ? 4 : 8));
  } else {
    writer.byte(CONST_CODES.get(type) as number);
    writer.byte(0);
  }
}
