import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { f32Text, f64Text, i64Text, u64Text, v128Text } from '../syntax/number-text.ts';
import { nameText } from '../syntax/visible.ts';
import { bytesText, idText } from './printer-literals.ts';

const view = new DataView(new ArrayBuffer(8));

describe('literals of the text format', () => {
  test('floats print their shortest decimal, signs of zero, infinities and payloads of NaN', () => {
    expect(f32Text(0x3dcccccd)).toBe('0.1');
    expect(f32Text(0x7f7fffff)).toBe('3.4028235e+38');
    expect(f32Text(1)).toBe('1e-45');
    expect(f32Text(0x80000000 | 0)).toBe('-0');
    expect(f32Text(0x7fc00000)).toBe('nan');
    expect(f32Text(0xffa00001 | 0)).toBe('-nan:0x200001');
    expect(f64Text(0, 0x3ff80000)).toBe('1.5');
    expect(f64Text(1, 0)).toBe('5e-324');
    expect(f64Text(0, 0xfff00000 | 0)).toBe('-inf');
    expect(f64Text(1, 0x7ff00000)).toBe('nan:0x1');
    expect(f64Text(0, 0x7ff80000)).toBe('nan');
  });

  test('an f32 literal reads back as the same bits, rounded once or twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: -0x80000000, max: 0x7fffffff }), (bits) => {
        view.setInt32(0, bits);
        const value = view.getFloat32(0);
        fc.pre(Number.isFinite(value));
        view.setFloat32(0, Number(f32Text(bits)));
        expect(view.getInt32(0)).toBe(bits);
      }),
      { numRuns: 2000 },
    );
  });

  test('64-bit integers keep all bits', () => {
    expect(i64Text(-1, -1)).toBe('-1');
    expect(i64Text(0, 0x80000000 | 0)).toBe('-9223372036854775808');
    expect(i64Text(-1, 0)).toBe('4294967295');
    expect(u64Text(-1, -1)).toBe('18446744073709551615');
  });

  test('a vector shows its four lanes as hexadecimal words', () => {
    expect(v128Text(0xfffefdfc_fbfaf9f8_f7f6f5f4_f3f2f1f0n)).toBe('i32x4 0xf3f2f1f0 0xf7f6f5f4 0xfbfaf9f8 0xfffefdfc');
  });

  test('strings escape quotes, backslashes, controls and what would not be seen', () => {
    expect(bytesText(Uint8Array.of(0x41, 0x22, 0x5c, 0, 0xff))).toBe('"A\\"\\\\\\00\\ff"');
    expect(nameText('λ "x"\n\u202e')).toBe('"λ \\"x\\"\\u{a}\\u{202e}"');
    expect(idText('f.oo#2')).toBe('$f.oo#2');
    expect(idText('a b')).toBe('$"a b"');
  });
});
