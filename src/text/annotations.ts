// Annotations that become custom sections (@custom, @name, @metadata.code.*), and those that say how the binary format
// writes what it can write in two ways (@binary.*, see docs/text-format.md).
// https://webassembly.github.io/spec/core/appendix/custom.html  https://webassembly.github.io/spec/core/text/conventions.html#annotations
// The lexer has set them apart; here they are taken by the parts of the parser that allow them. Those that are left are misplaced.
import { MalformedError } from '../errors.ts';
import { decodeLocals } from '../decoder/locals.ts';
import { Reader } from '../decoder/reader.ts';
import { decodeImports } from '../decoder/sections/imports.ts';
import type { BinaryForm, Custom } from '../syntax/module.ts';
import { LAST_PLACE, orderOf, placeBefore, type Section, sectionNamed } from '../syntax/sections.ts';
import type { ValType } from '../syntax/types.ts';
import { decodeUtf8 } from '../syntax/utf8.ts';
import { Writer } from '../encoder/writer.ts';
import { Cursor } from './cursor.ts';
import { EOF, KEYWORD, LPAREN, NAT, STRING, type Annotation, type Tokens } from './tokens.ts';
import * as say from './messages.ts';

const MODULE_LEVEL: ReadonlySet<string> = new Set([
  'binary.names',
  'binary.sections',
  'binary.no-data-count',
  'binary.long',
]);
/** Hints on code stand before the code section, which follows the data count. */
const BEFORE_CODE = placeBefore(sectionNamed('code') as Section);

/** What stands for the name section after all that the text gives. */
const LAST_NAMES: Custom = { name: 'name', bytes: new Uint8Array(0), offset: 0, after: LAST_PLACE };

/** Whether bytes are in the binary format what `read` says, with nothing behind it. */
function areWhole(bytes: Uint8Array, read: (reader: Reader) => boolean): boolean {
  try {
    const reader = new Reader(bytes);
    return read(reader) && reader.done;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/** Whether the vector of locals of the binary format gives locals of these types. */
function givesLocals(bytes: Uint8Array, types: readonly ValType[]): boolean {
  return areWhole(bytes, (reader) => {
    const found = decodeLocals(reader, 0);
    if (found.total !== types.length) return false;
    let at = 0;
    return found.types.every((type, i) => {
      const end = at + found.counts[i];
      while (at < end && types[at] === type) at++;
      return at === end;
    });
  });
}

/** Whether bytes are an entry of the import section that holds no import. */
function holdsNoImport(bytes: Uint8Array): boolean {
  const section = new Uint8Array(1 + bytes.length);
  section[0] = 1;
  section.set(bytes, 1);
  return areWhole(section, (reader) => decodeImports(reader).imports.length === 0);
}

/** A hint on an instruction of a function: where it stands, counted from the function's first byte, and its bytes. */
interface Hint {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Where in a text's annotations those begin that stand before token `start` or after: a script has many modules. */
function firstFrom(annotations: readonly Annotation[], start: number): number {
  let low = 0;
  let high = annotations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (annotations[middle].at < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Annotations {
  private readonly tokens: Tokens;
  private readonly byToken = new Map<number, Annotation[]>();
  readonly isEmpty: boolean;
  /** What @custom annotations gave, in the order of the text. */
  private readonly customs: Custom[] = [];
  /** What stands among `customs` for the name section, where @binary.names says its place. */
  private namesPlace: Custom | undefined;
  private emptySections: number[] | undefined;
  private long: readonly number[] | undefined;
  private dataCount: boolean | undefined;
  /** Hints by annotation id and function index. */
  private readonly hints = new Map<string, Map<number, Hint[]>>();

  /** The annotations before the tokens `[start, end]`. */
  constructor(tokens: Tokens, start: number, end: number) {
    this.tokens = tokens;
    const { annotations } = tokens;
    for (let i = firstFrom(annotations, start); i < annotations.length && annotations[i].at <= end; i++) {
      const one = annotations[i];
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

  /** Whether `(@name ...)` stands before token `at`. */
  hasName(at: number): boolean {
    return !this.isEmpty && (this.byToken.get(at)?.some(({ id }) => id === 'name') ?? false);
  }

  /** Takes what may stand between the module's fields, before token `at`: custom sections and the binary form. */
  takeModuleLevel(at: number): void {
    for (const one of this.take(at, (id) => id === 'custom' || MODULE_LEVEL.has(id))) {
      if (one.id === 'custom') this.customs.push(this.custom(one));
      else if (one.id === 'binary.names') this.customs.push((this.namesPlace = this.nameSection(one)));
      else if (one.id === 'binary.no-data-count') this.dataCount = false;
      else if (one.id === 'binary.sections') this.sectionsThere(one);
      else if (this.long !== undefined) throw this.fault(one, 'duplicate annotation');
      else this.long = this.numbers(one);
    }
  }

  private nameSection(one: Annotation): Custom {
    if (this.namesPlace !== undefined) throw this.fault(one, 'there is one name section');
    const cursor = new Cursor(one.tokens);
    const after = cursor.is(LPAREN) ? this.placement(one, cursor) : LAST_PLACE;
    this.checkEnd(one, cursor);
    return { name: 'name', bytes: new Uint8Array(0), offset: 0, after };
  }

  /** `(@binary.sections type code)`: sections that are there, though nothing is in them. */
  private sectionsThere(one: Annotation): void {
    const cursor = new Cursor(one.tokens);
    const ids = (this.emptySections ??= []);
    while (cursor.is(KEYWORD)) {
      const section = sectionNamed(cursor.text);
      if (section === undefined || section.name === 'start')
        throw this.fault(one, `malformed section kind: ${cursor.text}`);
      if (section.name === 'data count') this.dataCount = true;
      else ids.push(section.id);
      cursor.pos++;
    }
    this.checkEnd(one, cursor);
  }

  private numbers(one: Annotation): number[] {
    const cursor = new Cursor(one.tokens);
    const numbers: number[] = [];
    while (cursor.is(NAT)) numbers.push(cursor.u32());
    this.checkEnd(one, cursor);
    return numbers;
  }

  private checkEnd(one: Annotation, cursor: Cursor): void {
    if (!cursor.is(EOF)) throw this.fault(one, `unexpected token ${cursor.text}`);
  }

  /** The bytes that annotations `id` before token `at` hold. */
  private takeBytes(at: number, id: string): { readonly one: Annotation; readonly bytes: Uint8Array }[] {
    if (this.isEmpty) return [];
    return this.take(at, (other) => other === id).map((one) => {
      const cursor = new Cursor(one.tokens);
      const bytes = cursor.byteStrings();
      this.checkEnd(one, cursor);
      return { one, bytes };
    });
  }

  /** Entries of the import section without imports: `(@binary.empty-import "\01m\00\7f\00")`. */
  takeEmptyImports(at: number): Uint8Array[] {
    return this.takeBytes(at, 'binary.empty-import').map(({ one, bytes }) => {
      if (!holdsNoImport(bytes)) throw this.fault(one, 'no entry of the import section without imports');
      return bytes;
    });
  }

  /** Whether the table that ends at token `at` has an initial value of no instructions, which no text would say. */
  takeEmptyInit(at: number): boolean {
    return this.takeBytes(at, 'binary.empty-init').length > 0;
  }

  /** The groups of a function's locals as bytes: `(@binary.locals "\02\01\7f\01\7f")`. They have to give `types`. */
  takeLocals(at: number, types: readonly ValType[]): Uint8Array | undefined {
    const [first, second] = this.takeBytes(at, 'binary.locals');
    if (second !== undefined) throw this.fault(second.one, 'duplicate annotation');
    if (first === undefined) return undefined;
    if (!givesLocals(first.bytes, types)) throw this.fault(first.one, 'other locals than those that are declared');
    return first.bytes;
  }

  /** Which choices between a short and a long form are long in the instructions from token `at` on. */
  takeLong(at: number): ReadonlySet<number> | undefined {
    if (this.isEmpty) return undefined;
    const [one, second] = this.take(at, (id) => id === 'binary.long');
    if (second !== undefined) throw this.fault(second, 'duplicate annotation');
    return one === undefined ? undefined : new Set(this.numbers(one));
  }

  /** What was said of the module's binary form, and of its data count section. */
  binaryForm(): { form: BinaryForm | undefined; dataCount: boolean | undefined } {
    const { emptySections, long, dataCount } = this;
    const some = emptySections !== undefined || long !== undefined;
    const form = { ...(emptySections && { emptySections }), ...(long && { long }) };
    return { form: some ? form : undefined, dataCount };
  }

  private custom(one: Annotation): Custom {
    const cursor = new Cursor(one.tokens);
    const name = this.text(one, cursor, 'missing section name');
    const after = cursor.is(LPAREN) ? this.placement(one, cursor) : LAST_PLACE;
    const bytes = cursor.byteStrings();
    if (!cursor.is(EOF)) throw this.fault(one, `unexpected token ${cursor.text}`);
    return { name, bytes, offset: 0, after };
  }

  private placement(one: Annotation, cursor: Cursor): number {
    cursor.pos++;
    const side = cursor.text;
    if (side !== 'before' && side !== 'after') throw this.fault(one, `malformed placement: ${side}`);
    cursor.pos++;
    const word = cursor.is(KEYWORD) ? cursor.text : '';
    const section = sectionNamed(word);
    let after: number;
    if (word === 'first' && side === 'before') after = 0;
    else if (word === 'last' && side === 'after') after = LAST_PLACE;
    else if (section === undefined) throw this.fault(one, `malformed section kind: ${word}`);
    else after = side === 'before' ? placeBefore(section) : section.id;
    cursor.pos++;
    cursor.closing();
    return after;
  }

  /** Takes the hints on the instruction whose mnemonic is token `at`; `offset` is its offset in function `func`. */
  takeHints(at: number, func: number, offset: number): void {
    const isHint = (id: string): boolean => id.startsWith('metadata.code.');
    const taken = this.take(at, isHint);
    const seen = new Set<string>();
    for (const one of this.tokens.kinds[at - 1] === LPAREN ? taken.concat(this.take(at - 1, isHint)) : taken) {
      if (seen.has(one.id)) throw this.fault(one, 'duplicate annotation');
      seen.add(one.id);
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

  /**
   * All custom sections, in the order in which they stand in a module. A name section that the text gives byte by byte
   * is the one there is; else `names` becomes one, if there are any.
   */
  sections(names: Uint8Array): Custom[] {
    const { namesPlace, customs } = this;
    const isGiven = customs.some((one) => one !== namesPlace && one.name === 'name');
    const all = [...this.hintSections()];
    for (const one of namesPlace === undefined ? [...customs, LAST_NAMES] : customs) {
      if (one !== namesPlace && one !== LAST_NAMES) all.push(one);
      else if (!isGiven && names.length > 0) all.push({ ...one, bytes: names });
    }
    return all.sort((a, b) => orderOf(a.after) - orderOf(b.after));
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
      if (one.id === 'custom' || one.id === 'name' || one.id.startsWith('binary.')) {
        throw say.misplacedAnnotation(this.tokens.placeOf(one.offset), one.id);
      }
      throw this.fault(one, 'not in a function, before an instruction');
    }
  }
}
