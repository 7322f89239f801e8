import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../errors.ts';
import { type GuestCall, Scheduler, type SchedulerOptions } from './scheduler.ts';

const turnOfHost = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A call that does steps, each of which uses up its slice, and ends after the last. */
class Steps implements GuestCall {
  account = { left: 0 };
  timeLeft: number | undefined;
  waitsForMemory = false;
  midway = false;
  abandoned = false;
  wake: () => void = () => {};
  private readonly steps: ((call: Steps) => 'suspended' | undefined)[];

  constructor(...steps: ((call: Steps) => 'suspended' | undefined)[]) {
    this.steps = steps;
  }

  /** Adds a step after the others. */
  push(step: (call: Steps) => 'suspended' | undefined): void {
    this.steps.push(step);
  }

  step(slice: number): 'done' | 'fuel' | 'slice' | 'suspended' {
    const step = this.steps.shift();
    if (step === undefined) return 'done';
    // A slice is over when it is overdrawn, as in the engine: else a busy machine makes it look interrupted.
    this.account.left -= slice + 1;
    return step(this) ?? (this.account.left < 0 ? 'fuel' : 'slice');
  }

  whenReady(wake: () => void): void {
    this.wake = wake;
  }

  timeOut(): void {
    this.wake();
  }

  abandon(): void {
    this.abandoned = true;
  }
}

/** Notes a letter for each of `count` steps. */
function noting(log: string[], letter: string, count: number): Steps {
  const steps = Array.from({ length: count }, () => () => {
    log.push(letter);
    return undefined;
  });
  return new Steps(...steps);
}

/** Does the same step for ever. */
function endless(step: (call: Steps) => 'suspended' | undefined): Steps {
  const again = (call: Steps): 'suspended' | undefined => {
    call.push(again);
    return step(call);
  };
  return new Steps(again);
}

async function orderOf(options: SchedulerOptions): Promise<string> {
  const log: string[] = [];
  const scheduler = new Scheduler(options);
  scheduler.add([noting(log, 'a', 4), noting(log, 'A', 2)]);
  scheduler.add([noting(log, 'b', 3)]);
  scheduler.add([noting(log, 'c', 3)]);
  await scheduler.run(turnOfHost);
  return log.join('');
}

describe('the scheduler', () => {
  it('gives turns round robin, and runs the calls of a thread one after the other', async () => {
    expect(await orderOf({})).toBe('abcabcabcaAA');
  });

  it('lets no other thread in while one stands in the middle of an instruction', async () => {
    for (const seed of [undefined, 1, 2, 3]) {
      const log: string[] = [];
      const scheduler = new Scheduler({ seed });
      const halfway = (letter: string, midway: boolean) => (call: Steps) => {
        log.push(letter);
        call.midway = midway;
        return undefined;
      };
      scheduler.add([new Steps(halfway('a', false), halfway('b', true), halfway('c', true), halfway('d', false))]);
      scheduler.add([noting(log, '-', 20)]);
      scheduler.add([noting(log, '-', 20)]);
      await scheduler.run(turnOfHost);
      expect(log.join('')).toContain('bcd');
    }
  });

  it('gives random turns with a seed, and the same ones again with the same seed', async () => {
    const orders = await Promise.all([1, 2, 3, 4, 5].map((seed) => orderOf({ seed })));
    expect(new Set(orders).size).toBeGreaterThan(1);
    expect(await Promise.all([1, 2, 3, 4, 5].map((seed) => orderOf({ seed })))).toEqual(orders);
  });

  it('goes on with the thread whose turn the host interrupted, so that time decides nothing', async () => {
    const log: string[] = [];
    // Of each slice only a third is done before the time for the host's turn has come.
    class Slow extends Steps {
      private readonly letter: string;
      private left = 9;
      constructor(letter: string) {
        super();
        this.letter = letter;
      }
      override step(slice: number, options?: { readonly deadline: number }): 'done' | 'slice' {
        if (this.left-- === 0) return 'done';
        log.push(this.letter);
        while (Date.now() < (options?.deadline ?? 0) + 1) {}
        const whole = this.left % 3 === 0;
        this.account.left -= whole ? slice + 1 : Math.floor(slice / 3);
        return 'slice';
      }
    }
    const scheduler = new Scheduler();
    scheduler.add([new Slow('a')]);
    scheduler.add([new Slow('b')]);
    await scheduler.run(turnOfHost);
    expect(log.join('')).toBe('aaabbbaaabbbaaabbb');
  });

  it('ends all threads with the main one, and those that wait are given up', async () => {
    const waiting = new Steps(() => 'suspended');
    const scheduler = new Scheduler();
    scheduler.add([noting([], 'a', 2)]);
    scheduler.add([waiting]);
    await scheduler.run(turnOfHost);
    expect([waiting.abandoned, scheduler.count]).toEqual([true, 0]);
  });

  it('lets an error of any thread out, and gives up the others', async () => {
    const scheduler = new Scheduler();
    const main = new Steps(() => 'suspended');
    scheduler.add([main]);
    scheduler.add([
      new Steps(() => {
        throw new RangeError('trap');
      }),
    ]);
    await expect(scheduler.run(turnOfHost)).rejects.toThrow(RangeError);
    expect(main.abandoned).toBe(true);
  });

  it('lets the host have its turns while a thread spins, and while threads only wait for each other', async () => {
    for (const spin of [
      () => undefined,
      (call: Steps) => {
        Promise.resolve().then(() => call.wake());
        return 'suspended' as const;
      },
    ]) {
      let turns = 0;
      const abort = new AbortController();
      const timer = setInterval(() => {
        if (++turns > 5) abort.abort();
      }, 0);
      const scheduler = new Scheduler({ signal: abort.signal });
      scheduler.add([endless(spin)]);
      await expect(scheduler.run(turnOfHost)).rejects.toThrow(Interrupted);
      clearInterval(timer);
      expect(turns).toBeGreaterThan(5);
    }
  });

  it('counts the fuel of all threads together', async () => {
    const scheduler = new Scheduler({ fuel: 220_000 });
    const log: string[] = [];
    scheduler.add([noting(log, 'a', 9)]);
    scheduler.add([noting(log, 'b', 9)]);
    await expect(scheduler.run(turnOfHost)).rejects.toMatchObject({ reason: 'fuel' });
    expect(log.join('')).toBe('ababa');
  });

  it('is ended by its signal while all threads wait', async () => {
    const abort = new AbortController();
    const scheduler = new Scheduler({ signal: abort.signal });
    scheduler.add([new Steps(() => 'suspended')]);
    const run = scheduler.run(turnOfHost);
    setTimeout(() => abort.abort('enough'), 5);
    await expect(run).rejects.toThrow(/enough/);
  });

  it('is ended while all threads wait by a signal that cannot tell, since it has no addEventListener', async () => {
    const signal = { aborted: false, reason: 'enough' };
    const scheduler = new Scheduler({ signal });
    scheduler.add([new Steps(() => 'suspended')]);
    const run = scheduler.run(turnOfHost);
    setTimeout(() => {
      signal.aborted = true;
    }, 5);
    const alive = setInterval(() => {}, 1000);
    await expect(run).rejects.toThrow(/enough/);
    clearInterval(alive);
  });

  it('says so when all threads wait for a notification that nobody can give', async () => {
    const stuck = (): Steps =>
      new Steps((call) => {
        call.waitsForMemory = true;
        return 'suspended';
      });
    const scheduler = new Scheduler();
    scheduler.add([stuck()]);
    scheduler.add([stuck()]);
    await expect(scheduler.run(turnOfHost)).rejects.toThrow(/all 2 guest threads wait/);
  });

  it('in a synchronous run sleeps until the first time-out, and says so when there is none', () => {
    const slept: bigint[] = [];
    const waiting = (timeLeft: number | undefined): Steps =>
      new Steps((call) => {
        call.waitsForMemory = true;
        call.timeLeft = timeLeft;
        return 'suspended';
      });
    const scheduler = new Scheduler();
    scheduler.add([waiting(2)]);
    scheduler.add([waiting(3)]);
    const hostThat = (wait: (limit: bigint | undefined) => 'time' | 'never') => ({ retry() {}, wait, clear() {} });
    scheduler.runSync(
      hostThat((limit) => {
        if (limit !== undefined) slept.push(limit);
        return 'time';
      }),
    );
    expect(slept).toEqual([2_000_000n]);
    const stuck = new Scheduler();
    stuck.add([waiting(undefined)]);
    expect(() => stuck.runSync(hostThat(() => 'time'))).toThrow(/the only guest thread waits/);
    const sleepless = new Scheduler();
    sleepless.add([waiting(5)]);
    expect(() => sleepless.runSync(hostThat(() => 'never'))).toThrow(/mode 'async'/);
  });
});
