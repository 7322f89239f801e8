// Ending and signalling: proc_exit, proc_raise.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#proc_exit
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';

/** Throws ExitStatus with the code as an unsigned 32-bit number, and ends the waits of all other threads. */
export function procExit(call: Call, code: number): never {
  return call.process.exit(code);
}

/** NOSYS: a guest has no signals to send, least of all to its host. */
export function procRaise(_call: Call, _signal: number): never {
  throw refused('NOSYS');
}
