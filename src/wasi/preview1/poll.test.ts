import { describe, expect, it } from 'vitest';
import { BUFFER, TestGuest } from '../guest.suite.ts';
import { memoryDirectory, QueueInput, VirtualClock } from '../hosts/memory.ts';
import { errnoName } from '../host/errno.ts';
import { RIGHTS } from './abi.ts';

const SUBSCRIPTIONS = 0x400;
const COUNT = 0x300;
const [CLOCK, READ, WRITE] = [0, 1, 2];
const [REALTIME, MONOTONIC] = [0, 1];

interface Wish {
  readonly type: number;
  readonly fd?: number;
  readonly clock?: number;
  readonly timeout?: bigint;
  readonly absolute?: boolean;
}

/** Writes subscriptions; userdata is their index. `shift` is what preview 0 has in front of a clock. */
function subscribe(guest: TestGuest, wishes: readonly Wish[], size = 48, shift = 0): void {
  wishes.forEach(({ type, fd, clock = MONOTONIC, timeout = 0n, absolute = false }, i) => {
    const at = SUBSCRIPTIONS + i * size;
    guest.bytes.fill(0, at, at + size);
    guest.setU64(at, BigInt(i));
    guest.bytes[at + 8] = type;
    guest.setU32(at + 16 + (type === CLOCK ? shift : 0), fd ?? clock);
    if (type !== CLOCK) return;
    guest.setU64(at + 24 + shift, timeout);
    guest.bytes[at + 40 + shift] = absolute ? 1 : 0;
  });
}

/** The events that a poll wrote: index of the subscription, error, bytes and flags. */
function events(guest: TestGuest): unknown[] {
  return Array.from({ length: guest.u32(COUNT) }, (_, i) => {
    const at = BUFFER + i * 32;
    const errno = errnoName(guest.bytes[at + 8] as number);
    return [Number(guest.u64(at)), errno, Number(guest.u64(at + 16)), guest.bytes[at + 24]];
  });
}

function poll(guest: TestGuest, wishes: readonly Wish[]): unknown {
  subscribe(guest, wishes);
  const errno = guest.call('poll_oneoff', SUBSCRIPTIONS, BUFFER, wishes.length, COUNT);
  return errno === 'SUCCESS' ? events(guest) : errno;
}

describe('poll_oneoff', () => {
  it('of time-outs of nothing did not tell the first where the clock ticked while it was looked at', () => {
    class Ticking extends VirtualClock {
      private ticks = 0n;
      override monotonic(): bigint {
        return this.ticks++;
      }
    }
    const guest = new TestGuest({ clock: new Ticking() });
    expect(poll(guest, [{ type: CLOCK }, { type: CLOCK }])).toHaveLength(2);
  });

  it('refuses no subscriptions, and counts that do not fit into memory', () => {
    const guest = new TestGuest();
    expect(guest.call('poll_oneoff', SUBSCRIPTIONS, BUFFER, 0, COUNT)).toBe('INVAL');
    for (const count of [2000, 0x0555_5556, 0x8000_0000, 0xffff_ffff]) {
      expect(guest.call('poll_oneoff', SUBSCRIPTIONS, BUFFER, count, COUNT)).toBe('FAULT');
    }
    expect(guest.call('poll_oneoff', SUBSCRIPTIONS, 0x1_0000 - 32, 1, 0x1_0000 - 3)).toBe('FAULT');
  });

  it('room for one event only is refused before that one is written', () => {
    const guest = new TestGuest();
    subscribe(guest, [{ type: CLOCK }, { type: CLOCK }]);
    const before = guest.bytes.slice();
    expect(guest.call('poll_oneoff', SUBSCRIPTIONS, 0x1_0000 - 32, 2, COUNT)).toBe('FAULT');
    expect(guest.bytes).toEqual(before);
  });

  it('a relative time is waited for, the shortest of several first', () => {
    const clock = new VirtualClock();
    const guest = new TestGuest({ clock });
    const wishes = [5_000n, 3_000n, (1n << 64n) - 1n].map((timeout) => ({ type: CLOCK, timeout }));
    expect(poll(guest, wishes)).toEqual([[1, 'SUCCESS', 0, 0]]);
    expect(clock.monotonic()).toBe(3_000n);
  });

  it('time 0 and times in the past come at once, times to come on either clock when they come', () => {
    const clock = new VirtualClock({ start: 1_000_000n });
    const guest = new TestGuest({ clock });
    clock.advance(500n);
    expect(poll(guest, [{ type: CLOCK }])).toEqual([[0, 'SUCCESS', 0, 0]]);
    expect(poll(guest, [{ type: CLOCK, timeout: 499n, absolute: true }])).toHaveLength(1);
    expect(poll(guest, [{ type: CLOCK, clock: REALTIME, timeout: 1n, absolute: true }])).toHaveLength(1);
    expect(clock.monotonic()).toBe(500n);
    expect(poll(guest, [{ type: CLOCK, clock: REALTIME, timeout: 1_000_600n, absolute: true }])).toHaveLength(1);
    expect(clock.monotonic()).toBe(600n);
    expect(poll(guest, [{ type: CLOCK, timeout: 700n, absolute: true }])).toHaveLength(1);
    expect(clock.monotonic()).toBe(700n);
  });

  it('errors come in the events of those that have them', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ a: '' }) } });
    const fd = guest.open('a', { base: RIGHTS.fd_read }) as number;
    expect(
      poll(guest, [
        { type: READ, fd: 99 },
        { type: WRITE, fd: 0 },
        { type: READ, fd },
        { type: CLOCK, clock: 2 },
      ]),
    ).toEqual([
      [0, 'BADF', 0, 0],
      [1, 'BADF', 0, 0],
      [2, 'NOTCAPABLE', 0, 0],
      [3, 'INVAL', 0, 0],
    ]);
  });

  it('files are ready, with the bytes that are left where the guest may know the size', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ a: 'hello' }) } });
    const base = RIGHTS.fd_read | RIGHTS.poll_fd_readwrite;
    const blind = guest.open('a', { base }) as number;
    const fd = guest.open('a', { base: base | RIGHTS.fd_filestat_get }) as number;
    guest.read(fd, 2);
    expect(
      poll(guest, [
        { type: READ, fd },
        { type: READ, fd },
        { type: READ, fd: blind },
      ]),
    ).toEqual([
      [0, 'SUCCESS', 3, 0],
      [1, 'SUCCESS', 3, 0],
      [2, 'SUCCESS', 0, 0],
    ]);
  });

  it('output is ready, input at its end is ready and hung up', () => {
    const guest = new TestGuest();
    expect(
      poll(guest, [
        { type: READ, fd: 0 },
        { type: WRITE, fd: 1 },
        { type: CLOCK, timeout: 1_000_000n },
      ]),
    ).toEqual([
      [0, 'SUCCESS', 0, 1],
      [1, 'SUCCESS', 0, 0],
    ]);
  });

  it('in mode async input or the clock ends the wait, whichever is first', async () => {
    const stdin = new QueueInput();
    const clock = new VirtualClock({ automatic: false });
    const guest = new TestGuest({ stdin, clock, mode: 'async' });
    const start = (): unknown => {
      subscribe(guest, [
        { type: READ, fd: 0 },
        { type: CLOCK, timeout: 1_000n },
      ]);
      return guest.raw('poll_oneoff', SUBSCRIPTIONS, BUFFER, 2, COUNT);
    };
    const first = start();
    clock.advance(999n);
    stdin.push('abc');
    expect(await first).toBe(0);
    expect(events(guest)).toEqual([[0, 'SUCCESS', 3, 0]]);
    expect(guest.read(0)).toBe('abc');
    const second = start();
    clock.advance(1_000n);
    expect(await second).toBe(0);
    expect(events(guest)).toEqual([[1, 'SUCCESS', 0, 0]]);
  });

  it('a try that is woken too early waits on without moving the deadline', async () => {
    const stdin = new QueueInput();
    const clock = new VirtualClock({ automatic: false });
    const guest = new TestGuest({ stdin, clock, mode: 'async' });
    subscribe(guest, [{ type: CLOCK, timeout: 1_000n }]);
    const answer = guest.raw('poll_oneoff', SUBSCRIPTIONS, BUFFER, 1, COUNT) as Promise<number>;
    let done = false;
    answer.then(() => {
      done = true;
    });
    for (let i = 0; i < 10; i++) {
      expect(done).toBe(false);
      clock.advance(100n);
      await Promise.resolve();
    }
    expect(await answer).toBe(0);
    expect(clock.monotonic()).toBe(1_000n);
  });

  it('preview 0 has an identifier in front of the clock', () => {
    const clock = new VirtualClock();
    const guest = new TestGuest({ clock }, 'wasi_unstable');
    subscribe(
      guest,
      [
        { type: CLOCK, timeout: 1_000n },
        { type: CLOCK, timeout: 500n },
      ],
      56,
      8,
    );
    expect(guest.call('poll_oneoff', SUBSCRIPTIONS, BUFFER, 2, COUNT)).toBe('SUCCESS');
    expect(events(guest)).toEqual([[1, 'SUCCESS', 0, 0]]);
    expect(clock.monotonic()).toBe(500n);
  });
});
