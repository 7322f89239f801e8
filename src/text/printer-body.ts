// Function bodies and constant expressions in the text format: flat instructions, indented by block.
// https://webassembly.github.io/spec/core/text/modules.html#functions
// A body is refused where it is malformed: what the format asks of it without knowing types.
import { namesData } from '../decoder/bodies.ts';
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import * as say from '../decoder/messages.ts';
import { Nesting } from '../decoder/nesting.ts';
import { Reader } from '../decoder/reader.ts';
import { encodeLocals } from '../encoder/locals.ts';
import { Writer } from '../encoder/writer.ts';
import { type Expr, importedFuncs, type Module, type NameMap } from '../syntax/module.ts';
import type { ValType } from '../syntax/types.ts';
import { printInstruction } from './printer-instruction.ts';
import { bytesText, idText } from './printer-literals.ts';
import { NAMELESS, type Identifiers, type Ids, type InstructionNames, localText } from './printer-names.ts';
import { declarations, funcTypeAt } from './printer-types.ts';

/** Deeper blocks are not indented further, or hostile nesting would make text of quadratic size. */
const MAX_INDENT = 60;

/** A function's declared locals, one type each; the reader then stands at its first instruction. */
function localTypes(reader: Reader): ValType[] {
  const { counts, types } = decodeLocals(reader, 0);
  const locals: ValType[] = [];
  for (let run = 0; run < counts.length; run++) {
    for (let i = 0; i < counts[run]; i++) locals.push(types[run]);
  }
  return locals;
}

/** One line of a body. */
export interface BodyLine {
  /** Offset of the opcode. */
  readonly offset: number;
  /** Number of enclosing blocks. */
  readonly depth: number;
  readonly text: string;
}

/** Follows blocks and gives each instruction its text, labels included. */
class BodyPrinter {
  private readonly names: InstructionNames;
  private readonly labelNames: NameMap;
  /** Innermost last: the label's identifier, or ''. */
  private readonly open: string[] = [];
  /** Where in `open` an identifier occurs, innermost last: an inner label hides outer ones of its name. */
  private readonly places = new Map<string, number[]>();
  /** Number of blocks so far. */
  private blocks = 0;

  constructor(ids: Identifiers, funcIndex: number, locals: Ids) {
    this.labelNames = ids.labels(funcIndex);
    this.names = {
      index: (space, index) => ids.index(space, index),
      local: (index) => localText(locals, index),
      label: (depth) => this.label(depth),
      field: (typeIndex, index) => ids.field(typeIndex, index),
    };
  }

  private label(depth: number): string {
    const at = this.open.length - 1 - depth;
    const id = this.open[at] ?? '';
    const places = this.places.get(id) ?? [];
    if (id !== '' && places[places.length - 1] === at) return idText(id);
    return at < -1 ? String(depth) : `${depth} (;@${at + 1};)`;
  }

  private enter(): string {
    const id = this.labelNames.get(this.blocks++) ?? '';
    const places = this.places.get(id);
    if (places !== undefined) places.push(this.open.length);
    else if (id !== '') this.places.set(id, [this.open.length]);
    this.open.push(id);
    return id;
  }

  private leave(): void {
    this.places.get(this.open.pop() ?? '')?.pop();
  }

  /** The line of the instruction that the cursor has read. */
  line(cursor: InstructionCursor): BodyLine {
    const { row, at: offset } = cursor;
    const { open, names } = this;
    switch (row.name) {
      case 'block':
      case 'loop':
      case 'if':
      case 'try':
      case 'try_table': {
        const immediates = printInstruction(cursor, names).slice(row.name.length);
        const depth = open.length;
        const isEmpty = this.labelNames.get(this.blocks) === '';
        const id = this.enter();
        const label = id === '' ? `(;@${depth + 1};)${isEmpty ? ' (@name "")' : ''}` : idText(id);
        return { offset, depth, text: `${row.name} ${label}${immediates}` };
      }
      case 'else':
      case 'catch':
      case 'catch_all':
        return { offset, depth: Math.max(open.length - 1, 0), text: printInstruction(cursor, names) };
      case 'end':
      case 'delegate':
        this.leave();
        return { offset, depth: open.length, text: printInstruction(cursor, names) };
      default:
        return { offset, depth: open.length, text: printInstruction(cursor, names) };
    }
  }
}

/** Where function `funcIndex` (imports counted) has its body, and its type; undefined for imports. */
export function bodyOf(module: Module, funcIndex: number): { type: number; start: number; end: number } | undefined {
  const i = funcIndex - importedFuncs(module).length;
  const { types, start, end } = module.funcs;
  return i < 0 || i >= types.length ? undefined : { type: types[i], start: start[i], end: end[i] };
}

/** What has to be known of a body before its first line is printed. */
export interface BodyFacts {
  /** Number of blocks, each of which has a label. */
  readonly labels: number;
  /** Number of declared locals. */
  readonly locals: number;
  /** Whether an instruction names a data segment. */
  readonly namesData: boolean;
  /** Which choices between a short and a long form are long (syntax/module.ts, BinaryForm). */
  readonly long: readonly number[];
}

/** Bytes of a defined function. */
export interface Body {
  readonly start: number;
  readonly end: number;
}

/** Goes through a body. @throws MalformedError where it is malformed, when all instructions before that were visited. */
function walk(
  module: Module,
  funcIndex: number,
  { start, end }: Body,
  visit: (cursor: InstructionCursor) => void,
): void {
  const reader = new Reader(module.funcs.bytes, start, end);
  decodeLocals(reader, 0);
  const cursor = new InstructionCursor(module.funcs.bytes, reader.offset, end);
  const nesting = new Nesting();
  for (let isFinal = false; !isFinal; ) {
    cursor.next();
    isFinal = nesting.isFinal(cursor);
    if (namesData(cursor.row) && module.dataCount === undefined)
      throw say.dataCountRequired(cursor.at, cursor.row.name);
    visit(cursor);
  }
  if (!cursor.done) throw say.bodySizeMismatch(cursor.at, funcIndex, end);
}

/** Looks through a body. @throws MalformedError where it is malformed, or has more locals than there may be. */
export function factsOf(module: Module, funcIndex: number, body: Body): BodyFacts {
  let labels = 0;
  let usesData = false;
  let long: readonly number[] = [];
  walk(module, funcIndex, body, (cursor) => {
    if (cursor.row.nests === 'opens') labels++;
    if (namesData(cursor.row)) usesData = true;
    if (cursor.reader.long !== undefined) long = cursor.reader.long;
  });
  const { counts } = decodeLocals(new Reader(module.funcs.bytes, body.start, body.end), 0);
  let locals = 0;
  for (const count of counts) locals += count;
  return { labels, locals, namesData: usesData, long };
}

/**
 * Calls `visit` for each instruction of a defined function, the final `end` included, with its text.
 * Throws MalformedError where the body is malformed, when all lines before that were visited.
 */
export function walkBody(
  module: Module,
  ids: Identifiers,
  funcIndex: number,
  body: Body,
  visit: (line: BodyLine, cursor: InstructionCursor) => void,
): void {
  const printer = new BodyPrinter(ids, funcIndex, ids.locals(funcIndex));
  walk(module, funcIndex, body, (cursor) => visit(printer.line(cursor), cursor));
}

/** ` (@binary.long 0 3)`, or nothing. */
export function longText(long: readonly number[]): string {
  return long.length === 0 ? '' : ` (@binary.long ${long.join(' ')})`;
}

/** ` (@binary.locals "...")` where the groups of locals, which begin at `start`, are not written the usual way. */
function localsText({ bytes, offset }: Reader, start: number, types: readonly ValType[]): string {
  const usual = new Writer();
  encodeLocals(usual, types);
  const written = bytes.subarray(start, offset);
  return sameBytes(written, usual.view()) ? '' : ` (@binary.locals ${bytesText(written)})`;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Writes the lines of a function's locals and instructions; the final `end` is the closing parenthesis. */
export function printBody(
  write: (line: string) => void,
  module: Module,
  ids: Identifiers,
  funcIndex: number,
  body: Body & { readonly type: number },
  long: readonly number[],
  offsets: boolean,
): void {
  const reader = new Reader(module.funcs.bytes, body.start, body.end);
  const locals = localTypes(reader);
  const type = funcTypeAt(module, body.type);
  // Without the type nobody knows the indices of named locals.
  const named = type === undefined ? NAMELESS : ids.localSpace(funcIndex);
  if (locals.length > 0) write(`   ${declarations('local', locals, type?.params.length ?? 0, named, ids)}`);
  const form = localsText(reader, body.start, locals);
  if (form !== '') write(`   ${form}`);
  if (long.length > 0) write(`   ${longText(long)}`);
  walkBody(module, ids, funcIndex, body, ({ offset, depth, text }) => {
    if (offset === body.end - 1 && text === 'end') return;
    const at = offsets ? `(;0x${offset.toString(16).padStart(6, '0')};) ` : '';
    write(`    ${at}${'  '.repeat(Math.min(depth, MAX_INDENT))}${text}`);
  });
}

/** The instructions of a constant expression without its `end`, each as text; before them what their form is. */
export function constantText(expr: Expr, names: InstructionNames): string[] {
  const cursor = new InstructionCursor(expr.bytes, expr.start, expr.end);
  const parts: string[] = [];
  while (!cursor.done) {
    cursor.next();
    if (cursor.done && cursor.row.name === 'end') break;
    parts.push(printInstruction(cursor, names));
  }
  const { long } = cursor.reader;
  return long === undefined ? parts : [longText(long).trimStart(), ...parts];
}
