// The global section. https://webassembly.github.io/spec/core/binary/modules.html#global-section
import { MAX_GLOBALS } from '../../syntax/limits.ts';
import type { Global } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import { decodeExpr } from './expressions.ts';
import { decodeGlobalType } from './external-types.ts';
import { vector } from './vector.ts';

export function decodeGlobals(cursor: InstructionCursor): Global[] {
  return vector(cursor.reader, 'globals', MAX_GLOBALS, () => {
    const type = decodeGlobalType(cursor.reader);
    return { type, init: decodeExpr(cursor) };
  });
}
