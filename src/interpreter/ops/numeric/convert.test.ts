import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  f32ConvertI64S,
  f32ConvertI64U,
  f64ConvertI64S,
  f64ConvertI64U,
  i32TruncS,
  i32TruncSatS,
  i32TruncSatU,
  i32TruncU,
  i64TruncS,
  i64TruncSatS,
  i64TruncSatU,
  i64TruncU,
} from './convert.ts';
import { anyDouble, anyFloat, hi, lo, read, UINT64, uint64 } from './samples.suite.ts';

type Store = (S: Int32Array, d: number, x: number) => void;

/** The 64-bit operators with the shape of the 32-bit ones, answering with the bits as a bigint. */
const stored = (f: Store) => (x: number) => {
  const S = new Int32Array(4).fill(0x55);
  f(S, 1, x);
  if (S[0] !== 0x55 || S[3] !== 0x55) throw new Error('wrote outside of the result');
  return read(S, 1);
};
const bits32 = (f: (x: number) => number) => (x: number) => {
  const result = f(x);
  if (!Object.is(result, result | 0)) throw new Error(`${result} is not an int32`);
  return BigInt(result >>> 0);
};

const targets = [
  { name: 'i32', width: 32, signed: true, trunc: bits32(i32TruncS), sat: bits32(i32TruncSatS) },
  { name: 'u32', width: 32, signed: false, trunc: bits32(i32TruncU), sat: bits32(i32TruncSatU) },
  { name: 'i64', width: 64, signed: true, trunc: stored(i64TruncS), sat: stored(i64TruncSatS) },
  { name: 'u64', width: 64, signed: false, trunc: stored(i64TruncU), sat: stored(i64TruncSatU) },
];

/** Every double or f32 next to an edge of a target's range. */
const edges = [-1, 0, 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64]
  .flatMap((x) => [x, -x])
  .flatMap((x) => [0, 0.5, 0.9999999, 1].flatMap((by) => [x + by, x - by]))
  .flatMap((x) => [x, x * (1 + 2 ** -52), x * (1 - 2 ** -53), Math.fround(x), Math.fround(x * (1 - 2 ** -24))])
  .concat([Number.NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE]);

describe.each(targets)('truncation to $name', ({ width, signed, trunc, sat }) => {
  const min = signed ? -(1n << BigInt(width - 1)) : 0n;
  const max = signed ? (1n << BigInt(width - 1)) - 1n : (1n << BigInt(width)) - 1n;

  test('truncates toward zero, traps outside of the range, and saturates instead in the sat form', () => {
    const check = (x: number): void => {
      const whole = Number.isFinite(x) ? BigInt(Math.trunc(x)) : undefined;
      if (whole !== undefined && whole >= min && whole <= max) {
        expect(trunc(x)).toBe(BigInt.asUintN(width, whole));
        expect(sat(x)).toBe(BigInt.asUintN(width, whole));
      } else {
        expect(() => trunc(x)).toThrow(Number.isNaN(x) ? /^invalid conversion to integer: / : /^integer overflow: /);
        expect(sat(x)).toBe(Number.isNaN(x) ? 0n : BigInt.asUintN(width, x > 0 ? max : min));
      }
    };
    edges.forEach(check);
    fc.assert(fc.property(fc.oneof(anyDouble, anyFloat), check), { numRuns: 5000 });
  });
});

/** The f32 nearest to an integer, ties to even, by integer arithmetic alone. */
function roundToF32(x: bigint): number {
  const magnitude = x < 0n ? -x : x;
  const drop = BigInt(Math.max(0, magnitude.toString(2).length - 24));
  let kept = magnitude >> drop;
  const rest = magnitude - (kept << drop);
  const half = drop === 0n ? 1n : 1n << (drop - 1n);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  return Number(kept << drop) * (x < 0n ? -1 : 1);
}

describe('conversion from i64', () => {
  /** Integers that lie on, or one beside, a midpoint of two f32, which double rounding gets wrong. */
  const nearMidpoint = fc
    .tuple(fc.integer({ min: 1 << 23, max: (1 << 24) - 1 }), fc.integer({ min: 1, max: 40 }), fc.bigInt(-3n, 3n))
    .map(([kept, drop, by]) => (BigInt(kept) << BigInt(drop)) + (1n << BigInt(drop - 1)) + by);
  const values = fc
    .oneof(
      uint64,
      nearMidpoint,
      nearMidpoint.map((x) => -x),
    )
    .map((x) => BigInt.asUintN(64, x));

  test('to f64 rounds once, as Number does', () => {
    const check = (x: bigint): void => {
      expect(Object.is(f64ConvertI64U(lo(x), hi(x)), Number(x))).toBe(true);
      expect(Object.is(f64ConvertI64S(lo(x), hi(x)), Number(BigInt.asIntN(64, x)))).toBe(true);
    };
    UINT64.forEach(check);
    fc.assert(fc.property(values, check), { numRuns: 10_000 });
  });

  test('to f32 rounds once, not by way of f64', () => {
    const check = (x: bigint): void => {
      const s = BigInt.asIntN(64, x);
      expect(f32ConvertI64U(lo(x), hi(x))).toBe(roundToF32(x));
      expect(f32ConvertI64S(lo(x), hi(x)) + 0).toBe(roundToF32(s) + 0);
    };
    UINT64.forEach(check);
    fc.assert(fc.property(values, check), { numRuns: 20_000 });
  });

  test('to f32 of a number just above a midpoint goes up although f64 would round it onto the midpoint', () => {
    const x = 0x8000_0080_0000_0001n; // 2^63 + 2^39 + 1
    expect(Math.fround(Number(x))).toBe(2 ** 63);
    expect(f32ConvertI64U(lo(x), hi(x))).toBe(2 ** 63 + 2 ** 40);
    expect(f32ConvertI64S(lo(0x7fffff4000000001n), hi(0x7fffff4000000001n))).toBe(2 ** 63 - 2 ** 39);
  });
});
