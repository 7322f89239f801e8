// First half of lowering: a valid function body -> statements over expression trees.
// https://webassembly.github.io/spec/core/exec/instructions.html
// local.get, constants and pure operations become trees that vanish into their users; statements keep the order of
// effects and traps, and go on to the second half (select-ops.ts) at once. Control is in arms/
// It assumes that the body is valid.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { Reader } from '../decoder/reader.ts';
import { ExhaustionError, InternalError } from '../errors.ts';
import type { Signature } from '../syntax/instructions.ts';
import type { Prices } from '../syntax/prices.ts';
import { F32, F64, FUNCREF, type FuncType, I32, I64, V128, type ValType } from '../syntax/types.ts';
import type { ValidModule } from '../validator/module.ts';
import { ARMS } from './arms/index.ts';
import { chargeInstruction } from './charges.ts';
import { Emitter } from './emit.ts';
import { type FrameLayout, SCRATCH, layoutOf } from './frame.ts';
import { Regions } from './handlers.ts';
import { clearReferences } from './moves.ts';
import { type LabelId, MOVES_NO_BITS, type Node, READS, TRAPS, constNode, slotNode, treeNode } from './nodes.ts';
import { Operands, slotsOf } from './operands.ts';
import { OUT_NAMES, type ObjectName, type OutName } from './out-names.ts';
import { Probes } from './probes.ts';
import { Selector } from './select-ops.ts';
import { isWide } from './select-rules.ts';
import { type Frame, lowerControl, newFrame } from './arms/control.ts';

/** Slots of locals that a call clears for nothing. */
const FREE_LOCALS = 64;

/** Instructions out of line whose immediates are indices alone: how many operands they take. */
const OUT_OF_LINE: ReadonlyMap<string, number> = new Map([
  ['table.get', 1],
  ['table.set', 2],
  ['table.size', 0],
  ['table.grow', 2],
  ['table.fill', 3],
  ['table.copy', 3],
  ['table.init', 3],
  ['elem.drop', 0],
  ['ref.func', 0],
  ['memory.fill', 3],
  ['memory.copy', 3],
  ['memory.init', 3],
  ['data.drop', 0],
]);

/** What there is room for: slots of a frame, words of a function's code. */
export interface Room {
  readonly slots: number;
  readonly words: number;
}

export class TreeBuilder {
  readonly valid: ValidModule;
  readonly layout: FrameLayout;
  readonly cursor: InstructionCursor;
  readonly emitter: Emitter;
  readonly code: Selector;
  readonly operands: Operands;
  readonly frames: Frame[] = [];
  readonly regions = new Regions();
  /** Of traced code. */
  readonly probes: Probes | undefined;
  readonly prices: Prices;
  /** What the instructions since the last charge come to, in units of fuel. */
  pending: number;
  /** Places on the operand stack that are no operands: caught exceptions of the legacy form. */
  hidden = 0;
  labels = 0;
  /** Bytes that memory 0 has at least, if its addresses have 32 bits. */
  readonly fastBytes: number;
  /** Code cannot be reached; `skip` counts the blocks opened since. */
  dead = false;
  skip = 0;

  /** @throws ExhaustionError where there is no room for the function's frame; so do others where its code gets too long. */
  constructor(valid: ValidModule, funcIndex: number, traced: boolean, prices: Prices, { slots, words }: Room) {
    const layout = layoutOf(valid, funcIndex);
    const { localTypes, localSlots, size, scratch, start, end } = layout;
    if (size > slots)
      throw new ExhaustionError(`call stack exhausted: a frame of ${size} slots (function ${funcIndex})`);
    this.valid = valid;
    this.layout = layout;
    this.prices = prices;
    // No integer at first: V8 would take it for one, and have code for that, until it is none.
    this.pending = 0.5;
    this.pending = layout.cleared > FREE_LOCALS ? layout.cleared * prices.value : 0;
    this.cursor = new InstructionCursor(valid.module.funcs.bytes, start, end);
    const memory = valid.memTypes[0];
    this.fastBytes = memory?.addr === I32 ? Number(memory.limits.min) * 2 ** memory.pageSizeLog2 : 0;
    this.emitter = new Emitter(scratch + SCRATCH, size, Math.min(words, 64 + end - start), words);
    this.code = new Selector(this.emitter, scratch);
    this.probes = traced ? new Probes({ types: localTypes, slots: localSlots }) : undefined;
    this.operands = new Operands(this.code, this.cursor, layout.operands, size, this.probes);
    if (layout.refs) this.code.statement('refs.enter', -1, size);
    clearReferences(this);
    newFrame(this, 'func', layout.type, 0, -1);
  }

  /** Lowers the body up to its end, or as long as it should go on, from where it is; answers whether it came to the end. */
  build(goesOn: () => boolean): boolean {
    const { cursor } = this;
    while (!cursor.done) {
      if (!goesOn()) return false;
      cursor.next();
      if (this.dead) this.pending = 0;
      else {
        chargeInstruction(this);
        if (this.probes !== undefined) this.probe(this.probes);
      }
      if (lowerControl(this) || this.plain() || ARMS.some((arm) => arm(this))) continue;
      throw new InternalError(`lowering does not know ${cursor.row.name}`, { offset: cursor.at });
    }
    this.code.ready();
    return true;
  }

  funcType(typeIndex: number): FuncType {
    return this.valid.module.types[typeIndex].comp as FuncType;
  }

  newLabel(): LabelId {
    return this.labels++;
  }

  /** An op whose operands are known: no values have to be computed for it. */
  emitOp(op: string, ...operands: number[]): void {
    this.code.statement(op, this.cursor.at, ...operands);
  }

  private probe(probes: Probes): void {
    const { operands, cursor } = this;
    this.emitOp('probe', probes.length);
    probes.add(cursor.at, operands.height - this.hidden, operands.top);
  }

  /** Operations on operands, locals, globals and memory. Answers false for an instruction that it does not know. */
  private plain(): boolean {
    const { cursor, operands } = this;
    const { row, at } = cursor;
    switch (row.imm) {
      case 'none':
        return this.numeric();
      case 'i32':
      case 'f32':
        operands.push(constNode(row.imm === 'i32' ? I32 : F32, cursor.lo, 0, at));
        return true;
      case 'i64':
      case 'f64':
        operands.push(constNode(row.imm === 'i64' ? I64 : F64, cursor.lo, cursor.hi, at));
        return true;
      case 'local':
        this.local();
        return true;
      case 'global':
        this.global();
        return true;
      case 'v128':
      case 'lanes':
      case 'lane':
        return this.vector();
      case 'heap':
        operands.push(constNode(cursor.valType, 0, 0, at));
        return true;
      case 'select':
        return this.select();
      default:
        return this.indexed();
    }
  }

  private numeric(): boolean {
    const { cursor, operands } = this;
    const { name, sig } = cursor.row;
    if (name === 'nop') return true;
    if (name === 'drop') {
      const place = operands.place(operands.height - 1);
      const value = operands.pop();
      if ((value.effects & TRAPS) === 0) return true;
      // It is computed into its place, which values below may still read.
      operands.flushAbove(place, operands.height);
      this.set(place, value);
      return true;
    }
    if (name === 'select') return this.select();
    if (sig === undefined || sig.pushes.length !== 1 || sig.pops.length === 0) return false;
    return this.operation(sig, 0);
  }

  /** An operation on one to three operands that gives one value; `lane` is its immediate, if it has one. */
  private operation(sig: Signature, lane: number): boolean {
    const { cursor, operands } = this;
    const { name, traps } = cursor.row;
    const effects = traps ? TRAPS : 0;
    const t = sig.pushes[0];
    if (sig.pops.length === 1) {
      const a = operands.pop();
      // Reinterpretations and wrapping move no bits: the slot's words are the value.
      if (a.kind === 'slot' && MOVES_NO_BITS.has(name)) operands.push(slotNode(a.lo, t, cursor.at));
      else operands.push(treeNode('unary', name, t, effects, cursor.at, a, undefined, undefined, lane));
      return true;
    }
    const c = sig.pops.length === 3 ? operands.pop() : undefined;
    const b = operands.pop();
    const a = operands.pop();
    operands.push(treeNode(c === undefined ? 'binary' : 'ternary', name, t, effects, cursor.at, a, b, c, lane));
    return true;
  }

  /** v128.const, lanes, shuffles. */
  private vector(): boolean {
    const { cursor, operands } = this;
    const { row, at } = cursor;
    if (row.imm === 'lane') return this.operation(row.sig as Signature, cursor.lane);
    const constant = this.vectorConst(cursor.immOffset);
    if (row.imm === 'v128') {
      operands.push(constant);
      return true;
    }
    const b = operands.pop();
    const a = operands.pop();
    operands.push(treeNode('ternary', row.name, V128, 0, at, a, b, constant));
    return true;
  }

  private vectorConst(offset: number): Node {
    const { at } = this.cursor;
    const reader = new Reader(this.valid.module.funcs.bytes, offset, offset + 16);
    const low = constNode(I64, reader.bits32(), reader.bits32(), at);
    const high = constNode(I64, reader.bits32(), reader.bits32(), at);
    return treeNode('v128', '', V128, 0, at, low, high);
  }

  private select(): boolean {
    const { cursor, operands } = this;
    const c = operands.pop();
    const b = operands.pop();
    const a = operands.pop();
    operands.push(treeNode('select', 'select', a.t, 0, cursor.at, a, b, c));
    return true;
  }

  private local(): void {
    const { cursor, operands, layout } = this;
    const slot = layout.localSlots[cursor.index];
    const t = layout.localTypes[cursor.index];
    if (cursor.row.name === 'local.get') {
      operands.push(slotNode(slot, t, cursor.at));
      return;
    }
    const value = operands.pop();
    operands.flushReaders(slot);
    if (!this.retarget(value, slot)) this.set(slot, value);
    if (cursor.row.name === 'local.tee') operands.push(slotNode(slot, t, cursor.at));
  }

  /** Writes a value to a slot, after everything that has to come before. */
  set(slot: number, value: Node): void {
    if ((value.effects & TRAPS) !== 0) this.operands.flushEffects(TRAPS);
    if (value.kind !== 'slot' || value.lo !== slot) this.code.set(slot, value);
  }

  /** A value that the last statement puts in its place can go to a local at once; a tee has read the place of a local already. */
  private retarget(value: Node, slot: number): boolean {
    return value.kind === 'slot' && value.lo >= this.layout.operands && this.code.retarget(value.lo, slot);
  }

  /** An object operation: operands from the stack, the result, if there is one, in its place. */
  object(op: ObjectName, pops: number, result: ValType | undefined, k = 0): true {
    const { operands, cursor } = this;
    const values = operands.popMany(pops);
    const { height } = operands;
    operands.flushForEffect();
    const place = operands.place(height);
    if (result !== undefined) operands.flushAbove(place, height);
    this.code.operation(op, result === undefined ? -1 : place, values, k, cursor.at);
    if (result !== undefined) operands.pushPlaced(result);
    return true;
  }

  /** Globals whose words are in the instance: all but imported mutable ones. */
  private global(): void {
    const { cursor, operands, valid } = this;
    const { index, at } = cursor;
    const type = valid.globalTypes[index];
    const get = cursor.row.name === 'global.get';
    const outside = slotsOf(type.val) > 1 || (index < valid.importedGlobals && type.mutable);
    if (outside || (type.val > 0 && !get)) {
      if (get) this.out('global.get', 0, [type.val], index);
      else this.out('global.set', 1, [], index);
      return;
    }
    if (get) {
      const place = type.val > 0 ? index : index * 4;
      const effects = type.mutable ? READS : 0;
      operands.push(treeNode('global', '', type.val, effects, at, undefined, undefined, undefined, place));
      return;
    }
    const value = operands.pop();
    operands.flushForEffect();
    this.code.statement(isWide(value.t) ? 'global.set64' : 'global.set32', at, value, index * 4);
  }

  /** Instructions on tables, segments and whole memories. */
  private indexed(): boolean {
    const { index, index2, row } = this.cursor;
    const { name } = row;
    const pops = OUT_OF_LINE.get(name);
    if (pops === undefined) return false;
    const table = this.valid.tableTypes[index];
    const two = name.endsWith('.copy') || name.endsWith('.init');
    const results: ValType[] = [];
    if (name === 'table.get') results.push(table.elem);
    else if (name === 'ref.func') results.push(FUNCREF);
    else if (name === 'table.size' || name === 'table.grow') results.push(table.addr);
    return this.out(name as OutName, pops, results, index, two ? index2 : 0);
  }

  /** An out-of-line instruction: operands in their places, results in the same. */
  out(fn: OutName, pops: number, pushes: readonly ValType[], l = 0, m = 0): boolean {
    const { operands } = this;
    const height = operands.height - pops;
    operands.flushForEffect();
    operands.flushFrom(height);
    const base = operands.place(height);
    operands.flushAbove(base, height);
    operands.truncate(height);
    this.emitOp('out', OUT_NAMES.indexOf(fn), l, m, base * 2);
    operands.pushAll(pushes);
    return true;
  }
}
