import { describe, expect, it } from 'vitest';
import { errnoOf, filesystemSuite } from '../../host/filesystem.suite.ts';
import { memoryDirectory, readText } from './filesystem.ts';

const NEW = { read: true, write: true, create: true, exclusive: false, truncate: false };

filesystemSuite('files in memory', () => memoryDirectory());

describe('a file system in memory', () => {
  it('starts with the content it is given', () => {
    const root = memoryDirectory({ 'a.txt': 'text', sub: { b: Uint8Array.of(66) } });
    expect(readText(root, 'a.txt')).toBe('text');
    expect(readText(root.openDirectory('sub'), 'b')).toBe('B');
    expect(errnoOf(() => memoryDirectory({ 'a/b': '' }))).toBe('INVAL');
  });

  it('refuses bytes past its quota and gets them back from what is removed and closed', () => {
    const root = memoryDirectory({}, { bytes: 100 });
    const file = root.openFile('a', NEW);
    file.write(new Uint8Array(100), 0n);
    expect(errnoOf(() => file.write(new Uint8Array(1), 100n))).toBe('NOSPC');
    expect(errnoOf(() => file.setSize(1n << 40n))).toBe('FBIG');
    root.removeFile('a');
    expect(errnoOf(() => root.openFile('b', NEW).setSize(1n))).toBe('NOSPC');
    file.close();
    root.openFile('b', NEW).setSize(100n);
  });

  it('refuses files, directories and links past its quota of nodes', () => {
    const root = memoryDirectory({}, { nodes: 3 });
    root.createDirectory('d');
    root.createLink('l', 'd');
    expect(errnoOf(() => root.createDirectory('e'))).toBe('NOSPC');
    expect(errnoOf(() => root.openFile('f', NEW))).toBe('NOSPC');
    expect(root.names()).toEqual(['d', 'l']);
    root.removeDirectory('d');
    root.createLink('m', 'x');
  });

  it('does not link or move files between two file systems', () => {
    const [one, two] = [memoryDirectory({ a: '' }), memoryDirectory()];
    expect(errnoOf(() => one.link('a', two, 'a'))).toBe('XDEV');
    expect(errnoOf(() => one.rename('a', two, 'a'))).toBe('XDEV');
  });
});
