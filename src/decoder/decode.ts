// Decodes a module of the binary format: preamble, order and sizes of sections; sections/ decodes what is in them.
// https://webassembly.github.io/spec/core/binary/modules.html#binary-module
// Nothing is copied: bodies, expressions, data and custom sections are ranges or views of the bytes given.
// Bodies are not walked, and indices and types not checked: that is validation.
import { isError } from '../errors.ts';
import { moduleBytes } from '../options.ts';
import type { Custom, Module } from '../syntax/module.ts';
import { MAX_DATA_SEGMENTS, MAX_MODULE_BYTES } from '../syntax/limits.ts';
import { orderOf, type Section, sectionOf, type SectionName } from '../syntax/sections.ts';
import { findBodyFault } from './bodies.ts';
import { InstructionCursor } from './instruction-cursor.ts';
import { Reader } from './reader.ts';
import { type Bodies, decodeCode } from './sections/code.ts';
import { decodeCustom } from './sections/custom.ts';
import { decodeDatas } from './sections/data.ts';
import { decodeElements } from './sections/elements.ts';
import { decodeExports } from './sections/exports.ts';
import { decodeFunctions } from './sections/functions.ts';
import { decodeGlobals } from './sections/globals.ts';
import { decodeImports } from './sections/imports.ts';
import { decodeMemories } from './sections/memories.ts';
import { decodeTables } from './sections/tables.ts';
import { decodeTags } from './sections/tags.ts';
import { decodeTypes } from './sections/types.ts';
import * as say from './messages.ts';

/** A module under construction. */
type Draft = { -readonly [K in keyof Module]: Module[K] } & {
  customs: Custom[];
  funcTypes: Uint32Array;
  code: Bodies;
};

/** Decodes the contents of a section into the draft. */
type Contents = (cursor: InstructionCursor, draft: Draft) => void;

const CONTENTS: Readonly<Record<SectionName, Contents>> = {
  type: ({ reader }, draft) => {
    const { types, recGroups } = decodeTypes(reader);
    draft.types = types;
    draft.recGroups = recGroups;
  },
  import: ({ reader }, draft) => {
    const { imports, groups } = decodeImports(reader);
    draft.imports = imports;
    if (groups !== undefined) draft.importGroups = groups;
  },
  function: ({ reader }, draft) => {
    draft.funcTypes = decodeFunctions(reader);
  },
  table: (cursor, draft) => {
    draft.tables = decodeTables(cursor);
  },
  memory: ({ reader }, draft) => {
    draft.memories = decodeMemories(reader);
  },
  tag: ({ reader }, draft) => {
    draft.tags = decodeTags(reader);
  },
  global: (cursor, draft) => {
    draft.globals = decodeGlobals(cursor);
  },
  export: ({ reader }, draft) => {
    draft.exports = decodeExports(reader);
  },
  start: ({ reader }, draft) => {
    draft.start = reader.u32();
  },
  element: (cursor, draft) => {
    draft.elems = decodeElements(cursor);
  },
  'data count': ({ reader }, draft) => {
    draft.dataCount = decodeDataCount(reader);
  },
  code: ({ reader }, draft) => {
    draft.code = decodeCode(reader);
  },
  data: (cursor, draft) => {
    draft.datas = decodeDatas(cursor);
  },
};

/**
 * Decodes a module. The module keeps `bytes` and views of them: do not change them afterwards.
 * Throws MalformedError, with an offset in `bytes`, whatever the bytes are; TypeError for what is no Uint8Array.
 */
export function decodeModule(bytes: Uint8Array): Module {
  moduleBytes('decodeModule', bytes);
  if (bytes.length > MAX_MODULE_BYTES) throw say.moduleTooLarge(bytes.length, MAX_MODULE_BYTES);
  const cursor = new InstructionCursor(bytes, 0, bytes.length);
  const reader = cursor.reader;
  decodePreamble(reader);
  const draft = emptyDraft();
  try {
    decodeSections(cursor, draft);
    return finish(draft, bytes);
  } catch (error) {
    if (isError(error, 'interrupted')) throw error;
    // A body that is longer than its size puts the sections after it out of step. Then its own fault says more.
    throw findBodyFault(bytes, draft.code) ?? error;
  }
}

function decodeSections(cursor: InstructionCursor, draft: Draft): void {
  const reader = cursor.reader;
  const empty: number[] = [];
  let last: Section | undefined;
  while (!reader.done) {
    const at = reader.offset;
    const id = reader.byte();
    if (id === 0) {
      const end = reader.length() + reader.offset;
      draft.customs.push(decodeCustom(reader.bytes, reader.offset, end, last?.id ?? 0));
      reader.offset = end;
      continue;
    }
    const section = sectionOf(id);
    if (section === undefined) throw say.malformedSectionId(at, id);
    const { name } = section;
    if (last !== undefined && orderOf(id) <= orderOf(last.id)) throw say.sectionOrder(at, name, last.name);
    const before = reader.offset;
    decodeSized(name, cursor, draft);
    if (name !== 'start' && name !== 'data count' && holdsNothing(reader.bytes, before)) empty.push(id);
    last = section;
  }
  const { long } = reader;
  if (empty.length === 0 && long === undefined) return;
  draft.form = {
    ...(empty.length === 0 ? {} : { emptySections: empty }),
    ...(long === undefined || long.length === 0 ? {} : { long }),
  };
}

/** Whether the section whose size stands at `start` holds a vector of no entries. It was decoded. */
function holdsNothing(bytes: Uint8Array, start: number): boolean {
  const reader = new Reader(bytes, start);
  reader.u32();
  return reader.u32() === 0;
}

/**
 * Decodes a section that is not custom: its size, then its contents. Contents are looked at before the size is judged,
 * and may run over the section's end, within the module, before that is noticed, as in the reference interpreter: the
 * testsuite's phrases depend on it. A size that passes the module's end is the fault where the contents are in order
 * or end too early.
 */
function decodeSized(name: SectionName, cursor: InstructionCursor, draft: Draft): void {
  const { reader } = cursor;
  const at = reader.offset;
  const size = reader.u32();
  const end = reader.offset + size;
  const tooLong = reader.lengthFault(at, size);
  try {
    CONTENTS[name](cursor, draft);
  } catch (error) {
    throw tooLong !== undefined && say.isTooShort(error) ? tooLong : error;
  }
  if (tooLong !== undefined) throw tooLong;
  if (reader.offset !== end) throw say.sectionSizeMismatch(reader.offset, name, end);
}

function decodePreamble(reader: Reader): void {
  const { bytes } = reader;
  const magic = [0x00, 0x61, 0x73, 0x6d];
  for (let i = 0; i < 4 && i < bytes.length; i++) if (bytes.length >= 4 && bytes[i] !== magic[i]) throw say.badMagic();
  if (bytes.length < 8) throw say.preambleEnd(bytes.length);
  reader.offset = 4;
  const version = reader.bits32();
  if (version !== 1) throw say.badVersion(version >>> 0);
}

function emptyDraft(): Draft {
  const none = new Uint32Array(0);
  return {
    types: [],
    recGroups: [],
    imports: [],
    funcs: { types: none, bytes: new Uint8Array(0), start: none, end: none },
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
    funcTypes: none,
    code: { start: none, end: none },
  };
}

function decodeDataCount(reader: Reader): number {
  const start = reader.offset;
  const count = reader.u32();
  if (count > MAX_DATA_SEGMENTS) throw say.tooMany(start, 'data segments', count, MAX_DATA_SEGMENTS);
  return count;
}

/** What can be said only at the end: sections whose lengths have to agree. */
function finish(draft: Draft, bytes: Uint8Array): Module {
  const { funcTypes, code, ...module } = draft;
  if (funcTypes.length !== code.start.length) {
    throw say.functionAndCode(bytes.length, funcTypes.length, code.start.length);
  }
  if (draft.dataCount !== undefined && draft.dataCount !== draft.datas.length) {
    throw say.dataCountAndData(bytes.length, draft.dataCount, draft.datas.length);
  }
  return { ...module, funcs: { types: funcTypes, bytes, start: code.start, end: code.end } };
}
