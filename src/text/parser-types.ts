// Types of the text format. https://webassembly.github.io/spec/core/text/types.html
// Each function reads one phrase at the context's cursor. Type uses with their inline declarations are here too.
import {
  type CompType,
  type FieldType,
  type GlobalType,
  type HeapType,
  type Limits,
  type MemType,
  type SubType,
  type TableType,
  type ValType,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  V128,
  ref,
} from '../syntax/types.ts';
import { type Context, IndexSpace } from './context.ts';
import { ID, KEYWORD, LPAREN, NAT, RPAREN } from './tokens.ts';
import * as say from './messages.ts';

const VALUE_TYPES = new Map<string, ValType>([
  ['i32', I32],
  ['i64', I64],
  ['f32', F32],
  ['f64', F64],
  ['v128', V128],
  ['funcref', FUNCREF],
  ['externref', EXTERNREF],
  ['exnref', EXNREF],
  ['anyref', ref(HEAP.any, true)],
  ['eqref', ref(HEAP.eq, true)],
  ['i31ref', ref(HEAP.i31, true)],
  ['structref', ref(HEAP.struct, true)],
  ['arrayref', ref(HEAP.array, true)],
  ['nullref', ref(HEAP.none, true)],
  ['nullfuncref', ref(HEAP.nofunc, true)],
  ['nullexternref', ref(HEAP.noextern, true)],
  ['nullexnref', ref(HEAP.noexn, true)],
]);

const HEAP_TYPES = new Map<string, HeapType>(Object.entries(HEAP));

/** Whether a value type begins at the cursor. */
export function atValType(context: Context): boolean {
  const { cursor } = context;
  return cursor.kind === KEYWORD ? VALUE_TYPES.has(cursor.text) : cursor.isOpen('ref');
}

export function readValType(context: Context): ValType {
  const { cursor } = context;
  if (cursor.kind === KEYWORD) {
    const t = VALUE_TYPES.get(cursor.text);
    if (t === undefined) throw cursor.unexpected('a value type');
    cursor.pos++;
    return t;
  }
  if (!cursor.tryOpen('ref')) throw cursor.unexpected('a value type');
  const nullable = cursor.tryKeyword('null');
  const t = readRefTo(context, nullable);
  cursor.closing();
  return t;
}

/** `heaptype` or `(exact typeidx)`, as the reference type over it. */
export function readRefTo(context: Context, nullable: boolean): ValType {
  const { cursor } = context;
  if (cursor.tryOpen('exact')) {
    const index = context.typeSpace.index(cursor);
    cursor.closing();
    return ref(index, nullable, true);
  }
  if (cursor.kind !== KEYWORD) return ref(context.typeSpace.index(cursor), nullable);
  const heap = HEAP_TYPES.get(cursor.text);
  if (heap === undefined) throw cursor.unexpected('a heap type');
  cursor.pos++;
  return ref(heap, nullable);
}

export function readRefType(context: Context): ValType {
  const { cursor } = context;
  const { pos } = cursor;
  const t = readValType(context);
  if (t > 0) return t;
  cursor.pos = pos;
  throw cursor.unexpected('a reference type');
}

function readStorageType(context: Context): ValType {
  if (context.cursor.tryKeyword('i8')) return I8;
  if (context.cursor.tryKeyword('i16')) return I16;
  return readValType(context);
}

function readFieldType(context: Context): FieldType {
  const { cursor } = context;
  if (!cursor.tryOpen('mut')) return { storage: readStorageType(context), mutable: false };
  const storage = readStorageType(context);
  cursor.closing();
  return { storage, mutable: true };
}

/** What to do with the identifiers of parameters; without it they are refused. */
export type BindParams = IndexSpace | 'ignore' | 'refuse';

/** `(param ...)* (result ...)*`. */
function readSignature(
  context: Context,
  bind: BindParams,
): { readonly params: ValType[]; readonly results: ValType[] } {
  const { cursor } = context;
  const params: ValType[] = [];
  const results: ValType[] = [];
  while (cursor.tryOpen('param')) readDeclared(context, params, bind);
  while (cursor.tryOpen('result')) {
    while (cursor.kind !== RPAREN) results.push(readValType(context));
    cursor.pos++;
  }
  return { params, results };
}

/**
 * What follows `(param` or `(local`, the closing bracket included: one type with an identifier or a name annotation, or
 * types without.
 */
export function readDeclared(context: Context, types: ValType[], bind: BindParams): void {
  const { cursor, annotations } = context;
  if (cursor.kind === ID || (bind !== 'refuse' && annotations.hasName(cursor.pos))) {
    if (bind === 'refuse') throw cursor.unexpected('a value type');
    if (bind === 'ignore') new IndexSpace('parameter').bind(cursor, annotations);
    else bind.bind(cursor, annotations);
    types.push(readValType(context));
  } else {
    while (cursor.kind !== RPAREN) {
      types.push(readValType(context));
      if (typeof bind !== 'string') bind.count++;
    }
  }
  cursor.closing();
}

/** A type use: an index of a type, an inline declaration, or both. */
export interface TypeUse {
  /** -1 where only an inline declaration stands; `typeUseIndex` gives it an index. */
  readonly index: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

export function readTypeUse(context: Context, bind: BindParams): TypeUse {
  const { cursor } = context;
  const { pos } = cursor;
  let index = -1;
  if (cursor.tryOpen('type')) {
    index = context.typeSpace.index(cursor);
    cursor.closing();
  }
  const { params, results } = readSignature(context, bind);
  if (cursor.isOpen('param') || cursor.isOpen('type')) throw cursor.unexpected('what follows the results of a type');
  if (index >= 0 && params.length + results.length > 0) {
    context.checkInline(index, params, results, cursor.tokens.place(pos));
  }
  return { index, params, results };
}

/** The type index of a type use; a declaration without one is given one. */
export function typeUseIndex(context: Context, use: TypeUse): number {
  return use.index >= 0 ? use.index : context.inlineType(use.params, use.results);
}

function readCompType(context: Context, typeIndex: number): CompType {
  const { cursor } = context;
  if (cursor.tryOpen('func')) {
    const { params, results } = readSignature(context, 'ignore');
    cursor.closing();
    return { kind: 'func', params, results };
  }
  if (cursor.tryOpen('array')) {
    const field = readFieldType(context);
    cursor.closing();
    return { kind: 'array', field };
  }
  cursor.open('struct');
  const fields: FieldType[] = [];
  const space = new IndexSpace('field');
  while (cursor.tryOpen('field')) {
    if (cursor.kind === ID || context.annotations.hasName(cursor.pos)) {
      space.bind(cursor, context.annotations);
      fields.push(readFieldType(context));
    } else {
      while (cursor.kind !== RPAREN) {
        fields.push(readFieldType(context));
        space.count++;
      }
    }
    cursor.closing();
  }
  cursor.closing();
  context.fieldSpaces.set(typeIndex, space);
  return { kind: 'struct', fields };
}

/** A type index in brackets, `(word typeidx)`, where it stands. */
function readLink(context: Context, word: string): number | undefined {
  const { cursor } = context;
  if (!cursor.tryOpen(word)) return undefined;
  const index = context.typeSpace.index(cursor);
  cursor.closing();
  return index;
}

function readDescribed(context: Context, typeIndex: number, final: boolean, supers: number[]): SubType {
  const describes = readLink(context, 'describes');
  const descriptor = readLink(context, 'descriptor');
  const comp = readCompType(context, typeIndex);
  return {
    final,
    supers,
    comp,
    ...(descriptor === undefined ? {} : { descriptor }),
    ...(describes === undefined ? {} : { describes }),
  };
}

/** What follows the identifier of a type definition. */
export function readSubType(context: Context, typeIndex: number): SubType {
  const { cursor } = context;
  if (!cursor.tryOpen('sub')) return readDescribed(context, typeIndex, true, []);
  const final = cursor.tryKeyword('final');
  const supers: number[] = [];
  while (cursor.isIndex()) supers.push(context.typeSpace.index(cursor));
  const type = readDescribed(context, typeIndex, final, supers);
  cursor.closing();
  return type;
}

export function readAddrType(context: Context): typeof I32 | typeof I64 {
  if (context.cursor.tryKeyword('i64')) return I64;
  context.cursor.tryKeyword('i32');
  return I32;
}

function readLimits(context: Context): Limits {
  const { cursor } = context;
  const size = (): bigint => {
    const { place, text } = cursor;
    const value = cursor.u64('a size');
    if (value > 0xffff_ffffn && !context.sizes64) throw say.numberOutOfRange(place, text, 'i32');
    return value;
  };
  const min = size();
  return { min, max: cursor.kind === NAT ? size() : undefined };
}

/** `(pagesize n)`, as its base-2 logarithm; 16 where it is not written. */
export function readPageSize(context: Context): Pick<MemType, 'pageSizeLog2' | 'pageSizeGiven'> {
  const { cursor } = context;
  if (!cursor.tryOpen('pagesize')) return { pageSizeLog2: 16 };
  const { place, text } = cursor;
  const size = cursor.u64('a page size');
  if (size === 0n || (size & (size - 1n)) !== 0n) throw say.invalidPageSize(place, text);
  cursor.closing();
  const pageSizeLog2 = size.toString(2).length - 1;
  return pageSizeLog2 === 16 ? { pageSizeLog2, pageSizeGiven: true } : { pageSizeLog2 };
}

export function readMemType(context: Context): MemType {
  const addr = readAddrType(context);
  const limits = readLimits(context);
  const shared = context.cursor.tryKeyword('shared');
  return { addr, limits, shared, ...readPageSize(context) };
}

export function readTableType(context: Context): TableType {
  const addr = readAddrType(context);
  const limits = readLimits(context);
  const shared = context.cursor.tryKeyword('shared');
  return { addr, limits, shared, elem: readRefType(context) };
}

export function readGlobalType(context: Context): GlobalType {
  const { cursor } = context;
  if (cursor.kind !== LPAREN || !cursor.tryOpen('mut')) return { val: readValType(context), mutable: false };
  const val = readValType(context);
  cursor.closing();
  return { val, mutable: true };
}
