import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { portableClock } from '../wasi/hosts/portable.ts';
import { nodeClock } from '../wasi/hosts/node.ts';
import { onAbort } from './abort.ts';
import { startTimer } from './timers.ts';

const HOUR = 3_600_000;

describe('timers', () => {
  // The fake ones let those of 2^31 milliseconds and more go off at once, as hosts do.
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const LENGTHS = [0, 1, 1000, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 600 * HOUR];
  const LONG = [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 3 * 2 ** 31, 10_000 * HOUR];

  test.each([...LENGTHS, ...LONG])('a timer of %d ms goes off then, not at once', (length) => {
    const wake = vi.fn();
    startTimer(length, wake);
    vi.advanceTimersByTime(Math.max(0, length - 1));
    expect(wake).toHaveBeenCalledTimes(length === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a timer without an end never goes off, and can be stopped', () => {
    const wake = vi.fn();
    const stop = startTimer(Number.POSITIVE_INFINITY, wake);
    vi.advanceTimersByTime(1e11);
    stop();
    expect([wake.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test.each([...LENGTHS, ...LONG])(
    'a timer of %d ms that is stopped in any of its parts leaves nothing behind',
    (length) => {
      const wake = vi.fn();
      for (const before of [0, length / 2, length - 1]) {
        const stop = startTimer(length + 1, wake);
        vi.advanceTimersByTime(Math.max(0, before));
        stop();
        stop();
        expect(vi.getTimerCount()).toBe(0);
      }
      vi.advanceTimersByTime(length + 1);
      expect(wake).not.toHaveBeenCalled();
    },
  );

  test.each([
    ['the clock of Node', nodeClock()],
    ['the clock of any host', portableClock()],
  ])('%s wakes a guest that sleeps for 600 hours after 600 hours', (_name, clock) => {
    const wake = vi.fn();
    clock.schedule(clock.monotonic() + BigInt(600 * HOUR) * 1_000_000n, wake);
    vi.advanceTimersByTime(600 * HOUR - 10_000);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20_000);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('a host without timers wakes as soon as it gets control', async () => {
    vi.stubGlobal('setTimeout', undefined);
    const [kept, stopped] = [vi.fn(), vi.fn()];
    startTimer(1e9, kept);
    startTimer(1e9, stopped)();
    await Promise.resolve();
    vi.unstubAllGlobals();
    expect([kept.mock.calls.length, stopped.mock.calls.length]).toEqual([1, 0]);
  });

  test('a signal that cannot tell is looked at until it is aborted, and no longer than somebody listens', () => {
    const signal = { aborted: false };
    const tell = vi.fn();
    const stop = onAbort(signal, tell);
    vi.advanceTimersByTime(100);
    expect(tell).not.toHaveBeenCalled();
    signal.aborted = true;
    vi.advanceTimersByTime(10);
    expect(tell).toHaveBeenCalled();
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
