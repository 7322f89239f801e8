// Second half of lowering: statements over trees -> ops. It chooses among the forms that ops.ts offers: immediates,
// two operations in one op, compare and branch, indexed loads. A form that the table does not have is not used, so
// that rows can be added and removed there alone. Evaluation order is the order of the wasm instructions.
import { InternalError } from '../errors.ts';
import type { Emitter } from './emit.ts';
import { MOVES_NO_BITS, type Node, type Statement } from './nodes.ts';
import { OPS, opNumber } from './op-table.ts';
import { objectNumber, rareNumber } from './out-names.ts';
import { slotsOf } from './operands.ts';
import {
  addressForm,
  compareNormal,
  i32Normal,
  i64Normal,
  isBoolean,
  isOne,
  isShift,
  poolNumber,
  step,
} from './select-forms.ts';
import { COMMUTES, COPY, INVERSE, MIRROR, SELECT, isI32Const, isWide, slotWords } from './select-rules.ts';
import { I32, I64, type ValType } from '../syntax/types.ts';

interface Address {
  readonly form: string;
  readonly slots: readonly number[];
  readonly immediates: readonly number[];
}

const SAMPLES = 'i32.load16_s*load16_s>add';

function isSample(node: Node): boolean {
  return node.kind === 'load' && node.op === 'i32.load16_s';
}

const has = (name: string): boolean => opNumber(name) !== undefined;

export class Selector {
  private readonly emit: Emitter;
  private readonly firstScratch: number;
  private readonly lastScratch: number;
  private scratch: number;

  constructor(emit: Emitter, firstScratch: number, scratchSlots: number) {
    this.emit = emit;
    this.firstScratch = firstScratch;
    this.lastScratch = firstScratch + scratchSlots;
    this.scratch = firstScratch;
  }

  statements(list: readonly Statement[]): void {
    for (let i = 0; i < list.length; i++) {
      this.scratch = this.firstScratch;
      if (this.fusedPair(list[i], list[i + 1], list[i + 2]?.kind === 'br_if')) i++;
      else this.statement(list[i]);
    }
  }

  // ------------------------------------------------------------------------------------------------------ statements

  private statement(s: Statement): void {
    const { emit } = this;
    switch (s.kind) {
      case 'set':
        this.evaluate(s.value, s.slot);
        return;
      case 'store':
        this.store(s);
        return;
      case 'wait': {
        const [a, b, c] = s.operands.map((node) => this.operand(node));
        emit.op(s.wide ? 'wait64' : 'wait32', s.at, s.slot, a, b, c, s.offset, s.memory);
        return;
      }
      case 'access':
        this.access(s.op, s.slot, s.operands, s.offset, s.where, s.at);
        return;
      case 'global.set':
        emit.op(isWide(s.value.t) ? 'global.set64' : 'global.set32', s.at, this.operand(s.value), s.word);
        return;
      case 'memory.grow':
        emit.op('memory.grow', s.at, s.slot, this.operand(s.value), s.memory);
        return;
      case 'label':
        emit.label(s.label);
        return;
      case 'br':
        emit.op('br', s.at, s.label);
        return;
      case 'br_if':
        this.branchIf(s.condition, s.negated, s.label, s.at);
        return;
      case 'br_table':
        emit.op('br_table', s.at, this.operand(s.value), s.labels.length - 1);
        for (const label of s.labels) emit.target(label);
        return;
      case 'op':
        emit.op(s.op, s.at, ...s.operands);
        return;
      case 'call_indirect':
        if (s.tail) emit.op('tail.call.indirect', s.at, this.operand(s.value), s.table, s.type);
        else emit.op('call.indirect', s.at, this.operand(s.value), s.table, s.type, s.base * 2);
        return;
      case 'object':
        this.object(s.op, s.slot, s.operands, s.k, s.at);
        return;
      case 'return':
        this.return(s.value, s.at);
        return;
      case 'region':
        emit.region(s.region);
        return;
    }
  }

  private return(value: Node | undefined, at: number): void {
    if (value === undefined) this.emit.op('return', at);
    else if (isI32Const(value)) this.emit.op('return32.k', at, value.lo);
    else this.emit.op(isWide(value.t) ? 'return64' : 'return32', at, this.operand(value));
  }

  /** An object operation: an op of its own, or the `object` op. */
  private object(op: string, d: number, operands: readonly Node[], k: number, at: number): void {
    const slots = operands.map((node) => this.operand(node));
    const own = opNumber(op);
    if (own !== undefined) {
      this.emit.op(op, at, ...(d < 0 ? [] : [d]), ...slots, ...(OPS[own].operands.includes('k') ? [k] : []));
      return;
    }
    const [a, b, c] = [slots[0] ?? 0, slots[1] ?? 0, slots[2] ?? 0];
    this.emit.op('object', at, Math.max(0, d), a, b, c, objectNumber(op) as number, k);
  }

  /** An access out of line; `where` is memory and lane. */
  private access(op: string, d: number, operands: readonly Node[], offset: number, where: number, at: number): void {
    const slots = operands.map((node) => this.operand(node));
    const number = rareNumber('access', op) as number;
    this.emit.op('access', at, d, slots[0], slots[1] ?? 0, slots[2] ?? 0, number, offset, where >> 4, where & 15);
  }

  private store(s: Extract<Statement, { kind: 'store' }>): void {
    const { value, offset } = s;
    if (s.op === 'i32.store' && value.kind === 'load' && value.op === 'i32.load') {
      const to = this.operand(s.address);
      this.emit.op('i32.load>store', s.at, to, this.operand(value.a as Node), offset, value.lo);
      return;
    }
    const suffix = value.kind === 'const' && has(`${s.op}=k`) ? '=k' : '';
    const { form, slots, immediates } = this.address(s.op, suffix, s.address);
    const name = `${s.op}${form}${suffix}`;
    if (suffix !== '') this.emit.op(name, s.at, ...slots, offset, ...immediates, value.lo);
    else this.emit.op(name, s.at, ...slots, this.operand(value), offset, ...immediates);
  }

  /** The form of address that an op has for a tree (ops.ts, ADDRESS), with its operands. */
  private address(op: string, suffix: string, address: Node): Address {
    const { form, nodes, immediates } = addressForm(address, (one) => has(`${op}${one}${suffix}`));
    return { form, slots: nodes.map((node) => this.operand(node)), immediates };
  }

  /** Two statements in one op. Where a branch follows them, the second one may rather go with that. */
  private fusedPair(s: Statement, next: Statement | undefined, branches: boolean): boolean {
    if (next === undefined || s.kind !== 'set' || this.emit.isFar(s.slot) || slotWords(s.value.t) > 1 || s.value.t > 0)
      return false;
    if (next.kind === 'br_if') return this.incrementBranch(s, next) || this.setBranch(s, next);
    if (next.kind !== 'set' || next.value.t > 0 || slotWords(next.value.t) > 1) return false;
    if (s.value.kind === 'slot' && next.value.kind === 'slot') {
      this.emit.op('copy32x2', s.at, s.slot, s.value.lo, next.slot, next.value.lo);
      return true;
    }
    const { kind, op, a, b, lo, at } = next.value;
    const loads = kind === 'load' && op === 'i32.load' && a?.kind === 'slot';
    if (loads && s.value.kind === 'slot' && !branches) {
      this.emit.op('copy32,i32.load', at, s.slot, s.value.lo, next.slot, a.lo, lo);
      return true;
    }
    if (s.value.op === 'i32.add' && op === 'i32.rotl' && this.addXorRotate(s, next)) return true;
    const first = step(s.value);
    if (first === undefined) return false;
    const second = branches ? undefined : step(next.value);
    if (second !== undefined) {
      this.emit.op('i32.add.k,i32.add.k', s.at, s.slot, first.slot, next.slot, second.slot, first.by, second.by);
      return true;
    }
    if (op === 'i32.add' && a?.kind === 'slot' && b?.kind === 'slot' && !branches) {
      this.emit.op('i32.add.k,i32.add', s.at, s.slot, first.slot, next.slot, a.lo, b.lo, first.by);
      return true;
    }
    if (!loads || a.lo !== s.slot) return false;
    this.emit.op('i32.load,tee.add.k', at, next.slot, s.slot, first.slot, lo, first.by);
    return true;
  }

  /** d = a + b and e = (c ^ d) <<< k: what ChaCha, Salsa and BLAKE are made of. */
  private addXorRotate(s: Extract<Statement, { kind: 'set' }>, next: Extract<Statement, { kind: 'set' }>): boolean {
    const [{ a, b }, { a: mixed, b: by }] = [s.value, next.value];
    if (mixed?.op !== 'i32.xor' || !isI32Const(by as Node) || a?.kind !== 'slot' || b?.kind !== 'slot') return false;
    const [x, y] = mixed.b?.kind === 'slot' && mixed.b.lo === s.slot ? [mixed.b, mixed.a] : [mixed.a, mixed.b];
    if (x?.kind !== 'slot' || x.lo !== s.slot || y?.kind !== 'slot') return false;
    this.emit.op('i32.add,xor>rotl.k', next.value.at, s.slot, a.lo, b.lo, next.slot, y.lo, (by as Node).lo & 31);
    return true;
  }

  /** A move or a load, and a branch on a slot. */
  private setBranch(s: Extract<Statement, { kind: 'set' }>, next: Extract<Statement, { kind: 'br_if' }>): boolean {
    const { condition, negated, label } = next;
    if (condition.kind !== 'slot') return false;
    const branch = negated ? 'br_unless' : 'br_if';
    const { value } = s;
    if (value.kind === 'slot') {
      this.emit.op(`copy32,${branch}`, s.at, s.slot, value.lo, condition.lo, label);
      return true;
    }
    if (value.kind !== 'load' || condition.lo !== s.slot || !has(`${branch}.tee.${value.op}`)) return false;
    this.emit.op(`${branch}.tee.${value.op}`, value.at, s.slot, this.operand(value.a as Node), value.lo, label);
    return true;
  }

  private incrementBranch(
    s: Extract<Statement, { kind: 'set' }>,
    next: Extract<Statement, { kind: 'br_if' }>,
  ): boolean {
    const { value, slot } = s;
    if (value.kind !== 'binary' || (value.op !== 'i32.add' && value.op !== 'i32.sub')) return false;
    const { a, b } = value as { a: Node; b: Node };
    const bySlot = value.op === 'i32.add' && b.kind === 'slot';
    if (a.kind !== 'slot' || !(isI32Const(b) || bySlot)) return false;
    const by = value.op === 'i32.add' ? b.lo : -b.lo | 0;
    const { condition, negated, label, at } = next;
    const op = bySlot ? 'br.add' : 'br.inc';
    if (condition.kind === 'slot' && condition.lo === slot && !bySlot) {
      this.emit.op(`br.inc.${negated ? 'eq' : 'ne'}.k`, at, slot, a.lo, by, 0, label);
      return true;
    }
    if (condition.kind !== 'binary' || !condition.op.startsWith('i32.')) return false;
    let left = condition.a as Node;
    let right = condition.b as Node;
    let compare = condition.op.slice(4);
    if (right.kind === 'slot' && right.lo === slot) [left, right, compare] = [right, left, MIRROR[compare]];
    const name = `${op}.${negated ? INVERSE[compare] : compare}`;
    if (left.kind !== 'slot' || left.lo !== slot || !has(name)) return false;
    if (isI32Const(right)) this.emit.op(`${name}.k`, at, slot, a.lo, by, right.lo, label);
    else if (right.kind !== 'slot') return false;
    else if (bySlot) this.emit.op(name, at, slot, a.lo, by, right.lo, label);
    else this.emit.op(name, at, slot, a.lo, right.lo, by, label);
    return true;
  }

  // -------------------------------------------------------------------------------------------------------- branches

  private branchIf(condition: Node, negated: boolean, label: number, at: number): void {
    const { emit } = this;
    let node = condition;
    let unless = negated;
    for (;;) {
      const not =
        node.op === 'i32.eqz' || (node.op === 'i32.xor' && isOne(node.b as Node) && isBoolean(node.a as Node));
      if (!not) break;
      node = node.a as Node;
      unless = !unless;
    }
    if (node.kind === 'binary' && this.branchCompare(node, unless, label, at)) return;
    if (node.kind === 'unary' && node.op === 'i64.eqz') {
      const a = this.operand(node.a as Node);
      const zero = this.take(I64);
      emit.op('const64', at, zero, 0, 0);
      emit.op(unless ? 'br.i64.ne' : 'br.i64.eq', at, a, zero, label);
      return;
    }
    if (node.kind === 'unary' && node.op === 'ref.test') {
      emit.op('br.ref.test', at, this.operand(node.a as Node), unless ? ~node.lo : node.lo, label);
      return;
    }
    if (node.kind === 'unary' && node.op === 'ref.is_null') {
      emit.op(unless ? 'br.not.ref.is_null' : 'br.ref.is_null', at, this.operand(node.a as Node), label);
      return;
    }
    if (node.kind === 'global' && node.t === I32) {
      emit.op(unless ? 'br_unless.global' : 'br_if.global', at, node.lo, label);
      return;
    }
    if (node.kind === 'load') {
      const name = `${unless ? 'br_unless' : 'br_if'}.${node.op}`;
      if (has(name)) {
        emit.op(name, node.at, this.operand(node.a as Node), node.lo, label);
        return;
      }
    }
    emit.op(unless ? 'br_unless' : 'br_if', at, this.operand(node), label);
  }

  private branchCompare(node: Node, negated: boolean, label: number, at: number): boolean {
    const type = node.op.slice(0, 3);
    const compare = node.op.slice(4);
    const a = node.a as Node;
    const b = node.b as Node;
    if (type === 'i32' && INVERSE[compare] !== undefined) {
      this.branchI32(a, b, negated ? INVERSE[compare] : compare, label, at);
      return true;
    }
    if (type === 'i32' && compare === 'and' && isI32Const(b)) {
      this.emit.op(`br.i32.and.k>${negated ? 'eq' : 'ne'}.k`, at, this.operand(a), b.lo, 0, label);
      return true;
    }
    if (type === 'i32' && compare === 'and') {
      const left = this.operand(a);
      this.emit.op(negated ? 'br_unless.and' : 'br_if.and', at, left, this.operand(b), label);
      return true;
    }
    if (type === 'i32' && (compare === 'xor' || compare === 'sub')) {
      this.branchI32(a, b, negated ? 'eq' : 'ne', label, at);
      return true;
    }
    if (type === 'i64' && INVERSE[compare] !== undefined) {
      const name = negated ? INVERSE[compare] : compare;
      this.eitherWay('br.i64.', name, at, a, b, [], label);
      return true;
    }
    if (type[0] !== 'f' || MIRROR[compare] === undefined) return false;
    const branch = negated ? 'br.not' : 'br';
    const number = poolNumber(b);
    if (number !== undefined) this.emit.op(`${branch}.${node.op}.k`, at, this.operand(a), number, label);
    else this.eitherWay(`${branch}.${type}.`, compare, at, a, b, [], label);
    return true;
  }

  /** An op on two values, or its mirror image on the second and the first, where only that one is there. */
  private eitherWay(type: string, name: string, at: number, a: Node, b: Node, d: number[], ...label: number[]): void {
    const first = this.operand(a);
    const second = this.operand(b);
    const slots = has(type + name) ? [first, second] : [second, first];
    this.emit.op(type + (has(type + name) ? name : MIRROR[name]), at, ...d, ...slots, ...label);
  }

  private branchI32(left: Node, right: Node, compare: string, label: number, at: number): void {
    const { a, b, name } = compareNormal(left, right, compare);
    if (!isI32Const(b) || !has(`br.i32.${name}.k`)) {
      this.eitherWay('br.i32.', name, at, a, b, [], label);
      return;
    }
    if (b.lo === 0 && (name === 'eq' || name === 'ne')) {
      this.branchIf(a, name === 'eq', label, at);
      return;
    }
    if (a.kind === 'binary' && isI32Const(a.b as Node) && a.op.startsWith('i32.')) {
      const fused = `br.i32.${a.op.slice(4)}.k>${name}.k`;
      if (has(fused)) {
        this.emit.op(fused, at, this.operand(a.a as Node), (a.b as Node).lo, b.lo, label);
        return;
      }
    }
    this.emit.op(`br.i32.${name}.k`, at, this.operand(a), b.lo, label);
  }

  // ----------------------------------------------------------------------------------------------------- expressions

  /** Scratch slots for a value. */
  private take(t: ValType): number {
    const slot = this.scratch;
    this.scratch += slotsOf(t);
    if (this.scratch > this.lastScratch) throw new InternalError('out of scratch slots');
    return slot;
  }

  /** The slot that holds a value: its own where it stands in one, else a scratch slot that it is computed into. */
  private operand(node: Node): number {
    if (node.kind === 'slot') return node.lo;
    const slot = this.take(node.t);
    this.evaluate(node, slot);
    return slot;
  }

  /** Computes a tree into a slot. */
  private evaluate(node: Node, d: number): void {
    const before = this.scratch;
    switch (node.kind) {
      case 'slot':
        if (node.t > 0) this.emit.op('copyref', node.at, d, node.lo);
        else this.emit.op(COPY[slotWords(node.t)], node.at, d, node.lo);
        break;
      case 'const':
        if (node.t > 0) this.emit.op('nullref', node.at, d);
        else if (isWide(node.t)) this.emit.op('const64', node.at, d, node.lo, node.hi);
        else this.emit.op('const32', node.at, d, node.lo);
        break;
      case 'global':
        if (node.t > 0) this.emit.op('global.getref', node.at, d, node.lo);
        else this.emit.op(isWide(node.t) ? 'global.get64' : 'global.get32', node.at, d, node.lo);
        break;
      case 'size':
        this.emit.op('memory.size', node.at, d);
        break;
      case 'unary':
        this.unary(node, d);
        break;
      case 'load':
        this.load(node, d);
        break;
      case 'select':
        this.select(node, d);
        break;
      case 'binary':
        this.binary(node, d);
        break;
      case 'ternary': {
        const a = this.operand(node.a as Node);
        const b = this.operand(node.b as Node);
        const c = this.operand(node.c as Node);
        this.emit.op('ternary', node.at, d, a, b, c, rareNumber('ternary', node.op) as number);
        break;
      }
      case 'access':
        this.access(node.op, d, [node.a as Node, ...(node.b === undefined ? [] : [node.b])], node.lo, node.hi, node.at);
        break;
      case 'v128':
        this.evaluate(node.a as Node, d);
        this.evaluate(node.b as Node, d + 1);
        break;
    }
    this.scratch = before;
  }

  private unary(node: Node, d: number): void {
    const a = node.a as Node;
    // These move no bits: the operand's words are the value.
    if (MOVES_NO_BITS.has(node.op)) {
      this.evaluate(a, d);
      return;
    }
    const op = node.op === 'i64.extend32_s' ? 'i64.extend_i32_s' : node.op;
    if (objectNumber(op) !== undefined) {
      this.object(op, d, [a], node.lo, node.at);
      return;
    }
    const rare = rareNumber('unary', op);
    if (rare === undefined) this.emit.op(op, node.at, d, this.operand(a));
    else this.emit.op('unary', node.at, d, this.operand(a), rare, node.lo);
  }

  private load(node: Node, d: number): void {
    const address = node.a as Node;
    if (address.kind === 'load' && address.op === 'i32.load' && has(`i32.load>${node.op}`)) {
      this.emit.op(`i32.load>${node.op}`, node.at, d, this.operand(address.a as Node), address.lo, node.lo);
      return;
    }
    const { form, slots, immediates } = this.address(node.op, '', address);
    this.emit.op(`${node.op}${form}`, node.at, d, ...slots, node.lo, ...immediates);
  }

  private select(node: Node, d: number): void {
    const a = this.operand(node.a as Node);
    const b = this.operand(node.b as Node);
    const op = node.t > 0 ? 'selectref' : SELECT[slotWords(node.t)];
    this.emit.op(op, node.at, d, a, b, this.operand(node.c as Node));
  }

  private binary(node: Node, d: number): void {
    const type = node.op.slice(0, 3);
    if (type === 'i32' && this.i32(node, d)) return;
    if (type === 'i64' && this.i64(node, d)) return;
    if ((node.op === 'f64.add' || node.op === 'f64.sub') && this.multiplyAdd(node, d)) return;
    if (type === 'f64' && this.floatConst(node, d)) return;
    if (node.op === 'ref.eq') {
      this.object(node.op, d, [node.a as Node, node.b as Node], 0, node.at);
      return;
    }
    const rare = rareNumber('binary', node.op);
    const [a, b] = [node.a as Node, node.b as Node];
    if (rare === undefined) this.eitherWay(`${type}.`, node.op.slice(4), node.at, a, b, [d]);
    else {
      const first = this.operand(a);
      this.emit.op('binary', node.at, d, first, this.operand(b), rare, node.lo);
    }
  }

  /** i32 operations with an immediate, or with another operation inside. */
  private i32(node: Node, d: number): boolean {
    const { a, b, name } = i32Normal(node);
    if (isI32Const(b)) {
      if (a.kind === 'global' && name === 'add') {
        this.emit.op('global.get32.add', node.at, d, a.lo, b.lo);
        return true;
      }
      if (a.kind === 'load' && a.op === 'i32.load' && name === 'add') {
        this.emit.op('i32.load>add.k', a.at, d, this.operand(a.a as Node), a.lo, b.lo);
        return true;
      }
      if (this.pair(a, name, b, node.at, d)) return true;
      if (!has(`i32.${name}.k`)) return false;
      this.emit.op(`i32.${name}.k`, node.at, d, this.operand(a), b.lo);
      return true;
    }
    if (this.pair(a, name, b, node.at, d)) return true;
    // The other way round only where the order of evaluation cannot be seen.
    return COMMUTES[name] === true && (a.effects === 0 || b.effects === 0) && this.pair(b, name, a, node.at, d);
  }

  /** `inner>outer`, with the inner operation in `a`. */
  private pair(a: Node, outer: string, b: Node, at: number, d: number): boolean {
    if (a.kind !== 'binary' || !a.op.startsWith('i32.')) return false;
    const inner = i32Normal(a);
    const outerConst = isI32Const(b);
    const innerConst = isI32Const(inner.b);
    const name = `i32.${inner.name}${innerConst ? '.k' : ''}>${outer}${outerConst ? '.k' : ''}`;
    if (!has(name)) return false;
    if (name === 'i32.mul>add' && isSample(inner.a) && isSample(inner.b)) {
      const samples = [this.operand(inner.a.a as Node), this.operand(inner.b.a as Node)];
      this.emit.op(SAMPLES, at, d, ...samples, this.operand(b), inner.a.lo, inner.b.lo);
      return true;
    }
    const slots = [this.operand(inner.a)];
    const immediates: number[] = [];
    if (innerConst) immediates.push(inner.b.lo);
    else slots.push(this.operand(inner.b));
    if (outerConst) immediates.push(b.lo);
    else slots.push(this.operand(b));
    this.emit.op(name, at, d, ...slots, ...immediates);
    return true;
  }

  /** i64 operations with an immediate, or with another operation inside. */
  private i64(node: Node, d: number): boolean {
    const { a, b, name } = i64Normal(node);
    if (this.pair64(a, name, b, node.at, d)) return true;
    if (COMMUTES[name] && (a.effects === 0 || b.effects === 0) && this.pair64(b, name, a, node.at, d)) return true;
    if (b.kind !== 'const' || !has(`i64.${name}.k`)) return false;
    if (isShift(name)) this.emit.op(`i64.${name}.k`, node.at, d, this.operand(a), b.lo & 63);
    else this.emit.op(`i64.${name}.k`, node.at, d, this.operand(a), b.lo, b.hi);
    return true;
  }

  /** `inner>outer` of i64: immediates are shift counts alone. */
  private pair64(a: Node, outer: string, b: Node, at: number, d: number): boolean {
    if (a.kind !== 'binary' || !a.op.startsWith('i64.')) return false;
    const inner = i64Normal(a);
    const innerConst = isShift(inner.name) && inner.b.kind === 'const';
    const outerConst = isShift(outer) && b.kind === 'const';
    if (
      outer === 'and' &&
      inner.name === 'xor' &&
      inner.b.kind === 'const' &&
      b.kind !== 'const' &&
      (inner.b.lo & inner.b.hi) === -1
    ) {
      this.emit.op('i64.not>and', at, d, this.operand(inner.a), this.operand(b));
      return true;
    }
    const name = `i64.${inner.name}${innerConst ? '.k' : ''}>${outer}${outerConst ? '.k' : ''}`;
    if (!has(name) || (!innerConst && inner.b.kind === 'const') || (!outerConst && b.kind === 'const')) return false;
    const slots = [this.operand(inner.a)];
    if (!innerConst) slots.push(this.operand(inner.b));
    if (!outerConst) slots.push(this.operand(b));
    const immediates = [...(innerConst ? [inner.b.lo & 63] : []), ...(outerConst ? [b.lo & 63] : [])];
    this.emit.op(name, at, d, ...slots, ...immediates);
    return true;
  }

  /** An f64 operation or comparison with a constant. */
  private floatConst(node: Node, d: number): boolean {
    const name = node.op.slice(4);
    let a = node.a as Node;
    let b = node.b as Node;
    if (a.kind === 'const' && (name === 'add' || name === 'mul')) [a, b] = [b, a];
    if (!has(`${node.op}.k`)) return false;
    const number = poolNumber(b);
    if (number === undefined) return false;
    this.emit.op(`${node.op}.k`, node.at, d, this.operand(a), number);
    return true;
  }

  /** a * b + c, a * b - c, c - a * b: two roundings, as in wasm; only the dispatch is saved. */
  private multiplyAdd(node: Node, d: number): boolean {
    const first = node.a as Node;
    const second = node.b as Node;
    const isProduct = (n: Node): boolean => n.kind === 'binary' && n.op === 'f64.mul';
    if (isProduct(first)) {
      const a = this.operand(first.a as Node);
      const b = this.operand(first.b as Node);
      this.emit.op(node.op === 'f64.add' ? 'f64.mul>add' : 'f64.mul>sub', node.at, d, a, b, this.operand(second));
      return true;
    }
    if (!isProduct(second)) return false;
    const c = this.operand(first);
    const a = this.operand(second.a as Node);
    const b = this.operand(second.b as Node);
    if (node.op === 'f64.add') this.emit.op('f64.mul>add', node.at, d, a, b, c);
    else this.emit.op('f64.sub<mul', node.at, d, c, a, b);
    return true;
  }
}
