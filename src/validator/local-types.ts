// The types of a function's locals and which of them are set, for one body at a time.
// https://webassembly.github.io/spec/core/valid/conventions.html#local-types
// Declared locals stay run-length encoded, so that a few bytes that declare 50,000 locals cost nothing: only as many
// are written out as the body has bytes, the rest is found by binary search.
import type { Locals } from '../decoder/locals.ts';
import { type ValType, isDefaultable } from '../syntax/types.ts';
import type { Context } from './context.ts';
import * as say from './messages.ts';

export class LocalTypes {
  private readonly ctx: Context;
  private paramCount = 0;
  /** Types of the parameters and the first declared locals. */
  flat = new Int32Array(64);
  flatLength = 0;
  /** The runs: type and the index (parameters included) after the last local. */
  private types: readonly ValType[] = [];
  private readonly ends: number[] = [];
  /** Number of locals, parameters included. */
  total = 0;
  /** Whether some local has no default, so that it must be set before it is read. */
  tracked = false;
  /** Locals without default that are set, in the order in which they were. */
  private readonly set = new Set<number>();
  private readonly order: number[] = [];

  constructor(ctx: Context) {
    this.ctx = ctx;
  }

  /** Takes the parameters and declared locals of a body of `bodyBytes` bytes. */
  reset(params: readonly ValType[], runs: Locals, bodyBytes: number): void {
    this.paramCount = params.length;
    this.types = runs.types;
    this.ends.length = 0;
    this.tracked = false;
    if (this.order.length > 0) this.forget(0);
    let end = params.length;
    for (let i = 0; i < runs.types.length; i++) {
      this.ctx.val(runs.types[i]);
      if (!isDefaultable(runs.types[i])) this.tracked = true;
      end += runs.counts[i];
      this.ends.push(end);
    }
    this.total = end;
    this.flatten(params, params.length + Math.min(end - params.length, Math.max(64, bodyBytes)));
  }

  private flatten(params: readonly ValType[], length: number): void {
    if (length > this.flat.length) this.flat = new Int32Array(Math.max(length, this.flat.length * 2));
    const { flat } = this;
    this.flatLength = length;
    let at = 0;
    while (at < params.length) flat[at] = params[at++];
    for (let run = 0; at < length; run++) {
      const to = Math.min(length, this.ends[run]);
      const type = this.types[run];
      while (at < to) flat[at++] = type;
    }
  }

  /** The type of a local. Throws InvalidError where there is none. */
  get(index: number): ValType {
    if (index < this.flatLength) return this.flat[index];
    if (index >= this.total) throw say.unknown(this.ctx.where(), 'local', index, this.total);
    let low = 0;
    let high = this.ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle] > index) high = middle;
      else low = middle + 1;
    }
    return this.types[low];
  }

  /** Throws InvalidError where a local without default is read before it is set. */
  checkSet(index: number, t: ValType): void {
    if (isDefaultable(t) || index < this.paramCount || this.set.has(index)) return;
    throw say.uninitialized(this.ctx.where(), index, t);
  }

  /** A local is set from here to the end of the block. */
  markSet(index: number, t: ValType): void {
    if (isDefaultable(t) || index < this.paramCount || this.set.has(index)) return;
    this.set.add(index);
    this.order.push(index);
  }

  /** How many locals were set, for `forget`. */
  get setCount(): number {
    return this.order.length;
  }

  /** A block ends: locals set in it are not set any more. */
  forget(setCount: number): void {
    while (this.order.length > setCount) this.set.delete(this.order.pop() as number);
  }
}
