// The emitter of one function body: type-directed and total. Any genome gives code that leaves values of the wanted
// types, or nothing. What instructions there are comes from the arms (arms.ts), which come from the instruction table.
import { Writer } from '../encoder/writer.ts';
import { type Row, rowOf } from '../syntax/instructions.ts';
import { ANYREF, EQREF, ARRAY_KEYS, STRUCT_KEYS } from './known-types.ts';
import type { Layout } from './layout.ts';
import { fuelPrologue } from './fuel.ts';
import { type Genome, childOf } from './genome.ts';
import { F32_BITS, F64_BITS, I32_VALUES, I64_VALUES } from './values.ts';
import {
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  HEAP,
  I32,
  I64,
  V128,
  type ValType,
  heapOf,
  ref,
} from '../syntax/types.ts';

export interface Label {
  /** What a branch to it takes. */
  readonly types: readonly ValType[];
  readonly kind: 'func' | 'block' | 'loop' | 'catch';
}

/** Emission never goes deeper than this, whatever the genome. */
const MAX_NESTING = 60;
const MAX_BODY = 20_000;

/** Emits code that leaves a value of a type, or, without one, a statement: which, the genome says (arms.ts). */
export type Choose = (body: Body, t: ValType | undefined, g: Genome) => void;

export class Body {
  readonly layout: Layout;
  readonly out = new Writer();
  readonly labels: Label[] = [];
  readonly type: FuncType;
  /** The function's index; functions before it may be called without recursion. */
  readonly self: number;
  private readonly choose: Choose;
  private readonly localTypes: ValType[];
  private readonly scratch = new Map<string, number>();
  /** Stands alone (instruction.ts): operands are mostly parameters, and nothing keeps it from trapping. */
  single = false;
  /** Counts parameters that were taken: operands are different ones. */
  private turn = 0;
  private nesting = 0;
  private mayRecur = false;

  constructor(layout: Layout, choose: Choose, type: FuncType, self: number) {
    this.layout = layout;
    this.choose = choose;
    this.type = type;
    this.self = self;
    this.localTypes = [...type.params];
    this.labels.push({ types: type.results, kind: 'func' });
  }

  /** Emits an opcode and counts it. */
  op(code: number): void {
    const row = rowOf(code) as Row;
    this.layout.count(row);
    this.out.opcode(code);
  }

  /** Emits an opcode and one index. */
  op1(code: number, index: number): void {
    // Of calls in a circle at least one is indirect, or not of a function before its own.
    const isCall = code >= 0x10 && code <= 0x15;
    const isDirect = code === 0x10 || code === 0x12;
    if (isCall && (!isDirect || index >= this.self)) this.mayRecur = true;
    this.op(code);
    this.out.u32(index);
  }

  // --- values and statements ---

  values(types: readonly ValType[], g: Genome): void {
    types.forEach((t, i) => {
      this.value(t, childOf(g, i));
    });
  }

  /** Emits code that leaves one value. */
  value(t: ValType, g: Genome): void {
    if (g.children.length === 0 || this.isFull()) {
      this.leaf(t, g);
      return;
    }
    this.nesting++;
    this.choose(this, t, g);
    this.nesting--;
  }

  /** Emits code that leaves nothing. */
  statement(g: Genome): void {
    if (g.children.length === 0 || this.isFull()) return;
    this.nesting++;
    this.choose(this, undefined, g);
    this.nesting--;
  }

  private isFull(): boolean {
    return this.nesting > MAX_NESTING || this.out.length > MAX_BODY;
  }

  /** A constant, or what a local or global holds. */
  leaf(t: ValType, { n, k }: Genome): void {
    if (n % 8 < (this.single ? 6 : 3)) this.op1(0x20, this.local(t, k));
    else if (n % 8 === 3 && this.isStorable(t)) this.op1(0x23, this.someGlobal(t, k));
    else this.constant(t, n, k);
  }

  /** A global to read. */
  someGlobal(t: ValType, k: number): number {
    return k % 8 === 7 ? this.layout.fixedGlobal(t) : this.layout.global(t, k);
  }

  /** Whether globals may have the type; references to exceptions stay in locals. */
  isStorable(t: ValType): boolean {
    return t !== EXNREF;
  }

  constant(t: ValType, n: number, k: number): void {
    const own = (n >> 3) % 4 === 0;
    const bits = BigInt(n) * 0x1_0001_0001n * BigInt(k + 1);
    if (t === I32) {
      this.op(0x41);
      this.out.s33(own ? Number(BigInt.asIntN(32, bits)) : I32_VALUES[k % I32_VALUES.length]);
    } else if (t === I64) {
      this.op(0x42);
      this.out.s64(own ? bits : I64_VALUES[k % I64_VALUES.length]);
    } else if (t === F32) {
      this.op(0x43);
      this.out.bits32(F32_BITS[k % F32_BITS.length]);
    } else if (t === F64) {
      this.op(0x44);
      this.out.bits64(F64_BITS[k % F64_BITS.length]);
    } else if (t === V128) {
      this.op(0xfd_00c);
      this.out.bits64(own ? bits : I64_VALUES[k % I64_VALUES.length]);
      this.out.bits64(own ? ~bits : F64_BITS[(k >> 4) % F64_BITS.length]);
    } else if (t === FUNCREF && k % 2 === 1) this.op1(0xd2, this.anyFunction(k >> 1));
    else {
      this.op(0xd0);
      const heap = heapOf(t);
      this.out.heapType(k % 3 === 2 && this.layout.has('gc') ? this.layout.bottom(heap) : heap);
    }
  }

  /** Emits an i32 in [0, limit), limit a power of two; rarely any number. */
  small(g: Genome, limit: number): void {
    this.value(I32, g);
    if (g.k % 64 === 63 && !this.layout.options.trapFree) return;
    this.int(limit - 1);
    this.op(0x71);
  }

  int(value: number): void {
    this.op(0x41);
    this.out.s33(value);
  }

  /** The same for an index or address of a type. */
  smallOf(addr: ValType, g: Genome, limit: number): void {
    if (addr === I32) {
      this.small(g, limit);
      return;
    }
    this.value(I64, g);
    if (g.k % 64 === 63 && !this.layout.options.trapFree) return;
    this.op(0x42);
    this.out.s64(BigInt(limit - 1));
    this.op(0x83);
  }

  // --- NaNs ---

  /** A value whose bits are going to be looked at. */
  seen(t: ValType, g: Genome): void {
    this.value(t, g);
    if (t === F32 || t === F64) this.canonical(t, t === F32 ? [0x43, 0x5b] : [0x44, 0x61], t === F32 ? 4 : 8);
  }

  private canonical(t: ValType, [constant, eq]: readonly number[], size: number): void {
    if (!this.layout.options.canonicalNaN) return;
    const local = this.temporary('nan', t);
    this.op1(0x22, local);
    this.op(constant);
    if (size === 4) this.out.bits32(0x7fc00000);
    else this.out.bits64(0x7ff8000000000000n);
    this.op1(0x20, local);
    this.op1(0x20, local);
    this.op(eq);
    this.op(0x1b);
  }

  /** Makes the NaN lanes of the vector on the stack canonical. */
  canonicalLanes(isF32: boolean): void {
    if (!this.layout.options.canonicalNaN) return;
    const local = this.temporary('nan', V128);
    this.op1(0x22, local);
    this.op(isF32 ? 0x43 : 0x44);
    if (isF32) this.out.bits32(0x7fc00000);
    else this.out.bits64(0x7ff8000000000000n);
    this.op(isF32 ? 0xfd_013 : 0xfd_014);
    this.op1(0x20, local);
    this.op1(0x20, local);
    this.op(isF32 ? 0xfd_041 : 0xfd_047);
    this.op(0xfd_052);
  }

  // --- locals ---

  /** One of the locals of a type: parameters, and up to two more. */
  local(t: ValType, k: number): number {
    const params = this.type.params.flatMap((one, i) => (one === t ? [i] : []));
    // Where nothing was computed before, other locals are zero.
    if (this.single && params.length > 0) return params[this.turn++ % params.length];
    const choice = k % (params.length + 2);
    return choice < params.length ? params[choice] : this.temporary(`own${choice - params.length}`, t);
  }

  /** A local for a purpose, made when first asked for. */
  temporary(purpose: string, t: ValType): number {
    const key = `${purpose} ${t}`;
    let index = this.scratch.get(key);
    if (index === undefined) {
      index = this.localTypes.length;
      this.localTypes.push(t);
      this.scratch.set(key, index);
    }
    return index;
  }

  /** Takes values from the stack into locals, the last first. */
  setLocals(types: readonly ValType[], k: number): void {
    for (let i = types.length - 1; i >= 0; i--) this.op1(0x21, this.local(types[i], k >> i));
  }

  // --- frames ---

  /** Opens a block of some kind, emits its inside, and closes it. */
  block(code: number, params: readonly ValType[], results: readonly ValType[], inside: () => void): void {
    this.open(code, params, results);
    inside();
    this.end();
  }

  open(code: number, params: readonly ValType[], results: readonly ValType[]): void {
    this.op(code);
    this.blockType(params, results);
    this.labels.push({ types: code === 0x03 ? params : results, kind: code === 0x03 ? 'loop' : 'block' });
  }

  end(): void {
    this.labels.pop();
    this.op(0x0b);
  }

  blockType(params: readonly ValType[], results: readonly ValType[]): void {
    if (params.length === 0 && results.length === 0) this.out.byte(0x40);
    else if (params.length === 0 && results.length === 1) this.out.valType(results[0]);
    else this.out.s33(this.layout.funcType(params, results));
  }

  /** Leaves 1 as long as there is fuel. */
  fuel(): void {
    this.layout.usesFuel = true;
    this.op(0x10);
    this.out.u32(this.layout.functions.length);
  }

  // --- choices ---

  anyFunction(k: number): number {
    return k % this.layout.functions.length;
  }

  /** Types of values that the module's features allow. */
  anyType(k: number): ValType {
    const { layout } = this;
    const types = [I32, I64, F32, F64];
    if (layout.has('simd')) types.push(V128, V128);
    if (layout.has('reference-types')) types.push(FUNCREF, EXTERNREF);
    if (layout.has('gc')) types.push(ANYREF, this.heapRef(k >> 5), this.heapRef(k >> 7));
    return types[k % types.length];
  }

  /** A nullable reference below anyref. */
  heapRef(k: number): ValType {
    const { layout } = this;
    switch (k % 8) {
      case 0:
        return EQREF;
      case 1:
        return ref(HEAP.i31, true);
      case 2:
        return ref(HEAP.struct, true);
      case 3:
        return ref(HEAP.array, true);
      case 4:
      case 5:
        return ref(layout.struct(STRUCT_KEYS[(k >> 3) % STRUCT_KEYS.length]), true);
      default:
        return ref(layout.array(ARRAY_KEYS[(k >> 3) % ARRAY_KEYS.length]), true);
    }
  }

  /** The binary format's function: locals, instructions, end. The global that counts fuel is known in the end. */
  finish(fuelGlobal: number): Uint8Array {
    this.op(0x0b);
    const whole = new Writer();
    // Neighbours of one type are one group.
    const groups: { type: ValType; count: number }[] = [];
    for (const type of this.localTypes.slice(this.type.params.length)) {
      const last = groups[groups.length - 1];
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    whole.u32(groups.length);
    for (const { type, count } of groups) {
      whole.u32(count);
      whole.valType(type);
    }
    if (this.spends) whole.bytes(fuelPrologue(fuelGlobal));
    whole.bytes(this.out.view());
    return whole.take();
  }

  /** Whether the function begins with spending fuel, since it may call itself in some way. */
  get spends(): boolean {
    return this.mayRecur && !this.layout.options.trapFree;
  }
}
