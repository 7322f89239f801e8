// Program arguments: args_get, args_sizes_get. Each string ends in NUL; the strings lie one after the other.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#args_get
import type { Call } from '../kernel/dispatcher.ts';

/**
 * Writes pointers to the arguments at `argv` and the arguments at `argvBuf`. FAULT.
 *
 *     args ["a", "bc"], argv = 16, argvBuf = 32:
 *     16: 20 00 00 00 22 00 00 00     pointers 32 and 34
 *     32: 'a' 00 'b' 'c' 00
 */
export function argsGet(call: Call, argv: number, argvBuf: number): void {
  writeStrings(call, call.process.args, argv, argvBuf);
}

/** Writes the number of arguments and the bytes that they take with their NULs. FAULT. */
export function argsSizesGet(call: Call, argc: number, argvBufSize: number): void {
  writeSizes(call, call.process.args, argc, argvBufSize);
}

function totalOf(strings: readonly Uint8Array[]): number {
  return strings.reduce((sum, bytes) => sum + bytes.length, 0);
}

/** Shared with the environment, which is laid out alike. */
export function writeStrings(call: Call, strings: readonly Uint8Array[], pointers: number, buffer: number): void {
  const { guest } = call;
  guest.check(pointers, strings.length * guest.pointerSize);
  guest.check(buffer, totalOf(strings));
  let at = buffer;
  strings.forEach((bytes, i) => {
    guest.setPointer(pointers + i * guest.pointerSize, at);
    guest.span(at, bytes.length).set(bytes);
    at += bytes.length;
  });
}

/** Shared with the environment, which is laid out alike. */
export function writeSizes(call: Call, strings: readonly Uint8Array[], count: number, size: number): void {
  call.guest.check(count, 4);
  call.guest.check(size, 4);
  call.guest.setU32(count, strings.length);
  call.guest.setU32(size, totalOf(strings));
}
