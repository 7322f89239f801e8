// Constant expressions: those that are written out, and those that abbreviations stand for.
// https://webassembly.github.io/spec/core/text/modules.html#text-elem-expr  Instructions are read by InstructionParser;
// whether they are constant is the validator's to say.
import type { Expr } from '../syntax/module.ts';
import { I64 } from '../syntax/types.ts';
import { Writer } from '../encoder/writer.ts';
import type { Context } from './context.ts';
import { InstructionParser } from './parser-instructions.ts';
import { LPAREN } from './tokens.ts';

const written = (writer: Writer): Expr => {
  const bytes = writer.take();
  return { bytes, start: 0, end: bytes.length };
};

/** A constant expression as `read` finds it. What it names (and may not) asks for no data count section: bodies do. */
function constant(context: Context, read: (parser: InstructionParser) => void): Expr {
  const { usesDataCount } = context;
  const writer = new Writer();
  read(new InstructionParser(context, writer));
  context.usesDataCount = usesDataCount;
  return written(writer);
}

/** A constant expression: all instructions up to the closing bracket. */
export function readExpr(context: Context): Expr {
  return constant(context, (parser) => parser.sequence());
}

/** A constant expression of one folded instruction. */
export function readFolded(context: Context): Expr {
  const { cursor } = context;
  if (cursor.kind !== LPAREN) throw cursor.unexpected('"("');
  return constant(context, (parser) => parser.folded());
}

/** `(offset expr)` or one folded instruction. */
export function readOffset(context: Context): Expr {
  const { cursor } = context;
  if (!cursor.tryOpen('offset')) return readFolded(context);
  const expr = readExpr(context);
  cursor.closing();
  return expr;
}

/** A constant zero of an address type. */
export function zeroOf(addr: number): Expr {
  const writer = new Writer();
  writer.byte(addr === I64 ? 0x42 : 0x41);
  writer.byte(0);
  writer.byte(0x0b);
  return written(writer);
}

/** The constant expression `ref.func index`. */
export function refFuncOf(index: number): Expr {
  const writer = new Writer();
  writer.byte(0xd2);
  writer.u32(index);
  writer.byte(0x0b);
  return written(writer);
}
