// Randomness: random_get.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#random_get
import type { Call } from '../kernel/dispatcher.ts';
import type { Pieces } from '../kernel/wait.ts';

/** What takes a millisecond or less. */
const PIECE = 256 * 1024;

/** Fills [buf, buf + length) with random bytes. FAULT; NOTSUP where the host has no randomness. */
export function* randomGet({ guest, process }: Call, buf: number, length: number): Pieces {
  guest.check(buf, length);
  for (let at = 0; ; at += PIECE) {
    process.random.fill(guest.span(buf + at, Math.min(PIECE, length - at)));
    if (length - at <= PIECE) return undefined;
    yield;
  }
}
