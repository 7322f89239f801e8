import { describe, expect, test } from 'vitest';
import { isNumberText, parseFloatBits, parseInteger, parseU32, parseU64 } from './literals.ts';
import { FLOAT, INT, NAT } from './tokens.ts';

const hex = (bits: bigint | undefined): string | undefined => bits?.toString(16);
const kind = (text: string): number => isNumberText(text, 0, text.length);

describe('which texts are numbers', () => {
  test.each(['0', '10', '0x1F', '1_000', '0xdead_beef'])('%s is an unsigned integer', (text) => {
    expect(kind(text)).toBe(NAT);
  });
  test.each(['+0', '-1', '+0x7f_f'])('%s is a signed integer', (text) => {
    expect(kind(text)).toBe(INT);
  });
  test.each(['1.', '1.5', '1e5', '1.E-3', '0x1.', '0x1.8p+3', '0xap1_0', 'inf', '-inf', 'nan', '+nan:0x1_f'])(
    '%s is a float',
    (text) => {
      expect(kind(text)).toBe(FLOAT);
    },
  );
  test.each([
    '_1',
    '1_',
    '1__0',
    '0x',
    '1e',
    '1e+',
    '.5',
    '1._5',
    '1_.5',
    '0x1p',
    '0x1p0xa',
    'nan:1',
    'nan:0x',
    'infx',
    '8q',
    '-',
  ])('%s is none', (text) => {
    expect(kind(text)).toBe(0);
  });
});

describe('integers', () => {
  test('take signed and unsigned values of their width', () => {
    expect(parseInteger('-2147483648', 32)).toBe(0x80000000n);
    expect(parseInteger('0xffff_ffff', 32)).toBe(0xffffffffn);
    expect(parseInteger('-0x80', 8)).toBe(0x80n);
  });
  test('refuse what does not fit', () => {
    expect(parseInteger('4294967296', 32)).toBeUndefined();
    expect(parseInteger('-2147483649', 32)).toBeUndefined();
    expect(parseInteger('0x1_0000_0000_0000_0000', 64)).toBeUndefined();
    expect(parseU32('4294967296')).toBeUndefined();
    expect(parseU64('18446744073709551616')).toBeUndefined();
    expect(parseU64('18446744073709551615')).toBe(0xffffffffffffffffn);
  });
});

describe('floats', () => {
  test.each([
    ['0x1p-149', '1'],
    ['0x1p-150', '0'],
    ['0x1.000001p-150', '1'],
    ['0x1.fffffep127', '7f7fffff'],
    ['0x1.fffffefffp127', '7f7fffff'],
    ['0x1.fffffcp-127', '7fffff'],
    ['0x1.fffffep-127', '800000'],
    ['-0', '80000000'],
    ['-nan:0x7f_ffff', 'ffffffff'],
    ['0x0p99999999999999999999', '0'],
    ['0x1p-99999999999999999999', '0'],
    ['340282356779733661637539395458142568447', '7f7fffff'],
  ])('f32 %s has the bits %s', (text, bits) => {
    expect(hex(parseFloatBits(text, 32))).toBe(bits);
  });
  test('a decimal f32 is rounded once: the f64 between two f32 does not decide', () => {
    // 1 + 2^-24 lies in the middle; a digit far behind makes the difference, which an f64 cannot see.
    expect(hex(parseFloatBits('1.000000059604644775390625', 32))).toBe('3f800000');
    expect(hex(parseFloatBits('1.000000059604644775390625000000000000001', 32))).toBe('3f800001');
    expect(hex(parseFloatBits('1.000000178813934326171875', 32))).toBe('3f800002');
    expect(hex(parseFloatBits('1.000000178813934326171874999999999999999', 32))).toBe('3f800001');
  });
  test.each([
    '0x1p128',
    '1e39',
    '0x1.ffffffp127',
    '340282356779733661637539395458142568448',
    'nan:0x80_0000',
    'nan:0x0',
  ])('f32 %s is out of range', (text) => {
    expect(parseFloatBits(text, 32)).toBeUndefined();
  });
  test.each(['0x1p1024', '1e309', 'nan:0x10_0000_0000_0000', '0x1p99999999999999999999'])(
    'f64 %s is out of range',
    (text) => {
      expect(parseFloatBits(text, 64)).toBeUndefined();
    },
  );
});
