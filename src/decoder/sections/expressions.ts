// Finds where a constant expression ends. https://webassembly.github.io/spec/core/binary/instructions.html#expressions
// Whether it is constant, and its types, is the validator's business.
import type { Expr } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import { Nesting } from '../nesting.ts';

/**
 * Where an expression ends that is an `i32.const` of at most four bytes, as nearly all offsets of segments are (there
 * are modules with tens of thousands); -1 where it is anything else.
 */
export function endOfShortConst(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 1;
  if (end - start < 7 || bytes[start] !== 0x41) return -1;
  while (bytes[at] >= 0x80) at++;
  return at - start <= 4 && bytes[at + 1] === 0x0b ? at + 2 : -1;
}

/** Walks from the cursor's offset to after the `end` of the expression. */
export function decodeExpr(cursor: InstructionCursor): Expr {
  const { reader } = cursor;
  const start = reader.offset;
  const short = endOfShortConst(reader.bytes, start, reader.end);
  if (short > 0) {
    reader.offset = short;
    return { bytes: reader.bytes, start, end: short };
  }
  const { choices } = reader;
  const nesting = new Nesting();
  do cursor.next();
  while (!nesting.isFinal(cursor));
  // Expressions are kept as bytes.
  reader.forgetChoices(choices);
  return { bytes: reader.bytes, start, end: reader.offset };
}
