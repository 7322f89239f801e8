// Randomness: random_get.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#random_get
import type { Call } from '../kernel/dispatcher.ts';

/** Fills [buf, buf + length) with random bytes. FAULT; NOTSUP where the host has no randomness. */
export function randomGet(call: Call, buf: number, length: number): void {
  call.process.random.fill(call.guest.span(buf, length));
}
