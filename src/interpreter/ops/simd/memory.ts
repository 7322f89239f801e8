// Loads and stores of vectors: whole, widened, one value in all lanes, one lane. Functions of the `access` op.
// https://webassembly.github.io/spec/core/exec/instructions.html#vector-memory-instructions
// All bytes are checked before any is moved. The address in slot a may stand where the result goes.
import type { Memory } from '../../../runtime/memory.ts';
import { effectiveAddress } from '../access.ts';
import { load32, store32 } from '../../state/loop-support.ts';
import type { Access, AccessTable } from '../shapes.ts';
import * as stack from '../../state/stack.ts';
import * as views from './views.ts';
import { copyVector } from './views.ts';

const S = stack.SLOTS;
const U8 = views.U8;
const I16 = views.I16;

/** The index of `size` bytes in the memory, as int32 (no memory is larger than 2 GiB). @throws Trap */
function addressOf(memory: Memory, a: number, offset: number, size: number): number {
  return effectiveAddress(memory, a, offset, size) | 0;
}

/** Loads the 16 bytes at a 32-bit address + offset. Returns false, and does nothing, when they are not all inside. */
export function loadVector(memory: Memory, d: number, address: number, offset: number): boolean {
  const p = (address >>> 0) + (offset >>> 0);
  if (p + 16 > memory.accessible) return false;
  loadAt(memory, d, p | 0);
  return true;
}

/** Stores the vector in slot b likewise. */
export function storeVector(memory: Memory, b: number, address: number, offset: number): boolean {
  const p = (address >>> 0) + (offset >>> 0);
  if (p + 16 > memory.accessible) return false;
  storeAt(memory, b, p | 0);
  return true;
}

function loadAt({ M8, M32 }: Memory, d: number, p: number): void {
  if ((p & 3) === 0) {
    const q = p >>> 2;
    S[d] = M32[q];
    S[d + 1] = M32[q + 1];
    S[d + 2] = M32[q + 2];
    S[d + 3] = M32[q + 3];
  } else for (let i = 0; i < 4; i++) S[d + i] = load32(M8, p + 4 * i);
}

function storeAt({ M8, M32 }: Memory, b: number, p: number): void {
  if ((p & 3) === 0) {
    const q = p >>> 2;
    M32[q] = S[b];
    M32[q + 1] = S[b + 1];
    M32[q + 2] = S[b + 2];
    M32[q + 3] = S[b + 3];
  } else for (let i = 0; i < 4; i++) store32(M8, p + 4 * i, S[b + i]);
}

const load: Access = (inst, d, a, _b, _c, offset, index) => {
  const memory = inst.memories[index];
  loadAt(memory, d, addressOf(memory, a, offset, 16));
};

const store: Access = (inst, _d, a, b, _c, offset, index) => {
  const memory = inst.memories[index];
  storeAt(memory, b, addressOf(memory, a, offset, 16));
};

/** Eight bytes as 16-bit lanes; `shift` moves the sign into place: 24 keeps it, 0 leaves bytes unsigned. */
function widen8(shift: number): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, 8);
    const { M8 } = memory;
    for (let i = 0; i < 8; i++) I16[2 * d + i] = (M8[p + i] << shift) >> shift;
  };
}

/** Four 16-bit values as 32-bit lanes; `shift` is 16 for signed ones, or 0. */
function widen16(shift: number): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, 8);
    const { M8, M16 } = memory;
    if ((p & 1) === 0) {
      const q = p >>> 1;
      S[d] = (M16[q] << shift) >> shift;
      S[d + 1] = (M16[q + 1] << shift) >> shift;
      S[d + 2] = (M16[q + 2] << shift) >> shift;
      S[d + 3] = (M16[q + 3] << shift) >> shift;
    } else for (let i = 0; i < 4; i++) S[d + i] = ((M8[p + 2 * i] | (M8[p + 2 * i + 1] << 8)) << shift) >> shift;
  };
}

/** Two 32-bit values as 64-bit lanes. */
function widen32(signed: boolean): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, 8);
    for (let i = 0; i < 2; i++) {
      const word = load32(memory.M8, p + 4 * i);
      S[d + 2 * i] = word;
      S[d + 2 * i + 1] = signed ? word >> 31 : 0;
    }
  };
}

/** `size` bytes (a power of two), over and over. */
function splat(size: number): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, size);
    const { M8 } = memory;
    if (size === 4) {
      const word = load32(M8, p);
      for (let i = 0; i < 4; i++) S[d + i] = word;
    } else for (let i = 0; i < 16; i++) U8[4 * d + i] = M8[p + (i & (size - 1))];
  };
}

/** `words` words, then zeros. */
function zero(words: number): Access {
  return (inst, d, a, _b, _c, offset, index) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, 4 * words);
    for (let i = 0; i < 4; i++) S[d + i] = i < words ? load32(memory.M8, p + 4 * i) : 0;
  };
}

/** The vector b with one lane of `size` bytes from memory. */
function loadLane(size: number): Access {
  return (inst, d, a, b, _c, offset, index, lane) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, size);
    copyVector(d, b);
    for (let i = 0; i < size; i++) U8[4 * d + lane * size + i] = memory.M8[p + i];
  };
}

function storeLane(size: number): Access {
  return (inst, _d, a, b, _c, offset, index, lane) => {
    const memory = inst.memories[index];
    const p = addressOf(memory, a, offset, size);
    for (let i = 0; i < size; i++) memory.M8[p + i] = U8[4 * b + lane * size + i];
  };
}

export const SIMD_ACCESS = {
  'v128.load': load,
  'v128.store': store,
  'v128.load8x8_s': widen8(24),
  'v128.load8x8_u': widen8(0),
  'v128.load16x4_s': widen16(16),
  'v128.load16x4_u': widen16(0),
  'v128.load32x2_s': widen32(true),
  'v128.load32x2_u': widen32(false),
  'v128.load8_splat': splat(1),
  'v128.load16_splat': splat(2),
  'v128.load32_splat': splat(4),
  'v128.load64_splat': splat(8),
  'v128.load32_zero': zero(1),
  'v128.load64_zero': zero(2),
  'v128.load8_lane': loadLane(1),
  'v128.load16_lane': loadLane(2),
  'v128.load32_lane': loadLane(4),
  'v128.load64_lane': loadLane(8),
  'v128.store8_lane': storeLane(1),
  'v128.store16_lane': storeLane(2),
  'v128.store32_lane': storeLane(4),
  'v128.store64_lane': storeLane(8),
} satisfies AccessTable;
