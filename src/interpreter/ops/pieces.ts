// What does much at once is done in pieces: fuel and the clock are looked at between them. The op stays where it is until
// all is done, with what is left of its operands in their slots, so that a thread that is stopped in the middle is plain
// data like any other.
// Other calls may run between two pieces. So what an instruction returns, and that it does not trap, is settled with its
// first piece: ranges are checked in what never gets smaller, segments are held, and what grows a table is reserved.
import { growReferences } from '../state/loop-support.ts';
import { REFERENCES as R, STATE as X } from '../state/stack.ts';

/** What is done at a time: bytes, and elements of tables and arrays. Some 10 microseconds. */
export const PIECE_BYTES = 65_536;
export const PIECE_ELEMENTS = 4_096;

/** Index of STATE: 1 while the op at pc has been begun and is not over. */
const MIDWAY = 4;

export function isMidway(): boolean {
  return X[MIDWAY] !== 0;
}

export function setMidway(midway: boolean): void {
  X[MIDWAY] = midway ? 1 : 0;
}

/**
 * What a function of the `out` op returns for a piece of `n` things, each of which costs so much: its cost, negated while
 * there are some left. The last piece costs a unit more, for the operation.
 */
export function priceOfPiece(n: number, price: number, left: number): number {
  setMidway(left > 0);
  const units = Math.ceil(n * price);
  return left > 0 ? -Math.max(1, units) : units + 1;
}

/**
 * Which part of `left` things comes next, in pieces of at most `most`: its length, how far behind the beginning it is, and
 * how far the beginning moves on. Backwards the last ones come first, and the beginning stays.
 */
export function part(left: number, most: number, backwards: boolean): { n: number; skip: number; on: number } {
  const n = Math.min(left, most);
  return backwards ? { n, skip: left - n, on: 0 } : { n, skip: 0, on: n };
}

/**
 * The segment that an instruction reads: after its first piece the one that it holds in reference slot `slot`, since
 * another call may have dropped it from the instance.
 */
export function held<T>(slot: number, segment: T): T {
  return isMidway() ? (R[slot] as T) : segment;
}

/** Holds it for the next piece, where something is left. */
export function hold(slot: number, segment: unknown, left: number): void {
  if (left === 0 && !isMidway()) return;
  growReferences(slot + 1);
  R[slot] = left === 0 ? null : segment;
}
