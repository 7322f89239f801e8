// Immediates of instructions: text at the cursor -> bytes of the binary format, a function for each part of immediates.
// https://webassembly.github.io/spec/core/text/instructions.html
import { lowWord } from '../syntax/bits.ts';
import { type IndexPart, type Part, standsFirst } from '../syntax/immediates.ts';
import type { Row } from '../syntax/instructions.ts';
import { isNullable } from '../syntax/types.ts';
import type { ValType } from '../syntax/types.ts';
import type { Writer } from '../encoder/writer.ts';
import type { Context, IndexSpace } from './context.ts';
import type { Cursor } from './cursor.ts';
import type { Labels } from './labels.ts';
import { MEMARG_OPTIONS } from './keywords.ts';
import {
  VECTOR_SHAPES,
  type VectorShape,
  isNumberText,
  parseFloatBits,
  parseInteger,
  parseU32,
  parseU64,
} from './literals.ts';
import { readRefTo, readRefType, readTypeUse, readValType, typeUseIndex } from './parser-types.ts';
import { identifierName } from './strings.ts';
import { FLOAT, ID, INT, KEYWORD, NAT, RPAREN } from './tokens.ts';
import * as say from './messages.ts';

/** Where immediates are read and written: one function body or constant expression. */
export interface Scope {
  readonly context: Context;
  readonly cursor: Cursor;
  readonly writer: Writer;
  readonly locals: IndexSpace;
  readonly labels: Labels;
}

/** An index that may be left out, which means 0. */
function optionalIndex(cursor: Cursor, space: IndexSpace): number {
  return cursor.isIndex() ? space.index(cursor) : 0;
}

/** Depth of the label that stands at the cursor, as a number or an identifier. */
export function labelDepth(scope: Scope): number {
  const { cursor, labels } = scope;
  if (cursor.kind !== ID) return cursor.u32('a label');
  const depth = labels.depthOf(identifierName(cursor.text));
  if (depth === undefined) throw say.unknownId(cursor.place, 'label', cursor.text);
  cursor.pos++;
  return depth;
}

/** A block type: none, one value type, or the index of a function type. */
export function writeBlockType(scope: Scope): void {
  const { context, writer } = scope;
  const use = readTypeUse(context, 'refuse');
  if (use.index < 0 && use.params.length === 0 && use.results.length < 2) {
    if (use.results.length === 0) writer.byte(0x40);
    else writer.valType(use.results[0]);
  } else writer.s33(typeUseIndex(context, use));
}

const CATCHES = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'];

/** The catch clauses of try_table; their labels do not see the instruction's own label. */
function writeCatches(scope: Scope): void {
  const { context, cursor, writer } = scope;
  const clauses: number[][] = [];
  for (;;) {
    const kind = CATCHES.findIndex((word) => cursor.isOpen(word));
    if (kind < 0) break;
    cursor.pos += 2;
    const tag = kind < 2 ? [context.tagSpace.index(cursor)] : [];
    clauses.push([kind, ...tag, labelDepth(scope)]);
    cursor.closing();
  }
  writer.u32(clauses.length);
  for (const clause of clauses) for (const value of clause) writer.u32(value);
}

function writeLabels(scope: Scope): void {
  const { cursor, writer } = scope;
  const depths = [labelDepth(scope)];
  while (cursor.isIndex()) depths.push(labelDepth(scope));
  writer.u32(depths.length - 1);
  for (const depth of depths) writer.u32(depth);
}

function writeSelect({ context, cursor, writer }: Scope): void {
  const types: ValType[] = [];
  while (cursor.tryOpen('result')) {
    while (cursor.kind !== RPAREN) types.push(readValType(context));
    cursor.pos++;
  }
  writer.u32(types.length);
  for (const type of types) writer.valType(type);
}

/** The text of `word=...` at the cursor without the word, or undefined. */
function option(cursor: Cursor, word: string): string | undefined {
  if (cursor.kind !== KEYWORD) return undefined;
  const text = cursor.text;
  if (!text.startsWith(word)) return undefined;
  const value = text.slice(word.length);
  if (isNumberText(value, 0, value.length) !== NAT) {
    throw say.unknownOperator(cursor.place, text);
  }
  return value;
}

/** In front of a lane one number is the lane; with two, or with options between, the first is the memory. */
function memoryBeforeLane({ cursor, context }: Scope): number {
  const next = cursor.tokens.kinds[cursor.pos + 1];
  const word = next === KEYWORD ? cursor.tokens.text(cursor.pos + 1) : '';
  const options = MEMARG_OPTIONS.some((option) => word.startsWith(option));
  const named = cursor.kind === ID || (cursor.kind === NAT && (next === NAT || options));
  return named ? context.memorySpace.index(cursor) : 0;
}

function writeMemArg(scope: Scope, row: Row, next: Part | undefined): void {
  const { context, cursor, writer } = scope;
  const memory = next === 'lane' ? memoryBeforeLane(scope) : optionalIndex(cursor, context.memorySpace);
  const { tokens, pos } = cursor;
  const offsetText = option(cursor, 'offset=');
  if (offsetText !== undefined) cursor.pos++;
  const alignText = option(cursor, 'align=');
  if (alignText !== undefined) cursor.pos++;
  const offset = offsetText === undefined ? 0n : parseU64(offsetText);
  if (offset === undefined) throw say.numberOutOfRange(tokens.place(pos), offsetText ?? '', 'i64');
  let align = row.align as number;
  if (alignText !== undefined) {
    const bytes = parseU64(alignText);
    if (bytes === undefined) throw say.numberOutOfRange(tokens.place(cursor.pos - 1), alignText, 'i64');
    if (bytes === 0n || (bytes & (bytes - 1n)) !== 0n)
      throw say.alignmentNotPowerOfTwo(tokens.place(cursor.pos - 1), alignText);
    align = bytes.toString(2).length - 1;
  }
  const named = memory !== 0 || writer.isLong();
  writer.u32(named ? align | 0x40 : align);
  if (named) writer.u32(memory);
  writer.u64(offset);
}

function writeLane({ cursor, writer }: Scope): void {
  if (cursor.kind !== NAT) throw cursor.unexpected('a lane index');
  const lane = parseU32(cursor.text);
  if (lane === undefined || lane > 255) throw say.numberOutOfRange(cursor.place, cursor.text, 'i8');
  writer.byte(lane);
  cursor.pos++;
}

const isNumber = (kind: number): boolean => kind === NAT || kind === INT || kind === FLOAT;

/** The 16 lanes of a shuffle. */
function writeLanes(scope: Scope): void {
  const { cursor, writer } = scope;
  for (let i = 0; i < 16; i++) {
    if (!isNumber(cursor.kind)) throw say.invalidLaneLength(cursor.place);
    const lane = cursor.kind === NAT ? parseU32(cursor.text) : undefined;
    if (lane === undefined || lane > 255) throw say.numberOutOfRange(cursor.place, cursor.text, 'i8');
    writer.byte(lane);
    cursor.pos++;
  }
  if (isNumber(cursor.kind)) throw say.invalidLaneLength(cursor.place);
}

/** An integer literal at the cursor, as unsigned bits. */
export function readInteger(cursor: Cursor, width: number): bigint {
  if (cursor.kind !== NAT && cursor.kind !== INT) throw cursor.unexpected(`an i${width} literal`);
  const bits = parseInteger(cursor.text, width);
  if (bits === undefined) throw say.constantOutOfRange(cursor.place, cursor.text, `i${width}`);
  cursor.pos++;
  return bits;
}

/** A float literal at the cursor, as bits. */
export function readFloat(cursor: Cursor, width: 32 | 64): bigint {
  if (!isNumber(cursor.kind)) throw cursor.unexpected(`an f${width} literal`);
  const bits = parseFloatBits(cursor.text, width);
  if (bits === undefined) throw say.constantOutOfRange(cursor.place, cursor.text, `f${width}`);
  cursor.pos++;
  return bits;
}

/** The lanes of a `v128.const` after its shape, with the shape; each lane by `readLane` or as a number. */
export function readShape(cursor: Cursor): VectorShape {
  const shape = cursor.kind === KEYWORD ? VECTOR_SHAPES.get(cursor.text) : undefined;
  if (shape === undefined) throw cursor.unexpected('a vector shape');
  cursor.pos++;
  return shape;
}

function writeVector({ cursor, writer }: Scope): void {
  const name = cursor.text;
  const { count, width, float } = readShape(cursor);
  const first = cursor.pos;
  while (isNumber(cursor.kind)) cursor.pos++;
  if (cursor.isUnknown()) throw cursor.unexpected('a lane');
  if (cursor.pos - first !== count) throw say.wrongNumberOfLanes(cursor.tokens.place(first), name, count);
  cursor.pos = first;
  for (let i = 0; i < count; i++) {
    const bits = float ? readFloat(cursor, width as 32 | 64) : readInteger(cursor, width);
    for (let shift = 0; shift < width; shift += 8) writer.byte(Number((bits >> BigInt(shift)) & 0xffn));
  }
}

/** `(x y)?`: destination and source, which are left out together. */
const pair =
  (space: (context: Context) => IndexSpace): WritePart =>
  ({ context, cursor, writer }) => {
    const given = cursor.isIndex();
    writer.u32(given ? space(context).index(cursor) : 0);
    writer.u32(given ? space(context).index(cursor) : 0);
  };

function fieldIndex({ context, cursor }: Scope, type: number): number {
  const space = context.fieldSpaces.get(type);
  if (space !== undefined) return space.index(cursor);
  if (cursor.kind === ID) throw say.unknownId(cursor.place, 'field', cursor.text);
  return cursor.u32('a field index');
}

function writeCastBranch(scope: Scope): void {
  const { context, writer } = scope;
  const label = labelDepth(scope);
  const from = readRefType(context);
  const to = readRefType(context);
  writer.byte((isNullable(from) ? 1 : 0) | (isNullable(to) ? 2 : 0));
  writer.u32(label);
  writer.refTo(from);
  writer.refTo(to);
}

/** The reference type of a cast: its nullability is in the opcode, so that only the heap type is written. */
function writeRefType({ context, writer }: Scope): void {
  writer.refTo(readRefType(context));
}

function writeI32({ cursor, writer }: Scope): void {
  writer.s33(lowWord(readInteger(cursor, 32)));
}

function dataIndex({ context, cursor }: Scope): number {
  context.usesDataCount = true;
  return context.dataSpace.index(cursor);
}

/** Reads an index; `before` is that of the part before. */
type ReadIndex = (scope: Scope, before: number) => number;

const INDICES: Readonly<Record<IndexPart, ReadIndex>> = {
  label: labelDepth,
  func: ({ context, cursor }) => context.funcSpace.index(cursor),
  local: ({ locals, cursor }) => locals.index(cursor),
  global: ({ context, cursor }) => context.globalSpace.index(cursor),
  tag: ({ context, cursor }) => context.tagSpace.index(cursor),
  data: dataIndex,
  elem: ({ context, cursor }) => context.elemSpace.index(cursor),
  type: ({ context, cursor }) => context.typeSpace.index(cursor),
  table: ({ context, cursor }) => optionalIndex(cursor, context.tableSpace),
  memory: ({ context, cursor }) => optionalIndex(cursor, context.memorySpace),
  type_use: ({ context }) => typeUseIndex(context, readTypeUse(context, 'refuse')),
  field: fieldIndex,
  count: ({ cursor }) => cursor.u32('a count'),
};

/** Writes a part of the immediates of a row; `next` is the part after it. */
type WritePart = (scope: Scope, row: Row, next: Part | undefined) => void;

const OTHERS: Readonly<Record<Exclude<Part, IndexPart>, WritePart>> = {
  block: writeBlockType,
  catches: writeCatches,
  labels: writeLabels,
  table_table: pair((context) => context.tableSpace),
  memory_memory: pair((context) => context.memorySpace),
  select: writeSelect,
  memarg: writeMemArg,
  lane: writeLane,
  lanes: writeLanes,
  i32: writeI32,
  i64: ({ cursor, writer }) => writer.s64(readInteger(cursor, 64)),
  f32: ({ cursor, writer }) => writer.bits32(Number(readFloat(cursor, 32))),
  f64: ({ cursor, writer }) => writer.bits64(readFloat(cursor, 64)),
  v128: writeVector,
  heap: ({ context, writer }) => writer.refTo(readRefTo(context, true)),
  ref_type: writeRefType,
  cast_branch: writeCastBranch,
  fence: ({ writer }) => writer.byte(0),
};

const isIndexPart = (part: Part): part is IndexPart => part in INDICES;

/** Writes a part, and gives the index that it is, if it is one. */
function writePart(scope: Scope, row: Row, part: Part, next: Part | undefined, before: number): number {
  if (!isIndexPart(part)) {
    OTHERS[part](scope, row, next);
    return 0;
  }
  const index = INDICES[part](scope, before);
  scope.writer.u32(index);
  return index;
}

/** Whether an index that may be left out stands at the cursor. In front of another index, one alone is that. */
function isGiven({ cursor }: Scope, next: Part): boolean {
  const following = cursor.tokens.kinds[cursor.pos + 1];
  const needsAnother = isIndexPart(next) && next !== 'type_use';
  return cursor.isIndex() && (!needsAnother || following === NAT || following === ID);
}

/** Writes what follows the opcode of a row. */
export function writeImmediates(scope: Scope, row: Row): void {
  const [first, second] = row.parts;
  if (first === undefined) return;
  if (second !== undefined && standsFirst(second)) {
    const index = isGiven(scope, first) ? INDICES[second](scope, 0) : 0;
    writePart(scope, row, first, undefined, 0);
    scope.writer.u32(index);
    return;
  }
  const index = writePart(scope, row, first, second, 0);
  if (second !== undefined) writePart(scope, row, second, undefined, index);
}
