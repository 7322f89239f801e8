// A cursor over bytes: LEB128 integers, names, value and heap types. It owns offsets: every error says where.
// https://webassembly.github.io/spec/core/binary/values.html  It does not know sections or instructions.
import type { MalformedError } from '../errors.ts';
import { decodeUtf8 } from '../syntax/utf8.ts';
import { HEAP, type HeapType, I16, I32, I8, V128, type ValType, hasShortForm, ref } from '../syntax/types.ts';
import * as say from './messages.ts';

/** Far above MAX_TYPES. */
const MAX_TYPE_INDEX = 2 ** 27 - 1;

/**
 * A type index in a heap type. Those of five bytes, far beyond what a module can have, are read as one, so that packed
 * types stay small integers; validation finds it unknown.
 */
const boundedIndex = (index: number): number => Math.min(index, MAX_TYPE_INDEX);

// Codes are the binary format's bytes read as s7.
const isNumCode = (code: number): boolean => code <= I32 && code >= V128;
const isAbstractHeap = (code: number): boolean => code <= HEAP.noexn && code >= HEAP.exn;
const startsRefType = (byte: number): boolean => byte === 0x63 || byte === 0x64 || isAbstractHeap(byte - 0x80);

/** Reads `bytes[offset, end)` from left to right. Methods throw MalformedError at the offset of the fault. */
export class Reader {
  bytes: Uint8Array;
  /** Offset of the next byte to read. */
  offset: number;
  end: number;
  /** Low and high half of the last 64-bit integer read. */
  lo = 0;
  hi = 0;
  /** How many choices between a short and a long form were met, and which of them are long (syntax/module.ts, BinaryForm). */
  choices = 0;
  long: number[] | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  /** Reads other bytes from here on. */
  restart(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.choices = 0;
    this.long = undefined;
  }

  /** Notes whether the long of two forms stands here. */
  choice(isLong: boolean): void {
    if (isLong) (this.long ??= []).push(this.choices);
    this.choices++;
  }

  /** Takes back what was noted from a choice on, for what is kept as bytes. */
  forgetChoices(from: number): void {
    this.choices = from;
    while (this.long !== undefined && this.long[this.long.length - 1] >= from) this.long.pop();
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  byte(): number {
    if (this.offset >= this.end) throw say.unexpectedEnd(this.offset);
    return this.bytes[this.offset++];
  }

  peek(): number {
    if (this.offset >= this.end) throw say.unexpectedEnd(this.offset);
    return this.bytes[this.offset];
  }

  /** u32, at most 5 bytes; a JS number from 0 to 2^32-1. */
  u32(): number {
    const start = this.offset;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    byte = this.byte();
    if (byte >= 0x80) throw say.integerTooLong(start, 32);
    if (byte > 0x0f) throw say.integerTooLarge(start, 32);
    return (value | (byte << 28)) >>> 0;
  }

  /**
   * The length of a vector or of a name: a u32, no more than the bytes that remain, since each element takes one at
   * least. Callers may therefore allocate that many.
   */
  length(): number {
    const start = this.offset;
    const length = this.u32();
    const fault = this.lengthFault(start, length);
    if (fault !== undefined) throw fault;
    return length;
  }

  /** What is wrong with a length that was read at `start` and ends here: more than the bytes that remain. */
  lengthFault(start: number, length: number): MalformedError | undefined {
    if (length <= this.end - this.offset) return undefined;
    // The testsuite counts the length's own bytes among those that remain.
    if (length <= this.end - start) return say.unexpectedEnd(this.end, `${length} bytes or elements are needed`);
    return say.lengthOutOfBounds(start, length, this.end - this.offset);
  }

  /** s32, at most 5 bytes. */
  s32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const last = this.byte();
    if (last >= 0x80) throw say.integerTooLong(start, 32);
    const unused = last & 0x78;
    if (unused !== 0 && unused !== 0x78) throw say.integerTooLarge(start, 32);
    return value | (last << 28);
  }

  /** s33 (block types, heap types), at most 5 bytes; a JS number from -2^32 to 2^32-1. */
  s33(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    const last = this.byte();
    if (last >= 0x80) throw say.integerTooLong(start, 33);
    const unused = last & 0x70;
    if (unused !== 0 && unused !== 0x70) throw say.integerTooLarge(start, 33);
    const low = (value | (last << 28)) >>> 0;
    return (last & 0x10) !== 0 ? low - 4294967296 : low;
  }

  /** s64, at most 10 bytes, into `lo` and `hi`. */
  s64(): void {
    this.leb64(true);
  }

  /** u64, at most 10 bytes, into `lo` and `hi`. */
  u64(): void {
    this.leb64(false);
  }

  private leb64(signed: boolean): void {
    const start = this.offset;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 0x80) {
        if (signed && (byte & 0x40) !== 0) {
          const used = shift + 7;
          if (used < 32) {
            lo |= -1 << used;
            hi = -1;
          } else hi |= -1 << (used - 32);
        }
        this.lo = lo;
        this.hi = hi;
        return;
      }
    }
    const last = this.byte();
    if (last >= 0x80) throw say.integerTooLong(start, 64);
    if (signed ? last !== 0 && last !== 0x7f : last > 1) throw say.integerTooLarge(start, 64);
    this.lo = lo;
    this.hi = hi | (last << 31);
  }

  /** 4 bytes, little-endian, as int32. */
  bits32(): number {
    if (this.end - this.offset < 4) throw say.unexpectedEnd(this.offset);
    const { bytes, offset } = this;
    this.offset += 4;
    return bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24);
  }

  /** The next `length` bytes as a view. */
  view(length: number): Uint8Array {
    if (length > this.end - this.offset) throw say.unexpectedEnd(this.end, `${length} bytes are needed`);
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** A name: length and UTF-8. */
  name(): string {
    const length = this.length();
    const start = this.offset;
    const text = decodeUtf8(this.bytes, start, start + length);
    if (text === undefined) throw say.malformedUtf8(start);
    this.offset = start + length;
    return text;
  }

  /** A heap type, without `exact` (0x62), which `refTo` reads. */
  heapType(): HeapType {
    const start = this.offset;
    const value = this.s33();
    if (value >= 0) return boundedIndex(value);
    // Abstract types are single bytes: a longer LEB128 of the same number is not one.
    if (this.offset > start + 1) throw say.integerTooLong(start, 7);
    if (isAbstractHeap(value)) return value;
    throw say.malformedHeapType(start, value);
  }

  /** `heaptype`, or 0x62 and a type index (exact), and the reference type over it. */
  refTo(nullable: boolean): ValType {
    if (this.peek() !== 0x62) return ref(this.heapType(), nullable);
    this.offset++;
    const start = this.offset;
    // The proposal writes u32, its reference interpreter and test suite s33: 0x62 twice is no type.
    const index = this.s33();
    if (index < 0) throw say.malformedStorageType(start, index & 0x7f);
    return ref(boundedIndex(index), nullable, true);
  }

  /** A reference type. */
  refType(): ValType {
    const byte = this.peek();
    if (!startsRefType(byte)) throw say.malformedReferenceType(this.offset, byte);
    return this.valType();
  }

  /** A value type. */
  valType(): ValType {
    const start = this.offset;
    const byte = this.byte();
    if (byte >= 0x80 || byte < 0x40) throw say.malformedValueType(start, byte);
    if (byte === 0x63 || byte === 0x64) {
      const t = this.refTo(byte === 0x63);
      if (hasShortForm(t)) this.choice(true);
      return t;
    }
    const code = byte - 0x80;
    if (isNumCode(code)) return code;
    if (isAbstractHeap(code)) {
      this.choice(false);
      return ref(code, true);
    }
    throw say.malformedValueType(start, byte);
  }

  /** A storage type: a value type, i8 or i16. */
  storageType(): ValType {
    const byte = this.peek();
    const code = byte - 0x80;
    if (code === I8 || code === I16) {
      this.offset++;
      return code;
    }
    if (!isNumCode(code) && !startsRefType(byte)) throw say.malformedStorageType(this.offset, byte);
    return this.valType();
  }
}
