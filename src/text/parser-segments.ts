// Element and data segments, and the lists of elements that tables have inline.
// https://webassembly.github.io/spec/core/text/modules.html#element-segments  Segments that tables and memories have inline
// are put together with these in parser-fields.ts.
import type { ElemSegment, Expr } from '../syntax/module.ts';
import { FUNCREF, HEAP, type ValType, ref } from '../syntax/types.ts';
import { type Context, skipId } from './context.ts';
import { readExpr, readFolded, readOffset, refFuncOf } from './parser-constants.ts';
import { atValType, readRefType } from './parser-types.ts';
import { LPAREN, RPAREN } from './tokens.ts';

/** The elements of a segment: function indices, or expressions. */
type ElemList = Pick<ElemSegment, 'type' | 'funcs' | 'exprs'>;

/** Function indices up to the closing bracket. */
function funcList(context: Context): ElemList {
  const indices: number[] = [];
  while (context.cursor.isIndex()) indices.push(context.funcSpace.index(context.cursor));
  return { type: ref(HEAP.func, false), funcs: Uint32Array.from(indices), exprs: undefined };
}

/** Function indices in a table: expressions where the table's type is not the one that plain indices have. */
export function inlineFuncs(context: Context, type: ValType): ElemList {
  const list = funcList(context);
  if (type === FUNCREF || type === list.type) return list;
  return { type, funcs: undefined, exprs: Array.from(list.funcs ?? [], refFuncOf) };
}

/** Expressions of a reference type up to the closing bracket. */
export function exprList(context: Context, type: ValType): ElemList {
  const { cursor } = context;
  const exprs: Expr[] = [];
  while (cursor.kind !== RPAREN) {
    if (cursor.tryOpen('item')) {
      exprs.push(readExpr(context));
      cursor.closing();
    } else exprs.push(readFolded(context));
  }
  return { type, funcs: undefined, exprs };
}

/** `func idx*` or `reftype expr*`; only function indices where `bare` allows to leave `func` out. */
function elemList(context: Context, bare: boolean): ElemList {
  const { cursor } = context;
  if (cursor.tryKeyword('func')) return funcList(context);
  if (atValType(context)) return exprList(context, readRefType(context));
  if (bare && (cursor.isIndex() || cursor.kind === RPAREN)) return funcList(context);
  throw cursor.unexpected('"func" or a reference type');
}

/** An element segment, after `(elem`. */
export function readElem(context: Context): void {
  const { cursor } = context;
  skipId(context);
  if (cursor.tryKeyword('declare')) {
    context.elems.push({ mode: { kind: 'declarative' }, ...elemList(context, false) });
    return;
  }
  let table = 0;
  const named = cursor.tryOpen('table');
  if (named || cursor.isIndex()) {
    table = context.tableSpace.index(cursor);
    if (named) cursor.closing();
  } else if (cursor.kind !== LPAREN || atValType(context)) {
    context.elems.push({ mode: { kind: 'passive' }, ...elemList(context, false) });
    return;
  }
  const offset = readOffset(context);
  context.elems.push({ mode: { kind: 'active', table, offset }, ...elemList(context, true) });
}

/** A data segment, after `(data`. */
export function readData(context: Context): void {
  const { cursor } = context;
  skipId(context);
  let memory = 0;
  if (cursor.tryOpen('memory')) {
    memory = context.memorySpace.index(cursor);
    cursor.closing();
  } else if (cursor.isIndex()) memory = context.memorySpace.index(cursor);
  else if (cursor.kind !== LPAREN) {
    context.datas.push({ mode: { kind: 'passive' }, init: cursor.byteStrings() });
    return;
  }
  const offset = readOffset(context);
  context.datas.push({ mode: { kind: 'active', memory, offset }, init: cursor.byteStrings() });
}
