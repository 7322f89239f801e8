// Descriptors: what they are, where their cursor stands, and what is set on them.
// Reading and writing are in fd-io.ts, listing directories in readdir.ts.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#fd_advise
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { shrinkRights } from '../kernel/file-table.ts';
import { MAX_OFFSET } from '../kernel/open/file.ts';
import { able } from '../kernel/open/open.ts';
import { ADVICE_COUNT, allOf, FDFLAGS, type Layout, PRESTAT_SIZE } from './abi.ts';
import { checkFlags, checkRights, descriptorFor } from './check.ts';
import { timesOf, writeFdstat, writeFilestat } from './stat.ts';

/** A hint, not used. INVAL: unknown advice, or a range past 2^63. BADF on a directory, SPIPE on a stream, NOTCAPABLE. */
export function fdAdvise(call: Call, fd: number, offset: bigint, length: bigint, advice: number): void {
  const { resource } = descriptorFor(call, fd, 'advise', 'fd_advise');
  if (advice >= ADVICE_COUNT || offset + length > MAX_OFFSET) throw refused('INVAL');
  resource.advise(offset, length);
}

/**
 * Takes the room for a file of offset + length bytes. NOTSUP where the host cannot promise it: Node makes files longer, but
 * takes no room. INVAL: length 0. FBIG, NOSPC, ISDIR, SPIPE, NOTCAPABLE.
 */
export function fdAllocate(call: Call, fd: number, offset: bigint, length: bigint): void {
  const { resource } = descriptorFor(call, fd, 'allocate', 'fd_allocate');
  if (length === 0n) throw refused('INVAL');
  if (offset + length > MAX_OFFSET) throw refused('FBIG');
  resource.allocate(offset + length);
}

/** Closes any descriptor, stdio and preopened directories too. BADF. */
export function fdClose(call: Call, fd: number): void {
  call.process.files.close(fd);
}

/** Flushes data. INVAL on a stream; NOTCAPABLE. */
export function fdDatasync(call: Call, fd: number): void {
  flush(call, fd, true);
}

/** Flushes data and metadata. INVAL on a stream; NOTCAPABLE. */
export function fdSync(call: Call, fd: number): void {
  flush(call, fd, false);
}

function flush(call: Call, fd: number, dataOnly: boolean): void {
  const descriptor = call.process.files.get(fd);
  checkRights(descriptor, dataOnly ? 'fd_datasync' : 'fd_sync');
  able(descriptor.resource, 'sync').sync(dataOnly);
}

/** Writes the 24 bytes of an fdstat (stat.ts). BADF, FAULT. */
export function fdFdstatGet(call: Call, fd: number, at: number): void {
  writeFdstat(call, at, call.process.files.get(fd));
}

/** Replaces the flags. INVAL: unknown flags. NOTCAPABLE. */
export function fdFdstatSetFlags(call: Call, fd: number, flags: number): void {
  checkFlags(flags, allOf(FDFLAGS));
  const descriptor = call.process.files.get(fd);
  checkRights(descriptor, 'fd_fdstat_set_flags');
  descriptor.flags = flags;
}

/** Takes rights away. NOTCAPABLE: a right that is not held. */
export function fdFdstatSetRights(call: Call, fd: number, base: bigint, inheriting: bigint): void {
  shrinkRights(call.process.files.get(fd), base, inheriting);
}

/** Writes a filestat (stat.ts). BADF, NOTCAPABLE, FAULT. */
export function fdFilestatGet(layout: Layout) {
  return (call: Call, fd: number, at: number): void => {
    const descriptor = call.process.files.get(fd);
    checkRights(descriptor, 'fd_filestat_get');
    call.guest.check(at, layout.filestat.size);
    writeFilestat(call, layout, at, descriptor.resource.stat());
  };
}

/** Cuts or grows a file; what is added reads as zeros. FBIG, NOSPC, ISDIR, NOTCAPABLE; INVAL on a stream. */
export function fdFilestatSetSize(call: Call, fd: number, size: bigint): void {
  const { resource } = descriptorFor(call, fd, 'setSize', 'fd_filestat_set_size');
  if (size > MAX_OFFSET) throw refused('FBIG');
  resource.setSize(size);
}

/** Sets the times that the flags name. INVAL: contradicting or unknown flags, or a stream. NOTCAPABLE. */
export function fdFilestatSetTimes(call: Call, fd: number, accessed: bigint, modified: bigint, flags: number): void {
  const times = timesOf(call, accessed, modified, flags);
  descriptorFor(call, fd, 'setTimes', 'fd_filestat_set_times').resource.setTimes(times);
}

/**
 * Writes what a preopened directory is called: `0 tag u8 = 0 | 4 length u32`. BADF for any other descriptor: guests
 * ask for 3, 4, 5, ... until then.
 */
export function fdPrestatGet(call: Call, fd: number, at: number): void {
  const name = preopenName(call, fd);
  call.guest.span(at, PRESTAT_SIZE).fill(0);
  call.guest.setU32(at + 4, name.length);
}

/** Writes the guest path of a preopened directory, without NUL. NAMETOOLONG: the buffer is too small. BADF, FAULT. */
export function fdPrestatDirName(call: Call, fd: number, path: number, length: number): void {
  const name = preopenName(call, fd);
  if (length < name.length) throw refused('NAMETOOLONG');
  call.guest.span(path, name.length).set(name);
}

function preopenName(call: Call, fd: number): Uint8Array {
  const { preopen } = call.process.files.get(fd).resource;
  if (preopen === undefined) throw refused('BADF');
  return encodeUtf8(preopen);
}

/**
 * Moves `fd` onto `to` and closes what was there; `fd` is free then. Works on stdio and on preopened directories.
 * BADF when either is not open; onto itself nothing changes.
 */
export function fdRenumber(call: Call, fd: number, to: number): void {
  call.process.files.renumber(fd, to);
}

/** Moves the cursor and writes where it stands now. INVAL: unknown whence, or a position below 0. ISDIR, SPIPE, FAULT. */
export function fdSeek(layout: Layout) {
  return (call: Call, fd: number, offset: bigint, whence: number, newOffset: number): void => {
    const { resource } = seekable(call, fd, whenceIsTell(layout, offset, whence) ? 'fd_tell' : 'fd_seek');
    call.guest.check(newOffset, 8);
    const origin = layout.whence[whence];
    if (origin === undefined) throw refused('INVAL');
    call.guest.setU64(newOffset, resource.seek(origin, offset));
  };
}

/** Asking where the cursor stands takes the lesser right only. */
function whenceIsTell(layout: Layout, offset: bigint, whence: number): boolean {
  return offset === 0n && layout.whence[whence] === 'cur';
}

/** Writes where the cursor stands. ISDIR, SPIPE, NOTCAPABLE, FAULT. */
export function fdTell(call: Call, fd: number, at: number): void {
  call.guest.setU64(at, seekable(call, fd, 'fd_tell').resource.seek('cur', 0n));
}

function seekable(call: Call, fd: number, right: 'fd_seek' | 'fd_tell') {
  const descriptor = descriptorFor(call, fd, 'seek');
  if (!descriptor.resource.seekable) throw refused('SPIPE');
  checkRights(descriptor, right);
  return descriptor;
}
