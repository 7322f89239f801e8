// Conversions between integers and floating point, exact over the whole range, without BigInt.
// i64 is two int32 halves: results go to S[d] (lo) and S[d + 1] (hi), operands come as (lo, hi).
// An f32 operand is a number that is an f32 value, so one function serves f32 and f64.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#conversions
// Not here: demote and i32 -> f32 are Math.fround, i32 -> f64 and promote are nothing at all, reinterpret moves bits.
import { trapTruncate } from './traps.ts';

const TWO_31 = 0x8000_0000;
const TWO_32 = 0x1_0000_0000;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/** i32.trunc_fNN_s: toward zero. Traps on NaN and outside of i32. */
export function i32TruncS(x: number): number {
  if (!(x > -TWO_31 - 1 && x < TWO_31)) trapTruncate(x, 'i32');
  return x | 0;
}

/** i32.trunc_fNN_u, the uint32 given as int32. Traps on NaN and outside of u32. */
export function i32TruncU(x: number): number {
  if (!(x > -1 && x < TWO_32)) trapTruncate(x, 'u32');
  return x | 0;
}

/** i64.trunc_fNN_s. Traps on NaN and outside of i64. */
export function i64TruncS(S: Int32Array, d: number, x: number): void {
  if (!(x >= -TWO_63 && x < TWO_63)) trapTruncate(x, 'i64');
  storeInteger(S, d, x);
}

/** i64.trunc_fNN_u. Traps on NaN and outside of u64. */
export function i64TruncU(S: Int32Array, d: number, x: number): void {
  if (!(x > -1 && x < TWO_64)) trapTruncate(x, 'u64');
  storeInteger(S, d, x);
}

/** i32.trunc_sat_fNN_s: NaN is 0, everything else the nearest end of the range. */
export function i32TruncSatS(x: number): number {
  if (x >= TWO_31) return 0x7fffffff;
  if (x <= -TWO_31) return -0x80000000;
  return x | 0;
}

/** i32.trunc_sat_fNN_u, the uint32 given as int32. */
export function i32TruncSatU(x: number): number {
  if (x >= TWO_32) return -1;
  return x > 0 ? x | 0 : 0;
}

/** i64.trunc_sat_fNN_s. NaN passes both compares and is stored as 0. */
export function i64TruncSatS(S: Int32Array, d: number, x: number): void {
  if (x >= TWO_63) storeHalves(S, d, -1, 0x7fffffff);
  else if (x <= -TWO_63) storeHalves(S, d, 0, -0x80000000);
  else storeInteger(S, d, x);
}

/** i64.trunc_sat_fNN_u. */
export function i64TruncSatU(S: Int32Array, d: number, x: number): void {
  if (x >= TWO_64) storeHalves(S, d, -1, -1);
  else if (x > 0) storeInteger(S, d, x);
  else storeHalves(S, d, 0, 0);
}

/** f64.convert_i64_s: the product is exact, so the sum is the only rounding. */
export function f64ConvertI64S(lo: number, hi: number): number {
  return hi * TWO_32 + (lo >>> 0);
}

/** f64.convert_i64_u. */
export function f64ConvertI64U(lo: number, hi: number): number {
  return (hi >>> 0) * TWO_32 + (lo >>> 0);
}

/** f32.convert_i64_s, rounded once. */
export function f32ConvertI64S(lo: number, hi: number): number {
  return Math.fround(hi * TWO_32 + (hi >> 21 === hi >> 31 ? lo >>> 0 : roundedToOdd(lo)));
}

/** f32.convert_i64_u, rounded once. */
export function f32ConvertI64U(lo: number, hi: number): number {
  return Math.fround((hi >>> 0) * TWO_32 + (hi >>> 21 === 0 ? lo >>> 0 : roundedToOdd(lo)));
}

/**
 * The low half with its 11 lowest bits folded into bit 11, as uint32. From 2^53 up a double cannot hold those bits, and
 * rounding to double first and to f32 then could round twice. The folded number fits a double exactly and lies on the
 * same side of every f32 and of every midpoint between two of them (multiples of 2^29 there), so it rounds alike.
 */
function roundedToOdd(lo: number): number {
  return ((lo & 0x7ff) === 0 ? lo : (lo & ~0x7ff) | 0x800) >>> 0;
}

/** Stores the integer part of a number within the range of i64 or u64. */
function storeInteger(S: Int32Array, d: number, x: number): void {
  const whole = Math.trunc(x);
  S[d] = whole | 0;
  S[d + 1] = Math.floor(whole / TWO_32) | 0;
}

function storeHalves(S: Int32Array, d: number, lo: number, hi: number): void {
  S[d] = lo;
  S[d + 1] = hi;
}
