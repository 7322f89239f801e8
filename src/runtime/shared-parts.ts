// What goes to another JavaScript thread for a memory of the same bytes.
import type { MemType } from '../syntax/types.ts';
import { isGrowable, isSharedBuffer } from './store.ts';

/** What another JavaScript thread needs to have the same memory: plain data that can be posted to it. */
export interface SharedParts {
  readonly type: MemType;
  /** The bytes. */
  readonly buffer: SharedArrayBuffer;
  /** One unsigned 32-bit integer: bytes that the memory has. Growth changes this last. */
  readonly length: SharedArrayBuffer;
}

/** What another thread sent is looked at before anything is made of it. @throws TypeError, RangeError. */
export function checkParts({ buffer, length }: SharedParts, type: MemType, min: number, max: number): void {
  if (!type.shared || !isSharedBuffer(buffer) || !isSharedBuffer(length) || length.byteLength < 4) {
    throw new TypeError('the parts of a memory are shared');
  }
  const bytes = isGrowable(buffer) ? new Uint32Array(length)[0] : buffer.byteLength;
  if (bytes >= min && bytes <= max && bytes <= buffer.byteLength && bytes % 2 ** type.pageSizeLog2 === 0) return;
  throw new RangeError('the parts of a memory do not fit');
}
