// NaNs that functions and conversions give: they get the canonical bits, as in the loops (lowering/ops/floats.ts says why,
// and why + - * / need no such thing).
// https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation
import { NAN32, NAN64_HIGH } from '../../state/loop-support.ts';
import * as stack from '../../state/stack.ts';

const S = stack.SLOTS;
const FF = stack.SLOTS_F32;
const F = stack.SLOTS_F64;

/** Sets lane i of a vector to the f32 that a number is rounded to, as one f32 operation would. */
export function setF32(d: number, i: number, x: number): void {
  FF[d + i] = x;
  if (Number.isNaN(x)) S[d + i] = NAN32;
}

/** Sets lane i of a vector to an f64. */
export function setF64(d: number, i: number, x: number): void {
  F[(d >> 1) + i] = x;
  if (Number.isNaN(x)) {
    S[d + 2 * i] = 0;
    S[d + 2 * i + 1] = NAN64_HIGH;
  }
}
