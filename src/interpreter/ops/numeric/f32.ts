// f32 operators that are more than Math.fround around the double operator.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations
// Not here: add, sub, mul, div and sqrt are Math.fround of the double operation, which rounds as one f32 operation does,
// since a double has more than twice the bits of an f32 plus two; min, max, ceil, floor, trunc need no rounding at all.
import { f64Nearest } from './f64.ts';

/** f32.nearest of a number that is an f32 value; the result is one as well. See f64Nearest. */
export function f32Nearest(x: number): number {
  return f64Nearest(x);
}
