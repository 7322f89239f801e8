// The export section. https://webassembly.github.io/spec/core/binary/modules.html#export-section
// Whether names are distinct and indices exist is the validator's business.
import { MAX_EXPORTS } from '../../syntax/limits.ts';
import type { Export, ExternKind } from '../../syntax/module.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { vector } from './vector.ts';

const KINDS: readonly ExternKind[] = ['func', 'table', 'memory', 'global', 'tag'];

export function decodeExports(reader: Reader): Export[] {
  return vector(reader, 'exports', MAX_EXPORTS, () => {
    const name = reader.name();
    const byte = reader.byte();
    const kind = KINDS[byte];
    if (kind === undefined) throw say.malformedExportKind(reader.offset - 1, byte);
    return { name, kind, index: reader.u32() };
  });
}
