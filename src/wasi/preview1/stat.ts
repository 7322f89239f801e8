// Structures that describe files: fdstat, filestat, and the times of set_times.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#filestat
import { refused } from '../host/errno.ts';
import type { Stat, Times } from '../host/filesystem.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor } from '../kernel/file-table.ts';
import { allOf, FDSTAT_SIZE, FILE_TYPES, FSTFLAGS, type Layout } from './abi.ts';
import { checkFlags } from './check.ts';

/**
 * Writes a filestat. Preview 1, 64 bytes (preview 0 has nlink as u32 at 20, so 56 bytes):
 *
 *     0 dev u64 | 8 ino u64 | 16 type u8 | 24 nlink u64 | 32 size u64 | 40 atim u64 | 48 mtim u64 | 56 ctim u64
 */
export function writeFilestat(call: Call, layout: Layout, at: number, stat: Stat): void {
  const { guest } = call;
  const { filestat } = layout;
  guest.span(at, filestat.size).fill(0);
  guest.setU64(at, stat.device);
  guest.setU64(at + 8, stat.inode);
  guest.setU8(at + 16, FILE_TYPES[stat.type]);
  if (filestat.nlinkBytes === 8) guest.setU64(at + filestat.nlink, stat.links);
  else guest.setU32(at + filestat.nlink, Number(BigInt.asUintN(32, stat.links)));
  guest.setU64(at + filestat.fileSize, stat.size);
  guest.setU64(at + filestat.atim, BigInt.asUintN(64, stat.accessed));
  guest.setU64(at + filestat.mtim, BigInt.asUintN(64, stat.modified));
  guest.setU64(at + filestat.ctim, BigInt.asUintN(64, stat.changed));
}

/**
 * Writes an fdstat, 24 bytes, padding zeroed:
 *
 *     0 type u8 | 2 flags u16 | 8 rights u64 | 16 inheriting rights u64
 */
export function writeFdstat(call: Call, at: number, descriptor: Descriptor): void {
  const { guest } = call;
  guest.span(at, FDSTAT_SIZE).fill(0);
  guest.setU8(at, FILE_TYPES[descriptor.resource.type]);
  guest.setU16(at + 2, descriptor.flags);
  guest.setU64(at + 8, descriptor.rights);
  guest.setU64(at + 16, descriptor.inheriting);
}

/** The times that set_times asks for. INVAL: unknown flags, or both a time and "now" for the same. */
export function timesOf(call: Call, accessed: bigint, modified: bigint, flags: number): Times {
  checkFlags(flags, allOf(FSTFLAGS));
  const both = (one: number, other: number): boolean => (flags & one) !== 0 && (flags & other) !== 0;
  if (both(FSTFLAGS.atim, FSTFLAGS.atimNow) || both(FSTFLAGS.mtim, FSTFLAGS.mtimNow)) throw refused('INVAL');
  const now = call.process.clock.realtime();
  const pick = (time: bigint, given: number, nowBit: number): bigint | undefined =>
    (flags & given) !== 0 ? time : (flags & nowBit) !== 0 ? now : undefined;
  return {
    accessed: pick(accessed, FSTFLAGS.atim, FSTFLAGS.atimNow),
    modified: pick(modified, FSTFLAGS.mtim, FSTFLAGS.mtimNow),
  };
}
