// i16x8 instructions: lanes, arithmetic, comparisons, narrowing to and widening to 16 bits.
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Storing to Int16Array wraps. Widening of low lanes goes downwards, because the result may be the operand.
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import * as views from './views.ts';
import { TEMP, copyVector } from './views.ts';

const S = stack.SLOTS;
const I8 = views.I8;
const U8 = views.U8;
const I16 = views.I16;
const U16 = views.U16;

/** The nearest value of 16 bits, signed. */
const saturateS16 = (x: number): number => Math.max(-32768, Math.min(32767, x));
/** The nearest value of 16 bits, unsigned. */
const saturateU16 = (x: number): number => Math.max(0, Math.min(65535, x));

export const I16X8_UNARY = {
  'i16x8.splat': (d, a) => {
    const x = S[a];
    for (let i = 0; i < 8; i++) I16[2 * d + i] = x;
  },
  'i16x8.extract_lane_s': (d, a, lane) => {
    S[d] = I16[2 * a + lane];
  },
  'i16x8.extract_lane_u': (d, a, lane) => {
    S[d] = U16[2 * a + lane];
  },
  'i16x8.abs': (d, a) => {
    for (let i = 0; i < 8; i++) {
      const x = I16[2 * a + i];
      I16[2 * d + i] = x < 0 ? -x : x;
    }
  },
  'i16x8.neg': (d, a) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = -I16[2 * a + i];
  },
  'i16x8.all_true': (d, a) => {
    let all = 1;
    for (let i = 0; i < 8; i++) if (I16[2 * a + i] === 0) all = 0;
    S[d] = all;
  },
  'i16x8.bitmask': (d, a) => {
    let mask = 0;
    for (let i = 0; i < 8; i++) if (I16[2 * a + i] < 0) mask |= 1 << i;
    S[d] = mask;
  },
  'i16x8.extend_low_i8x16_s': (d, a) => {
    for (let i = 7; i >= 0; i--) I16[2 * d + i] = I8[4 * a + i];
  },
  'i16x8.extend_low_i8x16_u': (d, a) => {
    for (let i = 7; i >= 0; i--) I16[2 * d + i] = U8[4 * a + i];
  },
  'i16x8.extend_high_i8x16_s': (d, a) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I8[4 * a + 8 + i];
  },
  'i16x8.extend_high_i8x16_u': (d, a) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U8[4 * a + 8 + i];
  },
  'i16x8.extadd_pairwise_i8x16_s': (d, a) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I8[4 * a + 2 * i] + I8[4 * a + 2 * i + 1];
  },
  'i16x8.extadd_pairwise_i8x16_u': (d, a) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U8[4 * a + 2 * i] + U8[4 * a + 2 * i + 1];
  },
} satisfies UnaryTable;

export const I16X8_BINARY = {
  'i16x8.replace_lane': (d, a, b, lane) => {
    const x = S[b];
    copyVector(d, a);
    I16[2 * d + lane] = x;
  },
  'i16x8.shl': (d, a, b) => {
    const n = S[b] & 15;
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] << n;
  },
  'i16x8.shr_s': (d, a, b) => {
    const n = S[b] & 15;
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] >> n;
  },
  'i16x8.shr_u': (d, a, b) => {
    const n = S[b] & 15;
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U16[2 * a + i] >>> n;
  },
  'i16x8.add': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] + I16[2 * b + i];
  },
  'i16x8.sub': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] - I16[2 * b + i];
  },
  'i16x8.add_sat_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = saturateS16(I16[2 * a + i] + I16[2 * b + i]);
  },
  'i16x8.add_sat_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = saturateU16(U16[2 * a + i] + U16[2 * b + i]);
  },
  'i16x8.sub_sat_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = saturateS16(I16[2 * a + i] - I16[2 * b + i]);
  },
  'i16x8.sub_sat_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = saturateU16(U16[2 * a + i] - U16[2 * b + i]);
  },
  'i16x8.avgr_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = (U16[2 * a + i] + U16[2 * b + i] + 1) >> 1;
  },
  'i16x8.mul': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] * I16[2 * b + i];
  },
  'i16x8.q15mulr_sat_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = saturateS16((I16[2 * a + i] * I16[2 * b + i] + 0x4000) >> 15);
  },
  'i16x8.min_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = Math.min(I16[2 * a + i], I16[2 * b + i]);
  },
  'i16x8.min_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = Math.min(U16[2 * a + i], U16[2 * b + i]);
  },
  'i16x8.max_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = Math.max(I16[2 * a + i], I16[2 * b + i]);
  },
  'i16x8.max_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = Math.max(U16[2 * a + i], U16[2 * b + i]);
  },
  'i16x8.eq': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] === I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.ne': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] !== I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.lt_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] < I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.lt_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U16[2 * a + i] < U16[2 * b + i] ? -1 : 0;
  },
  'i16x8.gt_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] > I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.gt_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U16[2 * a + i] > U16[2 * b + i] ? -1 : 0;
  },
  'i16x8.le_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] <= I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.le_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U16[2 * a + i] <= U16[2 * b + i] ? -1 : 0;
  },
  'i16x8.ge_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I16[2 * a + i] >= I16[2 * b + i] ? -1 : 0;
  },
  'i16x8.ge_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U16[2 * a + i] >= U16[2 * b + i] ? -1 : 0;
  },
  'i16x8.extmul_low_i8x16_s': (d, a, b) => {
    for (let i = 7; i >= 0; i--) I16[2 * d + i] = I8[4 * a + i] * I8[4 * b + i];
  },
  'i16x8.extmul_low_i8x16_u': (d, a, b) => {
    for (let i = 7; i >= 0; i--) I16[2 * d + i] = U8[4 * a + i] * U8[4 * b + i];
  },
  'i16x8.extmul_high_i8x16_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = I8[4 * a + 8 + i] * I8[4 * b + 8 + i];
  },
  'i16x8.extmul_high_i8x16_u': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = U8[4 * a + 8 + i] * U8[4 * b + 8 + i];
  },
  'i16x8.narrow_i32x4_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) {
      I16[2 * TEMP + i] = saturateS16(S[a + i]);
      I16[2 * TEMP + 4 + i] = saturateS16(S[b + i]);
    }
    copyVector(d, TEMP);
  },
  'i16x8.narrow_i32x4_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) {
      I16[2 * TEMP + i] = saturateU16(S[a + i]);
      I16[2 * TEMP + 4 + i] = saturateU16(S[b + i]);
    }
    copyVector(d, TEMP);
  },
} satisfies BinaryTable;
