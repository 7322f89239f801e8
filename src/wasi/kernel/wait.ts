// Waiting: a system call that cannot finish answers with a WouldBlock; here it is waited for, in one of two ways.
// After either way the caller runs the same call again with the same arguments (see dispatcher.ts).
import type { Clock } from '../host/clock.ts';
import type { Pollable } from './pollable.ts';

export interface Wait {
  readonly pollable: Pollable;
  /** READABLE, WRITABLE or both. */
  readonly interest: number;
}

/** The answer of a system call that has done nothing yet: what it waits for, and until when at most. */
export class WouldBlock {
  readonly waits: readonly Wait[];
  /** On the monotonic clock, in nanoseconds. */
  readonly deadline: bigint | undefined;
  constructor(waits: readonly Wait[], deadline?: bigint) {
    this.waits = waits;
    this.deadline = deadline;
  }
}

/** How long one try lasts when several things are watched without giving control back. */
const SLICE = 2_000_000n;

/** Whether one of the waits is over. */
export function anyReady(block: WouldBlock): boolean {
  return block.waits.some((wait) => wait.pollable.ready(wait.interest) !== 0);
}

/** Waits that someone else can end, all of one process. */
export class Waiting {
  private readonly aborts = new Set<(reason: Error) => void>();

  /** Resolves when one of the waits may be ready or the deadline has come; rejects when aborted. */
  start(block: WouldBlock, clock: Clock): Promise<void> {
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      let done = false;
      const finish = (): boolean => {
        if (done) return false;
        done = true;
        this.aborts.delete(abort);
        for (const one of undo) one();
        return true;
      };
      const wake = (): void => {
        if (finish()) resolve();
      };
      const abort = (reason: Error): void => {
        if (finish()) reject(reason);
      };
      const keep = (cancel: () => void): void => {
        if (done) cancel();
        else undo.push(cancel);
      };
      this.aborts.add(abort);
      for (const wait of block.waits) keep(wait.pollable.subscribe(wake));
      if (block.deadline !== undefined) keep(clock.schedule(block.deadline, wake));
      if (anyReady(block)) wake();
    });
  }

  /** Ends all waits: their promises reject with `reason`. */
  abortAll(reason: Error): void {
    for (const abort of [...this.aborts]) abort(reason);
  }
}

/** Waits without giving control back; false when nothing here can end the wait in that way. */
export function waitSync(block: WouldBlock, clock: Clock): boolean {
  const able = block.waits.map((wait) => wait.pollable).filter((pollable) => pollable.waitSync !== undefined);
  const remaining = (): bigint | undefined =>
    block.deadline === undefined ? undefined : block.deadline - clock.monotonic();
  if (able.length === 0) {
    const left = remaining();
    return left !== undefined && (left <= 0n || clock.sleepSync(left));
  }
  for (;;) {
    if (anyReady(block)) return true;
    const left = remaining();
    if (left !== undefined && left <= 0n) return true;
    const single = able.length === 1 && block.waits.length === 1;
    const slice = single ? left : left === undefined || left > SLICE ? SLICE : left;
    const waited = able.some((pollable) => pollable.waitSync?.(slice));
    if (!waited && (left === undefined || !clock.sleepSync(left))) return false;
  }
}
