// The first walk over a module's fields: every identifier gets its index, before anything is looked up.
// https://webassembly.github.io/spec/core/text/modules.html#text-context-of  It reads heads only; what is wrong inside
// of a field is left to the second walk (parser-fields.ts).
import type { Context, IndexSpace } from './context.ts';
import { KEYWORD, LPAREN, RPAREN, STRING } from './tokens.ts';
import * as say from './messages.ts';

export class Indexer {
  private readonly context: Context;
  /** The space of the first definition: after it there are no imports. */
  private defined: string | undefined;

  constructor(context: Context) {
    this.context = context;
  }

  /** Walks the field that begins at the cursor. */
  field(): void {
    const { cursor } = this.context;
    const start = cursor.pos;
    if (!cursor.is(LPAREN)) throw cursor.unexpected('a module field');
    cursor.pos++;
    const word = cursor.is(KEYWORD) ? cursor.text : '';
    cursor.pos++;
    switch (word) {
      case 'type':
        this.bind(this.context.typeSpace);
        break;
      case 'rec':
        this.group();
        break;
      case 'import':
        this.import(start);
        break;
      case 'func':
      case 'table':
      case 'memory':
      case 'global':
      case 'tag':
        this.definition(word, start);
        break;
      case 'elem':
        this.bind(this.context.elemSpace);
        break;
      case 'data':
        this.bind(this.context.dataSpace);
        break;
      case 'export':
      case 'start':
        break;
      default:
        cursor.pos = start + 1;
        throw cursor.unexpected('a module field');
    }
    cursor.pos = start;
    cursor.skipGroup();
  }

  private bind(space: IndexSpace): void {
    space.bind(this.context.cursor, this.context.annotations);
  }

  private group(): void {
    const { cursor } = this.context;
    while (cursor.isOpen('type')) {
      const start = cursor.pos;
      cursor.pos += 2;
      this.bind(this.context.typeSpace);
      cursor.pos = start;
      cursor.skipGroup();
    }
  }

  private checkImport(at: number): void {
    if (this.defined !== undefined) throw say.importAfter(this.context.cursor.tokens.place(at), this.defined);
  }

  private import(at: number): void {
    const { cursor } = this.context;
    this.checkImport(at);
    while (cursor.kind === STRING) cursor.pos++;
    let unbound = 0;
    while (cursor.isOpen('item')) {
      const start = cursor.pos;
      cursor.pos += 2;
      if (cursor.kind === STRING) cursor.pos++;
      if (cursor.kind === RPAREN) unbound++;
      else this.bindDesc();
      cursor.pos = start;
      cursor.skipGroup();
    }
    if (unbound === 0) {
      this.bindDesc();
      return;
    }
    const space = this.spaceOfDesc();
    if (space !== undefined) space.count += unbound;
  }

  private spaceOfDesc(): IndexSpace | undefined {
    const { cursor } = this.context;
    if (cursor.kind !== LPAREN || cursor.tokens.kinds[cursor.pos + 1] !== KEYWORD) return undefined;
    return this.context.spaceOf(cursor.tokens.text(cursor.pos + 1));
  }

  /** Binds the identifier of `(kind id? ...)`, if that stands here. */
  private bindDesc(): void {
    const space = this.spaceOfDesc();
    if (space === undefined) return;
    this.context.cursor.pos += 2;
    this.bind(space);
  }

  private definition(word: string, at: number): void {
    const { context } = this;
    const { cursor } = context;
    const space = context.spaceOf(word) as IndexSpace;
    this.bind(space);
    while (cursor.isOpen('export')) cursor.skipGroup();
    if (cursor.isOpen('import')) {
      this.checkImport(at);
      return;
    }
    this.defined ??= space.what;
    if (word === 'table' || word === 'memory') this.inlineSegment(word);
  }

  /** A table or memory may hold its segment, which then takes an index of its own. */
  private inlineSegment(word: string): void {
    const { context } = this;
    const { cursor } = context;
    const segment = word === 'table' ? 'elem' : 'data';
    while (cursor.pos < cursor.tokens.length - 1 && cursor.kind !== RPAREN) {
      if (cursor.isOpen(segment)) {
        (word === 'table' ? context.elemSpace : context.dataSpace).count++;
        return;
      }
      if (cursor.kind === LPAREN) cursor.skipGroup();
      else cursor.pos++;
    }
  }
}
