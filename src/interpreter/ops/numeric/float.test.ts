import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { f32Nearest } from './f32.ts';
import { f64Nearest } from './f64.ts';
import { anyDouble, anyFloat, bitsOfDouble, doubleOfBits } from './samples.suite.ts';

const CANONICAL_NAN = 0x7ff8000000000000n;

/** Round half to even by the definition: the nearer neighbour, of two equally near ones the even. */
function nearestByDefinition(x: number): number {
  const below = Math.floor(x);
  const above = Math.ceil(x);
  const result = x - below < above - x ? below : x - below > above - x ? above : below % 2 === 0 ? below : above;
  return result === 0 && (x < 0 || Object.is(x, -0)) ? -0 : result;
}

describe.each([
  { name: 'f64.nearest', nearest: f64Nearest, values: anyDouble },
  { name: 'f32.nearest', nearest: f32Nearest, values: anyFloat },
])('$name', ({ nearest, values }) => {
  test('rounds to the nearest integer and ties to the even one', () => {
    fc.assert(
      fc.property(values, (x) => Object.is(nearest(x), Number.isFinite(x) ? nearestByDefinition(x) : x)),
      { numRuns: 5000 },
    );
  });

  test('gives the tabled results at ties and at the edges', () => {
    // biome-ignore format: a table
    const table: [number, number][] = [
      [0.5, 0], [1.5, 2], [2.5, 2], [3.5, 4], [4.5, 4], [0.49999999999999994, 0], [0.5000000000000001, 1],
      [4194304.5, 4194304], [4194305.5, 4194306], [8388607.5, 8388608], [8388609, 8388609],
      [2 ** 51 + 0.5, 2 ** 51], [2 ** 52 - 0.5, 2 ** 52], [2 ** 52 + 1, 2 ** 52 + 1], [2 ** 53 - 1, 2 ** 53 - 1],
      [Number.MIN_VALUE, 0], [Number.MAX_VALUE, Number.MAX_VALUE], [Infinity, Infinity],
    ];
    for (const [x, expected] of table) {
      expect(nearest(x)).toBe(expected);
      expect(Object.is(nearest(-x), -expected)).toBe(true);
    }
  });

  test('keeps the sign of zero, also of values that round to zero', () => {
    expect(Object.is(nearest(0), 0)).toBe(true);
    for (const x of [-0, -0.25, -0.5, -Number.MIN_VALUE]) expect(Object.is(nearest(x), -0)).toBe(true);
  });
});

test('f64.nearest turns every NaN into the canonical one', () => {
  for (const bits of [0x7ff0000000000001n, 0xfff4000000000000n, 0x7fffffffffffffffn, 0xfff8000000000000n]) {
    expect(bitsOfDouble(f64Nearest(doubleOfBits(bits)))).toBe(CANONICAL_NAN);
  }
});

test('Math.min and Math.max order zeros and propagate NaN as f64.min and f64.max must', () => {
  const values = [-Infinity, -1, -0, 0, Number.MIN_VALUE, 1, Infinity, Number.NaN];
  for (let i = 0; i < values.length; i++) {
    for (let j = 0; j < values.length; j++) {
      // The table is in ascending order with NaN last, so the index tells the result.
      const low = Math.max(i, j) === values.length - 1 ? Number.NaN : values[Math.min(i, j)];
      expect(Object.is(Math.min(values[i], values[j]), low)).toBe(true);
      expect(Object.is(Math.max(values[i], values[j]), values[Math.max(i, j)])).toBe(true);
    }
  }
});
