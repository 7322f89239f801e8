// What the objects of a guest take, in bytes as this implementation needs them in Node: structs, arrays, exceptions, strings,
// references of element segments, and what instances take besides.
// Whoever allocates takes it from the room that is left; nobody gives back. Where there is no more room, what can still be
// reached is counted (interpreter/threads/walk.ts), and the rest of the limit is the room from then on.

/** A count of what can be reached (interpreter/threads/walk.ts). */
export interface Counting {
  /** Others have made it wrong. */
  isStale: boolean;
  /** Bytes that have been reached. */
  readonly live: number;
  /** Units that were charged for it. */
  readonly charged: number;
  /** Goes on; returns whether all has been looked at. */
  step(): boolean;
  /** Units of fuel that it costs since the last time, by the price of a cell. */
  due(price: number): number;
}

/** A thread, as far as its stack is counted while it waits. */
export interface Waiting {
  readonly parked: StackParts | undefined;
}

/** What a stack takes: words of slots and frames, and references. */
export interface StackParts {
  readonly slots: Int32Array;
  readonly frames: Int32Array;
  readonly refs: readonly unknown[];
}

/** The mark of tables and globals, which are no objects: of these a count notes no number. */
export const HELD = -1;

/** What may be allocated between two counts, whatever the limit is: a small integer, and counting down keeps it one. */
const MOST_ROOM = 0x7fff_ffff;

export class Heap {
  /** Bytes that may be allocated before what is reached is counted; negative where the host has handed in more. */
  room = 0;
  /** What is left of the limit beside it. */
  private beyond = 0;
  readonly most: number;
  /** Threads that wait, and what their stacks were charged. */
  readonly stacks = new Map<Waiting, number>();
  /** The count that goes on in pieces. */
  counting: Counting | undefined;

  constructor(most: number) {
    this.most = most;
    this.settle(0);
  }

  /** Bytes that may be allocated as things are. */
  get left(): number {
    return this.beyond + this.room;
  }

  /** So many bytes are what is reached. */
  settle(live: number): void {
    this.beyond = Math.max(0, this.most - live);
    this.room = Math.min(MOST_ROOM, this.beyond);
    this.beyond -= this.room;
  }

  /**
   * Takes bytes for what is about to be allocated; false, and nothing is taken, where it has to be counted before. All of it
   * is in the way of each allocation.
   */
  add(bytes: number): boolean {
    if (bytes > this.room) return false;
    this.room -= bytes;
    return true;
  }

  /** Somebody is about to move or to make things. */
  disturb(): void {
    if (this.counting === undefined) return;
    this.counting.isStale = true;
    this.counting = undefined;
  }
}

export { CELL_BYTES, OBJECT_BYTES } from './layout.ts';

/** Of an exception, with the slots of its values. */
export function bytesOfException({ slots }: { readonly slots: number }): number {
  return 272 + 24 * slots;
}

/** Of what a host function threw, which may be an error with a stack. */
export const ERROR_BYTES = 1024;
/** Of a function that is a value. */
export const FUNC_BYTES = 208;
