// Loads and stores that the loop's fast ops do not cover: memories other than the first or with 64-bit addresses, and
// offsets whose access at address 0 would lie past the memory's minimum. Addresses and sums are JS numbers here, so that nothing wraps.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
import { readWords } from '../../syntax/bits.ts';
import { Trap } from '../../errors.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Memory } from '../../runtime/memory.ts';
import { type AddrType, I32 } from '../../syntax/types.ts';
import type { Access, AccessTable } from './shapes.ts';
import { SLOTS as S } from '../state/stack.ts';

/**
 * The unsigned number in the slot at `word`, of the memory's or table's address type. Beyond 2^53 it is rounded, which
 * is far past the end of any memory or table.
 */
export function readAddress(type: { readonly addr: AddrType }, word: number): number {
  const low = S[word] >>> 0;
  return type.addr === I32 ? low : (S[word + 1] >>> 0) * 4294967296 + low;
}

/** The same, exactly: for messages. */
export function exactAddress(type: { readonly addr: AddrType }, word: number): bigint {
  return readWords(S, word, type.addr === I32 ? 1 : 2);
}

/** Writes a size, or -1, as a value of the address type. */
export function writeAddress(type: { readonly addr: AddrType }, word: number, value: number): void {
  S[word] = value;
  if (type.addr !== I32) S[word + 1] = value < 0 ? -1 : 0;
}

/** The index in the memory's bytes of `size` bytes at address S[a] + offset. @throws Trap when they are not inside. */
export function effectiveAddress(memory: Memory, a: number, offset: number, size: number): number {
  const p = readAddress(memory.type, a) + (offset >>> 0);
  if (hasBytes(memory, p, size)) return p;
  throw outOfBounds(memory, exactAddress(memory.type, a) + BigInt(offset >>> 0), BigInt(size));
}

/** Whether `size` bytes from p on lie in the memory, which another thread may have let grow. */
function hasBytes(memory: Memory, p: number, size: number): boolean {
  return p + size <= memory.accessible || (memory.refresh() && p + size <= memory.accessible);
}

/**
 * The length of a run of bytes, in slot `length` as a value of `lengthType`, that begins at address p, which is in slot
 * `at`. @throws Trap unless they lie in the memory.
 */
export function runLength(
  memory: Memory,
  p: number,
  at: number,
  length: number,
  lengthType: { readonly addr: AddrType } = memory.type,
): number {
  const n = readAddress(lengthType, length);
  if (hasBytes(memory, p, n)) return n;
  throw outOfBounds(memory, exactAddress(memory.type, at), exactAddress(lengthType, length));
}

/** The trap of an access of `size` bytes at p, wherever it was found to be out of bounds. */
export function outOfBounds(memory: Memory, p: bigint, size: bigint): Trap {
  const lost = memory.isLost ? ': the host has transferred its buffer away' : '';
  return new Trap('memory-out-of-bounds', `bytes ${p} to ${p + size} of ${memory.accessible}${lost}`);
}

/** `size` bytes (1, 2 or 4) at p as an unsigned or int32 number. */
function readBytes(M8: Uint8Array, p: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value |= M8[p + i] << (8 * i);
  return value;
}

function writeBytes(M8: Uint8Array, p: number, size: number, value: number): void {
  for (let i = 0; i < size; i++) M8[p + i] = value >>> (8 * i);
}

/** The same in an instance. It may give the memory new views: take those after it. */
function place(inst: ModuleInstance, index: number, a: number, offset: number, size: number): number {
  return effectiveAddress(inst.memories[index], a, offset, size);
}

function load(size: number, signed: boolean, to64: boolean): Access {
  const shift = 32 - 8 * size;
  return (inst, d, a, _b, _c, offset, index) => {
    const p = place(inst, index, a, offset, size);
    const raw = readBytes(inst.memories[index].M8, p, size);
    const value = signed ? (raw << shift) >> shift : raw;
    S[d] = value;
    if (to64) S[d + 1] = signed ? value >> 31 : 0;
  };
}

function store(size: number): Access {
  return (inst, _d, a, b, _c, offset, index) => {
    const p = place(inst, index, a, offset, size);
    writeBytes(inst.memories[index].M8, p, size, S[b]);
  };
}

/** By mnemonic; f32 and f64 use the integer of the same width, narrow i64 stores the i32 one. */
export const MEMORY_ACCESS = {
  'i32.load': load(4, false, false),
  'i32.load8_s': load(1, true, false),
  'i32.load8_u': load(1, false, false),
  'i32.load16_s': load(2, true, false),
  'i32.load16_u': load(2, false, false),
  'i64.load': (inst, d, a, _b, _c, offset, index) => {
    const p = place(inst, index, a, offset, 8);
    const { M8 } = inst.memories[index];
    S[d] = readBytes(M8, p, 4);
    S[d + 1] = readBytes(M8, p + 4, 4);
  },
  'i64.load8_s': load(1, true, true),
  'i64.load8_u': load(1, false, true),
  'i64.load16_s': load(2, true, true),
  'i64.load16_u': load(2, false, true),
  'i64.load32_s': load(4, true, true),
  'i64.load32_u': load(4, false, true),
  'i32.store': store(4),
  'i32.store8': store(1),
  'i32.store16': store(2),
  'i64.store': (inst, _d, a, b, _c, offset, index) => {
    const p = place(inst, index, a, offset, 8);
    const { M8 } = inst.memories[index];
    writeBytes(M8, p, 4, S[b]);
    writeBytes(M8, p + 4, 4, S[b + 1]);
  },
} satisfies AccessTable;
