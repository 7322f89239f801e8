// Reading and writing: fd_read, fd_pread, fd_write, fd_pwrite, on whatever can (kernel/open/).
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#fd_read
// All take an array of iovec `0 pointer u32 | 4 length u32` and write the number of bytes moved as u32.
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor } from '../kernel/file-table.ts';
import { MAX_OFFSET } from '../kernel/open/file.ts';
import type { Transfer, WriteFlags } from '../kernel/open/transfer.ts';
import { READABLE, WRITABLE } from '../kernel/pollable.ts';
import { hasWaited } from '../kernel/replay.ts';
import { waitFor } from '../kernel/time-limit.ts';
import type { Pieces, WouldBlock } from '../kernel/wait.ts';
import { FDFLAGS } from './abi.ts';
import { checkRights, descriptorFor } from './check.ts';

/**
 * Reads at the cursor; 0 bytes mean end of file. ISDIR, BADF (not for reading), INVAL (too many parts), FAULT; AGAIN on
 * a non-blocking stream with nothing there yet.
 */
export function fdRead(call: Call, fd: number, iovs: number, count: number, nread: number): Moving {
  const descriptor = descriptorFor(call, fd, 'read', 'fd_read');
  call.guest.check(nread, 4);
  return moving({ call, iovs, count, result: nread }, descriptor, READABLE, descriptor.resource.read());
}

/** Reads at `offset` and leaves the cursor alone. SPIPE on a stream, INVAL past 2^63, and as fd_read. */
export function fdPread(call: Call, fd: number, iovs: number, count: number, offset: bigint, nread: number): Moving {
  const descriptor = descriptorFor(call, fd, 'readAt', 'fd_read');
  checkPosition(descriptor, offset);
  call.guest.check(nread, 4);
  return moving({ call, iovs, count, result: nread }, descriptor, READABLE, descriptor.resource.readAt(offset));
}

/**
 * Writes at the cursor, with the append flag at the end of the file, wherever other writers have moved it, and leaves the
 * cursor there. BADF (not for writing, as all directories), INVAL, FAULT, FBIG, NOSPC; PIPE when nobody reads any more;
 * AGAIN on a non-blocking stream without room.
 */
export function fdWrite(call: Call, fd: number, iovs: number, count: number, nwritten: number): Moving {
  const descriptor = descriptorFor(call, fd, 'write', 'fd_write');
  call.guest.check(nwritten, 4);
  const transfer = descriptor.resource.write(writeFlags(descriptor));
  return moving({ call, iovs, count, result: nwritten }, descriptor, WRITABLE, transfer);
}

/** Writes at `offset`, with the append flag too (as POSIX has it), and leaves the cursor alone. As fd_write; SPIPE. */
export function fdPwrite(
  call: Call,
  fd: number,
  iovs: number,
  count: number,
  offset: bigint,
  nwritten: number,
): Moving {
  const descriptor = descriptorFor(call, fd, 'writeAt', 'fd_write');
  checkPosition(descriptor, offset);
  call.guest.check(nwritten, 4);
  const transfer = descriptor.resource.writeAt(offset, writeFlags(descriptor));
  return moving({ call, iovs, count, result: nwritten }, descriptor, WRITABLE, transfer);
}

/** Access at a position takes the right to seek, too. */
function checkPosition(descriptor: Descriptor, offset: bigint): void {
  if (!descriptor.resource.seekable) throw refused('SPIPE');
  checkRights(descriptor, 'fd_seek');
  if (offset > MAX_OFFSET) throw refused('INVAL');
}

function writeFlags({ flags }: Descriptor): WriteFlags {
  return {
    append: (flags & FDFLAGS.append) !== 0,
    nonblock: (flags & FDFLAGS.nonblock) !== 0,
    flush: (flags & FDFLAGS.sync) !== 0 ? 'all' : (flags & FDFLAGS.dsync) !== 0 ? 'data' : 'nothing',
  };
}

/** What a call that moves bytes is asked: an array of iovec, and where to write how many bytes were moved. */
export interface Request {
  readonly call: Call;
  readonly iovs: number;
  readonly count: number;
  readonly result: number;
}

/** How a call that moves bytes goes on; it has ended with undefined. */
export type Moving = WouldBlock | Pieces | undefined;

/**
 * Moves what the parts of a call hold, a MiB at a time, which is a piece of the call; it may wait with the first one, until
 * what is open is ready for `interest`. It ends with the first piece that it had to wait for an answer for.
 */
export function moving(request: Request, descriptor: Descriptor, interest: number, transfer: Transfer): Moving {
  const { call, iovs, count } = request;
  const { buffers, size, isLast } = call.guest.buffers(iovs, count, 0);
  if (interest === WRITABLE) descriptor.resource.writes++;
  const moved = transfer.move(buffers, 0);
  if (moved === undefined) return blocked(call, descriptor, interest);
  return moved < size || isLast || hasWaited() ? end(request, moved, transfer) : rest(request, moved, transfer);
}

function* rest(request: Request, before: number, transfer: Transfer): Pieces {
  const { call, iovs, count } = request;
  for (;;) {
    yield;
    const { buffers, size, isLast } = call.guest.buffers(iovs, count, before);
    const moved = transfer.move(buffers, before) ?? 0;
    before += moved;
    if (moved < size || isLast || hasWaited()) return end(request, before, transfer);
  }
}

function end({ call, result }: Request, moved: number, transfer: Transfer): undefined {
  transfer.ended?.(moved);
  call.guest.setU32(result, moved);
  return undefined;
}

/**
 * A wait for what is open, or for something about it; AGAIN where the descriptor shall not wait, TIMEDOUT where it has
 * waited for as long as it may.
 */
export function blocked(
  call: Call,
  { flags, resource }: Descriptor,
  interest: number,
  pollable = resource.pollable(interest),
): WouldBlock {
  if ((flags & FDFLAGS.nonblock) !== 0) throw refused('AGAIN');
  return waitFor(call, resource, interest, pollable);
}
