// Instruction sequences, flat and folded, straight to bytes of the binary format; no recursion over the text.
// https://webassembly.github.io/spec/core/text/instructions.html
// A folded instruction that has operands is read twice: once to find where its operands begin, and once after them.
import { checkStep } from '../clock.ts';
import { type Row, rowsNamed } from '../syntax/instructions.ts';
import { isNullable } from '../syntax/types.ts';
import type { Writer } from '../encoder/writer.ts';
import { type Context, IndexSpace } from './context.ts';
import type { Cursor } from './cursor.ts';
import { Labels } from './labels.ts';
import { AFTER, type Frame, type Inside, OPCODE, PARTS, SEQUENCES } from './parser-frames.ts';
import { type Scope, labelDepth, writeBlockType, writeImmediates } from './parser-immediates.ts';
import { readRefType } from './parser-types.ts';
import { identifierName } from './strings.ts';
import { EOF, ID, KEYWORD, LPAREN, RPAREN } from './tokens.ts';
import * as say from './messages.ts';

/** Reads the instructions of one function body or constant expression. */
export class InstructionParser implements Scope {
  readonly context: Context;
  readonly cursor: Cursor;
  readonly writer: Writer;
  readonly locals: IndexSpace;
  readonly labels = new Labels();
  /** Names of labels by their order in the function, for the name section. */
  readonly labelNames = new Map<number, string>();
  private labelCount = 0;
  /** Names that annotations give to labels, by the token of the block's mnemonic. */
  private readonly givenNames = new Map<number, string>();
  private readonly frames: Frame[] = [];
  /** The function's index and the offset of its first byte, for hints on instructions; -1 in constant expressions. */
  private readonly func: number;
  private readonly start: number;

  constructor(context: Context, writer: Writer, locals = new IndexSpace('local'), func = -1, start = 0) {
    this.context = context;
    this.cursor = context.cursor;
    this.writer = writer;
    this.locals = locals;
    this.func = func;
    this.start = start;
  }

  /** Reads up to the bracket that closes what the sequence stands in, and writes it with its `end`. */
  sequence(): void {
    const { writer } = this;
    writer.long = this.context.annotations.takeLong(this.cursor.pos);
    writer.choice = 0;
    this.run();
    writer.byte(OPCODE.end);
    writer.long = undefined;
  }

  /** Reads one folded instruction, and writes it with an `end`. */
  folded(): void {
    this.frames.push({ inside: 'body', at: this.cursor.pos, label: undefined });
    this.open();
    while (this.frames.length > 1) this.step();
    this.frames.pop();
    this.writer.byte(OPCODE.end);
  }

  private run(): void {
    const { cursor, frames } = this;
    frames.push({ inside: 'body', at: cursor.pos, label: undefined });
    while (frames.length > 1 || cursor.kind !== RPAREN) this.step();
    frames.pop();
  }

  private step(): void {
    checkStep();
    switch (this.cursor.kind) {
      case LPAREN:
        this.open();
        return;
      case RPAREN:
        this.close();
        return;
      case KEYWORD:
        if (SEQUENCES.has(this.top.inside)) {
          this.flat();
          return;
        }
    }
    throw this.unexpected();
  }

  private get top(): Frame {
    return this.frames[this.frames.length - 1];
  }

  private unexpected(): Error {
    const { inside } = this.top;
    if (inside === 'operands') return this.cursor.unexpected('"(" or ")"');
    if (inside === '(if') return this.cursor.unexpected('"(then"');
    if (inside === '(try') return this.cursor.unexpected('"(do"');
    if (this.cursor.kind === EOF || inside.startsWith('after')) return this.cursor.unexpected('")"');
    return this.cursor.unexpected(inside === 'body' || inside.startsWith('(') ? 'an instruction' : '"end"');
  }

  /** Writes the instruction whose mnemonic stands at the cursor, with its immediates. */
  private plain(): void {
    const { cursor, writer } = this;
    const at = cursor.pos;
    const name = cursor.text;
    const rows = rowsNamed(name);
    if (rows.length === 0 || PARTS.has(name)) throw this.unexpected();
    cursor.pos++;
    const row = rows.length === 1 ? rows[0] : this.choose(rows);
    const offset = writer.length - this.start;
    writer.opcode(row.code);
    writeImmediates(this, row);
    this.hints(at, offset);
  }

  /** Of rows with the same name, the one that the immediates ask for. */
  private choose(rows: readonly Row[]): Row {
    const { context, cursor } = this;
    if (rows[0].name === 'select') return rows[cursor.isOpen('result') ? 1 : 0];
    const { pos } = cursor;
    const nullable = isNullable(readRefType(context));
    cursor.pos = pos;
    return rows[nullable ? 1 : 0];
  }

  /** Hints count only where the instruction stays: not on the first reading of a folded one with operands. */
  private hints(at: number, offset: number): void {
    if (this.context.annotations.isEmpty || this.func < 0) return;
    const { cursor } = this;
    if (cursor.tokens.kinds[at - 1] === LPAREN && cursor.kind !== RPAREN && this.top.at !== at) return;
    this.context.annotations.takeHints(at, this.func, offset);
  }

  /** Reads the optional label of the block at token `at`, and the name that an annotation gives it. */
  private label(at: number): string | undefined {
    const { cursor } = this;
    const { annotations } = this.context;
    const name = cursor.kind === ID ? identifierName(cursor.text) : undefined;
    if (name !== undefined) cursor.pos++;
    const given = annotations.isEmpty ? undefined : annotations.takeName(cursor.pos, 'label');
    if (given !== undefined) this.givenNames.set(at, given);
    return name;
  }

  /** Enters a block: from here on its label counts. */
  private enter(inside: Inside, at: number, label: string | undefined): void {
    const name = this.givenNames.get(at) ?? label;
    if (name !== undefined) this.labelNames.set(this.labelCount, name);
    this.labelCount++;
    this.labels.push(label);
    this.frames.push({ inside, at, label });
  }

  private leave(): void {
    this.labels.pop();
    this.frames.pop();
  }

  private opcode(code: number, at: number): void {
    this.writer.byte(code);
    if (!this.context.annotations.isEmpty && this.func >= 0) {
      this.context.annotations.takeHints(at, this.func, this.writer.length - 1 - this.start);
    }
  }

  /** The heads of block, loop, if, try and try_table, up to their first instruction. */
  private blockHead(inside: Inside): void {
    const { cursor } = this;
    const at = cursor.pos;
    const row = rowsNamed(cursor.text)[0];
    cursor.pos++;
    const label = this.label(at);
    this.opcode(row.code, at);
    writeImmediates(this, row);
    this.enter(inside, at, label);
  }

  private flat(): void {
    const { cursor } = this;
    switch (cursor.text) {
      case 'block':
      case 'loop':
      case 'try_table':
        this.blockHead('block');
        return;
      case 'if':
        this.blockHead('if');
        return;
      case 'try':
        this.blockHead('try');
        return;
      case 'end':
        this.flatEnd();
        return;
      case 'else':
        this.flatElse();
        return;
      case 'catch':
      case 'catch_all':
      case 'delegate':
        this.flatHandler(cursor.text);
        return;
      default:
        this.plain();
    }
  }

  /** The label that may be repeated after `end` and `else`. */
  private repeatedLabel(): void {
    const { cursor } = this;
    if (cursor.kind !== ID) return;
    const { label } = this.top;
    if (identifierName(cursor.text) !== label) {
      throw say.mismatchingLabel(cursor.place, cursor.text, label === undefined ? 'no label' : `$${label}`);
    }
    cursor.pos++;
  }

  private flatEnd(): void {
    const { inside } = this.top;
    if (inside === 'body' || inside.startsWith('(')) throw this.unexpected();
    this.cursor.pos++;
    this.repeatedLabel();
    this.writer.byte(OPCODE.end);
    this.leave();
  }

  private flatElse(): void {
    if (this.top.inside !== 'if') throw this.unexpected();
    this.cursor.pos++;
    this.repeatedLabel();
    this.writer.byte(OPCODE.else);
    this.top.inside = 'else';
  }

  private flatHandler(word: 'catch' | 'catch_all' | 'delegate'): void {
    const { inside } = this.top;
    const allowed = inside === 'try' || (inside === 'catch' && word !== 'delegate');
    if (!allowed) throw this.unexpected();
    this.cursor.pos++;
    if (word === 'delegate') {
      this.leave();
      this.writer.byte(OPCODE.delegate);
      this.writer.u32(labelDepth(this));
      return;
    }
    if (this.cursor.kind === ID && word === 'catch_all') this.repeatedLabel();
    this.writer.byte(OPCODE[word]);
    if (word === 'catch') this.writer.u32(this.context.tagSpace.index(this.cursor));
    this.top.inside = word;
  }

  /** An opening bracket: a part of the folded if or try that the parser is in, or a folded instruction. */
  private open(): void {
    const { cursor } = this;
    const word = cursor.tokens.kinds[cursor.pos + 1] === KEYWORD ? cursor.tokens.text(cursor.pos + 1) : '';
    const { inside } = this.top;
    if (inside === '(if' && word === 'then') this.openThen();
    else if (inside === 'after (then' && word === 'else') this.openPart(OPCODE.else, '(else');
    else if (inside === '(try' || inside === 'after (do' || inside === 'after (catch') this.openHandler(word);
    else if (inside.startsWith('after')) throw this.unexpected();
    else this.openFolded(word);
  }

  private openFolded(word: string): void {
    const { cursor, writer } = this;
    cursor.pos++;
    if (word === 'block' || word === 'loop' || word === 'try_table') this.blockHead('(block');
    else if (word === 'try') this.blockHead('(try');
    else if (word === 'if') this.openIf();
    else {
      if (word === '' || PARTS.has(word) || rowsNamed(word).length === 0) {
        cursor.pos--;
        throw this.unexpected();
      }
      const { length, choice } = writer;
      const at = cursor.pos;
      this.plain();
      if (cursor.kind === RPAREN) {
        cursor.pos++;
        return;
      }
      writer.length = length;
      writer.choice = choice;
      this.frames.push({ inside: 'operands', at, label: undefined });
    }
  }

  /** `(if label? blocktype`: both are written later, after the condition. */
  private openIf(): void {
    const { cursor, writer } = this;
    const at = cursor.pos;
    const { length, choice } = writer;
    cursor.pos++;
    const label = this.label(at);
    writeBlockType(this);
    writer.length = length;
    writer.choice = choice;
    this.frames.push({ inside: '(if', at, label });
  }

  private openThen(): void {
    const { cursor } = this;
    const { pos } = cursor;
    const { at, label } = this.top;
    this.frames.pop();
    cursor.pos = label === undefined ? at + 1 : at + 2;
    this.opcode(OPCODE.if, at);
    writeBlockType(this);
    this.enter('(then', at, label);
    cursor.pos = pos + 2;
  }

  private openPart(opcode: number, inside: Inside): void {
    this.cursor.pos += 2;
    this.writer.byte(opcode);
    this.top.inside = inside;
  }

  /** The parts of a folded try. */
  private openHandler(word: string): void {
    const { inside } = this.top;
    if (inside === '(try') {
      if (word !== 'do') throw this.unexpected();
      this.cursor.pos += 2;
      this.top.inside = '(do';
    } else if (word === 'delegate' && inside === 'after (do') this.openDelegate();
    else if (word === 'catch') {
      this.openPart(OPCODE.catch, '(catch');
      this.writer.u32(this.context.tagSpace.index(this.cursor));
    } else if (word === 'catch_all') this.openPart(OPCODE.catch_all, '(catch_all');
    else throw this.unexpected();
  }

  /** `(delegate label)` and the bracket that ends its try; the label does not see the try's own. */
  private openDelegate(): void {
    const { cursor, writer } = this;
    cursor.pos += 2;
    this.leave();
    writer.byte(OPCODE.delegate);
    writer.u32(labelDepth(this));
    cursor.closing();
    cursor.closing();
  }

  private close(): void {
    const { cursor } = this;
    const { inside, at } = this.top;
    const next = cursor.pos + 1;
    switch (inside) {
      case 'operands':
        cursor.pos = at;
        this.plain();
        this.frames.pop();
        break;
      case '(then':
      case '(else':
      case '(do':
      case '(catch':
      case '(catch_all':
        this.top.inside = AFTER[inside];
        break;
      case '(block':
      case 'after (then':
      case 'after (else':
      case 'after (do':
      case 'after (catch':
      case 'after (catch_all':
        this.writer.byte(OPCODE.end);
        this.leave();
        break;
      default:
        throw this.unexpected();
    }
    cursor.pos = next;
  }
}
