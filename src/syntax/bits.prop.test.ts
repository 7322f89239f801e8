import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highWord, lowWord, readWords, signed64, toUnsigned, unsigned64, writeWords } from './bits.ts';

test('toUnsigned does what BigInt.asUintN does in Node', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.bigInt(), (width, value) => {
      expect(toUnsigned(width, value)).toBe(BigInt.asUintN(width, value));
    }),
  );
});

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test('two words are joined as a DataView joins them, and parted again', () => {
  const view = new DataView(new ArrayBuffer(8));
  fc.assert(
    fc.property(word, word, (lo, hi) => {
      view.setInt32(0, lo, true);
      view.setInt32(4, hi, true);
      const signed = signed64(lo, hi);
      const unsigned = unsigned64(lo, hi);
      expect([signed, unsigned]).toEqual([view.getBigInt64(0, true), view.getBigUint64(0, true)]);
      for (const bits of [signed, unsigned]) expect([lowWord(bits), highWord(bits)]).toEqual([lo, hi]);
    }),
  );
});

test('any count of words is joined to an unsigned number, and parted again', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(3), (words, at) => {
      const given = [...new Array<number>(at).fill(7), ...words];
      const bits = readWords(given, at, words.length);
      expect(bits).toBe(words.reduceRight((all, one) => all * 2n ** 32n + BigInt(one >>> 0), 0n));
      const back = [...given].fill(7);
      writeWords(back, at, words.length, bits);
      expect(back).toEqual(given);
    }),
  );
});
