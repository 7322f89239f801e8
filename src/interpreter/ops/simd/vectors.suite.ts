// For the tests of this folder: vectors as bigints in slots, as lanes, and arbitrary ones.
import { readWords, writeWords } from '../../../syntax/bits.ts';
import fc from 'fast-check';
import { SLOTS as S } from '../../state/stack.ts';

/** Where the operands a, b, c stand in these tests, and a place apart from them: indices of SLOTS. */
export const A = 1000;
export const B = 1100;
export const C = 1200;
export const APART = 1300;

export const put = (at: number, bits: bigint): void => writeWords(S, at, 4, bits);
export const take = (at: number): bigint => readWords(S, at, 4);

/** The lanes of a vector, unsigned, lowest first. */
export function lanes(bits: bigint, width: number): bigint[] {
  return Array.from({ length: 128 / width }, (_, i) => BigInt.asUintN(width, bits >> BigInt(i * width)));
}

/** The vector of some lanes; each is reduced to its width. */
export function vector(values: readonly bigint[], width: number): bigint {
  return values.reduce((bits, x, i) => bits | (BigInt.asUintN(width, x) << BigInt(i * width)), 0n);
}

export const hex = (bits: bigint): string => bits.toString(16).padStart(32, '0');

const EDGES = [0n, 1n, 2n, 3n, 5n, 0x7fn, 0x80n, 0x81n, 0xfen, 0xffn];

/** A lane of 8 to 64 bits: any, or near the ends of the signed and the unsigned range. */
function lane(width: number): fc.Arbitrary<bigint> {
  const near = EDGES.flatMap((x) => [
    x,
    x << BigInt(width - 8),
    (1n << BigInt(width - 1)) - x,
    (1n << BigInt(width)) - x,
  ]);
  return fc.oneof(fc.bigInt(0n, (1n << BigInt(width)) - 1n), fc.constantFrom(...near));
}

/** A vector of lanes of one width, or of the bits of frequent floats. */
export const anyVector: fc.Arbitrary<bigint> = fc
  .constantFrom(8, 16, 32, 64)
  .chain((width) =>
    fc.array(lane(width), { minLength: 128 / width, maxLength: 128 / width }).map((values) => vector(values, width)),
  );

const view = new DataView(new ArrayBuffer(8));

/** The number that the bits of a lane are. */
export function toFloat(bits: bigint, width: number): number {
  if (width === 64) view.setBigUint64(0, bits);
  else view.setUint32(0, Number(bits));
  return width === 64 ? view.getFloat64(0) : view.getFloat32(0);
}

export function fromFloat(x: number, width: number): bigint {
  if (width === 64) view.setFloat64(0, x);
  else view.setFloat32(0, x);
  return width === 64 ? view.getBigUint64(0) : BigInt(view.getUint32(0));
}

const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1e-40,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  3e38,
  1e300,
  1 / 0,
  -1 / 0,
];
const NANS32 = [0x7fc00000n, 0xffc00000n, 0x7fa00000n, 0xff800001n, 0x7fffffffn];
const NANS64 = NANS32.map((bits) => (bits << 32n) | 1n)
  .map((bits) => (bits & (1n << 63n)) | 0x7ff4000000000001n)
  .concat([0x7ff8000000000000n, 0xfff8000000000000n, 0xfff0000000000001n]);

/** A vector of floats of a width: any bits, edges, NaNs that signal or not. */
export function floatVector(width: 32 | 64): fc.Arbitrary<bigint> {
  const edges = FLOATS.map((x) => fromFloat(x, width)).concat(width === 32 ? NANS32 : NANS64);
  const one = fc.oneof(
    fc.bigInt(0n, (1n << BigInt(width)) - 1n),
    fc.constantFrom(...edges),
    fc.integer({ min: -4000, max: 4000 }).map((x) => fromFloat(x / 8, width)),
  );
  return fc.array(one, { minLength: 128 / width, maxLength: 128 / width }).map((values) => vector(values, width));
}
