// Text from a module, a guest or a file's name, made safe for a terminal: it may hold what a terminal obeys (control
// characters, escape sequences), what reorders the text around it, and what nobody sees. All of that is written as
// escapes: by property, not by a list of cases. https://www.unicode.org/reports/tr44/  Used for everything that is printed.
// A table, since engines without \p{...} (Hermes, ES5) run this, too; visible.test.ts compares it with the properties.

/** First and last characters of ranges: Default_Ignorable_Code_Point, Cf, Cc, Zl, Zp, Cs, and the blank U+2800 (Unicode 17). */
const HIDDEN: readonly number[] = [
  0x00, 0x1f, 0x7f, 0x9f, 0xad, 0xad, 0x34f, 0x34f, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890,
  0x891, 0x8e2, 0x8e2, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f,
  0x2800, 0x2800, 0x3164, 0x3164, 0xd800, 0xdfff, 0xfe00, 0xfe0f, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffb,
  0x110bd, 0x110bd, 0x110cd, 0x110cd, 0x13430, 0x1343f, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
];

/** Whether all of it is printable ASCII. No regular expression: V8 aborts when it compiles one at the end of the stack. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) > 0x7e) return false;
  return true;
}

/** Whether a character (a code point) is one that a terminal obeys or that nobody sees; lone surrogates are. */
export function isHidden(char: number): boolean {
  for (let i = 0; i < HIDDEN.length && HIDDEN[i] <= char; i += 2) if (char <= HIDDEN[i + 1]) return true;
  return false;
}

/** The text with each hidden character as `write` writes it. */
function escaped(text: string, write: (char: number) => string): string {
  if (isPlain(text)) return text;
  let result = '';
  for (let i = 0; i < text.length; ) {
    const char = text.codePointAt(i) as number;
    const length = char > 0xffff ? 2 : 1;
    result += isHidden(char) ? write(char) : text.slice(i, i + length);
    i += length;
  }
  return result;
}

/** The text with hidden characters as `\u{202e}`, as the text format writes them. Line ends are escaped, too. */
export function visible(text: string): string {
  return escaped(text, (char) => `\\u{${char.toString(16)}}`);
}

/** A name in quotes, in messages and in the text format: letters of any script as they are, what is hidden as above. */
export function nameText(name: string): string {
  return `"${visible(name.split('\\').join('\\\\').split('"').join('\\"'))}"`;
}

const unit = (char: number): string => `\\u${char.toString(16).padStart(4, '0')}`;

/** A text of JSON, in which hidden characters can only stand in strings, with those as `\u202e`: it means the same. */
export function visibleJson(json: string): string {
  return escaped(json, (char) =>
    char > 0xffff ? unit(0xd7c0 + (char >> 10)) + unit(0xdc00 + (char & 0x3ff)) : unit(char),
  );
}

/** A text in quotes, as JSON writes it, with nothing hidden in it. */
export function quoted(text: string): string {
  return visibleJson(JSON.stringify(text));
}
