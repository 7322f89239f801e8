// The memory section. https://webassembly.github.io/spec/core/binary/modules.html#memory-section
import { MAX_MEMORIES } from '../../syntax/limits.ts';
import type { MemType } from '../../syntax/types.ts';
import type { Reader } from '../reader.ts';
import { decodeMemType } from './external-types.ts';
import { vector } from './vector.ts';

export function decodeMemories(reader: Reader): MemType[] {
  return vector(reader, 'memories', MAX_MEMORIES, () => decodeMemType(reader));
}
