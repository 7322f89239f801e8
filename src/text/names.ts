// The name section, made from the text's identifiers and `(@name ...)`.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
// Labels, types, tables and the rest follow the extended name section, which every tool writes.
import type { Custom } from '../syntax/module.ts';
import { Writer } from '../encoder/writer.ts';
import { LAST_SECTION } from './annotations.ts';
import type { Context } from './context.ts';

type Names = ReadonlyMap<number, string>;

function writeNames(writer: Writer, names: Names): void {
  writer.u32(names.size);
  for (const [index, name] of names) {
    writer.u32(index);
    writer.name(name);
  }
}

function writeIndirect(writer: Writer, maps: readonly (readonly [number, Names])[]): void {
  writer.u32(maps.length);
  for (const [index, names] of maps) {
    writer.u32(index);
    writeNames(writer, names);
  }
}

/** The section's contents, or undefined where the text names nothing. */
export function nameSection(context: Context, moduleName: string | undefined): Custom | undefined {
  const section = new Writer();
  const part = (id: number, write: (writer: Writer) => void): void => {
    const writer = new Writer();
    write(writer);
    section.byte(id);
    section.sized(writer.take());
  };
  const names = (id: number, map: Names): void => {
    if (map.size > 0) part(id, (writer) => writeNames(writer, map));
  };
  const indirect = (id: number, maps: readonly (readonly [number, Names])[]): void => {
    const given = maps.filter(([, map]) => map.size > 0);
    if (given.length > 0) part(id, (writer) => writeIndirect(writer, given));
  };
  if (moduleName !== undefined) part(0, (writer) => writer.name(moduleName));
  names(1, context.funcSpace.names);
  indirect(
    2,
    context.bodyNames.map(({ func, locals }) => [func, locals]),
  );
  indirect(
    3,
    context.bodyNames.map(({ func, labels }) => [func, labels]),
  );
  names(4, context.typeSpace.names);
  names(5, context.tableSpace.names);
  names(6, context.memorySpace.names);
  names(7, context.globalSpace.names);
  names(8, context.elemSpace.names);
  names(9, context.dataSpace.names);
  indirect(
    10,
    [...context.fieldSpaces].map(([type, space]) => [type, space.names]),
  );
  names(11, context.tagSpace.names);
  if (section.length === 0) return undefined;
  return { name: 'name', bytes: section.take(), offset: 0, after: LAST_SECTION };
}
