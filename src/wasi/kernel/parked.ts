// Calls that wait in mode 'sync' while other guest threads run: the scheduler tries them again between turns, and lets
// the host wait for all of them together when no thread can go on. In mode 'async' promises do the same.
import { ERRNO, SystemError } from '../host/errno.ts';
import type { HeldClock } from './held.ts';
import { anyReady, WouldBlock, waitSync } from './wait.ts';

/** How the wait for parked calls ended: one has gone on, the time is over, or nothing on this host can end it. */
export type ParkedOutcome = 'answered' | 'time' | 'never';

type Tell = (outcome: { readonly answer: number } | { readonly error: unknown }) => void;

/** What is done with a parked call. */
export interface Parking {
  /** Tries the call again. */
  readonly again: () => number | WouldBlock;
  /** Ends it with an error number where its wait cannot go on. */
  readonly refuse: (errno: number) => number;
  /** Forgets it: its thread is gone. */
  readonly drop: () => void;
}

/** One waiting call, as the promise that suspends the guest thread; it settles at once, not a turn later. */
class ParkedCall implements PromiseLike<number> {
  block: WouldBlock;
  readonly parking: Parking;
  private tell: Tell = () => {};

  constructor(block: WouldBlock, parking: Parking) {
    this.block = block;
    this.parking = parking;
  }

  // biome-ignore lint/suspicious/noThenProperty: it suspends a thread like the promise of a host function
  then<A = number, B = never>(
    answered?: ((answer: number) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    this.tell = (outcome) => {
      if ('answer' in outcome) answered?.(outcome.answer);
      else failed?.(outcome.error);
    };
    return new Promise<never>(() => {});
  }

  /** Whether it is worth trying again. */
  isOver(clock: HeldClock): boolean {
    const { block } = this;
    return anyReady(block) || (block.deadline !== undefined && isPast(clock, block.deadline));
  }

  /** True when the call has ended. */
  retry(): boolean {
    try {
      const answer = this.parking.again();
      if (typeof answer !== 'number') {
        this.block = answer;
        return false;
      }
      this.finish(answer);
    } catch (error) {
      this.tell({ error });
    }
    return true;
  }

  finish(answer: number): void {
    this.tell({ answer });
  }
}

/** A clock that fails is noticed when it is waited for. */
function isPast(clock: HeldClock, deadline: bigint): boolean {
  try {
    return deadline <= clock.monotonic();
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** The parked calls of a process. */
export class Parked {
  private readonly clock: HeldClock;
  private readonly calls = new Set<ParkedCall>();

  constructor(clock: HeldClock) {
    this.clock = clock;
  }

  /** Parks a call: what suspends its thread. */
  add(block: WouldBlock, parking: Parking): PromiseLike<number> {
    const call = new ParkedCall(block, parking);
    this.calls.add(call);
    return call;
  }

  /** Ends a call with an error number. */
  end(parking: Parking, errno: number): void {
    for (const call of this.calls) {
      if (call.parking !== parking) continue;
      this.calls.delete(call);
      call.finish(errno);
    }
  }

  /** Forgets all. */
  clear(): void {
    for (const { parking } of this.calls) parking.drop();
    this.calls.clear();
  }

  /** Tries those again whose wait may be over; whether one of them has ended. */
  retry(): boolean {
    let ended = false;
    for (const call of this.calls) {
      if (!call.isOver(this.clock) || !call.retry()) continue;
      this.calls.delete(call);
      ended = true;
    }
    return ended;
  }

  /**
   * Keeps the host waiting for any of them, or for at most so many nanoseconds. When the wait itself fails, the call that
   * has waited longest is told.
   */
  wait(limit: bigint | undefined): ParkedOutcome {
    try {
      return this.waitFor(limit);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return this.refuseFirst(ERRNO[error.errno]);
    }
  }

  private refuseFirst(errno: number): ParkedOutcome {
    const [first] = this.calls;
    if (first === undefined) return 'never';
    this.calls.delete(first);
    first.finish(first.parking.refuse(errno));
    return 'answered';
  }

  private waitFor(limit: bigint | undefined): ParkedOutcome {
    const { clock } = this;
    const end = limit === undefined ? undefined : clock.monotonic() + limit;
    for (;;) {
      if (this.retry()) return 'answered';
      if (end !== undefined && end <= clock.monotonic()) return 'time';
      if (waitSync(this.together(end), clock)) continue;
      return end === undefined ? this.refuseFirst(ERRNO.NOTSUP) : 'never';
    }
  }

  /** All waits as one, which ends with the first. */
  private together(end: bigint | undefined): WouldBlock {
    const blocks = [...this.calls].map((call) => call.block);
    let deadline = end;
    for (const block of blocks) {
      if (block.deadline !== undefined && (deadline === undefined || block.deadline < deadline)) {
        deadline = block.deadline;
      }
    }
    return new WouldBlock(
      blocks.flatMap(({ waits }) => waits),
      deadline,
    );
  }
}
