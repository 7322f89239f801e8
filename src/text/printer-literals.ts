// Strings of bytes and identifiers in the text format; names are in syntax/visible.ts, numbers in syntax/number-text.ts.
// https://webassembly.github.io/spec/core/text/values.html  Parsing what is printed here gives the same bytes again.
import { nameText } from '../syntax/visible.ts';

const hex = (n: number, digits = 1): string => n.toString(16).padStart(digits, '0');

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

/** By ASCII character: may an identifier hold it? */
const ID_CHARS: readonly boolean[] = Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (char >= '0' && char <= '9') return true;
  return (char.toLowerCase() >= 'a' && char.toLowerCase() <= 'z') || "!#$%&'*+-./:<=>?@\\^_`|~".includes(char);
});

/** `$name`, or `$"name"` where it holds other characters than an identifier may. The name is not empty. */
export function idText(name: string): string {
  for (let i = 0; i < name.length; i++) if (!ID_CHARS[name.charCodeAt(i)]) return `$${nameText(name)}`;
  return `$${name}`;
}
