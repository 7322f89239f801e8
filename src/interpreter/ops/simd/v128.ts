// Instructions on vectors as a whole: bits, and bytes by index.
// https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions
import type { BinaryTable, TernaryTable, UnaryTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import * as views from './views.ts';
import { TEMP, copyVector } from './views.ts';

const S = stack.SLOTS;
const U8 = views.U8;

/** The bits of a where c has ones, of b where it has zeros. */
export function bitselect(d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 4; i++) S[d + i] = (S[a + i] & S[c + i]) | (S[b + i] & ~S[c + i]);
}

/** Byte i is the byte of a that byte i of b tells; indices from 16 on give 0. */
export function swizzle(d: number, a: number, b: number): void {
  for (let i = 0; i < 16; i++) {
    const from = U8[4 * b + i];
    U8[4 * TEMP + i] = from < 16 ? U8[4 * a + from] : 0;
  }
  copyVector(d, TEMP);
}

/** Byte i is the byte of a (0 to 15) or b (16 to 31) that byte i of c tells. */
function shuffle(d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 16; i++) {
    const from = U8[4 * c + i];
    U8[4 * TEMP + i] = from < 16 ? U8[4 * a + from] : U8[4 * b + from - 16];
  }
  copyVector(d, TEMP);
}

export const V128_UNARY = {
  'v128.not': (d, a) => {
    for (let i = 0; i < 4; i++) S[d + i] = ~S[a + i];
  },
  'v128.any_true': (d, a) => {
    S[d] = (S[a] | S[a + 1] | S[a + 2] | S[a + 3]) === 0 ? 0 : 1;
  },
} satisfies UnaryTable;

export const V128_BINARY = {
  'v128.and': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] & S[b + i];
  },
  'v128.andnot': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] & ~S[b + i];
  },
  'v128.or': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] | S[b + i];
  },
  'v128.xor': (d, a, b) => {
    for (let i = 0; i < 4; i++) S[d + i] = S[a + i] ^ S[b + i];
  },
  'i8x16.swizzle': swizzle,
} satisfies BinaryTable;

export const V128_TERNARY = {
  'v128.bitselect': bitselect,
  'i8x16.shuffle': shuffle,
} satisfies TernaryTable;
