// f64 operators that JavaScript has no function for: nearest.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations
// Not here: min and max are Math.min and Math.max (NaN wins, -0 < +0); abs, neg and copysign work on bits in the loop.

const TWO_52 = 0x10_0000_0000_0000;

/**
 * f64.nearest: rounds to the nearest integer, a tie to the even one; keeps the sign of zero.
 * A NaN comes back as the canonical NaN, never as a signalling one.
 * From 2^52 up every double is an integer; below, adding 2^52 makes the hardware round at the binary point.
 */
export function f64Nearest(x: number): number {
  if (x > 0) return x < TWO_52 ? x + TWO_52 - TWO_52 : x;
  if (x < 0) return x > -TWO_52 ? -(TWO_52 - x - TWO_52) : x;
  return x === 0 ? x : Number.NaN;
}
