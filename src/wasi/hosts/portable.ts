// Clock and randomness from what every JavaScript host has, or may have: used when none are given.
// Looked up when needed and guarded, so that this also loads where there are no timers and no crypto.
import { startTimer } from '../../runtime/timers.ts';
import type { Clock } from '../host/clock.ts';
import { refused } from '../host/errno.ts';
import type { Random } from '../host/random.ts';

interface HostGlobals {
  readonly performance?: { now(): number };
  readonly crypto?: { getRandomValues(bytes: Uint8Array): void };
}

const host = globalThis as HostGlobals;

/** What crypto.getRandomValues fills at most. */
const RANDOM_CHUNK = 65_536;

/** Sleeps by Atomics.wait on a private buffer; false where that is forbidden (a page's main thread) or missing. */
export function sleepByAtomics(nanoseconds: bigint): boolean {
  try {
    const word = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(word, 0, 0, Number(nanoseconds) / 1e6);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds until a deadline, rounded up, so that the timer is not early. */
export function millisecondsUntil(deadline: bigint, now: bigint): number {
  return deadline <= now ? 0 : Number((deadline - now + 999_999n) / 1_000_000n);
}

/** `Date.now` and, where it exists, `performance.now`; steps of a millisecond, as timing attacks want finer ones. */
export function portableClock(): Clock {
  let latest = 0n;
  const clock: Clock = {
    resolution: 1_000_000n,
    realtime: () => BigInt(Date.now()) * 1_000_000n,
    monotonic: () => {
      const now = BigInt(Math.floor(host.performance?.now() ?? Date.now())) * 1_000_000n;
      if (now > latest) latest = now;
      return latest;
    },
    schedule: (deadline, wake) => startTimer(millisecondsUntil(deadline, clock.monotonic()), wake),
    sleepSync: sleepByAtomics,
  };
  return clock;
}

/** `crypto.getRandomValues`, in pieces; NOTSUP where the host has none. */
export function portableRandom(): Random {
  return {
    fill(bytes) {
      if (host.crypto === undefined) throw refused('NOTSUP');
      for (let at = 0; at < bytes.length; at += RANDOM_CHUNK) {
        host.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_CHUNK));
      }
    },
  };
}
