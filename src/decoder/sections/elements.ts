// The element section. https://webassembly.github.io/spec/core/binary/modules.html#element-section
import { MAX_ELEMENTS, MAX_ELEM_SEGMENTS } from '../../syntax/limits.ts';
import type { ElemSegment } from '../../syntax/module.ts';
import { FUNCREF, HEAP, type ValType, hasShortForm, ref } from '../../syntax/types.ts';
import type { InstructionCursor } from '../instruction-cursor.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { decodeExpr } from './expressions.ts';
import { indexVector, vector } from './vector.ts';

export function decodeElements(cursor: InstructionCursor): ElemSegment[] {
  return vector(cursor.reader, 'element segments', MAX_ELEM_SEGMENTS, () => decodeElement(cursor));
}

/**
 * The flags are three bits: not active; active: a table index follows, not active: declarative; expressions.
 * Active segments of table 0 (flags 0 and 4) leave out the kind or type of their elements.
 */
function decodeElement(cursor: InstructionCursor): ElemSegment {
  const reader = cursor.reader;
  const start = reader.offset;
  const flags = reader.u32();
  if (flags > 7) throw say.malformedElementFlags(start, flags);
  const mode = decodeMode(cursor, flags);
  const typed = (flags & 3) !== 0;
  if ((flags & 4) === 0) {
    const type = typed ? decodeElemKind(reader) : ref(HEAP.func, false);
    noteForm(reader, mode, true, typed);
    return { type, mode, funcs: indexVector(reader, 'elements', MAX_ELEMENTS), exprs: undefined };
  }
  const before = reader.choices;
  const type = typed ? reader.refType() : FUNCREF;
  // Whether the table has to be named depends on the type, which comes after it: the choice of the table comes first.
  const isLongType = reader.long?.[reader.long.length - 1] === before;
  reader.forgetChoices(before);
  noteForm(reader, mode, type === FUNCREF, typed);
  if (typed && hasShortForm(type)) reader.choice(isLongType);
  return { type, mode, funcs: undefined, exprs: vector(reader, 'elements', MAX_ELEMENTS, () => decodeExpr(cursor)) };
}

/** Table 0 need not be named where the type of the elements is the one that is meant then. */
function noteForm(reader: Reader, mode: ElemSegment['mode'], isImplied: boolean, typed: boolean): void {
  if (mode.kind === 'active' && mode.table === 0 && isImplied) reader.choice(typed);
}

function decodeMode(cursor: InstructionCursor, flags: number): ElemSegment['mode'] {
  if ((flags & 1) !== 0) return { kind: (flags & 2) !== 0 ? 'declarative' : 'passive' };
  const table = (flags & 2) !== 0 ? cursor.reader.u32() : 0;
  return { kind: 'active', table, offset: decodeExpr(cursor) };
}

/** 0x00: function indices, which are never null. */
function decodeElemKind(reader: Reader): ValType {
  const byte = reader.byte();
  if (byte !== 0) throw say.malformedElementKind(reader.offset - 1, byte);
  return ref(HEAP.func, false);
}
