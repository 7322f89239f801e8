// Bits of integers that JavaScript holds as bigints: their int32 words, joined and parted.

/**
 * The lowest `width` bits as an unsigned number. It is what BigInt.asUintN is meant to do: QuickJS, where it is compiled
 * to wasm, gives negative numbers for 32 and 64 bits.
 */
export function toUnsigned(width: number, value: bigint): bigint {
  return value & ((1n << BigInt(width)) - 1n);
}

/** The signed 64-bit integer of two int32 words. */
export function signed64(lo: number, hi: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo >>> 0);
}

/** The same as an unsigned one. */
export function unsigned64(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** The lowest 32 bits as an int32 word. */
export function lowWord(bits: bigint): number {
  return Number(BigInt.asIntN(32, bits));
}

/** The 32 bits above them. */
export function highWord(bits: bigint): number {
  return lowWord(bits >> 32n);
}

/** `count` words from `at` on as an unsigned integer, the lowest first. */
export function readWords(words: ArrayLike<number>, at: number, count: number): bigint {
  let bits = 0n;
  for (let i = count; i-- > 0; ) bits = (bits << 32n) | BigInt(words[at + i] >>> 0);
  return bits;
}

/** Writes `count` words from `at` on, the lowest first. */
export function writeWords(words: { [index: number]: number }, at: number, count: number, bits: bigint): void {
  for (let i = 0; i < count; i++) words[at + i] = lowWord(bits >> BigInt(32 * i));
}
