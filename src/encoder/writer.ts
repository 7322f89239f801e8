// Growing bytes: LEB128 integers, names, types. The inverse of decoder/reader.ts, shared by the encoder and the text
// format's parser. https://webassembly.github.io/spec/core/binary/values.html
import { encodeUtf8 } from '../syntax/utf8.ts';
import { highWord, lowWord, toUnsigned } from '../syntax/bits.ts';
import { type HeapType, type ValType, hasShortForm, heapOf, isExact, isNullable } from '../syntax/types.ts';

export class Writer {
  private buffer = new Uint8Array(64);
  /** Number of bytes written. */
  length = 0;
  /** Which choices between a short and a long form are long, by number; none where it is undefined. */
  long: ReadonlySet<number> | undefined;
  /** Number of the next choice. */
  choice = 0;

  /** Takes the next choice: is it the long form? The decoder notes the same choices in the same order. */
  isLong(): boolean {
    return this.long?.has(this.choice++) ?? false;
  }

  private room(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more));
    grown.set(this.buffer);
    this.buffer = grown;
  }

  byte(value: number): void {
    this.room(1);
    this.buffer[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.room(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** A vector of bytes: its length and the bytes. */
  sized(values: Uint8Array): void {
    this.u32(values.length);
    this.bytes(values);
  }

  u32(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** s32 and s33: any integer from -2^32 to 2^32-1. */
  s33(value: number): void {
    let rest = value;
    for (;;) {
      const bits = ((rest % 0x80) + 0x80) % 0x80;
      rest = Math.floor(rest / 0x80);
      if ((rest === 0 && bits < 0x40) || (rest === -1 && bits >= 0x40)) {
        this.byte(bits);
        return;
      }
      this.byte(bits | 0x80);
    }
  }

  u64(value: bigint): void {
    let rest = toUnsigned(64, value);
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  s64(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const bits = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && bits < 0x40) || (rest === -1n && bits >= 0x40)) {
        this.byte(bits);
        return;
      }
      this.byte(bits | 0x80);
    }
  }

  /** 4 bytes, little-endian. */
  bits32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  /** 8 bytes, little-endian. */
  bits64(value: bigint): void {
    this.bits32(lowWord(value));
    this.bits32(highWord(value));
  }

  name(text: string): void {
    this.sized(encodeUtf8(text));
  }

  /** An opcode as the instruction table writes it: one byte, or prefix and sub-code as 0xPP_SSS. */
  opcode(code: number): void {
    if (code < 0x100) {
      this.byte(code);
      return;
    }
    this.byte(code >> 12);
    this.u32(code & 0xfff);
  }

  heapType(heap: HeapType): void {
    this.s33(heap);
  }

  /** `heaptype`, or 0x62 and a type index (exact): what follows 0x63 or 0x64, and stands alone in casts. */
  refTo(t: ValType): void {
    if (isExact(t)) {
      this.byte(0x62);
      this.s33(heapOf(t));
    } else this.heapType(heapOf(t));
  }

  /** A value type or storage type, abbreviated where the format has an abbreviation. */
  valType(t: ValType): void {
    if (t < 0) {
      this.byte(t + 0x80);
      return;
    }
    if (hasShortForm(t) && !this.isLong()) {
      this.byte(heapOf(t) + 0x80);
      return;
    }
    this.byte(isNullable(t) ? 0x63 : 0x64);
    this.refTo(t);
  }

  /** What was written, as a view that is only good until the next write. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** What was written, as a copy. */
  take(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}
