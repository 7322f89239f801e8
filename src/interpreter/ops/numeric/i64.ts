// i64 division, remainder and popcnt on two int32 halves (lo, hi), without BigInt, which some engines do slowly.
// A 64-bit result goes to S[d] (lo) and S[d + 1] (hi); nothing is written when the operator traps.
// Spec: https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Not here: add, sub, mul, shifts, clz, ctz and compares, which the loop writes in place.
import { i32Popcnt } from './i32.ts';
import { trapDivideByZero, trapDivideOverflow } from './traps.ts';

const TWO_32 = 0x1_0000_0000;

/** Upper 32 bits, as int32, of the 64-bit product of two uint32 (given as int32 or uint32). */
export function mulHighU(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  // No sum below leaves 32 bits: 65535 * 65535 + 65535 < 2^32.
  const mid = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const mid2 = (Math.imul(a0, b1) >>> 0) + (mid & 0xffff);
  return (Math.imul(a1, b1) + (mid >>> 16) + (mid2 >>> 16)) | 0;
}

/** i64.div_s: truncates toward zero. Traps on zero, and on the one quotient that does not fit. */
export function i64DivS(S: Int32Array, d: number, alo: number, ahi: number, blo: number, bhi: number): void {
  if ((blo | bhi) === 0) trapDivideByZero();
  if (fitsSigned53(ahi) && fitsSigned53(bhi)) {
    const q = Math.trunc((ahi * TWO_32 + (alo >>> 0)) / (bhi * TWO_32 + (blo >>> 0)));
    S[d] = q | 0;
    S[d + 1] = Math.floor(q / TWO_32) | 0;
    return;
  }
  if ((blo & bhi) === -1 && alo === 0 && ahi === -0x80000000) trapDivideOverflow();
  divideMagnitudes(alo, ahi, blo, bhi);
  store(S, d, qlo, qhi, (ahi ^ bhi) < 0);
}

/** i64.rem_s: the sign of the dividend; the smallest value by -1 is 0, not a trap. Traps on zero. */
export function i64RemS(S: Int32Array, d: number, alo: number, ahi: number, blo: number, bhi: number): void {
  if ((blo | bhi) === 0) trapDivideByZero();
  if (fitsSigned53(ahi) && fitsSigned53(bhi)) {
    const r = (ahi * TWO_32 + (alo >>> 0)) % (bhi * TWO_32 + (blo >>> 0));
    S[d] = r | 0;
    S[d + 1] = Math.floor(r / TWO_32) | 0;
    return;
  }
  divideMagnitudes(alo, ahi, blo, bhi);
  store(S, d, rlo, rhi, ahi < 0);
}

/** i64.div_u. Traps on zero. */
export function i64DivU(S: Int32Array, d: number, alo: number, ahi: number, blo: number, bhi: number): void {
  if ((blo | bhi) === 0) trapDivideByZero();
  if ((ahi | bhi) >>> 21 === 0) {
    const q = Math.floor((ahi * TWO_32 + (alo >>> 0)) / (bhi * TWO_32 + (blo >>> 0)));
    S[d] = q | 0;
    S[d + 1] = (q / TWO_32) | 0;
    return;
  }
  divideU(alo, ahi, blo, bhi);
  store(S, d, qlo, qhi, false);
}

/** i64.rem_u. Traps on zero. */
export function i64RemU(S: Int32Array, d: number, alo: number, ahi: number, blo: number, bhi: number): void {
  if ((blo | bhi) === 0) trapDivideByZero();
  if ((ahi | bhi) >>> 21 === 0) {
    const r = (ahi * TWO_32 + (alo >>> 0)) % (bhi * TWO_32 + (blo >>> 0));
    S[d] = r | 0;
    S[d + 1] = (r / TWO_32) | 0;
    return;
  }
  divideU(alo, ahi, blo, bhi);
  store(S, d, rlo, rhi, false);
}

/** i64.popcnt: set bits. */
export function i64Popcnt(S: Int32Array, d: number, lo: number, hi: number): void {
  S[d] = i32Popcnt(lo) + i32Popcnt(hi);
  S[d + 1] = 0;
}

/** True where hi * 2^32 + lo lies in [-2^53, 2^53), so that a double holds it exactly. */
function fitsSigned53(hi: number): boolean {
  return hi >> 21 === hi >> 31;
}

// Results of divideU. Only the slow paths use them; two int32 halves each.
let qlo = 0;
let qhi = 0;
let rlo = 0;
let rhi = 0;

function store(S: Int32Array, d: number, lo: number, hi: number, negate: boolean): void {
  S[d] = negate ? -lo | 0 : lo;
  S[d + 1] = negate ? (lo === 0 ? -hi | 0 : ~hi) : hi;
}

/** |a| / |b| as unsigned; the smallest i64 is its own magnitude read as unsigned. */
function divideMagnitudes(alo: number, ahi: number, blo: number, bhi: number): void {
  if (ahi < 0) {
    ahi = alo === 0 ? -ahi | 0 : ~ahi;
    alo = -alo | 0;
  }
  if (bhi < 0) {
    bhi = blo === 0 ? -bhi | 0 : ~bhi;
    blo = -blo | 0;
  }
  divideU(alo, ahi, blo, bhi);
}

/** Any uint64 by any uint64 but zero: sets qlo, qhi, rlo, rhi. */
function divideU(alo: number, ahi: number, blo: number, bhi: number): void {
  if (bhi === 0) divideBy32(alo, ahi >>> 0, blo >>> 0);
  else divideBy64(alo, ahi, blo, bhi);
}

/** Long division with digits of 32, 16 and 16 bits: each partial dividend is below b * 2^16 <= 2^48, exact in a double. */
function divideBy32(alo: number, ahi: number, b: number): void {
  const top = Math.floor(ahi / b);
  let part = (ahi % b) * 0x10000 + (alo >>> 16);
  const upper = Math.floor(part / b);
  part = (part % b) * 0x10000 + (alo & 0xffff);
  const lower = Math.floor(part / b);
  qhi = top | 0;
  qlo = (upper * 0x10000 + lower) | 0;
  rhi = 0;
  rlo = (part % b) | 0;
}

/**
 * The quotient is below 2^32. Doubles estimate it within one; one less than the estimate is never too large, and the
 * remainder that is left tells how often the divisor still fits (at most twice).
 */
function divideBy64(alo: number, ahi: number, blo: number, bhi: number): void {
  const a = (ahi >>> 0) * TWO_32 + (alo >>> 0);
  const b = (bhi >>> 0) * TWO_32 + (blo >>> 0);
  let q = Math.max(0, Math.floor(a / b) - 1);
  const productLo = Math.imul(q, blo);
  const productHi = (mulHighU(q, blo) + Math.imul(q, bhi)) | 0;
  rlo = (alo - productLo) | 0;
  rhi = (ahi - productHi - (alo >>> 0 < productLo >>> 0 ? 1 : 0)) | 0;
  while (rhi >>> 0 > bhi >>> 0 || (rhi === bhi && rlo >>> 0 >= blo >>> 0)) {
    const borrow = rlo >>> 0 < blo >>> 0 ? 1 : 0;
    rlo = (rlo - blo) | 0;
    rhi = (rhi - bhi - borrow) | 0;
    q++;
  }
  qlo = q | 0;
  qhi = 0;
}
