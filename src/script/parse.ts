// Text of a .wast script -> commands. https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
// Modules are only stepped over; script.ts parses them on demand.
import { Annotations } from '../text/annotations.ts';
import { Context } from '../text/context.ts';
import { Cursor } from '../text/cursor.ts';
import { tokenize } from '../text/lexer.ts';
import { readFloat, readInteger, readShape } from '../text/parser-immediates.ts';
import { readRefTo } from '../text/parser-types.ts';
import { identifierName } from '../text/strings.ts';
import { EOF, ID, KEYWORD, LPAREN, NAT, RPAREN } from '../text/tokens.ts';
import { heapOf } from '../syntax/types.ts';
import type { HeapType } from '../syntax/types.ts';
import type { Action, Command, Const, ModuleSource, NumberPattern, NumberType, Pattern, Script } from './script.ts';

/** Each command's line, and the command without it. */
type Body<C> = C extends Command ? Omit<C, 'line'> : never;

const COMMANDS: ReadonlySet<string> = new Set([
  'module',
  'register',
  'invoke',
  'get',
  'assert_return',
  'assert_trap',
  'assert_exhaustion',
  'assert_suspension',
  'assert_exception',
  'assert_malformed',
  'assert_invalid',
  'assert_malformed_custom',
  'assert_invalid_custom',
  'assert_unlinkable',
  'thread',
  'wait',
]);

/**
 * Parses a script. Throws MalformedError where the script itself is at fault; modules in it are not looked at yet.
 * A text that holds module fields alone is a script of one module.
 */
export function parseScript(source: string | Uint8Array): Script {
  const tokens = tokenize(source);
  const cursor = new Cursor(tokens);
  if (cursor.kind === LPAREN && tokens.kinds[1] === KEYWORD && !COMMANDS.has(tokens.text(1))) {
    return {
      commands: [{ line: tokens.place(0).line, kind: 'module', name: undefined, source: { form: 'fields', tokens } }],
    };
  }
  return { commands: new ScriptParser(cursor).script() };
}

/** A thread that is not closed yet. */
interface OpenThread {
  /** The commands that it stands among. */
  readonly around: Command[];
}

class ScriptParser {
  private readonly cursor: Cursor;
  /** For heap types in patterns: no module, so no indices are known. */
  private readonly context: Context;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
    this.context = new Context(cursor, new Annotations(cursor.tokens, 0, -1));
  }

  /** All commands. Threads hold commands, and so threads: those that are open stand in a list. */
  script(): Command[] {
    const { cursor } = this;
    const all: Command[] = [];
    const open: OpenThread[] = [];
    let commands = all;
    while (!cursor.is(EOF) || open.length > 0) {
      const thread = open[open.length - 1];
      if (thread !== undefined && cursor.is(RPAREN)) {
        cursor.closing();
        open.pop();
        commands = thread.around;
        continue;
      }
      if (!cursor.is(LPAREN)) throw cursor.unexpected('a command');
      const { line } = cursor.place;
      const word = cursor.tokens.kinds[cursor.pos + 1] === KEYWORD ? cursor.tokens.text(cursor.pos + 1) : '';
      if (word !== 'thread') {
        commands.push({ line, ...this.body(word) } as Command);
        continue;
      }
      const inner: Command[] = [];
      commands.push(this.thread(line, inner));
      open.push({ around: commands });
      commands = inner;
    }
    return all;
  }

  private body(word: string): Body<Command> {
    const { cursor } = this;
    switch (word) {
      case 'module':
        return this.module();
      case 'invoke':
      case 'get':
        return { kind: 'action', action: this.action() };
      case 'register': {
        cursor.pos += 2;
        return this.closed({ kind: 'register', as: cursor.name(), module: this.id() });
      }
      case 'wait':
        cursor.pos += 2;
        return this.closed({ kind: 'wait', thread: this.id() });
      case 'assert_return':
        cursor.pos += 2;
        return this.closed({ kind: word, action: this.action(), results: this.patterns() });
      case 'assert_exception':
        cursor.pos += 2;
        return this.closed({ kind: word, action: this.action() });
      case 'assert_trap':
        cursor.pos += 2;
        if (!cursor.isOpen('module')) return this.closed({ kind: word, action: this.action(), message: cursor.name() });
        return this.closed({ kind: 'assert_uninstantiable', source: this.source(), message: cursor.name() });
      case 'assert_exhaustion':
      case 'assert_suspension':
        cursor.pos += 2;
        return this.closed({ kind: word, action: this.action(), message: cursor.name() });
      case 'assert_malformed':
      case 'assert_invalid':
      case 'assert_malformed_custom':
      case 'assert_invalid_custom':
      case 'assert_unlinkable':
        cursor.pos += 2;
        return this.closed({ kind: word, source: this.source(), message: cursor.name() });
      default:
        throw cursor.unexpected('a command');
    }
  }

  private closed<T>(value: T): T {
    this.cursor.closing();
    return value;
  }

  private id(): string | undefined {
    const { cursor } = this;
    if (!cursor.is(ID)) return undefined;
    const name = identifierName(cursor.text);
    cursor.pos++;
    return name;
  }

  private module(): Body<Command> {
    const { cursor } = this;
    const start = cursor.pos;
    cursor.pos += 2;
    if (cursor.tryKeyword('instance')) {
      const name = this.id();
      return this.closed({ kind: 'instance', name, definition: this.id() });
    }
    const kind = cursor.tryKeyword('definition') ? 'definition' : 'module';
    const name = this.id();
    cursor.pos = start;
    return { kind, name, source: this.source() };
  }

  /** A module in any form. */
  private source(): ModuleSource {
    const { cursor } = this;
    const start = cursor.pos;
    cursor.open('module');
    cursor.tryKeyword('definition');
    this.id();
    if (cursor.tryKeyword('binary')) return this.closed({ form: 'binary', bytes: cursor.byteStrings() });
    if (cursor.tryKeyword('quote')) return this.closed({ form: 'quote', text: cursor.byteStrings() });
    cursor.pos = start;
    cursor.skipGroup();
    return { form: 'text', tokens: cursor.tokens, start };
  }

  private action(): Action {
    const { cursor } = this;
    if (cursor.tryOpen('get')) {
      const module = this.id();
      return this.closed({ kind: 'get', module, name: cursor.name() });
    }
    cursor.open('invoke');
    const module = this.id();
    const name = cursor.name();
    const args: Const[] = [];
    while (!cursor.is(RPAREN)) args.push(this.constant());
    return this.closed({ kind: 'invoke', module, name, args });
  }

  private constant(): Const {
    const { cursor } = this;
    const at = cursor.pos;
    const pattern = this.pattern();
    if (pattern.type === 'v128') {
      let bits = 0n;
      for (let i = pattern.lanes.length - 1; i >= 0; i--) {
        const lane = pattern.lanes[i];
        if (typeof lane === 'string') return this.notConstant(at);
        bits = (bits << BigInt(pattern.width)) | lane;
      }
      return { type: 'v128', bits };
    }
    if (pattern.type === 'ref.null') return pattern;
    if (pattern.type === 'ref' || pattern.type === 'either') return this.notConstant(at);
    if (pattern.type === 'ref.extern' || pattern.type === 'ref.host') {
      const { value } = pattern;
      return value === undefined ? this.notConstant(at) : { type: pattern.type, value };
    }
    const { type, bits } = pattern;
    return typeof bits === 'string' ? this.notConstant(at) : { type, bits };
  }

  private notConstant(at: number): never {
    this.cursor.pos = at;
    throw this.cursor.unexpected('a constant');
  }

  private patterns(): Pattern[] {
    const list: Pattern[] = [];
    while (!this.cursor.is(RPAREN)) list.push(this.pattern());
    return list;
  }

  private pattern(): Pattern {
    const { cursor } = this;
    if (!cursor.is(LPAREN)) throw cursor.unexpected('a constant or a result pattern');
    if (cursor.isOpen('either')) return this.either();
    cursor.pos++;
    const word = cursor.keyword('a constant or a result pattern');
    switch (word) {
      case 'i32.const':
      case 'i64.const':
      case 'f32.const':
      case 'f64.const': {
        const type = word.slice(0, 3) as NumberType;
        return this.closed({ type, bits: this.number(Number(type.slice(1)), type[0] === 'f') });
      }
      case 'v128.const': {
        const { count, width, float } = readShape(cursor);
        const lanes: NumberPattern[] = [];
        while (lanes.length < count) lanes.push(this.number(width, float));
        return this.closed({ type: 'v128', width, float, lanes });
      }
      case 'ref.null':
        return this.closed({ type: 'ref.null', heap: this.heap() });
      case 'ref.extern':
      case 'ref.host':
        return this.closed({ type: word, value: cursor.is(NAT) ? cursor.u32() : undefined });
      case 'ref.func':
      case 'ref.eq':
      case 'ref.i31':
      case 'ref.struct':
      case 'ref.array':
      case 'ref.exn':
      case 'ref.any': {
        return this.closed({ type: 'ref', kind: word.slice(4) as 'func' });
      }
      default:
        cursor.pos--;
        throw cursor.unexpected('a constant or a result pattern');
    }
  }

  /** Any of the patterns that follow. They do not nest. */
  private either(): Pattern {
    const { cursor } = this;
    cursor.open('either');
    const options: Pattern[] = [];
    while (!cursor.is(RPAREN)) {
      if (cursor.isOpen('either')) throw cursor.unexpected('a result pattern');
      options.push(this.pattern());
    }
    return this.closed({ type: 'either', options });
  }

  private number(width: number, float: boolean): NumberPattern {
    const { cursor } = this;
    if (float && cursor.tryKeyword('nan:canonical')) return 'nan:canonical';
    if (float && cursor.tryKeyword('nan:arithmetic')) return 'nan:arithmetic';
    return float ? readFloat(cursor, width as 32 | 64) : readInteger(cursor, width);
  }

  private heap(): HeapType | undefined {
    return this.cursor.is(RPAREN) ? undefined : heapOf(readRefTo(this.context, true));
  }

  /** The beginning of `(thread $name (shared (module $m))? command*)`. */
  private thread(line: number, commands: readonly Command[]): Command {
    const { cursor } = this;
    cursor.open('thread');
    const name = this.id();
    let shared: string | undefined;
    if (cursor.tryOpen('shared')) {
      cursor.open('module');
      shared = this.id();
      cursor.closing();
      cursor.closing();
    }
    return { line, kind: 'thread', name, shared, commands };
  }
}
