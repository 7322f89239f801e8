// f32x4 instructions: lanes, arithmetic, comparisons.
// https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations
// abs, neg, pmin, pmax and lanes move bits; a NaN that a function gives is the canonical one (nan.ts).
import { f32Nearest } from '../numeric/f32.ts';
import type { BinaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import { setF32 } from './nan.ts';
import { copyVector } from './views.ts';

const S = stack.SLOTS;
const FF = stack.SLOTS_F32;

/** f32x4.add: storing to a Float32Array rounds once, as one f32 operation does. */
function f32x4Add(d: number, a: number, b: number): void {
  FF[d] = FF[a] + FF[b];
  FF[d + 1] = FF[a + 1] + FF[b + 1];
  FF[d + 2] = FF[a + 2] + FF[b + 2];
  FF[d + 3] = FF[a + 3] + FF[b + 3];
}

/** f32x4.sub: storing to a Float32Array rounds once, as one f32 operation does. */
function f32x4Sub(d: number, a: number, b: number): void {
  FF[d] = FF[a] - FF[b];
  FF[d + 1] = FF[a + 1] - FF[b + 1];
  FF[d + 2] = FF[a + 2] - FF[b + 2];
  FF[d + 3] = FF[a + 3] - FF[b + 3];
}

/** f32x4.mul: storing to a Float32Array rounds once, as one f32 operation does. */
function f32x4Mul(d: number, a: number, b: number): void {
  FF[d] = FF[a] * FF[b];
  FF[d + 1] = FF[a + 1] * FF[b + 1];
  FF[d + 2] = FF[a + 2] * FF[b + 2];
  FF[d + 3] = FF[a + 3] * FF[b + 3];
}

export const F32X4_UNARY = {
  'f32x4.splat': (d, a) => {
    const x = S[a];
    for (let i = 0; i < 4; i++) S[d + i] = x;
  },
  'f32x4.extract_lane': (d, a, lane) => {
    S[d] = S[a + lane];
  },
  'f32x4.abs': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] & 0x7fffffff;
  },
  'f32x4.neg': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] ^ -0x80000000;
  },
  'f32x4.sqrt': (d, a) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.sqrt(FF[a + i]));
  },
  'f32x4.ceil': (d, a) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.ceil(FF[a + i]));
  },
  'f32x4.floor': (d, a) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.floor(FF[a + i]));
  },
  'f32x4.trunc': (d, a) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.trunc(FF[a + i]));
  },
  'f32x4.nearest': (d, a) => {
    for (let i = 0; i < 4; i++) setF32(d, i, f32Nearest(FF[a + i]));
  },
} satisfies UnaryTable;

export const F32X4_BINARY = {
  'f32x4.replace_lane': (d, a, b, lane) => {
    const x = S[b];
    copyVector(d, a);
    S[d + lane] = x;
  },
  'f32x4.add': f32x4Add,
  'f32x4.sub': f32x4Sub,
  'f32x4.mul': f32x4Mul,
  'f32x4.div': (d, a, b) => {
    for (let i = 0; i < 4; i++) FF[d + i] = FF[a + i] / FF[b + i];
  },
  'f32x4.min': (d, a, b) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.min(FF[a + i], FF[b + i]));
  },
  'f32x4.max': (d, a, b) => {
    for (let i = 0; i < 4; i++) setF32(d, i, Math.max(FF[a + i], FF[b + i]));
  },
  'f32x4.pmin': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[b + i] < FF[a + i] ? S[b + i] : S[a + i];
  },
  'f32x4.pmax': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[b + i] > FF[a + i] ? S[b + i] : S[a + i];
  },
  'f32x4.eq': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] === FF[b + i] ? -1 : 0;
  },
  'f32x4.ne': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] !== FF[b + i] ? -1 : 0;
  },
  'f32x4.lt': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] < FF[b + i] ? -1 : 0;
  },
  'f32x4.gt': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] > FF[b + i] ? -1 : 0;
  },
  'f32x4.le': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] <= FF[b + i] ? -1 : 0;
  },
  'f32x4.ge': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = FF[a + i] >= FF[b + i] ? -1 : 0;
  },
} satisfies BinaryTable;
