// Where the bytes of a memory are, and what the host holds of them: handing a buffer out, moving the bytes, taking them back.
// How much room there is to be, and when, is decided in memory.ts; what a host can do with one buffer is in store.ts.
import { counted } from '../syntax/shown.ts';
import { Move } from './move.ts';
import {
  type Views,
  anotherHandle,
  canTransfer,
  detach,
  growInPlace,
  isGrowable,
  isSharedBuffer,
  plainBuffer,
  sharedBuffer,
  transferred,
  viewsOf,
} from './store.ts';

/** The memory whose bytes they are. */
interface Owner extends Views {
  readonly byteLength: number;
  readonly isLost: boolean;
  assign(views: Views): void;
}

/** A store of zeros. @throws as the host does. */
export function emptyStore(shared: boolean, capacity: number, maxCapacity: number): ArrayBufferLike {
  if (!shared || typeof SharedArrayBuffer === 'undefined') return plainBuffer(capacity);
  return sharedBuffer(capacity, maxCapacity);
}

export class Place {
  store: ArrayBufferLike;
  /** What `buffer` gave since the memory last grew: the host may hold it. */
  handed: ArrayBufferLike | undefined;
  /** `bytes` gave a view since the memory last grew, to which the host may write. */
  isSeen = false;
  private readonly memory: Owner;
  private readonly shared: boolean;

  constructor(memory: Owner, shared: boolean, store: ArrayBufferLike) {
    this.memory = memory;
    this.shared = shared;
    this.store = store;
  }

  /** The memory has grown: what the host holds is not of it any more. */
  forget(): void {
    this.handed = undefined;
    this.isSeen = false;
  }

  /** The memory gets views of the first `length` bytes. @throws as the host does. */
  use(length: number): void {
    this.memory.assign(viewsOf(this.store, length));
  }

  /**
   * A buffer of exactly the memory's length, for the host; `isHeld`: it may have had one before.
   * @throws RangeError when the host has no room for it.
   */
  handOut(isHeld: boolean): ArrayBufferLike {
    const { byteLength, isLost, M8 } = this.memory;
    let handed: ArrayBufferLike;
    if (isGrowable(this.store)) handed = isHeld ? anotherHandle(this.store as SharedArrayBuffer) : this.store;
    else {
      if (!isLost && M8.length !== byteLength && !this.moveTo(byteLength)) {
        throw new RangeError(`out of memory: no room for a buffer of ${counted(byteLength, 'byte')}`);
      }
      handed = this.store;
    }
    if (isSharedBuffer(handed)) Object.freeze(handed);
    this.handed = handed;
    return handed;
  }

  /** Gives a lost memory its views, where the bytes are there and the host only failed to give these. */
  recover(): void {
    try {
      if (this.store.byteLength >= this.memory.byteLength) this.use(this.store.byteLength);
    } catch {
      // The next one may have more luck.
    }
  }

  /**
   * Grows a shared memory by `more` bytes in place; returns how many there were, or -1. Other threads may do the same at a
   * time: the one that changes the length has grown it.
   */
  growTogether(length: Uint32Array, more: number, maxBytes: number): number {
    for (;;) {
      const now = Atomics.load(length, 0);
      const bytes = now + more;
      if (bytes > maxBytes || !growInPlace(this.store, bytes)) return -1;
      let views: Views;
      try {
        views = viewsOf(this.store, bytes);
      } catch {
        return -1;
      }
      if (Atomics.compareExchange(length, 0, now, bytes) !== now) continue;
      this.memory.assign(views);
      this.handed = undefined;
      return now;
    }
  }

  /** Undefined where the host has no room for so much. */
  moveInto(capacity: number): Move | undefined {
    try {
      const store = emptyStore(this.shared, capacity, capacity);
      return this.takeBack() ? new Move(store, this.memory.byteLength, this.memory) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Takes the bytes away from whom they were given to, where they are. Returns false where the host cannot do that.
   * @throws as the host does: then nothing has happened.
   */
  private takeBack(): boolean {
    const { store, handed, isSeen } = this;
    if (handed === undefined && !isSeen) return true;
    if (!canTransfer(store, store.byteLength)) return false;
    this.moved(transferred(store, store.byteLength));
    this.handed = undefined;
    this.isSeen = false;
    return !this.memory.isLost;
  }

  /**
   * Moves the bytes to a new buffer of `capacity`; a lost memory gets zeros. Returns false, and has changed nothing, where
   * the host has no room.
   */
  moveTo(capacity: number): boolean {
    const { store, memory } = this;
    const { byteLength, M8 } = memory;
    const keeps = memory.isLost ? 0 : Math.min(byteLength, capacity);
    try {
      if (keeps > 0 && canTransfer(store, capacity)) this.moved(transferred(store, capacity));
      else {
        const made = emptyStore(this.shared, capacity, capacity);
        const views = viewsOf(made, capacity);
        if (keeps > 0) views.M8.set(M8.subarray(0, keeps));
        this.store = made;
        memory.assign(views);
        if (this.handed !== undefined) detach(store);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** The host has moved the bytes, and there is no way back: if it has no views to give now, `refresh` gets them. */
  private moved(store: ArrayBuffer): void {
    this.store = store;
    for (let tries = 0; tries < 2; tries++) {
      try {
        this.use(store.byteLength);
        return;
      } catch {
        // The old views are empty, so that the memory counts as lost until it has new ones.
      }
    }
  }
}
