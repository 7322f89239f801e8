// Vector instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#vector-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const SIMD: readonly Row[] = rows('simd', `
0xfd000 v128.load: addr -> v128, memarg, 4
.load8x8_s: addr -> v128, memarg, 3
.load8x8_u
.load16x4_s
.load16x4_u
.load32x2_s
.load32x2_u
.load8_splat: addr -> v128, memarg, 0
.load16_splat: addr -> v128, memarg, 1
.load32_splat: addr -> v128, memarg, 2
.load64_splat: addr -> v128, memarg, 3
.store: addr v128 ->, memarg, 4
.const: -> v128, v128, constant
i8x16.shuffle: v128 v128 -> v128, lanes
.swizzle: v128 v128 -> v128
.splat: i32 -> v128
0xfd010 i16x8.splat
i32x4.splat
i64x2.splat: i64 -> v128
f32x4.splat: f32 -> v128
f64x2.splat: f64 -> v128
i8x16.extract_lane_s: v128 -> i32, lane
.extract_lane_u
.replace_lane: v128 i32 -> v128, lane
i16x8.extract_lane_s: v128 -> i32, lane
.extract_lane_u
.replace_lane: v128 i32 -> v128, lane
i32x4.extract_lane: v128 -> i32, lane
.replace_lane: v128 i32 -> v128, lane
i64x2.extract_lane: v128 -> i64, lane
.replace_lane: v128 i64 -> v128, lane
f32x4.extract_lane: v128 -> f32, lane
0xfd020 .replace_lane: v128 f32 -> v128, lane
f64x2.extract_lane: v128 -> f64, lane
.replace_lane: v128 f64 -> v128, lane
i8x16.eq: v128 v128 -> v128
.ne
.lt_s
.lt_u
.gt_s
.gt_u
.le_s
.le_u
.ge_s
.ge_u
i16x8.eq
.ne
.lt_s
0xfd030 .lt_u
.gt_s
.gt_u
.le_s
.le_u
.ge_s
.ge_u
i32x4.eq
.ne
.lt_s
.lt_u
.gt_s
.gt_u
.le_s
.le_u
.ge_s
0xfd040 .ge_u
f32x4.eq
.ne
.lt
.gt
.le
.ge
f64x2.eq
.ne
.lt
.gt
.le
.ge
v128.not: v128 -> v128
.and: v128 v128 -> v128
.andnot
0xfd050 .or
.xor
.bitselect: v128 v128 v128 -> v128
.any_true: v128 -> i32
.load8_lane: addr v128 -> v128, memarg_lane, 0
.load16_lane: addr v128 -> v128, memarg_lane, 1
.load32_lane: addr v128 -> v128, memarg_lane, 2
.load64_lane: addr v128 -> v128, memarg_lane, 3
.store8_lane: addr v128 ->, memarg_lane, 0
.store16_lane: addr v128 ->, memarg_lane, 1
.store32_lane: addr v128 ->, memarg_lane, 2
.store64_lane: addr v128 ->, memarg_lane, 3
.load32_zero: addr -> v128, memarg, 2
.load64_zero: addr -> v128, memarg, 3
f32x4.demote_f64x2_zero: v128 -> v128
f64x2.promote_low_f32x4
0xfd060 i8x16.abs
.neg
.popcnt
.all_true: v128 -> i32
.bitmask
.narrow_i16x8_s: v128 v128 -> v128
.narrow_i16x8_u
f32x4.ceil: v128 -> v128
.floor
.trunc
.nearest
i8x16.shl: v128 i32 -> v128
.shr_s
.shr_u
.add: v128 v128 -> v128
.add_sat_s
0xfd070 .add_sat_u
.sub
.sub_sat_s
.sub_sat_u
f64x2.ceil: v128 -> v128
.floor
i8x16.min_s: v128 v128 -> v128
.min_u
.max_s
.max_u
f64x2.trunc: v128 -> v128
i8x16.avgr_u: v128 v128 -> v128
i16x8.extadd_pairwise_i8x16_s: v128 -> v128
.extadd_pairwise_i8x16_u
i32x4.extadd_pairwise_i16x8_s
.extadd_pairwise_i16x8_u
0xfd080 i16x8.abs
.neg
.q15mulr_sat_s: v128 v128 -> v128
.all_true: v128 -> i32
.bitmask
.narrow_i32x4_s: v128 v128 -> v128
.narrow_i32x4_u
.extend_low_i8x16_s: v128 -> v128
.extend_high_i8x16_s
.extend_low_i8x16_u
.extend_high_i8x16_u
.shl: v128 i32 -> v128
.shr_s
.shr_u
.add: v128 v128 -> v128
.add_sat_s
0xfd090 .add_sat_u
.sub
.sub_sat_s
.sub_sat_u
f64x2.nearest: v128 -> v128
i16x8.mul: v128 v128 -> v128
.min_s
.min_u
.max_s
.max_u
0xfd09b .avgr_u
.extmul_low_i8x16_s
.extmul_high_i8x16_s
.extmul_low_i8x16_u
.extmul_high_i8x16_u
0xfd0a0 i32x4.abs: v128 -> v128
.neg
0xfd0a3 .all_true: v128 -> i32
.bitmask
0xfd0a7 .extend_low_i16x8_s: v128 -> v128
.extend_high_i16x8_s
.extend_low_i16x8_u
.extend_high_i16x8_u
.shl: v128 i32 -> v128
.shr_s
.shr_u
.add: v128 v128 -> v128
0xfd0b1 .sub
0xfd0b5 .mul
.min_s
.min_u
.max_s
.max_u
.dot_i16x8_s
0xfd0bc .extmul_low_i16x8_s
.extmul_high_i16x8_s
.extmul_low_i16x8_u
.extmul_high_i16x8_u
0xfd0c0 i64x2.abs: v128 -> v128
.neg
0xfd0c3 .all_true: v128 -> i32
.bitmask
0xfd0c7 .extend_low_i32x4_s: v128 -> v128
.extend_high_i32x4_s
.extend_low_i32x4_u
.extend_high_i32x4_u
.shl: v128 i32 -> v128
.shr_s
.shr_u
.add: v128 v128 -> v128
0xfd0d1 .sub
0xfd0d5 .mul
.eq
.ne
.lt_s
.gt_s
.le_s
.ge_s
.extmul_low_i32x4_s
.extmul_high_i32x4_s
.extmul_low_i32x4_u
.extmul_high_i32x4_u
0xfd0e0 f32x4.abs: v128 -> v128
.neg
0xfd0e3 .sqrt
.add: v128 v128 -> v128
.sub
.mul
.div
.min
.max
.pmin
.pmax
f64x2.abs: v128 -> v128
.neg
0xfd0ef .sqrt
0xfd0f0 .add: v128 v128 -> v128
.sub
.mul
.div
.min
.max
.pmin
.pmax
i32x4.trunc_sat_f32x4_s: v128 -> v128
.trunc_sat_f32x4_u
f32x4.convert_i32x4_s
.convert_i32x4_u
i32x4.trunc_sat_f64x2_s_zero
.trunc_sat_f64x2_u_zero
f64x2.convert_low_i32x4_s
.convert_low_i32x4_u
`);
