// f64x2 instructions: lanes, arithmetic, comparisons.
// https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations
// abs, neg, pmin, pmax and lanes move bits; a NaN that a function gives is the canonical one (nan.ts).
import { f64Nearest } from '../numeric/f64.ts';
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import { setF64 } from './nan.ts';
import { copyVector } from './views.ts';

const S = stack.SLOTS;
const F = stack.SLOTS_F64;

const lane = (a: number, i: number): number => F[(a >> 1) + i];

/** Sets lane i to two words. */
function setLane(d: number, i: number, low: number, high: number): void {
  S[d + 2 * i] = low;
  S[d + 2 * i + 1] = high;
}

function copyLane(d: number, i: number, from: number): void {
  setLane(d, i, S[from + 2 * i], S[from + 2 * i + 1]);
}

/** Sets lane i to all ones or all zeros. */
function setTruth(d: number, i: number, truth: boolean): void {
  const word = truth ? -1 : 0;
  setLane(d, i, word, word);
}

export const F64X2_UNARY = {
  'f64x2.splat': (d, a) => {
    const x = S[a];
    const y = S[a + 1];
    for (let i = 0; i < 2; i++) setLane(d, i, x, y);
  },
  'f64x2.extract_lane': (d, a, n) => {
    const x = S[a + 2 * n];
    S[d + 1] = S[a + 2 * n + 1];
    S[d] = x;
  },
  'f64x2.abs': (d, a) => {
    copyVector(d, a);
    S[d + 1] &= 0x7fffffff;
    S[d + 3] &= 0x7fffffff;
  },
  'f64x2.neg': (d, a) => {
    copyVector(d, a);
    S[d + 1] ^= -0x80000000;
    S[d + 3] ^= -0x80000000;
  },
  'f64x2.sqrt': (d, a) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.sqrt(lane(a, i)));
  },
  'f64x2.ceil': (d, a) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.ceil(lane(a, i)));
  },
  'f64x2.floor': (d, a) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.floor(lane(a, i)));
  },
  'f64x2.trunc': (d, a) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.trunc(lane(a, i)));
  },
  'f64x2.nearest': (d, a) => {
    for (let i = 0; i < 2; i++) setF64(d, i, f64Nearest(lane(a, i)));
  },
} satisfies UnaryTable;

export const F64X2_BINARY = {
  'f64x2.replace_lane': (d, a, b, n) => {
    const x = S[b];
    const y = S[b + 1];
    copyVector(d, a);
    setLane(d, n, x, y);
  },
  'f64x2.add': (d, a, b) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = lane(a, i) + lane(b, i);
  },
  'f64x2.sub': (d, a, b) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = lane(a, i) - lane(b, i);
  },
  'f64x2.mul': (d, a, b) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = lane(a, i) * lane(b, i);
  },
  'f64x2.div': (d, a, b) => {
    for (let i = 0; i < 2; i++) F[(d >> 1) + i] = lane(a, i) / lane(b, i);
  },
  'f64x2.min': (d, a, b) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.min(lane(a, i), lane(b, i)));
  },
  'f64x2.max': (d, a, b) => {
    for (let i = 0; i < 2; i++) setF64(d, i, Math.max(lane(a, i), lane(b, i)));
  },
  'f64x2.pmin': (d, a, b) => {
    for (let i = 0; i < 2; i++) copyLane(d, i, lane(b, i) < lane(a, i) ? b : a);
  },
  'f64x2.pmax': (d, a, b) => {
    for (let i = 0; i < 2; i++) copyLane(d, i, lane(b, i) > lane(a, i) ? b : a);
  },
  'f64x2.eq': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) === lane(b, i));
  },
  'f64x2.ne': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) !== lane(b, i));
  },
  'f64x2.lt': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) < lane(b, i));
  },
  'f64x2.gt': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) > lane(b, i));
  },
  'f64x2.le': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) <= lane(b, i));
  },
  'f64x2.ge': (d, a, b) => {
    for (let i = 0; i < 2; i++) setTruth(d, i, lane(a, i) >= lane(b, i));
  },
} satisfies BinaryTable;
