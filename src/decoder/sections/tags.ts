// The tag section. https://webassembly.github.io/spec/core/binary/modules.html#tag-section
import { MAX_TAGS } from '../../syntax/limits.ts';
import type { TagType } from '../../syntax/types.ts';
import type { Reader } from '../reader.ts';
import { decodeTagType } from './external-types.ts';
import { vector } from './vector.ts';

export function decodeTags(reader: Reader): TagType[] {
  return vector(reader, 'tags', MAX_TAGS, () => decodeTagType(reader));
}
