// Float literals against exact references: every f32 and f64 is read back from its shortest decimal and from its
// hexadecimal text, and an exact decimal between two neighbours goes to the nearer one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFloatBits, parseInteger } from './literals.ts';

const view = new DataView(new ArrayBuffer(8));

function f32Of(bits: number): number {
  view.setUint32(0, bits);
  return view.getFloat32(0);
}
function f64Of(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

const f32Bits = fc.integer({ min: 0, max: 0x7f7fffff });
const f64Bits = fc.bigInt({ min: 0n, max: 0x7fefffffffffffffn });

/** Significand and exponent as hexadecimal text, exact. */
function hexText(bits: bigint, fraction: number, bias: number): string {
  const field = Number(bits >> BigInt(fraction));
  const rest = bits & ((1n << BigInt(fraction)) - 1n);
  const significand = field === 0 ? rest : rest | (1n << BigInt(fraction));
  return `0x${significand.toString(16)}p${Math.max(field, 1) - bias - fraction}`;
}

/** The exact decimal text of `significand * 2^exponent`. */
function exactDecimal(significand: bigint, exponent: number): string {
  if (exponent >= 0) return (significand << BigInt(exponent)).toString();
  return `${significand * 5n ** BigInt(-exponent)}e${exponent}`;
}

test('every f32 is read back from its decimal and hexadecimal text', () => {
  fc.assert(
    fc.property(f32Bits, (bits) => {
      expect(parseFloatBits(String(f32Of(bits)), 32)).toBe(BigInt(bits));
      expect(parseFloatBits(hexText(BigInt(bits), 23, 127), 32)).toBe(BigInt(bits));
    }),
  );
});

test('every f64 is read back from its decimal and hexadecimal text', () => {
  fc.assert(
    fc.property(f64Bits, (bits) => {
      expect(parseFloatBits(String(f64Of(bits)), 64)).toBe(bits);
      expect(parseFloatBits(hexText(bits, 52, 1023), 64)).toBe(bits);
    }),
  );
});

test('the exact middle of two f32 goes to the even one, and a trace beside it to the nearer one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7f7ffffe }), (bits) => {
      const field = bits >>> 23;
      const significand = BigInt(bits & 0x7fffff) | (field === 0 ? 0n : 0x800000n);
      const middle = exactDecimal(2n * significand + 1n, Math.max(field, 1) - 151);
      const [digits, exponent = '0'] = middle.split('e');
      const even = (bits & 1) === 0 ? bits : bits + 1;
      const above = `${digits}${'0'.repeat(40)}1e${Number(exponent) - 41}`;
      const below = `${BigInt(digits) * 10n ** 41n - 1n}e${Number(exponent) - 41}`;
      expect(parseFloatBits(middle, 32)).toBe(BigInt(even));
      expect(parseFloatBits(above, 32)).toBe(BigInt(bits + 1));
      expect(parseFloatBits(below, 32)).toBe(BigInt(bits));
    }),
  );
});

test('hexadecimal floats round to nearest even like the host rounds integers', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 80n) - 1n }), fc.integer({ min: -60, max: 60 }), (value, power) => {
      view.setFloat64(0, Number(value) * 2 ** power);
      expect(parseFloatBits(`0x${value.toString(16)}p${power}`, 64)).toBe(view.getBigUint64(0));
    }),
  );
});

test('integers in both bases and with separators are the same', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), (value) => {
      const sign = value < 0n ? '-' : '';
      const magnitude = value < 0n ? -value : value;
      const bits = BigInt.asUintN(64, value);
      expect(parseInteger(`${sign}${magnitude}`, 64)).toBe(bits);
      expect(parseInteger(`${sign}0x${magnitude.toString(16).split('').join('_')}`, 64)).toBe(bits);
    }),
  );
});
