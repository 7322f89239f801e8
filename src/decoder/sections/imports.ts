// The import section. https://webassembly.github.io/spec/core/binary/modules.html#import-section
// With exact functions (0x20, custom descriptors) and the two compact forms, which stand where an import has its kind,
// behind an empty name: 0x7f, then a vector of names and types; 0x7e, then one type and a vector of names.
// https://github.com/WebAssembly/compact-import-section
import { MAX_IMPORTS } from '../../syntax/limits.ts';
import type { Import, ImportDesc } from '../../syntax/module.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { decodeGlobalType, decodeMemType, decodeTableType, decodeTagType } from './external-types.ts';
import { vectorLength } from './vector.ts';

export interface ImportSection {
  readonly imports: readonly Import[];
  /** Whether a compact form was used. */
  readonly compact: boolean;
}

export function decodeImports(reader: Reader): ImportSection {
  const imports: Import[] = [];
  let compact = false;
  const count = vectorLength(reader, 'imports', MAX_IMPORTS);
  for (let i = 0; i < count; i++) {
    const module = reader.name();
    const name = reader.name();
    const kind = reader.peek();
    if (name === '' && (kind === 0x7e || kind === 0x7f)) {
      reader.offset++;
      compact = true;
      decodeCompact(reader, module, kind === 0x7e, imports);
    } else imports.push({ module, name, desc: decodeImportDesc(reader) });
  }
  return { imports, compact };
}

/** Imports of one module, of the same type (`sameType`) or of a type each. */
function decodeCompact(reader: Reader, module: string, sameType: boolean, imports: Import[]): void {
  const shared = sameType ? decodeImportDesc(reader) : undefined;
  const count = vectorLength(reader, 'imports', MAX_IMPORTS - imports.length);
  for (let i = 0; i < count; i++) {
    const name = reader.name();
    imports.push({ module, name, desc: shared ?? decodeImportDesc(reader) });
  }
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
