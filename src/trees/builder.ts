// What a valid function body means: statements over expression trees, for every tier that makes something of it (sink.ts).
// https://webassembly.github.io/spec/core/exec/instructions.html
// local.get, constants and pure operations become trees that vanish into their users; statements keep the order of effects and
// traps. What each instruction does is in arms/, which use the verbs of the builder here. How it is done, no file here says.
import { type CatchClause, InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Prices } from '../syntax/prices.ts';
import { type FuncType, I32, type ValType, asFunc } from '../syntax/types.ts';
import type { ValidModule } from '../validator/module.ts';
import type { FrameLayout } from './frame.ts';
import { Regions } from '../runtime/handlers.ts';
import { type LabelId, type Node, TRAPS } from './nodes.ts';
import { Operands } from './operands.ts';
import type { ObjectName, OutName } from './operations.ts';
import type { Sink, Statement } from './sink.ts';
import { Probes } from '../runtime/probes.ts';

/** Slots of locals that a call clears for nothing. */
const FREE_LOCALS = 64;

/** Whether code can be reached, and what the instructions since the last charge come to, in units of fuel. */
export interface Path {
  readonly dead: boolean;
  readonly pending: number;
}

/** A control frame. `label` is where branches to it go: its end, or the start of a loop. */
export interface Frame {
  kind: 'func' | 'block' | 'loop' | 'if' | 'else' | 'try_table' | 'try' | 'catch';
  readonly label: LabelId;
  /** `if`: the label of its else branch. */
  readonly orElse: LabelId;
  /** Height of the operand stack below its parameters. */
  readonly height: number;
  readonly type: FuncType;
  /** Something branches to `label`. */
  used: boolean;
  /** What is thrown inside goes to this region (handlers.ts); -1 is the caller. */
  region: number;
  /** The region that is the body of this try. */
  own: number;
  /** How the body of a legacy try ended. */
  end: Path | undefined;
  /** Those of a try_table. */
  catches: readonly CatchClause[] | undefined;
  /** What else the end of a try does; its frame is closed already. */
  atEnd: ((b: TreeBuilder, frame: Frame) => void) | undefined;
}

export class TreeBuilder {
  readonly valid: ValidModule;
  readonly layout: FrameLayout;
  readonly cursor: InstructionCursor;
  readonly code: Sink;
  readonly operands: Operands;
  readonly frames: Frame[] = [];
  readonly regions = new Regions();
  /** Of traced code. */
  readonly probes: Probes | undefined;
  readonly prices: Prices;
  /** What the instructions since the last charge come to, in units of fuel. */
  pending: number;
  /** Places on the operand stack that are no operands: caught exceptions of the legacy form. */
  private hidden = 0;
  private labels = 0;
  /** Bytes that memory 0 has at least, if its addresses have 32 bits. */
  readonly fastBytes: number;
  /** Code cannot be reached; `skip` counts the blocks opened since. */
  dead = false;
  private skip = 0;

  /** `code` takes what the body means; `traced`: with a probe before each instruction. */
  constructor(valid: ValidModule, layout: FrameLayout, code: Sink, traced: boolean, prices: Prices) {
    const { localTypes, localSlots, size, start, end } = layout;
    this.valid = valid;
    this.layout = layout;
    this.prices = prices;
    // No integer at first: V8 would take it for one, and have code for that, until it is none.
    this.pending = 0.5;
    this.pending = layout.cleared > FREE_LOCALS ? layout.cleared * prices.value : 0;
    this.cursor = new InstructionCursor(valid.module.funcs.bytes, start, end);
    const memory = valid.memTypes[0];
    this.fastBytes = memory?.addr === I32 ? Number(memory.limits.min) * 2 ** memory.pageSizeLog2 : 0;
    this.code = code;
    this.probes = traced ? new Probes({ types: localTypes, slots: localSlots }) : undefined;
    this.operands = new Operands(this.code, this.cursor, layout.operands, size, this.probes);
    if (layout.refs) this.code.statement('refs.enter', -1, size);
    this.pushFrame('func', layout.type, 0, -1);
  }

  /** In code that cannot be reached only the nesting matters; returns whether the instruction belongs to an open block. */
  followDead(): boolean {
    const { nests } = this.cursor.row;
    if (nests === 'opens') this.skip++;
    else if (this.skip === 0) return nests !== undefined;
    else if (nests === 'closes') this.skip--;
    return false;
  }

  /** A new frame, which is the innermost one from now on. */
  pushFrame(kind: Frame['kind'], type: FuncType, height: number, region: number): Frame {
    const label = this.newLabel();
    const orElse = kind === 'if' ? this.newLabel() : -1;
    const frame = {
      kind,
      label,
      orElse,
      height,
      type,
      used: false,
      region,
      own: -1,
      end: undefined,
      catches: undefined,
      atEnd: undefined,
    };
    this.frames.push(frame);
    return frame;
  }

  /** What follows cannot be reached. */
  endReachable(): void {
    this.path = { dead: true, pending: 0 };
  }

  /** What follows can be reached, if it could not be, by branches that have been charged. */
  beginReachable(): void {
    this.dead = false;
  }

  get path(): Path {
    return { dead: this.dead, pending: this.pending };
  }

  set path({ dead, pending }: Path) {
    this.dead = dead;
    this.pending = pending;
  }

  /** So many places more on the operand stack are no operands. */
  hide(count: number): void {
    this.hidden += count;
  }

  funcType(typeIndex: number): FuncType {
    return asFunc(this.valid.module.types[typeIndex].comp);
  }

  newLabel(): LabelId {
    return this.labels++;
  }

  /** An op whose operands are known: no values have to be computed for it. */
  emitOp(op: Statement, ...operands: number[]): void {
    this.code.statement(op, this.cursor.at, ...operands);
  }

  /** Before the instruction under the cursor, in traced code. */
  probe(): void {
    const { operands, cursor, probes } = this;
    if (probes === undefined) return;
    this.emitOp('probe', probes.length);
    probes.add(cursor.at, operands.height - this.hidden, operands.top);
  }

  /** Writes a value to a slot, after everything that has to come before. */
  set(slot: number, value: Node): void {
    if ((value.effects & TRAPS) !== 0) this.operands.flushEffects(TRAPS);
    if (value.kind !== 'slot' || value.lo !== slot) this.code.set(slot, value);
  }

  /** A value that the last statement puts in its place can go to a local at once; a tee has read the place of a local already. */
  retarget(value: Node, slot: number): boolean {
    return value.kind === 'slot' && value.lo >= this.layout.operands && this.code.retarget(value.lo, slot);
  }

  /** An object operation: operands from the stack, the result, if there is one, in its place. */
  object(op: ObjectName, pops: number, result: ValType | undefined, k = 0): void {
    const { operands, cursor } = this;
    const values = operands.popMany(pops);
    const { height } = operands;
    operands.flushForEffect();
    const place = operands.place(height);
    if (result !== undefined) operands.flushAbove(place, height);
    this.code.operation(op, result === undefined ? -1 : place, values, k, cursor.at);
    if (result !== undefined) operands.pushPlaced(result);
  }

  /** An out-of-line instruction: operands in their places, results in the same. */
  out(fn: OutName, pops: number, pushes: readonly ValType[], l = 0, m = 0): void {
    const { operands } = this;
    const height = operands.height - pops;
    operands.flushForEffect();
    operands.flushFrom(height);
    const base = operands.place(height);
    operands.flushAbove(base, height);
    operands.truncate(height);
    this.code.out(fn, l, m, base, this.cursor.at);
    operands.pushAll(pushes);
  }
}
