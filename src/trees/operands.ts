// The operand stack of lowering: where each value would stand, and the values that are not computed yet, as trees.
// A value at height h has one place, the slots after the locals and the values below it. `flush` computes a value
// into its place. Which values have to be flushed before a statement is decided here and nowhere else.
// Only values that wait are looked at, and few may: so an instruction costs the same however many operands there are.
import { InternalError } from '../errors.ts';
import { slotsOf } from '../runtime/slots.ts';
import type { ValType } from '../syntax/types.ts';
import type { Probes } from '../runtime/probes.ts';
import { MAX_TREE, type Node, READS, TRAPS, readsSlot, slotNode } from './nodes.ts';

/** Values that may wait at a time: it bounds the search for those that a statement concerns. */
const MAX_WAITING = 100;
/** In place of the height of a value that no longer waits. */
const DONE = -1;
/** No slot has so high a number. */
const NO_SLOT = 2 ** 30;

/** Takes the statements that compute values. */
export interface Sets {
  set(slot: number, value: Node): void;
}

export class Operands {
  height = 0;
  /** By height: the value's type, and the first slot of its place. */
  private readonly types: Int32Array;
  private readonly places: Int32Array;
  /** Values that are not in their places, from the lowest up: how many, their heights, and how to compute them. */
  private count = 0;
  private readonly heights = new Int32Array(MAX_WAITING + 1);
  private readonly waiting: Node[] = [];
  private readonly sets: Sets;
  private readonly cursor: { readonly at: number };
  /** Traced code computes every value at once, and notes it: by height, its number among the operands of the probes. */
  private readonly probes: Probes | undefined;
  private readonly numbers: Int32Array;

  /** Places are the slots from `first` up to `end`. The cursor stands at the instruction that is lowered. */
  constructor(sets: Sets, cursor: { readonly at: number }, first: number, end: number, probes: Probes | undefined) {
    this.sets = sets;
    this.cursor = cursor;
    this.types = new Int32Array(end - first);
    this.places = new Int32Array(end - first + 1);
    this.places[0] = first;
    this.probes = probes;
    this.numbers = new Int32Array(probes === undefined ? 0 : end - first);
  }

  typeAt(height: number): ValType {
    return this.types[height];
  }

  /** The place of the value at a height, or the place that the next value would have. */
  place(height: number): number {
    return this.places[height];
  }

  push(node: Node): void {
    const { height } = this;
    this.pushPlaced(node.t);
    if (node.kind === 'slot' && node.lo === this.places[height]) return;
    this.heights[this.count] = height;
    this.waiting[this.count++] = node;
    if (this.probes !== undefined || node.size > MAX_TREE) this.flushTop();
    else if (this.count > MAX_WAITING) this.flushAll();
  }

  /** Pushes a value that stands in its place already: results of calls and blocks. */
  pushPlaced(t: ValType): void {
    const { height } = this;
    if (height === this.types.length) throw new InternalError('more operands than validation saw');
    this.types[height] = t;
    this.places[height + 1] = this.places[height] + slotsOf(t);
    if (this.probes !== undefined) this.numbers[height] = this.probes.operand(t, this.places[height], this.top);
    this.height = height + 1;
  }

  /** The same for values of these types, of which the last is on top. */
  pushAll(types: readonly ValType[]): void {
    const { height, places } = this;
    const end = height + types.length;
    if (this.probes !== undefined || end > this.types.length) {
      for (const t of types) this.pushPlaced(t);
      return;
    }
    let place = places[height];
    for (let i = 0; i < types.length; i++) {
      this.types[height + i] = types[i];
      place += slotsOf(types[i]);
      places[height + i + 1] = place;
    }
    this.height = end;
  }

  /** The number of the operand on top, where traced code is lowered; -1 where there is none. */
  get top(): number {
    return this.height === 0 ? -1 : this.numbers[this.height - 1];
  }

  pop(): Node {
    const height = --this.height;
    if (this.count > 0 && this.heights[this.count - 1] === height) return this.waiting[--this.count];
    return slotNode(this.places[height], this.types[height], this.cursor.at);
  }

  /** Pops values, of which the last was on top. */
  popMany(count: number): Node[] {
    const values: Node[] = [];
    for (let i = 0; i < count; i++) values.push(this.pop());
    return values.reverse();
  }

  /** The value at a height, which stays. */
  value(height: number): Node {
    const i = this.heights.indexOf(height);
    return i >= 0 && i < this.count
      ? this.waiting[i]
      : slotNode(this.places[height], this.types[height], this.cursor.at);
  }

  /** Forgets values down to a height. */
  truncate(height: number): void {
    this.height = height;
    this.count = this.waitingBelow(height);
  }

  /** How many of the values below a height wait. */
  private waitingBelow(height: number): number {
    let { count } = this;
    while (count > 0 && this.heights[count - 1] >= height) count--;
    return count;
  }

  /**
   * Computes a value that waits into its place, after those of the first `lower` that still read what stands there, or that
   * may trap, as it may: the first one traps.
   */
  private flush(i: number, lower: number): void {
    const { heights, waiting } = this;
    const place = this.places[heights[i]];
    const traps = waiting[i].effects & TRAPS;
    for (let j = 0; j < lower; j++) {
      const { top, effects } = waiting[j];
      if (heights[j] >= 0 && (top >= place || (effects & traps) !== 0)) this.flush(j, j);
    }
    this.sets.set(place, waiting[i]);
    heights[i] = DONE;
  }

  /** Forgets those that no longer wait. */
  private compact(): void {
    const { heights, waiting, count } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (heights[i] === DONE) continue;
      heights[kept] = heights[i];
      waiting[kept++] = waiting[i];
    }
    this.count = kept;
  }

  /** Computes the value on top. */
  flushTop(): void {
    this.flushFrom(this.height - 1);
  }

  /** Computes all values from a height up. */
  flushFrom(height: number): void {
    const first = this.waitingBelow(height);
    for (let i = first; i < this.count; i++) this.flush(i, first);
    if (first < this.count) this.compact();
  }

  flushAll(): void {
    this.flushFrom(0);
  }

  /** Computes those of the first `count` that have one of these effects, read slots from `top` on, or read `slot`. */
  private flushIf(count: number, effects: number, top: number, slot: number): void {
    const { heights, waiting } = this;
    let found = false;
    for (let i = 0; i < count; i++) {
      const node = waiting[i];
      const concerned = (node.effects & effects) !== 0 || node.top >= top || readsSlot(node, slot);
      if (!concerned || heights[i] === DONE) continue;
      this.flush(i, i);
      found = true;
    }
    if (found) this.compact();
  }

  /** Computes values with any of these effects: before a statement that must come after them. */
  flushEffects(effects: number): void {
    this.flushIf(this.count, effects, NO_SLOT, NO_SLOT);
  }

  /** Before a store, a call, a growth: operands that read memory or globals, or may trap, are computed first. */
  flushForEffect(): void {
    this.flushEffects(TRAPS | READS);
  }

  /** Before a slot is written: values that read it. */
  flushReaders(slot: number): void {
    this.flushIf(this.count, 0, NO_SLOT, slot);
  }

  /** Before slots from `from` on are overwritten by a callee: values below `height` that read them. */
  flushAbove(from: number, height: number): void {
    this.flushIf(this.waitingBelow(height), 0, from, NO_SLOT);
  }
}
