// Scheduling: sched_yield.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#sched_yield

/** Succeeds. Other guest threads get their turn when this one's slice ends. */
export function schedYield(): void {}
