// Relaxed vector instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#vector-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const RELAXED_SIMD: readonly Row[] = rows('relaxed-simd', `
0xfd100 i8x16.relaxed_swizzle: v128 v128 -> v128
i32x4.relaxed_trunc_f32x4_s: v128 -> v128
.relaxed_trunc_f32x4_u
.relaxed_trunc_f64x2_s_zero
.relaxed_trunc_f64x2_u_zero
f32x4.relaxed_madd: v128 v128 v128 -> v128
.relaxed_nmadd
f64x2.relaxed_madd
.relaxed_nmadd
i8x16.relaxed_laneselect
i16x8.relaxed_laneselect
i32x4.relaxed_laneselect
i64x2.relaxed_laneselect
f32x4.relaxed_min: v128 v128 -> v128
.relaxed_max
f64x2.relaxed_min
0xfd110 .relaxed_max
i16x8.relaxed_q15mulr_s
.relaxed_dot_i8x16_i7x16_s
i32x4.relaxed_dot_i8x16_i7x16_add_s: v128 v128 v128 -> v128
`);
