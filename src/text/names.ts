// The name section, made of names by index: by the parser from the text's identifiers and `(@name ...)`, by the printer
// to see whether these hold all that a module's section holds.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
// Labels, types, tables and the rest follow the extended name section, which every tool writes.
import type { NameMap, Names } from '../syntax/module.ts';
import { Writer } from '../encoder/writer.ts';

function writeNames(writer: Writer, names: NameMap): void {
  writer.u32(names.size);
  for (const index of [...names.keys()].sort((a, b) => a - b)) {
    writer.u32(index);
    writer.name(names.get(index) as string);
  }
}

/** Names of what is in something else: by the outer index, then by the inner one. */
type IndirectNames = readonly (readonly [number, NameMap])[];

function writeIndirect(writer: Writer, maps: IndirectNames): void {
  writer.u32(maps.length);
  for (const [index, names] of maps) {
    writer.u32(index);
    writeNames(writer, names);
  }
}

/** The section's contents; empty where nothing has a name. */
export function encodeNames(given: Names): Uint8Array {
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
  const indirect = (id: number, all: Names['locals']): void => {
    const maps = [...all].filter(([, map]) => map.size > 0);
    if (maps.length > 0) part(id, (writer) => writeIndirect(writer, maps));
  };
  const { module } = given;
  if (module !== undefined) part(0, (writer) => writer.name(module));
  names(1, given.funcs);
  indirect(2, given.locals);
  indirect(3, given.labels);
  names(4, given.types);
  names(5, given.tables);
  names(6, given.memories);
  names(7, given.globals);
  names(8, given.elems);
  names(9, given.datas);
  indirect(10, given.fields);
  names(11, given.tags);
  return section.take();
}
