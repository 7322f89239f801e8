// Second half of lowering: statements over trees -> ops. It chooses among the forms that ops.ts offers: immediates,
// two operations in one op, compare and branch, indexed loads. A form that the table does not have is not used, so
// that rows can be added and removed there alone. Evaluation order is the order of the wasm instructions.
import { InternalError } from '../errors.ts';
import type { Emitter } from './emit.ts';
import { SCRATCH } from './frame.ts';
import { MOVES_NO_BITS, doneAs } from './aliases.ts';
import { type Binary, type LabelId, type Node, type Unary, constNode } from './nodes.ts';
import { OPS, opNumber } from './op-table.ts';
import { type ObjectName, objectNumber, rareNumber } from './out-names.ts';
import { slotsOf } from '../runtime/slots.ts';
import { addressForm, compareNormal, isBoolean, isOne, isShift, normal, poolNumber, step } from './select-forms.ts';
import { COMMUTES, COPY, INVERSE, MIRROR, SELECT, isI32Const, isWide, slotWords } from './select-rules.ts';
import { I32, I64 } from '../syntax/types.ts';

/** What a statement's op takes: slots, immediates and labels, and trees whose values are computed to slots first. */
type Operand = number | Node;

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

function isLoad32(node: Node): node is Unary {
  return node.kind === 'load' && node.op === 'i32.load';
}

function isSample(node: Node): node is Unary {
  return node.kind === 'load' && node.op === 'i32.load16_s';
}

const isSlot = (node: Node | undefined): node is Node & { kind: 'slot' } => node?.kind === 'slot';
/** The condition that a node turns round: by a comparison with 0, or the exclusive or of what is 0 or 1 with 1. */
function turnedRound(node: Node): Node | undefined {
  if (node.kind === 'unary' && node.op === 'i32.eqz') return node.a;
  return node.kind === 'binary' && node.op === 'i32.xor' && isOne(node.b) && isBoolean(node.a) ? node.a : undefined;
}

/** What has operands, and is computed by an op. */
type Operation = Exclude<Node, { readonly a: undefined }>;

const has = (name: string): boolean => opNumber(name) !== undefined;

const NONE: Node = constNode(I32, 0, 0, 0);

export class Selector {
  private readonly emit: Emitter;
  private readonly firstScratch: number;
  private scratch: number;
  private held: Held | undefined;
  /** Sets that have not become ops yet, since one op may do them and the next statement: two at most. */
  private sets = 0;
  private slot = 0;
  private value = NONE;
  private nextSlot = 0;
  private nextValue = NONE;

  constructor(emit: Emitter, firstScratch: number) {
    this.emit = emit;
    this.firstScratch = firstScratch;
    this.scratch = firstScratch;
  }

  // ------------------------------------------------------------------------------------------------------ statements

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

  // -------------------------------------------------------------------------------------------------------- branches

  private branch(condition: Node, negated: boolean, label: LabelId, at: number): void {
    let node = condition;
    let unless = negated;
    for (let inner = turnedRound(node); inner !== undefined; inner = turnedRound(node)) {
      node = inner;
      unless = !unless;
    }
    const { op, lo } = node;
    const br = unless ? 'br_unless' : 'br_if';
    if (node.kind === 'binary' && this.branchCompare(node, unless, label, at)) return;
    if (node.kind === 'global' && node.t === I32) this.op(`${br}.global`, at, lo, label);
    else if (node.kind === 'load' && has(`${br}.${op}`)) this.op(`${br}.${op}`, node.at, node.a, lo, label);
    else if (node.kind !== 'unary' || !this.branchUnary(node, unless, label, at)) this.op(br, at, node, label);
  }

  private branchUnary({ op, a, lo }: Unary, unless: boolean, label: LabelId, at: number): boolean {
    if (op === 'i64.eqz') return this.op(unless ? 'br.i64.ne' : 'br.i64.eq', at, a, constNode(I64, 0, 0, at), label);
    if (op === 'ref.test') return this.op('br.ref.test', at, a, unless ? ~lo : lo, label);
    return op === 'ref.is_null' && this.op(unless ? 'br.not.ref.is_null' : 'br.ref.is_null', at, a, label);
  }

  private branchCompare(node: Binary, negated: boolean, label: LabelId, at: number): boolean {
    const type = node.op.slice(0, 3);
    const compare = node.op.slice(4);
    const { a, b } = node;
    const inverse = INVERSE[compare];
    if (type === 'i32') {
      if (inverse !== undefined) return this.branchI32(a, b, negated ? inverse : compare, label, at);
      if (compare === 'and' && isI32Const(b))
        return this.op(`br.i32.and.k>${negated ? 'eq' : 'ne'}.k`, at, a, b.lo, 0, label);
      if (compare === 'and') return this.op(negated ? 'br_unless.and' : 'br_if.and', at, a, b, label);
      return (compare === 'xor' || compare === 'sub') && this.branchI32(a, b, negated ? 'eq' : 'ne', label, at);
    }
    if (type === 'i64')
      return inverse !== undefined && this.compare('br.i64.', negated ? inverse : compare, at, [], a, b, label);
    if (type[0] !== 'f' || MIRROR[compare] === undefined) return false;
    const branch = negated ? 'br.not' : 'br';
    const number = poolNumber(b);
    if (number !== undefined) return this.op(`${branch}.${node.op}.k`, at, a, number, label);
    return this.compare(`${branch}.${type}.`, compare, at, [], a, b, label);
  }

  /** A comparison of two trees; where there is none of this name, that of the operands exchanged. */
  private compare(before: string, name: string, at: number, to: number[], a: Node, b: Node, ...after: number[]): true {
    const left = this.operand(a);
    const right = this.operand(b);
    if (has(before + name)) return this.op(before + name, at, ...to, left, right, ...after);
    return this.op(before + MIRROR[name], at, ...to, right, left, ...after);
  }

  private branchI32(left: Node, right: Node, compare: string, label: LabelId, at: number): true {
    const { a, b, name } = compareNormal(left, right, compare);
    const op = `br.i32.${name}.k`;
    // Not of an immediate, or not there with one.
    if (!isI32Const(b) || !has(op)) return this.compare('br.i32.', name, at, [], a, b, label);
    if (b.lo === 0 && (name === 'eq' || name === 'ne')) {
      this.branch(a, name === 'eq', label, at);
      return true;
    }
    if (a.kind === 'binary' && isI32Const(a.b) && a.op.startsWith('i32.')) {
      const fused = `br.i32.${a.op.slice(4)}.k>${name}.k`;
      if (has(fused)) return this.op(fused, at, a.a, a.b.lo, b.lo, label);
    }
    return this.op(op, at, a, b.lo, label);
  }

  // ----------------------------------------------------------------------------------------------------- expressions

  /** Emits an op, after those that compute its operands, in their order. */
  op(name: string, at: number, ...operands: Operand[]): true {
    for (let i = 0; i < operands.length; i++) {
      const one = operands[i];
      if (typeof one !== 'number') operands[i] = this.operand(one);
    }
    this.emit.op(name, at, operands as number[]);
    return true;
  }

  /** The slot that holds a value: its own where it stands in one, else a scratch slot that it is computed into. */
  private operand(node: Node): number {
    if (node.kind === 'slot') return node.lo;
    const slot = this.scratch;
    this.scratch += slotsOf(node.t);
    if (this.scratch > this.firstScratch + SCRATCH) throw new InternalError('out of scratch slots');
    this.evaluate(node, slot);
    return slot;
  }

  /** Computes a tree into a slot. */
  private evaluate(node: Node, d: number): void {
    const before = this.scratch;
    const { t, at, lo, hi } = node;
    switch (node.kind) {
      case 'slot':
        this.op(t > 0 ? 'copyref' : COPY[slotWords(t)], at, d, lo);
        break;
      case 'const':
        if (t > 0) this.op('nullref', at, d);
        else if (isWide(t)) this.op('const64', at, d, lo, hi);
        else this.op('const32', at, d, lo);
        break;
      case 'global':
        this.op(t > 0 ? 'global.getref' : isWide(t) ? 'global.get64' : 'global.get32', at, d, lo);
        break;
      case 'size':
        this.op('memory.size', at, d);
        break;
      case 'v128':
        this.evaluate(node.a, d);
        this.evaluate(node.b, d + 1);
        break;
      default:
        this.operate(node, d);
    }
    this.scratch = before;
  }

  private operate(node: Operation, d: number): void {
    const { op, t, at, lo } = node;
    switch (node.kind) {
      case 'unary':
        this.unary(node, node.a, d);
        break;
      case 'load':
        this.load(node, node.a, d);
        break;
      case 'select':
        this.op(t > 0 ? 'selectref' : SELECT[slotWords(t)], at, d, node.a, node.b, node.c);
        break;
      case 'binary':
        this.binary(node, node.a, node.b, d);
        break;
      case 'ternary':
        this.op('ternary', at, d, node.a, node.b, node.c, rareNumber('ternary', op) as number);
        break;
      case 'access':
        this.access(op, d, node.b === undefined ? [node.a] : [node.a, node.b], lo, node.hi, at);
    }
  }

  /** An access out of line; `where` is memory and lane. */
  private access(op: string, d: number, [a, b, c]: readonly Node[], offset: number, where: number, at: number): void {
    this.op('access', at, d, a, b ?? 0, c ?? 0, rareNumber('access', op) as number, offset, where >> 4, where & 15);
  }

  /** An object operation: an op of its own, or the `object` op. */
  private object(op: string, d: number, nodes: readonly Node[], k: number, at: number): void {
    const own = opNumber(op);
    const [a, b, c] = nodes;
    if (own === undefined) this.op('object', at, Math.max(0, d), a ?? 0, b ?? 0, c ?? 0, objectNumber(op) as number, k);
    else this.op(op, at, ...(d < 0 ? [] : [d]), ...nodes, ...(OPS[own].operands.includes('k') ? [k] : []));
  }

  private unary({ op: name, lo, at }: Node, a: Node, d: number): void {
    // These move no bits: the operand's words are the value.
    if (MOVES_NO_BITS.has(name)) {
      this.evaluate(a, d);
      return;
    }
    const op = doneAs(name);
    const rare = rareNumber('unary', op);
    if (objectNumber(op) !== undefined) this.object(op, d, [a], lo, at);
    else if (rare === undefined) this.op(op, at, d, a);
    else this.op('unary', at, d, a, rare, lo);
  }

  private load({ op, lo, at }: Node, address: Node, d: number): void {
    const through = `i32.load>${op}`;
    if (isLoad32(address) && has(through)) {
      this.op(through, at, d, address.a, address.lo, lo);
      return;
    }
    const { form, nodes, immediates } = addressForm(address, (one) => has(op + one));
    this.op(op + form, at, d, ...nodes, lo, ...immediates);
  }

  private binary(node: Binary, a: Node, b: Node, d: number): void {
    const { op, at, lo } = node;
    const type = op.slice(0, 3);
    if ((type === 'i32' || type === 'i64') && this.integer(type, node, d)) return;
    if ((op === 'f64.add' || op === 'f64.sub') && this.multiplyAdd(node, a, b, d)) return;
    if (type === 'f64' && this.floatConst(node, a, b, d)) return;
    const rare = rareNumber('binary', op);
    if (op === 'ref.eq') this.object(op, d, [a, b], 0, at);
    else if (rare !== undefined) this.op('binary', at, d, a, b, rare, lo);
    else this.compare(`${type}.`, op.slice(4), at, [d], a, b);
  }

  /** An operation on i32 or i64 with an immediate, or with another operation inside. */
  private integer(type: 'i32' | 'i64', node: Binary, d: number): boolean {
    const { at } = node;
    const { a, b, name } = normal(type, node);
    if (isI32Const(b) && name === 'add') {
      if (a.kind === 'global') return this.op('global.get32.add', at, d, a.lo, b.lo);
      if (isLoad32(a)) return this.op('i32.load>add.k', a.at, d, a.a, a.lo, b.lo);
    }
    if (this.pair(type, a, name, b, at, d)) return true;
    // The other way round only where the order of evaluation cannot be seen.
    const free = COMMUTES[name] === true && (a.effects === 0 || b.effects === 0);
    if (free && this.pair(type, b, name, a, at, d)) return true;
    const op = `${type}.${name}.k`;
    if (b.kind !== 'const' || !has(op)) return false;
    if (type === 'i32') return this.op(op, at, d, a, b.lo);
    return isShift(name) ? this.op(op, at, d, a, b.lo & 63) : this.op(op, at, d, a, b.lo, b.hi);
  }

  /** `inner>outer`, with the inner operation in `a`. Immediates of i64 are shift counts alone. */
  private pair(type: 'i32' | 'i64', a: Node, outer: string, b: Node, at: number, d: number): boolean {
    if (a.kind !== 'binary' || !a.op.startsWith(type)) return false;
    const inner = normal(type, a);
    const [x, y] = [inner.a, inner.b];
    const narrow = type === 'i32';
    if (outer === 'and' && inner.name === 'xor' && !narrow && y.kind === 'const' && (y.lo & y.hi) === -1)
      return b.kind !== 'const' && this.op('i64.not>and', at, d, x, b);
    const fits = (node: Node, name: string): boolean => node.kind !== 'const' || narrow || isShift(name);
    const suffix = (node: Node): string => (node.kind === 'const' ? '.k' : '');
    const op = `${type}.${inner.name}${suffix(y)}>${outer}${suffix(b)}`;
    if (!has(op) || !fits(y, inner.name) || !fits(b, outer)) return false;
    if (op === 'i32.mul>add' && isSample(x) && isSample(y))
      return this.op('i32.load16_s*load16_s>add', at, d, x.a, y.a, b, x.lo, y.lo);
    const seconds = [y, b].filter((node) => node.kind !== 'const');
    const immediates = [y, b].filter((node) => node.kind === 'const').map(({ lo }) => (narrow ? lo : lo & 63));
    return this.op(op, at, d, x, ...seconds, ...immediates);
  }

  /** An f64 operation or comparison with a constant. */
  private floatConst({ op, at }: Node, a: Node, b: Node, d: number): boolean {
    if (!has(`${op}.k`)) return false;
    const exchanged = a.kind === 'const' && (op === 'f64.add' || op === 'f64.mul');
    const number = poolNumber(exchanged ? a : b);
    return number !== undefined && this.op(`${op}.k`, at, d, exchanged ? b : a, number);
  }

  /** a * b + c, a * b - c, c - a * b: two roundings, as in wasm; only the dispatch is saved. */
  private multiplyAdd({ op, at }: Node, first: Node, second: Node, d: number): boolean {
    const adds = op === 'f64.add';
    if (first.kind === 'binary' && first.op === 'f64.mul')
      return this.op(adds ? 'f64.mul>add' : 'f64.mul>sub', at, d, first.a, first.b, second);
    if (second.kind !== 'binary' || second.op !== 'f64.mul') return false;
    const c = this.operand(first);
    const a = this.operand(second.a);
    const b = this.operand(second.b);
    return adds ? this.op('f64.mul>add', at, d, a, b, c) : this.op('f64.sub<mul', at, d, c, a, b);
  }
}
