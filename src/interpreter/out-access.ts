// Memory accesses that the loop's fast ops do not cover: memories other than the first, and offsets whose access at
// address 0 would lie past the memory's minimum. Addresses and sums are JS numbers here, so that nothing wraps.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
import { Trap } from '../errors.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { SLOTS as S } from './stack.ts';

type Access = (inst: ModuleInstance, at: number, offset: number, memory: number) => number;

/** Reads or writes at p; S[at] is the address until then, a stored value stands one slot above it. */
type Touch = (M8: Uint8Array, p: number, at: number) => void;

function access(size: number, touch: Touch): Access {
  return (inst, at, offset, index) => {
    const memory = inst.memories[index];
    const p = (S[at] >>> 0) + (offset >>> 0);
    if (p + size > memory.byteLength) {
      throw new Trap('memory-out-of-bounds', `bytes ${p} to ${p + size} of ${memory.byteLength}`);
    }
    touch(memory.M8, p, at);
    return 0;
  };
}

function read(M8: Uint8Array, p: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= M8[p + i] << (8 * i);
  return value;
}

function write(M8: Uint8Array, p: number, size: number, value: number): void {
  for (let i = 0; i < size; i++) M8[p + i] = value >>> (8 * i);
}

function load(size: number, signed: boolean, to64: boolean): Access {
  const shift = 32 - 8 * size;
  return access(size, (M8, p, at) => {
    const raw = read(M8, p, size);
    const value = signed ? (raw << shift) >> shift : raw;
    S[at] = value;
    if (to64) S[at + 1] = signed ? value >> 31 : 0;
  });
}

function store(size: number): Access {
  return access(size, (M8, p, at) => write(M8, p, size, S[at + 2]));
}

/** By mnemonic; f32 and f64 use the integer of the same width. */
export const ACCESS: Readonly<Record<string, Access>> = {
  'i32.load': load(4, false, false),
  'i32.load8_s': load(1, true, false),
  'i32.load8_u': load(1, false, false),
  'i32.load16_s': load(2, true, false),
  'i32.load16_u': load(2, false, false),
  'i64.load': access(8, (M8, p, at) => {
    S[at] = read(M8, p, 4);
    S[at + 1] = read(M8, p + 4, 4);
  }),
  'i64.load8_s': load(1, true, true),
  'i64.load8_u': load(1, false, true),
  'i64.load16_s': load(2, true, true),
  'i64.load16_u': load(2, false, true),
  'i64.load32_s': load(4, true, true),
  'i64.load32_u': load(4, false, true),
  'i32.store': store(4),
  'i32.store8': store(1),
  'i32.store16': store(2),
  'i64.store': access(8, (M8, p, at) => {
    write(M8, p, 4, S[at + 2]);
    write(M8, p + 4, 4, S[at + 3]);
  }),
};
