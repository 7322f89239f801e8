import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesGlob } from './glob.ts';

test('a pattern fits what a regular expression of the same meaning fits', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '$'), maxLength: 8 });
  fc.assert(
    fc.property(words, words, (pattern, text) => {
      const source = pattern
        .split('*')
        .map((part) => part.replace(/[.$]/g, '\\$&'))
        .join('[^]*');
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^(?:${source})$`).test(text));
    }),
    { numRuns: 2000 },
  );
});

test('a pattern of many stars takes no time', () => {
  expect(matchesGlob(`${'a*'.repeat(5000)}b`, 'a'.repeat(20_000))).toBe(false);
});
