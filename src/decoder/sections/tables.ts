// The table section. https://webassembly.github.io/spec/core/binary/modules.html#table-section
import { MAX_TABLES } from '../../syntax/limits.ts';
import type { Table } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import * as say from '../messages.ts';
import { decodeExpr } from './expressions.ts';
import { decodeTableType } from './external-types.ts';
import { vector } from './vector.ts';

export function decodeTables(cursor: InstructionCursor): Table[] {
  return vector(cursor.reader, 'tables', MAX_TABLES, () => decodeTable(cursor));
}

/** A table type; or 0x40 0x00, a table type and the initial value of the elements. */
function decodeTable(cursor: InstructionCursor): Table {
  const reader = cursor.reader;
  if (reader.peek() !== 0x40) return { type: decodeTableType(reader), init: undefined };
  reader.offset++;
  if (reader.byte() !== 0) throw say.zeroByteExpected(reader.offset - 1);
  const type = decodeTableType(reader);
  return { type, init: decodeExpr(cursor) };
}
