import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { BUFFER, TestGuest } from '../guest.suite.ts';
import { memoryDirectory } from '../hosts/memory.ts';

interface Dirent {
  readonly next: bigint;
  readonly inode: bigint;
  readonly type: number;
  readonly name: string;
}

/** One call: the bytes that it wrote, which are all it may have touched. */
function list(guest: TestGuest, length: number, cookie: bigint): Uint8Array {
  guest.bytes.fill(0xee, BUFFER);
  expect(guest.call('fd_readdir', 3, BUFFER, length, cookie, 0x300)).toBe('SUCCESS');
  const used = guest.u32(0x300);
  expect(used).toBeLessThanOrEqual(length);
  expect(guest.bytes.subarray(BUFFER + used).every((byte) => byte === 0xee)).toBe(true);
  return guest.bytes.slice(BUFFER, BUFFER + used);
}

/** The whole entries among the bytes. */
function direntsOf(bytes: Uint8Array): Dirent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dirents: Dirent[] = [];
  for (let at = 0; at + 24 <= bytes.length; ) {
    const end = at + 24 + view.getUint32(at + 16, true);
    if (end > bytes.length) break;
    dirents.push({
      next: view.getBigUint64(at, true),
      inode: view.getBigUint64(at + 8, true),
      type: bytes[at + 20] as number,
      name: Buffer.from(bytes.subarray(at + 24, end)).toString(),
    });
    at = end;
  }
  return dirents;
}

/** Reads a directory to its end as libc does: with a buffer, going on after the last whole entry. */
function listAll(guest: TestGuest, length: number): string[] {
  const names: string[] = [];
  for (let cookie = 0n; ; ) {
    const bytes = list(guest, length, cookie);
    const dirents = direntsOf(bytes);
    names.push(...dirents.map(({ name }) => name));
    if (bytes.length < length) return names;
    expect(dirents.length).toBeGreaterThan(0);
    cookie = dirents[dirents.length - 1]?.next ?? 0n;
  }
}

describe('fd_readdir', () => {
  it('an empty directory has . and .. with its own inode', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory() } });
    expect(direntsOf(list(guest, 1000, 0n))).toMatchObject([
      { next: 1n, name: '.', type: 3, inode: 1n },
      { next: 2n, name: '..', type: 3, inode: 1n },
    ]);
  });

  it('fills buffers of any length to the last byte while there is more', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ abc: '' }) } });
    const whole = list(guest, 1000, 0n);
    expect(whole.length).toBe(25 + 26 + 27);
    for (const length of [0, 1, 23, 24, 25, 26, 50, 77, 78, 79]) {
      expect(list(guest, length, 0n)).toEqual(whole.subarray(0, length));
    }
    expect(list(guest, 1000, 1n)).toEqual(whole.subarray(25));
    expect(list(guest, 27, 2n)).toEqual(whole.subarray(51));
    expect(list(guest, 27, 3n)).toHaveLength(0);
  });

  it('cookies past the end give no entries', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory() } });
    for (const cookie of [2n, 3n, 1n << 32n, 1n << 53n, (1n << 64n) - 1n])
      expect(list(guest, 100, cookie)).toHaveLength(0);
  });

  it('inodes and types are those that stat tells, for links those of the link', () => {
    const root = memoryDirectory({ a: '', d: {} });
    root.createLink('l', 'a');
    const guest = new TestGuest({ preopens: { '/': root } });
    for (const { name, inode, type } of direntsOf(list(guest, 1000, 2n))) {
      expect(guest.stat(name, false)).toMatchObject({ inode, type });
    }
  });

  it('entries that are removed or added while the guest lists shift no other entry', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ a: '', b: '', c: '' }) } });
    const first = direntsOf(list(guest, 25 + 26 + 25, 0n));
    expect(first.map(({ name }) => name)).toEqual(['.', '..', 'a']);
    guest.path('path_unlink_file', 'a');
    guest.path('path_unlink_file', 'b');
    guest.path('path_create_directory', 'z');
    expect(direntsOf(list(guest, 1000, 3n)).map(({ name }) => name)).toEqual(['c']);
    expect(listAll(guest, 100).sort()).toEqual(['.', '..', 'c', 'z']);
  });

  it('any buffer that holds one entry lists every name once', () => {
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'ü', '😀'), minLength: 1, maxLength: 20 }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(names, fc.integer({ min: 24 + 80, max: 2000 }), (list, length) => {
        const tree = Object.fromEntries(list.map((name) => [name, '']));
        const guest = new TestGuest({ preopens: { '/': memoryDirectory(tree) } });
        expect(listAll(guest, length).sort()).toEqual(['.', '..', ...list].sort());
      }),
    );
  });
});
