// Reading and writing: fd_read, fd_pread, fd_write, fd_pwrite, on files and on streams.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#fd_read
// All take an array of iovec `0 pointer u32 | 4 length u32` and write the number of bytes moved as u32.
import { SystemError } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor, OpenFile, OpenListener, OpenSocket, OpenStream } from '../kernel/file-table.ts';
import type { HeldConnection, HeldFile, HeldInput, HeldOutput } from '../kernel/held.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { FDFLAGS } from './abi.ts';
import { checkRights, fileOf } from './check.ts';
import { MAX_OFFSET } from './fd.ts';

/** Gathered writes up to this many bytes reach the host as one. */
const JOIN_LIMIT = 64 * 1024;

/**
 * Reads at the cursor; 0 bytes mean end of file. ISDIR, BADF (not for reading), INVAL (too many parts), FAULT; AGAIN on
 * a non-blocking stream with nothing there yet.
 */
export function fdRead(call: Call, fd: number, iovs: number, count: number, nread: number): WouldBlock | undefined {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.kind === 'directory') throw new SystemError('ISDIR');
  checkRights(descriptor, 'fd_read');
  call.guest.check(nread, 4);
  const buffers = call.guest.buffers(iovs, count);
  if (resource.kind !== 'file') {
    const input = inputOf(resource);
    const moved = readStream(input, buffers);
    if (moved === undefined) return blocked(descriptor, input, READABLE);
    call.guest.setU32(nread, moved);
    return undefined;
  }
  const moved = readFile(resource.file, buffers, resource.position);
  resource.position += BigInt(moved);
  call.guest.setU32(nread, moved);
  return undefined;
}

/** Reads at `offset` and leaves the cursor alone. SPIPE on a stream, INVAL past 2^63, and as fd_read. */
export function fdPread(call: Call, fd: number, iovs: number, count: number, offset: bigint, nread: number): void {
  const { file } = positioned(call, fd, 'fd_read', offset);
  call.guest.check(nread, 4);
  call.guest.setU32(nread, readFile(file, call.guest.buffers(iovs, count), offset));
}

/**
 * Writes at the cursor, with the append flag at the end of the file, wherever other writers have moved it, and leaves the
 * cursor there. BADF (not for writing, as all directories), INVAL, FAULT, FBIG, NOSPC; PIPE when nobody reads any more;
 * AGAIN on a non-blocking stream without room.
 */
export function fdWrite(call: Call, fd: number, iovs: number, count: number, nwritten: number): WouldBlock | undefined {
  const descriptor = call.process.files.get(fd);
  const { resource } = descriptor;
  if (resource.kind === 'directory') throw new SystemError('BADF');
  checkRights(descriptor, 'fd_write');
  call.guest.check(nwritten, 4);
  const buffers = joined(call.guest.buffers(iovs, count));
  if (resource.kind !== 'file') {
    const output = outputOf(resource);
    const moved = writeStream(output, buffers, (descriptor.flags & FDFLAGS.nonblock) !== 0);
    if (moved === undefined) return blocked(descriptor, output, WRITABLE);
    call.guest.setU32(nwritten, moved);
    return undefined;
  }
  const append = (descriptor.flags & FDFLAGS.append) !== 0;
  const moved = append ? appendTo(descriptor, resource, buffers) : writeAt(descriptor, resource, buffers);
  call.guest.setU32(nwritten, moved);
  return undefined;
}

function writeAt(descriptor: Descriptor, resource: OpenFile, buffers: readonly Uint8Array[]): number {
  const moved = writeFile(descriptor, resource.file, buffers, resource.position);
  resource.position += BigInt(moved);
  return moved;
}

function appendTo(descriptor: Descriptor, resource: OpenFile, buffers: readonly Uint8Array[]): number {
  const { file } = resource;
  const moved = file.append(buffers);
  if (moved === undefined) {
    resource.position = file.stat().size;
    return writeAt(descriptor, resource, buffers);
  }
  resource.position = endOf(file, resource.position + BigInt(moved));
  flushAsAsked(descriptor, file);
  return moved;
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
export function fdPwrite(call: Call, fd: number, iovs: number, count: number, offset: bigint, nwritten: number): void {
  if (call.process.files.get(fd).resource.kind === 'directory') throw new SystemError('BADF');
  const { file } = positioned(call, fd, 'fd_write', offset);
  call.guest.check(nwritten, 4);
  const buffers = joined(call.guest.buffers(iovs, count));
  call.guest.setU32(nwritten, writeFile(call.process.files.get(fd), file, buffers, offset));
}

/** The file, for access at a position: that takes the right to seek too. */
function positioned(call: Call, fd: number, right: 'fd_read' | 'fd_write', offset: bigint): OpenFile {
  const descriptor = fileOf(call, fd, right);
  if (!descriptor.resource.file.seekable) throw new SystemError('SPIPE');
  checkRights(descriptor, 'fd_seek');
  if (offset > MAX_OFFSET) throw new SystemError('INVAL');
  return descriptor.resource;
}

function readFile(file: HeldFile, buffers: readonly Uint8Array[], position: bigint): number {
  let moved = 0;
  for (const buffer of buffers) {
    const got = file.read(buffer, position + BigInt(moved));
    moved += got;
    if (got < buffer.length) break;
  }
  return moved;
}

/** Bytes written before an error count: the error then comes with the next call. */
function writeFile(descriptor: Descriptor, file: HeldFile, buffers: readonly Uint8Array[], position: bigint): number {
  let moved = 0;
  for (const buffer of buffers) {
    const at = position + BigInt(moved);
    if (at + BigInt(buffer.length) > MAX_OFFSET) {
      if (moved > 0) break;
      throw new SystemError('FBIG');
    }
    const took = attempt(moved, () => file.write(buffer, at));
    moved += took;
    if (took < buffer.length) break;
  }
  flushAsAsked(descriptor, file);
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
  if (input === undefined) throw new SystemError('BADF');
  return input;
}

function outputOf(resource: OpenStream | OpenSocket | OpenListener): Output {
  const output =
    resource.kind === 'stream' ? resource.output : resource.kind === 'socket' ? resource.connection : undefined;
  if (output === undefined) throw new SystemError('BADF');
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
    const took = attempt(moved, () => (output as HeldOutput).write(buffer, nonblocking) ?? -1);
    if (took === -1) return moved === 0 ? undefined : moved;
    moved += took;
    if (took < buffer.length) break;
  }
  return moved;
}

/** What `write` took; 0 when it fails after something was already written. */
function attempt(moved: number, write: () => number): number {
  try {
    return write();
  } catch (error) {
    if (moved > 0 && error instanceof SystemError) return 0;
    throw error;
  }
}

/** A wait for something; AGAIN where the descriptor shall not wait. */
export function blocked(descriptor: Descriptor, pollable: Pollable, interest: number): WouldBlock {
  if ((descriptor.flags & FDFLAGS.nonblock) !== 0) throw new SystemError('AGAIN');
  return new WouldBlock([{ pollable, interest }]);
}

/** Several small buffers as one, so that a line made of parts reaches a terminal or pipe whole. */
export function joined(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  if (buffers.length < 2 || total > JOIN_LIMIT) return buffers;
  const all = new Uint8Array(total);
  let at = 0;
  for (const buffer of buffers) {
    all.set(buffer, at);
    at += buffer.length;
  }
  return [all];
}
