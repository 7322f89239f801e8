// The import section. https://webassembly.github.io/spec/core/binary/modules.html#import-section
// With exact functions (0x20, custom descriptors) and the two compact forms, which stand where an import has its kind,
// after an empty name: 0x7f, then a vector of names and types; 0x7e, then one type and a vector of names.
// https://github.com/WebAssembly/compact-import-section
import { MAX_IMPORTS } from '../../syntax/limits.ts';
import type { Import, ImportDesc, ImportGroup } from '../../syntax/module.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { decodeGlobalType, decodeMemType, decodeTableType, decodeTagType } from './external-types.ts';
import { vectorLength } from './vector.ts';

export interface ImportSection {
  readonly imports: readonly Import[];
  /** The entries of the section, where a compact form was used. */
  readonly groups: readonly ImportGroup[] | undefined;
}

const SINGLE: ImportGroup = { form: 'single', length: 1 };

export function decodeImports(reader: Reader): ImportSection {
  const imports: Import[] = [];
  let groups: ImportGroup[] | undefined;
  const count = vectorLength(reader, 'imports', MAX_IMPORTS);
  for (let i = 0; i < count; i++) {
    const start = reader.offset;
    const module = reader.name();
    const name = reader.name();
    const kind = reader.peek();
    if (name === '' && (kind === 0x7e || kind === 0x7f)) {
      reader.offset++;
      groups ??= new Array<ImportGroup>(i).fill(SINGLE);
      groups.push(decodeCompact(reader, start, module, kind === 0x7e ? 'shared' : 'items', imports));
    } else {
      imports.push({ module, name, desc: decodeImportDesc(reader) });
      groups?.push(SINGLE);
    }
  }
  return { imports, groups };
}

/** Imports of one module, of one type or of a type each. The entry began at `start`. */
function decodeCompact(
  reader: Reader,
  start: number,
  module: string,
  form: 'items' | 'shared',
  imports: Import[],
): ImportGroup {
  const before = reader.choices;
  const shared = form === 'shared' ? decodeImportDesc(reader) : undefined;
  const count = vectorLength(reader, 'imports', MAX_IMPORTS - imports.length);
  for (let i = 0; i < count; i++) {
    const name = reader.name();
    imports.push({ module, name, desc: shared ?? decodeImportDesc(reader) });
  }
  if (count > 0) return { form, length: count };
  reader.forgetChoices(before);
  return { form, length: 0, bytes: reader.bytes.subarray(start, reader.offset) };
}

function decodeImportDesc(reader: Reader): ImportDesc {
  const kind = reader.byte();
  switch (kind) {
    case 0x00:
      return { kind: 'func', type: reader.u32() };
    case 0x01:
      return { kind: 'table', type: decodeTableType(reader) };
    case 0x02:
      return { kind: 'memory', type: decodeMemType(reader) };
    case 0x03:
      return { kind: 'global', type: decodeGlobalType(reader) };
    case 0x04:
      return { kind: 'tag', type: decodeTagType(reader) };
    case 0x20:
      return { kind: 'func', type: reader.u32(), exact: true };
    default:
      throw say.malformedImportKind(reader.offset - 1, kind);
  }
}
