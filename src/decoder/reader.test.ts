import { expect, test } from 'vitest';
import { EXTERNREF, FUNCREF, HEAP, I16, I32, I8, ref } from '../syntax/types.ts';
import { type Part, bytes, malformed, u32 } from './bytes.suite.ts';
import { Reader } from './reader.ts';

const over = (...parts: readonly Part[]): Reader => new Reader(bytes(...parts));

test('u32 takes padding up to five bytes', () => {
  expect(over(0x80, 0x80, 0x80, 0x80, 0x00).u32()).toBe(0);
  expect(over(0x83, 0x80, 0x80, 0x80, 0x00).u32()).toBe(3);
  expect(over(0xff, 0xff, 0xff, 0xff, 0x0f).u32()).toBe(0xffff_ffff);
});

test('u32 refuses six bytes, and unused bits in the fifth', () => {
  expect(malformed(() => over(0x80, 0x80, 0x80, 0x80, 0x80, 0x00).u32())).toMatch(/^integer representation too long/);
  expect(malformed(() => over(0xff, 0xff, 0xff, 0xff, 0x1f).u32())).toMatch(/^integer too large/);
});

test('s32 refuses unused bits that do not repeat the sign', () => {
  expect(over(0xff, 0xff, 0xff, 0xff, 0x7f).s32()).toBe(-1);
  expect(over(0x80, 0x80, 0x80, 0x80, 0x78).s32()).toBe(-2147483648);
  expect(malformed(() => over(0xff, 0xff, 0xff, 0xff, 0x4f).s32())).toMatch(/^integer too large/);
  expect(malformed(() => over(0x80, 0x80, 0x80, 0x80, 0x08).s32())).toMatch(/^integer too large/);
});

test('s33 spans -2^32 to 2^32-1', () => {
  expect(over(0xff, 0xff, 0xff, 0xff, 0x0f).s33()).toBe(4294967295);
  expect(over(0x80, 0x80, 0x80, 0x80, 0x70).s33()).toBe(-4294967296);
  expect(malformed(() => over(0x80, 0x80, 0x80, 0x80, 0x10, 0).s33())).toMatch(/^integer too large/);
});

test('s64 and u64 refuse eleven bytes and unused bits in the tenth', () => {
  const nine = new Uint8Array(9).fill(0xff);
  expect(malformed(() => over(nine, 0xff, 0x00).s64())).toMatch(/^integer representation too long/);
  expect(malformed(() => over(nine, 0x7e).s64())).toMatch(/^integer too large/);
  expect(malformed(() => over(nine, 0x02).u64())).toMatch(/^integer too large/);
  const reader = over(nine, 0x01);
  reader.u64();
  expect([reader.lo, reader.hi]).toEqual([-1, -1]);
});

test('a megabyte of continuation bytes is refused at its sixth byte', () => {
  const reader = new Reader(new Uint8Array(1 << 20).fill(0x80));
  expect(malformed(() => reader.u32())).toMatch(/^integer representation too long/);
  expect(reader.offset).toBeLessThan(7);
});

test('every read at the end is refused with its offset', () => {
  const reads: ((reader: Reader) => unknown)[] = [
    (r) => r.byte(),
    (r) => r.peek(),
    (r) => r.u32(),
    (r) => r.s32(),
    (r) => r.s33(),
    (r) => r.s64(),
    (r) => r.u64(),
    (r) => r.bits32(),
    (r) => r.view(1),
    (r) => r.name(),
    (r) => r.valType(),
    (r) => r.refType(),
    (r) => r.heapType(),
    (r) => r.storageType(),
  ];
  for (const read of reads) {
    const reader = new Reader(bytes(1, 2, 3), 3, 3);
    expect(malformed(() => read(reader))).toMatch(/^unexpected end of section or function.*\(offset 0x03\)$/);
  }
});

test('a reader of a range does not see what lies behind it', () => {
  const reader = new Reader(bytes(0x85, 0x01, 0x02), 0, 1);
  expect(malformed(() => reader.u32())).toMatch(/^unexpected end/);
});

test('a name longer than the bytes that remain is refused before anything is allocated', () => {
  // 136,000,000 in 17 bytes.
  const reader = over(u32(136_000_000), 'thirteen char');
  expect(malformed(() => reader.name())).toMatch(/^length out of bounds: 136000000/);
});

test('a name is strict UTF-8', () => {
  const bad: readonly (readonly number[])[] = [
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
    [0xff],
    [0x80],
  ];
  for (const name of bad) {
    expect(malformed(() => over(name.length, name).name())).toMatch(/^malformed UTF-8 encoding/);
  }
  expect(over(3, 0xe2, 0x82, 0xac).name()).toBe('€');
  expect(over(0).name()).toBe('');
  expect(over(4, 0xef, 0xbb, 0xbf, 0x61).name()).toBe('\ufeffa');
});

test('value types are read, and only they', () => {
  expect(over(0x7f).valType()).toBe(I32);
  expect(over(0x70).valType()).toBe(FUNCREF);
  expect(over(0x63, 0x6f).valType()).toBe(EXTERNREF);
  expect(over(0x64, 0x05).valType()).toBe(ref(5, false));
  expect(over(0x64, 0x62, 0x05).valType()).toBe(ref(5, false, true));
  expect(over(0x63, 0x62, 0xe2, 0x00).valType()).toBe(ref(98, true, true));
  expect(() => over(0x63, 0x62, 0x62).valType()).toThrow('malformed storage type');
  expect(malformed(() => over(0x78).valType())).toMatch(/^malformed value type/);
  expect(malformed(() => over(0x40).valType())).toMatch(/^malformed value type/);
  expect(malformed(() => over(0xff, 0x7f).valType())).toMatch(/^malformed value type/);
});

test('storage types are value types, i8 and i16', () => {
  expect(over(0x78).storageType()).toBe(I8);
  expect(over(0x77).storageType()).toBe(I16);
  expect(over(0x7f).storageType()).toBe(I32);
  expect(malformed(() => over(0x76).storageType())).toMatch(/^malformed storage type/);
});

test('reference types exclude numbers', () => {
  expect(malformed(() => over(0x7f).refType())).toMatch(/^malformed reference type/);
  expect(malformed(() => over(0x00).refType())).toMatch(/^malformed reference type/);
  expect(over(0x6e).refType()).toBe(ref(HEAP.any, true));
});

test('an abstract heap type is one byte, not a longer LEB128 of it', () => {
  expect(over(0x70).heapType()).toBe(HEAP.func);
  expect(malformed(() => over(0xf0, 0x7f).heapType())).toMatch(/^integer representation too long/);
  expect(malformed(() => over(0x40).heapType())).toMatch(/^malformed heap type/);
});

test('a type index beyond all modules does not wrap into a small one', () => {
  // 2^30 times 4 would be 0 in 32 bits.
  expect(over(0x64, 0x80, 0x80, 0x80, 0x80, 0x04).valType()).toBe(ref(2 ** 27 - 1, false));
  expect(over(0x64, 0x62, 0xff, 0xff, 0xff, 0xff, 0x0f).valType()).toBe(ref(2 ** 27 - 1, false, true));
});
