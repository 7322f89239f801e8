// Finds where a constant expression ends. https://webassembly.github.io/spec/core/binary/instructions.html#expressions
// Whether it is constant, and its types, is the validator's business.
import type { Expr } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import * as say from '../messages.ts';

const isOpener = (code: number): boolean =>
  code === 0x02 || code === 0x03 || code === 0x04 || code === 0x06 || code === 0x1f;

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

/** Walks from the cursor's offset to behind the `end` of the expression. */
export function decodeExpr(cursor: InstructionCursor): Expr {
  const { reader } = cursor;
  const start = reader.offset;
  const short = endOfShortConst(reader.bytes, start, reader.end);
  if (short > 0) {
    reader.offset = short;
    return { bytes: reader.bytes, start, end: short };
  }
  let depth = 0;
  for (;;) {
    cursor.next();
    const code = cursor.row.code;
    if (code === 0x0b || code === 0x18) {
      if (depth === 0 && code === 0x0b) return { bytes: reader.bytes, start, end: reader.offset };
      depth--;
    } else if (isOpener(code)) depth++;
    if (depth < 0 || (code === 0x05 && depth === 0)) throw say.endExpected(cursor.at, cursor.row.name);
  }
}
