import { expect, test } from 'vitest';
import { F64, I32 } from '../syntax/types.ts';
import { type Part, bytes, malformed, u32 } from './bytes.suite.ts';
import { decodeLocals } from './locals.ts';
import { Reader } from './reader.ts';

const over = (...parts: readonly Part[]): Reader => new Reader(bytes(...parts));

test('groups are read as counts and types, and the reader stands at the first instruction', () => {
  const reader = over(2, 3, 0x7f, 1, 0x7c, 0x0b);
  expect(decodeLocals(reader, 0)).toEqual({ counts: [3, 1], types: [I32, F64], total: 4 });
  expect(reader.peek()).toBe(0x0b);
});

test('empty groups are dropped and neighbours of one type joined', () => {
  expect(decodeLocals(over(4, 1, 0x7f, 0, 0x7c, 2, 0x7f, 0, 0x7e), 0)).toEqual({ counts: [3], types: [I32], total: 3 });
});

test('50,000 locals are taken and one more is not, parameters included', () => {
  expect(decodeLocals(over(1, u32(50_000), 0x7f), 0).total).toBe(50_000);
  expect(malformed(() => decodeLocals(over(1, u32(50_001), 0x7f), 0))).toMatch(/^too many locals/);
  expect(malformed(() => decodeLocals(over(1, u32(50_000), 0x7f), 1))).toMatch(/^too many locals/);
});

test('counts whose sum would wrap around 2^32 are refused', () => {
  const quarter = [u32(0x4000_0000), 0x7f];
  expect(malformed(() => decodeLocals(over(4, quarter, quarter, quarter, quarter), 0))).toMatch(/^too many locals/);
  expect(malformed(() => decodeLocals(over(2, u32(0xffff_ffff), 0x7f, 2, 0x7e), 0))).toMatch(/^too many locals/);
});

test('half a million empty groups leave nothing behind', () => {
  const groups = new Uint8Array(1_000_000).fill(0).map((_, i) => (i % 2 === 0 ? 0 : 0x7f));
  expect(decodeLocals(over(u32(500_000), groups), 0)).toEqual({ counts: [], types: [], total: 0 });
});

test('more groups than bytes are refused', () => {
  expect(malformed(() => decodeLocals(over(u32(0xffff_ffff), 1, 0x7f), 0))).toMatch(/^length out of bounds/);
});
