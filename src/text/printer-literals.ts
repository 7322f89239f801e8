// Literals of the text format: integers, floats with exactly their bits, vectors, strings.
// https://webassembly.github.io/spec/core/text/values.html  Parsing what is printed here gives the same bits again.

const view = new DataView(new ArrayBuffer(8));

const hex = (n: number, digits = 1): string => n.toString(16).padStart(digits, '0');

function nanText(sign: boolean, payload: bigint, canonical: bigint): string {
  return `${sign ? '-' : ''}nan${payload === canonical ? '' : `:0x${payload.toString(16)}`}`;
}

/** Digits that parse to `value` whether a parser rounds once to f32 or first to f64: never next to a halfway point. */
function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    const near = Number(text);
    const slack = Math.abs(near) * 2 ** -51;
    if (Math.fround(near) === value && Math.fround(near - slack) === value && Math.fround(near + slack) === value) {
      return String(near);
    }
  }
  return String(Number(value.toPrecision(9)));
}

/** The literal of the f32 with these bits. */
export function f32Text(bits: number): string {
  view.setInt32(0, bits);
  const value = view.getFloat32(0);
  const sign = bits < 0;
  if (Number.isNaN(value)) return nanText(sign, BigInt(bits & 0x7fffff), 0x400000n);
  if (value === 0) return sign ? '-0' : '0';
  if (!Number.isFinite(value)) return sign ? '-inf' : 'inf';
  return shortestF32(value);
}

/** The literal of the f64 with these bits: low and high half. */
export function f64Text(lo: number, hi: number): string {
  view.setInt32(0, hi);
  view.setInt32(4, lo);
  const value = view.getFloat64(0);
  const sign = hi < 0;
  if (Number.isNaN(value)) {
    return nanText(sign, (BigInt(hi & 0xfffff) << 32n) | BigInt(lo >>> 0), 0x8000000000000n);
  }
  if (value === 0) return sign ? '-0' : '0';
  if (!Number.isFinite(value)) return sign ? '-inf' : 'inf';
  return String(value);
}

/** The signed decimal of a 64-bit integer given as halves. */
export function i64Text(lo: number, hi: number): string {
  if (hi === lo >> 31) return String(lo | 0);
  return ((BigInt(hi) << 32n) | BigInt(lo >>> 0)).toString();
}

/** The unsigned decimal of a 64-bit integer given as halves. */
export function u64Text(lo: number, hi: number): string {
  if (hi === 0) return String(lo >>> 0);
  return ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString();
}

/** The shape and lanes of a v128 literal: always `i32x4` in hex, which shows the bits. */
export function v128Text(bytes: Uint8Array, start: number): string {
  let text = 'i32x4';
  for (let at = start; at < start + 16; at += 4) {
    const lane = bytes[at] + bytes[at + 1] * 0x100 + bytes[at + 2] * 0x10000 + bytes[at + 3] * 0x1000000;
    text += ` 0x${hex(lane, 8)}`;
  }
  return text;
}

/** The 256 ways to write a byte in a string. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x22) return '\\"';
  if (byte === 0x5c) return '\\\\';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${hex(byte, 2)}`;
});

/** A string literal for any bytes; all but printable ASCII is escaped. */
export function bytesText(bytes: Uint8Array): string {
  const parts: string[] = ['"'];
  for (let i = 0; i < bytes.length; i++) parts.push(BYTES[bytes[i]]);
  parts.push('"');
  return parts.join('');
}

/** Characters that a reader would not see, or that reorder what is around them on a screen. */
const HIDDEN = /[\u0080-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;

/** A string literal for a name: letters of any script as they are; control and invisible characters escaped. */
export function nameText(name: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(name)) return `"${name}"`;
  let text = '"';
  for (const char of name) {
    const point = char.codePointAt(0) as number;
    if (point < 0x80) text += BYTES[point];
    else text += HIDDEN.test(char) ? `\\u{${hex(point)}}` : char;
  }
  return `${text}"`;
}

/** `$name`, or `$"name"` where it holds other characters than an identifier may. The name is not empty. */
export function idText(name: string): string {
  return /^[0-9A-Za-z!#$%&'*+\-./:<=>?@\\^_`|~]+$/.test(name) ? `$${name}` : `$${nameText(name)}`;
}
