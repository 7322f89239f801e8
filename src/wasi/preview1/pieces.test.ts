// Long system calls are done in pieces: the host has its turns meanwhile, and what comes out is the same.
import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../../tests/turns.ts';
import { now, within } from '../../clock.ts';
import { ExitStatus } from '../../errors.ts';
import { EVERYTHING, TestGuest } from '../guest.suite.ts';
import { ERRNO, errnoName } from '../host/errno.ts';
import type { Directory } from '../host/filesystem.ts';
import { BufferOutput, memoryDirectory, overlay, QueueInput, seededRandom } from '../index.ts';
import { OFLAGS, RIGHTS } from './abi.ts';

const MIB = 1024 * 1024;

/** The name of the errno of a call that may have paused, and how many turns the event loop had meanwhile. */
async function errnoAndTurns(answer: unknown): Promise<[errno: string, turns: number]> {
  const [errno, turns] = await turnsOf(answer);
  return [errnoName(errno as number), turns];
}

/** Buffers for a scattered call: pointer and length each. */
function iovecs(guest: TestGuest, at: number, parts: readonly (readonly [at: number, length: number])[]): void {
  parts.forEach(([start, length], i) => {
    guest.setU32(at + i * 8, start);
    guest.setU32(at + i * 8 + 4, length);
  });
}

describe('a long system call lets the host have its turns', () => {
  it('random_get of many MiB, which fills all of them', async () => {
    const guest = new TestGuest({ mode: 'async', random: seededRandom(3) });
    guest.bytes = new Uint8Array(16 * MIB);
    const [errno, turns] = await errnoAndTurns(guest.raw('random_get', 0, guest.bytes.length));
    expect(errno).toBe('SUCCESS');
    expect(turns).toBeGreaterThanOrEqual(10);
    const wanted = new Uint8Array(16 * MIB);
    seededRandom(3).fill(wanted);
    expect(Buffer.compare(guest.bytes, wanted)).toBe(0);
  });

  it('reads and writes of many MiB, also into parts that lie on one another, and none is short', async () => {
    const big = new Uint8Array(20 * MIB).map((_, i) => i % 251);
    const output = new BufferOutput();
    const guest = new TestGuest({ mode: 'async', preopens: { '/': memoryDirectory({ big }) }, stdout: output });
    guest.bytes = new Uint8Array(12 * MIB);
    const fd = guest.open('big', { base: RIGHTS.fd_read | RIGHTS.fd_seek | RIGHTS.fd_tell }) as number;
    iovecs(guest, 0x200, [
      [MIB, 10 * MIB],
      [2 * MIB, 10 * MIB],
    ]);
    const [errno, turns] = await errnoAndTurns(guest.raw('fd_read', fd, 0x200, 2, 0x300));
    expect([errno, guest.u32(0x300)]).toEqual(['SUCCESS', 20 * MIB]);
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(Buffer.compare(guest.bytes.subarray(2 * MIB), big.subarray(10 * MIB))).toBe(0);
    guest.call('fd_tell', fd, 0x300);
    expect(guest.u64(0x300)).toBe(BigInt(20 * MIB));
    iovecs(guest, 0x200, [[2 * MIB, 10 * MIB]]);
    expect(await errnoAndTurns(guest.raw('fd_write', 1, 0x200, 1, 0x300))).toMatchObject([
      'SUCCESS',
      expect.any(Number),
    ]);
    expect(guest.u32(0x300)).toBe(10 * MIB);
    expect(Buffer.compare(output.bytes(), big.subarray(10 * MIB))).toBe(0);
  });

  it('a descriptor was closed, and its number given to another file, in the middle of a write: others wait for its end', async () => {
    const guest = new TestGuest({ mode: 'async', preopens: { '/': memoryDirectory({}) } });
    guest.bytes = new Uint8Array(12 * MIB).fill(7, 2 * MIB);
    const rights = { base: RIGHTS.fd_write | RIGHTS.fd_seek | RIGHTS.fd_filestat_get, oflags: OFLAGS.creat };
    const fd = guest.open('written', rights) as number;
    iovecs(guest, 0x200, [[2 * MIB, 10 * MIB]]);
    const writes = [0x300, 0x304].map((at) => guest.raw('fd_write', fd, 0x200, 1, at));
    const closed = guest.raw('fd_close', fd);
    expect([...(await Promise.all(writes)), await closed]).toEqual([0, 0, 0]);
    expect([guest.u32(0x300), guest.u32(0x304)]).toEqual([10 * MIB, 10 * MIB]);
    const again = guest.open('written', rights) as number;
    guest.call('fd_filestat_get', again, 0x400);
    expect(guest.u64(0x400 + 32)).toBe(BigInt(20 * MIB));
  });

  it('a poll of 50,000 subscriptions, and more than 65,536 are refused', async () => {
    const guest = new TestGuest({ mode: 'async' });
    guest.bytes = new Uint8Array(8 * MIB);
    for (let i = 0; i < 50_000; i++) {
      guest.setU32(0x1000 + i * 48, i);
      guest.bytes[0x1000 + i * 48 + 8] = 1;
    }
    const [errno, turns] = await errnoAndTurns(guest.raw('poll_oneoff', 0x1000, 0x30_0000, 50_000, 0x100));
    expect([errno, guest.u32(0x100)]).toEqual(['SUCCESS', 50_000]);
    expect(turns).toBeGreaterThanOrEqual(20);
    for (const i of [0, 1, 255, 256, 49_999]) expect(guest.u32(0x30_0000 + i * 32)).toBe(i);
    expect(guest.call('poll_oneoff', 0x1000, 0x30_0000, 65_537, 0x100)).toBe('INVAL');
  });

  it('a directory of 20,000 entries in one buffer, each entry once and in order', async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `n${i}`);
    const root = memoryDirectory(Object.fromEntries(names.map((name) => [name, ''])));
    const guest = new TestGuest({ mode: 'async', preopens: { '/': root, '/o': overlay(root.reopen()) } });
    guest.bytes = new Uint8Array(2 * MIB);
    for (const fd of [3, 4]) {
      const [errno, turns] = await errnoAndTurns(guest.raw('fd_readdir', fd, 0x1000, MIB, 0n, 0x300));
      expect(errno).toBe('SUCCESS');
      expect(turns).toBeGreaterThanOrEqual(20);
      const seen: string[] = [];
      for (let at = 0x1000; at < 0x1000 + guest.u32(0x300); ) {
        const end = at + 24 + guest.u32(at + 16);
        seen.push(Buffer.from(guest.bytes.subarray(at + 24, end)).toString());
        at = end;
      }
      expect(seen).toEqual(['.', '..', ...names]);
    }
  });
});

/** A directory that counts what is open below it. */
function counting(inner: Directory, count: { open: number }): Directory {
  return new Proxy(inner, {
    get(_, name) {
      const value = inner[name as keyof Directory] as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'close') count.open--;
        const answer: unknown = value.apply(inner, args);
        if (name !== 'openDirectory') return answer;
        count.open++;
        return counting(answer as Directory, count);
      };
    },
  });
}

describe('a path of thousands of names', () => {
  const LONG = `a/${'b/../'.repeat(800)}../f`;
  const setUp = (mode: 'async' | 'sync') => {
    const count = { open: 0 };
    const root = memoryDirectory({ a: { b: {} }, f: 'found' });
    // Links that lead to long paths lead to longer ones still.
    for (let i = 0; i < 10; i++) root.createLink(`l${i}`, `${'a/../'.repeat(800)}${i === 0 ? 'f' : `l${i - 1}`}`);
    return { count, guest: new TestGuest({ mode, preopens: { '/': counting(root, count) } }) };
  };
  const calls: [string, (guest: TestGuest, path: string) => unknown, string][] = [
    ['path_filestat_get', (guest, path) => guest.raw('path_filestat_get', 3, 1, ...guest.text(path), 0x100), 'SUCCESS'],
    ['path_open', (g, path) => g.raw('path_open', 3, 1, ...g.text(path), 0, RIGHTS.fd_read, 0n, 0, 0x100), 'SUCCESS'],
    ['path_create_directory', (guest, path) => guest.raw('path_create_directory', 3, ...guest.text(path)), 'EXIST'],
    [
      'path_link',
      (guest, path) => guest.raw('path_link', 3, 0, ...guest.text(path), 3, ...guest.text(path, 0x3000)),
      'EXIST',
    ],
    [
      'path_rename',
      (guest, path) => guest.raw('path_rename', 3, ...guest.text(path), 3, ...guest.text(path, 0x3000)),
      'SUCCESS',
    ],
  ];

  it.each(calls)('is walked in pieces by %s, and nothing stays open', async (_name, call, outcome) => {
    const { count, guest } = setUp('async');
    const [errno, turns] = await errnoAndTurns(call(guest, LONG));
    expect([errno, count.open]).toEqual([outcome, 0]);
    expect(turns).toBeGreaterThanOrEqual(3);
    const sync = setUp('sync');
    expect([errnoName(call(sync.guest, LONG) as number), sync.count.open]).toEqual([outcome, 0]);
  });

  it('over links that lead to such paths is walked in pieces, too', async () => {
    const { count, guest } = setUp('async');
    const [errno, turns] = await errnoAndTurns(calls[0][1](guest, 'l9'));
    expect([errno, count.open]).toEqual(['SUCCESS', 0]);
    expect(turns).toBeGreaterThanOrEqual(30);
  });

  it('that is given up in the middle leaves nothing open', async () => {
    const { count, guest } = setUp('async');
    const answers = calls.map(([, call]) => (call(guest, LONG) as Promise<number>).catch((error: unknown) => error));
    expect(count.open).toBeGreaterThan(0);
    guest.wasi.close();
    for (const answer of answers) expect(await answer).toBeInstanceOf(ExitStatus);
    // The directory itself, which was not opened here.
    expect(count.open).toBe(-1);
  });
});

it('a deadline ends a long call in the middle where the guest cannot be suspended, and nothing stays open', () => {
  const count = { open: 0 };
  const root = memoryDirectory({ a: { b: {} } });
  for (let i = 0; i < 40; i++) root.createLink(`l${i}`, `a/${'b/../'.repeat(800)}../${i === 0 ? 'a' : `l${i - 1}`}`);
  const guest = new TestGuest({ mode: 'sync', preopens: { '/': counting(root, count) } });
  guest.bytes = new Uint8Array(64 * MIB);
  const [at, length] = guest.text('l39');
  for (const call of [
    () => guest.raw('path_filestat_get', 3, 1, at, length, 0x100),
    () => guest.raw('random_get', 0, 64 * MIB),
  ]) {
    expect(() => within(now() + 2, call)).toThrow(expect.objectContaining({ name: 'Interrupted', reason: 'deadline' }));
    expect(count.open).toBe(0);
  }
});

describe('what a call is asked for is looked at before anything is done', () => {
  it('paths and texts of links beyond 4,096 bytes are not read', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory() } });
    guest.bytes = new Uint8Array(64 * MIB).fill(0xff);
    expect(guest.call('path_filestat_get', 3, 0, 0, 4096, 0x100)).toBe('ILSEQ');
    for (const length of [4097, 64 * MIB]) {
      expect(guest.call('path_filestat_get', 3, 0, 0, length, 0x100)).toBe('NAMETOOLONG');
      expect(guest.call('path_symlink', 0, length, 3, 0, 1)).toBe('NAMETOOLONG');
    }
    expect(guest.call('path_filestat_get', 3, 0, 0, 0xffff_ffff, 0x100)).toBe('FAULT');
  });

  it('1,024 small parts of a file are one read of the host', () => {
    const inner = memoryDirectory({ f: 'x'.repeat(2000) });
    let reads = 0;
    const root = Object.assign(Object.create(inner) as Directory, {
      openFile: (...args: Parameters<Directory['openFile']>) => {
        const file = inner.openFile(...args);
        return Object.assign(Object.create(file), {
          read: (into: Uint8Array, position: bigint) => {
            reads++;
            return file.read(into, position);
          },
        });
      },
    });
    const guest = new TestGuest({ preopens: { '/': root } });
    const fd = guest.open('f', { base: RIGHTS.fd_read }) as number;
    iovecs(
      guest,
      0x4000,
      Array.from({ length: 1024 }, (_, i) => [0x8000 + i * 2, 1] as const),
    );
    expect(guest.call('fd_read', fd, 0x4000, 1024, 0x300)).toBe('SUCCESS');
    expect([guest.u32(0x300), reads, guest.bytes[0x8000 + 1023 * 2], guest.bytes[0x8001]]).toEqual([1024, 1, 0x78, 0]);
  });
});

describe('what a guest holds is counted', () => {
  it('descriptors, as many as the embedder says, whatever the host allows', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ f: '' }) }, limits: { handles: 6 } });
    expect([guest.open('f'), guest.open('f'), guest.open('f')]).toEqual([4, 5, 'MFILE']);
    expect(guest.open('new', { oflags: OFLAGS.creat })).toBe('MFILE');
    expect(guest.stat('new')).toBe('NOENT');
    guest.call('fd_close', 4);
    expect([guest.open('f'), guest.open('f')]).toEqual([4, 'MFILE']);
    guest.call('fd_renumber', 4, 5);
    expect([guest.open('f'), guest.open('f')]).toEqual([4, 'MFILE']);
  });

  it('names of directories that are being listed: the oldest are forgotten, and one that is too large is NOMEM', () => {
    const names = Array.from({ length: 100 }, (_, i) => [`n${String(i).padStart(3, '0')}`, ''] as const);
    const tree = {
      a: Object.fromEntries(names),
      b: Object.fromEntries(names),
      c: { ...Object.fromEntries(names), d: {} },
    };
    const limits = { listings: 100 * (32 + 2 * 4) };
    const guest = new TestGuest({ preopens: { '/': memoryDirectory(tree) }, limits });
    const open = (path: string) =>
      guest.open(path, { oflags: OFLAGS.directory, base: RIGHTS.fd_readdir, inheriting: EVERYTHING & 0n }) as number;
    const [a, b, c] = [open('a'), open('b'), open('c')];
    const list = (fd: number, cookie: bigint): string =>
      guest.call('fd_readdir', fd, 0x8000, 24 + 4, cookie, 0x300) === 'SUCCESS'
        ? Buffer.from(guest.bytes.subarray(0x8018, 0x801c)).toString()
        : 'NOMEM';
    expect([list(a, 2n), list(b, 2n), list(a, 3n), list(b, 3n)]).toEqual(['n000', 'n000', 'n001', 'n001']);
    expect([list(c, 2n), list(c, 3n)]).toEqual(['NOMEM', 'NOMEM']);
    expect(list(a, 101n)).toBe('n099');
    for (let i = 0; i < 50; i++) {
      const fd = open('a');
      expect(list(fd, 2n)).toBe('n000');
      guest.call('fd_close', fd);
    }
    expect(list(b, 2n)).toBe('n000');
  });

  it('and other limits are refused by name', () => {
    expect(() => new TestGuest({ limits: { handels: 6 } as never })).toThrow('did you mean "handles"?');
    expect(() => new TestGuest({ limits: { handles: -1 } })).toThrow(RangeError);
    expect(() => new TestGuest({ limits: { listings: '1MiB' as never } })).toThrow(TypeError);
  });
});

it('an error number that is thrown often is one object that nobody can change, and is a SystemError all the same', () => {
  const root = memoryDirectory();
  const caught = [1, 2].map(() => {
    try {
      return root.statEntry('missing');
    } catch (error) {
      return error;
    }
  });
  expect(caught[0]).toBe(caught[1]);
  expect(caught[0]).toMatchObject({
    name: 'SystemError',
    errno: 'NOENT',
    message: 'NOENT',
    stack: 'SystemError: NOENT',
  });
  expect(Object.isFrozen(caught[0])).toBe(true);
  expect(new TestGuest().call('fd_close', 99)).toBe('BADF');
  expect(ERRNO.BADF).toBe(8);
});

it('input that comes in pieces is read as far as it is there, not waited for in the middle', async () => {
  const stdin = new QueueInput();
  stdin.push(new Uint8Array(3 * MIB).fill(7));
  const guest = new TestGuest({ mode: 'async', stdin });
  guest.bytes = new Uint8Array(8 * MIB);
  iovecs(guest, 0x200, [[MIB, 6 * MIB]]);
  expect(await guest.raw('fd_read', 0, 0x200, 1, 0x300)).toBe(0);
  expect(guest.u32(0x300)).toBe(3 * MIB);
});
