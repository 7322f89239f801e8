import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedError } from '../errors.ts';
import { encodeUtf8 } from '../syntax/utf8.ts';
import { tokenize } from './lexer.ts';
import { identifierName, stringValue } from './strings.ts';
import { EOF, ID, KEYWORD, LPAREN, NAT, RESERVED, RPAREN, STRING } from './tokens.ts';

const kinds = (text: string): number[] => tokenize(text).kinds;

function refusal(source: string | Uint8Array): string {
  try {
    tokenize(source);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
    return (error as MalformedError).message;
  }
  return 'taken';
}

describe('tokens', () => {
  test('brackets end words, white space and comments are skipped', () => {
    expect(kinds('(func(nop);;x\n(; (; nested ;) ;)$a 0 "s")')).toEqual([
      LPAREN,
      KEYWORD,
      LPAREN,
      KEYWORD,
      RPAREN,
      ID,
      NAT,
      STRING,
      RPAREN,
      EOF,
    ]);
  });
  test.each(['data"a"', '"a""b"', '0$x', '$x"a"', '0drop', '$"a"b', '@a', ','])('%s is reserved', (text) => {
    expect(kinds(text)).toEqual([RESERVED, EOF]);
  });
  test('lines end with LF, CR or CR LF, and columns count from 1', () => {
    const tokens = tokenize('a\n b\r  c\r\nd');
    expect([0, 1, 2, 3].map((i) => tokens.place(i))).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 3 },
      { line: 4, column: 1 },
    ]);
  });
  test('brackets are paired, and an open one has no partner', () => {
    const tokens = tokenize('(a (b)) (');
    expect([tokens.close[0], tokens.close[2], tokens.close[6]]).toEqual([5, 4, undefined]);
  });
  test('a million open comments and brackets need no stack', () => {
    expect(tokenize(`${'(;'.repeat(1e6)}${';)'.repeat(1e6)}`).length).toBe(1);
    expect(tokenize('('.repeat(1e6)).length).toBe(1e6 + 1);
  });
});

describe('faults', () => {
  test.each([
    ['(; x', 'unclosed comment'],
    ['"abc', 'unclosed string'],
    ['"a\nb"', 'unclosed string'],
    ['"a\u0001"', 'illegal control character'],
    ['"\\x"', 'illegal escape'],
    ['"\\u{110000}"', 'illegal escape'],
    ['"\\u{d800}"', 'illegal escape'],
    ['$', 'empty identifier'],
    ['$""', 'empty identifier'],
    ['$"\\ff"', 'malformed UTF-8 encoding'],
    ['a é', 'illegal character'],
    ['(@)', 'empty annotation id'],
    ['(@x (', 'unclosed annotation'],
  ])('%j: %s', (text, phrase) => {
    expect(refusal(text).startsWith(phrase)).toBe(true);
  });
  test('bytes that are not UTF-8 are refused even in a comment', () => {
    expect(refusal(Uint8Array.of(0x3b, 0x3b, 0xff))).toMatch(/^malformed UTF-8 encoding/);
  });
});

describe('annotations', () => {
  test('disappear, unless they mean something', () => {
    const tokens = tokenize('(a (@x (y "z") ,;]) (@name "n") b)');
    expect(tokens.kinds).toEqual([LPAREN, KEYWORD, KEYWORD, RPAREN, EOF]);
    expect(tokens.annotations.map(({ id, at }) => [id, at])).toEqual([['name', 2]]);
    expect(tokens.annotations[0].tokens.kinds).toEqual([STRING, EOF]);
  });
});

describe('strings', () => {
  test('escapes stand for bytes', () => {
    const text = '"\\t\\n\\r\\"\\\'\\\\\\00\\fF\\u{20_ac}é"';
    expect([...stringValue(text, 0, text.length)]).toEqual([
      9, 10, 13, 34, 39, 92, 0, 255, 0xe2, 0x82, 0xac, 0xc3, 0xa9,
    ]);
  });
  test('any bytes can be written with escapes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = `"${[...bytes].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')}"`;
        const tokens = tokenize(text);
        expect(tokens.kinds).toEqual([STRING, EOF]);
        expect(stringValue(text, 0, text.length)).toEqual(bytes);
      }),
    );
  });
  test('any printable text stands for its UTF-8', () => {
    const plain = fc.string({ unit: 'binary' }).filter((s) => !/["\\\u0000-\u001f\u007f]/.test(s));
    fc.assert(
      fc.property(plain, (text) => {
        const quoted = `"${text}"`;
        expect(tokenize(quoted).kinds).toEqual([STRING, EOF]);
        expect(stringValue(quoted, 0, quoted.length)).toEqual(encodeUtf8(text));
      }),
    );
  });
  test('a quoted identifier is the same as the plain one', () => {
    expect(identifierName('$"\\41b"')).toBe(identifierName('$Ab'));
  });
});
