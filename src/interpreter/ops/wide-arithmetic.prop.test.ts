import { readWords, writeWords } from '../../syntax/bits.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { uint64 } from './numeric/samples.suite.ts';
import { SLOTS as S } from '../state/stack.ts';
import { WIDE_ARITHMETIC } from './wide-arithmetic.ts';

const AT = 2000;
const NO_INSTANCE = undefined as unknown as ModuleInstance;
const signed = (x: bigint): bigint => BigInt.asIntN(64, x);

/** Runs an instruction on i64 operands; returns the two results as one 128-bit number. */
function run(name: keyof typeof WIDE_ARITHMETIC, operands: readonly bigint[]): string {
  for (const [i, x] of operands.entries()) writeWords(S, AT + 2 * i, 2, x);
  expect(WIDE_ARITHMETIC[name](NO_INSTANCE, AT, 0, 0)).toBe(0);
  return readWords(S, AT, 4).toString(16);
}

const wrapped = (x: bigint): string => BigInt.asUintN(128, x).toString(16);

test('add128 and sub128 carry from the low to the high half', () => {
  fc.assert(
    fc.property(uint64, uint64, uint64, uint64, (al, ah, bl, bh) => {
      const a = (ah << 64n) | al;
      const b = (bh << 64n) | bl;
      expect(run('i64.add128', [al, ah, bl, bh])).toBe(wrapped(a + b));
      expect(run('i64.sub128', [al, ah, bl, bh])).toBe(wrapped(a - b));
    }),
    { numRuns: 2000 },
  );
});

test('mul_wide_s and mul_wide_u give all 128 bits of the product', () => {
  fc.assert(
    fc.property(uint64, uint64, (a, b) => {
      expect(run('i64.mul_wide_u', [a, b])).toBe(wrapped(a * b));
      expect(run('i64.mul_wide_s', [a, b])).toBe(wrapped(signed(a) * signed(b)));
    }),
    { numRuns: 2000 },
  );
});
