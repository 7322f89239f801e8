// Encodes a module in the binary format: the inverse of decoder/decode.ts.
// https://webassembly.github.io/spec/core/binary/modules.html#binary-module
// Lengths and indices are written as short as they go, and so is what has a short and a long form, if the module's `form`
// does not say otherwise. Bodies and expressions are copied as they are, unchecked.
import type { Custom, ExternKind, Module } from '../syntax/module.ts';
import { type Section, type SectionName, SECTIONS } from '../syntax/sections.ts';
import { encodeImports } from './imports.ts';
import { encodeDatas, encodeElements, encodeExpr } from './segments.ts';
import { encodeGlobalType, encodeMemType, encodeTableType, encodeTagType, encodeTypes, encodeVector } from './types.ts';
import { Writer } from './writer.ts';

/** How a section is written. */
interface Encoding {
  /** Whether the module has something for it. */
  readonly present: (module: Module) => boolean;
  readonly encode: (writer: Writer, module: Module) => void;
}

const EXPORT_CODES: Readonly<Record<ExternKind, number>> = { func: 0, table: 1, memory: 2, global: 3, tag: 4 };

// biome-ignore format: a table
const ENCODINGS: Readonly<Record<SectionName, Encoding>> = {
  type:         { present: (m) => m.recGroups.length > 0,      encode: encodeTypes },
  import:       { present: (m) => (m.importGroups ?? m.imports).length > 0, encode: encodeImports },
  function:     { present: (m) => m.funcs.types.length > 0,    encode: encodeFunctions },
  table:        { present: (m) => m.tables.length > 0,         encode: encodeTables },
  memory:       { present: (m) => m.memories.length > 0,       encode: encodeMemories },
  tag:          { present: (m) => m.tags.length > 0,           encode: encodeTags },
  global:       { present: (m) => m.globals.length > 0,        encode: encodeGlobals },
  export:       { present: (m) => m.exports.length > 0,        encode: encodeExports },
  start:        { present: (m) => m.start !== undefined,       encode: (w, m) => w.u32(m.start ?? 0) },
  element:      { present: (m) => m.elems.length > 0,          encode: encodeElements },
  'data count': { present: (m) => m.dataCount !== undefined,   encode: (w, m) => w.u32(m.dataCount ?? 0) },
  code:         { present: (m) => m.funcs.types.length > 0,    encode: encodeCode },
  data:         { present: (m) => m.datas.length > 0,          encode: encodeDatas },
};

/** Ids of the sections that the module has, in the order of the format; custom ones are not among them. */
export function sectionsOf(module: Module): number[] {
  const empty = module.form?.emptySections ?? [];
  const isThere = ({ id, name }: Section): boolean => ENCODINGS[name].present(module) || empty.includes(id);
  return SECTIONS.filter(isThere).map(({ id }) => id);
}

/**
 * The module in the binary format, in a new array. Custom sections stand again after the section they stood after,
 * or after the last one before its place where it is not there.
 */
export function encodeModule(module: Module): Uint8Array {
  const writer = new Writer();
  writer.bytes(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
  const customs = groupByPlace(module.customs);
  const there = sectionsOf(module);
  const long = module.form?.long;
  if (long !== undefined) writer.long = new Set(long);
  encodeCustoms(writer, customs.get(0));
  for (const { id, name } of SECTIONS) {
    if (there.includes(id)) {
      const contents = new Writer();
      contents.long = writer.long;
      contents.choice = writer.choice;
      ENCODINGS[name].encode(contents, module);
      writer.choice = contents.choice;
      writer.byte(id);
      writer.sized(contents.view());
    }
    encodeCustoms(writer, customs.get(id));
  }
  return writer.take();
}

function groupByPlace(customs: readonly Custom[]): ReadonlyMap<number, Custom[]> {
  const groups = new Map<number, Custom[]>();
  for (const custom of customs) {
    const group = groups.get(custom.after);
    if (group === undefined) groups.set(custom.after, [custom]);
    else group.push(custom);
  }
  return groups;
}

function encodeCustoms(writer: Writer, customs: readonly Custom[] | undefined): void {
  for (const { name, bytes } of customs ?? []) {
    const contents = new Writer();
    contents.name(name);
    contents.bytes(bytes);
    writer.byte(0);
    writer.sized(contents.view());
  }
}

function encodeFunctions(writer: Writer, { funcs }: Module): void {
  encodeVector(writer, funcs.types, (type) => writer.u32(type));
}

function encodeTables(writer: Writer, { tables }: Module): void {
  encodeVector(writer, tables, ({ type, init }) => {
    if (init !== undefined) writer.bytes(Uint8Array.of(0x40, 0x00));
    encodeTableType(writer, type);
    if (init !== undefined) encodeExpr(writer, init);
  });
}

function encodeMemories(writer: Writer, { memories }: Module): void {
  encodeVector(writer, memories, (type) => encodeMemType(writer, type));
}

function encodeTags(writer: Writer, { tags }: Module): void {
  encodeVector(writer, tags, (type) => encodeTagType(writer, type));
}

function encodeGlobals(writer: Writer, { globals }: Module): void {
  encodeVector(writer, globals, ({ type, init }) => {
    encodeGlobalType(writer, type);
    encodeExpr(writer, init);
  });
}

function encodeExports(writer: Writer, { exports }: Module): void {
  encodeVector(writer, exports, ({ name, kind, index }) => {
    writer.name(name);
    writer.byte(EXPORT_CODES[kind]);
    writer.u32(index);
  });
}

function encodeCode(writer: Writer, { funcs: { bytes, start, end } }: Module): void {
  writer.u32(start.length);
  for (let i = 0; i < start.length; i++) writer.sized(bytes.subarray(start[i], end[i]));
}
