// Second half of lowering: statements over trees -> ops. It chooses among the forms that ops.ts offers: immediates, two
// operations in one op, compare and branch, indexed loads; evaluation order is the order of the wasm instructions. Branches and
// expressions are in the files of the classes that this one goes on from.
import { isWide } from '../runtime/slots.ts';
import type { Emitter } from './emit.ts';
import { type LabelId, type Node, constNode } from '../trees/nodes.ts';
import { OUT_NAMES, type ObjectName, type OutName } from '../trees/operations.ts';
import type { Sink } from '../trees/sink.ts';
import { Branches } from './select-branches.ts';
import { type Operand, has, isLoad32 } from './select-expressions.ts';
import { addressForm, step } from './select-forms.ts';
import { INVERSE, MIRROR, isI32Const, slotWords } from './select-rules.ts';
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

const isSlot = (node: Node | undefined): node is Node & { kind: 'slot' } => node?.kind === 'slot';

const NONE: Node = constNode(I32, 0, 0, 0);

export class Selector extends Branches implements Sink {
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
    if (value === undefined) this.statement('return', at);
    else if (isI32Const(value)) this.statement('return32.k', at, value.lo);
    else this.statement(isWide(value.t) ? 'return64' : 'return32', at, value);
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
    if (op === 'i32.store' && isLoad32(value)) {
      this.statement('i32.load>store', at, address, value.a, offset, value.lo);
      return;
    }
    const suffix = value.kind === 'const' && has(`${op}=k`) ? '=k' : '';
    const { form, nodes, immediates } = addressForm(address, (one) => has(`${op}${one}${suffix}`));
    const name = `${op}${form}${suffix}`;
    if (suffix !== '') this.statement(name, at, ...nodes, offset, ...immediates, value.lo);
    else this.statement(name, at, ...nodes, value, offset, ...immediates);
  }

  // -------------------------------------------------------------------------------------------- two statements in one

  /** Two sets in one op. */
  private pairOfSets(slot: number, value: Node, nextSlot: number, next: Node, branches: boolean): boolean {
    if (isSlot(value) && isSlot(next)) return this.op('copy32x2', value.at, slot, value, nextSlot, next);
    const { op, a, b, lo, at } = next;
    const loads = isLoad32(next) && isSlot(a);
    if (loads && isSlot(value) && !branches) return this.op('copy32,i32.load', at, slot, value, nextSlot, a, lo);
    if (value.op === 'i32.add' && op === 'i32.rotl' && this.addXorRotate(slot, value, nextSlot, next)) return true;
    const first = step(value);
    if (first === undefined) return false;
    const second = branches ? undefined : step(next);
    const { by } = first;
    if (second !== undefined)
      return this.op('i32.add.k,i32.add.k', value.at, slot, first.slot, nextSlot, second.slot, by, second.by);
    if (op === 'i32.add' && isSlot(a) && isSlot(b) && !branches)
      return this.op('i32.add.k,i32.add', value.at, slot, first.slot, nextSlot, a, b, by);
    return loads && a.lo === slot && this.op('i32.load,tee.add.k', at, nextSlot, slot, first.slot, lo, by);
  }

  /** d = a + b and e = (c ^ d) <<< k: what ChaCha, Salsa and BLAKE are made of. */
  private addXorRotate(slot: number, { a, b }: Node, nextSlot: number, { a: mixed, b: by, at }: Node): boolean {
    if (mixed?.op !== 'i32.xor' || by === undefined || !isI32Const(by) || !isSlot(a) || !isSlot(b)) return false;
    const [x, y] = isSlot(mixed.b) && mixed.b.lo === slot ? [mixed.b, mixed.a] : [mixed.a, mixed.b];
    if (!isSlot(x) || x.lo !== slot || !isSlot(y)) return false;
    return this.op('i32.add,xor>rotl.k', at, slot, a, b, nextSlot, y, by.lo & 31);
  }

  /** A set and a branch in one op: a move, a load, or an increment. */
  private setAndBranch(slot: number, value: Node, test: Node, negated: boolean, label: LabelId, at: number): boolean {
    if (value.kind === 'binary') return this.incrementBranch(slot, value, test, negated, label, at);
    if (!isSlot(test)) return false;
    const branch = negated ? 'br_unless' : 'br_if';
    if (isSlot(value)) return this.op(`copy32,${branch}`, value.at, slot, value, test, label);
    if (value.kind !== 'load') return false;
    const name = `${branch}.tee.${value.op}`;
    return test.lo === slot && has(name) && this.op(name, value.at, slot, value.a, value.lo, label);
  }

  private incrementBranch(
    slot: number,
    { op: operator, a, b }: Node,
    test: Node,
    negated: boolean,
    label: LabelId,
    at: number,
  ): boolean {
    const adds = operator === 'i32.add';
    if ((!adds && operator !== 'i32.sub') || b === undefined) return false;
    const bySlot = adds && isSlot(b);
    if (!isSlot(a) || !(isI32Const(b) || bySlot)) return false;
    const by = adds ? b.lo : -b.lo | 0;
    if (isSlot(test) && test.lo === slot && !bySlot)
      return this.op(`br.inc.${negated ? 'eq' : 'ne'}.k`, at, slot, a, by, 0, label);
    if (test.kind !== 'binary' || !test.op.startsWith('i32.')) return false;
    let { a: left, b: right } = test;
    let compare = test.op.slice(4);
    if (isSlot(right) && right.lo === slot) [left, right, compare] = [right, left, MIRROR[compare]];
    const name = `${bySlot ? 'br.add' : 'br.inc'}.${negated ? INVERSE[compare] : compare}`;
    if (!isSlot(left) || left.lo !== slot || !has(name)) return false;
    if (isI32Const(right)) return this.op(`${name}.k`, at, slot, a, by, right.lo, label);
    if (!isSlot(right)) return false;
    return bySlot ? this.op(name, at, slot, a, by, right, label) : this.op(name, at, slot, a, right, by, label);
  }
}
