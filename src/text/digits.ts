// Digits of the text format, by plain scanning: no regular expressions, which V8 may have to compile at the end of the
// JS stack, where it aborts the process. https://webassembly.github.io/spec/core/text/values.html#integers

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
export const isHexDigit = (code: number): boolean => isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);

/** The offset after the digits at `start` (single `_` between digits), or -1 where there is none. */
export function digitsEnd(source: string, start: number, end: number, isOne: (code: number) => boolean): number {
  let pos = start;
  if (pos >= end || !isOne(source.charCodeAt(pos))) return -1;
  for (;;) {
    while (pos < end && isOne(source.charCodeAt(pos))) pos++;
    if (pos + 1 < end && source[pos] === '_' && isOne(source.charCodeAt(pos + 1))) pos++;
    else return pos;
  }
}

/** A number without what stands between its digits. */
export function plain(text: string): string {
  return text.includes('_') ? text.split('_').join('') : text;
}
