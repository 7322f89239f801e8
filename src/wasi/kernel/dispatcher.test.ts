import { describe, expect, it } from 'vitest';
import { ExitStatus } from '../../errors.ts';
import { ERRNO, SystemError } from '../host/errno.ts';
import { QueueInput, seededRandom, VirtualClock } from '../hosts/memory.ts';
import { type Call, dispatch as dispatchFrom, type SystemCall, type Value } from './dispatcher.ts';
import { Guest } from './guest.ts';
import { READABLE } from './pollable.ts';
import { Process } from './process.ts';
import { PREVIEW_RULES } from './rules.ts';
import { Callers } from './guest-thread.ts';
import { WouldBlock } from './wait.ts';

function setUp(mode: 'async' | 'sync', clock = new VirtualClock()) {
  const process = new Process({ args: [], env: {}, clock, random: seededRandom(1) });
  const guest = new Guest(() => ({ bytes: new Uint8Array(16) }));
  return { mode, process, guests: { of: () => guest }, callers: new Callers(process), rules: PREVIEW_RULES };
}

/** As a host function that nobody in particular calls. */
function dispatch(...given: Parameters<typeof dispatchFrom>): (...args: Value[]) => unknown {
  const run = dispatchFrom(...given);
  return (...args) => run(undefined, args, true);
}

describe('the dispatcher', () => {
  it('returns a number at once when a call does not wait, and with the number of a SystemError', () => {
    const options = setUp('async');
    expect(dispatch(() => undefined, [], options)()).toBe(0);
    const failing: SystemCall = () => {
      throw new SystemError('NOENT');
    };
    expect(dispatch(failing, [], options)()).toBe(ERRNO.NOENT);
  });

  it('lets errors that are not the guest’s through', () => {
    const failing: SystemCall = () => {
      throw new ExitStatus(3);
    };
    expect(() => dispatch(failing, [], setUp('sync'))()).toThrow(ExitStatus);
  });

  it('i32 arrive unsigned, i64 unsigned or signed as declared', () => {
    let seen: unknown[] = [];
    const run: SystemCall = (_call: Call, ...args: unknown[]) => {
      seen = args;
    };
    dispatch(run, ['u32', 'u64', 's64'], setUp('sync'))(-1, -1n, 0xffff_ffff_ffff_fffen);
    expect(seen).toEqual([0xffff_ffff, 0xffff_ffff_ffff_ffffn, -2n]);
  });

  it('runs a waiting call again with the same arguments and the same beginning until it is done', async () => {
    const clock = new VirtualClock({ automatic: false });
    const options = setUp('async', clock);
    const input = new QueueInput();
    const tries: unknown[] = [];
    const run: SystemCall = (call: Call, argument: number) => {
      tries.push([argument, call.began()]);
      return tries.length < 3 ? new WouldBlock([{ pollable: input, interest: READABLE }]) : undefined;
    };
    const answer = dispatch(run, ['u32'], options)(7);
    expect(answer).toBeInstanceOf(Promise);
    expect(tries).toHaveLength(1);
    clock.advance(5n);
    input.push('a');
    expect(await answer).toBe(0);
    expect(tries).toEqual([
      [7, 0n],
      [7, 0n],
      [7, 0n],
    ]);
  });

  it('a wait ends at its deadline, in both modes', async () => {
    for (const mode of ['async', 'sync'] as const) {
      const clock = new VirtualClock();
      const run: SystemCall = (call: Call) =>
        clock.monotonic() < 1000n ? new WouldBlock([], call.began() + 1000n) : undefined;
      expect(await dispatch(run, [], setUp(mode, clock))()).toBe(0);
      expect(clock.monotonic()).toBe(1000n);
    }
  });

  it('in mode sync a wait that nothing can end returns NOTSUP', () => {
    const run: SystemCall = () => new WouldBlock([{ pollable: new QueueInput(), interest: READABLE }]);
    expect(dispatch(run, [], setUp('sync'))()).toBe(ERRNO.NOTSUP);
  });

  it('in mode sync a caller that cannot be suspended waits in place, although there are other threads', () => {
    const clock = new VirtualClock();
    const options = setUp('sync', clock);
    options.process.threads = { count: 2, spawn: () => 0, start: () => 0, knows: () => true };
    const run: SystemCall = (call: Call) =>
      clock.monotonic() < 1000n ? new WouldBlock([], call.began() + 1000n) : undefined;
    expect(dispatchFrom(run, [], options)(undefined, [], false)).toBe(0);
  });

  it('an exit ends the waits of other threads with its status and leaves no subscription behind', async () => {
    const options = setUp('async');
    let subscribed = 0;
    const pollable = {
      ready: () => 0,
      subscribe: () => {
        subscribed++;
        return () => {
          subscribed--;
        };
      },
    };
    const answer = dispatch(() => new WouldBlock([{ pollable, interest: READABLE }]), [], options)();
    expect(subscribed).toBe(1);
    expect(() => options.process.exit(9)).toThrow(ExitStatus);
    await expect(answer).rejects.toMatchObject({ exitCode: 9 });
    expect(subscribed).toBe(0);
  });
});
