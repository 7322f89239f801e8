// The text of a value that somebody else chose, for messages: on one line, visible, short, and without throwing.
// Not here: names of modules and what goes to a terminal (cli), whose whole text is wanted.

/** Longest text that is shown whole, in UTF-16 code units. */
const LONGEST = 200;

/**
 * Ranges of code units that are shown as escapes: controls, what no font shows, what turns the direction of text, and
 * surrogates. Written out, since the oldest hosts know no properties of characters.
 */
// biome-ignore format: a table
const UNSEEN = [
  [0x00, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
  [0x180b, 0x180f], [0x200b, 0x200f], [0x2028, 0x202f], [0x2060, 0x206f], [0x2800, 0x2800], [0x3164, 0x3164],
  [0xd800, 0xdfff], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffb],
];

/** `String(value)`, with escapes for what cannot be seen, and cut when it is long. What has no text is told by its type. */
export function shownText(value: unknown): string {
  let text: unknown;
  try {
    text = String(value);
  } catch {
    return `${typeof value === 'function' ? 'a function' : 'an object'} without a text`;
  }
  const whole = text as string;
  let shown = '';
  for (let i = 0; i < Math.min(whole.length, LONGEST); i++) {
    const code = whole.charCodeAt(i);
    const unseen = UNSEEN.some(([first, last]) => first <= code && code <= last);
    shown += unseen ? `\\u${code.toString(16).padStart(4, '0')}` : whole[i];
  }
  return whole.length > LONGEST ? `${shown}…` : shown;
}

/** Why a signal was aborted, as far as it can be told. */
export function reasonText(signal: { readonly reason?: unknown }): string {
  try {
    const { reason } = signal;
    return reason === undefined || reason === null ? 'no reason given' : shownText(reason);
  } catch {
    return 'no reason given';
  }
}
