// Custom sections: only the name is read. https://webassembly.github.io/spec/core/binary/modules.html#custom-section
// What is in those that we know is decoded on demand: names.ts, branch-hints.ts.
import type { Custom } from '../../syntax/module.ts';
import { Reader } from '../reader.ts';

/** The custom section in `bytes[start, end)`; `after` is the id of the last non-custom section before it. */
export function decodeCustom(bytes: Uint8Array, start: number, end: number, after: number): Custom {
  const reader = new Reader(bytes, start, end);
  const name = reader.name();
  return { name, bytes: bytes.subarray(reader.offset, end), offset: reader.offset, after };
}
