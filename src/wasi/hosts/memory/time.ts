// Time and randomness that are the same in every run: a virtual clock and seeded random numbers, for tests and replay.
import type { Clock } from '../../host/clock.ts';
import { bigint, checkOptions, flag, type Shape, whole } from '../../../options.ts';
import { yieldToHost } from '../../../runtime/turns.ts';
import type { Random } from '../../host/random.ts';

export interface VirtualClockOptions {
  /** Nanoseconds since the Unix epoch at the start; 2020-01-01 if not given. */
  readonly start?: bigint | undefined;
  /** Whether a wait moves the time to its end at once (the default), or waits for `advance`. */
  readonly automatic?: boolean | undefined;
}

const CLOCK_OPTIONS: Shape<VirtualClockOptions> = { start: bigint, automatic: flag };

interface Alarm {
  readonly deadline: bigint;
  readonly wake: () => void;
}

/**
 * Turns of waiting promises before the time moves on to the next deadline: those that the last one woke come first,
 * and may have a nearer wish by then.
 */
const PATIENCE = 16;

/** Deadlines after which the host has a turn: who always has a next one would keep it for ever. They are counted, not timed. */
const IN_A_ROW = 64;

/** A clock that moves only when someone waits for it, or by `advance`. */
export class VirtualClock implements Clock {
  readonly resolution = 1n;
  private readonly start: bigint;
  private readonly automatic: boolean;
  private now = 0n;
  private ringing = false;
  private rung = 0;
  private readonly alarms = new Set<Alarm>();

  constructor(options?: VirtualClockOptions) {
    const given = checkOptions('VirtualClock', options, CLOCK_OPTIONS);
    const { start = 1_577_836_800_000_000_000n, automatic = true } = given;
    this.start = start;
    this.automatic = automatic;
  }

  realtime(): bigint {
    return this.start + this.now;
  }

  monotonic(): bigint {
    return this.now;
  }

  cpuTime(): bigint {
    return this.now;
  }

  schedule(deadline: bigint, wake: () => void): () => void {
    const alarm = { deadline, wake };
    this.alarms.add(alarm);
    if (this.automatic) this.ringLater();
    return () => {
      this.alarms.delete(alarm);
    };
  }

  sleepSync(nanoseconds: bigint): boolean {
    this.advance(nanoseconds);
    return true;
  }

  /** Moves the time on and wakes those whose time has come, in the order of their deadlines. */
  advance(nanoseconds: bigint): void {
    bigint(nanoseconds, 'VirtualClock.advance: the nanoseconds');
    if (nanoseconds > 0n) this.now += nanoseconds;
    const due = [...this.alarms].filter((alarm) => alarm.deadline <= this.now);
    due.sort((a, b) => (a.deadline < b.deadline ? -1 : a.deadline > b.deadline ? 1 : 0));
    for (const alarm of due) if (this.alarms.delete(alarm)) alarm.wake();
  }

  /** Moves the time to the earliest deadline, then to the next, as long as somebody waits. */
  private ringLater(): void {
    if (this.ringing) return;
    this.ringing = true;
    let turn = ++this.rung % IN_A_ROW === 0 ? yieldToHost() : Promise.resolve();
    for (let i = 0; i < PATIENCE; i++) turn = turn.then(() => undefined);
    turn.then(() => {
      this.ringing = false;
      let earliest: bigint | undefined;
      for (const { deadline } of this.alarms) if (earliest === undefined || deadline < earliest) earliest = deadline;
      if (earliest === undefined) return;
      this.advance(earliest - this.now);
      this.ringLater();
    });
  }
}

/** Random numbers that follow from a seed (xorshift, 32 bits): for tests, never for secrets. */
export function seededRandom(seed: number): Random {
  whole('a seed', -Number.MAX_SAFE_INTEGER)(seed, 'seededRandom: the seed');
  let state = seed >>> 0 || 0x9e37_79b9;
  return {
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        bytes[i] = state >>> 24;
      }
    },
  };
}
