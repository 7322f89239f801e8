// The text of a value that somebody else chose, for messages: short, visible, and without throwing.
import { visible } from './visible.ts';

/** Longest text that is shown whole, in UTF-16 code units. */
const LONGEST = 200;

/** A name or a token that somebody else chose, as long as a person reads it: the rest is left out, and replaced by a dot. */
export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The same, with how much is left out. */
export function cutSaid(text: string): string {
  return text.length > LONGEST ? `${cut(text)} (${counted(text.length - LONGEST, 'character')} more)` : text;
}

/** `String(value)`, cut when it is long, with escapes for what cannot be seen. A value without a text is shown by its type. */
export function shownText(value: unknown): string {
  let text: string;
  try {
    text = String(value);
  } catch {
    return `${typeof value === 'function' ? 'a function' : 'an object'} without a text`;
  }
  return visible(cut(text));
}

/** A number of things, in words: `1 page`, `2 pages`. */
export function counted(count: number | bigint, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? '' : 's'}`;
}
