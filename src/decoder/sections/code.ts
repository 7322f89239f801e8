// The code section: where each body begins and ends. https://webassembly.github.io/spec/core/binary/modules.html#code-section
// Bodies are not walked: see locals.ts and instruction-cursor.ts.
import { MAX_BODY_BYTES, MAX_FUNCTIONS } from '../../syntax/limits.ts';
import * as say from '../messages.ts';
import type { Reader } from '../reader.ts';
import { vectorLength } from './vector.ts';

/** Offsets of the bodies: body `i` is `bytes[start[i], end[i])`. */
export interface Bodies {
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}

export function decodeCode(reader: Reader): Bodies {
  const count = vectorLength(reader, 'function bodies', MAX_FUNCTIONS);
  const start = new Uint32Array(count);
  const end = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const size = reader.length();
    if (size > MAX_BODY_BYTES) throw say.tooMany(reader.offset, 'bytes in a function body', size, MAX_BODY_BYTES);
    start[i] = reader.offset;
    reader.offset += size;
    end[i] = reader.offset;
  }
  return { start, end };
}
