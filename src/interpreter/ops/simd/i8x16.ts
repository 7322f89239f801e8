// i8x16 instructions: lanes, arithmetic, comparisons, and narrowing to 8 bits.
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Storing to Int8Array wraps.
import { i32Popcnt } from '../numeric/i32.ts';
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import * as views from './views.ts';
import { TEMP, copyVector } from './views.ts';

const S = stack.SLOTS;
const I8 = views.I8;
const U8 = views.U8;
const I16 = views.I16;

/** The nearest value of a signed byte. */
const saturateS8 = (x: number): number => Math.max(-128, Math.min(127, x));
/** The nearest value of an unsigned byte. */
const saturateU8 = (x: number): number => Math.max(0, Math.min(255, x));

export const I8X16_UNARY = {
  'i8x16.splat': (d, a) => {
    const x = S[a];
    for (let i = 0; i < 16; i++) I8[4 * d + i] = x;
  },
  'i8x16.extract_lane_s': (d, a, lane) => {
    S[d] = I8[4 * a + lane];
  },
  'i8x16.extract_lane_u': (d, a, lane) => {
    S[d] = U8[4 * a + lane];
  },
  'i8x16.abs': (d, a) => {
    for (let i = 0; i < 16; i++) {
      const x = I8[4 * a + i];
      I8[4 * d + i] = x < 0 ? -x : x;
    }
  },
  'i8x16.neg': (d, a) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = -I8[4 * a + i];
  },
  'i8x16.popcnt': (d, a) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = i32Popcnt(U8[4 * a + i]);
  },
  'i8x16.all_true': (d, a) => {
    let all = 1;
    for (let i = 0; i < 16; i++) if (I8[4 * a + i] === 0) all = 0;
    S[d] = all;
  },
  'i8x16.bitmask': (d, a) => {
    let mask = 0;
    for (let i = 0; i < 16; i++) if (I8[4 * a + i] < 0) mask |= 1 << i;
    S[d] = mask;
  },
} satisfies UnaryTable;

export const I8X16_BINARY = {
  'i8x16.replace_lane': (d, a, b, lane) => {
    const x = S[b];
    copyVector(d, a);
    I8[4 * d + lane] = x;
  },
  'i8x16.shl': (d, a, b) => {
    const n = S[b] & 7;
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] << n;
  },
  'i8x16.shr_s': (d, a, b) => {
    const n = S[b] & 7;
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] >> n;
  },
  'i8x16.shr_u': (d, a, b) => {
    const n = S[b] & 7;
    for (let i = 0; i < 16; i++) I8[4 * d + i] = U8[4 * a + i] >>> n;
  },
  'i8x16.add': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] + I8[4 * b + i];
  },
  'i8x16.sub': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] - I8[4 * b + i];
  },
  'i8x16.add_sat_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = saturateS8(I8[4 * a + i] + I8[4 * b + i]);
  },
  'i8x16.add_sat_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = saturateU8(U8[4 * a + i] + U8[4 * b + i]);
  },
  'i8x16.sub_sat_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = saturateS8(I8[4 * a + i] - I8[4 * b + i]);
  },
  'i8x16.sub_sat_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = saturateU8(U8[4 * a + i] - U8[4 * b + i]);
  },
  'i8x16.avgr_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = (U8[4 * a + i] + U8[4 * b + i] + 1) >> 1;
  },
  'i8x16.min_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = Math.min(I8[4 * a + i], I8[4 * b + i]);
  },
  'i8x16.min_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = Math.min(U8[4 * a + i], U8[4 * b + i]);
  },
  'i8x16.max_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = Math.max(I8[4 * a + i], I8[4 * b + i]);
  },
  'i8x16.max_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = Math.max(U8[4 * a + i], U8[4 * b + i]);
  },
  'i8x16.eq': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] === I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.ne': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] !== I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.lt_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] < I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.lt_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = U8[4 * a + i] < U8[4 * b + i] ? -1 : 0;
  },
  'i8x16.gt_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] > I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.gt_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = U8[4 * a + i] > U8[4 * b + i] ? -1 : 0;
  },
  'i8x16.le_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] <= I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.le_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = U8[4 * a + i] <= U8[4 * b + i] ? -1 : 0;
  },
  'i8x16.ge_s': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = I8[4 * a + i] >= I8[4 * b + i] ? -1 : 0;
  },
  'i8x16.ge_u': (d, a, b) => {
    for (let i = 0; i < 16; i++) I8[4 * d + i] = U8[4 * a + i] >= U8[4 * b + i] ? -1 : 0;
  },
  'i8x16.narrow_i16x8_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) {
      I8[4 * TEMP + i] = saturateS8(I16[2 * a + i]);
      I8[4 * TEMP + 8 + i] = saturateS8(I16[2 * b + i]);
    }
    copyVector(d, TEMP);
  },
  'i8x16.narrow_i16x8_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) {
      I8[4 * TEMP + i] = saturateU8(I16[2 * a + i]);
      I8[4 * TEMP + 8 + i] = saturateU8(I16[2 * b + i]);
    }
    copyVector(d, TEMP);
  },
} satisfies BinaryTable;
