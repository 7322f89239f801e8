// A memory instance. https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances
// It keeps spare capacity, so that growing page by page does not copy each time; views span the capacity, and every
// access is checked against `byteLength`. Who asks for `buffer` gets an ArrayBuffer of exactly that length, as the JS API
// has it; then growth makes a new one and detaches the old. https://webassembly.github.io/spec/js-api/#memories
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
  M8: Uint8Array = new Uint8Array(0);
  M16: Uint16Array = new Uint16Array(0);
  M32: Int32Array = new Int32Array(0);
  private readonly maxBytes: number;
  private exactBytes: Uint8Array | undefined;
  /** `buffer` was asked for since the memory last grew: the host may hold it. */
  private handedOut = false;

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
    if (this.handedOut) return this.replace(bytes) ? before : -1;
    if (bytes > this.M8.length && !this.reserve(Math.min(this.maxBytes, Math.max(bytes, this.spare())))) {
      if (!this.reserve(bytes)) return -1;
    }
    this.byteLength = bytes;
    this.exactBytes = undefined;
    return before;
  }

  /**
   * The memory as an ArrayBuffer of exactly its length (of a shared memory, a frozen SharedArrayBuffer where the host has
   * them); the same object until the memory grows. Then a buffer that was handed out is detached, where the host can
   * detach (`transfer`, `structuredClone` or `MessageChannel`); elsewhere, and if shared, it stays behind as it was.
   * @throws RangeError when the host has no room for it.
   */
  get buffer(): ArrayBufferLike {
    if (!this.handedOut) {
      const isShared = typeof SharedArrayBuffer !== 'undefined' && this.M8.buffer instanceof SharedArrayBuffer;
      const asShared = this.type.shared && typeof SharedArrayBuffer !== 'undefined';
      if (this.M8.length !== this.byteLength || isShared !== asShared) {
        const buffer = asShared ? new SharedArrayBuffer(this.byteLength) : new ArrayBuffer(this.byteLength);
        this.moveTo(buffer, this.byteLength);
      }
      if (asShared) Object.freeze(this.M8.buffer);
      this.handedOut = true;
    }
    return this.M8.buffer;
  }

  /** Grows a memory whose buffer the host may hold. */
  private replace(bytes: number): boolean {
    const old = this.M8.buffer;
    this.handedOut = false;
    if (this.type.shared || !('transfer' in old)) {
      if (!this.reserve(bytes)) {
        this.handedOut = true;
        return false;
      }
      detach(old);
    } else {
      try {
        // Lets the host extend it in place.
        this.view((old as Transferable).transfer(bytes));
      } catch {
        this.handedOut = true;
        return false;
      }
    }
    this.byteLength = bytes;
    return true;
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
    this.moveTo(buffer, this.byteLength);
    return true;
  }

  /** Copies the first `length` bytes to another buffer, and uses that. */
  private moveTo(buffer: ArrayBufferLike, length: number): void {
    const before = this.M8;
    if (length > 0) new Uint8Array(buffer).set(before.subarray(0, length));
    this.view(buffer);
  }

  private view(buffer: ArrayBufferLike): void {
    this.M8 = new Uint8Array(buffer);
    // An exact buffer may end within a word; nobody reads that word as a whole.
    this.M16 = new Uint16Array(buffer, 0, buffer.byteLength >> 1);
    this.M32 = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
    this.exactBytes = undefined;
  }
}

/** An ArrayBuffer of hosts since 2024. */
interface Transferable {
  transfer(length: number): ArrayBuffer;
}

interface Detachers {
  readonly structuredClone?: (value: unknown, options: { transfer: unknown[] }) => unknown;
  readonly MessageChannel?: new () => { port1: { postMessage(value: unknown, list: unknown[]): void; close?(): void } };
}

/** Detaches a buffer where the host can. */
function detach(buffer: ArrayBufferLike): void {
  if (typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer) return;
  const { structuredClone, MessageChannel } = globalThis as Detachers;
  if (structuredClone !== undefined) structuredClone(undefined, { transfer: [buffer] });
  else if (MessageChannel !== undefined) {
    const { port1 } = new MessageChannel();
    port1.postMessage(null, [buffer]);
    port1.close?.();
  }
}

/** Stands in an instance that has no memory, so that the loop needs no special case. */
export const NO_MEMORY = new Memory({ addr: I32, limits: { min: 0n, max: 0n }, shared: false, pageSizeLog2: 16 });
