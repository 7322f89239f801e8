// i64x2 instructions: lanes, arithmetic, comparisons, and widening to 64 bits.
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Lane i is the words d + 2 * i (low) and d + 2 * i + 1 (high). All words that a lane needs are read before it is set.
import { mulHighU } from '../numeric/i64.ts';
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import { copyVector } from './views.ts';

const S = stack.SLOTS;

function setLane(d: number, i: number, low: number, high: number): void {
  S[d + 2 * i] = low;
  S[d + 2 * i + 1] = high;
}

/** Sets lane i to all ones or all zeros. */
function setTruth(d: number, i: number, truth: boolean): void {
  const word = truth ? -1 : 0;
  setLane(d, i, word, word);
}

function add(d: number, a: number, b: number, i: number): void {
  const x = S[a + 2 * i];
  const low = (x + S[b + 2 * i]) | 0;
  const carry = low >>> 0 < x >>> 0 ? 1 : 0;
  setLane(d, i, low, S[a + 2 * i + 1] + S[b + 2 * i + 1] + carry);
}

function sub(d: number, a: number, b: number, i: number): void {
  const x = S[a + 2 * i];
  const y = S[b + 2 * i];
  const borrow = x >>> 0 < y >>> 0 ? 1 : 0;
  setLane(d, i, x - y, S[a + 2 * i + 1] - S[b + 2 * i + 1] - borrow);
}

function mul(d: number, a: number, b: number, i: number): void {
  const x = S[a + 2 * i];
  const y = S[b + 2 * i];
  const high = mulHighU(x, y) + Math.imul(x, S[b + 2 * i + 1]) + Math.imul(S[a + 2 * i + 1], y);
  setLane(d, i, Math.imul(x, y), high);
}

function neg(d: number, a: number, i: number): void {
  const x = S[a + 2 * i];
  const high = S[a + 2 * i + 1];
  setLane(d, i, -x, x === 0 ? -high : ~high);
}

function abs(d: number, a: number, i: number): void {
  if (S[a + 2 * i + 1] < 0) neg(d, a, i);
  else setLane(d, i, S[a + 2 * i], S[a + 2 * i + 1]);
}

/** Shift counts: 0 to 63. */
function shl(d: number, a: number, n: number, i: number): void {
  const low = S[a + 2 * i];
  const high = S[a + 2 * i + 1];
  if (n < 32) setLane(d, i, low << n, (high << n) | ((low >>> 1) >>> (31 - n)));
  else setLane(d, i, 0, low << n);
}

function shrS(d: number, a: number, n: number, i: number): void {
  const low = S[a + 2 * i];
  const high = S[a + 2 * i + 1];
  if (n < 32) setLane(d, i, (low >>> n) | ((high << 1) << (31 - n)), high >> n);
  else setLane(d, i, high >> n, high >> 31);
}

function shrU(d: number, a: number, n: number, i: number): void {
  const low = S[a + 2 * i];
  const high = S[a + 2 * i + 1];
  if (n < 32) setLane(d, i, (low >>> n) | ((high << 1) << (31 - n)), high >>> n);
  else setLane(d, i, high >>> n, 0);
}

function equal(a: number, b: number, i: number): boolean {
  return S[a + 2 * i] === S[b + 2 * i] && S[a + 2 * i + 1] === S[b + 2 * i + 1];
}

function less(a: number, b: number, i: number): boolean {
  const x = S[a + 2 * i + 1];
  const y = S[b + 2 * i + 1];
  return x < y || (x === y && S[a + 2 * i] >>> 0 < S[b + 2 * i] >>> 0);
}

/** Lanes 0 and 1 become x and y. */
function extendS(d: number, x: number, y: number): void {
  setLane(d, 0, x, x >> 31);
  setLane(d, 1, y, y >> 31);
}

function extendU(d: number, x: number, y: number): void {
  setLane(d, 0, x, 0);
  setLane(d, 1, y, 0);
}

/** Lanes 0 and 1 become x * y and z * w: full products of two 32-bit numbers. */
function productsS(d: number, x: number, y: number, z: number, w: number): void {
  setLane(d, 0, Math.imul(x, y), mulHighS(x, y));
  setLane(d, 1, Math.imul(z, w), mulHighS(z, w));
}

function productsU(d: number, x: number, y: number, z: number, w: number): void {
  setLane(d, 0, Math.imul(x, y), mulHighU(x, y));
  setLane(d, 1, Math.imul(z, w), mulHighU(z, w));
}

function mulHighS(x: number, y: number): number {
  return mulHighU(x, y) - (x < 0 ? y : 0) - (y < 0 ? x : 0);
}

const isZero = (low: number, high: number): boolean => (low | high) === 0;

export const I64X2_UNARY = {
  'i64x2.splat': (d, a) => {
    const x = S[a];
    const y = S[a + 1];
    setLane(d, 0, x, y);
    setLane(d, 1, x, y);
  },
  'i64x2.extract_lane': (d, a, lane) => {
    setLane(d, 0, S[a + 2 * lane], S[a + 2 * lane + 1]);
  },
  'i64x2.abs': (d, a) => {
    abs(d, a, 0);
    abs(d, a, 1);
  },
  'i64x2.neg': (d, a) => {
    neg(d, a, 0);
    neg(d, a, 1);
  },
  'i64x2.all_true': (d, a) => {
    S[d] = isZero(S[a], S[a + 1]) || isZero(S[a + 2], S[a + 3]) ? 0 : 1;
  },
  'i64x2.bitmask': (d, a) => {
    S[d] = (S[a + 1] < 0 ? 1 : 0) | (S[a + 3] < 0 ? 2 : 0);
  },
  'i64x2.extend_low_i32x4_s': (d, a) => extendS(d, S[a], S[a + 1]),
  'i64x2.extend_high_i32x4_s': (d, a) => extendS(d, S[a + 2], S[a + 3]),
  'i64x2.extend_low_i32x4_u': (d, a) => extendU(d, S[a], S[a + 1]),
  'i64x2.extend_high_i32x4_u': (d, a) => extendU(d, S[a + 2], S[a + 3]),
} satisfies UnaryTable;

export const I64X2_BINARY = {
  'i64x2.replace_lane': (d, a, b, lane) => {
    const x = S[b];
    const y = S[b + 1];
    copyVector(d, a);
    setLane(d, lane, x, y);
  },
  'i64x2.add': (d, a, b) => {
    add(d, a, b, 0);
    add(d, a, b, 1);
  },
  'i64x2.sub': (d, a, b) => {
    sub(d, a, b, 0);
    sub(d, a, b, 1);
  },
  'i64x2.mul': (d, a, b) => {
    mul(d, a, b, 0);
    mul(d, a, b, 1);
  },
  'i64x2.shl': (d, a, b) => {
    const n = S[b] & 63;
    shl(d, a, n, 0);
    shl(d, a, n, 1);
  },
  'i64x2.shr_s': (d, a, b) => {
    const n = S[b] & 63;
    shrS(d, a, n, 0);
    shrS(d, a, n, 1);
  },
  'i64x2.shr_u': (d, a, b) => {
    const n = S[b] & 63;
    shrU(d, a, n, 0);
    shrU(d, a, n, 1);
  },
  'i64x2.eq': (d, a, b) => {
    setTruth(d, 0, equal(a, b, 0));
    setTruth(d, 1, equal(a, b, 1));
  },
  'i64x2.ne': (d, a, b) => {
    setTruth(d, 0, !equal(a, b, 0));
    setTruth(d, 1, !equal(a, b, 1));
  },
  'i64x2.lt_s': (d, a, b) => {
    setTruth(d, 0, less(a, b, 0));
    setTruth(d, 1, less(a, b, 1));
  },
  'i64x2.gt_s': (d, a, b) => {
    setTruth(d, 0, less(b, a, 0));
    setTruth(d, 1, less(b, a, 1));
  },
  'i64x2.le_s': (d, a, b) => {
    setTruth(d, 0, !less(b, a, 0));
    setTruth(d, 1, !less(b, a, 1));
  },
  'i64x2.ge_s': (d, a, b) => {
    setTruth(d, 0, !less(a, b, 0));
    setTruth(d, 1, !less(a, b, 1));
  },
  'i64x2.extmul_low_i32x4_s': (d, a, b) => productsS(d, S[a], S[b], S[a + 1], S[b + 1]),
  'i64x2.extmul_high_i32x4_s': (d, a, b) => productsS(d, S[a + 2], S[b + 2], S[a + 3], S[b + 3]),
  'i64x2.extmul_low_i32x4_u': (d, a, b) => productsU(d, S[a], S[b], S[a + 1], S[b + 1]),
  'i64x2.extmul_high_i32x4_u': (d, a, b) => productsU(d, S[a + 2], S[b + 2], S[a + 3], S[b + 3]),
} satisfies BinaryTable;
