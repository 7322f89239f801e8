// Relaxed vector instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#vector-instructions
import { rows } from './row.ts';

// biome-ignore format: a table
export const RELAXED_SIMD = rows('relaxed-simd', [
  [0xfd_100, 'i8x16.relaxed_swizzle',               'v128 v128 -> v128'],
  [0xfd_101, 'i32x4.relaxed_trunc_f32x4_s',         'v128 -> v128'],
  [0xfd_102, 'i32x4.relaxed_trunc_f32x4_u',         'v128 -> v128'],
  [0xfd_103, 'i32x4.relaxed_trunc_f64x2_s_zero',    'v128 -> v128'],
  [0xfd_104, 'i32x4.relaxed_trunc_f64x2_u_zero',    'v128 -> v128'],
  [0xfd_105, 'f32x4.relaxed_madd',                  'v128 v128 v128 -> v128'],
  [0xfd_106, 'f32x4.relaxed_nmadd',                 'v128 v128 v128 -> v128'],
  [0xfd_107, 'f64x2.relaxed_madd',                  'v128 v128 v128 -> v128'],
  [0xfd_108, 'f64x2.relaxed_nmadd',                 'v128 v128 v128 -> v128'],
  [0xfd_109, 'i8x16.relaxed_laneselect',            'v128 v128 v128 -> v128'],
  [0xfd_10a, 'i16x8.relaxed_laneselect',            'v128 v128 v128 -> v128'],
  [0xfd_10b, 'i32x4.relaxed_laneselect',            'v128 v128 v128 -> v128'],
  [0xfd_10c, 'i64x2.relaxed_laneselect',            'v128 v128 v128 -> v128'],
  [0xfd_10d, 'f32x4.relaxed_min',                   'v128 v128 -> v128'],
  [0xfd_10e, 'f32x4.relaxed_max',                   'v128 v128 -> v128'],
  [0xfd_10f, 'f64x2.relaxed_min',                   'v128 v128 -> v128'],
  [0xfd_110, 'f64x2.relaxed_max',                   'v128 v128 -> v128'],
  [0xfd_111, 'i16x8.relaxed_q15mulr_s',             'v128 v128 -> v128'],
  [0xfd_112, 'i16x8.relaxed_dot_i8x16_i7x16_s',     'v128 v128 -> v128'],
  [0xfd_113, 'i32x4.relaxed_dot_i8x16_i7x16_add_s', 'v128 v128 v128 -> v128'],
]);
