// Timers of a process that send it signals again and again (setitimer): one for each signal.
// In mode 'sync' nobody looks at a clock while the host waits: then a signal is sent late.
import type { HeldClock } from './held.ts';

/** In nanoseconds: the time until the first signal, and that between others, 0 for none. */
export interface Interval {
  readonly first: bigint;
  readonly next: bigint;
}

interface Timer extends Interval {
  readonly at: bigint;
  readonly cancel: () => void;
}

export class Timers {
  private readonly clock: HeldClock;
  private readonly send: (signal: number) => void;
  private readonly timers = new Map<number, Timer>();

  constructor(clock: HeldClock, send: (signal: number) => void) {
    this.clock = clock;
    this.send = send;
  }

  /** What is left of the timer of a signal. */
  left(signal: number): Interval {
    const found = this.timers.get(signal);
    if (found === undefined) return { first: 0n, next: 0n };
    const left = found.at - this.clock.monotonic();
    return { first: left > 0n ? left : 1n, next: found.next };
  }

  /** Sets the timer of a signal: `first` 0 for none. */
  set(signal: number, { first, next }: Interval): void {
    this.timers.get(signal)?.cancel();
    this.timers.delete(signal);
    if (first > 0n) this.start(signal, first, next, this.clock.monotonic() + first);
  }

  private start(signal: number, first: bigint, next: bigint, at: bigint): void {
    const cancel = this.clock.schedule(at, () => {
      this.timers.delete(signal);
      if (next > 0n) this.start(signal, first, next, at + next);
      this.send(signal);
    });
    this.timers.set(signal, { first, next, at, cancel });
  }

  clear(): void {
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
  }
}
