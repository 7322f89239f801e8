// A cursor over tokens, with the errors that say what was expected. It knows brackets and words, not what they mean.
import { decodeUtf8 } from '../syntax/utf8.ts';
import type { MalformedError } from '../errors.ts';
import { isKeyword } from './keywords.ts';
import { parseU32, parseU64 } from './literals.ts';
import { stringValue } from './strings.ts';
import { EOF, ID, KEYWORD, LPAREN, NAT, RESERVED, RPAREN, STRING, type Tokens } from './tokens.ts';
import * as say from './messages.ts';

export class Cursor {
  readonly tokens: Tokens;
  /** Index of the current token. */
  pos: number;

  constructor(tokens: Tokens, pos = 0) {
    this.tokens = tokens;
    this.pos = pos;
  }

  get kind(): number {
    return this.tokens.kinds[this.pos];
  }

  get text(): string {
    return this.tokens.text(this.pos);
  }

  get place(): say.TextPlace {
    return this.tokens.place(this.pos);
  }

  is(kind: number): boolean {
    return this.tokens.kinds[this.pos] === kind;
  }

  isKeyword(text: string): boolean {
    return this.kind === KEYWORD && this.text === text;
  }

  /** Whether `(text` stands here. */
  isOpen(text: string): boolean {
    const { tokens, pos } = this;
    return tokens.kinds[pos] === LPAREN && tokens.kinds[pos + 1] === KEYWORD && tokens.text(pos + 1) === text;
  }

  isIndex(): boolean {
    return this.kind === NAT || this.kind === ID;
  }

  /** Steps over `(text` if it stands here. */
  tryOpen(text: string): boolean {
    if (!this.isOpen(text)) return false;
    this.pos += 2;
    return true;
  }

  open(text: string): void {
    if (!this.tryOpen(text)) throw this.unexpected(`"(${text}"`);
  }

  tryKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.pos++;
    return true;
  }

  closing(): void {
    if (this.kind !== RPAREN) throw this.unexpected('")"');
    this.pos++;
  }

  /** Steps over an opening bracket and all that it holds. */
  skipGroup(): void {
    const close = this.tokens.close[this.pos];
    if (close === undefined) {
      this.pos = this.tokens.length - 1;
      throw this.unexpected('")"');
    }
    this.pos = close + 1;
  }

  /** The text of a keyword token. */
  keyword(expected: string): string {
    if (this.kind !== KEYWORD) throw this.unexpected(expected);
    const text = this.text;
    this.pos++;
    return text;
  }

  /** The bytes of a string token. */
  bytes(expected = 'a string'): Uint8Array {
    if (this.kind !== STRING) throw this.unexpected(expected);
    const { tokens, pos } = this;
    this.pos++;
    return stringValue(tokens.source, tokens.starts[pos], tokens.ends[pos]);
  }

  /** The bytes of all string tokens that follow each other here, as one. */
  byteStrings(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (this.kind === STRING) parts.push(this.bytes());
    if (parts.length === 1) return parts[0];
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  /** A string token that has to be UTF-8. */
  name(): string {
    const { pos } = this;
    const text = decodeUtf8(this.bytes('a name in quotes'));
    if (text === undefined) throw say.malformedUtf8(this.tokens.place(pos), 'name');
    return text;
  }

  u32(expected = 'a number'): number {
    if (this.kind !== NAT) throw this.unexpected(expected);
    const value = parseU32(this.text);
    if (value === undefined) throw say.numberOutOfRange(this.place, this.text, 'i32');
    this.pos++;
    return value;
  }

  u64(expected = 'a number'): bigint {
    if (this.kind !== NAT) throw this.unexpected(expected);
    const value = parseU64(this.text);
    if (value === undefined) throw say.numberOutOfRange(this.place, this.text, 'i64');
    this.pos++;
    return value;
  }

  /** Whether the current token means nothing anywhere, so that no error but "unknown operator" fits. */
  isUnknown(): boolean {
    return meansNothing(this.tokens, this.pos);
  }

  /** The error for the current token, where `expected` should stand. */
  unexpected(expected: string): MalformedError {
    const { tokens, pos } = this;
    const at = tokens.kinds[pos] === LPAREN && meansNothing(tokens, pos + 1) ? pos + 1 : pos;
    if (meansNothing(tokens, at)) return say.unknownOperator(tokens.place(at), tokens.text(at));
    const found = tokens.kinds[pos] === EOF ? 'the end of the text' : `"${shorten(tokens.text(pos))}"`;
    return say.unexpectedToken(tokens.place(pos), found, expected);
  }
}

function meansNothing(tokens: Tokens, pos: number): boolean {
  const kind = tokens.kinds[pos];
  return kind === RESERVED || (kind === KEYWORD && !isKeyword(tokens.text(pos)));
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
