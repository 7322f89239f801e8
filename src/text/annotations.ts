// Annotations that become custom sections: @custom, @name, @metadata.code.*.
// https://webassembly.github.io/spec/core/appendix/custom.html  https://webassembly.github.io/spec/core/text/conventions.html#annotations
// The lexer has set them apart; here they are taken by whoever stands where they may stand. What is left is misplaced.
import type { Custom } from '../syntax/module.ts';
import { decodeUtf8 } from '../syntax/utf8.ts';
import { Writer } from '../encoder/writer.ts';
import { Cursor } from './cursor.ts';
import { EOF, KEYWORD, LPAREN, STRING, type Annotation, type Tokens } from './tokens.ts';
import * as say from './messages.ts';

/** Section ids in the order of the binary format. */
const SECTIONS = new Map([
  ['type', 1],
  ['import', 2],
  ['func', 3],
  ['table', 4],
  ['memory', 5],
  ['tag', 13],
  ['global', 6],
  ['export', 7],
  ['start', 8],
  ['elem', 9],
  ['datacount', 12],
  ['code', 10],
  ['data', 11],
]);
const SECTION_ORDER = [...SECTIONS.values()];
export const LAST_SECTION = 11;
/** Hints on code stand before the code section, which follows the data count. */
const BEFORE_CODE = 12;

/** A hint on an instruction of a function: where it stands, counted from the function's first byte, and its bytes. */
interface Hint {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class Annotations {
  private readonly tokens: Tokens;
  private readonly byToken = new Map<number, Annotation[]>();
  readonly isEmpty: boolean;
  /** What @custom annotations gave, in the order of the text. */
  private readonly customs: Custom[] = [];
  /** Hints by annotation id and function index. */
  private readonly hints = new Map<string, Map<number, Hint[]>>();

  /** The annotations before the tokens `[start, end]`. */
  constructor(tokens: Tokens, start: number, end: number) {
    this.tokens = tokens;
    for (const one of tokens.annotations) {
      if (one.at < start || one.at > end) continue;
      const same = this.byToken.get(one.at);
      if (same === undefined) this.byToken.set(one.at, [one]);
      else same.push(one);
    }
    this.isEmpty = this.byToken.size === 0;
  }

  private take(at: number, wanted: (id: string) => boolean): Annotation[] {
    const here = this.byToken.get(at);
    if (here === undefined) return [];
    const taken = here.filter((one) => wanted(one.id));
    const rest = here.filter((one) => !wanted(one.id));
    if (rest.length > 0) this.byToken.set(at, rest);
    else this.byToken.delete(at);
    return taken;
  }

  private fault(one: Annotation, what: string): Error {
    return say.badAnnotation(this.tokens.placeOf(one.offset), one.id, what);
  }

  /** The name that `(@name "...")` before token `at` gives to a `what`. */
  takeName(at: number, what: string): string | undefined {
    const [first, second] = this.take(at, (id) => id === 'name');
    if (first === undefined) return undefined;
    if (second !== undefined) throw this.fault(second, `multiple ${what} names`);
    const cursor = new Cursor(first.tokens);
    const name = this.text(first, cursor, 'expected a name in quotes');
    if (!cursor.is(EOF)) throw this.fault(first, 'unexpected token after the name');
    return name;
  }

  private text(one: Annotation, cursor: Cursor, missing: string): string {
    if (!cursor.is(STRING)) throw this.fault(one, missing);
    const text = decodeUtf8(cursor.bytes());
    if (text === undefined) throw this.fault(one, 'malformed UTF-8 encoding');
    return text;
  }

  /** Takes the `(@custom ...)` before token `at`, a place between the module's fields. */
  takeCustoms(at: number): void {
    for (const one of this.take(at, (id) => id === 'custom')) this.customs.push(this.custom(one));
  }

  private custom(one: Annotation): Custom {
    const cursor = new Cursor(one.tokens);
    const name = this.text(one, cursor, 'missing section name');
    const after = cursor.is(LPAREN) ? this.placement(one, cursor) : LAST_SECTION;
    const bytes = cursor.byteStrings();
    if (!cursor.is(EOF)) throw this.fault(one, `unexpected token ${cursor.text}`);
    return { name, bytes, offset: 0, after };
  }

  private placement(one: Annotation, cursor: Cursor): number {
    cursor.pos++;
    const side = cursor.text;
    if (side !== 'before' && side !== 'after') throw this.fault(one, `malformed placement: ${side}`);
    cursor.pos++;
    const section = cursor.is(KEYWORD) ? cursor.text : '';
    const id = SECTIONS.get(section);
    let after = id ?? 0;
    if (section === 'first' && side === 'before') after = 0;
    else if (section === 'last' && side === 'after') after = LAST_SECTION;
    else if (id === undefined) throw this.fault(one, `malformed section kind: ${section}`);
    else if (side === 'before') after = SECTION_ORDER[SECTION_ORDER.indexOf(id) - 1] ?? 0;
    cursor.pos++;
    cursor.closing();
    return after;
  }

  /** Takes the hints on the instruction whose mnemonic is token `at`; `offset` is its offset in function `func`. */
  takeHints(at: number, func: number, offset: number): void {
    const isHint = (id: string): boolean => id.startsWith('metadata.code.');
    const taken = this.take(at, isHint);
    if (this.tokens.kinds[at - 1] === LPAREN) taken.push(...this.take(at - 1, isHint));
    for (const one of taken) {
      if (taken.some((other) => other !== one && other.id === one.id)) throw this.fault(one, 'duplicate annotation');
      const cursor = new Cursor(one.tokens);
      const bytes = cursor.byteStrings();
      if (!cursor.is(EOF)) throw this.fault(one, `unexpected token ${cursor.text}`);
      const funcs = this.hints.get(one.id) ?? new Map<number, Hint[]>();
      this.hints.set(one.id, funcs);
      const hints = funcs.get(func) ?? [];
      funcs.set(func, hints);
      hints.push({ offset, bytes });
    }
  }

  /** All custom sections, in the order in which they stand in a module. */
  sections(names: Custom | undefined): Custom[] {
    const all = [...this.hintSections(), ...this.customs, ...(names === undefined ? [] : [names])];
    const rank = (one: Custom): number => SECTION_ORDER.indexOf(one.after);
    return all.sort((a, b) => rank(a) - rank(b));
  }

  /** The custom sections of the hints, to stand before the code section. */
  private hintSections(): Custom[] {
    return [...this.hints].map(([name, funcs]) => {
      const writer = new Writer();
      writer.u32(funcs.size);
      for (const [func, hints] of funcs) {
        writer.u32(func);
        writer.u32(hints.length);
        for (const { offset, bytes } of hints) {
          writer.u32(offset);
          writer.sized(bytes);
        }
      }
      return { name, bytes: writer.take(), offset: 0, after: BEFORE_CODE };
    });
  }

  /** Refuses annotations that nobody took. */
  checkAllTaken(): void {
    for (const [one] of this.byToken.values()) {
      if (one.id === 'custom' || one.id === 'name') {
        throw say.misplacedAnnotation(this.tokens.placeOf(one.offset), one.id);
      }
      throw this.fault(one, 'not in a function, before an instruction');
    }
  }
}
