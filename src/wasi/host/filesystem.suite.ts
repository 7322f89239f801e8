// What every implementation of Directory and File must do. Each implementation's test runs this suite.
// A test is run as a system call is: where the implementation answers later, it is begun again when the answer is there.
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../syntax/utf8.ts';
import { Pending, Replay } from '../kernel/replay.ts';
import { SystemError } from './errno.ts';
import type { Directory, File, OpenOptions } from './filesystem.ts';

const PLAIN: OpenOptions = { read: true, write: true, create: false, exclusive: false, truncate: false };

/** The name of the errno that an action throws, or undefined. */
export function errnoOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return error.errno;
    throw error;
  }
}

function make(directory: Directory, name: string, content = ''): void {
  const file = directory.openFile(name, { ...PLAIN, create: true, exclusive: true });
  file.write(encodeUtf8(content), 0n);
  file.close();
}

function contentOf(file: File): string | undefined {
  const bytes = new Uint8Array(1000);
  return decodeUtf8(bytes, 0, file.read(bytes, 0n));
}

function read(directory: Directory, name: string): string | undefined {
  const file = directory.openFile(name, { ...PLAIN, write: false });
  try {
    return contentOf(file);
  } finally {
    file.close();
  }
}

/** What an action gives that uses file systems which may answer later. */
export async function answered<T>(action: () => T): Promise<T> {
  const replay = new Replay();
  for (;;) {
    try {
      const result = replay.run(action);
      replay.finish();
      return result;
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      await new Promise<void>((resolve) => error.answer.subscribe(resolve));
    }
  }
}

/** `fresh` makes an empty directory; `skip` names tests that an implementation cannot pass, with the reason. */
export function filesystemSuite(
  title: string,
  fresh: () => Directory,
  skip: Readonly<Record<string, string>> = {},
): void {
  const test = (name: string, body: (root: Directory) => void): void => {
    it.skipIf(skip[name] !== undefined)(name, async () => {
      const root = fresh();
      try {
        await answered(() => body(root));
      } finally {
        root.close();
      }
    });
  };

  describe(`${title}: files`, () => {
    test('what is written is read back, by a second handle too', (root) => {
      make(root, 'a', 'hello');
      expect(read(root, 'a')).toBe('hello');
      const [one, two] = [root.openFile('a', PLAIN), root.openFile('a', PLAIN)];
      one.write(encodeUtf8('J'), 0n);
      expect(contentOf(two)).toBe('Jello');
      one.close();
      two.close();
    });

    test('a read at or past the end gives 0 bytes', (root) => {
      make(root, 'a', 'xyz');
      const file = root.openFile('a', PLAIN);
      expect(file.read(new Uint8Array(4), 3n)).toBe(0);
      expect(file.read(new Uint8Array(4), 1n << 40n)).toBe(0);
      file.close();
    });

    test('a gap before what is written reads as zeros, and so does what a cut and a growth leave', (root) => {
      make(root, 'a', 'abc');
      const file = root.openFile('a', PLAIN);
      file.write(encodeUtf8('z'), 5n);
      expect(contentOf(file)).toBe('abc\0\0z');
      file.setSize(2n);
      file.setSize(4n);
      expect(contentOf(file)).toBe('ab\0\0');
      expect(file.stat().size).toBe(4n);
      file.close();
    });

    test('a size beyond all bounds is refused and changes nothing', (root) => {
      make(root, 'a', 'abc');
      const file = root.openFile('a', PLAIN);
      expect(['FBIG', 'NOSPC', 'INVAL']).toContain(errnoOf(() => file.setSize((1n << 63n) - 1n)));
      expect(file.stat().size).toBe(3n);
      file.close();
    });

    test('create makes a file, exclusive refuses one that is there, truncate empties it', (root) => {
      expect(errnoOf(() => root.openFile('a', PLAIN))).toBe('NOENT');
      make(root, 'a', 'abc');
      expect(errnoOf(() => root.openFile('a', { ...PLAIN, create: true, exclusive: true }))).toBe('EXIST');
      root.openFile('a', { ...PLAIN, create: true }).close();
      expect(read(root, 'a')).toBe('abc');
      root.openFile('a', { ...PLAIN, truncate: true }).close();
      expect(read(root, 'a')).toBe('');
    });

    test('a directory is not opened as a file, nor a file as a directory', (root) => {
      root.createDirectory('d');
      make(root, 'a');
      expect(errnoOf(() => root.openFile('d', PLAIN))).toBe('ISDIR');
      expect(errnoOf(() => root.openFile('d', { ...PLAIN, write: false }))).toBe('ISDIR');
      expect(errnoOf(() => root.openDirectory('a'))).toBe('NOTDIR');
    });

    test('times are kept to the nanosecond, and one that is not set stays', (root) => {
      make(root, 'a');
      const file = root.openFile('a', PLAIN);
      file.setTimes({ accessed: 1_600_000_000_123_456_789n, modified: 1_600_000_001_987_654_321n });
      expect(file.stat()).toMatchObject({ accessed: 1_600_000_000_123_456_789n, modified: 1_600_000_001_987_654_321n });
      file.setTimes({ accessed: undefined, modified: 1_600_000_002_000_000_001n });
      expect(root.statEntry('a')).toMatchObject({
        accessed: 1_600_000_000_123_456_789n,
        modified: 1_600_000_002_000_000_001n,
      });
      file.close();
    });

    test('a removed file stays usable while it is open', (root) => {
      make(root, 'a', 'abc');
      const file = root.openFile('a', PLAIN);
      root.removeFile('a');
      expect(errnoOf(() => root.statEntry('a'))).toBe('NOENT');
      expect(contentOf(file)).toBe('abc');
      file.close();
    });
  });

  describe(`${title}: directories`, () => {
    test('names are listed without . and ..', (root) => {
      make(root, 'a');
      root.createDirectory('d');
      root.createLink('l', 'a');
      expect(root.names().sort()).toEqual(['a', 'd', 'l']);
    });

    test('stat tells types, sizes, links and inodes, the same by name and by handle', (root) => {
      make(root, 'a', 'abc');
      root.createDirectory('d');
      root.createLink('l', 'a');
      expect(root.statEntry('a')).toMatchObject({ type: 'regular-file', size: 3n, links: 1n });
      expect(root.statEntry('d').type).toBe('directory');
      expect(root.statEntry('l')).toMatchObject({ type: 'symbolic-link', size: 1n });
      const d = root.openDirectory('d');
      expect(d.stat().inode).toBe(root.statEntry('d').inode);
      d.close();
    });

    test('only an empty directory is removed, and only as a directory', (root) => {
      root.createDirectory('d');
      make(root, 'a');
      expect(errnoOf(() => root.removeDirectory('a'))).toBe('NOTDIR');
      expect(['ISDIR', 'PERM']).toContain(errnoOf(() => root.removeFile('d')));
      const d = root.openDirectory('d');
      make(d, 'x');
      expect(errnoOf(() => root.removeDirectory('d'))).toBe('NOTEMPTY');
      d.removeFile('x');
      d.close();
      root.removeDirectory('d');
      expect(root.names()).toEqual(['a']);
    });

    test('a second handle works after the first is closed', (root) => {
      const again = root.reopen();
      const third = again.reopen();
      again.close();
      make(third, 'a', 'abc');
      expect(read(root, 'a')).toBe('abc');
      third.close();
    });

    test('a handle stays on its directory when that is renamed', (root) => {
      root.createDirectory('d');
      const d = root.openDirectory('d');
      root.rename('d', root, 'e');
      make(d, 'x');
      const e = root.openDirectory('e');
      expect(e.names()).toEqual(['x']);
      d.close();
      e.close();
    });

    test('nothing is made in a directory that was removed', (root) => {
      root.createDirectory('d');
      const d = root.openDirectory('d');
      root.removeDirectory('d');
      expect(errnoOf(() => make(d, 'x'))).toBe('NOENT');
      d.close();
    });
  });

  describe(`${title}: links and renames`, () => {
    test('no method follows a link', (root) => {
      make(root, 'a', 'abc');
      root.createDirectory('d');
      root.createLink('la', 'a');
      root.createLink('ld', 'd');
      expect(errnoOf(() => root.openFile('la', PLAIN))).toBe('LOOP');
      expect(errnoOf(() => root.openFile('la', { ...PLAIN, create: true }))).toBe('LOOP');
      expect(errnoOf(() => root.openFile('la', { ...PLAIN, truncate: true }))).toBe('LOOP');
      expect(['NOTDIR', 'LOOP']).toContain(errnoOf(() => root.openDirectory('ld')));
      expect(root.readLink('la')).toBe('a');
      expect(errnoOf(() => root.readLink('a'))).toBe('INVAL');
      root.setEntryTimes('la', { accessed: 1n, modified: 2_000_000_000n });
      expect(root.statEntry('a').modified).not.toBe(2_000_000_000n);
      root.removeFile('la');
      expect(read(root, 'a')).toBe('abc');
    });

    test('a hard link is a second name of the same file', (root) => {
      make(root, 'a', 'abc');
      root.link('a', root, 'b');
      expect(root.statEntry('a')).toMatchObject({ links: 2n, inode: root.statEntry('b').inode });
      root.removeFile('a');
      expect(read(root, 'b')).toBe('abc');
      expect(errnoOf(() => root.link('b', root, 'b'))).toBe('EXIST');
    });

    test('a rename replaces a file by a file and an empty directory by a directory, and nothing else', (root) => {
      make(root, 'a', 'from');
      make(root, 'b', 'to');
      root.rename('a', root, 'b');
      expect(read(root, 'b')).toBe('from');
      for (const name of ['d', 'e', 'f']) root.createDirectory(name);
      const f = root.openDirectory('f');
      make(f, 'x');
      expect(errnoOf(() => root.rename('d', root, 'b'))).toBe('NOTDIR');
      expect(errnoOf(() => root.rename('b', root, 'd'))).toBe('ISDIR');
      expect(errnoOf(() => root.rename('d', root, 'f'))).toBe('NOTEMPTY');
      root.rename('f', root, 'e');
      expect(root.names().sort()).toEqual(['b', 'd', 'e']);
      f.close();
    });

    test('a directory is not moved into itself', (root) => {
      root.createDirectory('d');
      const d = root.openDirectory('d');
      expect(errnoOf(() => root.rename('d', d, 'x'))).toBe('INVAL');
      d.close();
    });

    test('a rename onto a second name of the same file changes nothing', (root) => {
      make(root, 'a', 'abc');
      root.link('a', root, 'b');
      root.rename('a', root, 'b');
      expect(root.names().sort()).toEqual(['a', 'b']);
    });

    test('names in other scripts and of 255 bytes are kept', (root) => {
      const names = ['ü€😀', 'a b\n"', 'n'.repeat(255)];
      for (const name of names) make(root, name);
      expect(root.names().sort()).toEqual([...names].sort());
    });
  });
}
