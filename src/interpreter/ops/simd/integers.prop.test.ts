import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SLOTS as S } from '../../state/stack.ts';
import type { Binary, Ternary, Unary } from '../shapes.ts';
import * as tables from './tables.ts';
import { A, APART, B, C, anyVector, hex, lanes, put, take, vector } from './vectors.suite.ts';

/** By any name. */
const SIMD_UNARY: Readonly<Record<string, Unary>> = tables.SIMD_UNARY;
const SIMD_BINARY: Readonly<Record<string, Binary>> = tables.SIMD_BINARY;
const SIMD_TERNARY: Readonly<Record<string, Ternary>> = tables.SIMD_TERNARY;

type Shape = { readonly name: string; readonly width: number };
const SHAPES: readonly Shape[] = [8, 16, 32, 64].map((width) => ({ name: `i${width}x${128 / width}`, width }));

const signed = (x: bigint, width: number): bigint => BigInt.asIntN(width, x);
const clamp = (x: bigint, low: bigint, high: bigint): bigint => (x < low ? low : x > high ? high : x);
const saturateS = (x: bigint, w: number): bigint => clamp(x, -(1n << BigInt(w - 1)), (1n << BigInt(w - 1)) - 1n);
const saturateU = (x: bigint, w: number): bigint => clamp(x, 0n, (1n << BigInt(w)) - 1n);
const truth = (is: boolean): bigint => (is ? -1n : 0n);
const bitCount = (x: bigint): bigint => BigInt([...x.toString(2)].filter((bit) => bit === '1').length);

/** Operations on one lane of each operand: unsigned values in, any integer out. s is the signed reading. */
type LaneOperation = (x: bigint, y: bigint, s: (x: bigint) => bigint, w: number) => bigint;
const BINARY: Readonly<Record<string, LaneOperation>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  add_sat_s: (x, y, s, w) => saturateS(s(x) + s(y), w),
  add_sat_u: (x, y, _, w) => saturateU(x + y, w),
  sub_sat_s: (x, y, s, w) => saturateS(s(x) - s(y), w),
  sub_sat_u: (x, y, _, w) => saturateU(x - y, w),
  avgr_u: (x, y) => (x + y + 1n) >> 1n,
  q15mulr_sat_s: (x, y, s, w) => saturateS((s(x) * s(y) + 0x4000n) >> 15n, w),
  relaxed_q15mulr_s: (x, y, s, w) => saturateS((s(x) * s(y) + 0x4000n) >> 15n, w),
  min_s: (x, y, s) => (s(y) < s(x) ? y : x),
  min_u: (x, y) => [x, y][x < y ? 0 : 1],
  max_s: (x, y, s) => (s(y) > s(x) ? y : x),
  max_u: (x, y) => [x, y][x > y ? 0 : 1],
  eq: (x, y) => truth(x === y),
  ne: (x, y) => truth(x !== y),
  lt_s: (x, y, s) => truth(s(x) < s(y)),
  lt_u: (x, y) => truth(x < y),
  gt_s: (x, y, s) => truth(s(x) > s(y)),
  gt_u: (x, y) => truth(x > y),
  le_s: (x, y, s) => truth(s(x) <= s(y)),
  le_u: (x, y) => truth(x <= y),
  ge_s: (x, y, s) => truth(s(x) >= s(y)),
  ge_u: (x, y) => truth(x >= y),
};
const UNARY: Readonly<Record<string, LaneOperation>> = {
  abs: (x, _, s) => (s(x) < 0n ? -s(x) : x),
  neg: (x) => -x,
  popcnt: (x) => bitCount(x),
};
const SHIFTS: Readonly<Record<string, LaneOperation>> = {
  shl: (x, n) => x << n,
  shr_s: (x, n, s) => s(x) >> n,
  shr_u: (x, n) => x >> n,
};

/** Runs an operation with the result apart, over a and over b; all have to agree. */
function runBinary(name: string, a: bigint, b: bigint, lane = 0): string {
  const results = [APART, A, B].map((d) => {
    put(A, a);
    put(B, b);
    SIMD_BINARY[name](d, A, B, lane);
    return hex(take(d));
  });
  expect(new Set(results).size, `${name}: the place of the result matters`).toBe(1);
  return results[0];
}

function runUnary(name: string, a: bigint, lane = 0): string {
  const results = [APART, A].map((d) => {
    put(A, a);
    SIMD_UNARY[name](d, A, lane);
    return hex(take(d));
  });
  expect(new Set(results).size, `${name}: the place of the result matters`).toBe(1);
  return results[0];
}

const runs = { numRuns: 150 };

describe.each(SHAPES)('$name', ({ name, width }) => {
  const s = (x: bigint): bigint => signed(x, width);
  const named = (table: Readonly<Record<string, LaneOperation>>, has: object): string[] =>
    Object.keys(table).filter((one) => `${name}.${one}` in has);

  test.each(named(BINARY, SIMD_BINARY))('%s works lane by lane', (operation) => {
    fc.assert(
      fc.property(anyVector, anyVector, (a, b) => {
        const y = lanes(b, width);
        const expected = lanes(a, width).map((x, i) => BINARY[operation](x, y[i], s, width));
        expect(runBinary(`${name}.${operation}`, a, b)).toBe(hex(vector(expected, width)));
      }),
      runs,
    );
  });

  test.each(named(UNARY, SIMD_UNARY))('%s works lane by lane', (operation) => {
    fc.assert(
      fc.property(anyVector, (a) => {
        const expected = lanes(a, width).map((x) => UNARY[operation](x, 0n, s, width));
        expect(runUnary(`${name}.${operation}`, a)).toBe(hex(vector(expected, width)));
      }),
      runs,
    );
  });

  test.each(named(SHIFTS, SIMD_BINARY))('%s takes its count modulo the width of a lane', (operation) => {
    fc.assert(
      fc.property(anyVector, fc.integer({ min: 0, max: 200 }), (a, count) => {
        const n = BigInt(count % width);
        const expected = lanes(a, width).map((x) => SHIFTS[operation](x, n, s, width));
        expect(runBinary(`${name}.${operation}`, a, BigInt(count))).toBe(hex(vector(expected, width)));
      }),
      runs,
    );
  });

  test('all_true and bitmask look at every lane', () => {
    fc.assert(
      fc.property(anyVector, (a) => {
        put(A, a);
        SIMD_UNARY[`${name}.all_true`](APART, A, 0);
        expect(S[APART]).toBe(lanes(a, width).every((x) => x !== 0n) ? 1 : 0);
        SIMD_UNARY[`${name}.bitmask`](APART, A, 0);
        expect(S[APART]).toBe(lanes(a, width).reduce((mask, x, i) => mask | (s(x) < 0n ? 1 << i : 0), 0));
      }),
      runs,
    );
  });

  test('splat, replace_lane and extract_lane agree', () => {
    fc.assert(
      fc.property(anyVector, anyVector, fc.nat(128 / width - 1), (a, b, lane) => {
        const x = lanes(b, width)[0];
        const splat = vector(new Array<bigint>(128 / width).fill(x), width);
        expect(runUnary(`${name}.splat`, b)).toBe(hex(splat));
        const replaced = lanes(a, width).map((old, i) => (i === lane ? x : old));
        expect(runBinary(`${name}.replace_lane`, a, b, lane)).toBe(hex(vector(replaced, width)));
        const extracted = lanes(a, width)[lane];
        for (const d of [APART, A]) {
          const extract = (suffix: string): bigint => {
            put(A, a);
            SIMD_UNARY[`${name}.extract_lane${suffix}`](d, A, lane);
            return BigInt.asUintN(Math.max(width, 32), take(d));
          };
          if (width >= 32) expect(extract('')).toBe(extracted);
          else {
            expect(BigInt.asIntN(32, extract('_s'))).toBe(s(extracted));
            expect(extract('_u')).toBe(extracted);
          }
        }
      }),
      runs,
    );
  });
});

describe.each(SHAPES.slice(1))('$name from lanes of half the width', ({ name, width }) => {
  const half = width / 2;
  const from = `i${half}x${128 / half}`;
  const reading = (g: string) => (x: bigint) => (g === 's' ? signed(x, half) : x);
  const part = (bits: bigint, which: string): bigint[] =>
    lanes(bits, half).slice(...(which === 'low' ? [0, 64 / half] : [64 / half]));

  test.each(['low_s', 'low_u', 'high_s', 'high_u'])('extend and extmul %s', (kind) => {
    const [which, g] = kind.split('_');
    const read = reading(g);
    fc.assert(
      fc.property(anyVector, anyVector, (a, b) => {
        const x = part(a, which).map(read);
        const y = part(b, which).map(read);
        expect(runUnary(`${name}.extend_${which}_${from}_${g}`, a)).toBe(hex(vector(x, width)));
        const products = x.map((one, i) => one * y[i]);
        expect(runBinary(`${name}.extmul_${which}_${from}_${g}`, a, b)).toBe(hex(vector(products, width)));
      }),
      runs,
    );
  });

  test.each(['s', 'u'].filter((g) => `${name}.extadd_pairwise_${from}_${g}` in SIMD_UNARY))(
    'extadd_pairwise %s',
    (g) => {
      fc.assert(
        fc.property(anyVector, (a) => {
          const x = lanes(a, half).map(reading(g));
          const sums = lanes(0n, width).map((_, i) => x[2 * i] + x[2 * i + 1]);
          expect(runUnary(`${name}.extadd_pairwise_${from}_${g}`, a)).toBe(hex(vector(sums, width)));
        }),
        runs,
      );
    },
  );
});

test.each([8, 16])('narrowing to %i bits saturates signed lanes of twice the width', (width) => {
  const from = `i${2 * width}x${64 / width}`;
  fc.assert(
    fc.property(anyVector, anyVector, (a, b) => {
      const x = [...lanes(a, 2 * width), ...lanes(b, 2 * width)].map((one) => signed(one, 2 * width));
      for (const [g, saturate] of [['s', saturateS] as const, ['u', saturateU] as const]) {
        const expected = x.map((one) => saturate(one, width));
        expect(runBinary(`i${width}x${128 / width}.narrow_${from}_${g}`, a, b)).toBe(hex(vector(expected, width)));
      }
    }),
    runs,
  );
});

/** Sums of products of neighbouring lanes. */
function dot(a: bigint, b: bigint, width: number): bigint[] {
  const y = lanes(b, width).map((one) => signed(one, width));
  const products = lanes(a, width).map((one, i) => signed(one, width) * y[i]);
  return lanes(0n, 2 * width).map((_, i) => products[2 * i] + products[2 * i + 1]);
}

test('dot products are signed; the relaxed one saturates 16 bits', () => {
  fc.assert(
    fc.property(anyVector, anyVector, anyVector, (a, b, c) => {
      expect(runBinary('i32x4.dot_i16x8_s', a, b)).toBe(hex(vector(dot(a, b, 16), 32)));
      const sums = dot(a, b, 8).map((x) => saturateS(x, 16));
      expect(runBinary('i16x8.relaxed_dot_i8x16_i7x16_s', a, b)).toBe(hex(vector(sums, 16)));
      const four = lanes(c, 32).map((x, i) => x + sums[2 * i] + sums[2 * i + 1]);
      for (const d of [APART, A, B, C]) {
        [put(A, a), put(B, b), put(C, c)];
        SIMD_TERNARY['i32x4.relaxed_dot_i8x16_i7x16_add_s'](d, A, B, C);
        expect(hex(take(d))).toBe(hex(vector(four, 32)));
      }
    }),
    runs,
  );
});

test('bitwise instructions, swizzles and shuffles move and combine bits', () => {
  const all = (1n << 128n) - 1n;
  const indices = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(anyVector, anyVector, anyVector, indices, (a, b, c, list) => {
      expect(runBinary('v128.and', a, b)).toBe(hex(a & b));
      expect(runBinary('v128.andnot', a, b)).toBe(hex(a & (all ^ b)));
      expect(runBinary('v128.or', a, b)).toBe(hex(a | b));
      expect(runBinary('v128.xor', a, b)).toBe(hex(a ^ b));
      expect(runUnary('v128.not', a)).toBe(hex(a ^ all));
      put(A, a);
      SIMD_UNARY['v128.any_true'](APART, A, 0);
      expect(S[APART]).toBe(a === 0n ? 0 : 1);
      const from = vector(list.map(BigInt), 8);
      const bytes = lanes(a, 8);
      const swizzled = list.map((i) => bytes[i] ?? 0n);
      expect(runBinary('i8x16.swizzle', a, from)).toBe(hex(vector(swizzled, 8)));
      const both = [...bytes, ...lanes(b, 8)];
      const ternary: [string, bigint, bigint][] = [
        ['v128.bitselect', c, (a & c) | (b & (all ^ c))],
        ['i16x8.relaxed_laneselect', c, (a & c) | (b & (all ^ c))],
        [
          'i8x16.shuffle',
          vector(
            list.map((i) => BigInt(i & 31)),
            8,
          ),
          vector(
            list.map((i) => both[i & 31]),
            8,
          ),
        ],
      ];
      for (const [name, third, expected] of ternary) {
        for (const d of [APART, A, B, C]) {
          [put(A, a), put(B, b), put(C, third)];
          SIMD_TERNARY[name](d, A, B, C);
          expect(hex(take(d)), name).toBe(hex(expected));
        }
      }
    }),
    runs,
  );
});
