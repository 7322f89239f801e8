// What a generated module has besides bodies: types, memories, tables, globals, tags and segments. Each comes into being
// when a body first asks for it, so that small bodies make small modules. Only imports and functions are known before.
// The first few of each kind may be imported instead (linked.ts).
import { Writer } from '../encoder/writer.ts';
import type { Feature, FeatureSet } from '../syntax/features.ts';
import { type Row, rowOf } from '../syntax/instructions.ts';
import type { DataSegment, ElemSegment, Expr, Global, Table } from '../syntax/module.ts';
import {
  type CompType,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  HEAP,
  KIND_TOP,
  I32,
  I64,
  type MemType,
  type RecGroup,
  type SubType,
  type TagType,
  V128,
  type ValType,
  heapOf,
  isNullable,
  ref,
  asFunc,
} from '../syntax/types.ts';
import { ABOVE, ABSTRACT, ANYREF, ARRAYS, BOTTOM, STRUCTS } from './known-types.ts';
import { constantExpr, offsetExpr } from './constants.ts';
import { type Genome, LEAF } from './genome.ts';
import type { ModuleOptions } from './options.ts';

export type MemoryKind = 'plain' | 'second' | 'wide' | 'shared' | 'bytes';
export type TableKind = 'funcs' | 'externs' | 'any' | 'wide';

const FINAL = true;
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

  has(key: K): boolean {
    return this.byKey.has(key);
  }

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

/** The part of a module's genome that a layout needs. */
export interface LayoutGenes {
  readonly choice: number;
  readonly links: number;
  readonly constants: readonly Genome[];
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
  /** How often each row was emitted, by code. */
  readonly rows = new Map<number, number>();
  /** The function that counts fuel is needed. */
  usesFuel = false;
  /** So many of the first globals, memories, tables and tags are imported. */
  readonly linkedGlobals: number;
  readonly linkedMemories: number;
  readonly linkedTables: number;
  readonly linkedTags: number;
  private readonly typeKeys = new Map<string, number>();
  private readonly constants: readonly Genome[];
  private constantsUsed = 0;

  constructor(features: FeatureSet, options: ModuleOptions, { choice, links, constants }: LayoutGenes) {
    this.features = features;
    this.options = options;
    this.choice = choice;
    this.constants = constants;
    const bits = options.linked ? links : 0;
    this.linkedGlobals = bits % 4;
    this.linkedMemories = (bits >> 2) % 3;
    this.linkedTables = (bits >> 4) % 3;
    this.linkedTags = (bits >> 6) % 2;
  }

  /** What the next constant expression is made of. */
  private constant(): Genome {
    const { constants } = this;
    return constants.length === 0 ? LEAF : constants[this.constantsUsed++ % constants.length];
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
    for (const one of made) this.types.push(one);
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
    return heap >= 0 ? KIND_TOP[this.comp(heap).kind] : HEAP.any;
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
    const max = BigInt(Math.max(1, kind === 'second' ? Math.min(2, this.options.maxPages) : this.options.maxPages));
    const addr = kind === 'wide' ? I64 : I32;
    const index = this.memories.at(kind, () => ({
      addr,
      limits: kind === 'bytes' ? { min: 300n, max: 700n } : { min: 1n, max },
      shared: kind === 'shared',
      pageSizeLog2: kind === 'bytes' ? 0 : 16,
    }));
    if (this.constants.length > 0) this.activeData(kind, index, addr);
    return index;
  }

  /** The first bytes of a memory; rarely beyond its end. */
  private activeData(kind: MemoryKind, memory: number, addr: ValType): void {
    this.datas.at(`active ${kind}`, () => {
      const g = this.constant();
      // Many bytes, so that accesses meet them, or few.
      const [near, length] = g.n % 2 === 0 ? [g.k % 8, 200] : [g.k % 128, g.n % 48];
      const start = g.k % 64 === 63 && !this.options.trapFree ? 0x1fffc : near;
      const init = Uint8Array.from({ length }, (_, i) => (i * 41 + g.k) & 0xff);
      return { mode: { kind: 'active', memory, offset: offsetExpr(this, addr, start, g) }, init };
    });
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
      limits: { min: 6n, max: BigInt(Math.max(6, this.options.maxElements)) },
      shared: false,
      elem: this.elemType(kind),
    } as const;
    const index = this.tables.at(kind, () => ({ type, init: this.tableInit(type.elem) }));
    if (kind === 'funcs') this.elem('active', index);
    return index;
  }

  private tableInit(elem: ValType): Expr | undefined {
    const linked = this.tables.list.length < this.linkedTables;
    if (linked || !this.has('function-references') || this.constants.length === 0) return undefined;
    const g = this.constant();
    return g.n % 2 === 0 ? undefined : constantExpr(this, elem, g, { before: this.linkedGlobals, importedOnly: true });
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

  /** An element segment: functions, or references of another type. */
  elem(kind: 'active' | 'passive' | 'externs' | 'any', table = 0): number {
    const type = kind === 'externs' ? EXTERNREF : kind === 'any' ? ANYREF : FUNCREF;
    return this.elems.at(kind, () => {
      const g = this.constant();
      // Elements for indirect calls stand at known places.
      const mode =
        kind === 'active'
          ? ({ kind, table, offset: offsetExpr(this, I32, 1, g) } as const)
          : ({ kind: 'passive' } as const);
      if (type !== FUNCREF) {
        const before = this.globals.list.length;
        const exprs = [0, 1, 2].map(() => constantExpr(this, type, this.constant(), { before }));
        return { type, mode, funcs: undefined, exprs };
      }
      const funcs = Uint32Array.from({ length: 4 }, (_, i) => (i + this.choice) % this.functions.length);
      if (g.n % 2 === 1 && this.has('reference-types')) {
        const exprs = [...funcs].map((func) => expr((w) => this.writeFunc(w, func)));
        return { type, mode, funcs: undefined, exprs };
      }
      // Functions by index have their own type since 3.0; older engines read both the same way.
      return { type: ref(HEAP.func, false), mode, funcs, exprs: undefined };
    });
  }

  private writeFunc(writer: Writer, func: number): void {
    this.count(rowOf(0xd2) as Row);
    writer.byte(0xd2);
    writer.u32(func);
  }

  data(): number {
    const init = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + this.choice) & 0xff);
    return this.datas.at('passive', () => ({ mode: { kind: 'passive' }, init }));
  }

  /** A mutable global of a type: there are two of each. */
  global(type: ValType, k: number): number {
    return this.addGlobal(`${type} ${k % 2}`, type, true);
  }

  /** An immutable global of a type. */
  fixedGlobal(type: ValType): number {
    return this.addGlobal(`${type} fixed`, type, false);
  }

  private addGlobal(key: string, val: ValType, mutable: boolean): number {
    // The new one has this index, and may name those before it.
    const before = this.globals.list.length;
    const elsewhere = before < this.linkedGlobals;
    return this.globals.at(key, () => ({
      type: { val, mutable },
      init: constantExpr(this, val, this.constant(), elsewhere ? { before: 0, elsewhere } : { before }),
    }));
  }

  tag(k: number): number {
    const lists = [[], [I32], [I64, F64], this.has('simd') ? [I32, V128] : [F32]];
    const params = lists[k % lists.length];
    return this.tags.at(params.join(','), () => ({ type: this.funcType(params, []) }));
  }

  tagParams(tag: number): readonly ValType[] {
    return asFunc(this.comp(this.tags.list[tag].type)).params;
  }
}
