// Timers of a process that send it signals again and again (setitimer): one for each signal. The next is sent when the last has
// arrived, and those that were due meanwhile are one: so a guest that takes none of them keeps nobody busy, nor moves a virtual
// clock on for ever.
// In mode 'sync' nobody looks at a clock while the host waits: then a signal is sent late.
import type { HeldClock } from './held.ts';

/** In nanoseconds: the time until the first signal, and that between others, 0 for none. */
export interface Interval {
  readonly first: bigint;
  readonly next: bigint;
}

interface Timer extends Interval {
  readonly at: bigint;
  cancel: () => void;
  /** It was sent, and the next one waits for that. */
  isSent: boolean;
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
    const timer: Timer = { first, next, at, cancel: () => {}, isSent: false };
    this.timers.set(signal, timer);
    timer.cancel = this.clock.schedule(at, () => {
      if (next > 0n) timer.isSent = true;
      else this.timers.delete(signal);
      this.send(signal);
    });
  }

  /** A signal has arrived. */
  arrived(signal: number): void {
    const { at, next, isSent } = this.timers.get(signal) ?? { at: 0n, next: 0n, isSent: false };
    if (!isSent) return;
    const missed = (this.clock.monotonic() - at) / next;
    this.start(signal, next, next, at + (missed + 1n) * next);
  }

  /** Signals that nobody heard may be heard now; not those that wait. */
  goOn(waiting: ReadonlySet<number>): void {
    for (const signal of [...this.timers.keys()]) if (!waiting.has(signal)) this.arrived(signal);
  }

  clear(): void {
    for (const { cancel } of this.timers.values()) cancel();
    this.timers.clear();
  }
}
