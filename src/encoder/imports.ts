// Encodes the import section. https://webassembly.github.io/spec/core/binary/modules.html#import-section
// The inverse of decoder/sections/imports.ts; of the two compact forms it writes the one with a type for each import.
import type { Import, ImportDesc, Module } from '../syntax/module.ts';
import { encodeGlobalType, encodeMemType, encodeTableType, encodeTagType, encodeVector } from './types.ts';
import type { Writer } from './writer.ts';

export function encodeImports(writer: Writer, { imports, compactImports }: Module): void {
  if (compactImports === true) {
    encodeVector(writer, groupByModule(imports), (group) => encodeGroup(writer, group));
    return;
  }
  encodeVector(writer, imports, ({ module, name, desc }) => {
    writer.name(module);
    writer.name(name);
    encodeImportDesc(writer, desc);
  });
}

/** The imports of modules in a compact form, split where the module's name changes. */
export function groupByModule(imports: readonly Import[]): Import[][] {
  const groups: Import[][] = [];
  for (const one of imports) {
    const group = groups[groups.length - 1];
    if (group !== undefined && group[0].module === one.module) group.push(one);
    else groups.push([one]);
  }
  return groups;
}

function encodeGroup(writer: Writer, group: readonly Import[]): void {
  writer.name(group[0].module);
  writer.name('');
  writer.byte(0x7f);
  encodeVector(writer, group, ({ name, desc }) => {
    writer.name(name);
    encodeImportDesc(writer, desc);
  });
}

function encodeImportDesc(writer: Writer, desc: ImportDesc): void {
  switch (desc.kind) {
    case 'func':
      writer.byte(desc.exact === true ? 0x20 : 0x00);
      writer.u32(desc.type);
      return;
    case 'table':
      writer.byte(0x01);
      encodeTableType(writer, desc.type);
      return;
    case 'memory':
      writer.byte(0x02);
      encodeMemType(writer, desc.type);
      return;
    case 'global':
      writer.byte(0x03);
      encodeGlobalType(writer, desc.type);
      return;
    case 'tag':
      writer.byte(0x04);
      encodeTagType(writer, desc.type);
  }
}
