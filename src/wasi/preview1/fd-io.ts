// Reading and writing: fd_read, fd_pread, fd_write, fd_pwrite, on files and on streams.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#fd_read
// All take an array of iovec `0 pointer u32 | 4 length u32` and write the number of bytes moved as u32.
import { refused, SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor, OpenFile, OpenListener, OpenSocket, OpenStream } from '../kernel/file-table.ts';
import type { HeldConnection, HeldFile, HeldInput, HeldOutput } from '../kernel/held.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import { hasWaited } from '../kernel/replay.ts';
import { type Pieces, WouldBlock } from '../kernel/wait.ts';
import { FDFLAGS } from './abi.ts';
import { checkRights, fileOf } from './check.ts';
import { MAX_OFFSET } from './fd.ts';

/** Several buffers of up to this many bytes reach the host as one. */
const JOIN_LIMIT = 64 * 1024;

/**
 * Reads at the cursor; 0 bytes mean end of file. ISDIR, BADF (not for reading), INVAL (too many parts), FAULT; AGAIN on
 * a non-blocking stream with nothing there yet.
 */
export function fdRead(call: Call, fd: number, iovs: number, count: number, nread: number): Moving {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.kind === 'directory') throw refused('ISDIR');
  checkRights(descriptor, 'fd_read');
  call.guest.check(nread, 4);
  if (resource.kind !== 'file') {
    const input = inputOf(resource);
    return moving({ call, iovs, count, result: nread }, (buffers, before) => {
      if (before > 0 && input.available() === 0) return 0;
      return readStream(input, buffers) ?? (before > 0 ? 0 : blocked(descriptor, input, READABLE));
    });
  }
  const { position } = resource;
  return moving(
    { call, iovs, count, result: nread },
    (buffers, before) => readFile(resource.file, buffers, position + BigInt(before)),
    (moved) => void (resource.position = position + BigInt(moved)),
  );
}

/** Reads at `offset` and leaves the cursor alone. SPIPE on a stream, INVAL past 2^63, and as fd_read. */
export function fdPread(call: Call, fd: number, iovs: number, count: number, offset: bigint, nread: number): Moving {
  const { file } = positioned(call, fd, 'fd_read', offset);
  call.guest.check(nread, 4);
  return moving({ call, iovs, count, result: nread }, (buffers, before) =>
    readFile(file, buffers, offset + BigInt(before)),
  );
}

/**
 * Writes at the cursor, with the append flag at the end of the file, wherever other writers have moved it, and leaves the
 * cursor there. BADF (not for writing, as all directories), INVAL, FAULT, FBIG, NOSPC; PIPE when nobody reads any more;
 * AGAIN on a non-blocking stream without room.
 */
export function fdWrite(call: Call, fd: number, iovs: number, count: number, nwritten: number): Moving {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.kind === 'directory') throw refused('BADF');
  checkRights(descriptor, 'fd_write');
  call.guest.check(nwritten, 4);
  const request = { call, iovs, count, result: nwritten };
  if (resource.kind !== 'file') {
    const nonblocking = (descriptor.flags & FDFLAGS.nonblock) !== 0;
    const output = outputOf(resource);
    return moving(request, (buffers, before) => {
      const moved = attempt(before, () => writeStream(output, joined(buffers), nonblocking));
      return moved ?? (before > 0 ? 0 : blocked(descriptor, output, WRITABLE));
    });
  }
  if ((descriptor.flags & FDFLAGS.append) !== 0) return append(request, descriptor, resource);
  const { position } = resource;
  return moving(
    request,
    (buffers, before) => writeFile(resource.file, joined(buffers), position, before),
    (moved) => {
      flushAsAsked(descriptor, resource.file);
      resource.position = position + BigInt(moved);
    },
  );
}

/** A file whose provider cannot append is written to where it ends now. */
function append(request: Request, descriptor: Descriptor, resource: OpenFile): Moving {
  const { file } = resource;
  let end = resource.position;
  return moving(
    request,
    (buffers, before) => {
      const moved = attempt(before, () => file.append(buffers));
      if (moved !== undefined) return moved;
      if (before === 0) end = file.stat().size;
      return writeFile(file, joined(buffers), end, before);
    },
    (moved) => {
      resource.position = endOf(file, end + BigInt(moved));
      flushAsAsked(descriptor, file);
    },
  );
}

/** `otherwise` where the host fails: what is written counts, and a guest that got an error would write it again. */
function endOf(file: HeldFile, otherwise: bigint): bigint {
  try {
    return file.stat().size;
  } catch (error) {
    if (error instanceof SystemError) return otherwise;
    throw error;
  }
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
  const descriptor = call.process.files.get(fd);
  if (descriptor.resource.kind === 'directory') throw refused('BADF');
  const { file } = positioned(call, fd, 'fd_write', offset);
  call.guest.check(nwritten, 4);
  return moving(
    { call, iovs, count, result: nwritten },
    (buffers, before) => writeFile(file, joined(buffers), offset, before),
    () => flushAsAsked(descriptor, file),
  );
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

/** Moves bytes, behind so many that were moved before: fewer than there are end the call. It may wait with the first. */
type Move = (buffers: readonly Uint8Array[], before: number) => number | WouldBlock;

/** What is done at the end, with how many bytes were moved. */
type Ended = (moved: number) => void;

/**
 * Moves what the parts of a call hold, a MiB at a time, which is a piece of the call. It ends with the first piece that it
 * had to wait for an answer for.
 */
export function moving(request: Request, move: Move, ended: Ended = () => {}): Moving {
  const { call, iovs, count } = request;
  const { buffers, size, isLast } = call.guest.buffers(iovs, count, 0);
  const moved = move(buffers, 0);
  if (moved instanceof WouldBlock) return moved;
  return moved < size || isLast || hasWaited() ? end(request, moved, ended) : rest(request, moved, move, ended);
}

function* rest(request: Request, before: number, move: Move, ended: Ended): Pieces {
  const { call, iovs, count } = request;
  for (;;) {
    yield;
    const { buffers, size, isLast } = call.guest.buffers(iovs, count, before);
    const moved = move(buffers, before) as number;
    before += moved;
    if (moved < size || isLast || hasWaited()) return end(request, before, ended);
  }
}

function end({ call, result }: Request, moved: number, ended: Ended): undefined {
  ended(moved);
  call.guest.setU32(result, moved);
  return undefined;
}

/** The file, for access at a position: that takes the right to seek too. */
function positioned(call: Call, fd: number, right: 'fd_read' | 'fd_write', offset: bigint): OpenFile {
  const descriptor = fileOf(call, fd, right);
  if (!descriptor.resource.file.seekable) throw refused('SPIPE');
  checkRights(descriptor, 'fd_seek');
  if (offset > MAX_OFFSET) throw refused('INVAL');
  return descriptor.resource;
}

function readFile(file: HeldFile, buffers: readonly Uint8Array[], position: bigint): number {
  const total = sizeOf(buffers);
  if (buffers.length > 1 && total <= JOIN_LIMIT) {
    const all = new Uint8Array(total);
    return scatter(all.subarray(0, file.read(all, position)), buffers);
  }
  let moved = 0;
  for (const buffer of buffers) {
    const got = file.read(buffer, position + BigInt(moved));
    moved += got;
    if (got < buffer.length || hasWaited()) break;
  }
  return moved;
}

/** Copies bytes into several buffers one after the other; returns how many. */
export function scatter(bytes: Uint8Array, buffers: readonly Uint8Array[]): number {
  let at = 0;
  for (const buffer of buffers) {
    const part = bytes.subarray(at, at + buffer.length);
    buffer.set(part);
    at += part.length;
  }
  return bytes.length;
}

/** Writes `before` bytes behind a position. Bytes written before an error count: the error then comes with the next call. */
function writeFile(file: HeldFile, buffers: readonly Uint8Array[], position: bigint, before: number): number {
  let moved = 0;
  for (const buffer of buffers) {
    const at = position + BigInt(before + moved);
    if (at + BigInt(buffer.length) > MAX_OFFSET) {
      if (before + moved > 0) break;
      throw refused('FBIG');
    }
    const took = attempt(before + moved, () => file.write(buffer, at));
    moved += took;
    if (took < buffer.length || hasWaited()) break;
  }
  return moved;
}

function flushAsAsked({ flags }: Descriptor, file: HeldFile): void {
  if ((flags & (FDFLAGS.sync | FDFLAGS.dsync)) !== 0) file.sync((flags & FDFLAGS.sync) === 0);
}

/** What is read from and written to: a stream's side or a connection. BADF for a side that is not there. */
type Input = HeldInput | HeldConnection;
type Output = HeldOutput | HeldConnection;

function inputOf(resource: OpenStream | OpenSocket | OpenListener): Input {
  const input =
    resource.kind === 'stream' ? resource.input : resource.kind === 'socket' ? resource.connection : undefined;
  if (input === undefined) throw refused('BADF');
  return input;
}

function outputOf(resource: OpenStream | OpenSocket | OpenListener): Output {
  const output =
    resource.kind === 'stream' ? resource.output : resource.kind === 'socket' ? resource.connection : undefined;
  if (output === undefined) throw refused('BADF');
  return output;
}

/** Undefined: nothing there yet. */
export function readStream(input: Input, buffers: readonly Uint8Array[]): number | undefined {
  let moved = 0;
  for (const buffer of buffers) {
    if (moved > 0 && input.available() === 0) break;
    const got = input.read(buffer);
    if (got === undefined) return undefined;
    moved += got;
    if (got < buffer.length) break;
  }
  return moved;
}

/** Undefined: no room yet. */
export function writeStream(output: Output, buffers: readonly Uint8Array[], nonblocking: boolean): number | undefined {
  let moved = 0;
  for (const buffer of buffers) {
    const took = attempt(moved, () => (output as HeldOutput).write(buffer, nonblocking));
    if (took === undefined) return moved === 0 ? undefined : moved;
    moved += took;
    if (took < buffer.length) break;
  }
  return moved;
}

/** What `write` took; 0 when it fails after something was already written. */
export function attempt<T>(moved: number, write: () => T): T | 0 {
  try {
    return write();
  } catch (error) {
    if (moved > 0 && error instanceof SystemError) return 0;
    throw error;
  }
}

/** A wait for something; AGAIN where the descriptor shall not wait. */
export function blocked(descriptor: Descriptor, pollable: Pollable, interest: number): WouldBlock {
  if ((descriptor.flags & FDFLAGS.nonblock) !== 0) throw refused('AGAIN');
  return new WouldBlock([{ pollable, interest }]);
}

/** Several small buffers as one, so that a line made of parts reaches a terminal or pipe whole. */
export function joined(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  const total = sizeOf(buffers);
  if (buffers.length < 2 || total > JOIN_LIMIT) return buffers;
  const all = new Uint8Array(total);
  let at = 0;
  for (const buffer of buffers) {
    all.set(buffer, at);
    at += buffer.length;
  }
  return [all];
}

function sizeOf(buffers: readonly Uint8Array[]): number {
  let total = 0;
  for (const { length } of buffers) total += length;
  return total;
}
