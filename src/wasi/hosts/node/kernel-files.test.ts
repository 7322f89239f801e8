// What is the kernel's: refused whatever directory was given, by whatever way. Mounts are made in a name space of their own
// by a process of its own; where that is not allowed, those tests are skipped.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, pid, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { programFile } from '../../../../tests/programs.ts';
import { TestGuest } from '../../guest.suite.ts';
import { SystemError } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { errnoOf } from '../../host/filesystem.suite.ts';
import { overlay, readOnly } from '../../index.ts';
import { OFLAGS, RIGHTS } from '../../preview1/abi.ts';
import { nodeDirectory } from '../node.ts';
import { openByDescriptor, openByPath } from './directory.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'wasmi-ts-kernel-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const READ = { read: true, write: false, create: false, exclusive: false, truncate: false };
const WAYS = [
  ['by descriptor', openByDescriptor],
  ['by path', openByPath],
] as const;

const TIMES = { accessed: 5n, modified: 5n };

/** All that can be done with an entry besides opening it, and with which error it ends. */
const USES: Record<string, (directory: Directory, name: string) => unknown> = {
  statEntry: (directory, name) => directory.statEntry(name),
  setEntryTimes: (directory, name) => directory.setEntryTimes(name, TIMES),
  readLink: (directory, name) => directory.readLink(name),
  removeFile: (directory, name) => directory.removeFile(name),
  removeDirectory: (directory, name) => directory.removeDirectory(name),
  rename: (directory, name) => directory.rename(name, directory, 'stolen'),
  replace: (directory, name) => {
    directory.createDirectory('mine');
    try {
      directory.rename('mine', directory, name);
    } finally {
      directory.removeDirectory('mine');
    }
  },
  link: (directory, name) => directory.link(name, directory, 'stolen'),
};
const uses = (directory: Directory, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(USES).map(([use, run]) => [use, errnoOf(() => run(directory, name)) ?? 'done']));
const ALL_REFUSED = Object.fromEntries(Object.keys(USES).map((use) => [use, 'ACCES']));

const OF_THE_KERNEL = [
  'proc/self/mem',
  'proc/self/environ',
  'proc/self/fd/0',
  'proc/self/root/etc/passwd',
  'proc/thread-self/mem',
  `proc/${pid}/mem`,
  `proc/${pid}/task/${pid}/environ`,
  'proc/1/cmdline',
  'proc/sys/kernel/hostname',
  'proc/../proc/self/maps',
  'sys/kernel/profiling',
  'dev/pts/0',
  'dev/pts/ptmx',
];

describe.runIf(platform === 'linux')('files of the kernel', () => {
  it.each(WAYS)('are refused below a directory that holds them, held %s', (_, open) => {
    const guest = new TestGuest({ preopens: { '/': open('/') } });
    for (const path of OF_THE_KERNEL) {
      for (const request of [
        { base: RIGHTS.fd_read },
        { base: RIGHTS.fd_read | RIGHTS.fd_write },
        { oflags: OFLAGS.creat, base: RIGHTS.fd_write },
        { oflags: OFLAGS.directory },
      ]) {
        expect([path, guest.open(path, { dirflags: 1, ...request })]).toEqual([path, 'ACCES']);
      }
      expect([path, guest.stat(path), guest.path('path_unlink_file', path)]).toEqual([path, 'ACCES', 'ACCES']);
      expect(guest.rename(path, 'tmp/stolen')).toBe('ACCES');
      expect(guest.link(path, 'tmp/stolen')).toBe('ACCES');
    }
    for (const path of ['proc', 'proc/', 'sys', 'dev/pts', 'proc/.']) expect(guest.open(path)).toBe('ACCES');
    guest.wasi.close();
  });

  it.each([
    ['read-only', () => readOnly(openByDescriptor('/'))],
    ['an overlay', () => overlay(openByDescriptor('/'))],
  ] as const)('are refused below a view of it: %s', (_, open) => {
    const guest = new TestGuest({ preopens: { '/': open() } });
    for (const path of OF_THE_KERNEL) expect(guest.open(path, { base: RIGHTS.fd_read })).toMatch(/^(ACCES|NOENT)$/);
    guest.wasi.close();
  });

  it.each(WAYS)('cannot be given, under no name of theirs, held %s', (_, open) => {
    symlinkSync('/proc/self', join(scratch, `link ${open.name}`));
    const names = [
      '/proc',
      '/proc/',
      '/proc/self',
      '/proc/self/task',
      `/proc/${pid}`,
      '/proc/thread-self',
      '/dev/fd',
      '/sys',
      '/sys/kernel',
      '/dev/pts',
    ];
    for (const path of [...names, join(scratch, `link ${open.name}`)]) {
      expect([path, errnoOf(() => open(path))]).toEqual([path, 'ACCES']);
    }
    expect(() => open('/proc')).toThrow(/proc is of the kernel and is never given to a program/);
  });

  it.each(WAYS)('are refused whatever is done with their names, held %s', (_, open) => {
    const root = open('/');
    for (const name of ['proc', 'sys']) expect([name, uses(root, name)]).toEqual([name, ALL_REFUSED]);
    root.close();
    const view = overlay(open('/'));
    for (const name of ['proc', 'sys']) {
      expect([name, errnoOf(() => view.openDirectory(name)), uses(view, name)]).toEqual([name, 'ACCES', ALL_REFUSED]);
    }
    expect(errnoOf(() => view.openFile('proc', READ))).toBe('ACCES');
    view.close();
  });

  it('the table of uses names every method that takes an entry’s name, but for those that open or make one', () => {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(openByDescriptor('/')));
    const others = ['constructor', 'stat', 'setTimes', 'sync', 'close', 'reopen', 'names', 'reach', 'place'];
    const makers = ['openDirectory', 'openFile', 'createDirectory', 'createLink'];
    expect(methods.filter((name) => ![...others, ...makers].includes(name)).sort()).toEqual(
      Object.keys(USES)
        .filter((use) => use !== 'replace')
        .sort(),
    );
  });

  it('a link of theirs to an ordinary directory means that directory, which is held as any other', () => {
    const root = openByDescriptor('/proc/self/root');
    expect(root.statEntry('etc').type).toBe('directory');
    expect(errnoOf(() => root.openDirectory('proc'))).toBe('ACCES');
    root.close();
  });

  it('are not reached by links, which are walked and not followed', () => {
    for (const [name, to] of [
      ['absolute', '/proc/self/environ'],
      ['relative', `${'../'.repeat(12)}proc/self/environ`],
    ] as const) {
      symlinkSync(to, join(scratch, name));
      const guest = new TestGuest({ preopens: { '/': openByDescriptor('/'), '/s': openByDescriptor(scratch) } });
      const below = guest.open(join(scratch, name).slice(1), { dirflags: 1, base: RIGHTS.fd_read });
      expect(below).toBe(name === 'absolute' ? 'NOTCAPABLE' : below === 'ACCES' ? 'ACCES' : 'NOTCAPABLE');
      expect(guest.open(name, { fd: 4, dirflags: 1, base: RIGHTS.fd_read })).toBe('NOTCAPABLE');
      guest.wasi.close();
    }
  });
});

const DEVICES = `
  mkdir -p d && cd d
  mknod memory c 1 1; mknod port c 1 4; mknod log c 1 11; mknod terminal c 5 0; mknod console c 5 1; mknod many c 5 2
  mknod watchdog c 10 130; mknod disk b 8 0; mknod loop b 7 0
  mknod null c 1 3; mknod zero c 1 5; mknod full c 1 7; mknod random c 1 8; mknod urandom c 1 9`;
const hasDevices = platform === 'linux' && spawnSync('sh', ['-ec', DEVICES], { cwd: scratch }).status === 0;

describe.runIf(hasDevices)('devices', () => {
  it.each(WAYS)('are opened where they are in the table, and only there, held %s', (_, open) => {
    const directory = open(join(scratch, 'd'));
    for (const name of ['memory', 'port', 'log', 'terminal', 'console', 'many', 'watchdog', 'disk', 'loop']) {
      for (const how of [READ, { ...READ, write: true }, { ...READ, create: true }]) {
        expect([name, errnoOf(() => directory.openFile(name, how))]).toEqual([name, 'ACCES']);
      }
    }
    for (const name of ['memory', 'port', 'log', 'terminal', 'console', 'many', 'watchdog', 'disk', 'loop']) {
      expect([name, uses(directory, name)]).toEqual([name, ALL_REFUSED]);
    }
    for (const name of ['null', 'zero', 'full', 'random', 'urandom']) {
      expect([name, uses(directory, name)]).toEqual([name, { ...ALL_REFUSED, statEntry: 'done', readLink: 'INVAL' }]);
      const file = directory.openFile(name, { ...READ, write: true, truncate: true });
      expect([file.type, file.seekable, file.read(new Uint8Array(5), 9n)]).toEqual([
        'character-device',
        false,
        name === 'null' ? 0 : 5,
      ]);
      expect(errnoOf(() => file.setTimes(TIMES))).toBe('ACCES');
      file.close();
    }
    directory.close();
  });
});

/** Mounts, then says what a guest gets of them: run with `unshare`. */
const MOUNTED = `
  import { ${openByDescriptor.name}, ${openByPath.name} } from ${JSON.stringify(fileURLToPath(new URL('./directory.ts', import.meta.url)))};
  import { overlay } from ${JSON.stringify(fileURLToPath(new URL('../overlay.ts', import.meta.url)))};
  const READ = ${JSON.stringify(READ)};
  const told = [];
  for (const open of [openByDescriptor, openByPath]) {
    const root = open(${JSON.stringify(scratch)});
    const say = (action) => { try { action(); return 'opened'; } catch (error) { return error.errno ?? error.message; } };
    for (const name of ['bound', 'own', 'sys', 'ok']) told.push(say(() => root.openDirectory(name)));
    for (const name of ['mem', 'environ', 'file']) told.push(say(() => root.openFile(name, READ)));
    const inner = root.openDirectory('ok').openDirectory('deep');
    told.push(say(() => inner.openFile('mem', { ...READ, write: true })), say(() => inner.openFile('plain', READ)));
    for (const view of [root, overlay(open(${JSON.stringify(scratch)}))]) {
      for (const name of ['bound', 'own', 'sys', 'mem', 'environ']) {
        told.push(say(() => view.statEntry(name)), say(() => view.setEntryTimes(name, { accessed: 5n, modified: 5n })));
        told.push(say(() => view.rename(name, view, 'stolen')), say(() => view.openFile(name, READ)));
      }
    }
  }
  console.log(told.join(' '));`;

const MOUNTS = `
  mkdir -p bound own sys ok && touch mem environ file source
  mount --bind /proc bound; mount -t proc none own; mount --bind /sys sys
  mount --bind /proc/self/mem mem; mount --bind /proc/self/environ environ; mount --bind source file
  mount -t tmpfs none ok; mkdir ok/deep; touch ok/deep/mem ok/deep/plain; mount --bind /proc/1/mem ok/deep/mem`;
const hasMounts =
  platform === 'linux' && spawnSync('unshare', ['-m', 'sh', '-ec', MOUNTS], { cwd: scratch }).status === 0;

it.runIf(hasMounts)(
  'mounts of files of the kernel elsewhere, and bind mounts of single ones, are refused; others are not',
  () => {
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    const script = `cd "${scratch}"; ${MOUNTS}; cd "${root}"; exec "$@"`;
    const node = [execPath, programFile(MOUNTED)];
    const told = execFileSync('unshare', ['-m', 'sh', '-ec', script, 'sh', ...node], { encoding: 'utf8' });
    const one = 'ACCES ACCES ACCES opened ACCES ACCES opened ACCES opened';
    const entries = Array(2 * 5 * 4)
      .fill('ACCES')
      .join(' ');
    expect(told.trim()).toBe(`${one} ${entries} ${one} ${entries}`);
  },
);

describe.runIf(platform === 'linux')('a pipe or socket in a directory', () => {
  it.each(WAYS)(
    'is refused before it is opened: who waits at its other end goes on waiting, held %s',
    async (_, open) => {
      const folder = mkdtempSync(join(scratch, 'pipe-'));
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const writer = spawn('sh', ['-c', 'echo data > pipe; echo > released'], { cwd: folder, stdio: 'ignore' });
      const directory = open(folder);
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const how of [READ, { ...READ, write: true }, { ...READ, create: true }]) {
        expect(errnoOf(() => directory.openFile('pipe', how))).toBe('NOTSUP');
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(existsSync(join(folder, 'released'))).toBe(false);
      const reader = openSync(join(folder, 'pipe'), 'r');
      closeSync(reader);
      await new Promise((resolve) => writer.once('exit', resolve));
      directory.close();
    },
  );
});

describe.runIf(platform === 'linux')('opening a file', () => {
  it.each(WAYS)('answers as the system does, held %s', (_, open) => {
    const folder = mkdtempSync(join(scratch, 'file-'));
    writeFileSync(join(folder, 'file'), 'x');
    mkdirSync(join(folder, 'd'));
    symlinkSync('file', join(folder, 'link'));
    symlinkSync('missing', join(folder, 'dangling'));
    const directory = open(folder);
    const errno = (name: string, how: Partial<typeof READ>): string | undefined =>
      errnoOf(() => directory.openFile(name, { ...READ, ...how }).close());
    expect(errno('missing', {})).toBe('NOENT');
    expect(errno('d', {})).toBe('ISDIR');
    expect(errno('d', { create: true, exclusive: true })).toBe('EXIST');
    expect(errno('link', {})).toBe('LOOP');
    expect(errno('dangling', { create: true })).toBe('LOOP');
    expect(errno('dangling', { create: true, exclusive: true })).toBe('EXIST');
    expect(errno('file', { create: true, exclusive: true })).toBe('EXIST');
    expect(errno('file', { write: true, create: true, truncate: true })).toBe(undefined);
    expect(errno('new', { write: true, create: true })).toBe(undefined);
    expect([directory.statEntry('file').size, directory.names().sort()]).toEqual([
      0n,
      ['d', 'dangling', 'file', 'link', 'new'],
    ]);
    directory.close();
  });
});

it.runIf(platform === 'linux')('nodeDirectory says which directory is the kernel’s', () => {
  expect(() => nodeDirectory('/proc')).toThrow(SystemError);
  expect(() => nodeDirectory('/sys')).toThrow(/sysfs is of the kernel/);
});
