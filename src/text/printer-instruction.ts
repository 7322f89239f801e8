// One instruction in the text format: its mnemonic, and a function for each part of its immediates.
// https://webassembly.github.io/spec/core/text/instructions.html
// The printer, objdump, the trace and error reports use it. It knows nothing of nesting: labels come from `names`.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { type Part, standsFirst } from '../syntax/immediates.ts';
import { f32Text, f64Text, i64Text, u64Text, v128Text } from '../syntax/number-text.ts';
import { type IndexSpace, type InstructionNames, NUMBERS } from './printer-names.ts';
import { heapText, listText, valTypeText } from './printer-types.ts';

/** `i32.load offset=4`: the instruction that the cursor has read last. */
export function printInstruction(cursor: InstructionCursor, names: InstructionNames = NUMBERS): string {
  const { name, parts } = cursor.row;
  const [first, second] = parts;
  if (first === undefined) return name;
  const text = PRINT[first](cursor, names, cursor.index);
  if (second === undefined) return name + text;
  const more = PRINT[second](cursor, names, cursor.index2);
  return standsFirst(second) ? name + more + text : name + text + more;
}

/** A part with a space before it; `index` is the part's own, where it has one. */
type Print = (cursor: InstructionCursor, names: InstructionNames, index: number) => string;

const entry =
  (space: IndexSpace): Print =>
  (_cursor, names, index) =>
    ` ${names.index(space, index)}`;

const entryUnless0 =
  (space: IndexSpace): Print =>
  (_cursor, names, index) =>
    index === 0 ? '' : ` ${names.index(space, index)}`;

const pairUnless0 =
  (space: IndexSpace): Print =>
  ({ index, index2 }, names) =>
    index === 0 && index2 === 0 ? '' : ` ${names.index(space, index)} ${names.index(space, index2)}`;

const PRINT: Readonly<Record<Part, Print>> = {
  label: (_cursor, names, index) => ` ${names.label(index)}`,
  func: entry('func'),
  local: (_cursor, names, index) => ` ${names.local(index)}`,
  global: entry('global'),
  tag: entry('tag'),
  data: entry('data'),
  elem: entry('elem'),
  type: entry('type'),
  table: entryUnless0('table'),
  memory: entryUnless0('memory'),
  type_use: (_cursor, names, index) => ` (type ${names.index('type', index)})`,
  field: (cursor, names, index) => ` ${names.field(cursor.index, index)}`,
  count: (_cursor, _names, index) => ` ${index}`,
  block: blockType,
  catches,
  labels: ({ labels }, names) => labels.map((depth) => ` ${names.label(depth)}`).join(''),
  table_table: pairUnless0('table'),
  memory_memory: pairUnless0('memory'),
  select: ({ types }, names) => (types.length === 0 ? ' (result)' : listText('result', types, names)),
  memarg,
  lane: ({ lane }) => ` ${lane}`,
  lanes: ({ reader, immOffset }) => ` ${Array.from(reader.bytes.subarray(immOffset, immOffset + 16)).join(' ')}`,
  i32: ({ lo }) => ` ${lo}`,
  i64: ({ lo, hi }) => ` ${i64Text(lo, hi)}`,
  f32: ({ lo }) => ` ${f32Text(lo)}`,
  f64: ({ lo, hi }) => ` ${f64Text(lo, hi)}`,
  v128: ({ reader, immOffset }) => ` ${v128Text(vectorAt(reader.bytes, immOffset))}`,
  heap: ({ valType }, names) => ` ${heapText(valType, names)}`,
  ref_type: ({ valType }, names) => ` ${valTypeText(valType, names)}`,
  cast_branch: ({ index, valType, valType2 }, names) =>
    ` ${names.label(index)} ${valTypeText(valType, names)} ${valTypeText(valType2, names)}`,
  fence: () => '',
};

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
