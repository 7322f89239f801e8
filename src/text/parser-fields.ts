// The fields of a module: imports, functions, tables, memories, globals, tags, exports, start.
// https://webassembly.github.io/spec/core/text/modules.html  Abbreviations are expanded here;
// segments are in parser-segments.ts, constant expressions in parser-constants.ts.
// All identifiers are bound before (parser-index.ts), and all types are defined (parser.ts).
import type { Expr, ExternKind, ImportDesc, ImportGroup } from '../syntax/module.ts';
import type { TableType, ValType } from '../syntax/types.ts';
import { encodeLocals } from '../encoder/locals.ts';
import { type Context, IndexSpace, skipId } from './context.ts';
import { readExpr, zeroOf } from './parser-constants.ts';
import { InstructionParser } from './parser-instructions.ts';
import { exprList, inlineFuncs, readData, readElem } from './parser-segments.ts';
import {
  readAddrType,
  readDeclared,
  readGlobalType,
  readMemType,
  readPageSize,
  readRefType,
  readTableType,
  readTypeUse,
  typeUseIndex,
} from './parser-types.ts';
import { ID, NAT, RPAREN } from './tokens.ts';
import * as say from './messages.ts';

const EXTERN_KINDS: readonly ExternKind[] = ['func', 'table', 'memory', 'global', 'tag'];

/** What an import describes, after `(kind id?`. */
function readImportDesc(context: Context, kind: ExternKind): ImportDesc {
  const { cursor } = context;
  switch (kind) {
    case 'func': {
      const exact = cursor.tryOpen('exact');
      const type = typeUseIndex(context, readTypeUse(context, 'ignore'));
      if (exact) cursor.closing();
      return exact ? { kind, type, exact } : { kind, type };
    }
    case 'table':
      return { kind, type: readTableType(context) };
    case 'memory':
      return { kind, type: readMemType(context) };
    case 'global':
      return { kind, type: readGlobalType(context) };
    case 'tag':
      return { kind, type: { type: typeUseIndex(context, readTypeUse(context, 'ignore')) } };
  }
}

function readKind(context: Context): ExternKind {
  const { cursor } = context;
  const kind = EXTERN_KINDS.find((one) => cursor.isOpen(one));
  if (kind === undefined) throw cursor.unexpected(EXTERN_KINDS.map((one) => `"(${one}"`).join(' or '));
  cursor.pos += 2;
  return kind;
}

const SINGLE: ImportGroup = { form: 'single', length: 1 };

export class FieldParser {
  private readonly context: Context;
  /** The next index of each space: fields come in the order in which their indices were given. */
  private readonly next: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };

  constructor(context: Context) {
    this.context = context;
  }

  /** Parses the field that begins at the cursor with its bracket. */
  field(): void {
    const { cursor } = this.context;
    this.emptyImports(cursor.pos);
    cursor.pos++;
    const word = cursor.keyword('a module field');
    switch (word) {
      case 'type':
      case 'rec':
        cursor.pos -= 2;
        cursor.skipGroup();
        return;
      case 'import':
        this.import();
        break;
      case 'export':
        this.export();
        break;
      case 'start':
        this.start();
        break;
      case 'elem':
        readElem(this.context);
        break;
      case 'data':
        readData(this.context);
        break;
      default:
        this.definition(word as ExternKind);
    }
    cursor.closing();
  }

  private import(): void {
    const { context } = this;
    const { cursor } = context;
    const module = cursor.name();
    if (cursor.isOpen('item')) {
      this.importItems(module);
      return;
    }
    context.imports.push({ module, name: cursor.name(), desc: this.bracketedDesc() });
    context.importGroups.push(SINGLE);
  }

  /** Entries of the import section that hold no import, which annotations before token `at` give. */
  emptyImports(at: number): void {
    const { annotations, importGroups } = this.context;
    for (const bytes of annotations.takeEmptyImports(at)) importGroups.push({ form: 'items', length: 0, bytes });
  }

  /** `(kind id? ...)`: what an import describes. */
  private bracketedDesc(): ImportDesc {
    const { context } = this;
    const kind = readKind(context);
    skipId(context);
    this.next[kind]++;
    const desc = readImportDesc(context, kind);
    context.cursor.closing();
    return desc;
  }

  /** `(item name desc)*`, or `(item name)* desc`: imports of one module, with a type each or one type for all. */
  private importItems(module: string): void {
    const { context } = this;
    const { cursor } = context;
    const before = context.imports.length;
    const names: string[] = [];
    let typed = false;
    while (cursor.tryOpen('item')) {
      const name = cursor.name();
      // The first item says which form it is.
      typed ||= names.length === 0 && !cursor.is(RPAREN);
      if (typed) context.imports.push({ module, name, desc: this.bracketedDesc() });
      else names.push(name);
      cursor.closing();
    }
    if (!typed) this.sharedDesc(module, names);
    context.importGroups.push({ form: typed ? 'items' : 'shared', length: context.imports.length - before });
  }

  /** The one type of all items `names`; it takes no identifier. */
  private sharedDesc(module: string, names: readonly string[]): void {
    const { context } = this;
    const { cursor } = context;
    const kind = readKind(context);
    if (cursor.is(ID)) throw say.identifierNotAllowed(cursor.place, cursor.text);
    this.next[kind] += names.length;
    const desc = readImportDesc(context, kind);
    cursor.closing();
    for (const name of names) context.imports.push({ module, name, desc });
  }

  private export(): void {
    const { context } = this;
    const { cursor } = context;
    const name = cursor.name();
    const kind = readKind(context);
    context.exports.push({ name, kind, index: (context.spaceOf(kind) as IndexSpace).index(cursor) });
    cursor.closing();
  }

  private start(): void {
    const { context } = this;
    if (context.start !== undefined) throw say.multipleStarts(context.cursor.tokens.place(context.cursor.pos - 1));
    context.start = context.funcSpace.index(context.cursor);
  }

  /** A definition, or an import written as one; exports may be inline in both. */
  private definition(kind: ExternKind): void {
    const { context } = this;
    const { cursor } = context;
    const index = this.next[kind]++;
    skipId(context);
    while (cursor.tryOpen('export')) {
      context.exports.push({ name: cursor.name(), kind, index });
      cursor.closing();
    }
    if (cursor.tryOpen('import')) {
      const module = cursor.name();
      const name = cursor.name();
      cursor.closing();
      context.imports.push({ module, name, desc: readImportDesc(context, kind) });
      context.importGroups.push(SINGLE);
      return;
    }
    if (kind === 'func') this.func(index);
    else if (kind === 'table') this.table(index);
    else if (kind === 'memory') this.memory(index);
    else if (kind === 'global') context.globals.push({ type: readGlobalType(context), init: readExpr(context) });
    else context.tags.push({ type: typeUseIndex(context, readTypeUse(context, 'ignore')) });
  }

  private func(index: number): void {
    const { context } = this;
    const { code } = context;
    const locals = new IndexSpace('local');
    const use = readTypeUse(context, locals);
    const type = typeUseIndex(context, use);
    const start = code.length;
    this.locals(type, use.params.length + use.results.length === 0, locals);
    const body = new InstructionParser(context, code, locals, index, start);
    body.sequence();
    context.funcTypes.push(type);
    context.funcStarts.push(start);
    context.funcEnds.push(code.length);
    if (locals.names.size > 0 || body.labelNames.size > 0) {
      context.bodyNames.push({ func: index, locals: locals.names, labels: body.labelNames });
    }
  }

  /** Reads the locals and writes them: as runs of equal types, or as an annotation says. */
  private locals(type: number, paramsUnknown: boolean, space: IndexSpace): void {
    const { context } = this;
    const { cursor, code } = context;
    if (paramsUnknown && cursor.isOpen('local')) {
      const params = context.funcType(type)?.params;
      // Without the type nobody knows the indices of named locals; without names nobody has to.
      const named = cursor.tokens.kinds[cursor.pos + 2] === ID || context.annotations.hasName(cursor.pos + 2);
      if (params === undefined && named) {
        throw say.unknownId(cursor.place, 'type', String(type));
      }
      space.count = params?.length ?? 0;
    }
    const types: ValType[] = [];
    while (cursor.tryOpen('local')) readDeclared(context, types, space);
    const groups = context.annotations.takeLocals(cursor.pos, types);
    if (groups === undefined) encodeLocals(code, types);
    else code.bytes(groups);
  }

  private table(index: number): void {
    const { context } = this;
    const { cursor } = context;
    const { pos } = cursor;
    const addr = readAddrType(context);
    if (cursor.kind === NAT) {
      cursor.pos = pos;
      const type = readTableType(context);
      const hasInit = !cursor.is(RPAREN) || context.annotations.takeEmptyInit(cursor.pos);
      context.tables.push({ type, init: hasInit ? readExpr(context) : undefined });
      return;
    }
    const elem = readRefType(context);
    cursor.open('elem');
    const list = cursor.isIndex() || cursor.kind === RPAREN ? inlineFuncs(context, elem) : exprList(context, elem);
    cursor.closing();
    const size = BigInt(list.funcs === undefined ? (list.exprs as Expr[]).length : list.funcs.length);
    const type: TableType = { addr, limits: { min: size, max: size }, shared: false, elem };
    context.tables.push({ type, init: undefined });
    context.elems.push({ ...list, mode: { kind: 'active', table: index, offset: zeroOf(addr) } });
  }

  private memory(index: number): void {
    const { context } = this;
    const { cursor } = context;
    const { pos } = cursor;
    const addr = readAddrType(context);
    const pageSize = readPageSize(context);
    if (!cursor.tryOpen('data')) {
      cursor.pos = pos;
      context.memories.push(readMemType(context));
      return;
    }
    const init = cursor.byteStrings();
    cursor.closing();
    const page = 2n ** BigInt(pageSize.pageSizeLog2);
    const pages = (BigInt(init.length) + page - 1n) / page;
    context.memories.push({ addr, limits: { min: pages, max: pages }, shared: false, ...pageSize });
    context.datas.push({ mode: { kind: 'active', memory: index, offset: zeroOf(addr) }, init });
  }
}
