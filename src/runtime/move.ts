// The bytes of a memory on their way to another store, in pieces, so that whoever moves them can look at the clock.
// Until all have come the old store is the right one: a move that is given up has changed nothing.
import { type Views, viewsOf } from './store.ts';

export class Move {
  /** Bytes that are moved at a time: a millisecond or some, most of it the host's, which gets the pages. */
  static readonly PIECE = 2 ** 22;

  readonly store: ArrayBufferLike;
  readonly from: Views;
  readonly to: Views;
  private readonly length: number;
  private at = 0;

  /** Of `length` bytes. @throws as the host does when it cannot give views. */
  constructor(store: ArrayBufferLike, length: number, { M8, M16, M32, MF, M64 }: Views) {
    this.store = store;
    this.length = length;
    this.from = { M8, M16, M32, MF, M64 };
    this.to = viewsOf(store, store.byteLength);
  }

  /** Moves a piece. Returns whether it was the last one. */
  goOn(): boolean {
    const end = Math.min(this.length, this.at + Move.PIECE);
    this.to.M8.set(this.from.M8.subarray(this.at, end), this.at);
    this.at = end;
    return end === this.length;
  }
}
