// Text -> tokens, all at once, as columns of numbers. https://webassembly.github.io/spec/core/text/lexical.html
// Annotations are taken out: the ones that mean something here are kept apart, with their tokens, the rest is dropped.
// Not here: the values of numbers and strings (literals.ts, strings.ts), which are read when they are needed.
import { checkStep } from '../clock.ts';
import { decodeUtf8 } from '../syntax/utf8.ts';
import { scanString, stringValue } from './strings.ts';
import { isNumberText } from './literals.ts';
import { BINARY_ANNOTATIONS, EOF, ID, KEYWORD, LPAREN, RESERVED, RPAREN, STRING, Tokens } from './tokens.ts';
import * as say from './messages.ts';

/** 1 for the characters of identifiers, keywords and numbers. */
const ID_CHARS = new Uint8Array(128);
for (const char of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&'*+-./:<=>?@\\^_`|~") {
  ID_CHARS[char.charCodeAt(0)] = 1;
}

const QUOTE = 0x22;
const DOLLAR = 0x24;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const AT = 0x40;

/** An annotation being read. */
interface Opened {
  readonly id: string;
  readonly offset: number;
  /** Number of tokens before it, and how deep its parentheses are nested. */
  readonly tokens: number;
  depth: number;
}

class Lexer {
  readonly tokens: Tokens;
  private readonly source: string;
  private pos = 0;
  private annotation: Opened | undefined;

  constructor(source: string) {
    this.source = source;
    this.tokens = new Tokens(source);
  }

  run(): Tokens {
    const { source, tokens } = this;
    while (this.pos < source.length) {
      checkStep();
      this.step(source.charCodeAt(this.pos));
    }
    if (this.annotation !== undefined) throw say.unclosedAnnotation(tokens.placeOf(this.annotation.offset));
    tokens.push(EOF, source.length, source.length);
    match(tokens);
    return tokens;
  }

  private step(code: number): void {
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b && code !== 0x0c)) this.pos++;
    else if (code === OPEN) this.open();
    else if (code === CLOSE) this.closing();
    else if (code === QUOTE || (code < 128 && ID_CHARS[code] === 1)) this.word(code);
    else if (code === SEMICOLON && this.source.charCodeAt(this.pos + 1) === SEMICOLON) this.lineComment();
    else if (code < 128 && ',;[]{}'.includes(this.source[this.pos])) {
      this.tokens.push(RESERVED, this.pos, ++this.pos);
    } else throw say.illegalCharacter(this.tokens.placeOf(this.pos), this.source.codePointAt(this.pos) as number);
  }

  private lineComment(): void {
    const { source } = this;
    while (this.pos < source.length) {
      const code = source.charCodeAt(this.pos);
      if (code === 0x0a || code === 0x0d) return;
      this.pos++;
    }
  }

  private open(): void {
    const next = this.source.charCodeAt(this.pos + 1);
    if (next === SEMICOLON) {
      this.blockComment();
      return;
    }
    if (this.annotation !== undefined) this.annotation.depth++;
    else if (next === AT) {
      this.openAnnotation();
      return;
    }
    this.tokens.push(LPAREN, this.pos, ++this.pos);
  }

  private blockComment(): void {
    const { source } = this;
    const start = this.pos;
    let depth = 1;
    this.pos += 2;
    while (depth > 0) {
      if (this.pos >= source.length) throw say.unclosedComment(this.tokens.placeOf(start));
      const code = source.charCodeAt(this.pos++);
      if (code === OPEN && source.charCodeAt(this.pos) === SEMICOLON) {
        depth++;
        this.pos++;
      } else if (code === SEMICOLON && source.charCodeAt(this.pos) === CLOSE) {
        depth--;
        this.pos++;
      }
    }
  }

  private openAnnotation(): void {
    const { source, tokens } = this;
    const offset = this.pos;
    const start = offset + 2;
    let end = start;
    let id: string;
    if (source.charCodeAt(start) === QUOTE) {
      end = scanString(source, start, () => say.emptyAnnotationId(tokens.placeOf(offset)));
      id = this.quoted(start, end, 'annotation id');
    } else {
      while (isIdChar(source.charCodeAt(end))) end++;
      id = source.slice(start, end);
    }
    if (id === '') throw say.emptyAnnotationId(tokens.placeOf(offset));
    this.pos = end;
    this.annotation = { id, offset, tokens: tokens.length, depth: 0 };
  }

  private closing(): void {
    const { annotation } = this;
    if (annotation !== undefined && annotation.depth-- === 0) {
      this.endAnnotation(annotation);
      return;
    }
    this.tokens.push(RPAREN, this.pos, ++this.pos);
  }

  /** Takes the annotation's tokens out, and keeps them if they mean something. */
  private endAnnotation(opened: Opened): void {
    const { tokens } = this;
    const { id, offset, tokens: at } = opened;
    if (hasMeaning(id)) {
      const inner = new Tokens(this.source);
      for (let i = at; i < tokens.length; i++) inner.push(tokens.kinds[i], tokens.starts[i], tokens.ends[i]);
      inner.push(EOF, this.pos, this.pos);
      match(inner);
      tokens.annotations.push({ id, at, offset, tokens: inner });
    }
    tokens.kinds.length = at;
    tokens.starts.length = at;
    tokens.ends.length = at;
    this.annotation = undefined;
    this.pos++;
  }

  /** A run of identifier characters and strings, which have to be told apart by white space. */
  private word(first: number): void {
    const { source, tokens } = this;
    const start = this.pos;
    let pos = start;
    let strings = 0;
    let quote = start;
    for (;;) {
      const code = source.charCodeAt(pos);
      if (isIdChar(code)) pos++;
      else if (code === QUOTE) {
        quote = pos;
        strings++;
        const name = first === DOLLAR && pos === start + 1;
        const refuse = name ? () => say.emptyIdentifier(tokens.placeOf(start)) : undefined;
        pos = scanString(source, pos, refuse, tokens);
      } else break;
    }
    this.pos = pos;
    tokens.push(this.wordKind(first, start, pos, strings, quote), start, pos);
  }

  private wordKind(first: number, start: number, end: number, strings: number, quote: number): number {
    const { source } = this;
    if (strings > 0) {
      const last = source.charCodeAt(end - 1) === QUOTE;
      if (strings > 1 || !last) return RESERVED;
      if (quote === start) return STRING;
      if (first !== DOLLAR || quote !== start + 1) return RESERVED;
      if (end - quote === 2) throw say.emptyIdentifier(this.tokens.placeOf(start));
      this.quoted(quote, end, 'identifier');
      return ID;
    }
    if (first === DOLLAR) {
      if (end === start + 1) throw say.emptyIdentifier(this.tokens.placeOf(start));
      return ID;
    }
    const number = isNumberText(source, start, end);
    if (number !== 0) return number;
    return first >= 0x61 && first <= 0x7a ? KEYWORD : RESERVED;
  }

  /** The text of a string literal that has to be UTF-8. */
  private quoted(start: number, end: number, what: string): string {
    const text = decodeUtf8(stringValue(this.source, start, end));
    if (text === undefined) throw say.malformedUtf8(this.tokens.placeOf(start), what);
    return text;
  }
}

/** The annotations that are understood here; others are left out, as the specification has it. */
function hasMeaning(id: string): boolean {
  return id === 'custom' || id === 'name' || id.startsWith('metadata.code.') || BINARY_ANNOTATIONS.has(id);
}

function isIdChar(code: number): boolean {
  return code < 128 && ID_CHARS[code] === 1;
}

/** Pairs the parentheses. */
function match(tokens: Tokens): void {
  const open: number[] = [];
  const { kinds, close } = tokens;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === LPAREN) open.push(i);
    else if (kinds[i] === RPAREN) {
      const from = open.pop();
      if (from !== undefined) close[from] = i;
    }
  }
}

/**
 * The tokens of a text. Throws MalformedError: malformed UTF-8 (where the source is bytes), illegal characters,
 * unclosed comments, strings and annotations.
 */
export function tokenize(source: string | Uint8Array): Tokens {
  if (typeof source === 'string') return new Lexer(source).run();
  const text = decodeUtf8(source);
  if (text === undefined) throw say.malformedUtf8({ line: 1, column: 1 }, 'the text');
  return new Lexer(text).run();
}
