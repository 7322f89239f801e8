// What a guest cannot use up, and what it cannot do to its host. docs/security.md says which test stands for which danger.
import { describe, expect, it } from 'vitest';
import { ExitStatus } from '../../errors.ts';
import { EVERYTHING, TestGuest } from '../guest.suite.ts';
import { memoryDirectory, QueueInput, VirtualClock } from '../hosts/memory.ts';
import { nodeClock } from '../hosts/node.ts';
import { readOnly } from '../hosts/read-only.ts';
import { OFLAGS, RIGHTS } from './abi.ts';

describe('a read-only directory beside a writable one', () => {
  it('gives no file of it a second, writable name by link, rename or symbolic link', () => {
    const secret = memoryDirectory({ file: 'keep' });
    const writable = memoryDirectory();
    const guest = new TestGuest({ preopens: { '/ro': readOnly(secret.reopen()), '/rw': writable.reopen() } });
    const [from, to] = [guest.text('file'), guest.text('file', 0x3000)];
    expect(guest.call('path_link', 3, 0, ...from, 4, ...to)).toBe('ROFS');
    expect(guest.call('path_rename', 3, ...from, 4, ...to)).toBe('ROFS');
    expect(guest.call('path_rename', 4, ...from, 3, ...to)).toBe('NOENT');
    expect(guest.call('path_symlink', ...guest.text('../ro/file'), 4, ...to)).toBe('SUCCESS');
    expect(guest.open('file', { fd: 4, dirflags: 1, base: RIGHTS.fd_write })).toBe('NOTCAPABLE');
  });

  it('keeps its files from every way to change them through a descriptor for reading', () => {
    const guest = new TestGuest({ preopens: { '/': readOnly(memoryDirectory({ file: 'keep' })) } });
    const fd = guest.open('file', { base: RIGHTS.fd_read | RIGHTS.fd_filestat_set_times | RIGHTS.fd_sync }) as number;
    expect(guest.call('fd_filestat_set_times', fd, 1n, 1n, 5)).toBe('ROFS');
    expect(guest.call('fd_filestat_set_times', 3, 1n, 1n, 5)).toBe('ROFS');
    expect(guest.open('file', { oflags: OFLAGS.trunc })).toBe('ROFS');
    expect(guest.open('file', { base: RIGHTS.fd_filestat_set_size })).toBe('ROFS');
    expect(guest.open('file', { base: RIGHTS.fd_allocate })).toBe('ROFS');
    expect(guest.stat('file')).toMatchObject({ size: 4n });
  });
});

describe('rights that are not held', () => {
  it('truncation, allocation, sizes and times of a file each take a right of their own', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({ file: 'keep' }) } });
    const fd = guest.open('file', { base: RIGHTS.fd_read }) as number;
    expect(guest.call('fd_filestat_set_size', fd, 0n)).toBe('NOTCAPABLE');
    expect(guest.call('fd_allocate', fd, 0n, 10n)).toBe('NOTCAPABLE');
    expect(guest.call('fd_filestat_set_times', fd, 0n, 0n, 1)).toBe('NOTCAPABLE');
    expect(guest.call('fd_write', fd, 0x200, 0, 0x300)).toBe('BADF');
    const own = EVERYTHING & 0x3fff_ffffn & ~RIGHTS.path_filestat_set_size;
    guest.call('fd_fdstat_get', 3, 0x300);
    const held = guest.u64(0x308);
    expect(guest.call('fd_fdstat_set_rights', 3, held & own, guest.u64(0x310))).toBe('SUCCESS');
    expect(guest.open('file', { base: RIGHTS.fd_read, oflags: OFLAGS.trunc })).toBe('NOTCAPABLE');
    expect(guest.stat('file')).toMatchObject({ size: 4n });
  });
});

describe('quotas', () => {
  it('files, directories, links and second names are bounded together, and bytes by themselves', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory({}, { nodes: 100, bytes: 1000 }) } });
    const outcomes: string[] = [];
    for (let i = 0; i < 50; i++) {
      outcomes.push(guest.path('path_create_directory', `d${i}`), guest.symlink('x', `l${i}`));
      const fd = guest.open(`f${i}`, { oflags: OFLAGS.creat, base: RIGHTS.fd_write });
      outcomes.push(typeof fd === 'string' ? fd : 'SUCCESS');
      if (typeof fd === 'number') guest.call('fd_close', fd);
    }
    expect(outcomes.filter((one) => one === 'SUCCESS')).toHaveLength(99);
    expect(new Set(outcomes)).toEqual(new Set(['SUCCESS', 'NOSPC']));
    const fd = guest.open('f0', { base: RIGHTS.fd_write | RIGHTS.fd_filestat_set_size | RIGHTS.fd_allocate }) as number;
    expect(guest.call('fd_filestat_set_size', fd, 1001n)).toBe('NOSPC');
    expect(guest.call('fd_allocate', fd, 1n << 40n, 1n)).toBe('FBIG');
    expect(guest.call('fd_filestat_set_size', fd, 1000n)).toBe('SUCCESS');
  });
});

describe('listing', () => {
  it('100,000 entries come page by page, each once, and cookies beyond all bounds give none', () => {
    const tree = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`n${i}`, '']));
    const guest = new TestGuest({ preopens: { '/': memoryDirectory(tree) } });
    const seen = new Set<string>();
    let cookie = 0n;
    for (let used = 0x7000; used === 0x7000; ) {
      expect(guest.call('fd_readdir', 3, 0x8000, 0x7000, cookie, 0x300)).toBe('SUCCESS');
      used = guest.u32(0x300);
      for (let at = 0x8000; at + 24 <= 0x8000 + used; ) {
        const end = at + 24 + guest.u32(at + 16);
        if (end > 0x8000 + used) break;
        seen.add(String.fromCharCode(...guest.bytes.subarray(at + 24, end)));
        cookie = guest.u64(at);
        at = end;
      }
    }
    expect(seen.size).toBe(100_002);
    for (const far of [1n << 53n, (1n << 63n) + 1n, (1n << 64n) - 1n]) {
      expect(guest.call('fd_readdir', 3, 0x8000, 100, far, 0x300)).toBe('SUCCESS');
      expect(guest.u32(0x300)).toBe(0);
    }
  });
});

describe('waiting', () => {
  it('many subscriptions are answered in bounded time, and the same descriptor may stand in several', () => {
    const guest = new TestGuest();
    guest.bytes = new Uint8Array(8 * 1024 * 1024);
    const count = 50_000;
    for (let i = 0; i < count; i++) guest.bytes[0x1000 + i * 48 + 8] = 1;
    const begun = Date.now();
    expect(guest.call('poll_oneoff', 0x1000, 0x30_0000, count, 0x100)).toBe('SUCCESS');
    expect(guest.u32(0x100)).toBe(count);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });

  it('times of 2^64 - 1 and of the past neither overflow nor wait', () => {
    const guest = new TestGuest({ clock: new VirtualClock({ start: 1n << 60n }) });
    const poll = (clock: number, timeout: bigint, absolute: number): string => {
      guest.bytes.fill(0, 0x400, 0x430);
      guest.setU32(0x410, clock);
      guest.setU64(0x418, timeout);
      guest.bytes[0x428] = absolute;
      return guest.call('poll_oneoff', 0x400, 0x500, 1, 0x300);
    };
    expect(poll(0, 1n, 1)).toBe('SUCCESS');
    expect(poll(1, 0n, 0)).toBe('SUCCESS');
    expect(poll(1, (1n << 64n) - 1n, 0)).toBe('SUCCESS');
    expect(guest.call('clock_time_get', 1, 0n, 0x300)).toBe('SUCCESS');
    expect(guest.u64(0x300)).toBe((1n << 64n) - 1n);
  });
});

describe('the host', () => {
  it('is not ended, signalled or told to be quick', () => {
    for (const [code, seen] of [
      [-1, 0xffff_ffff],
      [256, 256],
      [0x7fff_ffff, 0x7fff_ffff],
    ]) {
      try {
        new TestGuest().raw('proc_exit', code);
      } catch (error) {
        expect(error).toBeInstanceOf(ExitStatus);
        expect((error as ExitStatus).exitCode).toBe(seen);
      }
    }
    for (let signal = 0; signal < 32; signal++) expect(new TestGuest().call('proc_raise', signal)).toBe('NOSYS');
    const guest = new TestGuest({ clock: nodeClock(1_000_000n) });
    for (let i = 0; i < 100; i++) {
      guest.call('clock_time_get', 1, 0n, 0x300);
      expect(guest.u64(0x300) % 1_000_000n).toBe(0n);
    }
  });

  it('keeps no input that nobody reads: what is pushed is what waits', () => {
    const stdin = new QueueInput();
    const guest = new TestGuest({ stdin, mode: 'async' });
    stdin.push('x'.repeat(100));
    expect([guest.read(0, 10), stdin.available()]).toEqual(['x'.repeat(10), 90]);
  });
});
