// Walks instructions of the binary format one after the other, with their immediates, by the instruction table.
// https://webassembly.github.io/spec/core/binary/instructions.html
// The validator, lowering, the printer, the disassembler and the tracer all read bodies through it.
// It does not look at nesting: `end` is a row like any other.
import { type Row, isPrefix, plainRow, prefixedRow } from '../syntax/instructions.ts';
import type { Part } from '../syntax/immediates.ts';
import type { ValType } from '../syntax/types.ts';
import { Reader } from './reader.ts';
import * as say from './messages.ts';

/** A catch clause of try_table; `tag` is -1 for catch_all. */
export interface CatchClause {
  readonly kind: 'catch' | 'catch_ref' | 'catch_all' | 'catch_all_ref';
  readonly tag: number;
  readonly label: number;
}

const CATCH_KINDS = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const;

const NO_ROW = plainRow(0x01) as Row;

/** Parts of immediates that are read apart from the usual ones. */
type RarePart =
  | 'lane'
  | 'lanes'
  | 'v128'
  | 'labels'
  | 'select'
  | 'heap'
  | 'ref_type'
  | 'cast_branch'
  | 'catches'
  | 'fence';

/**
 * After `next()` the fields hold the instruction read. Only those that the parts of its row's immediates fill are
 * meaningful:
 *
 * | part                       | fields                                                       |
 * |----------------------------|--------------------------------------------------------------|
 * | index parts                | index where it is the kind's first part, index2 where second |
 * | table_table, memory_memory | index = destination, index2 = source                         |
 * | block                      | typeIndex (or -1), valType (or 0); neither: no result        |
 * | catches                    | catches                                                      |
 * | labels                     | labels (the last is the default)                             |
 * | select                     | types                                                        |
 * | memarg                     | align (log2), index = memory, lo and hi = offset             |
 * | lane                       | lane                                                         |
 * | lanes, v128                | immOffset: offset of the 16 bytes                            |
 * | i32, f32                   | lo                                                           |
 * | i64, f64                   | lo, hi                                                       |
 * | heap                       | valType: the nullable reference type over the heap type      |
 * | ref_type                   | valType: the reference type (null by the opcode)             |
 * | cast_branch                | index = label, valType = from, valType2 = to                 |
 */
export class InstructionCursor {
  readonly reader: Reader;
  row: Row = NO_ROW;
  /** Offset of the current instruction's opcode, and of its first immediate. */
  at = 0;
  immOffset = 0;
  index = 0;
  index2 = 0;
  align = 0;
  lane = 0;
  lo = 0;
  hi = 0;
  typeIndex = -1;
  valType: ValType = 0;
  valType2: ValType = 0;
  labels: number[] = [];
  types: ValType[] = [];
  catches: CatchClause[] = [];

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.reader = new Reader(bytes, start, end);
  }

  /** Offset of the next instruction. */
  get offset(): number {
    return this.reader.offset;
  }

  get done(): boolean {
    return this.reader.offset >= this.reader.end;
  }

  /**
   * Reads one instruction. Throws MalformedError on an opcode without a row, on malformed immediates, and where no
   * instruction is left: whoever walks a body stops at its final `end`.
   */
  next(): void {
    const reader = this.reader;
    this.at = reader.offset;
    if (reader.offset >= reader.end) throw say.endMissing(reader.bytes, reader.end);
    const byte = reader.byte();
    const row = isPrefix(byte) ? this.prefixed(byte) : plainRow(byte);
    if (row === undefined) throw say.illegalOpcode(this.at, byte.toString(16).padStart(2, '0'));
    this.row = row;
    this.immOffset = reader.offset;
    const { parts } = row;
    for (let place = 0; place < parts.length; place++) this.part(parts[place] as Part, place);
  }

  private prefixed(prefix: number): Row {
    const sub = this.reader.u32();
    const row = sub > 0xfff ? undefined : prefixedRow(prefix, sub);
    if (row !== undefined) return row;
    throw say.illegalOpcode(this.at, `${prefix.toString(16)} ${sub.toString(16).padStart(2, '0')}`);
  }

  /** Reads one part, at its place among the parts of its kind. */
  private part(part: Part, place: number): void {
    const reader = this.reader;
    switch (part) {
      case 'local':
      case 'label':
      case 'func':
      case 'global':
      case 'tag':
      case 'data':
      case 'elem':
      case 'type':
      case 'table':
      case 'memory':
      case 'type_use':
      case 'field':
      case 'count':
        if (place === 0) this.index = reader.u32();
        else this.index2 = reader.u32();
        return;
      case 'memarg':
        this.memarg();
        return;
      case 'i32':
        this.lo = reader.s32();
        return;
      case 'i64':
        reader.s64();
        this.lo = reader.lo;
        this.hi = reader.hi;
        return;
      case 'f32':
        this.lo = reader.bits32();
        return;
      case 'f64':
        this.lo = reader.bits32();
        this.hi = reader.bits32();
        return;
      case 'block':
        this.blockType();
        return;
      case 'table_table':
      case 'memory_memory':
        this.index = reader.u32();
        this.index2 = reader.u32();
        return;
      default:
        this.rarePart(part);
    }
  }

  private rarePart(part: RarePart): void {
    const reader = this.reader;
    switch (part) {
      case 'lane':
        this.lane = reader.byte();
        return;
      case 'lanes':
      case 'v128':
        reader.view(16);
        return;
      case 'labels':
        this.labels = this.vector(() => reader.u32());
        this.labels.push(reader.u32());
        return;
      case 'select':
        this.types = this.vector(() => reader.valType());
        return;
      case 'heap':
        this.valType = reader.refTo(true);
        return;
      case 'ref_type':
        this.valType = reader.refTo(this.row.nullable);
        return;
      case 'cast_branch':
        this.castBranch();
        return;
      case 'catches':
        this.catches = this.vector(() => this.catchClause());
        return;
      case 'fence':
        if (reader.byte() !== 0) throw say.zeroByteExpected(reader.offset - 1);
        return;
      default:
        part satisfies never;
    }
  }

  private vector<T>(element: () => T): T[] {
    const count = this.reader.length();
    const list: T[] = [];
    for (let i = 0; i < count; i++) list.push(element());
    return list;
  }

  private blockType(): void {
    const reader = this.reader;
    const byte = reader.peek();
    this.typeIndex = -1;
    this.valType = 0;
    if (byte === 0x40) {
      reader.offset++;
      return;
    }
    if (byte > 0x40 && byte < 0x80) {
      this.valType = reader.valType();
      return;
    }
    const value = reader.s33();
    if (value < 0) throw say.malformedBlockType(this.immOffset, value);
    this.typeIndex = value;
  }

  private memarg(): void {
    const reader = this.reader;
    const start = reader.offset;
    const flags = reader.u32();
    if (flags >= 0x80) throw say.malformedMemop(start, flags);
    const named = (flags & 0x40) !== 0;
    this.index = named ? reader.u32() : 0;
    if (this.index === 0) reader.choice(named);
    this.align = flags & 0x3f;
    reader.u64();
    this.lo = reader.lo;
    this.hi = reader.hi;
  }

  private castBranch(): void {
    const reader = this.reader;
    const flags = reader.byte();
    if (flags > 3) throw say.malformedCastFlags(reader.offset - 1, flags);
    this.index = reader.u32();
    this.valType = reader.refTo((flags & 1) !== 0);
    this.valType2 = reader.refTo((flags & 2) !== 0);
  }

  private catchClause(): CatchClause {
    const reader = this.reader;
    const byte = reader.byte();
    if (byte > 3) throw say.malformedCatch(reader.offset - 1, byte);
    const tag = byte < 2 ? reader.u32() : -1;
    return { kind: CATCH_KINDS[byte], tag, label: reader.u32() };
  }
}
