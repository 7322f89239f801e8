// Sockets: sock_accept, sock_recv, sock_send, sock_shutdown. Preview 1 makes no sockets: a guest has the listeners that it
// was given, and the connections that it accepts. fd_read and fd_write work on connections too.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#sock_recv
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { scatter } from '../kernel/open/transfer.ts';
import { READABLE, WRITABLE } from '../kernel/pollable.ts';
import type { WouldBlock } from '../kernel/wait.ts';
import { allOf, CONNECTION_RIGHTS, FDFLAGS, RIFLAGS, ROFLAGS, SDFLAGS } from './abi.ts';
import { checkFlags, descriptorFor } from './check.ts';
import { blocked, type Moving, moving } from './fd-io.ts';

/**
 * Accepts a connection and writes its descriptor; `flags` are its fdflags. INVAL: flags other than nonblock, or a
 * connection instead of a listener. NOTSOCK, BADF, NOTCAPABLE, MFILE, FAULT; AGAIN when it shall not wait.
 */
export function sockAccept(call: Call, fd: number, flags: number, opened: number): WouldBlock | undefined {
  checkFlags(flags, FDFLAGS.nonblock);
  const descriptor = descriptorFor(call, fd, 'accept', 'sock_accept');
  call.guest.check(opened, 4);
  call.process.files.checkRoom();
  const resource = descriptor.resource.accept();
  if (resource === undefined) return blocked(call, descriptor, READABLE);
  const made = call.process.files.add({
    resource,
    rights: CONNECTION_RIGHTS & descriptor.inheriting,
    inheriting: 0n,
    flags,
  });
  call.guest.setU32(opened, made);
  return undefined;
}

/**
 * Receives into several buffers; writes the number of bytes (0: no more comes) and roflags (u16): whether a message was cut.
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
  const descriptor = descriptorFor(call, fd, 'receive', 'fd_read');
  call.guest.check(datalen, 4);
  call.guest.check(roflags, 2);
  const { buffers, size } = call.guest.buffers(data, count, 0);
  const received = descriptor.resource.receive(size, {
    peek: (flags & RIFLAGS.peek) !== 0,
    waitall: (flags & RIFLAGS.waitall) !== 0,
    nonblock: (descriptor.flags & FDFLAGS.nonblock) !== 0,
  });
  if (!('bytes' in received)) return blocked(call, descriptor, READABLE, received);
  call.guest.setU32(datalen, scatter(received.bytes, buffers));
  call.guest.setU16(roflags, received.truncated ? ROFLAGS.dataTruncated : 0);
  return undefined;
}

/** Sends from several buffers; writes the number of bytes. BADF, NOTSOCK, NOTCONN; INVAL: any flag. PIPE, FAULT, AGAIN. */
export function sockSend(call: Call, fd: number, data: number, count: number, flags: number, datalen: number): Moving {
  checkFlags(flags, 0);
  const descriptor = descriptorFor(call, fd, 'send', 'fd_write');
  call.guest.check(datalen, 4);
  return moving({ call, iovs: data, count, result: datalen }, descriptor, WRITABLE, descriptor.resource.send());
}

/** Ends a direction or both. BADF, NOTSOCK, NOTCONN; INVAL when `how` names no direction or an unknown one. */
export function sockShutdown(call: Call, fd: number, how: number): void {
  checkFlags(how, allOf(SDFLAGS));
  if (how === 0) throw refused('INVAL');
  const { resource } = descriptorFor(call, fd, 'shutdown', 'sock_shutdown');
  resource.shutdown({ read: (how & SDFLAGS.rd) !== 0, write: (how & SDFLAGS.wr) !== 0 });
}
