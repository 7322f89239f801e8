// Waiting: a system call that cannot finish returns a WouldBlock; here it is waited for, in one of two ways.
// After either way the caller runs the same call again with the same arguments (see dispatcher.ts).
import { checkTime, due, now } from '../../clock.ts';
import { quietly, SystemError } from '../host/errno.ts';
import { yieldToHost } from '../../runtime/turns.ts';
import type { Control } from './control.ts';
import type { HeldClock } from './held.ts';
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
  /** What a call does that ends with success where a signal comes; INTR without it. */
  readonly interrupted: (() => void) | undefined;
  constructor(waits: readonly Wait[], deadline?: bigint, interrupted?: () => void) {
    this.waits = waits;
    this.deadline = deadline;
    this.interrupted = interrupted;
  }
}

/** The rest of a system call that is done in pieces, with a pause after each. */
export type Pieces = Generator<undefined, WouldBlock | Control | undefined, undefined>;

export function isPieces(answer: unknown): answer is Pieces {
  return typeof (answer as Partial<Pieces> | undefined)?.next === 'function';
}

/** How long one try lasts when several things are watched without giving control back. */
const SLICE = 2_000_000n;

/** Whether one of the waits is over: also one for something that has failed, which the call then reports. */
export function anyReady(block: WouldBlock): boolean {
  return block.waits.some(({ pollable, interest }) => {
    try {
      return pollable.ready(interest) !== 0;
    } catch (error) {
      if (error instanceof SystemError) return true;
      throw error;
    }
  });
}

/** Waits that someone else can end, all of one process. */
export class Waiting {
  private readonly aborts = new Set<(reason: Error) => void>();

  /**
   * Resolves when one of the waits may be ready or the deadline has come; rejects when aborted, by abortAll or by what
   * `told` is given.
   */
  start(block: WouldBlock, clock: HeldClock, told: (abort: (reason: Error) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      let done = false;
      const finish = (): boolean => {
        if (done) return false;
        done = true;
        this.aborts.delete(abort);
        for (const one of undo) quietly(one);
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
      told(abort);
      try {
        for (const wait of block.waits) keep(wait.pollable.subscribe(wake));
        if (block.deadline !== undefined) keep(clock.schedule(block.deadline, wake));
        if (anyReady(block)) wake();
      } catch (error) {
        if (finish()) reject(error);
      }
    });
  }

  /** Resolves when the host has had a turn of its event loop; rejects when aborted. */
  turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.aborts.add(reject);
      yieldToHost().then(() => {
        this.aborts.delete(reject);
        resolve();
      });
    });
  }

  /** Ends all waits: their promises reject with `reason`. */
  abortAll(reason: Error): void {
    for (const abort of [...this.aborts]) abort(reason);
  }
}

/** A time to wait, or the shorter one until what runs now has to be over. */
function shortened(left: bigint): bigint {
  const most = due.at - now();
  return Number(left) / 1e6 < most ? left : BigInt(Math.max(0, Math.ceil(most * 1e6)));
}

/**
 * Waits without giving control back, and no longer than until what runs now has to be over; false when nothing here can
 * end the wait in that way. @throws Interrupted when that moment has come before.
 */
export function waitSync(block: WouldBlock, clock: HeldClock): boolean {
  checkTime();
  const able = block.waits.map((wait) => wait.pollable).filter((pollable) => pollable.waitSync !== undefined);
  const remaining = (): bigint | undefined =>
    block.deadline === undefined ? undefined : block.deadline - clock.monotonic();
  if (able.length === 0) {
    const left = remaining();
    return left !== undefined && (left <= 0n || clock.sleepSync(shortened(left)));
  }
  for (;;) {
    if (anyReady(block)) return true;
    const left = remaining();
    if (left !== undefined && left <= 0n) return true;
    checkTime();
    // Others are looked at in between, and so is the time.
    const single = able.length === 1 && block.waits.length === 1 && due.at === Number.POSITIVE_INFINITY;
    const slice = single ? left : left === undefined || left > SLICE ? SLICE : left;
    const waited = able.some((pollable) => pollable.waitSync?.(slice));
    if (!waited && (left === undefined || !clock.sleepSync(shortened(left)))) return false;
  }
}
