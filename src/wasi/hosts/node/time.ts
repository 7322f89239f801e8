// Clocks and randomness of the process.
import { randomFillSync } from 'node:crypto';
import { cpuUsage, hrtime } from 'node:process';
import { wholeBigint } from '../../../options.ts';
import { startTimer } from '../../../runtime/timers.ts';
import type { Clock } from '../../host/clock.ts';
import type { Random } from '../../host/random.ts';
import { millisecondsUntil, sleepByAtomics } from '../portable.ts';

/**
 * The clocks of this machine, in steps of `resolution` nanoseconds (1 microsecond if not given): coarser steps make
 * timing attacks harder.
 */
export function nodeClock(resolution = 1_000n): Clock {
  wholeBigint('a number of nanoseconds', 1n)(resolution, 'nodeClock: the resolution');
  const inSteps = (time: bigint): bigint => time - (time % resolution);
  // The epoch's time runs on by the monotonic clock's fine steps from where Date.now stood; both are read again
  // whenever they have drifted apart, which happens when someone sets the machine's clock.
  let offset = 0n;
  return {
    resolution,
    realtime() {
      const coarse = BigInt(Date.now()) * 1_000_000n;
      const fine = hrtime.bigint() + offset;
      if (fine < coarse || fine >= coarse + 2_000_000n) offset = coarse - hrtime.bigint();
      return inSteps(hrtime.bigint() + offset);
    },
    monotonic: () => inSteps(hrtime.bigint()),
    cpuTime() {
      const { user, system } = cpuUsage();
      return inSteps(BigInt(user + system) * 1_000n);
    },
    schedule: (deadline, wake) => startTimer(millisecondsUntil(deadline, hrtime.bigint()), wake),
    sleepSync: sleepByAtomics,
  };
}

/** Node fills less than 2 GiB at once. */
const PIECE = 1 << 26;

/** Cryptographically secure randomness of the operating system. */
export function nodeRandom(): Random {
  return {
    fill(bytes) {
      for (let at = 0; at < bytes.length; at += PIECE) randomFillSync(bytes.subarray(at, at + PIECE));
    },
  };
}
