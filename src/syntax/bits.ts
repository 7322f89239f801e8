// Bits of integers that JavaScript holds as bigints.

/**
 * The lowest `width` bits as an unsigned number. It is what BigInt.asUintN is meant to do: QuickJS, where it is compiled
 * to wasm, gives negative numbers for 32 and 64 bits.
 */
export function toUnsigned(width: number, value: bigint): bigint {
  return value & ((1n << BigInt(width)) - 1n);
}
