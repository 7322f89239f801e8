// The choice of ops for expressions: a tree becomes the ops that compute its value into a slot.
// Operations with immediates, two operations in one op, loads through addresses. Which forms there are, the table of ops says.
import { InternalError } from '../errors.ts';
import { isWide, slotsOf } from '../runtime/slots.ts';
import { MOVES_NO_BITS, doneAs } from '../trees/aliases.ts';
import type { Emitter } from './emit.ts';
import { SCRATCH } from '../trees/frame.ts';
import type { Binary, Node, Unary } from '../trees/nodes.ts';
import { OPS, opNumber } from './op-table.ts';
import { objectNumber, rareNumber } from './out-names.ts';
import { addressForm, isShift, normal, poolNumber } from './select-forms.ts';
import { COMMUTES, COPY, MIRROR, SELECT, isI32Const, slotWords } from './select-rules.ts';

/** What a statement's op takes: slots, immediates and labels, and trees whose values are computed to slots first. */
export type Operand = number | Node;

/** What has operands, and is computed by an op. */
type Operation = Exclude<Node, { readonly a: undefined }>;

export const has = (name: string): boolean => opNumber(name) !== undefined;

export function isLoad32(node: Node): node is Unary {
  return node.kind === 'load' && node.op === 'i32.load';
}

function isSample(node: Node): node is Unary {
  return node.kind === 'load' && node.op === 'i32.load16_s';
}

export class Expressions {
  protected readonly emit: Emitter;
  protected readonly firstScratch: number;
  protected scratch: number;

  constructor(emit: Emitter, firstScratch: number) {
    this.emit = emit;
    this.firstScratch = firstScratch;
    this.scratch = firstScratch;
  }

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
  protected operand(node: Node): number {
    if (node.kind === 'slot') return node.lo;
    const slot = this.scratch;
    this.scratch += slotsOf(node.t);
    if (this.scratch > this.firstScratch + SCRATCH) throw new InternalError('out of scratch slots');
    this.evaluate(node, slot);
    return slot;
  }

  /** Computes a tree into a slot. */
  protected evaluate(node: Node, d: number): void {
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

  protected operate(node: Operation, d: number): void {
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
  protected access(op: string, d: number, [a, b, c]: readonly Node[], offset: number, where: number, at: number): void {
    this.op('access', at, d, a, b ?? 0, c ?? 0, rareNumber('access', op) as number, offset, where >> 4, where & 15);
  }

  /** An object operation: an op of its own, or the `object` op. */
  protected object(op: string, d: number, nodes: readonly Node[], k: number, at: number): void {
    const own = opNumber(op);
    const [a, b, c] = nodes;
    if (own === undefined) this.op('object', at, Math.max(0, d), a ?? 0, b ?? 0, c ?? 0, objectNumber(op) as number, k);
    else this.op(op, at, ...(d < 0 ? [] : [d]), ...nodes, ...(OPS[own].operands.includes('k') ? [k] : []));
  }

  protected unary({ op: name, lo, at }: Node, a: Node, d: number): void {
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

  protected load({ op, lo, at }: Node, address: Node, d: number): void {
    if (!has(op)) {
      this.access(op, d, [address], lo, 0, at);
      return;
    }
    const through = `i32.load>${op}`;
    if (isLoad32(address) && has(through)) {
      this.op(through, at, d, address.a, address.lo, lo);
      return;
    }
    const { form, nodes, immediates } = addressForm(address, (one) => has(op + one));
    this.op(op + form, at, d, ...nodes, lo, ...immediates);
  }

  protected binary(node: Binary, a: Node, b: Node, d: number): void {
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
  protected integer(type: 'i32' | 'i64', node: Binary, d: number): boolean {
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
  protected pair(type: 'i32' | 'i64', a: Node, outer: string, b: Node, at: number, d: number): boolean {
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
  protected floatConst({ op, at }: Node, a: Node, b: Node, d: number): boolean {
    if (!has(`${op}.k`)) return false;
    const exchanged = a.kind === 'const' && (op === 'f64.add' || op === 'f64.mul');
    const number = poolNumber(exchanged ? a : b);
    return number !== undefined && this.op(`${op}.k`, at, d, exchanged ? b : a, number);
  }

  /** a * b + c, a * b - c, c - a * b: two roundings, as in wasm; only the dispatch is saved. */
  protected multiplyAdd({ op, at }: Node, first: Node, second: Node, d: number): boolean {
    const adds = op === 'f64.add';
    if (first.kind === 'binary' && first.op === 'f64.mul')
      return this.op(adds ? 'f64.mul>add' : 'f64.mul>sub', at, d, first.a, first.b, second);
    if (second.kind !== 'binary' || second.op !== 'f64.mul') return false;
    const c = this.operand(first);
    const a = this.operand(second.a);
    const b = this.operand(second.b);
    return adds ? this.op('f64.mul>add', at, d, a, b, c) : this.op('f64.sub<mul', at, d, c, a, b);
  }

  /** A comparison of two trees; where there is none of this name, that of the operands exchanged. */
  protected compare(
    before: string,
    name: string,
    at: number,
    to: number[],
    a: Node,
    b: Node,
    ...after: number[]
  ): true {
    const left = this.operand(a);
    const right = this.operand(b);
    if (has(before + name)) return this.op(before + name, at, ...to, left, right, ...after);
    return this.op(before + MIRROR[name], at, ...to, right, left, ...after);
  }
}
