// 128-bit arithmetic on pairs of i64. https://github.com/WebAssembly/wide-arithmetic
import { rows, type Row } from './row.ts';

// biome-ignore format: a table
export const WIDE_ARITHMETIC: readonly Row[] = rows('wide-arithmetic', `
0xfc013 i64.add128: i64 i64 i64 i64 -> i64 i64
.sub128
.mul_wide_s: i64 i64 -> i64 i64
.mul_wide_u
`);
