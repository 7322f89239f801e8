// Text -> Module. https://webassembly.github.io/spec/core/text/modules.html
// Three walks: identifiers (parser-index.ts), types, then all other fields in order (parser-fields.ts). Bodies become
// bytes of the binary format on the way. Nothing is validated: numbers that are out of their index space pass.
// What `(@binary...)` annotations say of the binary form is kept, so that a printed module comes back byte by byte.
import { DEADLINE, checkStep, endOf, asOnePiece } from '../clock.ts';
import type { Module } from '../syntax/module.ts';
import type { SubType } from '../syntax/types.ts';
import { Annotations } from './annotations.ts';
import { Context } from './context.ts';
import { Cursor } from './cursor.ts';
import { tokenize } from './lexer.ts';
import { encodeNames } from './names.ts';
import { FieldParser } from './parser-fields.ts';
import { Indexer } from './parser-index.ts';
import { readSubType } from './parser-types.ts';
import { identifierName } from './strings.ts';
import { type FeatureSet, featureSet } from '../syntax/features.ts';
import { checkOptions, flag, isBytes, misfit, type Shape } from '../options.ts';
import { EOF, ID, RPAREN, type Tokens } from './tokens.ts';

export interface ParseOptions {
  /** Put the identifiers into a name section; true if not given. */
  readonly names?: boolean | undefined;
  /** Without memory64, sizes beyond 32 bits are malformed; all of the text format is understood if not given. */
  readonly features?: FeatureSet | undefined;
  /** When it has to be done, in milliseconds as Date.now() returns it. */
  readonly deadline?: number | undefined;
}

export const PARSE_OPTIONS: Shape<ParseOptions> = { names: flag, features: featureSet, deadline: DEADLINE };

/**
 * Parses a module in the text format: `(module ...)`, or its fields alone.
 * Throws MalformedError with line and column; Interrupted at the deadline.
 *
 *     const module = parseModule('(module (func (export "one") (result i32) (i32.const 1)))');
 *     module.exports[0].name; // 'one'
 */
export function parseModule(source: string | Uint8Array, options?: ParseOptions): Module {
  return parseWhole(checkText('parseModule', source), checkOptions('parseModule', options, PARSE_OPTIONS));
}

/** A text or its UTF-8 bytes, not those of a binary. @throws TypeError */
export function checkText(who: string, source: unknown): string | Uint8Array {
  if (typeof source === 'string') return source;
  if (!isBytes(source)) throw misfit(`${who}: the text`, 'a text, or a Uint8Array of it in UTF-8', source);
  return source;
}

function parseWhole(source: string | Uint8Array, options: ParseOptions): Module {
  return asOnePiece(endOf(options.deadline), () => parseSource(source, options));
}

function parseSource(source: string | Uint8Array, options: ParseOptions): Module {
  const tokens = tokenize(source);
  const cursor = new Cursor(tokens);
  if (!cursor.isOpen('module')) return parseFields(tokens, 0, 0, options);
  const module = parseModuleAt(tokens, 0, options);
  cursor.skipGroup();
  if (!cursor.is(EOF)) throw cursor.unexpected('the end of the text');
  return module;
}

/** Parses the `(module ...)` whose bracket is token `start`; what follows it is left alone. */
export function parseModuleAt(tokens: Tokens, start: number, options: ParseOptions = {}): Module {
  const cursor = new Cursor(tokens, start);
  cursor.open('module');
  // Scripts have `(module definition ...)`.
  cursor.tryKeyword('definition');
  return parseFields(tokens, cursor.pos, start, options);
}

/** Parses an optional identifier and fields from token `first` up to a closing bracket or the end. */
export function parseFields(tokens: Tokens, first: number, start: number, options: ParseOptions = {}): Module {
  const cursor = new Cursor(tokens, first);
  const end = first === 0 ? tokens.length - 1 : (tokens.close[start] ?? tokens.length - 1);
  const annotations = new Annotations(tokens, start, end);
  const context = new Context(cursor, annotations, options.features?.has('memory64') ?? true);
  const inModule = first !== start;
  const id = inModule && cursor.kind === ID ? identifierName(cursor.text) : undefined;
  if (id !== undefined) cursor.pos++;
  const moduleName = (inModule ? annotations.takeName(cursor.pos, 'module') : undefined) ?? id;
  const fields = cursor.pos;

  const indexer = new Indexer(context);
  while (cursor.kind !== RPAREN && cursor.kind !== EOF) {
    checkStep();
    annotations.takeModuleLevel(cursor.pos);
    indexer.field();
  }
  annotations.takeModuleLevel(cursor.pos);
  if (inModule ? cursor.kind !== RPAREN : cursor.kind !== EOF) {
    throw cursor.unexpected(inModule ? '")"' : 'the end of the text');
  }
  const last = cursor.pos;

  cursor.pos = fields;
  while (cursor.pos < last) parseTypes(context);
  cursor.pos = fields;
  const parser = new FieldParser(context);
  while (cursor.pos < last) {
    checkStep();
    parser.field();
  }
  parser.emptyImports(last);
  annotations.checkAllTaken();
  return toModule(context, options.names === false ? NO_NAMES : namesOf(context, moduleName));
}

/** Defines the types of one field, if it is one of types; steps over it in any case. */
function parseTypes(context: Context): void {
  const { cursor } = context;
  if (cursor.isOpen('type')) context.defineTypes([parseType(context)]);
  else if (cursor.tryOpen('rec')) {
    const group: SubType[] = [];
    while (cursor.kind !== RPAREN) group.push(parseType(context, group.length));
    context.defineTypes(group);
    cursor.closing();
  } else cursor.skipGroup();
}

function parseType(context: Context, inGroup = 0): SubType {
  const { cursor } = context;
  cursor.open('type');
  if (cursor.kind === ID) cursor.pos++;
  const type = readSubType(context, context.types.length + inGroup);
  cursor.closing();
  return type;
}

const NO_NAMES = new Uint8Array(0);

/** The name section's contents. */
function namesOf(context: Context, module: string | undefined): Uint8Array {
  return encodeNames({
    module,
    funcs: context.funcSpace.names,
    locals: new Map(context.bodyNames.map(({ func, locals }) => [func, locals])),
    labels: new Map(context.bodyNames.map(({ func, labels }) => [func, labels])),
    types: context.typeSpace.names,
    tables: context.tableSpace.names,
    memories: context.memorySpace.names,
    globals: context.globalSpace.names,
    elems: context.elemSpace.names,
    datas: context.dataSpace.names,
    fields: new Map([...context.fieldSpaces].map(([type, space]) => [type, space.names])),
    tags: context.tagSpace.names,
  });
}

function toModule(context: Context, names: Uint8Array): Module {
  const { annotations, datas } = context;
  const bytes = context.code.take();
  const { form, dataCount } = annotations.binaryForm();
  const isUsual = context.usesDataCount || datas.some((data) => data.mode.kind === 'passive');
  const hasDataCount = context.usesDataCount || (dataCount ?? isUsual);
  return {
    types: context.types,
    recGroups: context.recGroups,
    imports: context.imports,
    ...(context.importGroups.some((group) => group.form !== 'single') ? { importGroups: context.importGroups } : {}),
    funcs: {
      types: Uint32Array.from(context.funcTypes),
      bytes,
      start: Uint32Array.from(context.funcStarts),
      end: Uint32Array.from(context.funcEnds),
    },
    tables: context.tables,
    memories: context.memories,
    tags: context.tags,
    globals: context.globals,
    exports: context.exports,
    start: context.start,
    elems: context.elems,
    dataCount: hasDataCount ? datas.length : undefined,
    datas,
    customs: annotations.sections(names),
    ...(form === undefined ? {} : { form }),
  };
}
