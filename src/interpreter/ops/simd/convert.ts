// Conversions between integer and floating-point lanes, and between widths of the latter.
// https://webassembly.github.io/spec/core/exec/numerics.html#conversions
// A result of two lanes that comes from or goes to four reads its operands first: they may stand in the same slot.
import { i32TruncSatS, i32TruncSatU } from '../numeric/convert.ts';
import type { Unary, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import { setF32, setF64 } from './nan.ts';

const S = stack.SLOTS;
const FF = stack.SLOTS_F32;
const F = stack.SLOTS_F64;

function setWords(d: number, x: number, y: number): void {
  S[d] = x;
  S[d + 1] = y;
  S[d + 2] = 0;
  S[d + 3] = 0;
}

function setDoubles(d: number, x: number, y: number): void {
  setF64(d, 0, x);
  setF64(d, 1, y);
}

function demote(d: number, x: number, y: number): void {
  setF32(d, 0, x);
  setF32(d, 1, y);
  S[d + 2] = 0;
  S[d + 3] = 0;
}

/** i32x4.trunc_sat_f32x4_s: NaN is 0, everything else the nearest end of the range. The others are alike. */
export const truncateF32S: Unary = (d, a) => {
  for (let i = 0; i < 4; i++) S[d + i] = i32TruncSatS(FF[a + i]);
};
export const truncateF32U: Unary = (d, a) => {
  for (let i = 0; i < 4; i++) S[d + i] = i32TruncSatU(FF[a + i]);
};
export const truncateF64S: Unary = (d, a) => {
  setWords(d, i32TruncSatS(F[a >> 1]), i32TruncSatS(F[(a >> 1) + 1]));
};
export const truncateF64U: Unary = (d, a) => {
  setWords(d, i32TruncSatU(F[a >> 1]), i32TruncSatU(F[(a >> 1) + 1]));
};

export const CONVERT_UNARY = {
  'i32x4.trunc_sat_f32x4_s': truncateF32S,
  'i32x4.trunc_sat_f32x4_u': truncateF32U,
  'i32x4.trunc_sat_f64x2_s_zero': truncateF64S,
  'i32x4.trunc_sat_f64x2_u_zero': truncateF64U,
  'f32x4.convert_i32x4_s': (d, a) => {
    for (let i = 0; i < 4; i++) FF[d + i] = S[a + i];
  },
  'f32x4.convert_i32x4_u': (d, a) => {
    for (let i = 0; i < 4; i++) FF[d + i] = S[a + i] >>> 0;
  },
  'f64x2.convert_low_i32x4_s': (d, a) => setDoubles(d, S[a], S[a + 1]),
  'f64x2.convert_low_i32x4_u': (d, a) => setDoubles(d, S[a] >>> 0, S[a + 1] >>> 0),
  'f64x2.promote_low_f32x4': (d, a) => setDoubles(d, FF[a], FF[a + 1]),
  'f32x4.demote_f64x2_zero': (d, a) => demote(d, F[a >> 1], F[(a >> 1) + 1]),
} satisfies UnaryTable;
