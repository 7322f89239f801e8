// epoll, and how poll_oneoff differs from preview 1's.
import { describe, expect, it } from 'vitest';
import { BUFFER, TestGuest } from '../guest.suite.ts';
import { LoopbackNetwork, memoryDirectory, VirtualClock } from '../index.ts';
import { OpenEpoll } from '../kernel/open/epoll.ts';
import { OpenEvent } from '../kernel/open/event.ts';
import type { Open } from '../kernel/open/open.ts';
import { RIGHTS } from '../preview1/abi.ts';

const OUT = 0x100;
const EVENTS = 0x400;
const FOREVER = (1n << 64n) - 1n;
const [IN, OUTPUT, RDHUP, HUP, ET, ONESHOT] = [1, 2, 4, 32, 64, 128] as const;

function made({ isFirst = false } = {}) {
  const clock = new VirtualClock();
  const preopens = { '/': memoryDirectory({ f: 'file' }) };
  const guest = TestGuest.wasix({ clock, preopens, network: new LoopbackNetwork() }, { isFirst });
  return { guest, clock };
}

function pair(guest: TestGuest): [reader: number, writer: number] {
  expect(guest.call('fd_pipe', OUT, OUT + 4)).toBe('SUCCESS');
  return [guest.u32(OUT), guest.u32(OUT + 4)];
}

function event(guest: TestGuest, initial = 0n): number {
  expect(guest.call('fd_event', initial, 4, OUT)).toBe('SUCCESS');
  return guest.u32(OUT);
}

/** Adds to an eventfd. */
function signal(guest: TestGuest, fd: number): void {
  guest.setU64(0x1000, 1n);
  guest.setU32(OUT, 0x1000);
  guest.setU32(OUT + 4, 8);
  expect(guest.call('fd_write', fd, OUT, 1, OUT + 8)).toBe('SUCCESS');
}

function set(guest: TestGuest): number {
  expect(guest.call('epoll_create', OUT)).toBe('SUCCESS');
  return guest.u32(OUT);
}

function control(guest: TestGuest, epfd: number, operation: number, fd: number, events: number, data = fd): string {
  guest.bytes.fill(data, OUT, OUT + 32);
  guest.setU32(OUT, events);
  return guest.call('epoll_ctl', epfd, operation, fd, OUT);
}

/** What is told: events by the first byte of the data. */
function wait(guest: TestGuest, epfd: number, timeout = 0n, most = 8): [number, number][] | string {
  const errno = guest.call('epoll_wait', epfd, EVENTS, most, timeout, OUT);
  if (errno !== 'SUCCESS') return errno;
  return Array.from({ length: guest.u32(OUT) }, (_, i) => {
    const at = EVENTS + 32 * i;
    const data = guest.bytes.subarray(at + 8, at + 32);
    expect(new Set(data).size).toBe(1);
    return [data[0] as number, guest.u32(at)];
  });
}

describe('an epoll set', () => {
  it('tells what is so as long as it is, and gives the data back as they were', () => {
    const { guest } = made();
    const [reader, writer] = pair(guest);
    const epfd = set(guest);
    expect(control(guest, epfd, 0, reader, IN | OUTPUT | RDHUP)).toBe('SUCCESS');
    expect(control(guest, epfd, 0, writer, IN | OUTPUT)).toBe('SUCCESS');
    expect(wait(guest, epfd)).toEqual([[writer, OUTPUT]]);
    guest.write(writer, 'x');
    expect(wait(guest, epfd)).toEqual([
      [reader, IN],
      [writer, OUTPUT],
    ]);
    expect(wait(guest, epfd, FOREVER, 1)).toEqual([[reader, IN]]);
    expect(wait(guest, epfd, FOREVER, 1)).toEqual([[writer, OUTPUT]]);
    guest.read(reader);
    guest.call('fd_close', writer);
    expect(wait(guest, epfd)).toEqual([[reader, IN | RDHUP | HUP]]);
  });

  it('edge-triggered tells once what has begun, and again when more comes', () => {
    const { guest } = made();
    const [reader, writer] = pair(guest);
    const counter = event(guest);
    const epfd = set(guest);
    control(guest, epfd, 0, reader, IN | ET);
    control(guest, epfd, 0, counter, IN | ET);
    expect(wait(guest, epfd)).toEqual([]);
    guest.write(writer, 'a');
    signal(guest, counter);
    expect(wait(guest, epfd)).toEqual([
      [reader, IN],
      [counter, IN],
    ]);
    expect(wait(guest, epfd)).toEqual([]);
    signal(guest, counter);
    expect(wait(guest, epfd)).toEqual([[counter, IN]]);
    guest.write(writer, 'b');
    expect(wait(guest, epfd)).toEqual([[reader, IN]]);
    expect(wait(guest, epfd)).toEqual([]);
  });

  it('tells a one-shot once, until it is asked for anew', () => {
    const { guest } = made();
    const counter = event(guest, 1n);
    const epfd = set(guest);
    control(guest, epfd, 0, counter, IN | ONESHOT);
    expect([wait(guest, epfd), wait(guest, epfd)]).toEqual([[[counter, IN]], []]);
    expect(control(guest, epfd, 1, counter, IN | ONESHOT, 9)).toBe('SUCCESS');
    expect([wait(guest, epfd), wait(guest, epfd)]).toEqual([[[9, IN]], []]);
  });

  it('is changed by what is in it, and refuses what it cannot watch', () => {
    const { guest } = made();
    const counter = event(guest, 1n);
    const [epfd, other] = [set(guest), set(guest)];
    const file = guest.open('f', { base: RIGHTS.fd_read | RIGHTS.fd_seek | RIGHTS.poll_fd_readwrite }) as number;
    expect(control(guest, epfd, 1, counter, IN)).toBe('NOENT');
    expect(control(guest, epfd, 2, counter, IN)).toBe('NOENT');
    expect(control(guest, epfd, 0, counter, IN)).toBe('SUCCESS');
    expect(control(guest, epfd, 0, counter, IN)).toBe('EXIST');
    expect(control(guest, epfd, 3, counter, IN)).toBe('INVAL');
    expect(guest.call('epoll_ctl', epfd, 2, counter, 0xffff_ffff)).toBe('SUCCESS');
    expect(wait(guest, epfd)).toEqual([]);
    expect(control(guest, epfd, 0, epfd, IN)).toBe('INVAL');
    expect(control(guest, epfd, 0, other, IN)).toBe('LOOP');
    expect([control(guest, epfd, 0, file, IN), control(guest, epfd, 0, 3, IN)]).toEqual(['PERM', 'PERM']);
    expect(control(guest, counter, 0, counter, IN)).toBe('INVAL');
    expect(control(guest, epfd, 0, 99, IN)).toBe('BADF');
    expect([wait(guest, counter), wait(guest, 99), wait(guest, epfd, 0n, 0)]).toEqual(['INVAL', 'BADF', 'INVAL']);
  });

  it('forgets what is closed, also when its number means something else', () => {
    const { guest } = made();
    const epfd = set(guest);
    const counter = event(guest, 1n);
    control(guest, epfd, 0, counter, IN);
    guest.call('fd_close', counter);
    expect(event(guest)).toBe(counter);
    expect(wait(guest, epfd)).toEqual([]);
    expect(control(guest, epfd, 0, counter, IN)).toBe('SUCCESS');
  });

  it('keeps nothing of descriptors that were added and closed, however many, though nobody waits', () => {
    const watched = new Map<number, Open>();
    const isOpen = (fd: number, open: Open): boolean => watched.get(fd) === open;
    let watchers = 0;
    const counted = (): Open => {
      const open = new OpenEvent(0n, false);
      const lasting = open.pollable();
      const subscribe = (wake: () => void): (() => void) => {
        const undo = lasting.subscribe(wake);
        watchers++;
        return () => {
          watchers--;
          undo();
        };
      };
      open.pollable = () => ({ ready: (interest) => lasting.ready(interest), subscribe });
      return open;
    };
    const epoll = new OpenEpoll();
    for (let fd = 0; fd < 10_000; fd++) {
      const open = counted();
      watched.set(fd, open);
      epoll.control('add', { fd, open, events: IN, data: new Uint8Array(0) }, isOpen);
      epoll.pollable(1).ready(1);
      if (fd % 100 !== 0) watched.delete(fd);
    }
    expect(watched.size).toBe(100);
    expect(watchers).toBeLessThan(500);
    expect(epoll.collect(1000, isOpen)).toEqual([]);
    expect(watchers).toBeLessThanOrEqual(200);
  });

  it('waits as long as it is told, and can be polled itself', () => {
    const { guest, clock } = made();
    const epfd = set(guest);
    const counter = event(guest);
    control(guest, epfd, 0, counter, IN);
    const before = clock.monotonic();
    expect(wait(guest, epfd, 5_000_000n)).toEqual([]);
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(5_000_000n);
    signal(guest, counter);
    expect(poll(guest, [{ fd: epfd }]).events).toEqual([[0, 1]]);
  });
});

/** Polls: the indices of the subscriptions that have events, with their types. */
function poll(
  guest: TestGuest,
  asked: readonly ({ readonly fd: number; readonly write?: boolean } | { readonly timeout: bigint })[],
): { errno: string; events: [number, number][] } {
  guest.bytes.fill(0, BUFFER, BUFFER + 48 * asked.length);
  for (const [i, one] of asked.entries()) {
    const at = BUFFER + 48 * i;
    guest.setU64(at, BigInt(i));
    if ('fd' in one) {
      guest.bytes[at + 8] = one.write === true ? 2 : 1;
      guest.setU32(at + 16, one.fd);
    } else {
      guest.setU32(at + 16, 1);
      guest.setU64(at + 24, one.timeout);
    }
  }
  const errno = guest.call('poll_oneoff', BUFFER, EVENTS, asked.length, OUT);
  const count = errno === 'SUCCESS' ? guest.u32(OUT) : 0;
  const events = Array.from({ length: count }, (_, i): [number, number] => {
    const at = EVENTS + 32 * i;
    return [Number(guest.u64(at)), guest.bytes[at + 10] as number];
  });
  return { errno, events };
}

describe('poll_oneoff', () => {
  it('takes a time-out of nothing for none, but in the first generation, and but where it is alone', () => {
    const zero = { timeout: 0n };
    for (const isFirst of [false, true]) {
      const { guest } = made({ isFirst });
      const counter = event(guest);
      expect(poll(guest, [zero]).events).toEqual([[0, 0]]);
      // Nobody will ever write, and a host that waits by itself says so.
      expect(poll(guest, [{ fd: counter }, zero])).toEqual(
        isFirst ? { errno: 'SUCCESS', events: [[1, 0]] } : { errno: 'NOTSUP', events: [] },
      );
      expect(poll(guest, [{ fd: counter }, { timeout: 1n }]).events).toEqual([[1, 0]]);
      signal(guest, counter);
      expect(poll(guest, [{ fd: counter }, zero]).events).toContainEqual([0, 1]);
    }
  });

  it('tells of an eventfd once per write, though nobody reads it', () => {
    const { guest } = made();
    const counter = event(guest);
    const asked = [{ fd: counter }, { timeout: 1n }];
    signal(guest, counter);
    expect(poll(guest, asked).events).toEqual([[0, 1]]);
    expect(poll(guest, asked).events).toEqual([[1, 0]]);
    signal(guest, counter);
    signal(guest, counter);
    expect(poll(guest, asked).events).toEqual([[0, 1]]);
    expect(poll(guest, asked).events).toEqual([[1, 0]]);
    // It is still read for what it is.
    expect(guest.read(counter, 8)).not.toMatch(/errno/);
  });

  it('holds back what can still be written, the longer the more often it is asked, but not when something was written', () => {
    const { guest, clock } = made();
    const [, writer] = pair(guest);
    const asked = [{ fd: writer, write: true }];
    const spent = (): number => {
      const before = clock.monotonic();
      expect(poll(guest, asked).events).toEqual([[0, 2]]);
      return Number(clock.monotonic() - before) / 1e6;
    };
    expect(spent()).toBeLessThan(1);
    const held = Array.from({ length: 10 }, spent);
    expect(held[0]).toBeGreaterThanOrEqual(1);
    expect(held[9]).toBeGreaterThan(100);
    expect(held[9]).toBeLessThan(200);
    guest.write(writer, 'x');
    expect(spent()).toBeLessThan(1);
  });

  it('is not held back past its time-out, nor when something else happens', () => {
    const { guest, clock } = made();
    const [reader, writer] = pair(guest);
    for (let i = 0; i < 10; i++) poll(guest, [{ fd: writer, write: true }]);
    const before = clock.monotonic();
    expect(poll(guest, [{ fd: writer, write: true }, { timeout: 2_000_000n }]).events).toContainEqual([1, 0]);
    expect(Number(clock.monotonic() - before) / 1e6).toBeLessThan(4);
    guest.write(writer, 'x');
    expect(poll(guest, [{ fd: reader }, { fd: writer, write: true }]).events).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
