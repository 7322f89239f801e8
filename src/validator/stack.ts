// The operand stack and the control stack of the validation algorithm, under the names that it gives to the operations.
// https://webassembly.github.io/spec/core/appendix/algorithm.html#data-structures
// Both are reused for all bodies; nothing is allocated per instruction. It knows no instruction.
import { MAX_BODY_BYTES } from '../syntax/limits.ts';
import { BOT, F64, I32, type ValType, typesName } from '../syntax/types.ts';
import type { Context } from './context.ts';
import * as say from './messages.ts';

/** Operands at once. Each byte of a body pushes one at most, unless it calls a function with several results. */
const MAX_OPERANDS = MAX_BODY_BYTES;

/** A list of types that is pushed at once; whether there are references and vectors in it. */
type LongList = readonly [list: Int32Array, refs: boolean, vectors: boolean];

export class Stack {
  private readonly ctx: Context;
  private readonly lists = new WeakMap<readonly ValType[], LongList>();
  /** The operands; longer when it has to be. */
  vals = new Int32Array(1024);
  /** Number of operands. */
  height = 0;
  /** Height at which the innermost frame starts, and whether what is below the operands above it may be anything. */
  base = 0;
  private polymorphic = false;
  /** Of the present body: most operands at a time in code that can be reached; are there vectors, references among them? */
  private most = 0;
  private vectors = false;
  refs = false;
  /** Places for what blocks of the legacy form have caught. */
  private caught = 0;

  /** Number of control frames, and their columns: opcode, parameters, results, height, unreachable, locals set. */
  depth = 0;
  private readonly codes: number[] = [];
  private readonly starts: (readonly ValType[])[] = [];
  private readonly ends: (readonly ValType[])[] = [];
  private readonly heights: number[] = [];
  private readonly unreachables: boolean[] = [];
  private readonly inits: number[] = [];

  constructor(ctx: Context) {
    this.ctx = ctx;
  }

  /** Empties both stacks. */
  reset(): void {
    this.height = 0;
    this.base = 0;
    this.depth = 0;
    this.polymorphic = false;
    this.most = 0;
    this.vectors = false;
    this.refs = false;
    this.caught = 0;
  }

  /** Slots that operands of the body need, with what is caught. */
  get slots(): number {
    return (this.vectors ? 2 * this.most : this.most) + this.caught;
  }

  /** Notes that there are so many operands; returns how many there were already. */
  reach(height: number): number {
    if (height > this.most && !this.polymorphic) this.most = height;
    return this.most;
  }

  /** Notes an operand that is neither i32 nor i64, f32 or f64. */
  unusual(t: ValType): void {
    if (t > 0) this.refs = true;
    else this.vectors = true;
  }

  /** Notes the operands that a jump brings, on top of those that there are. */
  brought(types: readonly ValType[]): void {
    for (const t of types) if (t < F64 || t > 0) this.unusual(t);
    this.reach(this.height + types.length);
  }

  /** Notes that each of the blocks around may keep what it has caught. */
  keepCaught(): void {
    this.refs = true;
    this.caught = Math.max(this.caught, this.depth);
  }

  pushVal(t: ValType): void {
    if (this.height === this.vals.length) this.grow();
    if (t < F64 || t > 0) this.unusual(t);
    this.vals[this.height++] = t;
  }

  private grow(): void {
    if (this.vals.length >= MAX_OPERANDS)
      throw say.tooMany(this.ctx.where(), 'operands', this.vals.length + 1, MAX_OPERANDS);
    const grown = new Int32Array(Math.min(this.vals.length * 2, MAX_OPERANDS));
    grown.set(this.vals);
    this.vals = grown;
  }

  pushVals(types: readonly ValType[]): void {
    const { length } = types;
    while (this.height + length > this.vals.length) this.grow();
    const { vals, height } = this;
    if (length > 32) {
      // Instructions of two bytes may push a thousand.
      const long = this.lists.get(types) ?? [
        new Int32Array(types),
        types.some((t) => t > 0),
        types.some((t) => t < F64),
      ];
      this.lists.set(types, long);
      vals.set(long[0], height);
      this.refs ||= long[1];
      this.vectors ||= long[2];
    } else {
      for (let i = 0; i < length; i++) {
        const t = types[i];
        if (t < F64 || t > 0) this.unusual(t);
        vals[height + i] = t;
      }
    }
    this.height = height + length;
  }

  /** Pops an operand of whatever type; BOT where code is unreachable and there is none. */
  popAny(): ValType {
    if (this.height > this.base) return this.vals[--this.height];
    if (this.polymorphic) return BOT;
    throw say.typeMismatch(this.ctx.where(), this.ctx.instruction(), 'an operand', '[]');
  }

  /** Pops an operand that must match `expected`; gives its type. */
  popVal(expected: ValType): ValType {
    if (this.height > this.base) {
      const actual = this.vals[--this.height];
      if (actual === expected || this.ctx.matches(actual, expected)) return actual;
      throw this.mismatch([expected], this.height + 1);
    }
    if (this.polymorphic) return BOT;
    throw this.mismatch([expected], this.height);
  }

  /** Whether code is unreachable and no operand left, so that whatever is popped now is there: wide pops end here. */
  get bottomless(): boolean {
    return this.polymorphic && this.height === this.base;
  }

  /** Pops an operand that must be a reference; BOT where it may be anything. */
  popRef(): ValType {
    const actual = this.popAny();
    if (actual >= BOT) return actual;
    throw say.typeMismatch(this.ctx.where(), this.ctx.instruction(), 'a reference', typesName([actual]));
  }

  /** Pops operands that must match `types`, the last of which is on top. */
  popVals(types: readonly ValType[]): void {
    const { vals, base } = this;
    let at = this.height;
    for (let i = types.length - 1; i >= 0; i--) {
      if (at === base) {
        if (this.polymorphic) break;
        throw this.mismatch(types, this.height);
      }
      const actual = vals[--at];
      if (actual !== types[i] && !this.ctx.matches(actual, types[i])) throw this.mismatch(types, this.height);
    }
    this.height = at;
  }

  /** Like popping `types` and pushing what was popped. */
  checkVals(types: readonly ValType[]): void {
    const length = types.length;
    for (let i = length - 1, at = this.height - 1; i >= 0; i--, at--) {
      if (at < this.base) {
        if (!this.polymorphic) throw this.mismatch(types, this.height);
      } else if (this.vals[at] !== types[i] && !this.ctx.matches(this.vals[at], types[i])) {
        throw this.mismatch(types, this.height);
      }
    }
  }

  /** The error for the operands below `top`. */
  private mismatch(expected: readonly ValType[], top: number): Error {
    const from = Math.max(this.base, top - expected.length);
    return this.ctx.mismatch(expected, Array.from(this.vals.subarray(from, top)));
  }

  /** Opens a frame with the types of its label's start and end. `inits` counts the locals set so far. */
  pushCtrl(code: number, start: readonly ValType[], end: readonly ValType[], inits: number): void {
    const at = this.depth++;
    this.codes[at] = code;
    this.starts[at] = start;
    this.ends[at] = end;
    this.heights[at] = this.height;
    this.unreachables[at] = this.polymorphic;
    this.inits[at] = inits;
    this.base = this.height;
    this.polymorphic = false;
    this.pushVals(start);
  }

  /** Closes the innermost frame, which must hold its results and nothing else. Its columns stay readable at `depth`. */
  popCtrl(): void {
    const at = this.depth - 1;
    const end = this.ends[at];
    const top = this.height;
    this.popVals(end);
    if (this.height !== this.base) {
      const left = typesName(Array.from(this.vals.subarray(this.base, Math.min(top, this.base + 1000))));
      throw say.valuesLeft(this.ctx.where(), this.ctx.instruction(), end, left);
    }
    this.leave(at);
  }

  /** Frame `at`, the innermost one, is closed. */
  private leave(at: number): void {
    this.depth = at;
    this.base = at === 0 ? 0 : this.heights[at - 1];
    this.polymorphic = this.unreachables[at];
  }

  /**
   * Ends the innermost frame, pushing its results, if that is plainly right: its operands are its results, of which
   * there is one at most, and an `if` without `else` changes nothing.
   */
  tryEnd(): boolean {
    const at = this.depth - 1;
    const end = this.ends[at];
    const { height, base } = this;
    if (end.length > 1 || (this.codes[at] === 0x04 && this.starts[at] !== end)) return false;
    if (height === base) {
      if (end.length === 1) {
        if (!this.polymorphic || height === this.vals.length) return false;
        this.vals[height] = end[0];
        this.height = height + 1;
      }
    } else if (end.length === 0 || height !== base + 1 || this.vals[base] !== end[0]) return false;
    this.leave(at);
    return true;
  }

  /** The opcode, parameters and results of frame `at` (0 is the function's); also of the frame just closed. */
  codeOf(at: number): number {
    return this.codes[at];
  }
  startOf(at: number): readonly ValType[] {
    return this.starts[at];
  }
  endOf(at: number): readonly ValType[] {
    return this.ends[at];
  }
  initsOf(at: number): number {
    return this.inits[at];
  }

  /** The frame of a label, counted from the innermost. */
  frameOf(label: number): number {
    this.ctx.check('label', label, this.depth);
    return this.depth - 1 - label;
  }

  /** What a branch to a label takes: the parameters of a loop, the results of any other block. */
  labelTypes(label: number): readonly ValType[] {
    const at = this.frameOf(label);
    return this.codes[at] === 0x03 ? this.starts[at] : this.ends[at];
  }

  /** The rest of the frame cannot be reached: its operands are dropped and any may be popped. */
  unreachable(): void {
    this.height = this.base;
    this.polymorphic = true;
  }

  /** Pops an address or a condition. */
  popI32(): void {
    if (this.height > this.base && this.vals[this.height - 1] === I32) this.height--;
    else this.popVal(I32);
  }
}
