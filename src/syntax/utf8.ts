// UTF-8, strict in both directions, without the host's TextDecoder (some hosts have none, and pages may replace it).
// https://webassembly.github.io/spec/core/binary/values.html#names
// Strict: overlong forms, surrogates, code points above U+10FFFF and truncated sequences are malformed. No BOM is removed.

/** Code units gathered before they become a string: small enough to be passed as arguments on every host. */
const CHUNK = 4096;

/**
 * The text of `bytes[start, end)`, or undefined when those bytes are not UTF-8.
 * `start` and `end` must lie within the array; they default to the whole of it.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string | undefined {
  let text = '';
  let units: number[] = [];
  let pos = start;
  while (pos < end) {
    if (units.length >= CHUNK) {
      text += String.fromCharCode.apply(null, units);
      units = [];
    }
    const first = bytes[pos++] as number;
    if (first < 0x80) {
      units.push(first);
      continue;
    }
    const more = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
    if (more === 0 || pos + more > end) return undefined;
    let point = first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[pos++] as number;
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    if (more === 2 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return undefined;
    if (more === 3 && (point < 0x10000 || point > 0x10ffff)) return undefined;
    if (point < 0x10000) units.push(point);
    else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
  }
  const last = String.fromCharCode.apply(null, units);
  return text === '' ? last : text + last;
}

/** The bytes that `encodeUtf8(text)` has; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    if (point < 0x80) length += 1;
    else if (point < 0x800) length += 2;
    else if (point < 0x10000) length += 3;
    else {
      length += 4;
      i++;
    }
  }
  return length;
}

/** The UTF-8 bytes of `text`, in a new array; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let pos = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.codePointAt(i) as number;
    if (point < 0x80) {
      bytes[pos++] = point;
      continue;
    }
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x800) {
      bytes[pos++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x10000) {
        bytes[pos++] = 0xe0 | (point >> 12);
      } else {
        i++;
        bytes[pos++] = 0xf0 | (point >> 18);
        bytes[pos++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[pos++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[pos++] = 0x80 | (point & 0x3f);
  }
  return bytes;
}
