// 128-bit arithmetic on pairs of i64, called by the `out` op. https://github.com/WebAssembly/wide-arithmetic
// Consecutive slots are consecutive words, lowest first: a 128-bit operand in two slots is four words in order.
import { mulHighU } from './numeric/i64.ts';
import type { OutOfLine } from './shapes.ts';
import * as stack from '../state/stack.ts';

const S = stack.SLOTS;

/** Adds the four words at `from` to those at `at`. */
function add128(at: number, from: number): void {
  let carry = 0;
  for (let i = 0; i < 4; i++) {
    const sum = (S[at + i] >>> 0) + (S[from + i] >>> 0) + carry;
    S[at + i] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

/** Subtracts the four words at `from` from those at `at`. */
function sub128(at: number, from: number): void {
  let borrow = 0;
  for (let i = 0; i < 4; i++) {
    const difference = (S[at + i] >>> 0) - (S[from + i] >>> 0) - borrow;
    S[at + i] = difference;
    borrow = difference < 0 ? 1 : 0;
  }
}

/** The i64s at `at` and `at + 2` give their product, four words from `at` on. */
function mulWideU(at: number): void {
  const al = S[at];
  const ah = S[at + 1];
  const bl = S[at + 2];
  const bh = S[at + 3];
  S[at] = Math.imul(al, bl);
  // Sums of up to four words of 32 bits: exact in a double.
  const middle = (mulHighU(al, bl) >>> 0) + (Math.imul(al, bh) >>> 0) + (Math.imul(ah, bl) >>> 0);
  S[at + 1] = middle;
  const upper = (mulHighU(al, bh) >>> 0) + (mulHighU(ah, bl) >>> 0) + (Math.imul(ah, bh) >>> 0);
  const high = upper + Math.floor(middle / 0x1_0000_0000);
  S[at + 2] = high;
  S[at + 3] = mulHighU(ah, bh) + Math.floor(high / 0x1_0000_0000);
}

/** Takes an i64 (low, high) from the upper half of the product at `at`. */
function subtractFromUpper(at: number, low: number, high: number): void {
  const borrow = S[at + 2] >>> 0 < low >>> 0 ? 1 : 0;
  S[at + 2] -= low;
  S[at + 3] -= high + borrow;
}

/** A negative operand read as unsigned is too large by 2^64: the product, by the other operand in its upper half. */
function mulWideS(at: number): void {
  const al = S[at];
  const ah = S[at + 1];
  const bl = S[at + 2];
  const bh = S[at + 3];
  mulWideU(at);
  if (ah < 0) subtractFromUpper(at, bl, bh);
  if (bh < 0) subtractFromUpper(at, al, ah);
}

type Name = 'i64.add128' | 'i64.sub128' | 'i64.mul_wide_s' | 'i64.mul_wide_u';

export const WIDE_ARITHMETIC: Readonly<Record<Name, OutOfLine>> = {
  'i64.add128': (_inst, at) => {
    add128(at, at + 4);
    return 0;
  },
  'i64.sub128': (_inst, at) => {
    sub128(at, at + 4);
    return 0;
  },
  'i64.mul_wide_s': (_inst, at) => {
    mulWideS(at);
    return 0;
  },
  'i64.mul_wide_u': (_inst, at) => {
    mulWideU(at);
    return 0;
  },
};
