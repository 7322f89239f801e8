import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errnoOf } from '../../host/filesystem.suite.ts';
import type { Directory, File } from '../../host/filesystem.ts';
import { overlay } from '../overlay.ts';
import { memoryDirectory, readFile } from './filesystem.ts';
import { CHUNK } from './nodes.ts';

const READ_WRITE = { read: true, write: true, create: true, exclusive: false, truncate: false };

/** A file as it should be: a number of bytes, which are copied whenever it changes. */
class Plain {
  bytes = new Uint8Array(0);

  resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.bytes = bytes;
  }

  write(bytes: Uint8Array, at: number): void {
    if (bytes.length === 0) return;
    if (at + bytes.length > this.bytes.length) this.resize(at + bytes.length);
    this.bytes.set(bytes, at);
  }
}

/** Places around the borders of chunks, and anywhere else. */
const place = fc.oneof(
  fc.nat(3 * CHUNK),
  fc.tuple(fc.nat(3), fc.integer({ min: -2, max: 2 })).map(([chunk, off]) => Math.max(0, chunk * CHUNK + off)),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), at: place, length: fc.oneof(fc.nat(200), place) }),
  fc.record({ kind: fc.constant('resize' as const), at: place, length: fc.constant(0) }),
  fc.record({ kind: fc.constant('read' as const), at: place, length: fc.oneof(fc.nat(200), place) }),
);

function follow(file: File, plain: Plain, steps: readonly { kind: string; at: number; length: number }[]): void {
  steps.forEach(({ kind, at, length }, i) => {
    if (kind === 'write') {
      const bytes = new Uint8Array(length).map((_, k) => (k + i * 7 + 1) % 251);
      expect(file.write(bytes, BigInt(at))).toBe(length);
      plain.write(bytes, at);
    } else if (kind === 'resize') {
      file.setSize(BigInt(at));
      plain.resize(at);
    } else {
      const into = new Uint8Array(length).fill(0xee);
      const got = file.read(into, BigInt(at));
      expect(Buffer.compare(into.subarray(0, got), plain.bytes.subarray(at, at + length))).toBe(0);
      expect(into.subarray(got).every((byte) => byte === 0xee)).toBe(true);
    }
    expect(file.stat().size).toBe(BigInt(plain.bytes.length));
  });
}

describe('a file in memory that is kept in chunks', () => {
  it.each([
    ['new', () => memoryDirectory(), 0],
    ['in an overlay', () => overlay(memoryDirectory({ f: new Uint8Array(150_000).fill(9) })), 150_000],
  ] as [string, () => Directory, number][])('reads what was written wherever that was (%s)', (_what, make, size) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const root = make();
        const plain = new Plain();
        plain.write(new Uint8Array(size).fill(9), 0);
        follow(root.openFile('f', READ_WRITE), plain, steps);
        expect(Buffer.compare(readFile(root, 'f'), plain.bytes)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('gives back all that it takes, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const quota = 4 * CHUNK + 400;
        const root = memoryDirectory({}, { bytes: quota });
        const file = root.openFile('f', READ_WRITE);
        for (const { kind, at, length } of steps) {
          errnoOf(() =>
            kind === 'resize' ? file.setSize(BigInt(at)) : file.write(new Uint8Array(length), BigInt(at)),
          );
        }
        root.removeFile('f');
        file.close();
        root.openFile('g', READ_WRITE).setSize(BigInt(quota));
        expect(errnoOf(() => root.openFile('h', READ_WRITE).setSize(1n))).toBe('NOSPC');
      }),
      { numRuns: 60 },
    );
  });

  it('copies no more than a chunk when it grows, and takes nothing for what was never written', () => {
    const root = memoryDirectory();
    const file = root.openFile('f', READ_WRITE);
    const before = process.memoryUsage().arrayBuffers;
    file.setSize(200n * 1024n * 1024n);
    file.write(Uint8Array.of(1), 200n * 1024n * 1024n - 1n);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 1024 * 1024);
    file.setSize(0n);
    for (let at = 0n; at < 200_000n; at += 100n) file.write(new Uint8Array(100).fill(1), at);
    expect(file.stat().size).toBe(200_000n);
  });
});

describe('the quota of a file system in memory', () => {
  const long = (n: number, length: number): string => String(n).padStart(length, 'a');

  it('counts texts of links, and gives them back', () => {
    const root = memoryDirectory({}, { bytes: 1 << 20 });
    const make = (): number => {
      for (let n = 0; ; n++) if (errnoOf(() => root.createLink(long(n, 8), 'x'.repeat(4095))) !== undefined) return n;
    };
    const made = make();
    expect(made).toBeGreaterThan(100);
    expect(made).toBeLessThan(300);
    for (let n = 0; n < made; n++) root.removeFile(long(n, 8));
    expect(make()).toBe(made);
  });

  it('counts long names of files, directories, links and second names, and gives them back', () => {
    const root = memoryDirectory({ f: '' }, { bytes: 1 << 20 });
    const makers: ((name: string) => void)[] = [
      (name) => root.createDirectory(name),
      (name) => root.createLink(name, 'x'),
      (name) => root.openFile(name, READ_WRITE).close(),
      (name) => root.link('f', root, name),
    ];
    let made = 0;
    const make = (): number => {
      for (let n = 0; ; n++) {
        if (errnoOf(() => makers[n % 4](long(n, 255))) !== undefined) return n;
      }
    };
    for (let again = 0; again < 2; again++) {
      made = make();
      expect(made).toBeGreaterThan(1000);
      expect(made).toBeLessThan(5000);
      // A longer name does not fit, and the old one stays.
      expect(errnoOf(() => root.rename('f', root, long(0, 250)))).toBe('NOSPC');
      expect(root.statEntry('f').type).toBe('regular-file');
      for (let n = 0; n < made; n++) {
        if (n % 4 === 0) root.removeDirectory(long(n, 255));
        else root.removeFile(long(n, 255));
      }
    }
    expect(make()).toBe(made);
  });

  it('counts no short names, so that what is given for content is for content', () => {
    const root = memoryDirectory({}, { bytes: 100 });
    root.openFile('name', READ_WRITE).write(new Uint8Array(100), 0n);
    root.createLink('link', 'text');
    expect(errnoOf(() => root.createLink(long(1, 61), 'text'))).toBe('NOSPC');
    expect(root.names()).toEqual(['name', 'link']);
  });

  it('an overlay keeps nothing of names that a guest makes and removes', () => {
    const root = overlay(memoryDirectory({ below: 'x' }), { bytes: 1 << 16, nodes: 10 });
    for (let n = 0; n < 5000; n++) {
      root.createDirectory(long(n, 255));
      root.removeDirectory(long(n, 255));
    }
    root.removeFile('below');
    root.createLink('below', 'x');
    root.removeFile('below');
    expect([root.names(), errnoOf(() => root.statEntry('below'))]).toEqual([[], 'NOENT']);
  });
});
