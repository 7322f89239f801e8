// How arguments, environments and program names stand in a guest's memory: as one text of lines, or as arrays of C strings.
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { refused } from '../host/errno.ts';
import type { Guest } from '../kernel/guest.ts';

/** Bytes that the arguments and the environment of a program take at most, and how many there are. */
const MAX_BYTES = 2 ** 21;
const MAX_COUNT = 2 ** 16;

/** Entries that are separated by line feeds; the last one may end with one, too. */
export function lines(guest: Guest, at: number, length: number): string[] {
  guest.check(at, length);
  if (length > MAX_BYTES) throw refused('2BIG');
  const text = guest.text(at, length);
  if (text === '') return [];
  const found = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return checked(found);
}

/** An array of `count` pointers to texts that end with NUL. */
export function strings(guest: Guest, at: number, count: number): string[] {
  if (count > MAX_COUNT) throw refused('2BIG');
  guest.check(at, count * guest.pointerSize);
  const found: string[] = [];
  let left = MAX_BYTES;
  for (let i = 0; i < count; i++) {
    const bytes = terminated(guest, guest.pointer(at + i * guest.pointerSize), left);
    left -= bytes.length;
    const text = decodeUtf8(bytes);
    if (text === undefined) throw refused('ILSEQ');
    found.push(text);
  }
  return found;
}

function terminated(guest: Guest, at: number, most: number): Uint8Array {
  let length = 0;
  while (guest.u8(at + length) !== 0) if (++length > most) throw refused('2BIG');
  return guest.span(at, length);
}

function checked(texts: string[]): string[] {
  if (texts.length > MAX_COUNT) throw refused('2BIG');
  if (texts.some((one) => one.includes('\0'))) throw refused('INVAL');
  return texts;
}

/** `KEY=VALUE`, one a variable; what has no name is left out. */
export function variables(texts: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (const text of texts) {
    const end = text.indexOf('=');
    if (end > 0) found.push([text.slice(0, end), text.slice(end + 1)]);
  }
  return found;
}
