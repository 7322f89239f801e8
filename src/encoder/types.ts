// Encodes the type section, and the types of tables, memories, globals and tags.
// https://webassembly.github.io/spec/core/binary/types.html  The inverse of decoder/sections/types.ts and external-types.ts.
import { checkStep } from '../clock.ts';
import type { Module } from '../syntax/module.ts';
import {
  type CompType,
  type FieldType,
  type GlobalType,
  I64,
  type Limits,
  type MemType,
  type SubType,
  type TableType,
  type TagType,
  type ValType,
} from '../syntax/types.ts';
import type { Writer } from './writer.ts';

/** A vector: its length, and each element as `encode` writes it. */
export function encodeVector<T>(
  writer: Writer,
  list: { readonly length: number } & Iterable<T>,
  encode: (one: T) => void,
): void {
  writer.u32(list.length);
  for (const one of list) {
    checkStep();
    encode(one);
  }
}

/** A group of one type is written without the group around it, if the module's form does not say otherwise. */
export function encodeTypes(writer: Writer, { types, recGroups }: Module): void {
  encodeVector(writer, recGroups, ({ start, length }) => {
    if (length !== 1 || writer.isLong()) {
      writer.byte(0x4e);
      writer.u32(length);
    }
    for (let i = start; i < start + length; i++) encodeSubType(writer, types[i]);
  });
}

function encodeSubType(writer: Writer, { final, supers, comp, describes, descriptor }: SubType): void {
  if (!final || supers.length > 0 || writer.isLong()) {
    writer.byte(final ? 0x4f : 0x50);
    encodeVector(writer, supers, (index) => writer.u32(index));
  }
  if (describes !== undefined) {
    writer.byte(0x4c);
    writer.u32(describes);
  }
  if (descriptor !== undefined) {
    writer.byte(0x4d);
    writer.u32(descriptor);
  }
  encodeCompType(writer, comp);
}

function encodeCompType(writer: Writer, comp: CompType): void {
  const encodeValType = (t: ValType): void => writer.valType(t);
  switch (comp.kind) {
    case 'func':
      writer.byte(0x60);
      encodeVector(writer, comp.params, encodeValType);
      encodeVector(writer, comp.results, encodeValType);
      return;
    case 'struct':
      writer.byte(0x5f);
      encodeVector(writer, comp.fields, (field) => encodeFieldType(writer, field));
      return;
    case 'array':
      writer.byte(0x5e);
      encodeFieldType(writer, comp.field);
      return;
    default:
      comp satisfies never;
  }
}

function encodeFieldType(writer: Writer, field: FieldType): void {
  writer.valType(field.storage);
  writer.byte(field.mutable ? 1 : 0);
}

/** Bits: 0 maximum, 1 shared, 2 64-bit addresses, 3 page size. */
function limitsFlags(type: MemType | TableType): number {
  return (type.limits.max === undefined ? 0 : 1) | (type.shared ? 2 : 0) | (type.addr === I64 ? 4 : 0);
}

function encodeLimits(writer: Writer, { min, max }: Limits): void {
  writer.u64(min);
  if (max !== undefined) writer.u64(max);
}

export function encodeTableType(writer: Writer, type: TableType): void {
  writer.valType(type.elem);
  writer.byte(limitsFlags(type));
  encodeLimits(writer, type.limits);
}

export function encodeMemType(writer: Writer, type: MemType): void {
  const paged = type.pageSizeLog2 !== 16 || type.pageSizeGiven === true;
  writer.byte(limitsFlags(type) | (paged ? 8 : 0));
  encodeLimits(writer, type.limits);
  if (paged) writer.u32(type.pageSizeLog2);
}

export function encodeGlobalType(writer: Writer, type: GlobalType): void {
  writer.valType(type.val);
  writer.byte(type.mutable ? 1 : 0);
}

export function encodeTagType(writer: Writer, type: TagType): void {
  writer.byte(0);
  writer.u32(type.type);
}
