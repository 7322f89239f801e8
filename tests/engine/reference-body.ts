// Bodies and constant expressions for the slow reference, as lists of steps with their immediates.
import { type CatchClause, InstructionCursor } from '../../src/decoder/instruction-cursor.ts';
import { decodeLocals } from '../../src/decoder/locals.ts';
import { Reader } from '../../src/decoder/reader.ts';
import type { Expr, Module } from '../../src/syntax/module.ts';
import type { FuncType, ValType } from '../../src/syntax/types.ts';

export interface Step {
  readonly name: string;
  readonly index: number;
  readonly index2: number;
  readonly lo: number;
  readonly hi: number;
  readonly labels: readonly number[];
  readonly catches: readonly CatchClause[];
  readonly valType: ValType;
  readonly valType2: ValType;
  readonly type: FuncType;
  /** Of block, loop, if, try_table: index of `end`; of `if`: index of `else`, or of `end`. */
  end: number;
  orElse: number;
}

export interface Body {
  readonly locals: readonly ValType[];
  readonly steps: readonly Step[];
}

const BLOCKS = ['block', 'loop', 'if', 'try_table'];

export function stepsOf(module: Module, cursor: InstructionCursor): Step[] {
  const steps: Step[] = [];
  const open: number[] = [];
  while (!cursor.done) {
    cursor.next();
    const { index, index2, lo, hi, labels, typeIndex, valType, valType2, catches } = cursor;
    const { name } = cursor.row;
    const inline: FuncType = { kind: 'func', params: [], results: valType === 0 ? [] : [valType] };
    const isBlock = BLOCKS.includes(name);
    const type = isBlock && typeIndex >= 0 ? (module.types[typeIndex].comp as FuncType) : inline;
    const here = steps.length;
    const lists = { labels: [...labels], catches: [...catches] };
    steps.push({ name, index, index2, lo, hi, ...lists, valType, valType2, type, end: -1, orElse: -1 });
    if (isBlock) open.push(here);
    if (name === 'else') steps[open[open.length - 1]].orElse = here;
    if (name === 'end' && open.length > 0) {
      const start = steps[open.pop() as number];
      start.end = here;
      if (start.orElse < 0) start.orElse = here;
      else steps[start.orElse].end = here;
    }
  }
  return steps;
}

/** The body of a function, counted without imports. */
export function bodyOf(module: Module, func: number): Body {
  const { funcs } = module;
  const reader = new Reader(funcs.bytes, funcs.start[func], funcs.end[func]);
  const groups = decodeLocals(reader, 0);
  const locals = groups.types.flatMap((t, i) => new Array<ValType>(groups.counts[i]).fill(t));
  return { locals, steps: stepsOf(module, new InstructionCursor(funcs.bytes, reader.offset, reader.end)) };
}

export function expressionOf(module: Module, { bytes, start, end }: Expr): Body {
  return { locals: [], steps: stepsOf(module, new InstructionCursor(bytes, start, end)) };
}
