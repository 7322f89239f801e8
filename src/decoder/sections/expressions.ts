// Finds where a constant expression ends. https://webassembly.github.io/spec/core/binary/instructions.html#expressions
// Whether it is constant, and its types, is the validator's business.
import type { Expr } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import * as say from '../messages.ts';

const isOpener = (code: number): boolean =>
  code === 0x02 || code === 0x03 || code === 0x04 || code === 0x06 || code === 0x1f;

/** Walks from the cursor's offset to behind the `end` of the expression. */
export function decodeExpr(cursor: InstructionCursor): Expr {
  const start = cursor.offset;
  let depth = 0;
  for (;;) {
    cursor.next();
    const code = cursor.row.code;
    if (code === 0x0b || code === 0x18) {
      if (depth === 0 && code === 0x0b) return { bytes: cursor.reader.bytes, start, end: cursor.offset };
      depth--;
    } else if (isOpener(code)) depth++;
    if (depth < 0 || (code === 0x05 && depth === 0)) throw say.endExpected(cursor.at, cursor.row.name);
  }
}
