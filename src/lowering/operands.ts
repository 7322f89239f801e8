// The operand stack of lowering: values that are not computed yet, as trees, and where each would stand.
// A value at height h has one place, the slots behind the locals and the values below it. `flush` computes a value
// into its place. Which values have to be flushed before a statement is decided here and nowhere else.
import { type ValType, V128 } from '../syntax/types.ts';
import { MAX_TREE, type Node, READS, type Statement, TRAPS, readsSlot, slotNode } from './nodes.ts';

/** Values that may wait at a time: it bounds the search for those that a statement concerns. */
const MAX_PENDING = 100;

/** How many slots a value takes. */
export function slotsOf(t: ValType): number {
  return t === V128 ? 2 : 1;
}

export class Operands {
  readonly nodes: Node[] = [];
  /** By height: the first slot of the value's place. */
  private readonly places: number[] = [];
  private readonly statements: Statement[];
  private readonly first: number;
  /** Values below this height are all in their places. */
  private clean = 0;
  /** One past the highest slot that anything stands in. */
  maxSlot: number;
  /** Traced code computes every value at once. */
  eager = false;

  constructor(statements: Statement[], firstSlot: number) {
    this.statements = statements;
    this.first = firstSlot;
    this.maxSlot = firstSlot;
  }

  get height(): number {
    return this.nodes.length;
  }

  /** The place of the value at a height, or the place that the next value would have. */
  place(height: number): number {
    if (height < this.nodes.length) return this.places[height];
    if (height === 0) return this.first;
    return this.places[height - 1] + slotsOf(this.nodes[height - 1].t);
  }

  push(node: Node): void {
    const place = this.place(this.nodes.length);
    this.nodes.push(node);
    this.places.push(place);
    this.maxSlot = Math.max(this.maxSlot, place + slotsOf(node.t));
    if (this.eager || node.size > MAX_TREE) this.flush(this.nodes.length - 1);
    if (this.nodes.length - this.clean > MAX_PENDING) this.flushAll();
  }

  /** Pushes a value that stands in its place already: results of calls and blocks. */
  pushPlaced(t: ValType, at: number): void {
    const place = this.place(this.nodes.length);
    this.nodes.push(slotNode(place, t, at));
    this.places.push(place);
    this.maxSlot = Math.max(this.maxSlot, place + slotsOf(t));
  }

  pop(): Node {
    this.places.pop();
    const node = this.nodes.pop() as Node;
    if (this.clean > this.nodes.length) this.clean = this.nodes.length;
    return node;
  }

  /** Forgets values down to a height. */
  truncate(height: number): void {
    this.nodes.length = height;
    this.places.length = height;
    if (this.clean > height) this.clean = height;
  }

  /** Computes the value at a height into its place. */
  flush(height: number): void {
    const node = this.nodes[height];
    const place = this.places[height];
    if (node.kind === 'slot' && node.lo === place) return;
    // A value below may still read what stands in this place.
    for (let lower = this.clean; lower < height; lower++) {
      const other = this.nodes[lower];
      if (other.top >= place && !(other.kind === 'slot' && other.lo === this.places[lower])) this.flush(lower);
    }
    this.statements.push({ kind: 'set', slot: place, value: node, at: node.at });
    this.nodes[height] = slotNode(place, node.t, node.at);
  }

  /** Computes all values from a height up. */
  flushFrom(height: number): void {
    for (let h = Math.max(height, this.clean); h < this.nodes.length; h++) this.flush(h);
    if (height <= this.clean) this.clean = this.nodes.length;
  }

  flushAll(): void {
    this.flushFrom(0);
  }

  /** Computes values with any of these effects: before a statement that must come after them. */
  flushEffects(effects: number): void {
    for (let h = this.clean; h < this.nodes.length; h++) if ((this.nodes[h].effects & effects) !== 0) this.flush(h);
  }

  /** Before a store, a call, a growth: what reads memory or globals, or may trap, comes first. */
  flushForEffect(): void {
    this.flushEffects(TRAPS | READS);
  }

  /** Before a slot is written: values that read it. */
  flushReaders(slot: number): void {
    for (let h = this.clean; h < this.nodes.length; h++) {
      const node = this.nodes[h];
      if (node.top >= slot && readsSlot(node, slot)) this.flush(h);
    }
  }

  /** Before slots from `from` on are overwritten by a callee: values below `height` that read them. */
  flushAbove(from: number, height: number): void {
    for (let h = this.clean; h < height; h++) if (this.nodes[h].top >= from) this.flush(h);
  }
}
