// Function bodies as lists of instructions, to be changed and written again, with other indices where wanted.
// https://webassembly.github.io/spec/core/binary/instructions.html  It does not look at types or nesting.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { encodeVector } from '../encoder/types.ts';
import { Writer } from '../encoder/writer.ts';
import { unsigned64 } from '../syntax/bits.ts';
import type { Part } from '../syntax/immediates.ts';
import type { Row } from '../syntax/instructions.ts';
import type { Expr } from '../syntax/module.ts';
import { type ValType, heapOf, isExact, isNullable, ref } from '../syntax/types.ts';

/** One instruction in the binary format. */
export interface Instruction {
  readonly row: Row;
  readonly bytes: Uint8Array;
  /** Its first index, where it has one (see InstructionCursor). */
  readonly index: number;
}

/** A body: the declared locals, and instructions up to the last `end`. */
export interface Code {
  readonly locals: readonly ValType[];
  readonly instructions: readonly Instruction[];
}

export type Space = 'type' | 'func' | 'table' | 'memory' | 'global' | 'tag' | 'elem' | 'data';

/** New indices for old ones; what is not there stays. A map may throw where an index has no new one. */
export type Renumbering = Readonly<Partial<Record<Space | 'local' | 'label', (index: number) => number>>>;

/** The instruction at the start of these bytes, read. */
export function read({ bytes }: { readonly bytes: Uint8Array }): InstructionCursor {
  const cursor = new InstructionCursor(bytes, 0, bytes.length);
  cursor.next();
  return cursor;
}

/** An instruction from its bytes. */
export function instructionOf(...bytes: readonly number[]): Instruction {
  const whole = Uint8Array.from(bytes);
  const { row, index } = read({ bytes: whole });
  return { row, bytes: whole, index };
}

/** The instructions of an expression, the final `end` included. */
export function instructionsOf({ bytes, start, end }: Expr): Instruction[] {
  const cursor = new InstructionCursor(bytes, start, end);
  const list: Instruction[] = [];
  while (!cursor.done) {
    cursor.next();
    list.push({ row: cursor.row, bytes: bytes.subarray(cursor.at, cursor.offset), index: cursor.index });
  }
  return list;
}

/** An expression of these instructions. */
export function exprOf(instructions: readonly Instruction[]): Expr {
  const writer = new Writer();
  for (const one of instructions) writer.bytes(one.bytes);
  const bytes = writer.take();
  return { bytes, start: 0, end: bytes.length };
}

/** Reads the binary format's `func`: `bytes[start, end)`. */
export function codeOf({ bytes, start, end }: Expr): Code {
  const reader = new Reader(bytes, start, end);
  const { counts, types } = decodeLocals(reader, 0);
  const locals = types.flatMap((type, i) => Array.from({ length: counts[i] }, () => type));
  return { locals, instructions: instructionsOf({ bytes, start: reader.offset, end }) };
}

/** The binary format's `func`. */
export function bodyOf({ locals, instructions }: Code): Uint8Array {
  const groups: { type: ValType; count: number }[] = [];
  for (const type of locals) {
    const last = groups[groups.length - 1];
    if (last?.type === type) last.count++;
    else groups.push({ type, count: 1 });
  }
  const writer = new Writer();
  encodeVector(writer, groups, ({ type, count }) => {
    writer.u32(count);
    writer.valType(type);
  });
  for (const one of instructions) writer.bytes(one.bytes);
  return writer.take();
}

/** A type with a new index of a type in it. */
export function renumberedType(t: ValType, { type }: Renumbering): ValType {
  return type === undefined || t <= 0 || heapOf(t) < 0 ? t : ref(type(heapOf(t)), isNullable(t), isExact(t));
}

const KEEP = (index: number): number => index;

/** Writes a part of the immediates that the cursor has read, with new indices; `index` is the part's own, if it has one. */
type Rewrite = (writer: Writer, cursor: InstructionCursor, maps: Renumbering, index: number) => void;

const indexIn =
  (space: keyof Renumbering): Rewrite =>
  (writer, _cursor, maps, index) =>
    writer.u32((maps[space] ?? KEEP)(index));

const pairIn =
  (space: keyof Renumbering): Rewrite =>
  (writer, { index, index2 }, maps) => {
    writer.u32((maps[space] ?? KEEP)(index));
    writer.u32((maps[space] ?? KEEP)(index2));
  };

const writeIndex: Rewrite = (writer, _cursor, _maps, index) => writer.u32(index);

const writeRefTo: Rewrite = (writer, { valType }, maps) => writer.refTo(renumberedType(valType, maps));

const writeSixteen: Rewrite = (writer, { reader, immOffset }) =>
  writer.bytes(reader.bytes.subarray(immOffset, immOffset + 16));

const REWRITE: Readonly<Record<Part, Rewrite>> = {
  label: indexIn('label'),
  func: indexIn('func'),
  local: indexIn('local'),
  global: indexIn('global'),
  tag: indexIn('tag'),
  data: indexIn('data'),
  elem: indexIn('elem'),
  type: indexIn('type'),
  table: indexIn('table'),
  memory: indexIn('memory'),
  type_use: indexIn('type'),
  field: writeIndex,
  count: writeIndex,
  block: writeBlock,
  catches: writeCatches,
  labels: (writer, { labels }, maps) => {
    writer.u32(labels.length - 1);
    for (const one of labels) writer.u32((maps.label ?? KEEP)(one));
  },
  table_table: pairIn('table'),
  memory_memory: pairIn('memory'),
  select: (writer, { types }, maps) => encodeVector(writer, types, (t) => writer.valType(renumberedType(t, maps))),
  memarg: writeMemarg,
  lane: (writer, { lane }) => writer.byte(lane),
  lanes: writeSixteen,
  i32: (writer, { lo }) => writer.s33(lo),
  i64: (writer, { lo, hi }) => writer.s64(unsigned64(lo, hi)),
  f32: (writer, { lo }) => writer.bits32(lo),
  f64: (writer, { lo, hi }) => {
    writer.bits32(lo);
    writer.bits32(hi);
  },
  v128: writeSixteen,
  heap: writeRefTo,
  ref_type: writeRefTo,
  cast_branch: (writer, { index, valType, valType2 }, maps) => {
    writer.byte((isNullable(valType) ? 1 : 0) | (isNullable(valType2) ? 2 : 0));
    writer.u32((maps.label ?? KEEP)(index));
    writer.refTo(renumberedType(valType, maps));
    writer.refTo(renumberedType(valType2, maps));
  },
  fence: (writer) => writer.byte(0),
};

/** Parts that keep their bytes. */
const NUMBERS: ReadonlySet<Part> = new Set<Part>(['i32', 'i64', 'f32', 'f64', 'v128', 'lane', 'lanes', 'fence']);

/** The instruction with new indices. */
export function renumbered(one: Instruction, maps: Renumbering): Instruction {
  const [first, second] = one.row.parts;
  if (first === undefined || (second === undefined && NUMBERS.has(first))) return one;
  const cursor = read(one);
  const writer = new Writer();
  writer.opcode(one.row.code);
  REWRITE[first](writer, cursor, maps, cursor.index);
  if (second !== undefined) REWRITE[second](writer, cursor, maps, cursor.index2);
  const bytes = writer.take();
  return { row: one.row, bytes, index: read({ bytes }).index };
}

function writeBlock(writer: Writer, { typeIndex, valType }: InstructionCursor, maps: Renumbering): void {
  if (typeIndex >= 0) writer.s33((maps.type ?? KEEP)(typeIndex));
  else if (valType === 0) writer.byte(0x40);
  else writer.valType(renumberedType(valType, maps));
}

function writeCatches(writer: Writer, cursor: InstructionCursor, maps: Renumbering): void {
  encodeVector(writer, cursor.catches, ({ kind, tag, label }) => {
    writer.byte(['catch', 'catch_ref', 'catch_all', 'catch_all_ref'].indexOf(kind));
    if (tag >= 0) writer.u32((maps.tag ?? KEEP)(tag));
    writer.u32((maps.label ?? KEEP)(label));
  });
}

function writeMemarg(writer: Writer, { align, index, lo, hi }: InstructionCursor, maps: Renumbering): void {
  const memory = (maps.memory ?? KEEP)(index);
  writer.u32(memory === 0 ? align : align | 0x40);
  if (memory !== 0) writer.u32(memory);
  writer.u64(unsigned64(lo, hi));
}
