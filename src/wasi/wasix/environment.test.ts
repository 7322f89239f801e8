// The root and the current directory, the terminal, the clock.
import { describe, expect, it } from 'vitest';
import { TestGuest } from '../guest.suite.ts';
import { memoryDirectory, type WasiOptions } from '../index.ts';
import { OFLAGS, RIGHTS } from '../preview1/abi.ts';

const TREE = { www: { 'index.html': 'page', a: { b: 'deep' } }, bin: { ls: 'program' }, top: 'top' };

function made(preopens: WasiOptions['preopens'] = { '/': memoryDirectory(TREE) }, isFirst = false): TestGuest {
  return TestGuest.wasix({ preopens }, { isFirst });
}

function contents(guest: TestGuest, path: string, fd = 3): string {
  const opened = guest.open(path, { base: RIGHTS.fd_read, fd, dirflags: 1 });
  if (typeof opened === 'string') return opened;
  const text = guest.read(opened);
  guest.call('fd_close', opened);
  return text;
}

function cwd(guest: TestGuest, room = 100): string {
  guest.setU32(0x200, room);
  const errno = guest.call('getcwd', 0x300, 0x200);
  if (errno !== 'SUCCESS') return `${errno} ${guest.u32(0x200)}`;
  const length = guest.u32(0x200);
  expect(guest.bytes[0x300 + length]).toBe(0);
  return Buffer.from(guest.bytes.subarray(0x300, 0x300 + length)).toString();
}

const chdir = (guest: TestGuest, path: string): string => guest.call('chdir', ...guest.text(path));

describe('the current directory', () => {
  it('is the root at first, is where relative paths of the root descriptor begin, and is kept as it was found', () => {
    const guest = made();
    expect(cwd(guest)).toBe('/');
    expect(contents(guest, 'top')).toBe('top');
    expect(chdir(guest, '/www')).toBe('SUCCESS');
    expect(cwd(guest)).toBe('/www');
    expect(contents(guest, 'index.html')).toBe('page');
    expect(contents(guest, './a/../index.html')).toBe('page');
    expect(contents(guest, '../top')).toBe('top');
    expect(contents(guest, '/top')).toBe('top');
    expect(contents(guest, 'top')).toBe('NOENT');
    expect(chdir(guest, 'a')).toBe('SUCCESS');
    expect(chdir(guest, '../../bin/.')).toBe('SUCCESS');
    expect(cwd(guest)).toBe('/bin');
    expect(chdir(guest, '../../../..')).toBe('SUCCESS');
    expect(cwd(guest)).toBe('/');
  });

  it('is not changed by what is no directory, is missing or is empty', () => {
    const guest = made();
    expect(chdir(guest, 'www')).toBe('SUCCESS');
    expect([chdir(guest, '/top'), chdir(guest, 'no'), chdir(guest, '')]).toEqual(['NOTDIR', 'NOENT', 'NOENT']);
    expect(cwd(guest)).toBe('/www');
  });

  it('is the real one behind a link', () => {
    const guest = made();
    expect(guest.symlink('www/a', 'short')).toBe('SUCCESS');
    expect(chdir(guest, 'short')).toBe('SUCCESS');
    expect(cwd(guest)).toBe('/www/a');
    expect(contents(guest, '../index.html')).toBe('page');
  });

  it('says how much room it takes where there is too little', () => {
    const guest = made();
    chdir(guest, 'www');
    expect(cwd(guest, 0)).toBe('RANGE 5');
    expect(cwd(guest, 4)).toBe('RANGE 5');
    expect(cwd(guest, 5)).toBe('/www');
    guest.setU32(0x200, 100);
    expect(guest.call('getcwd', 0, 0x200)).toBe('RANGE');
    expect(guest.u32(0x200)).toBe(5);
  });

  it('does not matter for paths of other directories', () => {
    const guest = made();
    const www = guest.open('www', { oflags: OFLAGS.directory, inheriting: RIGHTS.fd_read, base: RIGHTS.path_open });
    chdir(guest, '/bin');
    expect(contents(guest, 'index.html', www as number)).toBe('page');
    expect(contents(guest, '/top', www as number)).toBe('top');
    expect(contents(guest, '../top', www as number)).toBe('NOTCAPABLE');
  });
});

describe('paths from the root', () => {
  const several = () => ({ '/': memoryDirectory(TREE), '/data/x': memoryDirectory({ f: 'mounted' }) });

  it('lead to the preopened directory with the longest name in front of them', () => {
    for (const isFirst of [false, true]) {
      const guest = made(several(), isFirst);
      expect(contents(guest, '/data/x/f')).toBe('mounted');
      expect(contents(guest, '//data/./x//f')).toBe('mounted');
      expect(contents(guest, '/data/x/../../top')).toBe('top');
      expect(contents(guest, '/www/../data/x/f')).toBe('mounted');
      expect(contents(guest, '/data/f')).toBe('NOENT');
      expect(chdir(guest, '/data/x')).toBe('SUCCESS');
      expect(contents(guest, 'f')).toBe('mounted');
      expect(contents(guest, '../../top')).toBe('top');
    }
  });

  it('never leave the directories that were given', () => {
    const guest = made({ '/www': memoryDirectory(TREE) });
    expect(cwd(guest)).toBe('/www');
    for (const path of ['/', '/www/..', '..', '../..']) expect(contents(guest, path), path).toBe('errno ISDIR');
    for (const path of ['/etc', '/www/../x', '../x', '/wwwx/top']) expect(contents(guest, path), path).toBe('NOENT');
    expect(contents(guest, '/www/top')).toBe('top');
    expect(contents(guest, 'top')).toBe('top');
    expect(contents(guest, '/../../www/bin/../top')).toBe('top');
  });

  it('stay at the root above it, also through links', () => {
    const guest = made();
    expect(guest.symlink('../../../top', 'www/up')).toBe('SUCCESS');
    expect(contents(guest, '/www/up')).toBe('top');
    expect(contents(guest, '/../../top')).toBe('top');
  });

  it('name a directory where they end in a slash or in a dot', () => {
    const guest = made();
    expect([contents(guest, '/top/'), contents(guest, '/top/.')]).toEqual(['NOTDIR', 'NOTDIR']);
    expect(guest.call('path_filestat_get', 3, 1, ...guest.text('/www/'), 0x100)).toBe('SUCCESS');
    expect(guest.call('path_filestat_get', 3, 1, ...guest.text('/'), 0x100)).toBe('SUCCESS');
    expect(guest.call('path_filestat_get', 3, 1, ...guest.text(''), 0x100)).toBe('NOENT');
  });
});

it('a terminal shows what was set, and which streams are one', () => {
  const guest = made();
  expect(guest.call('tty_get', 0x100)).toBe('SUCCESS');
  expect([guest.u32(0x100), guest.u32(0x104), ...guest.bytes.subarray(0x110, 0x118)]).toEqual([
    80, 25, 0, 0, 0, 1, 1, 1, 0, 0,
  ]);
  guest.setU32(0x100, 132);
  guest.bytes.set([1, 1, 1, 0, 0, 1], 0x110);
  expect(guest.call('tty_set', 0x100)).toBe('SUCCESS');
  expect(guest.call('tty_get', 0x200)).toBe('SUCCESS');
  expect([guest.u32(0x200), ...guest.bytes.subarray(0x210, 0x216)]).toEqual([132, 0, 0, 0, 0, 0, 1]);
});

it('no guest sets the clock', () => {
  const guest = made();
  expect([guest.call('clock_time_set', 0, 0n), guest.call('clock_time_set', 9, 0n)]).toEqual(['PERM', 'INVAL']);
});
