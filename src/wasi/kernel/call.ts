// What a system call knows of its caller, and keeps from one try to the next.
import type { ModuleInstance } from '../../runtime/instance.ts';
import type { Guest } from './guest.ts';
import type { GuestThread } from './guest-thread.ts';
import type { Process } from './process.ts';
import { forgetAsked } from './replay.ts';
import type { Rules } from './rules.ts';

/** What a system call knows of its caller. */
export interface Call {
  readonly guest: Guest;
  /** The instance that calls; undefined where the host does, and where an engine does not say. */
  readonly caller: ModuleInstance | undefined;
  readonly thread: GuestThread;
  readonly process: Process;
  /** What the interface means where others mean something else. */
  readonly rules: Rules;
  /** The monotonic time at which the first try began; all tries see the same. */
  began(): bigint;
  /** Whether this is a later try of a call that has waited. */
  readonly waited: boolean;
  /** What the last try has kept. */
  readonly kept: unknown;
  /**
   * Keeps how far a call in pieces has come: a later try goes on there, and does not ask again what was asked before, so
   * that many answers that come later are not waited for all over again. Nothing that the call has opened may be in it.
   */
  keep(progress: unknown): void;
}

/** One call, in all its tries. */
export class CallOf implements Call {
  readonly guest: Guest;
  readonly caller: ModuleInstance | undefined;
  readonly thread: GuestThread;
  readonly process: Process;
  readonly rules: Rules;
  waited = false;
  kept: unknown;
  /** Pieces that this try has made; those up to which it has been kept; and those that are paid, of all tries. */
  madePieces = 0;
  keptPieces = 0;
  paidPieces = 0;
  private time: bigint | undefined;

  constructor(guest: Guest, caller: ModuleInstance | undefined, thread: GuestThread, rules: Rules) {
    this.guest = guest;
    this.caller = caller;
    this.thread = thread;
    this.process = thread.process;
    this.rules = rules;
  }

  keep(progress: unknown): void {
    this.kept = progress;
    this.keptPieces = progress === undefined ? 0 : this.madePieces;
    forgetAsked();
  }

  began(): bigint {
    this.time ??= this.process.clock.monotonic();
    return this.time;
  }
}
