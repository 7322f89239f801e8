// Kinds of token, and the tokens of a text as columns of numbers; line and column are worked out when asked for.
// https://webassembly.github.io/spec/core/text/lexical.html#tokens  The lexer fills it, the parsers walk it.
import type { TextPlace } from './messages.ts';

/** Kinds of token. A keyword starts with a lower-case letter; whether it means anything is the parser's question. */
export const LPAREN = 0;
export const RPAREN = 1;
export const STRING = 2;
export const ID = 3;
export const KEYWORD = 4;
/** An unsigned integer, a signed one, and any other number. */
export const NAT = 5;
export const INT = 6;
export const FLOAT = 7;
/** Characters that may stand together but mean nothing: "unknown operator" where the parser meets it. */
export const RESERVED = 8;
export const EOF = 9;

/**
 * Annotations of our own: how the binary format writes what the text format has one way for (see docs/text-format.md).
 * Other tools leave them out and read the same module, written in the short way.
 */
export const BINARY_ANNOTATIONS: ReadonlySet<string> = new Set([
  'binary.long',
  'binary.sections',
  'binary.no-data-count',
  'binary.names',
  'binary.empty-import',
  'binary.empty-init',
  'binary.locals',
]);

/** A kept annotation: `(@id ...)`, and the index of the token that follows it. */
export interface Annotation {
  readonly id: string;
  readonly at: number;
  /** Offset of its `(` in the text. */
  readonly offset: number;
  readonly tokens: Tokens;
}

/** The tokens of a text. Token `i` is `source[starts[i], ends[i])`; the last one is EOF. */
export class Tokens {
  readonly source: string;
  readonly kinds: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** Of a `(` that is closed, the index of its `)`; else undefined. */
  readonly close: number[] = [];
  readonly annotations: Annotation[] = [];
  private lines: number[] | undefined;

  constructor(source: string) {
    this.source = source;
  }

  get length(): number {
    return this.kinds.length;
  }

  text(index: number): string {
    return this.source.slice(this.starts[index], this.ends[index]);
  }

  push(kind: number, start: number, end: number): void {
    this.kinds.push(kind);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Line and column of a token. */
  place(index: number): TextPlace {
    return this.placeOf(this.starts[index]);
  }

  /** Line and column, from 1, of an offset in the text. */
  placeOf(offset: number): TextPlace {
    const lines = (this.lines ??= lineStarts(this.source));
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lines[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - lines[low] + 1 };
  }
}

/** Offsets at which lines begin. A line ends with LF, CR or CR LF. */
function lineStarts(source: string): number[] {
  const starts = [0];
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code === 0x0a || (code === 0x0d && source.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1);
  }
  return starts;
}
