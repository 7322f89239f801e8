// Constant expressions of generated modules: of globals, tables, segments and their offsets. Total like the emitter of
// bodies: any genome gives an expression of the wanted type.
// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
import { Writer } from '../encoder/writer.ts';
import { rowOf, type Row } from '../syntax/instructions.ts';
import type { Feature } from '../syntax/features.ts';
import type { Expr, Global } from '../syntax/module.ts';
import {
  asArray,
  asStruct,
  type CompType,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  type FuncType,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  V128,
  type ValType,
  heapOf,
  isRef,
} from '../syntax/types.ts';
import { type Genome, childOf } from './genome.ts';
import { ANYREF, ARRAY_KEYS, STRUCT_KEYS } from './known-types.ts';
import { F32_BITS, F64_BITS, I32_VALUES, I64_VALUES } from './values.ts';

/** Expressions never go deeper, whatever the genome. */
const MAX_DEPTH = 5;

/** What the expressions need of the module that they are generated for: layout.ts has one. */
interface Surroundings {
  readonly functions: readonly FuncType[];
  readonly globals: { readonly list: readonly Global[] };
  readonly linkedGlobals: number;
  has(feature: Feature): boolean;
  count(row: Row): void;
  funcType(params: readonly ValType[], results: readonly ValType[]): number;
  struct(key: string): number;
  array(key: string): number;
  comp(type: number): CompType;
  matchesHeap(below: number, above: number): boolean;
  top(heap: number): number;
  bottom(heap: number): number;
}

/** What an expression may name. */
export interface Scope {
  /** Globals before this index. */
  readonly before: number;
  /** Of these only imported ones. */
  readonly importedOnly?: boolean;
  /** No functions: it is going to stand in another module. */
  readonly elsewhere?: boolean;
}

class ConstantEmitter {
  readonly out = new Writer();
  private readonly layout: Surroundings;
  private readonly scope: Scope;
  private depth = 0;

  constructor(layout: Surroundings, scope: Scope) {
    this.layout = layout;
    this.scope = scope;
  }

  private op(code: number): void {
    this.layout.count(rowOf(code) as Row);
    this.out.opcode(code);
  }

  private op1(code: number, index: number): void {
    this.op(code);
    this.out.u32(index);
  }

  value(t: ValType, g: Genome): void {
    const global = this.global(t, g);
    if (global !== undefined) this.op1(0x23, global);
    else if (this.depth >= MAX_DEPTH || g.children.length === 0) this.leaf(t, g);
    else {
      this.depth++;
      if (isRef(t)) this.reference(t, g);
      else if (t === I32 || t === I64) this.integer(t, g);
      else this.leaf(t, g);
      this.depth--;
    }
  }

  /** An immutable global of the type that may be named here. */
  private global(t: ValType, { n, k }: Genome): number | undefined {
    if (n % 4 !== 1) return undefined;
    const { before, importedOnly } = this.scope;
    const { globals, linkedGlobals } = this.layout;
    const own = importedOnly === true || !this.layout.has('gc') ? linkedGlobals : Infinity;
    const fitting = globals.list.flatMap(({ type }, i) =>
      type.val === t && !type.mutable && i < before && i < own ? [i] : [],
    );
    return fitting.length === 0 ? undefined : fitting[k % fitting.length];
  }

  /** Sums, differences and products. */
  private integer(t: ValType, g: Genome): void {
    if (!this.layout.has('extended-const')) {
      this.leaf(t, g);
      return;
    }
    this.value(t, childOf(g, 0));
    this.value(t, childOf(g, 1));
    this.op((t === I32 ? 0x6a : 0x7c) + (g.k % 3));
  }

  private leaf(t: ValType, { n, k }: Genome): void {
    if (t === I32 || t === I8 || t === I16) {
      this.op(0x41);
      this.out.s33(I32_VALUES[k % I32_VALUES.length]);
    } else if (t === I64) {
      this.op(0x42);
      this.out.s64(I64_VALUES[k % I64_VALUES.length]);
    } else if (t === F32) {
      this.op(0x43);
      this.out.bits32(F32_BITS[k % F32_BITS.length]);
    } else if (t === F64) {
      this.op(0x44);
      this.out.bits64(F64_BITS[k % F64_BITS.length]);
    } else if (t === V128) {
      this.op(0xfd_00c);
      this.out.bits64(I64_VALUES[k % I64_VALUES.length]);
      this.out.bits64(F64_BITS[(k >> 4) % F64_BITS.length]);
    } else {
      const heap = heapOf(t);
      this.op(0xd0);
      this.out.heapType(n % 2 === 1 && this.layout.has('gc') ? this.layout.bottom(heap) : heap);
    }
  }

  private reference(t: ValType, g: Genome): void {
    const { layout } = this;
    const heap = heapOf(t);
    if (t === EXNREF) this.leaf(t, g);
    else if (layout.top(heap) === HEAP.func) this.func(t, g);
    else if (!layout.has('gc')) this.leaf(t, g);
    else if (t === EXTERNREF) {
      this.value(ANYREF, childOf(g, 0));
      this.op(0xfb_01b);
    } else this.object(t, g);
  }

  private func(t: ValType, g: Genome): void {
    const { layout } = this;
    const fits = ({ params, results }: FuncType): boolean =>
      heapOf(t) === HEAP.func || layout.funcType(params, results) === heapOf(t);
    const elsewhere = this.scope.elsewhere === true;
    const fitting = elsewhere ? [] : layout.functions.flatMap((type, i) => (fits(type) ? [i] : []));
    if (fitting.length === 0) this.leaf(t, g);
    else this.op1(0xd2, fitting[g.k % fitting.length]);
  }

  private object(t: ValType, g: Genome): void {
    const { layout } = this;
    const heap = heapOf(t);
    const structs = STRUCT_KEYS.filter((key) => layout.matchesHeap(layout.struct(key), heap));
    const arrays = ARRAY_KEYS.filter((key) => layout.matchesHeap(layout.array(key), heap));
    const choices = [
      ...(layout.matchesHeap(HEAP.i31, heap) ? (['i31'] as const) : []),
      ...(structs.length > 0 ? (['struct'] as const) : []),
      ...(arrays.length > 0 ? (['array'] as const) : []),
      ...(heap === HEAP.any ? (['extern'] as const) : []),
    ];
    const k = g.k >> 2;
    switch (choices[g.k % Math.max(1, choices.length)]) {
      case 'i31':
        this.value(I32, childOf(g, 0));
        this.op(0xfb_01c);
        return;
      case 'struct':
        this.struct(layout.struct(structs[k % structs.length]), g);
        return;
      case 'array':
        this.array(layout.array(arrays[k % arrays.length]), g);
        return;
      case 'extern':
        this.value(EXTERNREF, childOf(g, 0));
        this.op(0xfb_01a);
        return;
      default:
        this.leaf(t, g);
    }
  }

  private struct(type: number, g: Genome): void {
    if (g.n % 3 !== 0) {
      asStruct(this.layout.comp(type)).fields.forEach(({ storage }, i) => {
        this.value(storage, childOf(g, i));
      });
      this.op1(0xfb_000, type);
    } else this.op1(0xfb_001, type);
  }

  private array(type: number, g: Genome): void {
    const element = asArray(this.layout.comp(type)).field.storage;
    const count = (g.n >> 3) % 4;
    if (g.n % 3 === 0) {
      for (let i = 0; i < count; i++) this.value(element, childOf(g, i));
      this.op1(0xfb_008, type);
      this.out.u32(count);
      return;
    }
    if (g.n % 3 === 1) this.value(element, childOf(g, 0));
    this.op(0x41);
    this.out.s33(count);
    this.op1(g.n % 3 === 1 ? 0xfb_006 : 0xfb_007, type);
  }

  /** A number that is known to whoever asks, in one of several forms. */
  known(t: ValType, value: number, g: Genome): void {
    const constant = (one: number): void => {
      this.op(t === I32 ? 0x41 : 0x42);
      this.out.s33(one);
    };
    if (g.children.length === 0 || !this.layout.has('extended-const')) {
      constant(value);
      return;
    }
    const part = g.k % 1000;
    constant(value + part);
    constant(part);
    this.op(t === I32 ? 0x6b : 0x7d);
  }

  expr(): Expr {
    this.out.byte(0x0b);
    const bytes = this.out.take();
    return { bytes, start: 0, end: bytes.length };
  }
}

/** A constant expression of a type. */
export function constantExpr(layout: Surroundings, t: ValType, g: Genome, scope: Scope): Expr {
  const emitter = new ConstantEmitter(layout, scope);
  emitter.value(t, g);
  return emitter.expr();
}

/** A constant expression for an address or index, of this value. */
export function offsetExpr(layout: Surroundings, t: ValType, value: number, g: Genome): Expr {
  const emitter = new ConstantEmitter(layout, { before: 0 });
  emitter.known(t, value, g);
  return emitter.expr();
}
