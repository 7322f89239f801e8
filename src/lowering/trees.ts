// First half of lowering: a valid function body -> statements over expression trees.
// https://webassembly.github.io/spec/core/exec/instructions.html
// local.get, constants and pure operations become trees that vanish into their users; statements keep the order of
// effects and traps. Control is in tree-control.ts. It assumes that the body is valid.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { InternalError } from '../errors.ts';
import type { FrameLocals, Probe } from './probes.ts';
import type { Signature } from '../syntax/instructions.ts';
import { F32, F64, FUNCREF, type FuncType, I32, I64, V128, type ValType } from '../syntax/types.ts';
import type { Prices } from '../syntax/prices.ts';
import type { ValidModule } from '../validator/module.ts';
import {
  type LabelId,
  type Node,
  READS,
  type Statement,
  TRAPS,
  constNode,
  leafNode,
  slotNode,
  treeNode,
  MOVES_NO_BITS,
} from './nodes.ts';
import type { Region } from './handlers.ts';
import { Operands, slotsOf } from './operands.ts';
import { opNumber } from './op-table.ts';
import { type ObjectName, OUT_NAMES, type OutName } from './out-names.ts';
import { ARMS } from './arms.ts';
import { chargeInstruction } from './charges.ts';
import { type Frame, lowerControl } from './tree-control.ts';

/** What the second half needs. */
export interface Trees {
  readonly statements: readonly Statement[];
  readonly labels: number;
  /** Slots of parameters, of all locals, and of everything before scratch slots. */
  readonly paramSlots: number;
  readonly localSlots: number;
  readonly slots: number;
  /** Slots of declared locals of reference type, which start as null. */
  readonly refLocals: readonly number[];
  readonly usesRefs: boolean;
  readonly probes: readonly Probe[];
  /** Bodies of tries. */
  readonly regions: readonly Region[];
}

const PARTIAL = ['div_s', 'div_u', 'rem_s', 'rem_u', 'trunc_f32_s', 'trunc_f32_u', 'trunc_f64_s', 'trunc_f64_u'];
/** Numeric instructions that can trap. */
const TRAPPING = new Set(PARTIAL.flatMap((name) => [`i32.${name}`, `i64.${name}`]));
/** Operands that a probe describes, from the top. More than any instruction pops, bar calls and branches. */
const MAX_PROBED = 64;
/** Slots of locals that a call clears for nothing. */
const FREE_LOCALS = 64;
const ACCESS_BYTES = (align: number): number => 2 ** align;

/** Accesses that do what another one does: f32 and f64 move as bits, and narrow stores take the low word. */
const ACCESS_OPS: Readonly<Record<string, string>> = {
  'f32.load': 'i32.load',
  'f64.load': 'i64.load',
  'f32.store': 'i32.store',
  'f64.store': 'i64.store',
  'i64.store8': 'i32.store8',
  'i64.store16': 'i32.store16',
  'i64.store32': 'i32.store',
};

/** Loads that are two ops: the load, and the extension of what it gives. */
const SPLIT_LOADS: Readonly<Record<string, string>> = {
  'i64.load8_s': 'i32.load8_s',
  'i64.load16_s': 'i32.load16_s',
  'i64.load16_u': 'i32.load16_u',
};

/** Memory index and lane of an access, in one number. */
export function accessPlace(memory: number, lane: number): number {
  return memory * 16 + lane;
}

export class TreeBuilder {
  readonly valid: ValidModule;
  readonly cursor: InstructionCursor;
  readonly statements: Statement[] = [];
  readonly operands: Operands;
  readonly type: FuncType;
  readonly frames: Frame[] = [];
  readonly traced: boolean;
  readonly probes: Probe[] = [];
  readonly regions: Region[] = [];
  /** Statements that come after all others: what runs after a catch. */
  readonly behind: Statement[] = [];
  /** Places on the operand stack that are no operands: caught exceptions of the legacy form. */
  hidden = 0;
  labels = 0;
  usesRefs = false;
  readonly prices: Prices;
  /** What the instructions since the last charge come to, in units of fuel. */
  pending: number;
  /** Code cannot be reached; `skip` counts the blocks opened since. */
  dead = false;
  skip = 0;
  private readonly localTypes: ValType[];
  private readonly localSlot: number[] = [];
  private readonly frameLocals: FrameLocals;
  private readonly refLocals: number[] = [];
  private readonly paramSlots: number;
  private readonly localSlots: number;

  /** `reserved` slots behind the parameters are left to whoever evaluates the trees. */
  constructor(valid: ValidModule, funcIndex: number, traced: boolean, reserved: number, prices: Prices) {
    const { module } = valid;
    const defined = funcIndex - valid.importedFuncs;
    const reader = new Reader(module.funcs.bytes, module.funcs.start[defined], module.funcs.end[defined]);
    this.valid = valid;
    this.traced = traced;
    this.prices = prices;
    this.type = this.funcType(valid.funcTypes[funcIndex]);
    const locals = decodeLocals(reader, this.type.params.length);
    this.localTypes = [...this.type.params];
    this.frameLocals = { types: this.localTypes, slots: this.localSlot };
    locals.types.forEach((t, i) => {
      for (let n = locals.counts[i]; n > 0; n--) this.localTypes.push(t);
    });
    let slot = 0;
    this.paramSlots = this.type.params.reduce((sum, t) => sum + slotsOf(t), 0);
    this.localTypes.forEach((t, i) => {
      if (i === this.type.params.length) slot += reserved;
      this.localSlot.push(slot);
      if (t > 0) {
        this.usesRefs = true;
        if (i >= this.type.params.length) this.refLocals.push(slot);
      }
      slot += slotsOf(t);
    });
    if (this.localTypes.length === this.type.params.length) slot += reserved;
    this.localSlots = slot;
    const cleared = slot - this.paramSlots - reserved;
    this.pending = cleared > FREE_LOCALS ? cleared * this.prices.value : 0;
    this.operands = new Operands(this.statements, slot);
    this.operands.eager = traced;
    const resultSlots = this.type.results.reduce((sum, t) => sum + slotsOf(t), 0);
    this.operands.maxSlot = Math.max(slot, resultSlots);
    if (this.type.results.some((t) => t > 0)) this.usesRefs = true;
    this.cursor = new InstructionCursor(module.funcs.bytes, reader.offset, reader.end);
  }

  build(): Trees {
    const { cursor } = this;
    this.frames.push({
      kind: 'func',
      label: this.newLabel(),
      orElse: -1,
      height: 0,
      params: [],
      results: this.type.results,
      used: false,
      region: -1,
    });
    while (!cursor.done) {
      cursor.next();
      if (this.dead) this.pending = 0;
      else {
        chargeInstruction(this);
        if (this.traced) this.probe();
      }
      if (lowerControl(this) || this.plain() || ARMS.some((arm) => arm(this))) continue;
      throw new InternalError(`lowering does not know ${cursor.row.name}`, { offset: cursor.at });
    }
    for (const statement of this.behind) this.statements.push(statement);
    return {
      statements: this.statements,
      labels: this.labels,
      paramSlots: this.paramSlots,
      localSlots: this.localSlots,
      slots: this.operands.maxSlot,
      refLocals: this.refLocals,
      usesRefs: this.usesRefs,
      probes: this.probes,
      regions: this.regions,
    };
  }

  funcType(typeIndex: number): FuncType {
    return this.valid.module.types[typeIndex].comp as FuncType;
  }

  newLabel(): LabelId {
    return this.labels++;
  }

  emit(statement: Statement): void {
    this.statements.push(statement);
  }

  /** An op whose operands are known: no values have to be computed for it. */
  emitOp(op: string, ...operands: readonly number[]): void {
    this.emit({ kind: 'op', op, operands, at: this.cursor.at });
  }

  /** Pushes a value and notes references, for which the frame needs room in REFERENCES. */
  push(node: Node): void {
    if (node.t > 0) this.usesRefs = true;
    this.operands.push(node);
  }

  pushPlaced(t: ValType): void {
    if (t > 0) this.usesRefs = true;
    this.operands.pushPlaced(t, this.cursor.at);
  }

  private probe(): void {
    const { operands, cursor } = this;
    const from = Math.max(0, operands.height - MAX_PROBED);
    const stack = operands.nodes.slice(from).map((node) => node.t);
    this.emitOp('probe', this.probes.length);
    const height = operands.height - this.hidden;
    const locals = this.frameLocals;
    this.probes.push({ offset: cursor.at, base: operands.place(from), stack, height, locals });
  }

  /** Operations on operands, locals, globals and memory. Answers false for an instruction that it does not know. */
  private plain(): boolean {
    const { cursor } = this;
    const { row, at } = cursor;
    switch (row.imm) {
      case 'none':
        return this.numeric();
      case 'i32':
      case 'f32':
        this.push(constNode(row.imm === 'i32' ? I32 : F32, cursor.lo, 0, at));
        return true;
      case 'i64':
      case 'f64':
        this.push(constNode(row.imm === 'i64' ? I64 : F64, cursor.lo, cursor.hi, at));
        return true;
      case 'local':
        this.local();
        return true;
      case 'global':
        this.global();
        return true;
      case 'memarg':
      case 'memarg_lane':
        return !row.name.includes('atomic') && this.access();
      case 'v128':
      case 'lanes':
      case 'lane':
        return this.vector();
      case 'heap':
        this.push(constNode(cursor.valType, 0, 0, at));
        return true;
      case 'select':
        return this.select();
      case 'memory':
        return this.memory();
      default:
        return this.rare();
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
    const { name } = cursor.row;
    const effects = TRAPPING.has(name) ? TRAPS : 0;
    const t = sig.pushes[0];
    if (sig.pops.length === 1) {
      const a = operands.pop();
      // Reinterpretations and wrapping move no bits: the slot's words are the value.
      if (a.kind === 'slot' && MOVES_NO_BITS.has(name)) this.push(slotNode(a.lo, t, cursor.at));
      else this.push(treeNode('unary', name, t, effects, cursor.at, a, undefined, undefined, lane));
      return true;
    }
    const c = sig.pops.length === 3 ? operands.pop() : undefined;
    const b = operands.pop();
    const a = operands.pop();
    this.push(treeNode(c === undefined ? 'binary' : 'ternary', name, t, effects, cursor.at, a, b, c, lane));
    return true;
  }

  /** v128.const, lanes, shuffles. */
  private vector(): boolean {
    const { cursor, operands } = this;
    const { row, at } = cursor;
    if (row.imm === 'lane') return this.operation(row.sig as Signature, cursor.lane);
    const constant = this.vectorConst(cursor.immOffset);
    if (row.imm === 'v128') {
      this.push(constant);
      return true;
    }
    const b = operands.pop();
    const a = operands.pop();
    this.push(treeNode('ternary', row.name, V128, 0, at, a, b, constant));
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
    this.push(treeNode('select', 'select', a.t, 0, cursor.at, a, b, c));
    return true;
  }

  /** Writes a value to a slot, after everything that has to come before. */
  set(slot: number, value: Node): void {
    if ((value.effects & TRAPS) !== 0) this.operands.flushEffects(TRAPS);
    if (value.kind === 'slot' && value.lo === slot) return;
    this.emit({ kind: 'set', slot, value, at: value.at });
  }

  private local(): void {
    const { cursor, operands } = this;
    const slot = this.localSlot[cursor.index];
    const t = this.localTypes[cursor.index];
    if (cursor.row.name === 'local.get') {
      this.push(slotNode(slot, t, cursor.at));
      return;
    }
    const value = operands.pop();
    operands.flushReaders(slot);
    if (!this.retarget(value, slot)) this.set(slot, value);
    if (cursor.row.name === 'local.tee') this.push(slotNode(slot, t, cursor.at));
  }

  /** A value that the last statement puts in its place can go to a local at once. */
  private retarget(value: Node, slot: number): boolean {
    const last = this.statements[this.statements.length - 1];
    if (last?.kind !== 'object' || value.kind !== 'slot' || last.slot !== value.lo) return false;
    // A tee that was here before has read the place already.
    if (value.lo < this.localSlots) return false;
    this.statements[this.statements.length - 1] = { ...last, slot };
    return true;
  }

  /** An object operation: operands from the stack, the result, if there is one, in its place. */
  object(op: ObjectName, pops: number, result: ValType | undefined, k = 0): true {
    const { operands, cursor } = this;
    const height = operands.height - pops;
    const values: Node[] = operands.nodes.slice(height);
    operands.truncate(height);
    operands.flushForEffect();
    const place = operands.place(height);
    if (result !== undefined) operands.flushAbove(place, height);
    this.usesRefs = true;
    this.emit({ kind: 'object', op, slot: result === undefined ? -1 : place, operands: values, k, at: cursor.at });
    if (result !== undefined) this.pushPlaced(result);
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
      this.push(leafNode('global', type.val, type.val > 0 ? index : index * 4, type.mutable ? READS : 0, at));
      return;
    }
    const value = operands.pop();
    operands.flushForEffect();
    this.emit({ kind: 'global.set', word: index * 4, value, at });
  }

  /** Loads and stores. Atomic accesses other than these are in lower-atomics.ts. */
  private access(): boolean {
    const { cursor, operands } = this;
    const { sig, name } = cursor.row;
    const op = ACCESS_OPS[name] ?? name;
    const { pops, pushes } = sig as Signature;
    const lane = cursor.row.imm === 'memarg_lane' ? cursor.lane : 0;
    const fast = opNumber(op) !== undefined && this.fastAccess();
    const vector = pops.length === 2 && pushes.length === 1 ? operands.pop() : undefined;
    const narrow = SPLIT_LOADS[name];
    if (narrow !== undefined && this.fastAccess()) {
      const load = treeNode(
        'load',
        narrow,
        I32,
        TRAPS | READS,
        cursor.at,
        operands.pop(),
        undefined,
        undefined,
        cursor.lo,
      );
      const extend = name.endsWith('_s') ? 'i64.extend_i32_s' : 'i64.extend_i32_u';
      this.push(treeNode('unary', extend, I64, 0, cursor.at, load));
      return true;
    }
    if (pushes.length === 1) {
      const address = operands.pop();
      const kind = fast ? 'load' : 'access';
      const where = fast ? 0 : accessPlace(cursor.index, lane);
      this.push(
        treeNode(kind, op, pushes[0], TRAPS | READS, cursor.at, address, vector, undefined, this.offset(), where),
      );
      return true;
    }
    const value = operands.pop();
    const address = operands.pop();
    operands.flushForEffect();
    const { at } = cursor;
    const offset = this.offset();
    if (fast) this.emit({ kind: 'store', op, address, value, offset, at });
    else {
      const where = accessPlace(cursor.index, lane);
      this.emit({ kind: 'access', op, slot: 0, operands: [address, value], offset, where, at });
    }
    return true;
  }

  /**
   * The immediate offset. One that needs more than 32 bits is past the end of any memory, as are the largest of 32; the
   * lowest bits stay, by which atomic accesses are aligned or not.
   */
  offset(): number {
    const { hi, lo } = this.cursor;
    return hi === 0 ? lo : lo | ~7;
  }

  /** Memory 0 with 32-bit addresses, and the access at address 0 lies within the minimum size. */
  private fastAccess(): boolean {
    const { cursor, valid } = this;
    if (cursor.index !== 0 || cursor.hi !== 0) return false;
    const type = valid.memTypes[0];
    const end = (cursor.lo >>> 0) + ACCESS_BYTES(cursor.row.align as number);
    return type.addr === I32 && BigInt(end) <= type.limits.min << BigInt(type.pageSizeLog2) && end < 2 ** 31;
  }

  private memory(): boolean {
    const { cursor, operands, valid } = this;
    const { name } = cursor.row;
    const type = valid.memTypes[cursor.index];
    const plain = cursor.index === 0 && type.addr === I32 && type.pageSizeLog2 === 16;
    switch (name) {
      case 'memory.size':
        if (!plain) return this.out('memory.size', 0, [type.addr], cursor.index);
        this.push(leafNode('size', I32, 0, READS, cursor.at));
        return true;
      case 'memory.grow': {
        const value = operands.pop();
        const slot = operands.place(operands.height);
        operands.flushForEffect();
        operands.flushAbove(slot, operands.height);
        this.emit({ kind: 'memory.grow', slot, value, memory: cursor.index, at: cursor.at });
        this.pushPlaced(type.addr);
        return true;
      }
      case 'memory.fill':
        return this.out('memory.fill', 3, [], cursor.index);
      default:
        return false;
    }
  }

  private rare(): boolean {
    const { cursor, valid } = this;
    const { index, index2 } = cursor;
    switch (cursor.row.name) {
      case 'table.get':
        return this.out('table.get', 1, [valid.tableTypes[index].elem], index);
      case 'table.set':
        return this.out('table.set', 2, [], index);
      case 'table.size':
        return this.out('table.size', 0, [valid.tableTypes[index].addr], index);
      case 'table.grow':
        return this.out('table.grow', 2, [valid.tableTypes[index].addr], index);
      case 'table.fill':
        return this.out('table.fill', 3, [], index);
      case 'ref.func':
        return this.out('ref.func', 0, [FUNCREF], index);
      case 'elem.drop':
      case 'data.drop':
        return this.out(cursor.row.name, 0, [], index);
      case 'table.copy':
      case 'memory.copy':
      case 'table.init':
      case 'memory.init':
        return this.out(cursor.row.name, 3, [], index, index2);
      default:
        return false;
    }
  }

  /** An out-of-line instruction: operands in their places, results in the same. */
  out(fn: OutName, pops: number, pushes: readonly ValType[], l = 0, m = 0): boolean {
    const { operands } = this;
    const height = operands.height - pops;
    operands.flushForEffect();
    operands.flushFrom(height);
    const base = operands.place(height);
    operands.flushAbove(base, height);
    for (let h = height; h < operands.height; h++) if (operands.nodes[h].t > 0) this.usesRefs = true;
    operands.truncate(height);
    this.emitOp('out', OUT_NAMES.indexOf(fn), l, m, base * 2);
    for (const t of pushes) this.pushPlaced(t);
    return true;
  }
}
