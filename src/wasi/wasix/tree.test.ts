// One tree of directories, programs and devices, as a WASIX program sees it.
import { describe, expect, it } from 'vitest';
import { TestGuest } from '../guest.suite.ts';
import { memoryDirectory, readOnly, readText, type WasiOptions } from '../index.ts';
import { DIRECTORY_RIGHTS, OFLAGS, RIGHTS } from '../preview1/abi.ts';

const BOTH = RIGHTS.fd_read | RIGHTS.fd_write;

function made(options: WasiOptions, isFirst = false): TestGuest {
  return TestGuest.wasix(options, { isFirst });
}

function contents(guest: TestGuest, path: string): string {
  const opened = guest.open(path, { base: RIGHTS.fd_read, dirflags: 1 });
  return typeof opened === 'string' ? opened : guest.read(opened);
}

function names(guest: TestGuest, path: string): string[] {
  const fd = guest.open(path, { base: RIGHTS.fd_readdir, oflags: OFLAGS.directory }) as number;
  expect(guest.call('fd_readdir', fd, 0x8000, 0x4000, 0n, 0x300)).toBe('SUCCESS');
  const found: string[] = [];
  for (let at = 0x8000; at < 0x8000 + guest.u32(0x300); ) {
    const length = guest.u32(at + 16);
    found.push(`${String.fromCharCode(...guest.bytes.subarray(at + 24, at + 24 + length))}:${guest.bytes[at + 20]}`);
    at += 24 + length;
  }
  return found.filter((name) => !name.startsWith('.')).sort();
}

const prestat = (guest: TestGuest, fd: number): string => guest.call('fd_prestat_get', fd, 0x100);

describe('a WASIX program', () => {
  it('has one preopened directory, the root, whatever is given', () => {
    const [a, b] = [memoryDirectory({ a: 'A' }), memoryDirectory({ b: 'B' })];
    for (const isFirst of [false, true]) {
      for (const preopens of [{}, { '/': a }, { '/x': a, '/y': b }, { y: b, '.': a, '/': a }]) {
        const guest = made({ preopens }, isFirst);
        expect([prestat(guest, 3), guest.u32(0x104), prestat(guest, 4)]).toEqual(['SUCCESS', 1, 'BADF']);
        expect(guest.call('fd_prestat_dir_name', 3, 0x200, 1)).toBe('SUCCESS');
        expect(String.fromCharCode(guest.bytes[0x200] as number)).toBe('/');
      }
    }
  });

  it('sees every directory at its guest path, and lists what is mounted', () => {
    const preopens = { '/': memoryDirectory({ top: '', var: { log: '' } }), sub: memoryDirectory({ f: 'F' }) };
    const guest = made({ preopens: { ...preopens, '/var/./x/': memoryDirectory({ g: 'G' }) } });
    expect(names(guest, '/')).toEqual(['dev:3', 'sub:3', 'top:4', 'var:3']);
    expect(names(guest, '/var')).toEqual(['log:4', 'x:3']);
    expect([
      contents(guest, '/sub/f'),
      contents(guest, '/var/x/g'),
      contents(guest, 'sub/../var/x/../../sub/f'),
    ]).toEqual(['F', 'G', 'F']);
    expect(guest.symlink('../../sub/f', 'var/x/up')).toBe('SUCCESS');
    expect(contents(guest, '/var/x/up')).toBe('F');
  });

  it('sees a root that it cannot change where none is given', () => {
    const guest = made({ preopens: { '/a/b': memoryDirectory({ f: 'F' }), '/c': readOnly(memoryDirectory()) } });
    expect([names(guest, '/'), names(guest, '/a')]).toEqual([['a:3', 'c:3', 'dev:3'], ['b:3']]);
    expect(guest.path('path_create_directory', '/new')).toBe('ROFS');
    expect(guest.path('path_create_directory', '/a/new')).toBe('ROFS');
    expect(guest.path('path_create_directory', '/c/new')).toBe('ROFS');
    expect(guest.path('path_create_directory', '/a/b/new')).toBe('SUCCESS');
    expect(guest.open('/new', { oflags: OFLAGS.creat, base: BOTH })).toBe('ROFS');
    expect([guest.path('path_remove_directory', '/a'), guest.rename('/a/b/f', '/c/f')]).toEqual(['BUSY', 'XDEV']);
  });

  it('finds programs in /bin beside the files that are there, and they come first', () => {
    const programs = { tool: new TextEncoder().encode('program') };
    const bin = memoryDirectory({ tool: 'covered', other: 'other' });
    for (const preopens of [{ '/bin': bin }, { '/': memoryDirectory({ bin: { tool: 'covered', other: 'other' } }) }]) {
      const guest = made({ preopens, programs });
      expect(names(guest, '/bin')).toEqual(['other:4', 'tool:4']);
      expect([contents(guest, '/bin/tool'), contents(guest, '/bin/other')]).toEqual(['program', 'other']);
      expect(guest.open('/bin/tool', { base: BOTH })).toBe('ROFS');
      expect(guest.path('path_unlink_file', '/bin/tool')).toBe('BUSY');
    }
    expect(names(made({ programs }), '/bin')).toEqual(['tool:4']);
  });

  it('keeps the root when it closes the descriptor, and gives back all at the end', () => {
    let closed = 0;
    const directory = memoryDirectory({ d: {}, f: 'F' });
    const counted = Object.assign(Object.create(directory) as typeof directory, { close: () => void closed++ });
    const guest = made({ preopens: { '/': counted } });
    const fd = guest.open('d', { oflags: OFLAGS.directory, base: DIRECTORY_RIGHTS, inheriting: BOTH }) as number;
    expect(guest.call('fd_close', 3)).toBe('SUCCESS');
    const opened = guest.open('/f', { fd, base: RIGHTS.fd_read }) as number;
    expect([guest.read(opened), closed]).toEqual(['F', 0]);
    guest.wasi.close();
    expect(closed).toBe(1);
  });

  it('has its listeners behind the root', () => {
    const listener = {
      type: 'socket-stream',
      accept: () => undefined,
      ready: () => 0,
      subscribe: () => () => {},
      close: () => {},
    } as never;
    const guest = made({ preopens: { '/a': memoryDirectory(), '/b': memoryDirectory() }, listeners: [listener] });
    expect(guest.call('fd_fdstat_get', 4, 0x100)).toBe('SUCCESS');
    expect([guest.bytes[0x100], guest.call('fd_fdstat_get', 5, 0x100)]).toEqual([6, 'BADF']);
  });

  it('and one without WASIX sees the directories that it was given, without devices', () => {
    const root = memoryDirectory({ f: 'F' });
    const guest = new TestGuest({ preopens: { '/': root, '/sub': memoryDirectory() } });
    expect([prestat(guest, 3), prestat(guest, 4), prestat(guest, 5)]).toEqual(['SUCCESS', 'SUCCESS', 'BADF']);
    expect(names(guest, '.')).toEqual(['f:4']);
  });
});

describe('devices', () => {
  it('null is empty and takes what is written, also what truncates, appends or creates', () => {
    const guest = made({});
    for (const [oflags, fdflags] of [
      [0, 0],
      [OFLAGS.creat | OFLAGS.trunc, 0],
      [OFLAGS.creat, 1],
    ] as const) {
      const fd = guest.open('/dev/null', { base: BOTH, oflags, fdflags }) as number;
      expect([guest.write(fd, 'lost'), guest.read(fd)]).toEqual([4, '']);
    }
    expect(guest.open('/dev/null', { base: BOTH, oflags: OFLAGS.creat | OFLAGS.excl })).toBe('EXIST');
  });

  it('zero and full are full of zeros, and nothing can be written to full', () => {
    const guest = made({});
    const [zero, full] = ['zero', 'full'].map((name) => guest.open(`/dev/${name}`, { base: BOTH }) as number);
    expect([guest.read(zero as number, 5), guest.read(full as number, 5)]).toEqual(['\0'.repeat(5), '\0'.repeat(5)]);
    expect([guest.write(zero as number, 'x'), guest.write(full as number, 'x')]).toEqual([1, 'NOSPC']);
  });

  it('random and urandom return what the host calls random', () => {
    const random = { fill: (bytes: Uint8Array) => void bytes.fill(0x72) };
    const guest = made({ random });
    for (const name of ['random', 'urandom']) {
      expect(guest.read(guest.open(`/dev/${name}`, { base: RIGHTS.fd_read }) as number, 3)).toBe('rrr');
    }
  });

  it('are no terminals, cannot be removed or changed, and lie over what is given there', () => {
    const dev = memoryDirectory({ null: 'file', mine: 'mine' });
    const guest = made({ preopens: { '/dev': dev } });
    expect(names(guest, '/dev')).toEqual(['full:2', 'mine:4', 'null:2', 'random:2', 'urandom:2', 'zero:2']);
    const fd = guest.open('/dev/null', { base: BOTH | RIGHTS.fd_seek | RIGHTS.fd_tell }) as number;
    expect(guest.call('fd_fdstat_get', fd, 0x100)).toBe('SUCCESS');
    // C libraries take for a terminal what has no rights to seek.
    expect([guest.bytes[0x100], guest.u32(0x108) & 0x24]).toEqual([2, 0x24]);
    expect([guest.path('path_unlink_file', '/dev/null'), guest.rename('/dev/mine', '/dev/null')]).toEqual([
      'BUSY',
      'BUSY',
    ]);
    expect(guest.call('fd_filestat_set_size', fd, 0n)).toMatch(/INVAL|NOTCAPABLE/);
    expect(contents(guest, '/dev/null')).toBe('');
    expect(readText(dev, 'null')).toBe('file');
  });
});
