import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { decodeUtf8, encodeUtf8, utf8Length } from './utf8.ts';

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

describe('UTF-8', () => {
  it('any text of whole code points comes back from its bytes, which are those of the host encoder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const encoded = encodeUtf8(text);
        expect(encoded).toEqual(new TextEncoder().encode(text));
        expect(utf8Length(text)).toBe(encoded.length);
        expect(decodeUtf8(encoded)).toBe(text);
      }),
    );
  });

  it('decodes or refuses any bytes as the host decoder in its fatal mode does', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const hostDecode = (input: Uint8Array): string | undefined => {
      try {
        return strict.decode(input);
      } catch {
        return undefined;
      }
    };
    const leading = fc.constantFrom(0x41, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff);
    const trailing = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0);
    const input = fc.array(fc.oneof(leading, trailing, fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(input, (list) => {
        expect(decodeUtf8(bytes(...list))).toBe(hostDecode(bytes(...list)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('refuses overlong forms, surrogates, code points past U+10FFFF and truncated sequences', () => {
    expect(decodeUtf8(bytes(0xc0, 0x80))).toBeUndefined();
    expect(decodeUtf8(bytes(0xe0, 0x80, 0x80))).toBeUndefined();
    expect(decodeUtf8(bytes(0xed, 0xa0, 0x80))).toBeUndefined();
    expect(decodeUtf8(bytes(0xf4, 0x90, 0x80, 0x80))).toBeUndefined();
    expect(decodeUtf8(bytes(0xe2, 0x82))).toBeUndefined();
    expect(decodeUtf8(bytes(0x80))).toBeUndefined();
  });

  it('a sequence may not reach past the end of the range it is read from', () => {
    const euro = bytes(0x61, 0xe2, 0x82, 0xac, 0x62);
    expect(decodeUtf8(euro, 1, 3)).toBeUndefined();
    expect(decodeUtf8(euro, 1, 4)).toBe('€');
    expect(decodeUtf8(euro, 4)).toBe('b');
  });

  it('a lone surrogate is encoded as U+FFFD', () => {
    expect(encodeUtf8('a\ud800b')).toEqual(bytes(0x61, 0xef, 0xbf, 0xbd, 0x62));
  });

  it('long texts are decoded in pieces that fit together', () => {
    const text = '€😀x'.repeat(10_000);
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });
});
