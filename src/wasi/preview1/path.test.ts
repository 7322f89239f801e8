import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Directory } from '../host/filesystem.ts';
import { memoryDirectory } from '../hosts/memory.ts';
import { nodeDirectory } from '../hosts/node.ts';
import { directoriesHold, openByPath } from '../hosts/node/directory.ts';
import { readOnly } from '../hosts/read-only.ts';
import { TestGuest } from '../guest.suite.ts';
import { OFLAGS, RIGHTS } from './abi.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const READ_WRITE = { base: RIGHTS.fd_read | RIGHTS.fd_write };

/** A host folder `root` with a secret beside it; the links that lead out are made by the host. */
function hostTree(): { root: string; secret: string } {
  const base = mkdtempSync(join(scratch, 'case-'));
  const root = join(base, 'root');
  mkdirSync(join(root, 'd/e'), { recursive: true });
  writeFileSync(join(base, 'secret'), 'secret');
  writeFileSync(join(root, 'd/file'), 'inside');
  symlinkSync('../secret', join(root, 'out'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync('/etc', join(root, 'absolute'));
  return { root, secret: join(base, 'secret') };
}

function memoryTree(): Directory {
  const root = memoryDirectory({ d: { e: {}, file: 'inside' } });
  root.createLink('out', '../secret');
  root.createLink('up', '..');
  root.createLink('absolute', '/etc');
  return root;
}

const HOSTS: [string, () => Directory][] = [
  ['in memory', memoryTree],
  ['on host files', () => nodeDirectory(hostTree().root)],
  ['on host files by real path', () => openByPath(hostTree().root)],
];

const guestOn = (directory: Directory): TestGuest => new TestGuest({ preopens: { '/': directory } });

describe.each(HOSTS)('paths %s', (_title, make) => {
  it.each([
    '../secret',
    'd/../../secret',
    './../secret',
    'd//../../secret',
    '/etc/passwd',
    '/',
    '..',
    'd/e/../../..',
    'd/../../root/d/file',
    'out',
    'up/secret',
    'up/root/d/file',
    'absolute/passwd',
    'd/../up/secret',
  ])('%s leads out and is refused by every call', (path) => {
    const guest = guestOn(make());
    expect(guest.open(path, { dirflags: 1, ...READ_WRITE })).toBe('NOTCAPABLE');
    expect(guest.open(path, { dirflags: 1, oflags: OFLAGS.creat | OFLAGS.trunc, ...READ_WRITE })).toBe('NOTCAPABLE');
    expect(guest.stat(path)).toBe('NOTCAPABLE');
    if (path === 'out') return;
    for (const call of ['path_create_directory', 'path_remove_directory', 'path_unlink_file']) {
      expect(guest.path(call, path)).toBe('NOTCAPABLE');
    }
    expect([guest.rename(path, 'x'), guest.rename('d', path)]).toEqual(['NOTCAPABLE', 'NOTCAPABLE']);
    expect([guest.link(path, 'x'), guest.link('d/file', path)]).toEqual(['NOTCAPABLE', 'NOTCAPABLE']);
    expect(guest.symlink('d', path)).toBe('NOTCAPABLE');
  });

  it('a link that leads out is opened by no flags, but may be looked at, read and removed itself', () => {
    const guest = guestOn(make());
    expect(guest.open('out', READ_WRITE)).toBe('LOOP');
    expect(guest.open('out', { oflags: OFLAGS.creat, ...READ_WRITE })).toBe('LOOP');
    expect(guest.stat('out', false)).toMatchObject({ type: 7 });
    expect(guest.call('path_readlink', 3, ...guest.text('out'), 0x200, 5, 0x300)).toBe('SUCCESS');
    expect([guest.u32(0x300), String.fromCharCode(...guest.bytes.subarray(0x200, 0x206))]).toEqual([5, '../se\0']);
    expect(guest.path('path_unlink_file', 'out')).toBe('SUCCESS');
    expect(guest.stat('out', false)).toBe('NOENT');
  });

  it('a guest may make a link to anywhere relative, and it still leads nowhere outside', () => {
    const guest = guestOn(make());
    expect(guest.symlink('/etc/passwd', 'a')).toBe('NOTCAPABLE');
    expect(guest.symlink('../../../etc/passwd', 'a')).toBe('SUCCESS');
    expect(guest.open('a', { dirflags: 1, ...READ_WRITE })).toBe('NOTCAPABLE');
    expect(guest.open('a/x')).toBe('NOTCAPABLE');
    expect(guest.open('d/a/..')).toBe('NOENT');
    expect(guest.open('d/../a', { dirflags: 1 })).toBe('NOTCAPABLE');
  });

  it('the text of a link counts from the directory that the link is in', () => {
    const guest = guestOn(make());
    expect(guest.symlink('../file', 'd/e/l')).toBe('SUCCESS');
    const fd = guest.open('d/e/l', { dirflags: 1, base: RIGHTS.fd_read });
    expect(guest.read(fd as number)).toBe('inside');
    expect(guest.symlink('d/e', 'le')).toBe('SUCCESS');
    expect(guest.stat('le/../file')).toMatchObject({ type: 4, size: 6n });
  });

  it('40 links are followed, 41 and circles are not', () => {
    const guest = guestOn(make());
    for (let i = 1; i <= 41; i++) expect(guest.symlink(i === 1 ? 'd' : `l${i - 1}`, `l${i}`)).toBe('SUCCESS');
    expect(guest.stat('l40')).toMatchObject({ type: 3 });
    expect(guest.stat('l40/file')).toMatchObject({ type: 4 });
    expect(guest.stat('l41')).toBe('LOOP');
    expect(guest.symlink('round', 'round')).toBe('SUCCESS');
    expect(guest.stat('round')).toBe('LOOP');
    expect(guest.open('round/x')).toBe('LOOP');
  });

  it('malformed, empty, overlong and overdeep paths have errors of their own', () => {
    const guest = guestOn(make());
    expect(guest.open('')).toBe('NOENT');
    expect(guest.open('a\0b')).toBe('INVAL');
    expect(guest.call('path_create_directory', 3, ...guest.text(Uint8Array.of(0x61, 0xff)))).toBe('ILSEQ');
    expect(guest.path('path_create_directory', 'n'.repeat(256))).toBe('NAMETOOLONG');
    expect(guest.path('path_create_directory', 'n'.repeat(255))).toBe('SUCCESS');
    expect(guest.open(`${'d/'.repeat(2048)}x`)).toBe('NAMETOOLONG');
    expect(guest.stat('d/e/../'.repeat(500))).toBe('NOENT');
    expect(guest.stat('d/../'.repeat(800))).toMatchObject({ type: 3 });
    expect(guest.stat('././/d///file')).toMatchObject({ type: 4 });
    expect(guest.stat('d/file/')).toBe('NOTDIR');
    expect(guest.stat('d/file/x')).toBe('NOTDIR');
    expect(guest.stat('missing/x')).toBe('NOENT');
  });

  it('the preopened directory itself is neither removed nor renamed', () => {
    const guest = guestOn(make());
    for (const path of ['.', './', 'd/..']) {
      expect(guest.path('path_remove_directory', path)).toBe('INVAL');
      expect(guest.path('path_unlink_file', path)).toBe('ISDIR');
      expect(guest.rename(path, 'x')).toBe('BUSY');
      expect(guest.path('path_create_directory', path)).toBe('EXIST');
      expect(guest.stat(path)).toMatchObject({ type: 3 });
    }
  });

  it('through a read-only view nothing is changed, made, moved or given a second name', () => {
    const guest = new TestGuest({ preopens: { '/': readOnly(make()), '/w': memoryDirectory() } });
    expect(guest.read(guest.open('d/file', { base: RIGHTS.fd_read }) as number)).toBe('inside');
    expect(guest.open('d/file', READ_WRITE)).toBe('ROFS');
    expect(guest.open('d/file', { base: RIGHTS.fd_read, oflags: OFLAGS.trunc })).toBe('ROFS');
    expect(guest.open('d/new', { oflags: OFLAGS.creat })).toBe('ROFS');
    expect(guest.open('d/file', { oflags: OFLAGS.creat, base: RIGHTS.fd_read })).toBeTypeOf('number');
    expect(guest.path('path_create_directory', 'x')).toBe('ROFS');
    expect(guest.path('path_unlink_file', 'd/file')).toBe('ROFS');
    expect([guest.symlink('d', 'x'), guest.rename('d', 'x'), guest.link('d/file', 'x')]).toEqual([
      'ROFS',
      'ROFS',
      'ROFS',
    ]);
    const [from, to] = [guest.text('d/file'), guest.text('x', 0x3000)];
    expect(guest.call('path_link', 3, 0, ...from, 4, ...to)).toBe('ROFS');
    expect(guest.call('path_rename', 3, ...from, 4, ...to)).toBe('ROFS');
    expect(guest.call('path_filestat_set_times', 3, 0, ...from, 0n, 0n, 10)).toBe('ROFS');
  });
});

describe('paths on host files', () => {
  it.skipIf(!directoriesHold())('calls that fail anywhere on the way leave no descriptor of the host open', () => {
    const guest = guestOn(nodeDirectory(hostTree().root));
    const before = readdirSync('/proc/self/fd').length;
    for (const path of ['d/e/../../..', 'd/e/x', 'd/file/x', 'd/e/../../out', 'up', 'd/e/..', 'd/../absolute/x']) {
      for (const oflags of [0, OFLAGS.directory, OFLAGS.creat | OFLAGS.excl, OFLAGS.trunc]) {
        const fd = guest.open(path, { dirflags: 1, oflags, ...READ_WRITE });
        if (typeof fd === 'number') guest.call('fd_close', fd);
        guest.stat(path);
        guest.rename(path, `${path}/x`);
        guest.link(path, 'd/e');
        guest.path('path_remove_directory', path);
      }
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('no path made of these parts opens, makes or removes anything outside', () => {
    const { root, secret } = hostTree();
    const guest = guestOn(nodeDirectory(root));
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'd',
      'e',
      'out',
      'up',
      'absolute',
      'secret',
      'root',
      'l',
      'file',
      'etc',
    );
    const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, path, fc.nat(3), (one, two, what) => {
        if (what === 0) guest.symlink(one, two);
        if (what === 1) guest.rename(one, two);
        if (what === 2) guest.link(one, two);
        const fd = guest.open(one, { dirflags: 1, oflags: OFLAGS.creat | OFLAGS.trunc, ...READ_WRITE });
        if (typeof fd === 'number') {
          guest.write(fd, 'guest');
          guest.call('fd_close', fd);
        }
        expect(readFileSync(secret, 'utf8')).toBe('secret');
      }),
      { numRuns: 2000 },
    );
  });
});
