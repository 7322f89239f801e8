// A memory instance. https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances
// Growth happens whole or not at all: what can fail is done first, then everything is assigned. Where its bytes are, and
// what the host holds of them, is in place.ts.
//
// A memory that is not shared is an ArrayBuffer. Whoever asks for `buffer` gets one of exactly the memory's length, as the
// JS API has it; growth makes a new one and detaches the old. https://webassembly.github.io/spec/js-api/#memories
// A memory that grows while nobody looks keeps spare capacity, so that growing page by page does not copy each time.
// A shared memory is a SharedArrayBuffer from the start, untouched. Where the host has growable ones it grows in place, and
// all who hold it see the same bytes; elsewhere it is moved like others, and old buffers stay behind.
// The views span the capacity, or more than the memory; every access is checked against `byteLength`.
import { counted } from '../syntax/shown.ts';
import { brand, brandOf } from '../brand.ts';
import { ExhaustionError } from '../errors.ts';
import { bound } from '../options.ts';
import { MAX_MEMORY_BYTES } from '../syntax/limits.ts';
import { I32, type MemType } from '../syntax/types.ts';
import { checkCount, checkMemoryType } from './amounts.ts';
import type { Limits } from './limits.ts';
import { Move } from './move.ts';
import { Place, emptyStore } from './place.ts';
import { type SharedParts, checkParts } from './shared-parts.ts';
import { NO_VIEWS, type Views, anotherHandle, isGrowable, isSharedBuffer } from './store.ts';
import { WAITERS, type Waiter } from './waiters.ts';

const BOUND = bound('a number of bytes');

/** A linear memory, shared by the instances that import it. */
export class Memory {
  readonly kind = brand(this, 'memory');
  readonly type: MemType;
  /** Bytes that the memory has; a multiple of its page size. */
  byteLength = 0;
  /**
   * Views of the whole capacity; only the first `byteLength` bytes belong to the memory. For the engine: whoever reads them
   * does not count as holding the memory.
   * @internal
   */
  declare M8: Uint8Array;
  /** @internal */
  declare M16: Uint16Array;
  /** @internal */
  declare M32: Int32Array;
  /** @internal */
  declare MF: Float64Array;
  /** @internal */
  declare M64: BigInt64Array | undefined;
  /**
   * The length of a shared memory that grows in place, for all threads.
   * @internal
   */
  readonly sharedLength: Uint32Array | undefined;
  /**
   * Whether `bytes`, `buffer` or `share` gave it away: other threads of the host may hold it then.
   * @internal
   */
  isHeld = false;
  /**
   * Who waits here, by address: one table for all memories of the same bytes in this JavaScript thread.
   * @internal
   */
  readonly waiters: Map<number, Set<Waiter>>;
  /** @internal */
  readonly maxBytes: number;
  /** What its bytes are charged to, and how many: others may let a shared memory grow, at their cost. */
  private readonly limits: Limits | undefined;
  private charged: number;
  private readonly place: Place;
  private exactBytes: Uint8Array | undefined;
  /** The bytes are on their way to a larger store; the memory counts as lost meanwhile, so that whoever comes stops it. */
  private move: Move | undefined;
  /** How often that was stopped since the memory last grew. */
  private stops = 0;
  /** It grew, and nobody has asked for `buffer` since: the next growth makes spare capacity. */
  private grewUnseen = false;

  /**
   * @param maxBytes At most so many bytes, whatever the type says.
   * @param parts Of another thread's memory: then this one has the same bytes.
   * @param limits What its bytes and those that it grows by are charged to: of a guest. Nothing if not given.
   * @throws ExhaustionError when the host cannot give the minimum, or it is above `maxBytes` or `limits`.
   * @throws TypeError, RangeError for what is no memory type or no amount, and for parts that `share` has not given.
   */
  constructor(type: MemType, maxBytes: number = MAX_MEMORY_BYTES, parts?: SharedParts, limits?: Limits) {
    checkMemoryType(type);
    BOUND(maxBytes, 'what a memory may have');
    this.type = Object.freeze({ ...type, limits: Object.freeze({ ...type.limits }) });
    const page = 2 ** type.pageSizeLog2;
    const { max } = type.limits;
    this.maxBytes = Math.min(maxBytes, MAX_MEMORY_BYTES, max === undefined ? MAX_MEMORY_BYTES : Number(max) * page);
    const bytes = Number(type.limits.min) * page;
    if (parts !== undefined) checkParts(parts, type, bytes, this.maxBytes);
    this.limits = limits;
    const what = `a memory of ${counted(type.limits.min, 'page')} (${counted(bytes, 'byte')}) cannot be allocated`;
    limits?.take('memoryBytes', bytes, what);
    this.charged = bytes;
    try {
      if (bytes > this.maxBytes) throw new RangeError('above the limit');
      this.place = new Place(this, type.shared, parts?.buffer ?? emptyStore(type.shared, bytes, this.maxBytes));
      if (isGrowable(this.place.store)) {
        this.sharedLength = new Uint32Array(parts?.length ?? new SharedArrayBuffer(4));
        if (parts === undefined) this.sharedLength[0] = bytes;
      }
      this.place.use(this.sharedLength?.[0] ?? this.place.store.byteLength);
    } catch {
      limits?.credit('memoryBytes', bytes);
      throw new ExhaustionError(`out of memory: ${what}; at most ${counted(this.maxBytes, 'byte')}`, 'memory');
    }
    const { store } = this.place;
    this.byteLength = this.sharedLength?.[0] ?? store.byteLength;
    this.waiters = WAITERS.get(store) ?? new Map();
    if (parts !== undefined) this.hold();
  }

  get pageSize(): number {
    return 2 ** this.type.pageSizeLog2;
  }

  /** Size in pages. */
  get pages(): number {
    this.refresh();
    return this.byteLength / this.pageSize;
  }

  /**
   * The memory's bytes at this moment. Growth makes a new view: do not keep one over calls into wasm. Empty while the
   * memory is lost. Of a shared memory other threads may hold it from then on, as after `buffer`.
   */
  get bytes(): Uint8Array {
    this.hold();
    this.place.isSeen = true;
    return this.view;
  }

  /**
   * The same for the engine and the system interface, which give it to nobody.
   * @internal
   */
  get view(): Uint8Array {
    this.refresh();
    if (this.isLost) return this.M8;
    if (this.exactBytes === undefined || this.exactBytes.length !== this.byteLength) {
      this.exactBytes = this.M8.subarray(0, this.byteLength);
    }
    return this.exactBytes;
  }

  /**
   * The host has transferred the memory's buffer away, which nothing in JavaScript can forbid. Its contents are gone:
   * accesses are out of bounds until it grows (also by nothing), which makes it anew with zeros.
   */
  get isLost(): boolean {
    return this.M8.length < this.byteLength;
  }

  /** Bytes that can be accessed: `byteLength`, or none while the memory is lost. */
  get accessible(): number {
    return this.isLost ? 0 : this.byteLength;
  }

  /**
   * Grows by `delta` pages; returns the size before in pages, or -1 where that is not possible: then nothing has changed.
   * @throws TypeError for what is no number, RangeError for what is no number of pages.
   */
  grow(delta: number): number {
    checkCount(delta, 'what a memory grows by');
    this.refresh();
    const more = delta * this.pageSize;
    if (!this.mayGrow(more)) return -1;
    this.limits?.charge('memoryBytes', more);
    const { sharedLength } = this;
    const before = sharedLength === undefined ? this.growAlone(more) : this.growShared(sharedLength, more);
    if (before < 0) this.limits?.credit('memoryBytes', more);
    else this.charged += more;
    return before;
  }

  /**
   * Do its type and limits let it grow by so many bytes?
   * @internal
   */
  mayGrow(more: number): boolean {
    return this.byteLength + more <= this.maxBytes && more <= this.left;
  }

  /** Bytes that limits leave. */
  private get left(): number {
    return this.limits?.leftOf('memoryBytes') ?? Number.POSITIVE_INFINITY;
  }

  /**
   * It is gone with its instance.
   * @internal
   */
  release(): void {
    this.limits?.credit('memoryBytes', this.charged);
    this.charged = 0;
  }

  private growAlone(more: number): number {
    const before = this.byteLength / this.pageSize;
    const bytes = this.byteLength + more;
    if (!this.makeRoom(bytes)) return -1;
    this.byteLength = bytes;
    this.exactBytes = undefined;
    this.place.forget();
    this.grewUnseen = true;
    this.stops = 0;
    return before;
  }

  /**
   * The memory as an ArrayBuffer of exactly its length (of a shared memory, a frozen SharedArrayBuffer where the host has
   * them); the same object until the memory grows. Then a buffer that was handed out is detached, where the host can
   * detach (`transfer`, `structuredClone` or `MessageChannel`). A shared one goes on: where the host has growable ones it
   * has the same bytes, and becomes longer with the memory; elsewhere it stays behind as it was.
   * @throws RangeError when the host has no room for it.
   */
  get buffer(): ArrayBufferLike {
    this.refresh();
    const { handed } = this.place;
    if (handed !== undefined) return handed;
    const given = this.place.handOut(this.isHeld);
    this.grewUnseen = false;
    this.hold(given);
    return given;
  }

  /** What another thread needs for a memory of the same bytes. Undefined where it would not see them after growth. */
  share(): SharedParts | undefined {
    const { type, byteLength } = this;
    const { store } = this.place;
    if (!isSharedBuffer(store) || (this.sharedLength === undefined && byteLength < this.maxBytes)) return undefined;
    this.hold();
    const length = this.sharedLength?.buffer ?? new SharedArrayBuffer(4);
    return { type, buffer: store, length: length as SharedArrayBuffer };
  }

  private hold(as = this.place.store): void {
    WAITERS.set(as, this.waiters);
    if (this.isHeld) return;
    this.isHeld = true;
    for (const waiting of [...this.waiters.values()]) for (const one of [...waiting]) one.handedOut();
  }

  /**
   * Takes notice of what others did: a shared memory that another thread has let grow, and views that the host failed to
   * give when the buffer had already moved. Returns whether more can be accessed now.
   */
  refresh(): boolean {
    const { sharedLength } = this;
    if (this.move !== undefined) return this.stopMove(this.move);
    if (this.isLost) {
      this.place.recover();
      if (!this.isLost) return true;
    }
    if (sharedLength === undefined || sharedLength[0] === this.byteLength) return false;
    const bytes = Atomics.load(sharedLength, 0);
    try {
      this.place.use(bytes);
    } catch {
      return false;
    }
    this.byteLength = bytes;
    this.place.handed = undefined;
    return true;
  }

  /** The bytes are where they were, and right: a write to them since would have stopped the move. */
  private stopMove({ from }: Move): true {
    this.move = undefined;
    this.stops++;
    this.assign(from);
    return true;
  }

  private growShared(length: Uint32Array, more: number): number {
    const before = this.place.growTogether(length, more, this.maxBytes);
    if (before < 0) return -1;
    this.byteLength = before + more;
    return before / this.pageSize;
  }

  /** Gives the memory room for `bytes`, at a place of its own if the host may hold its buffer. */
  private makeRoom(bytes: number): boolean {
    const { place } = this;
    if (place.handed === undefined && !this.isLost && bytes <= this.M8.length) return true;
    if (bytes === this.byteLength && isSharedBuffer(place.store)) {
      // The bytes stay where they are: what was handed out goes on with them.
      place.store = anotherHandle(place.store);
      return true;
    }
    const spare = this.spareFor(bytes);
    return (spare > bytes && place.moveTo(spare)) || place.moveTo(bytes);
  }

  /** The capacity to ask for where the memory becomes so long. */
  private spareFor(bytes: number): number {
    return this.grewUnseen ? Math.max(bytes, Math.min(this.maxBytes, 2 * this.byteLength, bytes + this.left)) : bytes;
  }

  /**
   * Moves a piece of the bytes to where they have room for `delta` pages more, of a memory that cannot grow in place. What
   * the host has been given of it is detached before, as by growth. Returns true when no more is to be moved, or nothing can
   * be: then `grow` takes as long as it takes. Whoever looks at the memory before that finds it as it was, and all is to be
   * moved anew; the third time at once.
   * @internal
   */
  movesOn(delta: number): boolean {
    const bytes = this.byteLength + delta * this.pageSize;
    const move = (this.move ??= this.beginMove(bytes));
    if (move === undefined) return true;
    if (!move.goOn()) return false;
    this.place.store = move.store;
    this.assign(move.to);
    this.move = undefined;
    return true;
  }

  private beginMove(bytes: number): Move | undefined {
    const { isLost, M8, byteLength, type } = this;
    if (type.shared || isLost || this.stops >= 2) return undefined;
    if (bytes <= M8.length || !this.mayGrow(bytes - byteLength) || byteLength < Move.PIECE) return undefined;
    const spare = this.spareFor(bytes);
    const move = this.place.moveInto(spare) ?? (spare > bytes ? this.place.moveInto(bytes) : undefined);
    if (move !== undefined) this.assign(NO_VIEWS);
    return move;
  }

  /**
   * Its place has other views of it.
   * @internal
   */
  assign(views: Views): void {
    Object.assign(this, views);
    this.exactBytes = undefined;
  }
}

/** Is it a memory of this engine, and nothing that only passes for one? */
export function isMemory(value: unknown): value is Memory {
  return brandOf(value) === 'memory';
}

/** Stands in an instance that has no memory, so that the loop needs no special case. */
export const NO_MEMORY = new Memory({ addr: I32, limits: { min: 0n, max: 0n }, shared: false, pageSizeLog2: 16 });
