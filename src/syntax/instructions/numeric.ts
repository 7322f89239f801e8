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
i32.eq: i32 i32 -> i32
i32.ne: i32 i32 -> i32
i32.lt_s: i32 i32 -> i32
i32.lt_u: i32 i32 -> i32
i32.gt_s: i32 i32 -> i32
i32.gt_u: i32 i32 -> i32
i32.le_s: i32 i32 -> i32
i32.le_u: i32 i32 -> i32
i32.ge_s: i32 i32 -> i32
i32.ge_u: i32 i32 -> i32
0x50 i64.eqz: i64 -> i32
i64.eq: i64 i64 -> i32
i64.ne: i64 i64 -> i32
i64.lt_s: i64 i64 -> i32
i64.lt_u: i64 i64 -> i32
i64.gt_s: i64 i64 -> i32
i64.gt_u: i64 i64 -> i32
i64.le_s: i64 i64 -> i32
i64.le_u: i64 i64 -> i32
i64.ge_s: i64 i64 -> i32
i64.ge_u: i64 i64 -> i32
f32.eq: f32 f32 -> i32
f32.ne: f32 f32 -> i32
f32.lt: f32 f32 -> i32
f32.gt: f32 f32 -> i32
f32.le: f32 f32 -> i32
0x60 f32.ge: f32 f32 -> i32
f64.eq: f64 f64 -> i32
f64.ne: f64 f64 -> i32
f64.lt: f64 f64 -> i32
f64.gt: f64 f64 -> i32
f64.le: f64 f64 -> i32
f64.ge: f64 f64 -> i32
i32.clz: i32 -> i32
i32.ctz: i32 -> i32
i32.popcnt: i32 -> i32
i32.add: i32 i32 -> i32, none, constant
i32.sub: i32 i32 -> i32, none, constant
i32.mul: i32 i32 -> i32, none, constant
i32.div_s: i32 i32 -> i32
i32.div_u: i32 i32 -> i32
i32.rem_s: i32 i32 -> i32
0x70 i32.rem_u: i32 i32 -> i32
i32.and: i32 i32 -> i32
i32.or: i32 i32 -> i32
i32.xor: i32 i32 -> i32
i32.shl: i32 i32 -> i32
i32.shr_s: i32 i32 -> i32
i32.shr_u: i32 i32 -> i32
i32.rotl: i32 i32 -> i32
i32.rotr: i32 i32 -> i32
i64.clz: i64 -> i64
i64.ctz: i64 -> i64
i64.popcnt: i64 -> i64
i64.add: i64 i64 -> i64, none, constant
i64.sub: i64 i64 -> i64, none, constant
i64.mul: i64 i64 -> i64, none, constant
i64.div_s: i64 i64 -> i64
0x80 i64.div_u: i64 i64 -> i64
i64.rem_s: i64 i64 -> i64
i64.rem_u: i64 i64 -> i64
i64.and: i64 i64 -> i64
i64.or: i64 i64 -> i64
i64.xor: i64 i64 -> i64
i64.shl: i64 i64 -> i64
i64.shr_s: i64 i64 -> i64
i64.shr_u: i64 i64 -> i64
i64.rotl: i64 i64 -> i64
i64.rotr: i64 i64 -> i64
f32.abs: f32 -> f32
f32.neg: f32 -> f32
f32.ceil: f32 -> f32
f32.floor: f32 -> f32
f32.trunc: f32 -> f32
0x90 f32.nearest: f32 -> f32
f32.sqrt: f32 -> f32
f32.add: f32 f32 -> f32
f32.sub: f32 f32 -> f32
f32.mul: f32 f32 -> f32
f32.div: f32 f32 -> f32
f32.min: f32 f32 -> f32
f32.max: f32 f32 -> f32
f32.copysign: f32 f32 -> f32
f64.abs: f64 -> f64
f64.neg: f64 -> f64
f64.ceil: f64 -> f64
f64.floor: f64 -> f64
f64.trunc: f64 -> f64
f64.nearest: f64 -> f64
f64.sqrt: f64 -> f64
0xa0 f64.add: f64 f64 -> f64
f64.sub: f64 f64 -> f64
f64.mul: f64 f64 -> f64
f64.div: f64 f64 -> f64
f64.min: f64 f64 -> f64
f64.max: f64 f64 -> f64
f64.copysign: f64 f64 -> f64
i32.wrap_i64: i64 -> i32
i32.trunc_f32_s: f32 -> i32
i32.trunc_f32_u: f32 -> i32
i32.trunc_f64_s: f64 -> i32
i32.trunc_f64_u: f64 -> i32
i64.extend_i32_s: i32 -> i64
i64.extend_i32_u: i32 -> i64
i64.trunc_f32_s: f32 -> i64
i64.trunc_f32_u: f32 -> i64
0xb0 i64.trunc_f64_s: f64 -> i64
i64.trunc_f64_u: f64 -> i64
f32.convert_i32_s: i32 -> f32
f32.convert_i32_u: i32 -> f32
f32.convert_i64_s: i64 -> f32
f32.convert_i64_u: i64 -> f32
f32.demote_f64: f64 -> f32
f64.convert_i32_s: i32 -> f64
f64.convert_i32_u: i32 -> f64
f64.convert_i64_s: i64 -> f64
f64.convert_i64_u: i64 -> f64
f64.promote_f32: f32 -> f64
i32.reinterpret_f32: f32 -> i32
i64.reinterpret_f64: f64 -> i64
f32.reinterpret_i32: i32 -> f32
f64.reinterpret_i64: i64 -> f64
`),
...rows('sign-extension', `
0xc0 i32.extend8_s: i32 -> i32
i32.extend16_s: i32 -> i32
i64.extend8_s: i64 -> i64
i64.extend16_s: i64 -> i64
i64.extend32_s: i64 -> i64
`),
...rows('saturating-float-to-int', `
0xfc000 i32.trunc_sat_f32_s: f32 -> i32
i32.trunc_sat_f32_u: f32 -> i32
i32.trunc_sat_f64_s: f64 -> i32
i32.trunc_sat_f64_u: f64 -> i32
i64.trunc_sat_f32_s: f32 -> i64
i64.trunc_sat_f32_u: f32 -> i64
i64.trunc_sat_f64_s: f64 -> i64
i64.trunc_sat_f64_u: f64 -> i64
`),
];
