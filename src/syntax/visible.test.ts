import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHidden, quoted, visible, visibleJson } from './visible.ts';

const BY_PROPERTY = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u2800]/u;

test('every character that this engine calls ignorable, format, control, separator or surrogate is hidden', () => {
  const missed: number[] = [];
  const tooMany: number[] = [];
  for (let char = 0; char < 0x110000; char++) {
    const expected = BY_PROPERTY.test(String.fromCodePoint(char));
    if (expected && !isHidden(char)) missed.push(char);
    // An engine of an older Unicode may not know all of them yet: what is not assigned there is no letter.
    if (!expected && isHidden(char) && !/\p{Cn}/u.test(String.fromCodePoint(char))) tooMany.push(char);
  }
  expect([missed, tooMany]).toEqual([[], []]);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: fc.constantFrom('\x1b', '\u202e', '\u{e0041}', '\ud834', 'a', 'é', '\u{1f600}', '\\', '"') }),
);

test('what is made visible has nothing hidden in it, and letters of any script stay as they are', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(BY_PROPERTY.test(visible(text))).toBe(false);
      if (!BY_PROPERTY.test(text)) expect(visible(text)).toBe(text);
    }),
  );
  expect(visible('λ \u{1f600}\x1b[31m\u{1d173}\ud800\n')).toBe('λ \u{1f600}\\u{1b}[31m\\u{1d173}\\u{d800}\\u{a}');
});

test('JSON that was made visible means the same', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(JSON.parse(quoted(text))).toBe(text);
      expect(BY_PROPERTY.test(quoted(text))).toBe(false);
    }),
  );
  expect(visibleJson('{"a":"\u{e0041}\u202e"}')).toBe('{"a":"\\udb40\\udc41\\u202e"}');
});
