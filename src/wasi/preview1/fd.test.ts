import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUFFER, EVERYTHING, TestGuest } from '../guest.suite.ts';
import { SystemError } from '../host/errno.ts';
import { memoryDirectory, outputTo, QueueInput, readText, seededRandom } from '../hosts/memory.ts';
import { nodeDirectory } from '../hosts/node.ts';
import { FDFLAGS, OFLAGS, RIGHTS } from './abi.ts';

const READ_WRITE = RIGHTS.fd_read | RIGHTS.fd_write | RIGHTS.fd_seek | RIGHTS.fd_tell;

function makeGuest(content = 'hello'): TestGuest {
  return new TestGuest({ preopens: { '/': memoryDirectory({ a: content, d: {} }) }, random: seededRandom(1) });
}

/** Opens `a` with everything that a file can do. */
function openFile(guest: TestGuest, fdflags = 0): number {
  return guest.open('a', { base: EVERYTHING, inheriting: EVERYTHING, fdflags }) as number;
}

describe('reading and writing', () => {
  it('scatters into buffers in order and stops at the end of the file', () => {
    const guest = makeGuest('hello');
    const fd = openFile(guest);
    [BUFFER, 2, 0xffff_fff0, 0, BUFFER + 16, 10].forEach((word, i) => {
      guest.setU32(0x200 + i * 4, word);
    });
    expect(guest.call('fd_read', fd, 0x200, 3, 0x300)).toBe('SUCCESS');
    expect(guest.u32(0x300)).toBe(5);
    expect(String.fromCharCode(...guest.bytes.subarray(BUFFER, BUFFER + 2))).toBe('he');
    expect(String.fromCharCode(...guest.bytes.subarray(BUFFER + 16, BUFFER + 20))).toBe('llo\0');
    expect(guest.read(fd)).toBe('');
  });

  it('refuses 1,025 parts, and a part outside memory before anything is read', () => {
    const guest = makeGuest();
    const fd = openFile(guest);
    expect(guest.call('fd_read', fd, 0x200, 1025, 0x300)).toBe('INVAL');
    [BUFFER, 2, 0xffff, 2].forEach((word, i) => {
      guest.setU32(0x200 + i * 4, word);
    });
    expect(guest.call('fd_read', fd, 0x200, 2, 0x300)).toBe('FAULT');
    expect(guest.read(fd)).toBe('hello');
  });

  it('what was appended counts although the host fails when it is asked where the end is now', () => {
    const written: number[] = [];
    const failing = Object.assign(Object.create(memoryDirectory()), {
      openFile: () => ({
        type: 'regular-file',
        seekable: true,
        append: (parts: readonly Uint8Array[]) => written.push(...parts.map(({ length }) => length)) && 2,
        stat: () => {
          throw new SystemError('IO');
        },
        close() {},
      }),
    });
    const guest = new TestGuest({ preopens: { '/': failing } });
    const fd = guest.open('new', { oflags: OFLAGS.creat, base: EVERYTHING, fdflags: FDFLAGS.append }) as number;
    expect([guest.write(fd, 'ab'), written]).toEqual([2, [2]]);
    guest.call('fd_tell', fd, 0x400);
    expect(guest.u64(0x400)).toBe(2n);
  });

  it('writes with the append flag go to the end, until the flag is taken away', () => {
    const guest = makeGuest('abc');
    const fd = openFile(guest, FDFLAGS.append);
    expect(guest.write(fd, 'd')).toBe(1);
    expect(guest.call('fd_seek', fd, 0n, 0, 0x300)).toBe('SUCCESS');
    expect(guest.write(fd, 'e')).toBe(1);
    expect(guest.call('fd_tell', fd, 0x300)).toBe('SUCCESS');
    expect(guest.u64(0x300)).toBe(5n);
    guest.call('fd_fdstat_set_flags', fd, 0);
    guest.call('fd_seek', fd, 0n, 0, 0x300);
    guest.write(fd, 'X');
    expect(guest.read(fd)).toBe('bcde');
  });

  it('positions beyond 2^53 are exact, and those below 0 or from 2^63 on are refused', () => {
    const guest = makeGuest();
    const fd = openFile(guest);
    const far = (1n << 60n) + 1n;
    expect(guest.call('fd_seek', fd, far, 0, 0x300)).toBe('SUCCESS');
    expect(guest.u64(0x300)).toBe(far);
    expect(guest.call('fd_seek', fd, -1n, 1, 0x300)).toBe('SUCCESS');
    expect(guest.u64(0x300)).toBe(far - 1n);
    expect(guest.call('fd_seek', fd, (1n << 63n) - 1n, 2, 0x300)).toBe('INVAL');
    expect(guest.call('fd_seek', fd, -6n, 2, 0x300)).toBe('INVAL');
    expect(guest.call('fd_seek', fd, 0n, 3, 0x300)).toBe('INVAL');
    expect(guest.write(fd, 'x')).toBe('FBIG');
    expect(guest.call('fd_pwrite', fd, 0x200, 0, 1n << 63n, 0x300)).toBe('INVAL');
  });

  it('reading takes the right to read, and a position the right to seek as well', () => {
    const guest = makeGuest();
    const blind = guest.open('a', { base: RIGHTS.fd_write }) as number;
    expect(guest.read(blind)).toBe('errno BADF');
    const mute = guest.open('a', { base: RIGHTS.fd_read }) as number;
    expect(guest.write(mute, 'x')).toBe('BADF');
    expect(guest.call('fd_pread', mute, 0x200, 0, 0n, 0x300)).toBe('NOTCAPABLE');
    expect(guest.call('fd_filestat_set_size', mute, 0n)).toBe('NOTCAPABLE');
    expect(guest.call('fd_allocate', mute, 0n, 9n)).toBe('NOTCAPABLE');
    expect(guest.call('fd_filestat_set_times', mute, 0n, 0n, 1)).toBe('NOTCAPABLE');
  });
});

describe('rights', () => {
  it('a directory passes on no more than it has left to pass on', () => {
    const guest = makeGuest();
    expect(guest.call('fd_fdstat_set_rights', 3, RIGHTS.path_open, RIGHTS.fd_read)).toBe('SUCCESS');
    expect(guest.open('a', { base: READ_WRITE })).toBe('NOTCAPABLE');
    expect(guest.open('a', { base: RIGHTS.fd_read, inheriting: RIGHTS.fd_write })).toBe('NOTCAPABLE');
    expect(guest.open('a', { base: RIGHTS.fd_read })).toBe(4);
    expect(guest.open('a', { oflags: OFLAGS.trunc })).toBe('NOTCAPABLE');
    expect(guest.open('b', { oflags: OFLAGS.creat })).toBe('NOTCAPABLE');
    expect(guest.path('path_unlink_file', 'a')).toBe('NOTCAPABLE');
    expect(guest.call('fd_fdstat_set_rights', 3, RIGHTS.path_open | RIGHTS.fd_readdir, 0n)).toBe('NOTCAPABLE');
  });

  it('a directory is not read as a file, nor a file used as a directory', () => {
    const guest = makeGuest();
    expect(guest.read(3)).toBe('errno ISDIR');
    expect(guest.call('fd_seek', 3, 0n, 0, 0x300)).toBe('ISDIR');
    expect(guest.open('d', { base: READ_WRITE, oflags: OFLAGS.directory })).toBe('ISDIR');
    const fd = openFile(guest);
    expect(guest.open('x', { fd })).toBe('NOTDIR');
    expect(guest.call('fd_readdir', fd, BUFFER, 100, 0n, 0x300)).toBe('NOTDIR');
    expect(guest.call('fd_prestat_get', fd, 0x300)).toBe('BADF');
  });
});

describe('descriptors', () => {
  it('preopened directories tell their guest paths, from 3 on', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory(), 'ü/x': memoryDirectory() } });
    expect(guest.call('fd_prestat_get', 4, 0x300)).toBe('SUCCESS');
    expect([guest.u32(0x300), guest.u32(0x304)]).toEqual([0, 4]);
    expect(guest.call('fd_prestat_dir_name', 4, 0x300, 3)).toBe('NAMETOOLONG');
    expect(guest.call('fd_prestat_dir_name', 4, 0x300, 9)).toBe('SUCCESS');
    expect(Buffer.from(guest.bytes.subarray(0x300, 0x304)).toString()).toBe('ü/x');
    expect(guest.call('fd_prestat_get', 5, 0x300)).toBe('BADF');
  });

  it('renumbering onto stdio, a preopened directory, itself and nothing', () => {
    const guest = makeGuest();
    const fd = openFile(guest);
    expect(guest.call('fd_renumber', fd, fd)).toBe('SUCCESS');
    expect(guest.call('fd_renumber', fd, 77)).toBe('BADF');
    expect(guest.call('fd_renumber', 3, 0xffff_ffff)).toBe('BADF');
    expect(guest.call('fd_renumber', fd, 0)).toBe('SUCCESS');
    expect(guest.read(0)).toBe('hello');
    expect(guest.open('d')).toBe(fd);
    expect(guest.call('fd_renumber', fd, 3)).toBe('SUCCESS');
    expect(guest.call('fd_prestat_get', 3, 0x300)).toBe('BADF');
  });

  it('10,000 failing opens use up no descriptor, and the 1,021st success is one too many', () => {
    const guest = makeGuest();
    for (let i = 0; i < 10_000; i++) guest.open(i % 2 === 0 ? 'missing' : '../a');
    for (let fd = 4; fd < 1024; fd++) expect(guest.open('a')).toBe(fd);
    expect(guest.open('a')).toBe('MFILE');
    expect(guest.open('new', { oflags: OFLAGS.creat })).toBe('MFILE');
    expect(guest.stat('new')).toBe('NOENT');
  });

  it('sizes: allocation never shrinks, and neither it nor set_size goes past the bounds', () => {
    const root = memoryDirectory({ a: 'hello' }, { bytes: 1000 });
    const guest = new TestGuest({ preopens: { '/': root.reopen() } });
    const fd = openFile(guest);
    expect(guest.call('fd_allocate', fd, 0n, 3n)).toBe('SUCCESS');
    expect(guest.call('fd_allocate', fd, 4n, 3n)).toBe('SUCCESS');
    expect(readText(root, 'a')).toBe('hello\0\0');
    expect(guest.call('fd_allocate', fd, 0n, 0n)).toBe('INVAL');
    expect(guest.call('fd_allocate', fd, 0n, 1001n)).toBe('NOSPC');
    for (const size of [1n << 62n, 1n << 63n, (1n << 64n) - 1n]) {
      expect(guest.call('fd_filestat_set_size', fd, size)).toBe('FBIG');
      expect(guest.call('fd_allocate', fd, size, size)).toBe('FBIG');
    }
  });
});

describe('streams', () => {
  it('by default input is empty and output is discarded', () => {
    const guest = new TestGuest();
    expect(guest.read(0)).toBe('');
    expect([guest.write(1, 'x'), guest.write(2, 'x')]).toEqual([1, 1]);
    expect([guest.write(0, 'x'), guest.read(1)]).toEqual(['BADF', 'errno BADF']);
    expect(guest.open('a')).toBe('BADF');
    expect(guest.call('fd_seek', 0, 0n, 0, 0x300)).toBe('SPIPE');
  });

  it('the parts of one write reach the host as one', () => {
    const pieces: string[] = [];
    const guest = new TestGuest({ stdout: (bytes) => pieces.push(Buffer.from(bytes).toString()) });
    guest.text('hello');
    [0x1000, 2, 0x1002, 3].forEach((word, i) => {
      guest.setU32(0x200 + i * 4, word);
    });
    expect(guest.call('fd_write', 1, 0x200, 2, 0x300)).toBe('SUCCESS');
    expect(pieces).toEqual(['hello']);
  });

  it('a read waits for input in mode async, with memory that may grow meanwhile', async () => {
    const stdin = new QueueInput();
    const guest = new TestGuest({ stdin, mode: 'async' });
    guest.setU32(0x200, BUFFER);
    guest.setU32(0x204, 10);
    const answer = guest.raw('fd_read', 0, 0x200, 1, 0x300);
    expect(answer).toBeInstanceOf(Promise);
    const grown = new Uint8Array(0x2_0000);
    grown.set(guest.bytes);
    guest.bytes = grown;
    stdin.push('typed');
    expect(await answer).toBe(0);
    expect(guest.u32(0x300)).toBe(5);
    stdin.end();
    expect(guest.read(0)).toBe('');
  });

  it('a non-blocking read without input returns AGAIN', () => {
    const guest = new TestGuest({ stdin: new QueueInput(), mode: 'async' });
    guest.call('fd_fdstat_set_flags', 0, FDFLAGS.nonblock);
    expect(guest.read(0)).toBe('errno AGAIN');
  });

  it('libc takes a stream for a terminal only when it is one', () => {
    const terminal = outputTo(() => {}, 'character-device');
    const guest = new TestGuest({ stdout: terminal });
    for (const [fd, type] of [
      [1, 2],
      [2, 0],
    ] as const) {
      expect(guest.call('fd_fdstat_get', fd, 0x300)).toBe('SUCCESS');
      expect(guest.bytes[0x300]).toBe(type);
      expect(guest.u64(0x308) & (RIGHTS.fd_seek | RIGHTS.fd_tell)).toBe(0n);
    }
  });
});

describe('what is promised is kept', () => {
  it('room is taken in memory, with its quota, and not promised where it cannot be taken', () => {
    const limited = memoryDirectory({ a: 'hello' }, { bytes: 100 });
    const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-fd-'));
    writeFileSync(join(folder, 'a'), 'hello');
    const guest = new TestGuest({ preopens: { '/': limited, '/h': nodeDirectory(folder) } });
    const here = guest.open('a', { base: EVERYTHING }) as number;
    expect([guest.call('fd_allocate', here, 0n, 80n), guest.call('fd_allocate', here, 0n, 200n)]).toEqual([
      'SUCCESS',
      'NOSPC',
    ]);
    expect(guest.stat('a')).toMatchObject({ size: 80n });
    const there = guest.open('a', { base: EVERYTHING, fd: 4 }) as number;
    expect(guest.call('fd_allocate', there, 0n, 80n)).toBe('NOTSUP');
    expect(statSync(join(folder, 'a')).size).toBe(5);
    guest.wasi.close();
    rmSync(folder, { recursive: true });
  });

  it('an open directory is not for writing: BADF; read it is ISDIR', () => {
    const guest = makeGuest();
    const fd = guest.open('d', { base: EVERYTHING & ~RIGHTS.fd_write, inheriting: EVERYTHING }) as number;
    for (const one of [3, fd]) {
      expect([guest.write(one, 'x'), guest.call('fd_pwrite', one, 0x100, 1, 0n, 0x108)]).toEqual(['BADF', 'BADF']);
      expect([guest.read(one), guest.call('fd_pread', one, 0x100, 1, 0n, 0x108)]).toEqual(['errno ISDIR', 'ISDIR']);
    }
  });
});
