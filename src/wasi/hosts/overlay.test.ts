import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { errnoOf, filesystemSuite } from '../host/filesystem.suite.ts';
import type { Directory } from '../host/filesystem.ts';
import { TestGuest } from '../guest.suite.ts';
import { OFLAGS, RIGHTS } from '../preview1/abi.ts';
import { memoryDirectory, type MemoryTree, readText } from './memory.ts';
import { nodeDirectory } from './node.ts';
import { overlay } from './overlay.ts';
import { readOnly } from './read-only.ts';

const PLAIN = { read: true, write: true, create: false, exclusive: false, truncate: false };

filesystemSuite('an overlay over nothing', () => overlay(memoryDirectory()));
filesystemSuite('an overlay over what may only be read', () => overlay(readOnly(memoryDirectory())));

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-overlay-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function write(root: Directory, name: string, text: string, position = 0n): void {
  const file = root.openFile(name, PLAIN);
  file.write(encodeUtf8(text), position);
  file.close();
}

describe('an overlay', () => {
  it('shows what is below, and keeps changes to itself', () => {
    const base = memoryDirectory({ a: 'below', d: { x: 'x' }, e: {} });
    const root = overlay(base.reopen());
    expect(root.names().sort()).toEqual(['a', 'd', 'e']);
    expect([readText(root, 'a'), root.statEntry('a').size]).toEqual(['below', 5n]);
    write(root, 'a', 'B');
    root.removeDirectory('e');
    const d = root.openDirectory('d');
    d.rename('x', root, 'y');
    expect([root.names().sort(), d.names()]).toEqual([['a', 'd', 'y'], []]);
    expect([readText(root, 'a'), readText(root, 'y')]).toEqual(['Below', 'x']);
    expect([readText(base, 'a'), base.names().sort(), base.openDirectory('d').names()]).toEqual([
      'below',
      ['a', 'd', 'e'],
      ['x'],
    ]);
  });

  it('an open file sees what another handle writes, also what was opened before the first change', () => {
    const root = overlay(memoryDirectory({ a: 'below' }));
    const reader = root.openFile('a', { ...PLAIN, write: false });
    write(root, 'a', 'above', 0n);
    const bytes = new Uint8Array(5);
    reader.read(bytes, 0n);
    expect(String.fromCharCode(...bytes)).toBe('above');
    reader.close();
  });

  it('what was removed stays away, and a directory of the same name begins empty', () => {
    const root = overlay(memoryDirectory({ d: { x: '' } }));
    const d = root.openDirectory('d');
    d.removeFile('x');
    root.removeDirectory('d');
    expect(errnoOf(() => root.statEntry('d'))).toBe('NOENT');
    root.createDirectory('d');
    expect(root.openDirectory('d').names()).toEqual([]);
  });

  it('keeps to its quota: what is read costs nothing, a first change costs the whole file', () => {
    const root = overlay(memoryDirectory({ a: 'x'.repeat(1000), b: '' }), { bytes: 500, nodes: 1 });
    expect(readText(root, 'a')).toHaveLength(1000);
    expect(errnoOf(() => write(root, 'a', 'y'))).toBe('NOSPC');
    expect(readText(root, 'a')).toBe('x'.repeat(1000));
    root.openFile('a', { ...PLAIN, truncate: true }).close();
    write(root, 'a', 'y'.repeat(500));
    expect(errnoOf(() => write(root, 'b', 'y'))).toBe('NOSPC');
    root.createDirectory('new');
    expect(errnoOf(() => root.createDirectory('newer'))).toBe('NOSPC');
  });

  it('closes what is below with its first handle, and keeps nothing of the host open', () => {
    const path = mkdtempSync(join(scratch, 'base-'));
    mkdirSync(join(path, 'd'));
    writeFileSync(join(path, 'd/a'), 'host');
    linkSync(join(path, 'd/a'), join(path, 'b'));
    symlinkSync('d/a', join(path, 'l'));
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const before = readdirSync('/proc/self/fd').length;
    const root = overlay(nodeDirectory(path));
    const guest = new TestGuest({ preopens: { '/': root } });
    const fd = guest.open('l', { dirflags: 1, base: RIGHTS.fd_read }) as number;
    expect(guest.read(fd)).toBe('host');
    const writing = guest.open('d/a', { base: RIGHTS.fd_write });
    expect(guest.write(writing as number, 'G')).toBe(1);
    expect(guest.read(guest.open('b', { base: RIGHTS.fd_read }) as number)).toBe('Gost');
    expect(guest.open('pipe', { base: RIGHTS.fd_read })).toBe('NOENT');
    expect(guest.open('d/new', { oflags: OFLAGS.creat })).toBeTypeOf('number');
    guest.wasi.close();
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    expect([readFileSync(join(path, 'b'), 'utf8'), readdirSync(join(path, 'd'))]).toEqual(['host', ['a']]);
  });

  it('behaves as a file system in memory with the same content, whatever is done', () => {
    const tree: MemoryTree = { a: 'aaa', b: '', d: { a: 'da', e: { b: 'deb' } } };
    const names = ['a', 'b', 'd', 'e', 'd/a', 'd/b', 'd/e', 'd/e/b', 'e/a'];
    const path = fc.constantFrom(...names);
    const step = fc.tuple(fc.constantFrom(...ACTIONS), path, path);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const base = memoryDirectory(tree);
        const [plain, over] = [memoryDirectory(tree), overlay(base.reopen())].map(
          (root) => new TestGuest({ preopens: { '/': root } }),
        );
        for (const [action, one, two] of steps)
          expect(act(over, action, one, two)).toEqual(act(plain, action, one, two));
        const untouched = new TestGuest({ preopens: { '/': base } });
        expect(act(untouched, 'read', 'd/e/b', '')).toBe('deb');
        expect(act(untouched, 'write', 'd/a', '')).toBe('da');
      }),
      { numRuns: 1000 },
    );
  });
});

const ACTIONS = ['read', 'write', 'create', 'mkdir', 'rmdir', 'unlink', 'rename', 'link', 'list', 'stat'] as const;

/** Does something to paths; returns all that a guest sees of it. */
function act(guest: TestGuest, action: (typeof ACTIONS)[number], one: string, two: string): unknown {
  if (action === 'mkdir') return guest.path('path_create_directory', one);
  if (action === 'rmdir') return guest.path('path_remove_directory', one);
  if (action === 'unlink') return guest.path('path_unlink_file', one);
  if (action === 'rename') return guest.rename(one, two);
  if (action === 'link') return guest.link(one, two);
  if (action === 'stat') {
    const stat = guest.stat(one);
    return typeof stat === 'string' ? stat : [stat.type, stat.type === 3 ? 0n : stat.size];
  }
  if (action === 'list') return listing(guest, one);
  const base = action === 'read' ? RIGHTS.fd_read : RIGHTS.fd_read | RIGHTS.fd_write;
  const fd = guest.open(one, { base, oflags: action === 'create' ? OFLAGS.creat : 0 });
  if (typeof fd === 'string') return fd;
  const content = guest.read(fd);
  if (action !== 'read') guest.write(fd, `+${two}`);
  guest.call('fd_close', fd);
  return content;
}

function listing(guest: TestGuest, path: string): unknown {
  const fd = guest.open(path, { base: RIGHTS.fd_readdir, oflags: OFLAGS.directory });
  if (typeof fd === 'string') return fd;
  guest.call('fd_readdir', fd, 0x8000, 0x4000, 0n, 0x300);
  guest.call('fd_close', fd);
  const names: string[] = [];
  for (let at = 0x8000; at < 0x8000 + guest.u32(0x300); ) {
    const length = guest.u32(at + 16);
    names.push(`${String.fromCharCode(...guest.bytes.subarray(at + 24, at + 24 + length))}:${guest.bytes[at + 20]}`);
    at += 24 + length;
  }
  return names.sort();
}
