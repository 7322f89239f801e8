// Numeric instructions. https://webassembly.github.io/spec/core/syntax/instructions.html#numeric-instructions
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const NUMERIC: readonly Row[] = [
...rows('core', `
0x41 i32.const: -> i32, i32, constant
i64.const: -> i64, i64, constant
f32.const: -> f32, f32, constant
f64.const: -> f64, f64, constant
i32.eqz: i32 -> i32
.eq: i32 i32 -> i32
.ne
.lt_s
.lt_u
.gt_s
.gt_u
.le_s
.le_u
.ge_s
.ge_u
0x50 i64.eqz: i64 -> i32
.eq: i64 i64 -> i32
.ne
.lt_s
.lt_u
.gt_s
.gt_u
.le_s
.le_u
.ge_s
.ge_u
f32.eq: f32 f32 -> i32
.ne
.lt
.gt
.le
0x60 .ge
f64.eq: f64 f64 -> i32
.ne
.lt
.gt
.le
.ge
i32.clz: i32 -> i32
.ctz
.popcnt
.add: i32 i32 -> i32, none, constant
.sub
.mul
.div_s: i32 i32 -> i32
.div_u
.rem_s
0x70 .rem_u
.and
.or
.xor
.shl
.shr_s
.shr_u
.rotl
.rotr
i64.clz: i64 -> i64
.ctz
.popcnt
.add: i64 i64 -> i64, none, constant
.sub
.mul
.div_s: i64 i64 -> i64
0x80 .div_u
.rem_s
.rem_u
.and
.or
.xor
.shl
.shr_s
.shr_u
.rotl
.rotr
f32.abs: f32 -> f32
.neg
.ceil
.floor
.trunc
0x90 .nearest
.sqrt
.add: f32 f32 -> f32
.sub
.mul
.div
.min
.max
.copysign
f64.abs: f64 -> f64
.neg
.ceil
.floor
.trunc
.nearest
.sqrt
0xa0 .add: f64 f64 -> f64
.sub
.mul
.div
.min
.max
.copysign
i32.wrap_i64: i64 -> i32
.trunc_f32_s: f32 -> i32
.trunc_f32_u
.trunc_f64_s: f64 -> i32
.trunc_f64_u
i64.extend_i32_s: i32 -> i64
.extend_i32_u
.trunc_f32_s: f32 -> i64
.trunc_f32_u
0xb0 .trunc_f64_s: f64 -> i64
.trunc_f64_u
f32.convert_i32_s: i32 -> f32
.convert_i32_u
.convert_i64_s: i64 -> f32
.convert_i64_u
.demote_f64: f64 -> f32
f64.convert_i32_s: i32 -> f64
.convert_i32_u
.convert_i64_s: i64 -> f64
.convert_i64_u
.promote_f32: f32 -> f64
i32.reinterpret_f32: f32 -> i32
i64.reinterpret_f64: f64 -> i64
f32.reinterpret_i32: i32 -> f32
f64.reinterpret_i64: i64 -> f64
`),
...rows('sign-extension', `
0xc0 i32.extend8_s: i32 -> i32
.extend16_s
i64.extend8_s: i64 -> i64
.extend16_s
.extend32_s
`),
...rows('saturating-float-to-int', `
0xfc000 i32.trunc_sat_f32_s: f32 -> i32
.trunc_sat_f32_u
.trunc_sat_f64_s: f64 -> i32
.trunc_sat_f64_u
i64.trunc_sat_f32_s: f32 -> i64
.trunc_sat_f32_u
.trunc_sat_f64_s: f64 -> i64
.trunc_sat_f64_u
`),
];
