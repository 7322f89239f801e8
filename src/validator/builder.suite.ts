// Makes small modules for the validator's tests: bodies are written as mnemonics and immediates.
import { Writer } from '../encoder/writer.ts';
import { rowsNamed } from '../syntax/instructions.ts';
import type { Expr, Module } from '../syntax/module.ts';
import type { FuncType, MemType, SubType, TableType, ValType } from '../syntax/types.ts';
import { FUNCREF, I32 } from '../syntax/types.ts';

/** `'i32.const 1 i32.const 2 i32.add end'`: mnemonics and integers, which are written as u32, or s33 where negative. */
export function code(text: string): Uint8Array {
  const writer = new Writer();
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const number = Number(word);
    if (Number.isNaN(number)) writer.opcode(rowsNamed(word)[0].code);
    else if (number < 0) writer.s33(number);
    else writer.u32(number);
  }
  return writer.take();
}

export function expr(text: string): Expr {
  const bytes = code(text);
  return { bytes, start: 0, end: bytes.length };
}

export function sub(comp: SubType['comp'], more: Partial<SubType> = {}): SubType {
  return { final: true, supers: [], comp, ...more };
}

export function func(params: readonly ValType[], results: readonly ValType[]): FuncType {
  return { kind: 'func', params, results };
}

export function memory(min: bigint, max?: bigint, more: Partial<MemType> = {}): MemType {
  return { addr: I32, limits: { min, max }, shared: false, pageSizeLog2: 16, ...more };
}

export function tableType(min: bigint, max?: bigint, elem: ValType = FUNCREF): TableType {
  return { addr: I32, limits: { min, max }, shared: false, elem };
}

/** A defined function: the index of its type, its locals as the binary format has them, its instructions. */
export interface FuncSource {
  readonly type: number;
  readonly locals?: readonly (readonly [count: number, type: ValType])[];
  readonly body: string | Uint8Array;
}

/** A module of some function types and functions, and whatever else `more` gives. Each type is a group of its own. */
export function moduleOf(types: readonly SubType[], funcs: readonly FuncSource[], more: Partial<Module> = {}): Module {
  const writer = new Writer();
  const start = new Uint32Array(funcs.length);
  const end = new Uint32Array(funcs.length);
  for (let i = 0; i < funcs.length; i++) {
    start[i] = writer.length;
    const { locals = [], body } = funcs[i];
    writer.u32(locals.length);
    for (const [count, type] of locals) {
      writer.u32(count);
      writer.valType(type);
    }
    writer.bytes(typeof body === 'string' ? code(body) : body);
    end[i] = writer.length;
  }
  return {
    types,
    recGroups: types.map((_, index) => ({ start: index, length: 1 })),
    imports: [],
    funcs: { types: Uint32Array.from(funcs, (one) => one.type), bytes: writer.take(), start, end },
    tables: [],
    memories: [],
    tags: [],
    globals: [],
    exports: [],
    start: undefined,
    elems: [],
    dataCount: undefined,
    datas: [],
    customs: [],
    ...more,
  };
}

/** A module with one function of type `params -> results`. */
export function oneFunc(
  params: readonly ValType[],
  results: readonly ValType[],
  body: string | Uint8Array,
  more: Partial<Module> & { readonly locals?: FuncSource['locals'] } = {},
): Module {
  const { locals = [], ...rest } = more;
  return moduleOf([sub(func(params, results))], [{ type: 0, locals, body }], rest);
}
