// A memory instance. https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances
// It keeps spare capacity, so that growing page by page does not copy each time; views span the capacity, and every
// access is checked against `byteLength`.
import { ExhaustionError } from '../errors.ts';
import { MAX_MEMORY_BYTES } from '../syntax/limits.ts';
import { I32, type MemType } from '../syntax/types.ts';

/** A linear memory, shared by the instances that import it. */
export class Memory {
  readonly kind = 'memory';
  readonly type: MemType;
  /** Bytes that the memory has; a multiple of its page size. */
  byteLength = 0;
  /** Views of the whole capacity; only the first `byteLength` bytes belong to the memory. */
  M8 = new Uint8Array(0);
  M16 = new Uint16Array(0);
  M32 = new Int32Array(0);
  private readonly maxBytes: number;
  private exactBytes: Uint8Array | undefined;

  /** @throws ExhaustionError when the host cannot give the minimum, or it is above `maxBytes`. */
  constructor(type: MemType, maxBytes: number = MAX_MEMORY_BYTES) {
    this.type = type;
    const page = 2 ** type.pageSizeLog2;
    const { max } = type.limits;
    this.maxBytes = Math.min(maxBytes, MAX_MEMORY_BYTES, max === undefined ? MAX_MEMORY_BYTES : Number(max) * page);
    const bytes = Number(type.limits.min) * page;
    if (bytes > this.maxBytes || !this.reserve(bytes)) {
      throw new ExhaustionError(
        `out of memory: a memory of ${type.limits.min} pages (${bytes} bytes) cannot be allocated; at most ${this.maxBytes} bytes`,
      );
    }
    this.byteLength = bytes;
  }

  get pageSize(): number {
    return 2 ** this.type.pageSizeLog2;
  }

  /** Size in pages. */
  get pages(): number {
    return this.byteLength / this.pageSize;
  }

  /** The memory's bytes at this moment. Growth makes a new view: do not keep one over calls into wasm. */
  get bytes(): Uint8Array {
    if (this.exactBytes === undefined || this.exactBytes.length !== this.byteLength) {
      this.exactBytes = this.M8.subarray(0, this.byteLength);
    }
    return this.exactBytes;
  }

  /** Grows by `delta` pages; answers the size before in pages, or -1 where that is not possible. */
  grow(delta: number): number {
    const before = this.pages;
    const bytes = this.byteLength + delta * this.pageSize;
    if (bytes > this.maxBytes) return -1;
    if (bytes > this.M8.length && !this.reserve(Math.min(this.maxBytes, Math.max(bytes, this.spare())))) {
      if (!this.reserve(bytes)) return -1;
    }
    this.byteLength = bytes;
    this.exactBytes = undefined;
    return before;
  }

  /** Capacity to ask for when growing: twice as much, but never more than 64 MiB ahead. */
  private spare(): number {
    return this.byteLength + Math.min(this.byteLength, 64 * 1024 * 1024);
  }

  private reserve(capacity: number): boolean {
    // Whole words, so that the wider views span all of it even with a page size of one byte.
    const words = Math.ceil(capacity / 8) * 8;
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(words);
    } catch {
      return false;
    }
    const next = new Uint8Array(buffer);
    if (this.byteLength > 0) next.set(this.M8.subarray(0, this.byteLength));
    this.M8 = next;
    this.M16 = new Uint16Array(buffer);
    this.M32 = new Int32Array(buffer);
    this.exactBytes = undefined;
    return true;
  }
}

/** Stands in an instance that has no memory, so that the loop needs no special case. */
export const NO_MEMORY = new Memory({ addr: I32, limits: { min: 0n, max: 0n }, shared: false, pageSizeLog2: 16 });
