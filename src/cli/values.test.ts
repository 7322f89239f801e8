import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Func } from '../runtime/instance.ts';
import { EXTERNREF, F32, F64, FUNCREF, HEAP, I32, I64, V128, type ValType, ref } from '../syntax/types.ts';
import { funcType } from '../validator/type-space.ts';
import { parseValue, resultText } from './values.ts';

const noName = (): string => '';
const ANYREF = ref(HEAP.any, true);

function hostFunc(): Func {
  return new Func(funcType([], []), undefined, -1, () => undefined);
}

describe('arguments of --invoke', () => {
  test.each([
    ['-1', I32, 0xffff_ffffn],
    ['0xffff_ffff', I32, 0xffff_ffffn],
    ['4294967296', I32, undefined],
    ['1.0', I32, undefined],
    ['inf', I32, undefined],
    ['', I32, undefined],
    ['18446744073709551615', I64, 0xffff_ffff_ffff_ffffn],
    ['0.1', F32, 0x3dcc_cccdn],
    ['nan:0x200000', F32, 0x7fa0_0000n],
    ['-nan:0x4', F64, 0xfff0_0000_0000_0004n],
    ['0x1p-3', F64, 0x3fc0_0000_0000_0000n],
    ['-inf', F64, 0xfff0_0000_0000_0000n],
    ['1e999', F64, undefined],
    ['null', FUNCREF, null],
    ['7', EXTERNREF, undefined],
    ['7', V128, undefined],
    ['i32x4 1 2 3 -1', V128, 0xffff_ffff_0000_0003_0000_0002_0000_0001n],
    ['f32x4  nan:0x200000 -nan -0 inf', V128, 0x7f80_0000_8000_0000_ffc0_0000_7fa0_0000n],
    ['i32x4 1 2 3', V128, undefined],
    ['i32x4 1 2 3 4294967296', V128, undefined],
    ['i8x16 256 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0', V128, undefined],
    ['constructor 1 2', V128, undefined],
  ])('%j is read by its type, as bits', (text, type, bits) => {
    expect(parseValue(text, type)).toBe(bits);
  });
});

describe('results of --invoke', () => {
  test.each([
    [I32, 32],
    [I64, 64],
    [F32, 32],
    [F64, 64],
    [V128, 128],
  ] as const)('every value of type %i is printed as a literal that means the same bits', (type, width) => {
    const max = (1n << BigInt(width)) - 1n;
    // Half of them with the exponent of a NaN or an infinity, where a JavaScript number would lose bits.
    const special = type === F32 ? 0x7f80_0000n : type === F64 ? 0x7ff0_0000_0000_0000n : 0n;
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max }), fc.boolean(), (bits, odd) => {
        const value = odd ? bits | special : bits;
        expect(parseValue(resultText(type, value, noName), type)).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    [FUNCREF, null, 'null'],
    [ANYREF, -5, '(ref.i31 -5)'],
    [ANYREF, 2 ** 30, '(ref.host)'],
    [ANYREF, 'text', '(ref.host)'],
    [EXTERNREF, undefined, '(ref.extern)'],
    [EXTERNREF, { kind: 'struct' }, '(ref.extern)'],
  ] as readonly [ValType, unknown, string][])('a reference of type %i says what it is: %j', (type, value, text) => {
    expect(resultText(type, value, noName)).toBe(text);
  });

  test('a function is named where its name is known', () => {
    expect(resultText(FUNCREF, hostFunc(), () => '$f')).toBe('(ref.func $f)');
    expect(resultText(FUNCREF, hostFunc(), noName)).toBe('(ref.func)');
  });
});
