import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toUnsigned } from './bits.ts';

test('toUnsigned does what BigInt.asUintN does in Node', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.bigInt(), (width, value) => {
      expect(toUnsigned(width, value)).toBe(BigInt.asUintN(width, value));
    }),
  );
});
