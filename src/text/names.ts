// The name section, made of names by index: by the parser from the text's identifiers and `(@name ...)`, by the printer
// to see whether these tell all that a module's section holds.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
// Labels, types, tables and the rest follow the extended name section, which every tool writes.
import type { NameMap } from '../syntax/module.ts';
import { Writer } from '../encoder/writer.ts';

/** Names of what is in something else: the outer index, and names by the inner one. */
export type IndirectNames = readonly (readonly [number, NameMap])[];

/** Names in the order of the name section's subsections. */
export interface NameTables {
  readonly module: string | undefined;
  readonly funcs: NameMap;
  readonly locals: IndirectNames;
  readonly labels: IndirectNames;
  readonly types: NameMap;
  readonly tables: NameMap;
  readonly memories: NameMap;
  readonly globals: NameMap;
  readonly elems: NameMap;
  readonly datas: NameMap;
  readonly fields: IndirectNames;
  readonly tags: NameMap;
}

function writeNames(writer: Writer, names: NameMap): void {
  writer.u32(names.size);
  for (const index of [...names.keys()].sort((a, b) => a - b)) {
    writer.u32(index);
    writer.name(names.get(index) as string);
  }
}

function writeIndirect(writer: Writer, maps: IndirectNames): void {
  writer.u32(maps.length);
  for (const [index, names] of maps) {
    writer.u32(index);
    writeNames(writer, names);
  }
}

/** The section's contents; empty where nothing has a name. */
export function encodeNames(tables: NameTables): Uint8Array {
  const section = new Writer();
  const part = (id: number, write: (writer: Writer) => void): void => {
    const writer = new Writer();
    write(writer);
    section.byte(id);
    section.sized(writer.view());
  };
  const names = (id: number, map: NameMap): void => {
    if (map.size > 0) part(id, (writer) => writeNames(writer, map));
  };
  const indirect = (id: number, maps: IndirectNames): void => {
    const given = maps.filter(([, map]) => map.size > 0);
    if (given.length > 0) part(id, (writer) => writeIndirect(writer, given));
  };
  const { module } = tables;
  if (module !== undefined) part(0, (writer) => writer.name(module));
  names(1, tables.funcs);
  indirect(2, tables.locals);
  indirect(3, tables.labels);
  names(4, tables.types);
  names(5, tables.tables);
  names(6, tables.memories);
  names(7, tables.globals);
  names(8, tables.elems);
  names(9, tables.datas);
  indirect(10, tables.fields);
  names(11, tables.tags);
  return section.take();
}
