// The choice of ops for expressions: a tree becomes the ops that compute its value into a slot.
// Operations with immediates, two operations in one op, loads through addresses. Which forms there are, the table of ops says.
import { InternalError } from '../errors.ts';
import { isWide, slotsOf } from '../runtime/slots.ts';
import { MOVES_NO_BITS, doneAs } from '../trees/aliases.ts';
import type { Emitter } from './emit.ts';
import { SCRATCH } from '../trees/frame.ts';
import type { Binary, Node } from '../trees/nodes.ts';
import { OPS, numberOf, opNumber } from './op-table.ts';
import { objectNumber, rareNumber } from './out-names.ts';
import { normalForm } from './select-forms.ts';
import { Matcher, type Operand, type Table, VALUES } from './select-patterns.ts';
import { COPY, MIRROR, SELECT, slotWords } from './select-rules.ts';

/** What has operands, and is computed by an op. */
type Operation = Exclude<Node, { readonly a: undefined }>;

export const has = (name: string): boolean => opNumber(name) !== undefined;

export class Expressions {
  protected readonly emit: Emitter;
  protected readonly firstScratch: number;
  protected scratch: number;
  private readonly matcher = new Matcher();

  constructor(emit: Emitter, firstScratch: number) {
    this.emit = emit;
    this.firstScratch = firstScratch;
    this.scratch = firstScratch;
  }

  /** Emits an op, after those that compute its operands, in their order. */
  op(name: string, at: number, ...operands: Operand[]): void {
    this.put(numberOf(name), at, operands);
  }

  /** Emits an op that the table may be without, and returns whether it has it. */
  protected offer(name: string, at: number, ...operands: Operand[]): boolean {
    const op = opNumber(name);
    if (op === undefined) return false;
    this.put(op, at, operands);
    return true;
  }

  private put(op: number, at: number, operands: Operand[]): void {
    for (let i = 0; i < operands.length; i++) {
      const one = operands[i];
      if (typeof one !== 'number') operands[i] = this.operand(one);
    }
    this.emit.add(op, at, operands as number[]);
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
        this.binary(node, d);
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

  /** A load, by the best form of its address. */
  protected load({ op, lo, at }: Node, address: Node, d: number): void {
    if (!has(op)) this.access(op, d, [address], lo, 0, at);
    else if (!this.fuse(VALUES, op, at, address, undefined, lo, d)) this.op(op, at, d, address, lo);
  }

  protected binary(node: Binary, d: number): void {
    const normal = normalForm(node);
    if (this.fuse(VALUES, normal.op, node.at, normal.a, normal.b, 0, d)) return;
    const { op, at, a, b, lo } = node;
    if (this.offer(op, at, d, a, b)) return;
    const rare = rareNumber('binary', op);
    if (op === 'ref.eq') this.object(op, d, [a, b], 0, at);
    else if (rare !== undefined) this.op('binary', at, d, a, b, rare, lo);
    else {
      // A comparison that has an op with its operands exchanged.
      const left = this.operand(a);
      this.op(MIRROR.get(op) as string, at, d, b, left);
    }
  }

  /**
   * Emits the op of the row that is found for an operation on operands, and returns whether there is one: `lo` is what the
   * operation is encoded with, `d` where its result goes, `label` where a branch goes; -1 for none.
   */
  protected fuse(
    table: Table,
    operation: string,
    at: number,
    a: Node | undefined,
    b: Node | undefined,
    lo: number,
    d: number,
    label = -1,
  ): boolean {
    const { matcher } = this;
    const row = matcher.find(table, operation, a, b, lo);
    if (row === undefined) return false;
    const { op, length } = row;
    const operands = matcher.found.slice(0, length);
    if (d >= 0) operands[0] = d;
    if (label >= 0) operands[length - 1] = label;
    const instruction = matcher.at ?? at;
    let { order } = matcher;
    for (let left = matcher.trees; left > 0; left--, order >>= 4) {
      operands[order & 15] = this.operand(operands[order & 15] as Node);
    }
    this.emit.add(op, instruction, operands as number[]);
    return true;
  }
}
