// What an engine does with calls that do not run: a suspended call is plain data, which is copied and put elsewhere.
// `engine.calls` of wasmi-ts is such. Forks, checkpoints, contexts and handlers of signals are made of it.
import type { Func } from '../../runtime/instance.ts';
import type { Over, Suspended } from '../../runtime/thread.ts';
import type { GuestCall } from './scheduler.ts';

export interface Calls {
  /** A call of a function that has not begun. */
  begin(func: Func, args: readonly number[]): GuestCall;
  /** Where a suspended call stands. */
  placeOf(call: GuestCall): Suspended;
  /** A suspended call goes on elsewhere, where the host call has ended with this answer. */
  goOnAt(call: GuestCall, place: Suspended, answer: unknown): void;
  /** A second call that stands where this one does, over copies; the host call that it waits for has ended with this answer. */
  copy(call: GuestCall, over: Over, answer?: unknown): GuestCall;
  /** Whether the next function that comes first is called where its host call ends, or only where a later one does. */
  canCallFirst(call: GuestCall): boolean;
  /**
   * When the host call has ended that it waits for, it calls a function of i32, without results, before it goes on. Of several
   * the next one is called where the next host call ends; one that is `now` comes before all others.
   */
  callFirst(call: GuestCall, func: Func, args: readonly number[], now?: boolean): void;
}
