// Numeric instructions that have no op of their own (rare.ts puts them into the ops' tables).
// https://webassembly.github.io/spec/core/exec/numerics.html
// d, a and b are indices of SLOTS; floats and integers of a slot share its words.
import * as convert from './numeric/convert.ts';
import { f32Nearest } from './numeric/f32.ts';
import { f64Nearest } from './numeric/f64.ts';
import * as i64 from './numeric/i64.ts';
import type { BinaryTable, Unary, UnaryTable } from './shapes.ts';
import { setF32, setF64 } from './simd/nan.ts';
import { SLOTS as S, SLOTS_F32 as FF, SLOTS_F64 as F } from '../state/stack.ts';

type Source = (a: number) => number;
const f32: Source = (a) => FF[a];
const f64: Source = (a) => F[a >> 1];

const toI32 = (read: Source, truncate: (x: number) => number): Unary => {
  return (d, a) => {
    S[d] = truncate(read(a));
  };
};
const toI64 = (read: Source, truncate: (S: Int32Array, d: number, x: number) => void): Unary => {
  return (d, a) => truncate(S, d, read(a));
};

export const NUMERIC_UNARY = {
  'f32.nearest': (d, a) => {
    setF32(d, 0, f32Nearest(FF[a]));
  },
  'f64.nearest': (d, a) => {
    setF64(d, 0, f64Nearest(F[a >> 1]));
  },
  'i64.popcnt': (d, a) => i64.i64Popcnt(S, d, S[a], S[a + 1]),
  'i32.trunc_f32_s': toI32(f32, convert.i32TruncS),
  'i32.trunc_f32_u': toI32(f32, convert.i32TruncU),
  'i64.trunc_f32_s': toI64(f32, convert.i64TruncS),
  'i64.trunc_f32_u': toI64(f32, convert.i64TruncU),
  'i64.trunc_f64_s': toI64(f64, convert.i64TruncS),
  'i64.trunc_f64_u': toI64(f64, convert.i64TruncU),
  'i32.trunc_sat_f32_s': toI32(f32, convert.i32TruncSatS),
  'i32.trunc_sat_f32_u': toI32(f32, convert.i32TruncSatU),
  'i32.trunc_sat_f64_u': toI32(f64, convert.i32TruncSatU),
  'i64.trunc_sat_f32_s': toI64(f32, convert.i64TruncSatS),
  'i64.trunc_sat_f32_u': toI64(f32, convert.i64TruncSatU),
  'i64.trunc_sat_f64_s': toI64(f64, convert.i64TruncSatS),
  'i64.trunc_sat_f64_u': toI64(f64, convert.i64TruncSatU),
  'f32.convert_i64_s': (d, a) => {
    FF[d] = convert.f32ConvertI64S(S[a], S[a + 1]);
  },
  'f32.convert_i64_u': (d, a) => {
    FF[d] = convert.f32ConvertI64U(S[a], S[a + 1]);
  },
  'f64.convert_i64_s': (d, a) => {
    F[d >> 1] = convert.f64ConvertI64S(S[a], S[a + 1]);
  },
  'f64.convert_i64_u': (d, a) => {
    F[d >> 1] = convert.f64ConvertI64U(S[a], S[a + 1]);
  },
} satisfies UnaryTable;

export const NUMERIC_BINARY = {
  'i64.div_s': (d, a, b) => i64.i64DivS(S, d, S[a], S[a + 1], S[b], S[b + 1]),
  'i64.div_u': (d, a, b) => i64.i64DivU(S, d, S[a], S[a + 1], S[b], S[b + 1]),
  'i64.rem_s': (d, a, b) => i64.i64RemS(S, d, S[a], S[a + 1], S[b], S[b + 1]),
  'i64.rem_u': (d, a, b) => i64.i64RemU(S, d, S[a], S[a + 1], S[b], S[b + 1]),
} satisfies BinaryTable;
