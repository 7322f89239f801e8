// Function bodies as lists of instructions, to be changed and written again, with other indices where wanted.
// https://webassembly.github.io/spec/core/binary/instructions.html  It does not look at types or nesting.
import { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { encodeVector } from '../encoder/types.ts';
import { Writer } from '../encoder/writer.ts';
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

const SPACE_OF: Readonly<Record<string, readonly (Space | 'local' | 'label')[]>> = {
  label: ['label'],
  func: ['func'],
  local: ['local'],
  global: ['global'],
  tag: ['tag'],
  data: ['data'],
  elem: ['elem'],
  type: ['type'],
  table: ['table'],
  memory: ['memory'],
  call_indirect: ['type', 'table'],
  table_table: ['table', 'table'],
  memory_memory: ['memory', 'memory'],
  table_init: ['elem', 'table'],
  memory_init: ['data', 'memory'],
  type_data: ['type', 'data'],
  type_elem: ['type', 'elem'],
  type_type: ['type', 'type'],
};

const KEEP = (index: number): number => index;

/** The instruction with new indices. */
export function renumbered(one: Instruction, maps: Renumbering): Instruction {
  const { imm, code } = one.row;
  if (imm === 'none' || imm === 'i32' || imm === 'i64' || imm === 'f32' || imm === 'f64' || imm === 'lane') return one;
  const cursor = read(one);
  const writer = new Writer();
  writer.opcode(code);
  const spaces = SPACE_OF[imm];
  if (spaces !== undefined) {
    writer.u32((maps[spaces[0]] ?? KEEP)(cursor.index));
    if (spaces.length > 1) writer.u32((maps[spaces[1]] ?? KEEP)(cursor.index2));
  } else if (!writeOthers(writer, cursor, maps)) return one;
  const bytes = writer.take();
  return { row: one.row, bytes, index: read({ bytes }).index };
}

/** Immediates that are more than one or two indices; answers false where there is no index in them. */
function writeOthers(writer: Writer, cursor: InstructionCursor, maps: Renumbering): boolean {
  const label = maps.label ?? KEEP;
  const type = maps.type ?? KEEP;
  switch (cursor.row.imm) {
    case 'block':
    case 'try_table':
      writeBlock(writer, cursor, maps);
      return true;
    case 'labels':
      writer.u32(cursor.labels.length - 1);
      for (const one of cursor.labels) writer.u32(label(one));
      return true;
    case 'select':
      encodeVector(writer, cursor.types, (t) => writer.valType(renumberedType(t, maps)));
      return true;
    case 'memarg':
    case 'memarg_lane':
      writeMemarg(writer, cursor, maps);
      return true;
    case 'heap':
    case 'ref_type':
      writer.refTo(renumberedType(cursor.valType, maps));
      return true;
    case 'cast_branch':
      writer.byte((isNullable(cursor.valType) ? 1 : 0) | (isNullable(cursor.valType2) ? 2 : 0));
      writer.u32(label(cursor.index));
      writer.refTo(renumberedType(cursor.valType, maps));
      writer.refTo(renumberedType(cursor.valType2, maps));
      return true;
    case 'type_field':
    case 'type_count':
      writer.u32(type(cursor.index));
      writer.u32(cursor.index2);
      return true;
    default:
      return false;
  }
}

function writeBlock(writer: Writer, cursor: InstructionCursor, maps: Renumbering): void {
  if (cursor.typeIndex >= 0) writer.s33((maps.type ?? KEEP)(cursor.typeIndex));
  else if (cursor.valType === 0) writer.byte(0x40);
  else writer.valType(renumberedType(cursor.valType, maps));
  if (cursor.row.imm !== 'try_table') return;
  encodeVector(writer, cursor.catches, ({ kind, tag, label }) => {
    writer.byte(['catch', 'catch_ref', 'catch_all', 'catch_all_ref'].indexOf(kind));
    if (tag >= 0) writer.u32((maps.tag ?? KEEP)(tag));
    writer.u32((maps.label ?? KEEP)(label));
  });
}

function writeMemarg(writer: Writer, cursor: InstructionCursor, maps: Renumbering): void {
  const memory = (maps.memory ?? KEEP)(cursor.index);
  writer.u32(memory === 0 ? cursor.align : cursor.align | 0x40);
  if (memory !== 0) writer.u32(memory);
  writer.u64((BigInt(cursor.hi >>> 0) << 32n) | BigInt(cursor.lo >>> 0));
  if (cursor.row.imm === 'memarg_lane') writer.byte(cursor.lane);
}
