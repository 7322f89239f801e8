// The guest's memory as system calls use it: every access checked, little-endian, FAULT outside.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
// Nothing here outlives a try: `bytes` is asked for anew each time, since the memory may grow between tries.
import { unsigned64 } from '../../syntax/bits.ts';
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { Trap } from '../../errors.ts';
import { isBytes } from '../../options.ts';
import type { ModuleInstance } from '../../runtime/instance.ts';
import { isMemory, type Memory } from '../../runtime/memory.ts';
import { refused } from '../host/errno.ts';
import { memoryMissing, noMemory } from '../messages.ts';
import { MAX_PATH } from './resolve.ts';

/** The name of the export. https://github.com/WebAssembly/WASI/blob/wasi-0.1/application-abi.md */
export const MEMORY_NAME = 'memory';

/** A linear memory: `bytes` is always the current view. */
export interface GuestMemory {
  readonly bytes: Uint8Array;
  /** Whose threads wait in its queues, where it is one of ours. */
  readonly ours?: Memory | undefined;
}

/** A memory as the JavaScript API shows it: growth gives it a new buffer, or a longer one. */
export interface BufferMemory {
  readonly buffer: ArrayBufferLike;
}

const LENGTHS = [ArrayBuffer, ...(typeof SharedArrayBuffer === 'undefined' ? [] : [SharedArrayBuffer])].map(
  ({ prototype }) => Object.getOwnPropertyDescriptor(prototype, 'byteLength')?.get as () => number,
);

/** An ArrayBuffer, also one that was transferred away, or a SharedArrayBuffer, of whatever realm: the getter throws for others. */
function isBuffer(value: unknown): boolean {
  return LENGTHS.some((read) => {
    try {
      return Reflect.apply(read, value, []) >= 0;
    } catch {
      return false;
    }
  });
}

/** A memory of ours. System calls give its bytes to nobody, so that it does not count as held by other threads. */
export function guestMemory(memory: Memory): GuestMemory {
  return {
    ours: memory,
    get bytes() {
      return memory.view;
    },
  };
}

/** A memory of any kind, asked for its bytes at each use. Undefined for anything else. */
export function memoryOf(value: unknown): GuestMemory | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isMemory(value)) return guestMemory(value);
  if (isBytes((value as Partial<GuestMemory>).bytes)) return value as GuestMemory;
  const memory = value as BufferMemory;
  // A view has a buffer, too, but is no memory: nobody would see the memory grow.
  if (ArrayBuffer.isView(value) || !isBuffer(memory.buffer)) return undefined;
  let view = viewOf(memory.buffer);
  return {
    get bytes() {
      const { buffer } = memory;
      if (view.buffer !== buffer || view.length !== buffer.byteLength) view = viewOf(buffer);
      return view;
    },
  };
}

/** All of a buffer; of one that was transferred away, which no view can be made of, nothing. */
function viewOf(buffer: ArrayBufferLike): Uint8Array {
  return buffer.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(buffer);
}

/** The memories of a program that nobody looks up. */
export interface NamedMemories {
  /** What the embedder says: it holds for every caller. */
  bound: GuestMemory | undefined;
  /** That of the instance which was begun with: for engines that do not say who calls. */
  begun: GuestMemory | undefined;
}

/** The guests of a process: which memory the pointers of a call mean is looked up when it is made. */
export class Guests {
  readonly named: NamedMemories;
  private readonly pointerSize: 4 | 8;
  private readonly orFirst: boolean;
  private readonly untold: Guest;
  private readonly known = new WeakMap<ModuleInstance, Guest>();
  private lastCaller: ModuleInstance | undefined;
  private last: Guest;

  /** `orFirst`: a guest that exports no memory has its first one, which it imports as a rule. */
  constructor(
    named: NamedMemories = { bound: undefined, begun: undefined },
    { pointerSize = 4, orFirst = false }: { readonly pointerSize?: 4 | 8; readonly orFirst?: boolean } = {},
  ) {
    this.named = named;
    this.pointerSize = pointerSize;
    this.orFirst = orFirst;
    this.untold = new Guest(() => named.bound ?? named.begun ?? withoutMemory(noMemory()), pointerSize);
    this.last = this.untold;
  }

  /** The guest whose memory the calling instance exports. A guest without one traps when its memory is needed. */
  of(caller: ModuleInstance | undefined): Guest {
    if (caller === undefined || this.named.bound !== undefined) return this.untold;
    if (caller === this.lastCaller) return this.last;
    const guest = this.known.get(caller) ?? this.guestOf(caller);
    this.known.set(caller, guest);
    this.lastCaller = caller;
    this.last = guest;
    return guest;
  }

  private guestOf({ module, memories }: ModuleInstance): Guest {
    const found = module.module.exports.find(({ name }) => name === MEMORY_NAME);
    const index = found?.kind === 'memory' ? found.index : this.orFirst && memories.length > 0 ? 0 : undefined;
    const { pointerSize } = this;
    if (index === undefined)
      return new Guest(() => withoutMemory(memoryMissing(MEMORY_NAME, found?.kind)), pointerSize);
    const memory = guestMemory(memories[index]);
    return new Guest(() => memory, pointerSize);
  }
}

function withoutMemory(detail: string): never {
  throw new Trap('missing-memory', detail);
}

/** Where a number of 64 bits is put together: arithmetic of bigints makes one at each step. */
const EIGHT = new Uint8Array(8);
const LITTLE = new DataView(EIGHT.buffer);

/** Bytes that are moved at a time: what takes a millisecond or less. */
const MOST_MOVED = 1024 * 1024;

/** Parts of the guest's memory that bytes are moved to or from. */
export interface Buffers {
  readonly buffers: readonly Uint8Array[];
  /** Their bytes in all. */
  readonly size: number;
  /** Whether nothing comes after them. */
  readonly isLast: boolean;
}

/** As many parts as one scattered read or gathered write may have; POSIX systems say 1,024 too. */
export const MAX_PARTS = 1024;
/** Pointers and lengths are unsigned numbers: below 2^32, or where they have 8 bytes in memory, below 2^64 and rounded. */
export class Guest {
  private readonly find: () => GuestMemory;
  /** In bytes. */
  readonly pointerSize: 4 | 8;

  constructor(find: () => GuestMemory, pointerSize: 4 | 8 = 4) {
    this.find = find;
    this.pointerSize = pointerSize;
  }

  /** Of an iovec: pointer, length. */
  get iovecSize(): number {
    return 2 * this.pointerSize;
  }

  /** The memory, where it is one of ours. NOTSUP for others, whose queues of waiting threads nobody knows. */
  get memory(): Memory {
    const { ours } = this.find();
    if (ours === undefined) throw refused('NOTSUP');
    return ours;
  }

  /** A pointer or a length in memory. */
  pointer(at: number): number {
    return this.pointerSize === 4 ? this.u32(at) : Number(this.u64(at));
  }

  setPointer(at: number, value: number): void {
    if (this.pointerSize === 4) this.setU32(at, value);
    else this.setU64(at, BigInt(value));
  }

  /**
   * The bytes [at, at + length), not copied. Throws FAULT when they do not lie in memory. None are bytes of nothing: views of
   * a memory that was transferred away cannot be touched.
   */
  span(at: number, length: number): Uint8Array {
    const bytes = this.checked(at, length);
    return length === 0 ? new Uint8Array(0) : bytes.subarray(at, at + length);
  }

  /** Bytes of the memory. */
  get size(): number {
    return this.find().bytes.length;
  }

  /** Throws FAULT unless the bytes [at, at + length) lie in memory. */
  check(at: number, length: number): void {
    this.checked(at, length);
  }

  u8(at: number): number {
    return this.checked(at, 1)[at] as number;
  }

  u16(at: number): number {
    const bytes = this.checked(at, 2);
    return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  }

  u32(at: number): number {
    const bytes = this.checked(at, 4);
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    return (low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
  }

  u64(at: number): bigint {
    return unsigned64(this.u32(at), this.u32(at + 4));
  }

  setU8(at: number, value: number): void {
    this.checked(at, 1)[at] = value;
  }

  setU16(at: number, value: number): void {
    const bytes = this.checked(at, 2);
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
  }

  setU32(at: number, value: number): void {
    const bytes = this.checked(at, 4);
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }

  setU64(at: number, value: bigint): void {
    const bytes = this.checked(at, 8);
    LITTLE.setBigUint64(0, value, true);
    bytes.set(EIGHT, at);
  }

  /** UTF-8 text; ILSEQ when it is malformed. */
  text(at: number, length: number): string {
    const text = decodeUtf8(this.span(at, length));
    if (text === undefined) throw refused('ILSEQ');
    return text;
  }

  /** The same for a path, or the text of a link; NAMETOOLONG for more than 4,096 bytes. */
  path(at: number, length: number): string {
    this.check(at, length);
    if (length > MAX_PATH) throw refused('NAMETOOLONG');
    return this.text(at, length);
  }

  /**
   * The buffers that an array of iovec (pointer, length) names, without those of length 0: a MiB of them at
   * most, after the first `from` bytes. INVAL for more than 1,024 of them, or for 4 GiB and more in all; FAULT where any
   * does not lie in memory.
   */
  buffers(at: number, count: number, from: number): Buffers {
    if (count > MAX_PARTS) throw refused('INVAL');
    const { pointerSize, iovecSize } = this;
    this.check(at, count * iovecSize);
    const buffers: Uint8Array[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const [start, length] = [this.pointer(at + i * iovecSize), this.pointer(at + i * iovecSize + pointerSize)];
      if (length === 0) continue;
      this.check(start, length);
      const skipped = Math.max(0, from - total);
      const most = Math.min(length, from + MOST_MOVED - total);
      if (skipped < most) buffers.push(this.span(start + skipped, most - skipped));
      total += length;
      if (total > 0xffff_ffff) throw refused('INVAL');
    }
    const left = Math.max(0, total - from);
    return { buffers, size: Math.min(left, MOST_MOVED), isLast: left <= MOST_MOVED };
  }

  /** The whole current view, when [at, at + length) lies in it. */
  private checked(at: number, length: number): Uint8Array {
    const { bytes } = this.find();
    if (at + length > bytes.length) throw refused('FAULT');
    return bytes;
  }
}
