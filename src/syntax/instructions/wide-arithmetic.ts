// 128-bit arithmetic on pairs of i64. https://github.com/WebAssembly/wide-arithmetic
import { rows } from './row.ts';

// biome-ignore format: a table
export const WIDE_ARITHMETIC = rows('wide-arithmetic', [
  [0xfc_013, 'i64.add128',     'i64 i64 i64 i64 -> i64 i64'],
  [0xfc_014, 'i64.sub128',     'i64 i64 i64 i64 -> i64 i64'],
  [0xfc_015, 'i64.mul_wide_s', 'i64 i64 -> i64 i64'],
  [0xfc_016, 'i64.mul_wide_u', 'i64 i64 -> i64 i64'],
]);
