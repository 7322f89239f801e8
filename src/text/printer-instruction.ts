// One instruction in the text format, by the instruction table's immediates column.
// https://webassembly.github.io/spec/core/text/instructions.html
// The printer, objdump, the trace and error reports use it. It knows nothing of nesting: labels come from `names`.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { f32Text, f64Text, i64Text, u64Text, v128Text } from '../syntax/number-text.ts';
import { type InstructionNames, NUMBERS } from './printer-names.ts';
import { heapText, listText, valTypeText } from './printer-types.ts';

/** `i32.load offset=4`: the instruction that the cursor has read last. */
export function printInstruction(cursor: InstructionCursor, names: InstructionNames = NUMBERS): string {
  return cursor.row.imm === 'none' ? cursor.row.name : cursor.row.name + immediates(cursor, names);
}

/** The immediates, each with a space before it. */
function immediates(cursor: InstructionCursor, names: InstructionNames): string {
  const { row, index } = cursor;
  switch (row.imm) {
    case 'local':
      return ` ${names.local(index)}`;
    case 'label':
      return ` ${names.label(index)}`;
    case 'i32':
      return ` ${cursor.lo}`;
    case 'i64':
      return ` ${i64Text(cursor.lo, cursor.hi)}`;
    case 'f32':
      return ` ${f32Text(cursor.lo)}`;
    case 'f64':
      return ` ${f64Text(cursor.lo, cursor.hi)}`;
    case 'func':
    case 'global':
    case 'tag':
    case 'data':
    case 'elem':
    case 'type':
      return ` ${names.index(row.imm, index)}`;
    case 'table':
    case 'memory':
      return index === 0 ? '' : ` ${names.index(row.imm, index)}`;
    case 'memarg':
      return memarg(cursor, names);
    case 'memarg_lane':
      return `${memarg(cursor, names)} ${cursor.lane}`;
    case 'lane':
      return ` ${cursor.lane}`;
    case 'block':
      return blockType(cursor, names);
    default:
      return twoIndices(cursor, names);
  }
}

function twoIndices(cursor: InstructionCursor, names: InstructionNames): string {
  const { row, index, index2 } = cursor;
  switch (row.imm) {
    case 'call_indirect':
      return `${index2 === 0 ? '' : ` ${names.index('table', index2)}`} (type ${names.index('type', index)})`;
    case 'table_table':
      return index === 0 && index2 === 0 ? '' : ` ${names.index('table', index)} ${names.index('table', index2)}`;
    case 'memory_memory':
      return index === 0 && index2 === 0 ? '' : ` ${names.index('memory', index)} ${names.index('memory', index2)}`;
    case 'table_init':
      return `${index2 === 0 ? '' : ` ${names.index('table', index2)}`} ${names.index('elem', index)}`;
    case 'memory_init':
      return `${index2 === 0 ? '' : ` ${names.index('memory', index2)}`} ${names.index('data', index)}`;
    case 'type_field':
      return ` ${names.index('type', index)} ${names.field(index, index2)}`;
    case 'type_count':
      return ` ${names.index('type', index)} ${index2}`;
    case 'type_data':
      return ` ${names.index('type', index)} ${names.index('data', index2)}`;
    case 'type_elem':
      return ` ${names.index('type', index)} ${names.index('elem', index2)}`;
    case 'type_type':
      return ` ${names.index('type', index)} ${names.index('type', index2)}`;
    default:
      return lists(cursor, names);
  }
}

function lists(cursor: InstructionCursor, names: InstructionNames): string {
  switch (cursor.row.imm) {
    case 'labels':
      return cursor.labels.map((depth) => ` ${names.label(depth)}`).join('');
    case 'select':
      return cursor.types.length === 0 ? ' (result)' : listText('result', cursor.types, names);
    case 'lanes':
      return ` ${Array.from(cursor.reader.bytes.subarray(cursor.immOffset, cursor.immOffset + 16)).join(' ')}`;
    case 'v128':
      return ` ${v128Text(vectorAt(cursor.reader.bytes, cursor.immOffset))}`;
    case 'heap':
      return ` ${heapText(cursor.valType, names)}`;
    case 'ref_type':
      return ` ${valTypeText(cursor.valType, names)}`;
    case 'cast_branch':
      return ` ${names.label(cursor.index)} ${valTypeText(cursor.valType, names)} ${valTypeText(cursor.valType2, names)}`;
    case 'try_table':
      return blockType(cursor, names) + catches(cursor, names);
    default:
      return '';
  }
}

/** The 16 bytes of a vector, lowest first, as its bits. */
function vectorAt(bytes: Uint8Array, start: number): bigint {
  let bits = 0n;
  for (let at = start + 15; at >= start; at--) bits = (bits << 8n) | BigInt(bytes[at]);
  return bits;
}

function memarg(cursor: InstructionCursor, names: InstructionNames): string {
  const memory = cursor.index === 0 ? '' : ` ${names.index('memory', cursor.index)}`;
  const offset = cursor.lo === 0 && cursor.hi === 0 ? '' : ` offset=${u64Text(cursor.lo, cursor.hi)}`;
  const align = cursor.align === cursor.row.align ? '' : ` align=${2n ** BigInt(cursor.align)}`;
  return memory + offset + align;
}

/** ` (type 3)` or ` (result i32)` or nothing. */
function blockType(cursor: InstructionCursor, names: InstructionNames): string {
  if (cursor.typeIndex >= 0) return ` (type ${names.index('type', cursor.typeIndex)})`;
  return cursor.valType === 0 ? '' : ` (result ${valTypeText(cursor.valType, names)})`;
}

function catches(cursor: InstructionCursor, names: InstructionNames): string {
  let text = '';
  for (const { kind, tag, label } of cursor.catches) {
    text += ` (${kind}${tag < 0 ? '' : ` ${names.index('tag', tag)}`} ${names.label(label)})`;
  }
  return text;
}
