import { expect, test } from 'vitest';
import fc from 'fast-check';
import { i32Popcnt } from './i32.ts';
import { INT32, int32 } from './samples.suite.ts';

test('popcnt agrees with the digits of the number', () => {
  const check = (a: number): void => {
    const digits = (a >>> 0).toString(2);
    expect(i32Popcnt(a)).toBe(digits.split('1').length - 1);
  };
  for (const a of INT32) check(a);
  for (let bit = 0; bit < 32; bit++) check(1 << bit);
  fc.assert(fc.property(int32, check), { numRuns: 2000 });
});
