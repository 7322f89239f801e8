// Boundary values and arbitraries for the tests of this folder.
// Random 64-bit values are drawn by their length in bits, so that small, middle and large ones are equally likely.
import fc from 'fast-check';

/** int32 values around every edge that the code distinguishes. */
export const INT32: readonly number[] = [
  ...[0, 1, 2, 3, 5, 7, 10, 0x7fff, 0x8000, 0xffff, 0x10000, 0x10001, 0x1fffff, 0x200000, 0x200001],
  ...[0x7fffffff, 0x7ffffffe, -0x80000000, -0x7fffffff, -1, -2, -3, -10, -0x200000, -0x200001, -0x10000, -0xffff],
];

export const int32 = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.constantFrom(...INT32));

/** uint64 values around powers of two and the edges of the double. */
export const UINT64: readonly bigint[] = [
  ...new Set(
    [0, 1, 2, 11, 16, 24, 31, 32, 33, 48, 52, 53, 54, 62, 63, 64].flatMap((bit) =>
      [-2n, -1n, 0n, 1n, 2n].flatMap((by) => [(1n << BigInt(bit)) + by, -(1n << BigInt(bit)) + by]),
    ),
  ),
].map((x) => BigInt.asUintN(64, x));

/** A uint64 of any length in bits, or the complement of one (which reads as a small negative number). */
export const uint64: fc.Arbitrary<bigint> = fc
  .tuple(fc.bigInt(0n, (1n << 64n) - 1n), fc.integer({ min: 0, max: 63 }), fc.boolean())
  .map(([x, shift, flip]) => BigInt.asUintN(64, flip ? ~(x >> BigInt(shift)) : x >> BigInt(shift)));

/** The halves of a 64-bit value as int32. */
export const lo = (x: bigint): number => Number(BigInt.asIntN(32, x));
export const hi = (x: bigint): number => Number(BigInt.asIntN(32, x >> 32n));

/** The halves at S[d] and S[d + 1] as uint64. */
export function read(S: Int32Array, d: number): bigint {
  return (BigInt(S[d + 1] >>> 0) << 32n) | BigInt(S[d] >>> 0);
}

/** Any double by its bits: NaNs of all payloads, subnormals and infinities are as likely as their share of the bits. */
export const anyDouble = fc.oneof(
  uint64.map(doubleOfBits),
  fc.double(),
  fc.double({ min: -(2 ** 65), max: 2 ** 65, noNaN: true }),
  fc.integer({ min: -1000, max: 1000 }).map((x) => x / 4),
);

/** Any f32 value as a number. */
export const anyFloat = anyDouble.map(Math.fround);

export function doubleOfBits(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

export function bitsOfDouble(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}
