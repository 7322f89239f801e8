import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../errors.ts';
import type { AsyncDirectory, AsyncFile } from '../host/async-filesystem.ts';
import { errnoName } from '../host/errno.ts';
import { filesystemSuite } from '../host/filesystem.suite.ts';
import { ExitStatus } from '../index.ts';
import { TestGuest } from '../guest.suite.ts';
import { FDFLAGS, OFLAGS, RIGHTS } from '../preview1/abi.ts';
import { awaited } from './awaited.ts';
import { answeringLater, type Book } from './later.suite.ts';
import { memoryDirectory, readText } from './memory.ts';
import { overlay } from './overlay.ts';
import { readOnly } from './read-only.ts';

filesystemSuite('files that answer later', () => awaited(answeringLater<AsyncDirectory>(memoryDirectory())));
filesystemSuite(
  'files of which some answer later',
  () => {
    const inner: AsyncDirectory = memoryDirectory();
    const sometimes: AsyncDirectory = Object.assign(Object.create(inner) as AsyncDirectory, {
      statEntry: async (name: string) => inner.statEntry(name),
      openFile: async (name: string, options: Parameters<AsyncDirectory['openFile']>[1]) =>
        inner.openFile(name, options),
    });
    // Renames and links need the inner directory itself.
    sometimes.rename = (name, _target, targetName) => inner.rename(name, inner, targetName);
    sometimes.link = (name, _target, targetName) => inner.link(name, inner, targetName);
    return awaited(sometimes);
  },
  {
    'a directory is not moved into itself': 'all that is moved here is moved within one directory',
  },
);

function setUp(tree = { a: 'content', d: { x: 'deep' } }) {
  const book: Book = { asked: [], open: 0 };
  const inner = memoryDirectory(tree);
  const guest = new TestGuest({
    mode: 'async',
    preopens: { '/': awaited(answeringLater<AsyncDirectory>(inner, book)) },
  });
  const call = async (name: string, ...args: (number | bigint)[]): Promise<string> =>
    errnoName((await guest.raw(name, ...args)) as number);
  const open = async (path: string, oflags = 0, base = RIGHTS.fd_read | RIGHTS.fd_write): Promise<string> =>
    call('path_open', 3, 1, ...guest.text(path), oflags, base, 0n, 0, 0x100);
  return { book, inner, guest, call, open };
}

describe('a guest on files that answer later', () => {
  it('waits for each answer, and puts each question once', async () => {
    const { guest, book, call, open } = setUp();
    expect(await open('d/../d/x')).toBe('SUCCESS');
    expect(book.asked).toEqual(['openDirectory', 'openDirectory', 'statEntry', 'openFile']);
    const fd = guest.u32(0x100);
    guest.setU32(0x200, 0x8000);
    guest.setU32(0x204, 100);
    expect(await call('fd_read', fd, 0x200, 1, 0x300)).toBe('SUCCESS');
    expect(String.fromCharCode(...guest.bytes.subarray(0x8000, 0x8000 + guest.u32(0x300)))).toBe('deep');
    expect(await call('fd_close', fd)).toBe('SUCCESS');
    expect(book.open).toBe(1);
  });

  it('gets error numbers from rejections, and leaves nothing open behind', async () => {
    const { book, inner, call, guest, open } = setUp();
    expect(await open('missing')).toBe('NOENT');
    expect(await open('d/missing/x')).toBe('NOENT');
    expect(await open('d/../../x')).toBe('NOTCAPABLE');
    expect(await open('d/new', OFLAGS.creat | OFLAGS.excl)).toBe('SUCCESS');
    expect(await open('d/new', OFLAGS.creat | OFLAGS.excl)).toBe('EXIST');
    expect(await call('path_rename', 3, ...guest.text('d/new'), 3, ...guest.text('moved', 0x3000))).toBe('SUCCESS');
    expect(readText(inner, 'moved')).toBe('');
    expect(book.open).toBe(2);
    guest.wasi.close();
    expect(book.open).toBe(0);
  });

  it('lists directories entry by entry, and once it is listed asks no more than once for each', async () => {
    const { guest, book, call } = setUp();
    expect(await call('fd_readdir', 3, 0x8000, 0x1000, 0n, 0x300)).toBe('SUCCESS');
    expect(guest.u32(0x300)).toBe(4 * 24 + 1 + 2 + 1 + 1);
    expect(book.asked).toEqual(['names', 'stat', 'stat', 'statEntry', 'statEntry']);
  });

  it('a path that another thread changes meanwhile is walked anew, not with the answers of the old one', async () => {
    const { guest, book, open } = setUp();
    const answer = open('d/x');
    guest.text('e/x');
    expect(await answer).toBe('NOENT');
    expect(book.asked).toEqual(['openDirectory', 'openDirectory']);
    expect(book.open).toBe(1);
  });

  it('many calls may be on their way at the same time', async () => {
    const { guest, book } = setUp();
    const outs = [0x400, 0x404, 0x408];
    const answers = outs.map((out) => guest.raw('path_open', 3, 0, ...guest.text('a'), 0, RIGHTS.fd_read, 0n, 0, out));
    expect(await Promise.all(answers)).toEqual([0, 0, 0]);
    expect(outs.map((out) => guest.u32(out))).toEqual([4, 5, 6]);
    expect(book.open).toBe(4);
  });

  it('the end of the program closes what a call was about to open', async () => {
    const { guest, book, open } = setUp();
    const answer = open('d/x');
    guest.wasi.close();
    await expect(answer).rejects.toBeInstanceOf(ExitStatus);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(book.open).toBe(0);
  });

  it('where nothing can wait, calls return NOTSUP, and other uses are refused', async () => {
    const book: Book = { asked: [], open: 0 };
    const root = awaited(answeringLater<AsyncDirectory>(memoryDirectory({ a: '' }), book));
    const guest = new TestGuest({ mode: 'sync', preopens: { '/': root } });
    expect(guest.open('a')).toBe('NOTSUP');
    expect(() => root.names()).toThrow(UnsupportedError);
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('other errors of the provider go on to the embedder', async () => {
    const failing: AsyncDirectory = Object.assign(Object.create(memoryDirectory()) as AsyncDirectory, {
      statEntry: () => Promise.reject(new RangeError('the data base is gone')),
    });
    const guest = new TestGuest({ mode: 'async', preopens: { '/': awaited(failing) } });
    await expect(guest.raw('path_open', 3, 0, ...guest.text('a'), 0, 0n, 0n, 0, 0x100)).rejects.toThrow(RangeError);
  });

  it('works below a read-only view and below an overlay', async () => {
    const book: Book = { asked: [], open: 0 };
    const base = memoryDirectory({ a: 'below', d: { x: 'x' } });
    const later = (): AsyncDirectory => answeringLater<AsyncDirectory>(base.reopen(), book);
    const guest = new TestGuest({
      mode: 'async',
      preopens: { '/r': readOnly(awaited(later())), '/o': overlay(awaited(later())) },
    });
    const open = async (fd: number, path: string, base = RIGHTS.fd_write): Promise<string> =>
      errnoName((await guest.raw('path_open', fd, 0, ...guest.text(path), 0, base, 0n, 0, 0x100)) as number);
    expect([await open(3, 'd/x', RIGHTS.fd_read), await open(3, 'd/x')]).toEqual(['SUCCESS', 'ROFS']);
    expect(await open(4, 'a', RIGHTS.fd_read | RIGHTS.fd_write)).toBe('SUCCESS');
    const fd = guest.u32(0x100);
    guest.text('B');
    guest.setU32(0x200, 0x1000);
    guest.setU32(0x204, 1);
    expect(await guest.raw('fd_write', fd, 0x200, 1, 0x300)).toBe(0);
    expect(guest.read(fd)).toBe('elow');
    const move = (): unknown => guest.raw('path_rename', 4, ...guest.text('d'), 4, ...guest.text('e', 0x3000));
    expect(errnoName((await move()) as number)).toBe('SUCCESS');
    expect([await open(4, 'e/x'), await open(4, 'd/x')]).toEqual(['SUCCESS', 'NOENT']);
    expect([readText(base, 'a'), base.names()]).toEqual(['below', ['a', 'd']]);
  });

  it('moves large files in pieces', async () => {
    const inner = memoryDirectory({ big: 'x'.repeat(3_000_000) });
    const sizes: number[] = [];
    const file = inner.openFile('big', { read: true, write: true, create: false, exclusive: false, truncate: false });
    const piecewise: AsyncFile = Object.assign(Object.create(file) as AsyncFile, {
      read: async (into: Uint8Array, position: bigint) => {
        sizes.push(into.length);
        return file.read(into, position);
      },
    });
    const root: AsyncDirectory = Object.assign(Object.create(inner) as AsyncDirectory, {
      openFile: async () => piecewise,
    });
    const guest = new TestGuest({ mode: 'async', preopens: { '/': awaited(root) } });
    guest.bytes = new Uint8Array(8_000_000);
    expect(await guest.raw('path_open', 3, 0, ...guest.text('big'), 0, RIGHTS.fd_read, 0n, 0, 0x100)).toBe(0);
    const got: number[] = [];
    for (let at = 0x1_0000; got[got.length - 1] !== 0; at += guest.u32(0x300)) {
      guest.setU32(0x200, at);
      guest.setU32(0x204, 3_500_000);
      expect(await guest.raw('fd_read', 4, 0x200, 1, 0x300)).toBe(0);
      got.push(guest.u32(0x300));
    }
    expect(got).toEqual([1 << 20, 1 << 20, 3_000_000 - (1 << 21), 0]);
    expect(guest.bytes[0x1_0000 + 2_999_999]).toBe(0x78);
    expect(Math.max(...sizes)).toBe(1024 * 1024);
  });
});

describe('a long call on files that answer later was tried from its start for each answer', () => {
  const MIB = 1024 * 1024;

  /** Files whose provider is asked in turns of its own, and how much it was asked to read and write. */
  function counting(tree: Parameters<typeof memoryDirectory>[0]) {
    const { book, guest, call, open } = setUp(tree as never);
    guest.bytes = new Uint8Array(16 * MIB);
    return { book, guest, call, open };
  }

  it('reads and writes: they end, short, with what was waited for, and nothing is asked or written twice', async () => {
    const content = new Uint8Array(9 * MIB + 5).map((_, i) => i % 251);
    const { book, guest, call, open } = counting({ from: content, to: '' });
    const all = RIGHTS.fd_read | RIGHTS.fd_write | RIGHTS.fd_seek | RIGHTS.fd_tell;
    for (const append of [false, true]) {
      const name = append ? 'appended' : 'to';
      expect(await open('from', 0, all)).toBe('SUCCESS');
      const from = guest.u32(0x100);
      const flags = append ? FDFLAGS.append : 0;
      expect(
        errnoName(
          (await guest.raw('path_open', 3, 1, ...guest.text(name), OFLAGS.creat, all, 0n, flags, 0x100)) as number,
        ),
      ).toBe('SUCCESS');
      const to = guest.u32(0x100);
      book.asked.length = 0;
      let total = 0;
      for (let calls = 0; ; calls++) {
        guest.setU32(0x200, 2 * MIB);
        guest.setU32(0x204, 12 * MIB);
        expect(await call('fd_read', from, 0x200, 1, 0x300)).toBe('SUCCESS');
        const got = guest.u32(0x300);
        if (got === 0) break;
        expect(got).toBeLessThanOrEqual(MIB);
        for (let left = got, at = 2 * MIB; left > 0; ) {
          guest.setU32(0x200, at);
          guest.setU32(0x204, left);
          expect(await call('fd_write', to, 0x200, 1, 0x300)).toBe('SUCCESS');
          left -= guest.u32(0x300);
          at += guest.u32(0x300);
        }
        total += got;
        expect(calls).toBeLessThan(12);
      }
      expect(total).toBe(content.length);
      expect(book.asked.filter((name) => name === 'read').length).toBe(11);
      expect(book.asked.filter((name) => name === 'write' || name === 'append').length).toBe(10);
      expect(await call('fd_close', from)).toBe('SUCCESS');
      expect(await call('fd_close', to)).toBe('SUCCESS');
    }
  });

  it('reads into many small buffers', async () => {
    const { book, guest, call, open } = counting({ from: new Uint8Array(MIB).fill(7) });
    expect(await open('from')).toBe('SUCCESS');
    const fd = guest.u32(0x100);
    for (let i = 0; i < 100; i++) {
      guest.setU32(0x1000 + 8 * i, MIB + 1000 * i);
      guest.setU32(0x1004 + 8 * i, 1000);
    }
    book.asked.length = 0;
    expect(await call('fd_read', fd, 0x1000, 100, 0x300)).toBe('SUCCESS');
    expect([guest.u32(0x300), book.asked]).toEqual([1000, ['read']]);
  });

  it('listings: each entry is looked at once or twice, and all are there in order', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `n${i}`);
    const inner = memoryDirectory(Object.fromEntries(names.map((name) => [name, ''])));
    const book: Book = { asked: [], open: 0 };
    const seen = new Map<string, number>();
    const outer = awaited(answeringLater<AsyncDirectory>(inner, book));
    const looking = new Proxy(outer, {
      get(_, key) {
        const value = Reflect.get(outer, key) as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (key === 'statEntry') seen.set(String(args[0]), (seen.get(String(args[0])) ?? 0) + 1);
          return value.apply(outer, args) as unknown;
        };
      },
    });
    const guest = new TestGuest({ mode: 'async', preopens: { '/': looking } });
    expect(await guest.raw('fd_readdir', 3, 0x1000, 0xe000, 0n, 0x300)).toBe(0);
    const listed: string[] = [];
    for (let at = 0x1000; at < 0x1000 + guest.u32(0x300); ) {
      const end = at + 24 + guest.u32(at + 16);
      listed.push(Buffer.from(guest.bytes.subarray(at + 24, end)).toString());
      at = end;
    }
    expect(listed).toEqual(['.', '..', ...names]);
    expect(book.asked.filter((name) => name === 'statEntry').length).toBe(700);
    // Up to 32 of them are gone through again with each answer.
    expect(Math.max(...seen.values())).toBeLessThanOrEqual(33);
  });

  it('polls: subscriptions before the last 64 are not looked at again', async () => {
    const { book, guest, open } = counting({ file: 'content' });
    expect(await open('file', 0, RIGHTS.fd_read | RIGHTS.poll_fd_readwrite | RIGHTS.fd_filestat_get)).toBe('SUCCESS');
    const fd = guest.u32(0x100);
    const count = 300;
    let looked = 0;
    const stats = guest.wasi as unknown as { process: { files: { get(fd: number): unknown } } };
    const { files } = stats.process;
    const get = files.get.bind(files);
    files.get = (number) => {
      looked++;
      return get(number);
    };
    for (let i = 0; i < count; i++) {
      guest.setU32(0x1000 + i * 48, i);
      guest.bytes[0x1000 + i * 48 + 8] = 1;
      guest.setU32(0x1000 + i * 48 + 16, fd);
    }
    book.asked.length = 0;
    expect(await guest.raw('poll_oneoff', 0x1000, 0x10_0000, count, 0x300)).toBe(0);
    expect([guest.u32(0x300), book.asked.length]).toEqual([count, count]);
    for (let i = 0; i < count; i++)
      expect([guest.u32(0x10_0000 + i * 32), guest.u32(0x10_0000 + i * 32 + 16)]).toEqual([i, 7]);
    expect(looked).toBeLessThan(count * 64);
  });
});
