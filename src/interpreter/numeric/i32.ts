// i32 operators that are more than one JavaScript operator: division, remainder and bit counts.
// Values are int32 (signed, as `| 0` gives them) on both sides, also for the unsigned operators.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Not here: what the loop writes in place (add, mul by Math.imul, shifts, clz by Math.clz32, compares).
import { trapDivideByZero, trapDivideOverflow } from './traps.ts';

/** i32.div_s: truncates toward zero. Traps on zero, and on the one quotient that does not fit. */
export function i32DivS(a: number, b: number): number {
  if (b === 0) trapDivideByZero();
  if (b === -1 && a === -0x80000000) trapDivideOverflow('i32');
  return (a / b) | 0;
}

/** i32.div_u. Traps on zero. The quotient of two uint32 in double precision never rounds up to an integer. */
export function i32DivU(a: number, b: number): number {
  if (b === 0) trapDivideByZero();
  return ((a >>> 0) / (b >>> 0)) | 0;
}

/** i32.rem_s: the sign of the dividend; the smallest value by -1 is 0, not a trap. Traps on zero. */
export function i32RemS(a: number, b: number): number {
  if (b === 0) trapDivideByZero();
  return (a % b) | 0;
}

/** i32.rem_u. Traps on zero. */
export function i32RemU(a: number, b: number): number {
  if (b === 0) trapDivideByZero();
  return ((a >>> 0) % (b >>> 0)) | 0;
}

/** i32.ctz: zeros below the lowest set bit; 32 for zero. */
export function i32Ctz(a: number): number {
  return a === 0 ? 32 : 31 - Math.clz32(a & -a);
}

/** i32.popcnt: set bits, added up in fields of 2, 4 and 8 bits; the multiplication sums the four bytes. */
export function i32Popcnt(a: number): number {
  a = a - ((a >>> 1) & 0x55555555);
  a = (a & 0x33333333) + ((a >>> 2) & 0x33333333);
  a = (a + (a >>> 4)) & 0x0f0f0f0f;
  return Math.imul(a, 0x01010101) >>> 24;
}
