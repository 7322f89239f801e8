// All vector instructions by mnemonic, as rare.ts wants them: one file per shape, conversions, memory, relaxed ones.
import { CONVERT_UNARY } from './convert.ts';
import { F32X4_BINARY, F32X4_UNARY } from './f32x4.ts';
import { F64X2_BINARY, F64X2_UNARY } from './f64x2.ts';
import { I16X8_BINARY, I16X8_UNARY } from './i16x8.ts';
import { I32X4_BINARY, I32X4_UNARY } from './i32x4.ts';
import { I64X2_BINARY, I64X2_UNARY } from './i64x2.ts';
import { I8X16_BINARY, I8X16_UNARY } from './i8x16.ts';
import { RELAXED_BINARY, RELAXED_TERNARY, RELAXED_UNARY } from './relaxed.ts';
import { V128_BINARY, V128_TERNARY, V128_UNARY } from './v128.ts';

export { SIMD_ACCESS } from './memory.ts';

export const SIMD_UNARY = {
  ...V128_UNARY,
  ...I8X16_UNARY,
  ...I16X8_UNARY,
  ...I32X4_UNARY,
  ...I64X2_UNARY,
  ...F32X4_UNARY,
  ...F64X2_UNARY,
  ...CONVERT_UNARY,
  ...RELAXED_UNARY,
};

export const SIMD_BINARY = {
  ...V128_BINARY,
  ...I8X16_BINARY,
  ...I16X8_BINARY,
  ...I32X4_BINARY,
  ...I64X2_BINARY,
  ...F32X4_BINARY,
  ...F64X2_BINARY,
  ...RELAXED_BINARY,
};

export const SIMD_TERNARY = { ...V128_TERNARY, ...RELAXED_TERNARY };
