// What is known of a function before it runs: its instructions as text, where branches lead, how much each pops.
// https://webassembly.github.io/spec/core/binary/instructions.html
// Bodies are walked once for their labels; an instruction's text is made when it first runs.
import { unsigned64 } from '../syntax/bits.ts';
import { branchesOf } from '../decoder/branches.ts';
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import type { Row } from '../syntax/instructions.ts';
import { cutSaid } from '../syntax/shown.ts';
import { type FuncType, asFunc } from '../syntax/types.ts';
import { printInstruction } from '../text/printer-instruction.ts';
import type { InstructionNames } from '../text/printer-names.ts';
import type { ValidModule } from '../validator/module.ts';
import { popsOf } from './arity.ts';

/** How operands are written: `a + b`, `[a]`, `(a, b)`. */
export type Shape = 'list' | 'call' | 'call_indirect' | 'load' | 'store' | 'condition';

/** Where branches to a block go. */
export interface Label {
  readonly kind: 'func' | 'block' | 'loop';
  /** Values that a branch to it carries. */
  readonly arity: number;
  /** Offset in the module of the instruction that runs next; -1 for the function's label. */
  target: number;
}

/** An instruction of a function, without values. */
export interface Instruction {
  readonly row: Row;
  readonly offset: number;
  readonly next: number;
  readonly imm: string;
  readonly pops: number;
  readonly shape: Shape;
  /** Branches and br_table: where they may go, the last one is br_table's default. */
  readonly labels: readonly Label[];
  /** `if`: where a false condition goes; `else`: after the block. Otherwise -1. */
  readonly jump: number;
  /** Ends the function: `return`, or the last `end`. */
  readonly returns: boolean;
  readonly calls: boolean;
  readonly branches: boolean;
  readonly touchesMemory: boolean;
  /** Immediates: indices, and a memory access's offset. */
  readonly index: number;
  readonly index2: number;
  readonly memOffset: bigint;
}

interface Block {
  readonly label: Label;
  /** The `if` whose false condition is not known to lead anywhere yet, and the `else` that jumps to the end; or -1. */
  ifAt: number;
  elseAt: number;
}

const NO_LABELS: readonly Label[] = [];

export class FunctionInfo {
  /** Offsets in the module: of the body, which begins with its locals. */
  readonly start: number;
  readonly type: FuncType;
  /** As it is shown: escaped. */
  readonly name: string;
  readonly names: InstructionNames;
  private readonly valid: ValidModule;
  private readonly end: number;
  private lastEnd = -1;
  private readonly labels = new Map<number, readonly Label[]>();
  private readonly jumps = new Map<number, number>();
  private readonly known = new Map<number, Instruction>();

  constructor(valid: ValidModule, index: number, name: string, names: InstructionNames) {
    const { funcs, types } = valid.module;
    const defined = index - valid.importedFuncs;
    this.valid = valid;
    this.name = name;
    this.names = names;
    this.start = funcs.start[defined];
    this.end = funcs.end[defined];
    this.type = asFunc(types[funcs.types[defined]].comp);
    this.walk();
  }

  /** The instruction at an offset of the module. */
  instruction(offset: number): Instruction {
    let found = this.known.get(offset);
    if (found === undefined) {
      found = this.read(offset);
      this.known.set(offset, found);
    }
    return found;
  }

  private read(offset: number): Instruction {
    const { module, funcTypes } = this.valid;
    const cursor = new InstructionCursor(module.funcs.bytes, offset, this.end);
    cursor.next();
    const { row } = cursor;
    const { name } = row;
    const memory = row.parts[0] === 'memarg' || name.startsWith('memory.');
    return {
      row,
      offset,
      next: cursor.offset,
      imm: cutSaid(printInstruction(cursor, this.names).slice(name.length).trimStart()),
      pops: popsOf(cursor, module, funcTypes, this.valid.tagTypes),
      shape: shapeOf(row),
      labels: this.labels.get(offset) ?? NO_LABELS,
      jump: this.jumps.get(offset) ?? -1,
      returns: name === 'return' || offset === this.lastEnd,
      calls: name.includes('call'),
      branches: name.startsWith('br') || name === 'if' || name === 'else',
      touchesMemory: memory && name !== 'memory.size',
      index: cursor.index,
      index2: cursor.index2,
      memOffset: row.parts[0] === 'memarg' ? unsigned64(cursor.lo, cursor.hi) : 0n,
    };
  }

  /** Follows the nesting of blocks, without values. */
  private walk(): void {
    const { bytes } = this.valid.module.funcs;
    const reader = new Reader(bytes, this.start, this.end);
    decodeLocals(reader, this.type.params.length);
    const cursor = new InstructionCursor(bytes, reader.offset, this.end);
    const open: Block[] = [
      { label: { kind: 'func', arity: this.type.results.length, target: -1 }, ifAt: -1, elseAt: -1 },
    ];
    const at = (depth: number): Label => open[open.length - 1 - depth].label;
    while (!cursor.done) {
      cursor.next();
      const { row } = cursor;
      if (row.nests === 'opens') open.push(this.block(cursor));
      else if (row.name === 'else') this.orElse(cursor, open[open.length - 1]);
      else if (row.nests === 'closes') this.close(cursor, open.pop() as Block);
      else {
        const branches = branchesOf(cursor);
        if (branches.length > 0) this.labels.set(cursor.at, branches.map(at));
      }
    }
    this.lastEnd = cursor.at;
  }

  private block(cursor: InstructionCursor): Block {
    const { row, typeIndex, valType } = cursor;
    const type = typeIndex >= 0 ? asFunc(this.valid.module.types[typeIndex].comp) : undefined;
    const results = type?.results.length ?? (valType === 0 ? 0 : 1);
    const loop = row.name === 'loop';
    const label: Label = loop
      ? { kind: 'loop', arity: type?.params.length ?? 0, target: cursor.offset }
      : { kind: 'block', arity: results, target: -1 };
    return { label, ifAt: row.name === 'if' ? cursor.at : -1, elseAt: -1 };
  }

  private orElse(cursor: InstructionCursor, block: Block): void {
    this.jumps.set(block.ifAt, cursor.offset);
    block.ifAt = -1;
    block.elseAt = cursor.at;
  }

  private close(cursor: InstructionCursor, { label, ifAt, elseAt }: Block): void {
    if (label.kind === 'block') label.target = cursor.offset;
    if (ifAt >= 0) this.jumps.set(ifAt, cursor.offset);
    if (elseAt >= 0) this.jumps.set(elseAt, cursor.offset);
  }
}

function shapeOf({ name, parts, sig }: Row): Shape {
  if (name.includes('call')) return name.endsWith('_indirect') || name.endsWith('_ref') ? 'call_indirect' : 'call';
  if (parts[0] === 'memarg') {
    if (sig?.pops.length === 2 && sig.pushes.length === 0) return 'store';
    return sig?.pops.length === 1 ? 'load' : 'list';
  }
  if (name === 'br' || name === 'return' || name === 'end') return 'call';
  return name === 'if' || name === 'br_if' ? 'condition' : 'list';
}
