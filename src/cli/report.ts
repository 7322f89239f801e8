// Reports what stopped a program: its kind in one line, then the wasm frames with names and offsets.
// Traps, exhaustion and interruptions carry a backtrace; what a frame's names and types are comes from the modules.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { decodeNames } from '../decoder/names.ts';
import { type BacktraceFrame, type StoppedError, WasmError } from '../errors.ts';
import type { Module } from '../syntax/module.ts';
import { typeName } from '../syntax/types.ts';
import { bodyOf } from '../text/printer-body.ts';
import { Identifiers, printInstruction } from '../text/printer.ts';
import { funcTypeAt } from '../text/printer-types.ts';
import { cut } from '../syntax/shown.ts';
import { nameText, visible } from '../syntax/visible.ts';

/** Frames shown of a long backtrace, at its inner and at its outer end. */
const INNER = 12;
const OUTER = 4;

const hex = (n: number, digits = 4): string => `0x${n.toString(16).padStart(digits, '0')}`;

/** A module that runs, and its identifiers. */
export class Known {
  readonly module: Module;
  readonly ids: Identifiers;
  readonly name: string | undefined;
  /** Export names of functions that have no other name. */
  private readonly exported = new Map<number, string>();

  constructor(module: Module) {
    const names = decodeNames(module);
    this.module = module;
    this.ids = new Identifiers(names);
    this.name = names.module;
    for (const { name, kind, index } of module.exports) {
      if (kind === 'func' && !this.exported.has(index)) this.exported.set(index, name);
    }
  }

  /** `$fac`, or `export "fac"` where it has no name, or `func 3`. */
  func(index: number): string {
    const id = this.ids.index('func', index);
    if (id.startsWith('$')) return visible(cut(id));
    const exported = this.exported.get(index);
    return exported === undefined ? `func ${index}` : `export ${visible(nameText(cut(exported)))}`;
  }

  /** `(i32 i32) -> i64`. */
  signature(funcIndex: number): string {
    const body = bodyOf(this.module, funcIndex);
    const type = body === undefined ? undefined : funcTypeAt(this.module, body.type);
    if (type === undefined) return '';
    return `(${type.params.map(typeName).join(' ')}) -> ${type.results.map(typeName).join(' ') || '()'}`;
  }

  /** The instruction at an offset of the module, as text. */
  instruction(funcIndex: number, offset: number): string | undefined {
    const body = bodyOf(this.module, funcIndex);
    if (body === undefined || offset < body.start || offset >= body.end) return undefined;
    const bytes = this.module.funcs.bytes;
    const reader = new Reader(bytes, body.start, body.end);
    decodeLocals(reader, 0);
    const cursor = new InstructionCursor(bytes, reader.offset, body.end);
    while (!cursor.done) {
      cursor.next();
      if (cursor.at === offset) return printInstruction(cursor, this.ids.ofFunction(funcIndex));
      if (cursor.at > offset) return undefined;
    }
    return undefined;
  }

  /** `$boom+0x0b`: the offset counts from the start of the body. */
  place(funcIndex: number, offset: number): string {
    const body = bodyOf(this.module, funcIndex);
    return body === undefined ? this.func(funcIndex) : `${this.func(funcIndex)}+${hex(offset - body.start, 2)}`;
  }
}

/** The module that a frame belongs to: the only one with its name and a body at its offset, as far as that is known. */
function ownerOf({ func, offset, moduleName }: BacktraceFrame, modules: readonly Known[]): Known | undefined {
  const fitting = modules.filter(({ module, name }) => {
    const body = bodyOf(module, func);
    if (body === undefined || name !== moduleName) return false;
    return offset === undefined || (offset >= body.start && offset < body.end);
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

function frameLine(frame: BacktraceFrame, position: number, modules: readonly Known[]): string {
  const owner = ownerOf(frame, modules);
  const moduleName = frame.moduleName === undefined ? '' : `${visible(cut(frame.moduleName))}!`;
  const name =
    owner?.func(frame.func) ?? (frame.funcName === undefined ? `func ${frame.func}` : `$${cut(frame.funcName)}`);
  const offset = frame.offset === undefined ? 'unknown' : hex(frame.offset);
  return `  ${position}: ${offset} ${moduleName}${visible(name)}${owner?.signature(frame.func) ?? ''}`;
}

/** Where the innermost frame is, and its instruction. */
function topPlace({ func, offset }: BacktraceFrame, owner: Known | undefined): string {
  if (offset === undefined) return `${owner?.func(func) ?? 'an unknown place'} (func ${func})`;
  const instruction = owner?.instruction(func, offset);
  const shown = instruction === undefined ? '' : `   ${visible(cut(instruction))}`;
  return `${owner?.place(func, offset) ?? `func ${func}`} (func ${func}, module ${hex(offset)})${shown}`;
}

/** The lines below the first one of a report: the instruction that stopped, then the frames, innermost first. */
export function backtraceLines(
  { backtrace = [], moreFrames = 0 }: Partial<StoppedError>,
  modules: readonly Known[],
): string[] {
  const lines: string[] = [];
  if (backtrace.length > 0) {
    const [top] = backtrace;
    lines.push(`  at ${topPlace(top, ownerOf(top, modules))}`);
  }
  const hidden = backtrace.length - INNER - OUTER;
  backtrace.forEach((frame, i) => {
    if (hidden <= 1 || i < INNER || i >= backtrace.length - OUTER) lines.push(frameLine(frame, i, modules));
    else if (i === INNER) lines.push(`  ... ${hidden} more frames ...`);
  });
  if (moreFrames > 0) lines.push(`  ... ${moreFrames} more frames`);
  return lines;
}

/** One line that shows the instruction at fault, where a validation error knows function and offset. */
export function placeLines(module: Module, error: unknown): string[] {
  if (!(error instanceof WasmError) || error.func === undefined || error.offset === undefined) return [];
  try {
    const known = new Known(module);
    const instruction = known.instruction(error.func, error.offset);
    if (instruction === undefined) return [];
    return [`  at ${known.place(error.func, error.offset)}   ${visible(cut(instruction))}`];
  } catch {
    return []; // The body's bytes are not instructions up to there; the message says what is wrong.
  }
}
