// Appending is O_APPEND: whoever else writes to the file, nothing is lost.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { programFile } from '../../../../tests/programs.ts';
import { TestGuest } from '../../guest.suite.ts';
import { unless } from '../../host/errno.ts';
import { type Directory, memoryDirectory, overlay } from '../../index.ts';
import { FDFLAGS, OFLAGS, RIGHTS } from '../../preview1/abi.ts';
import { openByDescriptor, openByPath } from './directory.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-append-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const BASE =
  RIGHTS.fd_read |
  RIGHTS.fd_write |
  RIGHTS.fd_seek |
  RIGHTS.fd_tell |
  RIGHTS.fd_fdstat_set_flags |
  RIGHTS.fd_filestat_get;
const LINES = 3000;

const WAYS: readonly (readonly [string, (path: string) => Directory])[] =
  platform === 'linux'
    ? [
        ['by descriptor', openByDescriptor],
        ['by path', openByPath],
      ]
    : [['by path', openByPath]];

/** A program of its own that appends lines to `log` in a directory, when it reads a line. */
function appender(way: string, later: boolean): string {
  const at = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  return `
    import { writeSync } from 'node:fs';
    import { TestGuest } from ${at('../../guest.suite.ts')};
    import { openByDescriptor, openByPath } from ${at('./directory.ts')};
    const guest = new TestGuest({ preopens: { '/': ${way === 'by path' ? 'openByPath' : 'openByDescriptor'}(process.cwd()) } });
    const fd = guest.open('log', { oflags: ${OFLAGS.creat}, base: ${BASE}n, fdflags: ${later ? 0 : FDFLAGS.append} });
    if (${later}) guest.call('fd_fdstat_set_flags', fd, ${FDFLAGS.append});
    writeSync(1, 'ready');
    await new Promise((go) => process.stdin.once('data', go));
    for (let i = 0; i < ${LINES}; i++) if (guest.write(fd, 'fifteen letters\\n') !== 16) throw new Error('not written');`;
}

describe.each(WAYS)('two programs that append to one file, held %s', (way) => {
  it.each([
    ['opened so', false],
    ['set later by fd_fdstat_set_flags', true],
  ] as const)('lose nothing of each other: %s', async (_, later) => {
    const folder = mkdtempSync(join(scratch, 'two-'));
    const children = [0, 1].map(() =>
      spawn(execPath, [programFile(appender(way, later))], {
        cwd: folder,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const ended = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
    await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
    for (const child of children) child.stdin.end('\n');
    expect(await Promise.all(ended)).toEqual([0, 0]);
    const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n');
    expect([lines.filter((line) => line === 'fifteen letters').length, lines.length]).toEqual([
      2 * LINES,
      2 * LINES + 1,
    ]);
  });
});

describe.each([
  ...WAYS,
  ['in memory', () => memoryDirectory({ log: 'abc' })],
  ['in an overlay', (path: string) => overlay(openByPath(path))],
] as const)('a file that is appended to, %s', (_, open) => {
  const start = (name = 'log') => {
    const folder = mkdtempSync(join(scratch, 'one-'));
    writeFileSync(join(folder, name), 'abc');
    const guest = new TestGuest({ preopens: { '/': open(folder) } });
    const at = (fd: number): bigint => {
      guest.call('fd_tell', fd, 0x400);
      return guest.u64(0x400);
    };
    const seek = (fd: number, to: bigint): string => guest.call('fd_seek', fd, to, 0, 0x400);
    const all = (fd: number): string => {
      seek(fd, 0n);
      return guest.read(fd);
    };
    return { folder, guest, at, seek, all };
  };

  it('gets all writes at its end, wherever the cursor is, which then is there', () => {
    const { guest, at, seek, all } = start();
    const fd = guest.open('log', { base: BASE, fdflags: FDFLAGS.append }) as number;
    expect([guest.write(fd, 'de'), at(fd), seek(fd, 1n), guest.read(fd, 2), guest.write(fd, 'f'), at(fd)]).toEqual([
      2,
      5n,
      'SUCCESS',
      'bc',
      1,
      6n,
    ]);
    expect(all(fd)).toBe('abcdef');
    guest.wasi.close();
  });

  it('is written at the cursor again once the flag is cleared, and at the end once it is set', () => {
    const { guest, seek, all } = start();
    const fd = guest.open('log', { base: BASE, fdflags: FDFLAGS.append }) as number;
    guest.write(fd, 'd');
    guest.call('fd_fdstat_set_flags', fd, 0);
    expect([seek(fd, 1n), guest.write(fd, 'X'), all(fd)]).toEqual(['SUCCESS', 1, 'aXcd']);
    guest.call('fd_fdstat_set_flags', fd, FDFLAGS.append);
    expect([seek(fd, 0n), guest.write(fd, 'e'), all(fd)]).toEqual(['SUCCESS', 1, 'aXcde']);
    guest.wasi.close();
  });

  it('takes fd_pwrite at the position that it names, and leaves the cursor alone', () => {
    const { guest, at, all } = start();
    const fd = guest.open('log', { base: BASE, fdflags: FDFLAGS.append }) as number;
    guest.write(fd, 'd');
    guest.text('Y');
    guest.setU32(0x200, 0x1000);
    guest.setU32(0x204, 1);
    expect([guest.call('fd_pwrite', fd, 0x200, 1, 1n, 0x300), at(fd), all(fd)]).toEqual(['SUCCESS', 4n, 'aYcd']);
    guest.wasi.close();
  });
});

describe.each(WAYS)('a file of the host that is appended to, held %s', (way, open) => {
  it('may be renamed and removed meanwhile, and grow by other hands', () => {
    const folder = mkdtempSync(join(scratch, 'moved-'));
    writeFileSync(join(folder, 'log'), 'abc');
    const guest = new TestGuest({ preopens: { '/': open(folder) } });
    const fd = guest.open('log', { base: BASE }) as number;
    renameSync(join(folder, 'log'), join(folder, 'log.1'));
    writeFileSync(join(folder, 'log'), 'another');
    guest.call('fd_fdstat_set_flags', fd, FDFLAGS.append);
    expect(guest.write(fd, 'd')).toBe(1);
    appendFileSync(join(folder, 'log.1'), 'e');
    expect(guest.write(fd, 'f')).toBe(1);
    expect([readFileSync(join(folder, 'log.1'), 'utf8'), readFileSync(join(folder, 'log'), 'utf8')]).toEqual([
      'abcdef',
      'another',
    ]);
    unlinkSync(join(folder, 'log.1'));
    expect(guest.write(fd, 'g')).toBe(1);
    guest.wasi.close();
  });

  it.runIf(way === 'by descriptor')('leaves no descriptor of the host open', () => {
    const folder = mkdtempSync(join(scratch, 'leak-'));
    const guest = new TestGuest({ preopens: { '/': open(folder) } });
    const count = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        const to = unless(['NOENT'], () => readlinkSync(`/proc/self/fd/${fd}`));
        return to?.startsWith(folder) === true;
      }).length;
    const before = count();
    for (let i = 0; i < 50; i++) {
      const fd = guest.open('log', { oflags: OFLAGS.creat, base: BASE, fdflags: i % 2 }) as number;
      for (const flags of [1, 0, 1]) {
        guest.call('fd_fdstat_set_flags', fd, flags);
        guest.write(fd, 'x');
      }
      guest.call('fd_close', fd);
    }
    expect(count()).toBe(before);
    guest.wasi.close();
  });

  it('is told when it may not be written any more only where the system says so', () => {
    const folder = mkdtempSync(join(scratch, 'mode-'));
    writeFileSync(join(folder, 'log'), 'abc');
    const guest = new TestGuest({ preopens: { '/': open(folder) } });
    const fd = guest.open('log', { base: BASE }) as number;
    chmodSync(join(folder, 'log'), 0o400);
    guest.call('fd_fdstat_set_flags', fd, FDFLAGS.append);
    expect([guest.write(fd, 'd'), readFileSync(join(folder, 'log'), 'utf8')]).toEqual([1, 'abcd']);
    guest.wasi.close();
  });
});

const appendOnly = join(scratch, 'append-only');
writeFileSync(appendOnly, 'abc');
const mark = (how: string): boolean => spawnSync('chattr', [how, appendOnly]).status === 0;
const hasAppendOnly = platform === 'linux' && mark('+a') && mark('-a');

it.runIf(hasAppendOnly)('a file that the system lets grow only is appended to', () => {
  const guest = new TestGuest({ preopens: { '/': openByDescriptor(scratch) } });
  mark('+a');
  try {
    expect(guest.open('append-only', { base: RIGHTS.fd_write })).toBe('PERM');
    const fd = guest.open('append-only', { base: RIGHTS.fd_write, fdflags: FDFLAGS.append }) as number;
    expect([guest.write(fd, 'd'), readFileSync(appendOnly, 'utf8')]).toEqual([1, 'abcd']);
  } finally {
    mark('-a');
    guest.wasi.close();
  }
});
