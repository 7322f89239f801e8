// How poll_oneoff of WASIX differs from preview 1's: what a time-out of nothing means, and that event loops which poll for what
// is always so do not keep everybody else from running.
import { SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { GuestThread } from '../kernel/guest-thread.ts';
import type { Open } from '../kernel/open/open.ts';
import { AT_ONCE } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { EVENTTYPE } from '../preview1/abi.ts';
import type { Event, PollHabits } from '../preview1/poll.ts';
import type { Generation } from './generation.ts';

/** What a thread was told, by what is open: how often something had been written there by then. */
interface Known {
  readonly writes: WeakMap<Open, number>;
  /** Answers in a row that had no news. */
  stale: number;
}

const KNOWN = new WeakMap<GuestThread, Known>();

/** Nanoseconds for which an answer without news is held back: twice as long each time, up to so often. */
const HELD = 1_000_000n;
const MOST_DOUBLINGS = 7;

/**
 * In the first generation a relative time-out of nothing is over at once; since then it is none, where there is something else
 * to wait for. A poll that could return at once lets other threads have their turn first. One that has nothing to tell but
 * what can still be written, which the thread knows already, is held back a little: event loops never take their interest
 * back.
 */
export function pollHabits({ isFirst }: Generation): PollHabits {
  return { zeroIsForever: !isFirst, listenersAreSilent: true, hold };
}

function hold(call: Call, events: readonly Event[], others: WouldBlock): WouldBlock | undefined {
  const { process, thread } = call;
  const shared = process.threads !== undefined && process.threads.count > 1;
  if (shared && !call.waited) return new WouldBlock([{ pollable: AT_ONCE, interest: 0 }]);
  const known = KNOWN.get(thread) ?? { writes: new WeakMap(), stale: 0 };
  KNOWN.set(thread, known);
  if (!events.every((event) => isKnown(known, event))) known.stale = 0;
  else {
    const until = call.began() + (HELD << BigInt(Math.min(known.stale, MOST_DOUBLINGS)));
    const { waits, deadline = until } = others;
    if (!isPast(call, until)) return new WouldBlock(waits, deadline < until ? deadline : until);
    known.stale++;
  }
  for (const { type, told } of events) {
    if (type === EVENTTYPE.fdWrite && told !== undefined) known.writes.set(told.open, told.open.writes);
  }
  return undefined;
}

/** Whether the thread was told of it before, and has written nothing since. */
function isKnown({ writes }: Known, { type, error, told }: Event): boolean {
  if (type !== EVENTTYPE.fdWrite || error !== 'SUCCESS' || told === undefined) return false;
  return writes.get(told.open) === told.open.writes;
}

function isPast({ process }: Call, time: bigint): boolean {
  try {
    return process.clock.monotonic() >= time;
  } catch (error) {
    if (error instanceof SystemError) return true;
    throw error;
  }
}
