// Lanes of vectors: the value slots seen as 8-, 16- and 32-bit integers, and words for results in the making.
// https://webassembly.github.io/spec/core/exec/numerics.html#vector-operations
// A v128 in the slot at word index d (of SLOTS) is the words d to d + 3, little-endian: 8-bit lane i is I8[4 * d + i],
// 16-bit lane i is I16[2 * d + i], 32-bit lane i is SLOTS[d + i], 64-bit lane i is SLOTS_F64[(d >> 1) + i].
//
// The result may stand where an operand does, else apart from both (loads of a lane alone have their vector one slot
// above the result). So functions that go through lanes in order may write as they read; where lanes change places or
// width, they go the way that reads a lane before it is written, or compute in TEMP.
import { SLOTS as S } from '../../state/stack.ts';

export const I8 = new Int8Array(S.buffer);
export const U8 = new Uint8Array(S.buffer);
export const I16 = new Int16Array(S.buffer);
export const U16 = new Uint16Array(S.buffer);
export const U32 = new Uint32Array(S.buffer);

/** Four words of SLOTS that nothing else uses (the last four are the border's). */
export const TEMP = S.length - 8;

/** Moves a vector. */
export function copyVector(d: number, a: number): void {
  const x = S[a];
  const y = S[a + 1];
  const z = S[a + 2];
  const w = S[a + 3];
  S[d] = x;
  S[d + 1] = y;
  S[d + 2] = z;
  S[d + 3] = w;
}
