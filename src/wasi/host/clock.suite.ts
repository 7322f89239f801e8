// What every clock must do. Each implementation's test runs this suite.
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';

const MILLISECOND = 1_000_000n;

/** `sleeps`: whether it can wait without giving control back. */
export function clockSuite(title: string, fresh: () => Clock, { sleeps = true } = {}): void {
  const until = (clock: Clock, deadline: bigint): Promise<void> =>
    new Promise((resolve) => {
      clock.schedule(deadline, resolve);
    });

  describe(title, () => {
    it('has a resolution above 0, and tells times that are multiples of it', () => {
      const clock = fresh();
      expect(clock.resolution).toBeGreaterThan(0n);
      for (const time of [clock.realtime(), clock.monotonic(), clock.cpuTime?.() ?? 0n]) {
        expect(time % clock.resolution).toBe(0n);
        expect(time).toBeGreaterThanOrEqual(0n);
      }
    });

    it('the monotonic time never goes back, and neither does the time that the program has used', () => {
      const clock = fresh();
      let [monotonic, used] = [clock.monotonic(), clock.cpuTime?.() ?? 0n];
      for (let i = 0; i < 1000; i++) {
        const [now, nowUsed] = [clock.monotonic(), clock.cpuTime?.() ?? 0n];
        expect(now).toBeGreaterThanOrEqual(monotonic);
        expect(nowUsed).toBeGreaterThanOrEqual(used);
        [monotonic, used] = [now, nowUsed];
      }
    });

    it('the time since the epoch is one of our days', () => {
      const time = fresh().realtime();
      expect(time).toBeGreaterThan(1_500_000_000_000_000_000n);
      expect(time).toBeLessThan(1n << 63n);
    });

    it('both times go on by what is waited for', async () => {
      const clock = fresh();
      const [real, monotonic] = [clock.realtime(), clock.monotonic()];
      await until(clock, monotonic + 20n * MILLISECOND);
      // A wake-up may be a little early, a busy machine is late.
      for (const passed of [clock.realtime() - real, clock.monotonic() - monotonic]) {
        expect(passed).toBeGreaterThanOrEqual(15n * MILLISECOND);
        expect(passed).toBeLessThan(20_000n * MILLISECOND);
      }
    });

    it('wakes once for each deadline, the earlier one first, and at once for one in the past', async () => {
      const clock = fresh();
      const now = clock.monotonic();
      const woken: string[] = [];
      const note = (name: string) => () => woken.push(name);
      clock.schedule(now + 30n * MILLISECOND, note('late'));
      clock.schedule(now > 0n ? now - 1n : 0n, note('past'));
      clock.schedule(now + 10n * MILLISECOND, note('early'));
      await until(clock, now + 60n * MILLISECOND);
      expect(woken).toEqual(['past', 'early', 'late']);
    });

    it('does not wake after it was told not to', async () => {
      const clock = fresh();
      let woken = 0;
      const cancel = clock.schedule(clock.monotonic() + 5n * MILLISECOND, () => woken++);
      cancel();
      cancel();
      await until(clock, clock.monotonic() + 20n * MILLISECOND);
      expect(woken).toBe(0);
    });

    it('takes deadlines beyond all bounds without waking', async () => {
      const clock = fresh();
      let woken = 0;
      const cancel = clock.schedule((1n << 64n) - 1n, () => woken++);
      await until(clock, clock.monotonic() + 5n * MILLISECOND);
      cancel();
      expect(woken).toBe(0);
    });

    it('sleeps without giving control back, or says that it cannot', () => {
      const clock = fresh();
      const before = clock.monotonic();
      expect(clock.sleepSync(5n * MILLISECOND)).toBe(sleeps);
      if (sleeps) expect(clock.monotonic() - before).toBeGreaterThanOrEqual(3n * MILLISECOND);
    });
  });
}
