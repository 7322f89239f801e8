// Sockets: sock_accept, sock_recv, sock_send, sock_shutdown. Preview 1 makes no sockets: a guest has the listeners that it
// was given, and the connections that it accepts. fd_read and fd_write work on connections too.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#sock_recv
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor, OpenListener, OpenSocket, Resource } from '../kernel/file-table.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import type { WouldBlock } from '../kernel/wait.ts';
import { allOf, CONNECTION_RIGHTS, FDFLAGS, RIFLAGS, SDFLAGS } from './abi.ts';
import { checkFlags, checkRights } from './check.ts';
import { attempt, blocked, joined, type Moving, moving, scatter, writeStream } from './fd-io.ts';

/**
 * Accepts a connection and writes its descriptor; `flags` are its fdflags. INVAL: flags other than nonblock, or a
 * connection instead of a listener. NOTSOCK, BADF, NOTCAPABLE, MFILE, FAULT; AGAIN when it shall not wait.
 */
export function sockAccept(call: Call, fd: number, flags: number, opened: number): WouldBlock | undefined {
  checkFlags(flags, FDFLAGS.nonblock);
  const descriptor = socketOf(call, fd);
  const { resource } = descriptor;
  if (resource.kind !== 'listener') throw refused('INVAL');
  checkRights(descriptor, 'sock_accept');
  call.guest.check(opened, 4);
  call.process.files.checkRoom();
  const connection = resource.listener.accept();
  if (connection === undefined) return blocked(descriptor, resource.listener, READABLE);
  const made = call.process.files.add({
    resource: { kind: 'socket', connection },
    rights: CONNECTION_RIGHTS & descriptor.inheriting,
    inheriting: 0n,
    flags,
  });
  call.guest.setU32(opened, made);
  return undefined;
}

/**
 * Receives into several buffers; writes the number of bytes (0: no more comes) and roflags (u16), which are 0 always.
 * With peek the bytes stay to be read again; with waitall it waits until the buffers are full, as far as that can be
 * kept ready (64 KiB and more), or no more comes. BADF, NOTSOCK, NOTCONN (a listener), INVAL, CONNRESET, FAULT, AGAIN.
 */
export function sockRecv(
  call: Call,
  fd: number,
  data: number,
  count: number,
  flags: number,
  datalen: number,
  roflags: number,
): WouldBlock | undefined {
  checkFlags(flags, allOf(RIFLAGS));
  const descriptor = connectionOf(call, fd);
  checkRights(descriptor, 'fd_read');
  const { connection } = descriptor.resource;
  call.guest.check(datalen, 4);
  call.guest.check(roflags, 2);
  const { buffers, size: wanted } = call.guest.buffers(data, count, 0);
  const least = (flags & RIFLAGS.waitall) !== 0 ? Math.min(wanted, connection.capacity) : Math.min(wanted, 1);
  const enough: Pollable = {
    ready: () => (connection.available() >= least || connection.ended ? connection.ready(READABLE) : 0),
    subscribe: (wake) => connection.subscribe(wake),
  };
  const nonblock = (descriptor.flags & FDFLAGS.nonblock) !== 0;
  if (!nonblock && connection.available() < least && !connection.ended) return blocked(descriptor, enough, READABLE);
  const peeking = (flags & RIFLAGS.peek) !== 0;
  // One buffer at the length of all: what is only looked at cannot be read piece by piece.
  const whole = new Uint8Array(Math.min(wanted, connection.capacity));
  const moved = connection.read(whole, peeking);
  if (moved === undefined) return blocked(descriptor, enough, READABLE);
  scatter(whole.subarray(0, moved), buffers);
  call.guest.setU32(datalen, moved);
  call.guest.setU16(roflags, 0);
  return undefined;
}

/** Sends from several buffers; writes the number of bytes. BADF, NOTSOCK, NOTCONN; INVAL: any flag. PIPE, FAULT, AGAIN. */
export function sockSend(call: Call, fd: number, data: number, count: number, flags: number, datalen: number): Moving {
  checkFlags(flags, 0);
  const descriptor = connectionOf(call, fd);
  checkRights(descriptor, 'fd_write');
  const { connection } = descriptor.resource;
  call.guest.check(datalen, 4);
  return moving({ call, iovs: data, count, result: datalen }, (buffers, before) => {
    const moved = attempt(before, () => writeStream(connection, joined(buffers), true));
    return moved ?? (before > 0 ? 0 : blocked(descriptor, connection, WRITABLE));
  });
}

/** Ends a direction or both. BADF, NOTSOCK, NOTCONN; INVAL when `how` names no direction or an unknown one. */
export function sockShutdown(call: Call, fd: number, how: number): void {
  checkFlags(how, allOf(SDFLAGS));
  if (how === 0) throw refused('INVAL');
  const descriptor = connectionOf(call, fd);
  checkRights(descriptor, 'sock_shutdown');
  descriptor.resource.connection.shutdown({ read: (how & SDFLAGS.rd) !== 0, write: (how & SDFLAGS.wr) !== 0 });
}

type SocketDescriptor<R extends Resource> = Descriptor & { readonly resource: R };

function socketOf(call: Call, fd: number): SocketDescriptor<OpenSocket | OpenListener> {
  const descriptor = call.process.files.get(fd);
  const { kind } = descriptor.resource;
  if (kind !== 'socket' && kind !== 'listener') throw refused('NOTSOCK');
  return descriptor as SocketDescriptor<OpenSocket | OpenListener>;
}

function connectionOf(call: Call, fd: number): SocketDescriptor<OpenSocket> {
  const descriptor = socketOf(call, fd);
  if (descriptor.resource.kind !== 'socket') throw refused('NOTCONN');
  return descriptor as SocketDescriptor<OpenSocket>;
}
