import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Binary, Ternary, Unary } from '../shapes.ts';
import * as tables from './tables.ts';
import {
  A,
  APART,
  B,
  C,
  anyVector,
  floatVector,
  fromFloat,
  hex,
  lanes,
  put,
  take,
  toFloat,
  vector,
} from './vectors.suite.ts';

/** By any name. */
const SIMD_UNARY: Readonly<Record<string, Unary>> = tables.SIMD_UNARY;
const SIMD_BINARY: Readonly<Record<string, Binary>> = tables.SIMD_BINARY;
const SIMD_TERNARY: Readonly<Record<string, Ternary>> = tables.SIMD_TERNARY;

type Width = 32 | 64;
const runs = { numRuns: 300 };

/** Ties go to the even integer; zero keeps the sign. */
function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const below = Math.floor(x);
  const up = x - below > 0.5 || (x - below === 0.5 && below % 2 !== 0);
  const result = up ? below + 1 : below;
  return result === 0 && (x < 0 || Object.is(x, -0)) ? -0 : result;
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
};
const BINARY: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  relaxed_min: Math.min,
  relaxed_max: Math.max,
};
const COMPARE: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  gt: (x, y) => x > y,
  le: (x, y) => x <= y,
  ge: (x, y) => x >= y,
};

/** A lane as a test compares it: its bits, or that it is a NaN whose quiet bit is set. */
function seen(bits: bigint, width: Width): string {
  if (!Number.isNaN(toFloat(bits, width))) return bits.toString(16);
  return (bits >> BigInt(width === 32 ? 22 : 51)) & 1n ? 'quiet NaN' : 'signalling NaN';
}

function expectLanes(name: string, actual: bigint, expected: readonly number[], width: Width): void {
  const rounded = expected.map((x) => (Number.isNaN(x) ? 'quiet NaN' : seen(fromFloat(x, width), width)));
  expect(
    lanes(actual, width).map((one) => seen(one, width)),
    name,
  ).toEqual(rounded);
}

describe.each([32, 64] as const)('floats of %i bits', (width) => {
  const shape = `f${width}x${128 / width}`;
  const any = floatVector(width);
  const numbers = (bits: bigint): number[] => lanes(bits, width).map((one) => toFloat(one, width));
  const places = [APART, A, B];

  test.each(Object.keys(UNARY))('%s works lane by lane and leaves no signalling NaN', (operation) => {
    fc.assert(
      fc.property(any, (a) => {
        for (const d of [APART, A]) {
          put(A, a);
          SIMD_UNARY[`${shape}.${operation}`](d, A, 0);
          expectLanes(operation, take(d), numbers(a).map(UNARY[operation]), width);
        }
      }),
      runs,
    );
  });

  test.each(Object.keys(BINARY))('%s works lane by lane and leaves no signalling NaN', (operation) => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const y = numbers(b);
        for (const d of places) {
          [put(A, a), put(B, b)];
          SIMD_BINARY[`${shape}.${operation}`](d, A, B, 0);
          const expected = numbers(a).map((x, i) => BINARY[operation](x, y[i]));
          expectLanes(operation, take(d), expected, width);
        }
      }),
      runs,
    );
  });

  test.each(Object.keys(COMPARE))('%s gives ones or zeros', (operation) => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const y = numbers(b);
        const expected = numbers(a).map((x, i) => (COMPARE[operation](x, y[i]) ? -1n : 0n));
        for (const d of places) {
          [put(A, a), put(B, b)];
          SIMD_BINARY[`${shape}.${operation}`](d, A, B, 0);
          expect(hex(take(d))).toBe(hex(vector(expected, width)));
        }
      }),
      runs,
    );
  });

  test('abs, neg, pmin, pmax, splat and lanes move bits, those of signalling NaNs too', () => {
    const sign = 1n << BigInt(width - 1);
    fc.assert(
      fc.property(any, any, fc.nat(128 / width - 1), (a, b, lane) => {
        const x = lanes(a, width);
        const y = lanes(b, width);
        const [m, n] = [numbers(a), numbers(b)];
        const unary: Record<string, bigint[]> = {
          abs: x.map((one) => one & (sign - 1n)),
          neg: x.map((one) => one ^ sign),
          splat: x.map(() => x[0]),
        };
        const binary: Record<string, bigint[]> = {
          pmin: x.map((one, i) => (n[i] < m[i] ? y[i] : one)),
          pmax: x.map((one, i) => (m[i] < n[i] ? y[i] : one)),
          replace_lane: x.map((one, i) => (i === lane ? y[0] : one)),
        };
        for (const d of places) {
          for (const [name, expected] of Object.entries(unary)) {
            put(A, a);
            SIMD_UNARY[`${shape}.${name}`](d, A, 0);
            expect(hex(take(d)), name).toBe(hex(vector(expected, width)));
          }
          for (const [name, expected] of Object.entries(binary)) {
            [put(A, a), put(B, b)];
            SIMD_BINARY[`${shape}.${name}`](d, A, B, lane);
            expect(hex(take(d)), name).toBe(hex(vector(expected, width)));
          }
          put(A, a);
          SIMD_UNARY[`${shape}.extract_lane`](d, A, lane);
          expect(BigInt.asUintN(width, take(d))).toBe(x[lane]);
        }
      }),
      runs,
    );
  });

  test('relaxed multiply-add rounds twice', () => {
    const round = width === 32 ? Math.fround : (x: number): number => x;
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        const [y, z] = [numbers(b), numbers(c)];
        for (const [name, factor] of [['madd', 1] as const, ['nmadd', -1] as const]) {
          const expected = numbers(a).map((x, i) => round(factor * x * y[i]) + z[i]);
          for (const d of [...places, C]) {
            [put(A, a), put(B, b), put(C, c)];
            SIMD_TERNARY[`${shape}.relaxed_${name}`](d, A, B, C);
            expectLanes(name, take(d), expected, width);
          }
        }
      }),
      runs,
    );
  });
});

const clamp = (x: number, low: number, high: number): bigint =>
  Number.isNaN(x) ? 0n : BigInt(Math.trunc(Math.max(low, Math.min(high, x))));

test('truncation saturates, and relaxed truncation is the same', () => {
  const signed = (x: number): bigint => clamp(x, -(2 ** 31), 2 ** 31 - 1);
  const unsigned = (x: number): bigint => clamp(x, 0, 2 ** 32 - 1);
  fc.assert(
    fc.property(floatVector(32), floatVector(64), (a, b) => {
      const singles = lanes(a, 32).map((one) => toFloat(one, 32));
      const doubles = lanes(b, 64).map((one) => toFloat(one, 64));
      for (const d of [APART, A]) {
        for (const how of ['trunc_sat', 'relaxed_trunc']) {
          for (const [g, convert] of [['s', signed] as const, ['u', unsigned] as const]) {
            put(A, a);
            SIMD_UNARY[`i32x4.${how}_f32x4_${g}`](d, A, 0);
            expect(hex(take(d))).toBe(hex(vector(singles.map(convert), 32)));
            put(A, b);
            SIMD_UNARY[`i32x4.${how}_f64x2_${g}_zero`](d, A, 0);
            expect(hex(take(d))).toBe(hex(vector(doubles.map(convert), 32)));
          }
        }
      }
    }),
    runs,
  );
});

test('conversions from integers and between widths of floats round once', () => {
  fc.assert(
    fc.property(anyVector, floatVector(32), floatVector(64), (a, b, c) => {
      const integers = lanes(a, 32).map(Number);
      const signed = integers.map((x) => x | 0);
      for (const d of [APART, A]) {
        const run = (name: string, bits: bigint): bigint => {
          put(A, bits);
          SIMD_UNARY[name](d, A, 0);
          return take(d);
        };
        expectLanes('s', run('f32x4.convert_i32x4_s', a), signed, 32);
        expectLanes('u', run('f32x4.convert_i32x4_u', a), integers, 32);
        expectLanes('low s', run('f64x2.convert_low_i32x4_s', a), signed.slice(0, 2), 64);
        expectLanes('low u', run('f64x2.convert_low_i32x4_u', a), integers.slice(0, 2), 64);
        const singles = lanes(b, 32).map((one) => toFloat(one, 32));
        expectLanes('promote', run('f64x2.promote_low_f32x4', b), singles.slice(0, 2), 64);
        const doubles = lanes(c, 64).map((one) => toFloat(one, 64));
        expectLanes('demote', run('f32x4.demote_f64x2_zero', c), [...doubles, 0, 0], 32);
      }
    }),
    runs,
  );
});
