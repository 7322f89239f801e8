// String literals and identifiers of the text format: where they end, and the bytes they stand for.
// https://webassembly.github.io/spec/core/text/values.html#strings  Bytes need not be UTF-8; names check that later.
import { decodeUtf8, encodeUtf8 } from '../syntax/utf8.ts';
import type { MalformedError } from '../errors.ts';
import { digitsEnd, isHexDigit, plain } from './digits.ts';
import * as say from './messages.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

interface Places {
  placeOf(offset: number): say.TextPlace;
}

/**
 * The offset after the string literal that begins at `start` with its quote. Where the literal is at fault, throws
 * what `refuse` makes, else an error that says what is wrong, at its place.
 */
export function scanString(
  source: string,
  start: number,
  refuse: (() => MalformedError) | undefined,
  places?: Places,
): number {
  let pos = start + 1;
  const fault = (make: (place: say.TextPlace) => MalformedError, at: number): MalformedError =>
    refuse === undefined ? make(places?.placeOf(at) ?? { line: 1, column: at + 1 }) : refuse();
  for (;;) {
    const code = source.charCodeAt(pos);
    if (pos >= source.length || code === 0x0a) throw fault(say.unclosedString, start);
    if (code === QUOTE) return pos + 1;
    if (code < 0x20 || code === 0x7f) throw fault(say.illegalControlCharacter, pos);
    if (code !== BACKSLASH) {
      pos++;
      continue;
    }
    const next = escapeEnd(source, pos);
    if (next < 0) throw fault((place) => say.illegalEscape(place, source.slice(pos, pos + 4)), pos);
    pos = next;
  }
}

/** The offset after the escape that begins at `pos` with its backslash, or -1. */
function escapeEnd(source: string, pos: number): number {
  const char = source[pos + 1];
  if (char === undefined) return -1;
  if ('tnr"\'\\'.includes(char)) return pos + 2;
  if (hexDigit(source.charCodeAt(pos + 1)) >= 0) return hexDigit(source.charCodeAt(pos + 2)) >= 0 ? pos + 3 : -1;
  if (char !== 'u' || source[pos + 2] !== '{') return -1;
  const end = source.indexOf('}', pos);
  if (end < 0) return -1;
  if (digitsEnd(source, pos + 3, end, isHexDigit) !== end) return -1;
  const point = Number.parseInt(plain(source.slice(pos + 3, end)), 16);
  return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? end + 1 : -1;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const SIMPLE = new Map([
  ['t', 9],
  ['n', 10],
  ['r', 13],
  ['"', 34],
  ["'", 39],
  ['\\', 92],
]);

/** The bytes of the literal `source[start, end)`, which `scanString` has found to be well formed. */
export function stringValue(source: string, start: number, end: number): Uint8Array {
  const inner = source.slice(start + 1, end - 1);
  if (!inner.includes('\\')) return encodeUtf8(inner);
  const bytes = new Uint8Array(inner.length * 3);
  let length = 0;
  for (let pos = 0; pos < inner.length; ) {
    const code = inner.charCodeAt(pos);
    if (code !== BACKSLASH) {
      const run = plainRun(inner, pos);
      if (run - pos === 1 && code < 128) bytes[length++] = code;
      else {
        const plain = encodeUtf8(inner.slice(pos, run));
        bytes.set(plain, length);
        length += plain.length;
      }
      pos = run;
      continue;
    }
    const char = inner[pos + 1];
    const simple = SIMPLE.get(char);
    if (simple !== undefined) {
      bytes[length++] = simple;
      pos += 2;
    } else if (char === 'u') {
      const close = inner.indexOf('}', pos);
      const point = Number.parseInt(plain(inner.slice(pos + 3, close)), 16);
      const encoded = encodeUtf8(String.fromCodePoint(point));
      bytes.set(encoded, length);
      length += encoded.length;
      pos = close + 1;
    } else {
      bytes[length++] = hexDigit(inner.charCodeAt(pos + 1)) * 16 + hexDigit(inner.charCodeAt(pos + 2));
      pos += 3;
    }
  }
  return bytes.slice(0, length);
}

function plainRun(text: string, from: number): number {
  const end = text.indexOf('\\', from);
  return end < 0 ? text.length : end;
}

/** The name that an identifier token stands for, without `$` and quotes. */
export function identifierName(text: string): string {
  if (text.charCodeAt(1) !== QUOTE) return text.slice(1);
  return decodeUtf8(stringValue(text, 1, text.length)) as string;
}
