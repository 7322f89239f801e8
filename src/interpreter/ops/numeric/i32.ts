// i32.popcnt, the one i32 operator that is more than an expression.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Not here: what the loop writes in place (add, mul by Math.imul, division, shifts, clz, ctz, compares).

/** i32.popcnt: set bits, added up in fields of 2, 4 and 8 bits; the multiplication sums the four bytes. */
export function i32Popcnt(a: number): number {
  a = a - ((a >>> 1) & 0x55555555);
  a = (a & 0x33333333) + ((a >>> 2) & 0x33333333);
  a = (a + (a >>> 4)) & 0x0f0f0f0f;
  return Math.imul(a, 0x01010101) >>> 24;
}
