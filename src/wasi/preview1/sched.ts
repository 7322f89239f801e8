// Scheduling: sched_yield.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#sched_yield
import type { Call } from '../kernel/dispatcher.ts';
import { AT_ONCE } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';

/** Ends the turn of this guest thread when there are others; succeeds in any case. */
export function schedYield({ process, waited }: Call): WouldBlock | undefined {
  const others = process.threads !== undefined && process.threads.count > 1;
  return others && !waited ? new WouldBlock([{ pollable: AT_ONCE, interest: 0 }]) : undefined;
}
