// Encodes the element and data sections. https://webassembly.github.io/spec/core/binary/modules.html#element-section
// The inverse of decoder/sections/elements.ts and data.ts; the shortest form that means the same is chosen, or
// the other where the module's form says so.
import type { DataSegment, ElemSegment, Expr, Module } from '../syntax/module.ts';
import { FUNCREF, HEAP, ref } from '../syntax/types.ts';
import { encodeVector } from './types.ts';
import type { Writer } from './writer.ts';

export function encodeExpr(writer: Writer, { bytes, start, end }: Expr): void {
  writer.bytes(bytes.subarray(start, end));
}

export function encodeElements(writer: Writer, { elems }: Module): void {
  encodeVector(writer, elems, (segment) => encodeElement(writer, segment));
}

/** Bits of the flags: 0 not active; 1 table index follows, or declarative; 2 expressions. */
function encodeElement(writer: Writer, { type, mode, funcs, exprs }: ElemSegment): void {
  // Function indices are of type (ref func): where the segment has another type they become expressions.
  const asIndices = funcs !== undefined && type === ref(HEAP.func, false);
  const implied = asIndices || type === FUNCREF;
  const explicit =
    mode.kind === 'declarative' || (mode.kind === 'active' && (mode.table !== 0 || !implied || writer.isLong()));
  const flags = (mode.kind === 'active' ? 0 : 1) | (explicit ? 2 : 0) | (asIndices ? 0 : 4);
  writer.u32(flags);
  if (mode.kind === 'active') {
    if (explicit) writer.u32(mode.table);
    encodeExpr(writer, mode.offset);
  }
  if ((flags & 3) !== 0) {
    if (asIndices) writer.byte(0x00);
    else writer.valType(type);
  }
  if (funcs === undefined) encodeVector(writer, exprs ?? [], (expr) => encodeExpr(writer, expr));
  else if (asIndices) encodeVector(writer, funcs, (index) => writer.u32(index));
  else encodeVector(writer, funcs, (index) => encodeRefFunc(writer, index));
}

/** `ref.func index end` */
function encodeRefFunc(writer: Writer, index: number): void {
  writer.byte(0xd2);
  writer.u32(index);
  writer.byte(0x0b);
}

export function encodeDatas(writer: Writer, { datas }: Module): void {
  encodeVector(writer, datas, (segment) => encodeData(writer, segment));
}

/** Flags: 0 active in memory 0, 1 passive, 2 active in the memory whose index follows. */
function encodeData(writer: Writer, { mode, init }: DataSegment): void {
  if (mode.kind === 'passive') writer.u32(1);
  else {
    const named = mode.memory !== 0 || writer.isLong();
    writer.u32(named ? 2 : 0);
    if (named) writer.u32(mode.memory);
    encodeExpr(writer, mode.offset);
  }
  writer.sized(init);
}
