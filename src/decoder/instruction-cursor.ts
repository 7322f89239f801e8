// Walks instructions of the binary format one after the other, with their immediates, by the instruction table.
// https://webassembly.github.io/spec/core/binary/instructions.html
// The validator, lowering, the printer, the disassembler and the tracer all read bodies through it.
// It does not look at nesting: `end` is a row like any other.
import { type Row, isPrefix, plainRow, prefixedRow } from '../syntax/instructions.ts';
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

/**
 * After `next()` the fields hold the instruction read. Only those that its row's immediates fill are meaningful:
 *
 * | immediates                              | fields                                                       |
 * |-----------------------------------------|--------------------------------------------------------------|
 * | label func local global tag data elem type table memory | index                                       |
 * | block, try_table                        | typeIndex (or -1), valType (or 0); neither: no result; catches |
 * | labels                                  | labels (the last is the default)                             |
 * | call_indirect                           | index = type, index2 = table                                 |
 * | table_table, memory_memory              | index = destination, index2 = source                         |
 * | table_init, memory_init                 | index = segment, index2 = table or memory                    |
 * | select                                  | types                                                        |
 * | memarg, memarg_lane                     | align (log2), index = memory, lo and hi = offset; lane       |
 * | lane                                    | lane                                                         |
 * | lanes, v128                             | immOffset: offset of the 16 bytes                            |
 * | i32, f32                                | lo                                                           |
 * | i64, f64                                | lo, hi                                                       |
 * | heap                                    | valType: the nullable reference type over the heap type      |
 * | ref_type                                | valType: the reference type (null by the opcode)             |
 * | cast_branch                             | index = label, valType = from, valType2 = to                 |
 * | type_field .. type_type                 | index, index2                                                |
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
    if (row.imm !== 'none') this.immediates(row);
  }

  private prefixed(prefix: number): Row {
    const sub = this.reader.u32();
    const row = sub > 0xfff ? undefined : prefixedRow(prefix, sub);
    if (row !== undefined) return row;
    throw say.illegalOpcode(this.at, `${prefix.toString(16)} ${sub.toString(16).padStart(2, '0')}`);
  }

  private immediates(row: Row): void {
    const reader = this.reader;
    switch (row.imm) {
      case 'label':
      case 'func':
      case 'local':
      case 'global':
      case 'tag':
      case 'data':
      case 'elem':
      case 'type':
      case 'table':
      case 'memory':
        this.index = reader.u32();
        return;
      case 'call_indirect':
      case 'table_table':
      case 'memory_memory':
      case 'table_init':
      case 'memory_init':
      case 'type_field':
      case 'type_count':
      case 'type_data':
      case 'type_elem':
      case 'type_type':
        this.index = reader.u32();
        this.index2 = reader.u32();
        return;
      case 'memarg':
        this.memarg();
        return;
      case 'memarg_lane':
        this.memarg();
        this.lane = reader.byte();
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
      default:
        this.rareImmediates(row);
    }
  }

  private rareImmediates(row: Row): void {
    const reader = this.reader;
    switch (row.imm) {
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
        this.valType = reader.refTo(row.nullable);
        return;
      case 'cast_branch':
        this.castBranch();
        return;
      case 'try_table':
        this.blockType();
        this.catches = this.vector(() => this.catchClause());
        return;
      case 'fence':
        if (reader.byte() !== 0) throw say.zeroByteExpected(reader.offset - 1);
        return;
      default:
        return;
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
