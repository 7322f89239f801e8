// Function bodies and constant expressions in the text format: flat instructions, indented by block.
// https://webassembly.github.io/spec/core/text/modules.html#functions
// A body whose blocks are not well nested is printed as it is; such text does not parse, as its bytes do not validate.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import type { Expr, Module } from '../syntax/module.ts';
import type { ValType } from '../syntax/types.ts';
import { printInstruction } from './printer-instruction.ts';
import { idText } from './printer-literals.ts';
import { type Identifiers, type Ids, type InstructionNames, localText } from './printer-names.ts';
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
  private readonly labelIds: Ids;
  /** Innermost last: the label's identifier, or ''. */
  private readonly open: string[] = [];
  /** Where in `open` an identifier occurs, innermost last: an inner label hides outer ones of its name. */
  private readonly places = new Map<string, number[]>();
  private blocks = 0;

  constructor(ids: Identifiers, funcIndex: number, locals: Ids) {
    this.labelIds = ids.labels(funcIndex);
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
    const id = this.labelIds.get(this.blocks++) ?? '';
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
        const id = this.enter();
        const label = id === '' ? `(;@${depth + 1};)` : idText(id);
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
  let imported = 0;
  for (const { desc } of module.imports) if (desc.kind === 'func') imported++;
  const i = funcIndex - imported;
  const { types, start, end } = module.funcs;
  return i < 0 || i >= types.length ? undefined : { type: types[i], start: start[i], end: end[i] };
}

/**
 * Calls `visit` for each instruction of a defined function, the final `end` included, with its text.
 * Throws MalformedError where the bytes are not instructions.
 */
export function walkBody(
  module: Module,
  ids: Identifiers,
  funcIndex: number,
  body: { readonly start: number; readonly end: number },
  visit: (line: BodyLine, cursor: InstructionCursor) => void,
): void {
  const reader = new Reader(module.funcs.bytes, body.start, body.end);
  decodeLocals(reader, 0);
  const cursor = new InstructionCursor(module.funcs.bytes, reader.offset, body.end);
  const printer = new BodyPrinter(ids, funcIndex, ids.locals(funcIndex));
  while (!cursor.done) {
    cursor.next();
    visit(printer.line(cursor), cursor);
  }
}

/** Appends the lines of a function's locals and instructions; the final `end` is the closing parenthesis. */
export function printBody(
  lines: string[],
  module: Module,
  ids: Identifiers,
  funcIndex: number,
  body: { readonly type: number; readonly start: number; readonly end: number },
  offsets: boolean,
): void {
  const locals = localTypes(new Reader(module.funcs.bytes, body.start, body.end));
  if (locals.length > 0) {
    const first = funcTypeAt(module, body.type)?.params.length ?? 0;
    lines.push(`   ${declarations('local', locals, first, ids.locals(funcIndex), ids)}`);
  }
  walkBody(module, ids, funcIndex, body, ({ offset, depth, text }) => {
    if (offset === body.end - 1 && text === 'end') return;
    const at = offsets ? `(;0x${offset.toString(16).padStart(6, '0')};) ` : '';
    lines.push(`    ${at}${'  '.repeat(Math.min(depth, MAX_INDENT))}${text}`);
  });
}

/** The instructions of a constant expression without its `end`, each as text. */
export function constantText(expr: Expr, names: InstructionNames): string[] {
  const cursor = new InstructionCursor(expr.bytes, expr.start, expr.end);
  const parts: string[] = [];
  while (!cursor.done) {
    cursor.next();
    if (cursor.done && cursor.row.name === 'end') break;
    parts.push(printInstruction(cursor, names));
  }
  return parts;
}
