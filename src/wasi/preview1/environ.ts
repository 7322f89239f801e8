// Environment: environ_get, environ_sizes_get, for strings `KEY=VALUE`. Only configured variables are seen.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#environ_get
import type { Call } from '../kernel/dispatcher.ts';
import { writeSizes, writeStrings } from './args.ts';

/** Writes pointers to the variables at `environ` and the variables at `environBuf`, as argsGet does. FAULT. */
export function environGet(call: Call, environ: number, environBuf: number): void {
  writeStrings(call, call.process.env, environ, environBuf);
}

/** Writes the number of variables and the bytes that they take with their NULs. FAULT. */
export function environSizesGet(call: Call, count: number, bufSize: number): void {
  writeSizes(call, call.process.env, count, bufSize);
}
