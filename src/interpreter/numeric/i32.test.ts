import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Trap } from '../../errors.ts';
import { i32Ctz, i32DivS, i32DivU, i32Popcnt, i32RemS, i32RemU } from './i32.ts';
import { INT32, int32 } from './samples.suite.ts';

const s = (x: number): bigint => BigInt(x);
const u = (x: number): bigint => BigInt(x >>> 0);
const wrap = (x: bigint): number => Number(BigInt.asIntN(32, x));

/** Calls check for all pairs of boundary values and for random pairs. */
function pairs(check: (a: number, b: number) => void): void {
  for (const a of INT32) for (const b of INT32) check(a, b);
  fc.assert(fc.property(int32, int32, check), { numRuns: 2000 });
}

describe('i32 division', () => {
  test('div_s and rem_s agree with integer arithmetic and truncate toward zero', () => {
    pairs((a, b) => {
      if (b === 0 || (a === -0x80000000 && b === -1)) return;
      expect(Object.is(i32DivS(a, b), wrap(s(a) / s(b)))).toBe(true);
      expect(Object.is(i32RemS(a, b), wrap(s(a) % s(b)))).toBe(true);
    });
  });

  test('div_u and rem_u read both operands as unsigned', () => {
    pairs((a, b) => {
      if (b === 0) return;
      expect(Object.is(i32DivU(a, b), wrap(u(a) / u(b)))).toBe(true);
      expect(Object.is(i32RemU(a, b), wrap(u(a) % u(b)))).toBe(true);
    });
  });

  test('a zero divisor traps in all four', () => {
    for (const f of [i32DivS, i32DivU, i32RemS, i32RemU]) {
      for (const a of INT32) expect(() => f(a, 0)).toThrow(/^integer divide by zero$/);
    }
  });

  test('the smallest value by -1 overflows in div_s and leaves remainder 0', () => {
    expect(() => i32DivS(-0x80000000, -1)).toThrow(Trap);
    expect(() => i32DivS(-0x80000000, -1)).toThrow(/^integer overflow: /);
    expect(i32RemS(-0x80000000, -1)).toBe(0);
    expect(i32DivU(-0x80000000, -1)).toBe(0);
  });
});

test('ctz and popcnt agree with the digits of the number', () => {
  const check = (a: number): void => {
    const digits = (a >>> 0).toString(2).padStart(32, '0');
    expect(i32Ctz(a)).toBe(a === 0 ? 32 : 31 - digits.lastIndexOf('1'));
    expect(i32Popcnt(a)).toBe(digits.split('1').length - 1);
  };
  for (const a of INT32) check(a);
  for (let bit = 0; bit < 32; bit++) check(1 << bit);
  fc.assert(fc.property(int32, check), { numRuns: 2000 });
});
