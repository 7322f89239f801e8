// The data section. https://webassembly.github.io/spec/core/binary/modules.html#data-section
import { MAX_DATA_SEGMENTS } from '../../syntax/limits.ts';
import type { DataSegment } from '../../syntax/module.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import * as say from '../messages.ts';
import { decodeExpr } from './expressions.ts';
import { vector } from './vector.ts';

export function decodeDatas(cursor: InstructionCursor): DataSegment[] {
  return vector(cursor.reader, 'data segments', MAX_DATA_SEGMENTS, () => decodeData(cursor));
}

/** Flags: 0 active in memory 0, 1 passive, 2 active in the memory whose index follows. */
function decodeData(cursor: InstructionCursor): DataSegment {
  const reader = cursor.reader;
  const start = reader.offset;
  const flags = reader.u32();
  if (flags > 2) throw say.malformedDataFlags(start, flags);
  const mode = decodeMode(cursor, flags);
  return { mode, init: reader.view(reader.length()) };
}

function decodeMode(cursor: InstructionCursor, flags: number): DataSegment['mode'] {
  if (flags === 1) return { kind: 'passive' };
  const { reader } = cursor;
  const memory = flags === 2 ? reader.u32() : 0;
  if (memory === 0) reader.choice(flags === 2);
  return { kind: 'active', memory, offset: decodeExpr(cursor) };
}
