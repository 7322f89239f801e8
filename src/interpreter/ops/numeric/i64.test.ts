import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { i64DivS, i64DivU, i64Popcnt, i64RemS, i64RemU, mulHighU } from './i64.ts';
import { hi, int32, INT32, lo, read, UINT64, uint64 } from './samples.suite.ts';

type Binary = (S: Int32Array, d: number, alo: number, ahi: number, blo: number, bhi: number) => void;
const MIN = 1n << 63n;
const MINUS_ONE = (1n << 64n) - 1n;
const s = (x: bigint): bigint => BigInt.asIntN(64, x);

function apply(f: Binary, a: bigint, b: bigint): bigint {
  const S = new Int32Array(4).fill(0x55);
  f(S, 1, lo(a), hi(a), lo(b), hi(b));
  if (S[0] !== 0x55 || S[3] !== 0x55) throw new Error('wrote outside of the result');
  return read(S, 1);
}

function pairs(check: (a: bigint, b: bigint) => void): void {
  for (const a of UINT64) for (const b of UINT64) check(a, b);
  fc.assert(fc.property(uint64, uint64, check), { numRuns: 20_000 });
  // Dividends next to a multiple of the divisor, where an estimate is most easily off by one.
  fc.assert(
    fc.property(uint64, uint64, fc.bigInt(-2n, 2n), (q, b, by) => check(BigInt.asUintN(64, q * b + by), b)),
    { numRuns: 10_000 },
  );
}

describe('i64 division', () => {
  test('div_u and rem_u agree with BigInt', () => {
    pairs((a, b) => {
      if (b === 0n) return;
      if (apply(i64DivU, a, b) !== a / b) expect.fail(`${a} / ${b} gave ${apply(i64DivU, a, b)}`);
      if (apply(i64RemU, a, b) !== a % b) expect.fail(`${a} % ${b} gave ${apply(i64RemU, a, b)}`);
    });
  });

  test('div_s and rem_s agree with BigInt and truncate toward zero', () => {
    pairs((a, b) => {
      if (b === 0n || (a === MIN && b === MINUS_ONE)) return;
      if (s(apply(i64DivS, a, b)) !== s(a) / s(b)) expect.fail(`${s(a)} / ${s(b)} gave ${s(apply(i64DivS, a, b))}`);
      if (s(apply(i64RemS, a, b)) !== s(a) % s(b)) expect.fail(`${s(a)} % ${s(b)} gave ${s(apply(i64RemS, a, b))}`);
    });
  });

  test('a zero divisor traps in all four and leaves the result untouched', () => {
    const S = new Int32Array([7, 8]);
    for (const f of [i64DivS, i64DivU, i64RemS, i64RemU]) {
      for (const a of UINT64) expect(() => f(S, 0, lo(a), hi(a), 0, 0)).toThrow(/^integer divide by zero$/);
    }
    expect([...S]).toEqual([7, 8]);
  });

  test('the smallest value by -1 overflows in div_s and leaves remainder 0', () => {
    expect(() => apply(i64DivS, MIN, MINUS_ONE)).toThrow(/^integer overflow: /);
    expect(apply(i64RemS, MIN, MINUS_ONE)).toBe(0n);
    expect(apply(i64DivU, MIN, MINUS_ONE)).toBe(0n);
  });
});

test('mulHighU is the upper half of the unsigned product', () => {
  const check = (a: number, b: number): void => {
    if (mulHighU(a, b) !== hi(BigInt(a >>> 0) * BigInt(b >>> 0))) expect.fail(`${a} * ${b} gave ${mulHighU(a, b)}`);
  };
  for (const a of INT32) for (const b of INT32) check(a, b);
  fc.assert(fc.property(int32, int32, check), { numRuns: 10_000 });
});

test('popcnt agrees with the digits of the number', () => {
  const one = (f: (S: Int32Array, d: number, lo: number, hi: number) => void, a: bigint): number => {
    const S = new Int32Array([-1, -1]);
    f(S, 0, lo(a), hi(a));
    expect(S[1]).toBe(0);
    return S[0];
  };
  const check = (a: bigint): void => {
    const digits = a.toString(2);
    expect(one(i64Popcnt, a)).toBe(digits.split('1').length - 1);
  };
  for (const a of UINT64) check(a);
  fc.assert(fc.property(uint64, check), { numRuns: 1000 });
});
