// Numbers at the borders of what instructions do, and the values that functions are called with.
import fc from 'fast-check';
import { misfit, unknownName } from '../options.ts';
import { own } from '../syntax/records.ts';
import { EXTERNREF, F32, F64, FUNCREF, I32, I64, V128, type ValType } from '../syntax/types.ts';

// biome-ignore format: a table
export const I32_VALUES: readonly number[] = [
  0, 1, -1, 2, 3, 7, 8, 31, 32, 33, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 131070, -2147483648, 2147483647, -128, 4, 64, 16, -32769,
];
// biome-ignore format: a table
export const I64_VALUES: readonly bigint[] = [
  0n, 1n, -1n, 2n, 3n, 31n, 32n, 33n, 63n, 64n, 65n, 127n, 255n, 65535n, 4294967295n, 4294967296n, -4294967296n, -2147483648n, 2147483648n,
  -9223372036854775808n, 9223372036854775807n, 0x8000_0000_8000_0000n, 1000000007n, 0x0123_4567_89ab_cdefn, 9007199254740993n,
];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  -1.5,
  0.5,
  3.25,
  Infinity,
  -Infinity,
  NaN,
  2147483647.5,
  2147483648,
  -2147483648.9,
  -2147483649,
  4294967295.5,
  4294967296,
  2 ** 63,
  -(2 ** 63),
  2 ** 64,
  1e38,
  1e300,
  -0.99,
  5e-324,
  1.5e-45,
  8388609.5,
  16777217,
  0.1,
];

/** Bits of floats, as unsigned numbers. */
export const F32_BITS: readonly number[] = FLOATS.map((value) => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
});
export const F64_BITS: readonly bigint[] = FLOATS.map((value) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
});

/** What may go into a call or come out: numbers, bigints (i64), references. */
export type TestValue = number | bigint | string | null;

/** A value type: its name, or the number that stands for it in this project. */
export type TypeLike = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref' | ValType;

const BY_NAME = { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128, funcref: FUNCREF, externref: EXTERNREF } as const;

export function typeOf(type: TypeLike): ValType {
  if (typeof type === 'number' && Number.isInteger(type)) return type;
  if (typeof type !== 'string') throw misfit('a type', 'the name of a value type', type);
  const known = own(BY_NAME, type);
  if (known === undefined) throw unknownName('a type', 'value type', type, Object.keys(BY_NAME));
  return known;
}

/** Whether values of a type may cross into every engine's host. */
export function crosses(type: ValType): boolean {
  return type === I32 || type === I64 || type === F32 || type === F64 || type === EXTERNREF;
}

/** The value of a type that two numbers choose. */
export function valueFrom(type: ValType, n: number, k: number): TestValue {
  const own = n % 4 === 0;
  if (type === I32) return own ? ((n << 16) ^ k) | 0 : I32_VALUES[k % I32_VALUES.length];
  if (type === I64)
    return own ? BigInt.asIntN(64, BigInt(n) * 0x1_0001_0001_0001n * BigInt(k)) : I64_VALUES[k % I64_VALUES.length];
  if (type === F32) return Math.fround(own ? n / (k + 1) : FLOATS[k % FLOATS.length]);
  if (type === F64) return own ? n / (k + 1) : FLOATS[k % FLOATS.length];
  return [null, 'a', 'b'][k % 3];
}

/** One of the few values that meet in most special cases. */
export function extremeFrom(type: ValType, k: number): TestValue {
  if (type === I32) return [0, -1, -2147483648, 2147483647][k % 4];
  if (type === I64) return [0n, -1n, -9223372036854775808n, 9223372036854775807n][k % 4];
  if (type === F32 || type === F64) return [0, -0, NaN, -Infinity][k % 4];
  return valueFrom(type, 1, k);
}

/** Values to call functions with; anything but a number type gives strings and null. @throws TypeError for no type. */
export function value(type: TypeLike): fc.Arbitrary<TestValue> {
  const known = typeOf(type);
  return fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map(([n, k]) => valueFrom(known, n, k));
}
