import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { answered, errnoOf, filesystemSuite } from '../host/filesystem.suite.ts';
import type { Directory } from '../host/filesystem.ts';
import { awaited } from './awaited.ts';
import { answeringLater } from './later.suite.ts';
import { memoryDirectory, type MemoryTree, readText } from './memory.ts';
import { mounted, type MountedFile } from './mounted.ts';
import { readOnly } from './read-only.ts';

const PLAIN = { read: true, write: true, create: false, exclusive: false, truncate: false };

filesystemSuite('a tree of one directory', () => mounted([[[], memoryDirectory()]]));
filesystemSuite('a directory that is mounted below another', () =>
  mounted([
    [[], memoryDirectory({ a: {} })],
    [['a', 'b'], memoryDirectory()],
  ])
    .openDirectory('a')
    .openDirectory('b'),
);
filesystemSuite('what lies above a mounted directory', () =>
  mounted([
    [[], memoryDirectory({ a: {} })],
    [['a', '.mounted'], memoryDirectory()],
  ])
    .openDirectory('a')
    .openDirectory('.mounted'),
);

function tree(): Directory {
  return mounted([
    [[], memoryDirectory({ top: 'top', data: { below: 'below', x: { hidden: '' } }, d: {} })],
    [['data', 'x'], memoryDirectory({ f: 'mounted', sub: {} })],
    [['far', 'away'], readOnly(memoryDirectory({ r: 'read only' }))],
    [['data', 'file'], fileOf('single')],
  ]);
}

function fileOf(text: string): MountedFile {
  const directory = readOnly(memoryDirectory({ it: text }));
  return { stat: () => directory.statEntry('it'), open: (options) => directory.openFile('it', options) };
}

/** What is there, as paths: with a slash at the end for directories. */
function walk(directory: Directory, path = ''): string[] {
  const found: string[] = [];
  for (const name of [...directory.names()].sort()) {
    if (directory.statEntry(name).type !== 'directory') found.push(`${path}${name}`);
    else {
      const inner = directory.openDirectory(name);
      found.push(`${path}${name}/`, ...walk(inner, `${path}${name}/`));
      inner.close();
    }
  }
  return found;
}

function open(root: Directory, path: string): Directory {
  return path.split('/').reduce((directory, name) => directory.openDirectory(name), root);
}

describe('a tree of directories', () => {
  it('shows each at its path, with what lies beside it, and an empty one where nothing is', () => {
    expect(walk(tree())).toEqual([
      'd/',
      'data/',
      'data/below',
      'data/file',
      'data/x/',
      'data/x/f',
      'data/x/sub/',
      'far/',
      'far/away/',
      'far/away/r',
      'top',
    ]);
    expect(walk(mounted([]))).toEqual([]);
  });

  it('shows of a place what is mounted there: its inode, its times', () => {
    const given = memoryDirectory({ f: '' });
    const root = mounted([
      [[], memoryDirectory()],
      [['a'], given.reopen()],
    ]);
    expect(root.statEntry('a')).toEqual(given.stat());
    root.setEntryTimes('a', { accessed: 5n, modified: 7n });
    expect([given.stat().accessed, given.stat().modified]).toEqual([5n, 7n]);
    expect(root.openDirectory('a').stat()).toEqual(given.stat());
  });

  it('keeps what is mounted where it is, and nothing is put in its place', () => {
    const root = tree();
    const data = root.openDirectory('data');
    for (const [directory, name] of [
      [root, 'data'],
      [root, 'far'],
      [data, 'x'],
    ] as const) {
      expect(
        errnoOf(() => directory.removeDirectory(name)),
        name,
      ).toBe('BUSY');
      expect(
        errnoOf(() => directory.removeFile(name)),
        name,
      ).toBe('ISDIR');
      expect(
        errnoOf(() => directory.rename(name, directory, 'new')),
        name,
      ).toBe('BUSY');
      expect(
        errnoOf(() => directory.link(name, directory, 'new')),
        name,
      ).toBe('PERM');
      expect(
        errnoOf(() => directory.createDirectory(name)),
        name,
      ).toBe('EXIST');
      expect(
        errnoOf(() => directory.createLink(name, 'top')),
        name,
      ).toBe('EXIST');
      expect(
        errnoOf(() => directory.openFile(name, { ...PLAIN, create: true })),
        name,
      ).toBe('ISDIR');
      expect(
        errnoOf(() => directory.readLink(name)),
        name,
      ).toBe('INVAL');
    }
    expect(errnoOf(() => data.removeFile('file'))).toBe('BUSY');
    expect(errnoOf(() => data.removeDirectory('file'))).toBe('NOTDIR');
    expect(errnoOf(() => data.openDirectory('file'))).toBe('NOTDIR');
    expect(errnoOf(() => data.rename('below', data, 'file'))).toBe('BUSY');
    expect(errnoOf(() => data.link('file', data, 'new'))).toBe('XDEV');
    expect(errnoOf(() => data.link('below', data, 'file'))).toBe('EXIST');
    expect(errnoOf(() => data.setEntryTimes('file', { accessed: 1n, modified: 1n }))).toBe('ROFS');
    expect(errnoOf(() => data.openFile('file', PLAIN))).toBe('ROFS');
    expect(readText(data, 'file')).toBe('single');
    expect(walk(root)).toEqual(walk(tree()));
  });

  it('renames and links within each directory, and never from one into another', () => {
    const root = tree();
    const data = root.openDirectory('data');
    const x = data.openDirectory('x');
    root.rename('top', data, 'moved');
    x.rename('f', x.openDirectory('sub'), 'g');
    for (const move of ['rename', 'link'] as const) {
      expect(
        errnoOf(() => data[move]('below', x, 'new')),
        move,
      ).toBe('XDEV');
      expect(
        errnoOf(() => x.openDirectory('sub')[move]('g', root, 'new')),
        move,
      ).toBe('XDEV');
      expect(
        errnoOf(() => data[move]('below', open(root, 'far/away'), 'new')),
        move,
      ).toBe('XDEV');
      expect(
        errnoOf(() => data[move]('below', memoryDirectory(), 'new')),
        move,
      ).toBe('XDEV');
    }
    expect(walk(root)).toEqual(
      walk(tree())
        .filter((path) => path !== 'top')
        .map((path) => (path === 'data/x/f' ? 'data/x/sub/g' : path))
        .concat('data/moved')
        .sort(),
    );
  });

  it('changes nothing where only reading is possible, and where no directory was given', () => {
    const root = mounted([[['a', 'b'], readOnly(memoryDirectory({ f: 'text' }))]]);
    for (const directory of [root, root.openDirectory('a'), open(root, 'a/b')]) {
      expect(errnoOf(() => directory.createDirectory('new'))).toBe('ROFS');
      expect(errnoOf(() => directory.createLink('new', 'f'))).toBe('ROFS');
      expect(errnoOf(() => directory.openFile('new', { ...PLAIN, create: true }))).toBe('ROFS');
      expect(errnoOf(() => directory.openFile('new', PLAIN))).toMatch(/ROFS|NOENT/);
      expect(errnoOf(() => directory.statEntry('new'))).toBe('NOENT');
      expect(errnoOf(() => directory.setTimes({ accessed: 1n, modified: 1n }))).toBe('ROFS');
    }
    expect(errnoOf(() => open(root, 'a/b').removeFile('f'))).toBe('ROFS');
  });

  it('counts the first of two for one path, and closes all that was given, once', () => {
    let closed = 0;
    const counting = (content: MemoryTree): Directory => {
      const inner = memoryDirectory(content);
      return Object.assign(Object.create(inner) as Directory, { close: () => void closed++ });
    };
    const root = mounted([
      [['a'], counting({ first: '' })],
      [['a'], counting({ second: '' })],
      [['b'], counting({})],
    ]);
    const a = root.reopen().openDirectory('a');
    expect(a.names()).toEqual(['first']);
    a.reopen().close();
    a.close();
    expect(closed).toBe(0);
    root.close();
    expect(closed).toBe(3);
  });

  it('refuses a directory below a file', () => {
    expect(
      errnoOf(() =>
        mounted([
          [['a'], fileOf('')],
          [['a', 'b'], memoryDirectory()],
        ]),
      ),
    ).toBe('NOTDIR');
  });

  it('takes directories that answer later', async () => {
    const later = (content: MemoryTree): Directory => awaited(answeringLater(memoryDirectory(content)) as never);
    const root = mounted([
      [[], later({ top: 'top', data: { below: 'below' } })],
      [['data', 'x'], later({ f: 'mounted' })],
    ]);
    expect(await answered(() => walk(root))).toEqual(['data/', 'data/below', 'data/x/', 'data/x/f', 'top']);
    expect(await answered(() => readText(open(root, 'data/x'), 'f'))).toBe('mounted');
  });
});

/** A change, by the number of a directory and names. */
type Change = readonly [
  how: 'write' | 'make' | 'remove' | 'rename' | 'link',
  from: number,
  a: number,
  to: number,
  b: number,
];

const NAMES = ['a', 'b', 'c', 'm'];
const DIRECTORIES = ['', 'a', 'a/m', 'a/m/b', 'm'];

describe('changes at random', () => {
  const change: fc.Arbitrary<Change> = fc.tuple(
    fc.constantFrom('write', 'make', 'remove', 'rename', 'link'),
    fc.nat(DIRECTORIES.length - 1),
    fc.nat(NAMES.length - 1),
    fc.nat(DIRECTORIES.length - 1),
    fc.nat(NAMES.length - 1),
  );

  it('come out as in each directory for itself, and what is mounted stays', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const top = memoryDirectory({ a: {}, c: 'c' });
        const inner = memoryDirectory({ b: {} });
        const given = [top, inner].map((one) => one.reopen());
        const root = mounted([
          [[], given[0] as Directory],
          [['a', 'm'], given[1] as Directory],
          [['m'], fileOf('file')],
        ]);
        // The model: the directories themselves, without the names that are covered.
        const models = [memoryDirectory({ a: {}, c: 'c' }), memoryDirectory({ b: {} })] as const;
        for (const one of changes) {
          expect(outcome(root, one, DIRECTORIES)).toBe(expected(models, one));
        }
        expect([walk(top), walk(inner)]).toEqual(models.map((one) => walk(one)));
        expect(root.openDirectory('a').statEntry('m').inode).toBe(inner.stat().inode);
        expect(readText(root, 'm')).toBe('file');
      }),
      { numRuns: 300 },
    );
  });
});

/** Whose directory it is, and its path there: of the tree's directories in their order. */
const MODEL: readonly (readonly [which: number, path: string] | undefined)[] = [
  [0, ''],
  [0, 'a'],
  [1, ''],
  [1, 'b'],
  undefined,
];

/** Names that are covered: by directory, and as what. */
const COVERED: Readonly<Record<string, 'directory' | 'file'>> = {
  '0:a': 'directory',
  '1:m': 'directory',
  '0:m': 'file',
};

function expected(models: readonly Directory[], one: Change): string {
  const [how, from, a, to, b] = one;
  const [first, second] = [MODEL[from], MODEL[to]];
  const moves = how === 'rename' || how === 'link';
  if (first === undefined || (moves && second === undefined)) return 'no directory';
  const paths = [first[1], second?.[1] ?? ''];
  if (
    !opens(models[first[0]] as Directory, paths[0]) ||
    (moves && !opens(models[second?.[0] ?? 0] as Directory, paths[1]))
  )
    return 'no directory';
  const source = COVERED[`${from}:${NAMES[a]}`];
  const target = moves ? COVERED[`${to}:${NAMES[b]}`] : undefined;
  if (how === 'write' && source !== undefined) return source === 'file' ? 'ROFS' : 'ISDIR';
  if (how === 'make' && source !== undefined) return 'EXIST';
  if (how === 'remove' && source !== undefined) return 'BUSY';
  if (how === 'link' && source !== undefined) return source === 'file' ? 'XDEV' : 'PERM';
  if (moves && first[0] !== second?.[0]) return 'XDEV';
  if (how === 'rename' && (source !== undefined || target !== undefined)) return 'BUSY';
  if (how === 'link' && target !== undefined) return 'EXIST';
  return outcome(models[first[0]] as Directory, [how, 0, a, 1, b], [paths[0], paths[1]]);
}

function opens(root: Directory, path: string): boolean {
  return path === '' || errnoOf(() => open(root, path)) === undefined;
}

function outcome(root: Directory, [how, from, a, to, b]: Change, directories: readonly string[]): string {
  const at = (i: number): Directory | undefined => {
    const path = directories[i] as string;
    return opens(root, path) ? (path === '' ? root : open(root, path)) : undefined;
  };
  const moves = how === 'rename' || how === 'link';
  const [directory, target] = [at(from), moves ? at(to) : undefined];
  if (directory === undefined || (moves && target === undefined)) return 'no directory';
  const [name, other] = [NAMES[a] as string, NAMES[b] as string];
  const errno = errnoOf(() => {
    if (how === 'write') {
      const file = directory.openFile(name, { ...PLAIN, create: true });
      file.write(encodeUtf8(other), 0n);
      file.close();
    } else if (how === 'make') directory.createDirectory(name);
    else if (how === 'remove') {
      if (directory.statEntry(name).type === 'directory') directory.removeDirectory(name);
      else directory.removeFile(name);
    } else directory[how](name, target as Directory, other);
  });
  return errno ?? 'done';
}
