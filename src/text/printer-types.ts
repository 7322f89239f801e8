// Types in the text format: value types, sub types, limits, type uses.
// https://webassembly.github.io/spec/core/text/types.html
import type { Module } from '../syntax/module.ts';
import {
  type CompType,
  type FieldType,
  type FuncType,
  type GlobalType,
  I64,
  type Limits,
  type MemType,
  type SubType,
  type TableType,
  type ValType,
  heapOf,
  heapTypeName,
  isExact,
  isNullable,
  typeName,
} from '../syntax/types.ts';
import { NAMELESS, type Identifiers, type InstructionNames, type NamedSpace, definitionText } from './printer-names.ts';

/** What names types: Identifiers, or the names of a function's instructions. */
export type TypeNames = Pick<InstructionNames, 'index'>;

/** A heap type, with `exact` where the reference type over it says so. */
export function heapText(t: ValType, names: TypeNames): string {
  const heap = heapOf(t);
  const text = heap >= 0 ? names.index('type', heap) : heapTypeName(heap);
  return isExact(t) ? `(exact ${text})` : text;
}

/** A value or storage type. */
export function valTypeText(t: ValType, names: TypeNames): string {
  if (t <= 0 || heapOf(t) < 0) return typeName(t);
  return `(ref ${isNullable(t) ? 'null ' : ''}${heapText(t, names)})`;
}

/** ` (result i32 i64)`, or nothing: a space before each part, so that parts can be put together. */
export function listText(keyword: string, types: readonly ValType[], names: TypeNames): string {
  return types.length === 0 ? '' : ` (${keyword} ${types.map((t) => valTypeText(t, names)).join(' ')})`;
}

/** ` (param $x i32) (param f64)`: runs of types without names share one pair of parentheses. */
export function declarations(
  keyword: string,
  types: readonly ValType[],
  first: number,
  named: NamedSpace,
  names: TypeNames,
): string {
  let text = '';
  let run: ValType[] = [];
  for (let i = 0; i < types.length; i++) {
    const definition = definitionText(named, first + i);
    if (definition === '') {
      run.push(types[i]);
      continue;
    }
    text += listText(keyword, run, names);
    run = [];
    text += ` (${keyword} ${definition} ${valTypeText(types[i], names)})`;
  }
  return text + listText(keyword, run, names);
}

/** The function type at an index, if there is one. */
export function funcTypeAt(module: Module, typeIndex: number): FuncType | undefined {
  const comp = module.types[typeIndex]?.comp;
  return comp?.kind === 'func' ? comp : undefined;
}

/** ` (type 3) (param i32) (result i32)`. */
export function typeUse(module: Module, typeIndex: number, params: NamedSpace, names: TypeNames): string {
  const type = funcTypeAt(module, typeIndex);
  const use = ` (type ${names.index('type', typeIndex)})`;
  if (type === undefined) return use;
  return use + declarations('param', type.params, 0, params, names) + listText('result', type.results, names);
}

function fieldText(field: FieldType, names: TypeNames): string {
  const text = valTypeText(field.storage, names);
  return field.mutable ? `(mut ${text})` : text;
}

function compText(comp: CompType, typeIndex: number, ids: Identifiers, names: TypeNames): string {
  switch (comp.kind) {
    case 'func':
      return `(func${declarations('param', comp.params, 0, NAMELESS, names)}${listText('result', comp.results, names)})`;
    case 'array':
      return `(array ${fieldText(comp.field, names)})`;
    case 'struct': {
      const field = (one: FieldType, i: number): string =>
        ` (field ${ids.defineField(typeIndex, i)}${fieldText(one, names)})`;
      return `(struct${comp.fields.map(field).join('')})`;
    }
  }
}

/**
 * A sub type as it stands in a type definition; `final` without supertypes is the short form. What the binary format
 * writes longer is noted elsewhere (binary.long).
 */
export function subTypeText(sub: SubType, typeIndex: number, ids: Identifiers, names: TypeNames): string {
  let text = compText(sub.comp, typeIndex, ids, names);
  if (sub.descriptor !== undefined) text = `(descriptor ${names.index('type', sub.descriptor)}) ${text}`;
  if (sub.describes !== undefined) text = `(describes ${names.index('type', sub.describes)}) ${text}`;
  if (sub.final && sub.supers.length === 0) return text;
  const supers = sub.supers.map((index) => `${names.index('type', index)} `).join('');
  return `(sub ${sub.final ? 'final ' : ''}${supers}${text})`;
}

function limitsText(limits: Limits): string {
  return limits.max === undefined ? `${limits.min}` : `${limits.min} ${limits.max}`;
}

/** `i64 1 2 shared (pagesize 1)`. */
export function memTypeText(type: MemType): string {
  const shared = type.shared ? ' shared' : '';
  const isUsual = type.pageSizeLog2 === 16 && type.pageSizeGiven !== true;
  const page = isUsual ? '' : ` (pagesize ${2n ** BigInt(Math.min(type.pageSizeLog2, 64))})`;
  return `${type.addr === I64 ? 'i64 ' : ''}${limitsText(type.limits)}${shared}${page}`;
}

/** `i64 1 2 funcref`. */
export function tableTypeText(type: TableType, names: TypeNames): string {
  const shared = type.shared ? ' shared' : '';
  return `${type.addr === I64 ? 'i64 ' : ''}${limitsText(type.limits)}${shared} ${valTypeText(type.elem, names)}`;
}

/** `(mut i32)` or `i32`. */
export function globalTypeText(type: GlobalType, names: TypeNames): string {
  const text = valTypeText(type.val, names);
  return type.mutable ? `(mut ${text})` : text;
}
