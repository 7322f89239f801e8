// Relaxed vector instructions, with the results of the deterministic profile: every parameter of the relaxed operators
// is 0, so that they are the strict instructions, multiply-add rounds twice, and dot products are signed.
// https://webassembly.github.io/spec/core/exec/numerics.html#relaxed-operations
import type { BinaryTable, TernaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import { truncateF32S, truncateF32U, truncateF64S, truncateF64U } from './convert.ts';
import { F32X4_BINARY } from './f32x4.ts';
import { F64X2_BINARY } from './f64x2.ts';
import { I16X8_BINARY } from './i16x8.ts';
import * as views from './views.ts';
import { bitselect, swizzle } from './v128.ts';

const S = stack.SLOTS;
const FF = stack.SLOTS_F32;
const F = stack.SLOTS_F64;
const I8 = views.I8;
const I16 = views.I16;

/** The product of bytes 2 * i and 2 * i + 1 of two vectors, added; the only sum that 16 bits do not hold saturates. */
function dotPair(a: number, b: number, i: number): number {
  const x = 4 * a + 2 * i;
  const y = 4 * b + 2 * i;
  const sum = I8[x] * I8[y] + I8[x + 1] * I8[y + 1];
  return Math.min(sum, 32767);
}

export const RELAXED_UNARY = {
  'i32x4.relaxed_trunc_f32x4_s': truncateF32S,
  'i32x4.relaxed_trunc_f32x4_u': truncateF32U,
  'i32x4.relaxed_trunc_f64x2_s_zero': truncateF64S,
  'i32x4.relaxed_trunc_f64x2_u_zero': truncateF64U,
} satisfies UnaryTable;

export const RELAXED_BINARY = {
  'i8x16.relaxed_swizzle': swizzle,
  'f32x4.relaxed_min': F32X4_BINARY['f32x4.min'],
  'f32x4.relaxed_max': F32X4_BINARY['f32x4.max'],
  'f64x2.relaxed_min': F64X2_BINARY['f64x2.min'],
  'f64x2.relaxed_max': F64X2_BINARY['f64x2.max'],
  'i16x8.relaxed_q15mulr_s': I16X8_BINARY['i16x8.q15mulr_sat_s'],
  'i16x8.relaxed_dot_i8x16_i7x16_s': (d, a, b) => {
    for (let i = 0; i < 8; i++) I16[2 * d + i] = dotPair(a, b, i);
  },
} satisfies BinaryTable;

export const RELAXED_TERNARY = {
  'i8x16.relaxed_laneselect': bitselect,
  'i16x8.relaxed_laneselect': bitselect,
  'i32x4.relaxed_laneselect': bitselect,
  'i64x2.relaxed_laneselect': bitselect,
  // The product is rounded to f32 before the sum is.
  'f32x4.relaxed_madd': (d, a, b, c) => {
    for (let i = 0; i < 4; i++) FF[d + i] = Math.fround(FF[a + i] * FF[b + i]) + FF[c + i];
  },
  'f32x4.relaxed_nmadd': (d, a, b, c) => {
    for (let i = 0; i < 4; i++) FF[d + i] = Math.fround(-FF[a + i] * FF[b + i]) + FF[c + i];
  },
  'f64x2.relaxed_madd': (d, a, b, c) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = F[(a >> 1) + i] * F[(b >> 1) + i] + F[(c >> 1) + i];
  },
  'f64x2.relaxed_nmadd': (d, a, b, c) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = -F[(a >> 1) + i] * F[(b >> 1) + i] + F[(c >> 1) + i];
  },
  'i32x4.relaxed_dot_i8x16_i7x16_add_s': (d, a, b, c) => {
    for (let i = 0; i < 4; i++) S[d + i] = dotPair(a, b, 2 * i) + dotPair(a, b, 2 * i + 1) + S[c + i];
  },
} satisfies TernaryTable;
