// Copies of descriptors, pipes, eventfds.
import { describe, expect, it } from 'vitest';
import { TestGuest } from '../guest.suite.ts';
import { memoryDirectory } from '../index.ts';
import { OFLAGS, RIGHTS, rights } from '../preview1/abi.ts';

const OUT = 0x100;

function made({ isFirst = false } = {}) {
  return TestGuest.wasix({ preopens: { '/': memoryDirectory({ f: '0123456789' }) }, stdin: 'typed' }, { isFirst });
}

/** Two descriptors that a call makes. */
function pair(guest: TestGuest, name: string): [number, number] {
  expect(guest.call(name, OUT + 16, OUT + 20)).toBe('SUCCESS');
  return [guest.u32(OUT + 16), guest.u32(OUT + 20)];
}

function dup(guest: TestGuest, fd: number, from?: number, cloexec = 0): number | string {
  const errno = from === undefined ? guest.call('fd_dup', fd, OUT) : guest.call('fd_dup2', fd, from, cloexec, OUT);
  return errno === 'SUCCESS' ? guest.u32(OUT) : errno;
}

describe('copies of a descriptor', () => {
  it('share the cursor and the flags, and what is open is closed with the last of them', () => {
    const guest = made();
    const file = guest.open('f', { base: rights('fd_read', 'fd_seek', 'fd_fdstat_set_flags') }) as number;
    const copy = dup(guest, file) as number;
    expect(guest.read(file, 3)).toBe('012');
    expect(guest.read(copy, 3)).toBe('345');
    expect(guest.call('fd_fdstat_set_flags', copy, 1)).toBe('SUCCESS');
    expect(guest.call('fd_fdstat_get', file, OUT)).toBe('SUCCESS');
    expect(guest.bytes[OUT + 2]).toBe(1);
    expect(guest.call('fd_close', file)).toBe('SUCCESS');
    expect(guest.read(copy, 3)).toBe('678');
    expect(guest.call('fd_close', copy)).toBe('SUCCESS');
    expect(guest.read(copy, 3)).toBe('errno BADF');
  });

  it('have the lowest number from a given one on, and close-on-exec each for itself', () => {
    const guest = made();
    expect(dup(guest, 0, 10)).toBe(10);
    expect(dup(guest, 0, 10, 1)).toBe(11);
    expect(dup(guest, 0, 0)).toBe(4);
    expect(dup(guest, 99)).toBe('BADF');
    expect(dup(guest, 0, 0x8000_0000)).toBe('INVAL');
    const flags = (fd: number) => {
      expect(guest.call('fd_fdflags_get', fd, OUT)).toBe('SUCCESS');
      return guest.bytes[OUT];
    };
    expect([flags(0), flags(10), flags(11)]).toEqual([0, 0, 1]);
    expect(guest.call('fd_fdflags_set', 10, 1)).toBe('SUCCESS');
    expect(guest.call('fd_fdflags_set', 10, 2)).toBe('INVAL');
    expect([flags(0), flags(10), flags(11)]).toEqual([0, 1, 1]);
    expect(guest.call('path_open2', 3, 0, ...guest.text('f'), 0, RIGHTS.fd_read, 0n, 0, 1, OUT)).toBe('SUCCESS');
    expect(flags(guest.u32(OUT))).toBe(1);
  });

  it('fd_renumber leaves what it copies open, closes what was there, and takes numbers that are free', () => {
    const guest = made();
    const [reader, writer] = pair(guest, 'fd_pipe');
    expect(guest.call('fd_renumber', writer, 1)).toBe('SUCCESS');
    expect(guest.write(1, 'a')).toBe(1);
    expect(guest.write(writer, 'b')).toBe(1);
    expect(guest.call('fd_renumber', writer, writer)).toBe('SUCCESS');
    expect(guest.call('fd_renumber', writer, 77)).toBe('SUCCESS');
    expect(guest.write(77, 'c')).toBe(1);
    expect(guest.read(reader)).toBe('abc');
    expect(guest.call('fd_renumber', 55, 1)).toBe('BADF');
    expect(guest.write(1, 'd')).toBe(1);
    expect(guest.call('fd_renumber', writer, 3)).toBe('NOTSUP');
    expect(guest.call('fd_renumber', writer, 0xffff_ffff)).toBe('BADF');
  });

  it('a number that was closed is not handed out again to programs that close twice', () => {
    for (const isFirst of [false, true]) {
      const guest = made({ isFirst });
      const one = dup(guest, 0) as number;
      guest.call('fd_close', one);
      expect(dup(guest, 0)).toBe(isFirst ? one + 1 : one);
    }
  });
});

describe('a pipe', () => {
  it('is read at its first end and written at its second, to its end', () => {
    const guest = made();
    const [reader, writer] = pair(guest, 'fd_pipe');
    expect(guest.write(reader, 'x')).toBe('BADF');
    expect(guest.read(writer)).toBe('errno BADF');
    expect(guest.write(writer, 'one')).toBe(3);
    expect(guest.write(writer, 'two')).toBe(3);
    expect(guest.read(reader, 4)).toBe('onet');
    expect(guest.call('fd_fdstat_set_flags', reader, 4)).toBe('SUCCESS');
    expect(guest.read(reader)).toBe('wo');
    expect(guest.read(reader)).toBe('errno AGAIN');
    guest.call('fd_close', writer);
    expect(guest.read(reader)).toBe('');
  });

  it('of the first generation is read and written at both ends', () => {
    const guest = made({ isFirst: true });
    const [one, other] = pair(guest, 'fd_pipe');
    expect(guest.write(one, 'there')).toBe(5);
    expect(guest.write(other, 'back')).toBe(4);
    expect(guest.read(other)).toBe('there');
    expect(guest.read(one)).toBe('back');
    guest.call('fd_close', one);
    expect(guest.read(other)).toBe('');
  });

  it('ends only when all copies of the other end are closed, and is broken without a reader', () => {
    const guest = made();
    const [reader, writer] = pair(guest, 'fd_pipe');
    const copy = dup(guest, writer) as number;
    guest.call('fd_fdstat_set_flags', reader, 4);
    guest.call('fd_close', writer);
    expect(guest.read(reader)).toBe('errno AGAIN');
    guest.call('fd_close', reader);
    expect(guest.write(copy, 'x')).toBe('PIPE');
  });

  it('holds 64 KiB, and a writer that does not wait is told when it is full', () => {
    const guest = made();
    const [reader, writer] = pair(guest, 'fd_pipe');
    guest.call('fd_fdstat_set_flags', writer, 4);
    let total = 0;
    let last: number | string = 0;
    for (; typeof last === 'number'; total += typeof last === 'number' ? last : 0)
      last = guest.write(writer, 'x'.repeat(4000));
    expect(last).toBe('AGAIN');
    expect(total).toBe(64_000);
    expect(guest.read(reader, 5000)).toHaveLength(5000);
    expect(guest.write(writer, 'x'.repeat(4000))).toBe(4000);
  });
});

describe('an eventfd', () => {
  function event(guest: TestGuest, initial: bigint, flags: number): number {
    expect(guest.call('fd_event', initial, flags, OUT)).toBe('SUCCESS');
    return guest.u32(OUT);
  }

  function take(guest: TestGuest, fd: number): bigint | string {
    const text = guest.read(fd, 8);
    return text.startsWith('errno') ? text.slice(6) : guest.u64(0x8000);
  }

  function give(guest: TestGuest, fd: number, value: bigint): number | string {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    guest.setU64(0x1000, value);
    guest.setU32(OUT, 0x1000);
    guest.setU32(OUT + 4, 8);
    return guest.call('fd_write', fd, OUT, 1, OUT + 8);
  }

  it('adds up what is written and is emptied by a read', () => {
    const guest = made();
    const fd = event(guest, 2n, 4);
    expect(give(guest, fd, 5n)).toBe('SUCCESS');
    expect(take(guest, fd)).toBe(7n);
    expect(take(guest, fd)).toBe('AGAIN');
    expect(give(guest, fd, (1n << 64n) - 1n)).toBe('INVAL');
    expect(give(guest, fd, (1n << 64n) - 2n)).toBe('SUCCESS');
    expect(give(guest, fd, 1n)).toBe('AGAIN');
    expect(guest.write(fd, 'short')).toBe('INVAL');
    expect(guest.read(fd, 7)).toBe('errno INVAL');
  });

  it('is taken from one at a time as a semaphore', () => {
    const guest = made();
    const fd = event(guest, 2n, 5);
    expect([take(guest, fd), take(guest, fd), take(guest, fd)]).toEqual([1n, 1n, 'AGAIN']);
  });
});

it('directories are opened with their numbers as before', () => {
  const guest = made();
  expect(guest.open('.', { oflags: OFLAGS.directory })).toBe(4);
});
