// Values of system calls as people read them, in any interface: numbers, flags by name, texts, buffers.
// All that comes from the guest is shown escaped, cut to a length, and may lie outside memory: then its address is shown.
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { quoted } from '../../syntax/visible.ts';
import type { Guest } from './guest.ts';

/** Texts are cut after so many bytes, buffers after so many, lists after so many parts. */
const MAX_TEXT = 256;
const MAX_DATA = 64;
export const MAX_PARTS = 8;

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** The bits by their names, and what has none as a number. */
export function flagsText(flags: Readonly<Record<string, number>>, value: number): string {
  const names = Object.keys(flags).filter((name) => (value & flags[name]) !== 0);
  const unknown = names.reduce((left, name) => left & ~flags[name], value) >>> 0;
  const spelt = names.map((name) => Array.from(name, (one) => (one < 'a' ? `_${one.toLowerCase()}` : one)).join(''));
  if (unknown !== 0) spelt.push(hex(unknown));
  return spelt.length === 0 ? '0' : spelt.join('|');
}

/** Text in memory, quoted; bytes that are not UTF-8 as the characters with their numbers. */
export function textAt(guest: Guest, at: number, length: number, most = MAX_TEXT): string {
  try {
    const bytes = guest.span(at, length).subarray(0, most);
    const text = decodeUtf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return length > most ? `${quoted(text)}...` : quoted(text);
  } catch {
    return `${hex(at)}[${length}]`;
  }
}

/** An array of iovec: what is in the buffers, up to `moved` bytes, or only how long they are. */
export function buffersText(guest: Guest, at: number, count: number, moved: number | undefined): string {
  try {
    const { pointerSize, iovecSize } = guest;
    guest.check(at, count * iovecSize);
    let left = moved ?? 0;
    const parts: string[] = [];
    for (let i = 0; i < count && parts.length < MAX_PARTS; i++) {
      const length = guest.pointer(at + i * iovecSize + pointerSize);
      if (moved === undefined) parts.push(String(length));
      else if (left > 0 || i === 0)
        parts.push(textAt(guest, guest.pointer(at + i * iovecSize), Math.min(length, left), MAX_DATA));
      left -= length;
    }
    return `[${parts.join(', ')}${count > MAX_PARTS ? ', ...' : ''}]`;
  } catch {
    return `${hex(at)}[${count}]`;
  }
}

/** Strings ended by NUL, one after the other, that `count` pointers name: arguments and variables. */
export function stringsText(guest: Guest, pointers: number, count: number): string {
  const parts: string[] = [];
  for (let i = 0; i < count && i < MAX_PARTS; i++) {
    const at = guest.pointer(pointers + i * guest.pointerSize);
    let length = 0;
    while (length <= MAX_TEXT && guest.u8(at + length) !== 0) length++;
    parts.push(textAt(guest, at, length));
  }
  return `[${parts.join(', ')}${count > MAX_PARTS ? ', ...' : ''}]`;
}
