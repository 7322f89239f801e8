// Second half of lowering: statements over trees -> ops; evaluation order is the order of the wasm instructions. Ops for two
// statements, branches and expressions are in the files of the classes that this one goes on from.
import { isWide } from '../runtime/slots.ts';
import type { Emitter } from './emit.ts';
import { type LabelId, type Node, constNode } from '../trees/nodes.ts';
import { OUT_NAMES, type ObjectName, type OutName } from '../trees/operations.ts';
import type { Sink } from '../trees/sink.ts';
import { has } from './select-expressions.ts';
import { Pairs } from './select-pairs.ts';
import { type Operand, VALUES } from './select-patterns.ts';
import { isI32Const, slotWords } from './select-rules.ts';
import { I32 } from '../syntax/types.ts';

/** An object operation that has not become an op yet, since where its result goes may still change. */
interface Held {
  readonly op: string;
  readonly slot: number;
  readonly operands: readonly Node[];
  readonly k: number;
  readonly at: number;
}

/** A number of one word: not a reference, a vector or a number of 64 bits. */
function isNarrow({ t }: Node): boolean {
  return slotWords(t) === 1 && t <= 0;
}

const NONE: Node = constNode(I32, 0, 0, 0);

export class Selector extends Pairs implements Sink {
  private held: Held | undefined;
  /** Sets that have not become ops yet, since one op may do them and the next statement: two at most. */
  private sets = 0;
  private slot = 0;
  private value = NONE;
  private nextSlot = 0;
  private nextValue = NONE;

  /** Where the next op goes, when all statements so far have become ops. Scratch slots are free. */
  ready(): Emitter {
    const { held } = this;
    if (held !== undefined) {
      this.held = undefined;
      this.scratch = this.firstScratch;
      this.object(held.op, held.slot, held.operands, held.k, held.at);
    }
    while (this.sets > 0) this.settle(false);
    this.scratch = this.firstScratch;
    return this.emit;
  }

  /** Whether the next statement begins the function's code. */
  get isEmpty(): boolean {
    return this.emit.length === 0 && this.held === undefined && this.sets === 0;
  }

  /** A statement that is one op. */
  statement(name: string, at: number, ...operands: Operand[]): void {
    this.ready();
    this.op(name, at, ...operands);
  }

  /** The first of the sets that wait becomes an op; where a branch follows, the second one may rather go with that. */
  private settle(branches: boolean): void {
    const { slot, nextSlot } = this;
    const { value, nextValue: next } = this;
    this.scratch = this.firstScratch;
    if (this.sets-- === 2) {
      if (this.joins(slot, value) && isNarrow(next) && this.pairOfSets(slot, value, nextSlot, next, branches)) {
        this.sets = 0;
        return;
      }
      this.slot = nextSlot;
      this.value = next;
    }
    this.evaluate(value, slot);
  }

  /** May a set be one op with what follows it? */
  private joins(slot: number, value: Node): boolean {
    return isNarrow(value) && !this.emit.isFar(slot);
  }

  /** A value goes to a slot. */
  set(slot: number, value: Node): void {
    if (this.held !== undefined) this.ready();
    if (this.sets === 2) this.settle(false);
    if (this.sets++ === 0) {
      this.slot = slot;
      this.value = value;
    } else {
      this.nextSlot = slot;
      this.nextValue = value;
    }
  }

  branchIf(condition: Node, negated: boolean, label: LabelId, at: number): void {
    if (this.held !== undefined) this.ready();
    if (this.sets === 2) this.settle(true);
    const { slot, value } = this;
    this.scratch = this.firstScratch;
    if (this.sets === 1 && this.joins(slot, value) && this.setAndBranch(slot, value, condition, negated, label, at)) {
      this.sets = 0;
      return;
    }
    this.ready();
    this.branch(condition, negated, label, at);
  }

  /** An object operation; its result, if there is one, goes to a slot: -1 for none. */
  operation(op: ObjectName, slot: number, operands: readonly Node[], k: number, at: number): void {
    this.ready();
    this.held = { op, slot, operands, k, at };
  }

  /** The result of the last statement, if that is an object operation with its result in this slot, goes to another one. */
  retarget(from: number, to: number): boolean {
    if (this.held?.slot !== from) return false;
    this.held = { ...this.held, slot: to };
    return true;
  }

  br(label: LabelId, at: number): void {
    this.statement('br', at, label);
  }

  label(label: LabelId): void {
    this.ready().label(label);
  }

  branchTable(value: Node, labels: readonly LabelId[], at: number): void {
    this.statement('br_table', at, value, labels.length - 1);
    const emit = this.ready();
    for (const label of labels) emit.target(label);
  }

  out(name: OutName, l: number, m: number, base: number, at: number): void {
    this.statement('out', at, OUT_NAMES.indexOf(name), l, m, base * 2);
  }

  region(index: number): void {
    this.ready().region(index);
  }

  aside(): void {
    this.ready().aside();
  }

  back(): void {
    this.ready().back();
  }

  /** Returns a value of a number type, or what is in slots 0 and up already. */
  return(value: Node | undefined, at: number): void {
    this.ready();
    if (value === undefined) this.op('return', at);
    else if (!isI32Const(value) || !this.offer('return32.k', at, value.lo))
      this.op(isWide(value.t) ? 'return64' : 'return32', at, value);
  }

  /** An access out of line that has an effect. */
  effect(op: string, slot: number, operands: readonly Node[], offset: number, where: number, at: number): void {
    this.ready();
    this.access(op, slot, operands, offset, where, at);
  }

  store(op: string, address: Node, value: Node, offset: number, at: number): void {
    if (!has(op)) {
      this.effect(op, 0, [address, value], offset, 0, at);
      return;
    }
    this.ready();
    if (!this.fuse(VALUES, op, at, address, value, offset, -1)) this.op(op, at, address, value, offset);
  }
}
