// Vector instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#vector-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const SIMD: readonly Row[] = rows('simd', `
0xfd000 v128.load: addr -> v128, memarg, 4
v128.load8x8_s: addr -> v128, memarg, 3
v128.load8x8_u: addr -> v128, memarg, 3
v128.load16x4_s: addr -> v128, memarg, 3
v128.load16x4_u: addr -> v128, memarg, 3
v128.load32x2_s: addr -> v128, memarg, 3
v128.load32x2_u: addr -> v128, memarg, 3
v128.load8_splat: addr -> v128, memarg, 0
v128.load16_splat: addr -> v128, memarg, 1
v128.load32_splat: addr -> v128, memarg, 2
v128.load64_splat: addr -> v128, memarg, 3
v128.store: addr v128 ->, memarg, 4
v128.const: -> v128, v128, constant
i8x16.shuffle: v128 v128 -> v128, lanes
i8x16.swizzle: v128 v128 -> v128
i8x16.splat: i32 -> v128
0xfd010 i16x8.splat: i32 -> v128
i32x4.splat: i32 -> v128
i64x2.splat: i64 -> v128
f32x4.splat: f32 -> v128
f64x2.splat: f64 -> v128
i8x16.extract_lane_s: v128 -> i32, lane
i8x16.extract_lane_u: v128 -> i32, lane
i8x16.replace_lane: v128 i32 -> v128, lane
i16x8.extract_lane_s: v128 -> i32, lane
i16x8.extract_lane_u: v128 -> i32, lane
i16x8.replace_lane: v128 i32 -> v128, lane
i32x4.extract_lane: v128 -> i32, lane
i32x4.replace_lane: v128 i32 -> v128, lane
i64x2.extract_lane: v128 -> i64, lane
i64x2.replace_lane: v128 i64 -> v128, lane
f32x4.extract_lane: v128 -> f32, lane
0xfd020 f32x4.replace_lane: v128 f32 -> v128, lane
f64x2.extract_lane: v128 -> f64, lane
f64x2.replace_lane: v128 f64 -> v128, lane
i8x16.eq: v128 v128 -> v128
i8x16.ne: v128 v128 -> v128
i8x16.lt_s: v128 v128 -> v128
i8x16.lt_u: v128 v128 -> v128
i8x16.gt_s: v128 v128 -> v128
i8x16.gt_u: v128 v128 -> v128
i8x16.le_s: v128 v128 -> v128
i8x16.le_u: v128 v128 -> v128
i8x16.ge_s: v128 v128 -> v128
i8x16.ge_u: v128 v128 -> v128
i16x8.eq: v128 v128 -> v128
i16x8.ne: v128 v128 -> v128
i16x8.lt_s: v128 v128 -> v128
0xfd030 i16x8.lt_u: v128 v128 -> v128
i16x8.gt_s: v128 v128 -> v128
i16x8.gt_u: v128 v128 -> v128
i16x8.le_s: v128 v128 -> v128
i16x8.le_u: v128 v128 -> v128
i16x8.ge_s: v128 v128 -> v128
i16x8.ge_u: v128 v128 -> v128
i32x4.eq: v128 v128 -> v128
i32x4.ne: v128 v128 -> v128
i32x4.lt_s: v128 v128 -> v128
i32x4.lt_u: v128 v128 -> v128
i32x4.gt_s: v128 v128 -> v128
i32x4.gt_u: v128 v128 -> v128
i32x4.le_s: v128 v128 -> v128
i32x4.le_u: v128 v128 -> v128
i32x4.ge_s: v128 v128 -> v128
0xfd040 i32x4.ge_u: v128 v128 -> v128
f32x4.eq: v128 v128 -> v128
f32x4.ne: v128 v128 -> v128
f32x4.lt: v128 v128 -> v128
f32x4.gt: v128 v128 -> v128
f32x4.le: v128 v128 -> v128
f32x4.ge: v128 v128 -> v128
f64x2.eq: v128 v128 -> v128
f64x2.ne: v128 v128 -> v128
f64x2.lt: v128 v128 -> v128
f64x2.gt: v128 v128 -> v128
f64x2.le: v128 v128 -> v128
f64x2.ge: v128 v128 -> v128
v128.not: v128 -> v128
v128.and: v128 v128 -> v128
v128.andnot: v128 v128 -> v128
0xfd050 v128.or: v128 v128 -> v128
v128.xor: v128 v128 -> v128
v128.bitselect: v128 v128 v128 -> v128
v128.any_true: v128 -> i32
v128.load8_lane: addr v128 -> v128, memarg_lane, 0
v128.load16_lane: addr v128 -> v128, memarg_lane, 1
v128.load32_lane: addr v128 -> v128, memarg_lane, 2
v128.load64_lane: addr v128 -> v128, memarg_lane, 3
v128.store8_lane: addr v128 ->, memarg_lane, 0
v128.store16_lane: addr v128 ->, memarg_lane, 1
v128.store32_lane: addr v128 ->, memarg_lane, 2
v128.store64_lane: addr v128 ->, memarg_lane, 3
v128.load32_zero: addr -> v128, memarg, 2
v128.load64_zero: addr -> v128, memarg, 3
f32x4.demote_f64x2_zero: v128 -> v128
f64x2.promote_low_f32x4: v128 -> v128
0xfd060 i8x16.abs: v128 -> v128
i8x16.neg: v128 -> v128
i8x16.popcnt: v128 -> v128
i8x16.all_true: v128 -> i32
i8x16.bitmask: v128 -> i32
i8x16.narrow_i16x8_s: v128 v128 -> v128
i8x16.narrow_i16x8_u: v128 v128 -> v128
f32x4.ceil: v128 -> v128
f32x4.floor: v128 -> v128
f32x4.trunc: v128 -> v128
f32x4.nearest: v128 -> v128
i8x16.shl: v128 i32 -> v128
i8x16.shr_s: v128 i32 -> v128
i8x16.shr_u: v128 i32 -> v128
i8x16.add: v128 v128 -> v128
i8x16.add_sat_s: v128 v128 -> v128
0xfd070 i8x16.add_sat_u: v128 v128 -> v128
i8x16.sub: v128 v128 -> v128
i8x16.sub_sat_s: v128 v128 -> v128
i8x16.sub_sat_u: v128 v128 -> v128
f64x2.ceil: v128 -> v128
f64x2.floor: v128 -> v128
i8x16.min_s: v128 v128 -> v128
i8x16.min_u: v128 v128 -> v128
i8x16.max_s: v128 v128 -> v128
i8x16.max_u: v128 v128 -> v128
f64x2.trunc: v128 -> v128
i8x16.avgr_u: v128 v128 -> v128
i16x8.extadd_pairwise_i8x16_s: v128 -> v128
i16x8.extadd_pairwise_i8x16_u: v128 -> v128
i32x4.extadd_pairwise_i16x8_s: v128 -> v128
i32x4.extadd_pairwise_i16x8_u: v128 -> v128
0xfd080 i16x8.abs: v128 -> v128
i16x8.neg: v128 -> v128
i16x8.q15mulr_sat_s: v128 v128 -> v128
i16x8.all_true: v128 -> i32
i16x8.bitmask: v128 -> i32
i16x8.narrow_i32x4_s: v128 v128 -> v128
i16x8.narrow_i32x4_u: v128 v128 -> v128
i16x8.extend_low_i8x16_s: v128 -> v128
i16x8.extend_high_i8x16_s: v128 -> v128
i16x8.extend_low_i8x16_u: v128 -> v128
i16x8.extend_high_i8x16_u: v128 -> v128
i16x8.shl: v128 i32 -> v128
i16x8.shr_s: v128 i32 -> v128
i16x8.shr_u: v128 i32 -> v128
i16x8.add: v128 v128 -> v128
i16x8.add_sat_s: v128 v128 -> v128
0xfd090 i16x8.add_sat_u: v128 v128 -> v128
i16x8.sub: v128 v128 -> v128
i16x8.sub_sat_s: v128 v128 -> v128
i16x8.sub_sat_u: v128 v128 -> v128
f64x2.nearest: v128 -> v128
i16x8.mul: v128 v128 -> v128
i16x8.min_s: v128 v128 -> v128
i16x8.min_u: v128 v128 -> v128
i16x8.max_s: v128 v128 -> v128
i16x8.max_u: v128 v128 -> v128
0xfd09b i16x8.avgr_u: v128 v128 -> v128
i16x8.extmul_low_i8x16_s: v128 v128 -> v128
i16x8.extmul_high_i8x16_s: v128 v128 -> v128
i16x8.extmul_low_i8x16_u: v128 v128 -> v128
i16x8.extmul_high_i8x16_u: v128 v128 -> v128
0xfd0a0 i32x4.abs: v128 -> v128
i32x4.neg: v128 -> v128
0xfd0a3 i32x4.all_true: v128 -> i32
i32x4.bitmask: v128 -> i32
0xfd0a7 i32x4.extend_low_i16x8_s: v128 -> v128
i32x4.extend_high_i16x8_s: v128 -> v128
i32x4.extend_low_i16x8_u: v128 -> v128
i32x4.extend_high_i16x8_u: v128 -> v128
i32x4.shl: v128 i32 -> v128
i32x4.shr_s: v128 i32 -> v128
i32x4.shr_u: v128 i32 -> v128
i32x4.add: v128 v128 -> v128
0xfd0b1 i32x4.sub: v128 v128 -> v128
0xfd0b5 i32x4.mul: v128 v128 -> v128
i32x4.min_s: v128 v128 -> v128
i32x4.min_u: v128 v128 -> v128
i32x4.max_s: v128 v128 -> v128
i32x4.max_u: v128 v128 -> v128
i32x4.dot_i16x8_s: v128 v128 -> v128
0xfd0bc i32x4.extmul_low_i16x8_s: v128 v128 -> v128
i32x4.extmul_high_i16x8_s: v128 v128 -> v128
i32x4.extmul_low_i16x8_u: v128 v128 -> v128
i32x4.extmul_high_i16x8_u: v128 v128 -> v128
0xfd0c0 i64x2.abs: v128 -> v128
i64x2.neg: v128 -> v128
0xfd0c3 i64x2.all_true: v128 -> i32
i64x2.bitmask: v128 -> i32
0xfd0c7 i64x2.extend_low_i32x4_s: v128 -> v128
i64x2.extend_high_i32x4_s: v128 -> v128
i64x2.extend_low_i32x4_u: v128 -> v128
i64x2.extend_high_i32x4_u: v128 -> v128
i64x2.shl: v128 i32 -> v128
i64x2.shr_s: v128 i32 -> v128
i64x2.shr_u: v128 i32 -> v128
i64x2.add: v128 v128 -> v128
0xfd0d1 i64x2.sub: v128 v128 -> v128
0xfd0d5 i64x2.mul: v128 v128 -> v128
i64x2.eq: v128 v128 -> v128
i64x2.ne: v128 v128 -> v128
i64x2.lt_s: v128 v128 -> v128
i64x2.gt_s: v128 v128 -> v128
i64x2.le_s: v128 v128 -> v128
i64x2.ge_s: v128 v128 -> v128
i64x2.extmul_low_i32x4_s: v128 v128 -> v128
i64x2.extmul_high_i32x4_s: v128 v128 -> v128
i64x2.extmul_low_i32x4_u: v128 v128 -> v128
i64x2.extmul_high_i32x4_u: v128 v128 -> v128
0xfd0e0 f32x4.abs: v128 -> v128
f32x4.neg: v128 -> v128
0xfd0e3 f32x4.sqrt: v128 -> v128
f32x4.add: v128 v128 -> v128
f32x4.sub: v128 v128 -> v128
f32x4.mul: v128 v128 -> v128
f32x4.div: v128 v128 -> v128
f32x4.min: v128 v128 -> v128
f32x4.max: v128 v128 -> v128
f32x4.pmin: v128 v128 -> v128
f32x4.pmax: v128 v128 -> v128
f64x2.abs: v128 -> v128
f64x2.neg: v128 -> v128
0xfd0ef f64x2.sqrt: v128 -> v128
0xfd0f0 f64x2.add: v128 v128 -> v128
f64x2.sub: v128 v128 -> v128
f64x2.mul: v128 v128 -> v128
f64x2.div: v128 v128 -> v128
f64x2.min: v128 v128 -> v128
f64x2.max: v128 v128 -> v128
f64x2.pmin: v128 v128 -> v128
f64x2.pmax: v128 v128 -> v128
i32x4.trunc_sat_f32x4_s: v128 -> v128
i32x4.trunc_sat_f32x4_u: v128 -> v128
f32x4.convert_i32x4_s: v128 -> v128
f32x4.convert_i32x4_u: v128 -> v128
i32x4.trunc_sat_f64x2_s_zero: v128 -> v128
i32x4.trunc_sat_f64x2_u_zero: v128 -> v128
f64x2.convert_low_i32x4_s: v128 -> v128
f64x2.convert_low_i32x4_u: v128 -> v128
`);
