import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { errnoOf } from '../host/filesystem.suite.ts';
import { discardOutput } from '../hosts/memory.ts';
import { HeldOutput } from './held.ts';
import { type Descriptor, FileTable, shrinkRights } from './file-table.ts';
import { OpenStream } from './open/stream.ts';

function descriptor(closed: () => void = () => {}): Descriptor {
  const output = new HeldOutput({ ...discardOutput(), close: closed });
  return { resource: new OpenStream({ output }), rights: 0b111n, inheriting: 0b11n, flags: 0 };
}

describe('a file table', () => {
  it('gives the lowest free number', () => {
    const table = new FileTable();
    expect([table.add(descriptor()), table.add(descriptor()), table.add(descriptor())]).toEqual([0, 1, 2]);
    table.close(1);
    expect(table.add(descriptor())).toBe(1);
  });

  it('returns BADF for what is not open, however large the number', () => {
    const table = new FileTable();
    table.add(descriptor());
    for (const fd of [1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      expect(errnoOf(() => table.get(fd))).toBe('BADF');
      expect(errnoOf(() => table.close(fd))).toBe('BADF');
      expect(errnoOf(() => table.renumber(0, fd))).toBe('BADF');
      expect(errnoOf(() => table.renumber(fd, 0))).toBe('BADF');
    }
  });

  it('is full at 1,024 descriptors', () => {
    const table = new FileTable();
    for (let i = 0; i < 1024; i++) table.add(descriptor());
    expect(errnoOf(() => table.add(descriptor()))).toBe('MFILE');
    expect(errnoOf(() => table.checkRoom())).toBe('MFILE');
    table.close(500);
    expect(table.add(descriptor())).toBe(500);
  });

  it('a renumbered descriptor replaces and closes what was there, and onto itself nothing happens', () => {
    const table = new FileTable();
    const closed: string[] = [];
    table.add(descriptor(() => closed.push('a')));
    table.add(descriptor(() => closed.push('b')));
    const moved = table.get(1);
    table.renumber(1, 1);
    expect(closed).toEqual([]);
    table.renumber(1, 0);
    expect(closed).toEqual(['b'].map(() => 'a'));
    expect(table.get(0)).toBe(moved);
    expect(errnoOf(() => table.get(1))).toBe('BADF');
    expect(table.add(descriptor())).toBe(1);
  });

  it('gives no number that a guest would take for a negative one', () => {
    for (const numbers of ['lowest', 'new'] as const) {
      const table = new FileTable();
      table.numbers = numbers;
      table.add(descriptor());
      table.copyOnto(0, 0x7fff_ffff);
      expect(errnoOf(() => table.copyOnto(0, 0x8000_0000))).toBe('BADF');
      expect(errnoOf(() => table.copy(0, 0x7fff_ffff))).toBe('MFILE');
      expect([table.copy(0), table.add(descriptor())]).toEqual([1, 2]);
    }
  });

  it('a number that copies share closes with the last of them, in a forked table, too', () => {
    const closed: string[] = [];
    const table = new FileTable();
    table.add(descriptor(() => closed.push('a')));
    table.copy(0);
    const forked = table.fork();
    table.closeAll();
    expect(closed).toEqual([]);
    forked.close(1);
    expect(closed).toEqual([]);
    forked.close(0);
    expect(closed).toEqual(['a']);
  });

  it('rights only shrink, whatever is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt(0n, 15n), fc.bigInt(0n, 15n))), (wishes) => {
        const one = descriptor();
        for (const [rights, inheriting] of wishes) {
          const before = { rights: one.rights, inheriting: one.inheriting };
          const errno = errnoOf(() => shrinkRights(one, rights, inheriting));
          const allowed = (rights & ~before.rights) === 0n && (inheriting & ~before.inheriting) === 0n;
          expect(errno).toBe(allowed ? undefined : 'NOTCAPABLE');
          expect({ rights: one.rights, inheriting: one.inheriting }).toEqual(allowed ? { rights, inheriting } : before);
        }
      }),
    );
  });
});
