import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platform } from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { errnoOf, filesystemSuite } from '../../host/filesystem.suite.ts';
import { directoriesHold, openByDescriptor, openByPath, openHostDirectory } from './directory.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'wasmi-ts-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const fresh = (): string => mkdtempSync(join(scratch, 'root-'));
const READ = { read: true, write: false, create: false, exclusive: false, truncate: false };

if (directoriesHold()) filesystemSuite('host files by descriptor', () => openByDescriptor(fresh()));
filesystemSuite('host files by real path', () => openByPath(fresh()), {
  'a handle stays on its directory when that is renamed': 'a path does not follow a renamed directory',
});

describe('a host directory', () => {
  it('refuses names that are not one component', () => {
    const root = openHostDirectory(fresh());
    for (const name of ['', '.', '..', '../x', 'a/b', '/etc', 'a\0b']) {
      expect(errnoOf(() => root.statEntry(name))).toBe('NOTCAPABLE');
      expect(errnoOf(() => root.openDirectory(name))).toBe('NOTCAPABLE');
    }
    root.close();
  });

  const ways = { 'by real path': openByPath, ...(directoriesHold() && { 'by descriptor': openByDescriptor }) };
  it.each(Object.entries(ways))(
    "was used, and closed, by the number of a descriptor that was somebody else's by then: held %s",
    (_, open) => {
      const [mine, others] = [fresh(), fresh()];
      writeFileSync(join(mine, 'file'), 'mine');
      writeFileSync(join(others, 'secret'), 'others');
      const root = open(mine);
      const file = root.openFile('file', READ);
      for (const one of [file, root]) one.close();
      const numbers = [0, 1, 2, 3].map((i) => openSync(i < 3 ? others : join(others, 'secret'), 'r'));
      for (const one of [file, root]) one.close();
      for (const number of numbers) expect(fstatSync(number).ino).toBeGreaterThan(0);
      for (const use of [
        () => root.statEntry('secret'),
        () => root.openFile('secret', READ),
        () => root.openDirectory('.well-known'),
        () => root.reopen(),
        () => [...root.list()],
        () => root.rename('secret', root, 'public'),
        () => file.read(new Uint8Array(8), 0n),
        () => file.write(new Uint8Array(8), 0n),
        () => file.stat(),
      ]) {
        expect(use).toThrow(TypeError);
      }
      expect(() => root.stat()).toThrow('that is closed: the program that it was given to closes it at its end');
      for (const number of numbers) closeSync(number);
    },
  );

  it('held by real path, it is gone once another directory or a link has taken its place', () => {
    const path = fresh();
    for (const [name, replace] of [
      ['a', (at: string) => mkdirSync(at)],
      ['b', (at: string) => symlinkSync(scratch, at)],
    ] as const) {
      mkdirSync(join(path, name));
      const root = openByPath(path);
      const held = root.openDirectory(name);
      renameSync(join(path, name), join(path, `${name}-moved`));
      replace(join(path, name));
      expect(errnoOf(() => held.names())).toBe('NOENT');
      expect(errnoOf(() => held.createDirectory('x'))).toBe('NOENT');
      held.close();
      root.close();
    }
  });

  it.skipIf(platform !== 'linux')('leaves out names that are not UTF-8', () => {
    const path = fresh();
    writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0x61, 0xff])]), '');
    writeFileSync(join(path, 'b'), '');
    const root = openHostDirectory(path);
    expect(root.names()).toEqual(['b']);
    root.close();
  });

  it.skipIf(platform !== 'linux')('does not wait for the other end of a pipe: it is refused', () => {
    const path = fresh();
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const root = openHostDirectory(path);
    expect(errnoOf(() => root.openFile('pipe', READ))).toBe('NOTSUP');
    expect(errnoOf(() => root.openFile('pipe', { ...READ, read: false, write: true }))).toBe('NOTSUP');
    root.close();
  });

  it.skipIf(platform !== 'linux')('a device is read without positions, at most what was asked for', () => {
    const dev = openHostDirectory('/dev');
    const zero = dev.openFile('zero', READ);
    expect(zero).toMatchObject({ type: 'character-device', seekable: false });
    expect(zero.read(new Uint8Array(10), 5n)).toBe(10);
    zero.close();
    dev.close();
  });

  it.skipIf(!directoriesHold())('10,000 failing calls leave no descriptor of the host open', () => {
    const path = fresh();
    writeFileSync(join(path, 'file'), '');
    const root = openHostDirectory(path);
    const openNow = (): number => readdirSync('/proc/self/fd').length;
    const before = openNow();
    for (let i = 0; i < 2500; i++) {
      errnoOf(() => root.openFile('missing', READ));
      errnoOf(() => root.openDirectory('file'));
      errnoOf(() => root.openFile('file', { ...READ, create: true, exclusive: true }));
      errnoOf(() => root.openFile('.', READ));
    }
    expect(openNow()).toBe(before);
    root.close();
  });
});
