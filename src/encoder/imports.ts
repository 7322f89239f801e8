// Encodes the import section. https://webassembly.github.io/spec/core/binary/modules.html#import-section
// The inverse of decoder/sections/imports.ts.
import type { Import, ImportDesc, ImportGroup, Module } from '../syntax/module.ts';
import { encodeGlobalType, encodeMemType, encodeTableType, encodeTagType, encodeVector } from './types.ts';
import type { Writer } from './writer.ts';

export function encodeImports(writer: Writer, { imports, importGroups }: Module): void {
  if (importGroups === undefined) {
    encodeVector(writer, imports, (one) => encodeSingle(writer, one));
    return;
  }
  let next = 0;
  encodeVector(writer, importGroups, (group) => {
    if (group.bytes !== undefined) writer.bytes(group.bytes);
    else encodeGroup(writer, group, imports.slice(next, next + group.length));
    next += group.length;
  });
}

function encodeSingle(writer: Writer, { module, name, desc }: Import): void {
  writer.name(module);
  writer.name(name);
  encodeImportDesc(writer, desc);
}

function encodeGroup(writer: Writer, { form }: ImportGroup, imports: readonly Import[]): void {
  if (form === 'single') {
    encodeSingle(writer, imports[0]);
    return;
  }
  writer.name(imports[0].module);
  writer.name('');
  writer.byte(form === 'items' ? 0x7f : 0x7e);
  if (form === 'shared') encodeImportDesc(writer, imports[0].desc);
  encodeVector(writer, imports, ({ name, desc }) => {
    writer.name(name);
    if (form === 'items') encodeImportDesc(writer, desc);
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
