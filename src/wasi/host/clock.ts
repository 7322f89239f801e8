// What a clock is to the kernel: the time, a way to wait for it, and a way to sleep where the host can.
// All times and durations are nanoseconds.

export interface Clock {
  /** Since the Unix epoch. */
  realtime(): bigint;
  /** Since an arbitrary start; never goes back. */
  monotonic(): bigint;
  /** CPU time used so far, where the host can tell. */
  cpuTime?(): bigint;
  /** The smallest step that the clocks show; never 0. */
  readonly resolution: bigint;
  /** Calls `wake` once when `monotonic()` reaches `deadline` (it may be a little early); the result cancels it. */
  schedule(deadline: bigint, wake: () => void): () => void;
  /** Sleeps without giving control back; false when this host cannot. */
  sleepSync(nanoseconds: bigint): boolean;
}
