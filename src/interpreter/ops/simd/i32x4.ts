// i32x4 instructions: lanes, arithmetic, comparisons, and widening to 32 bits.
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations
// Storing to Int32Array wraps. Widening of low lanes goes downwards, because the result may be the operand.
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import * as views from './views.ts';
import { copyVector } from './views.ts';

const S = stack.SLOTS;
const I16 = views.I16;
const U16 = views.U16;
const U32 = views.U32;

/** i32x4.add. */
function i32x4Add(d: number, a: number, b: number): void {
  S[d] = S[a] + S[b];
  S[d + 1] = S[a + 1] + S[b + 1];
  S[d + 2] = S[a + 2] + S[b + 2];
  S[d + 3] = S[a + 3] + S[b + 3];
}

/** i32x4.sub. */
function i32x4Sub(d: number, a: number, b: number): void {
  S[d] = S[a] - S[b];
  S[d + 1] = S[a + 1] - S[b + 1];
  S[d + 2] = S[a + 2] - S[b + 2];
  S[d + 3] = S[a + 3] - S[b + 3];
}

/** i32x4.mul. */
function i32x4Mul(d: number, a: number, b: number): void {
  S[d] = Math.imul(S[a], S[b]);
  S[d + 1] = Math.imul(S[a + 1], S[b + 1]);
  S[d + 2] = Math.imul(S[a + 2], S[b + 2]);
  S[d + 3] = Math.imul(S[a + 3], S[b + 3]);
}

export const I32X4_UNARY = {
  'i32x4.splat': (d, a) => {
    const x = S[a];
    for (let i = 0; i < 4; i++) S[d + i] = x;
  },
  'i32x4.extract_lane': (d, a, lane) => {
    S[d] = S[a + lane];
  },
  'i32x4.abs': (d, a) => {
    for (let i = 0; i < 4; i++) {
      const x = S[a + i];
      S[d + i] = x < 0 ? -x : x;
    }
  },
  'i32x4.neg': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = -S[a + i];
  },
  'i32x4.all_true': (d, a) => {
    let all = 1;
    for (let i = 0; i < 4; i++) if (S[a + i] === 0) all = 0;
    S[d] = all;
  },
  'i32x4.bitmask': (d, a) => {
    let mask = 0;
    for (let i = 0; i < 4; i++) if (S[a + i] < 0) mask |= 1 << i;
    S[d] = mask;
  },
  'i32x4.extend_low_i16x8_s': (d, a) => {
    for (let i = 3; i >= 0; i--) S[d + i] = I16[2 * a + i];
  },
  'i32x4.extend_low_i16x8_u': (d, a) => {
    for (let i = 3; i >= 0; i--) S[d + i] = U16[2 * a + i];
  },
  'i32x4.extend_high_i16x8_s': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = I16[2 * a + 4 + i];
  },
  'i32x4.extend_high_i16x8_u': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = U16[2 * a + 4 + i];
  },
  'i32x4.extadd_pairwise_i16x8_s': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = I16[2 * a + 2 * i] + I16[2 * a + 2 * i + 1];
  },
  'i32x4.extadd_pairwise_i16x8_u': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = U16[2 * a + 2 * i] + U16[2 * a + 2 * i + 1];
  },
} satisfies UnaryTable;

export const I32X4_BINARY = {
  'i32x4.add': i32x4Add,
  'i32x4.sub': i32x4Sub,
  'i32x4.mul': i32x4Mul,
  'i32x4.replace_lane': (d, a, b, lane) => {
    const x = S[b];
    copyVector(d, a);
    S[d + lane] = x;
  },
  'i32x4.shl': (d, a, b) => {
    const n = S[b] & 31;
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] << n;
  },
  'i32x4.shr_s': (d, a, b) => {
    const n = S[b] & 31;
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] >> n;
  },
  'i32x4.shr_u': (d, a, b) => {
    const n = S[b] & 31;
    for (let i = 0; i < 4; i++) S[d + i] = U32[a + i] >>> n;
  },
  'i32x4.min_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = Math.min(S[a + i], S[b + i]);
  },
  'i32x4.min_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = Math.min(U32[a + i], U32[b + i]);
  },
  'i32x4.max_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = Math.max(S[a + i], S[b + i]);
  },
  'i32x4.max_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = Math.max(U32[a + i], U32[b + i]);
  },
  'i32x4.eq': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] === S[b + i] ? -1 : 0;
  },
  'i32x4.ne': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] !== S[b + i] ? -1 : 0;
  },
  'i32x4.lt_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] < S[b + i] ? -1 : 0;
  },
  'i32x4.lt_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = U32[a + i] < U32[b + i] ? -1 : 0;
  },
  'i32x4.gt_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] > S[b + i] ? -1 : 0;
  },
  'i32x4.gt_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = U32[a + i] > U32[b + i] ? -1 : 0;
  },
  'i32x4.le_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] <= S[b + i] ? -1 : 0;
  },
  'i32x4.le_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = U32[a + i] <= U32[b + i] ? -1 : 0;
  },
  'i32x4.ge_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] >= S[b + i] ? -1 : 0;
  },
  'i32x4.ge_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = U32[a + i] >= U32[b + i] ? -1 : 0;
  },
  'i32x4.extmul_low_i16x8_s': (d, a, b) => {
    for (let i = 3; i >= 0; i--) S[d + i] = I16[2 * a + i] * I16[2 * b + i];
  },
  'i32x4.extmul_low_i16x8_u': (d, a, b) => {
    for (let i = 3; i >= 0; i--) S[d + i] = U16[2 * a + i] * U16[2 * b + i];
  },
  'i32x4.extmul_high_i16x8_s': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = I16[2 * a + 4 + i] * I16[2 * b + 4 + i];
  },
  'i32x4.extmul_high_i16x8_u': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = U16[2 * a + 4 + i] * U16[2 * b + 4 + i];
  },
  'i32x4.dot_i16x8_s': (d, a, b) => {
    for (let i = 0; i < 4; i++)
      S[d + i] = I16[2 * a + 2 * i] * I16[2 * b + 2 * i] + I16[2 * a + 2 * i + 1] * I16[2 * b + 2 * i + 1];
  },
} satisfies BinaryTable;
