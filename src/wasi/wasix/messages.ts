// What sockets send and receive, with addresses and without: sock_recv and sock_send as WASIX has them, which may be told not
// to wait, sock_recv_from, sock_send_to, and files that are sent whole.
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor } from '../kernel/file-table.ts';
import { scatter } from '../kernel/open/transfer.ts';
import { READABLE, WRITABLE } from '../kernel/pollable.ts';
import type { WouldBlock } from '../kernel/wait.ts';
import { FDFLAGS, ROFLAGS } from '../preview1/abi.ts';
import { checkFlags, checkRights, descriptorFor } from '../preview1/check.ts';
import { blocked, type Moving, moving } from '../preview1/fd-io.ts';
import { AddressPlace, readAddress } from './addresses.ts';

const RIFLAGS = { peek: 1, waitall: 2, dataTruncated: 4, dontWait: 8 } as const;
const SIFLAGS = { dontWait: 1 } as const;

/** Of files, what is sent in one call at most. */
export const MOST_SENT = 64 * 1024;

/** The descriptor as it is for one call that is not to wait. */
function hurried(descriptor: Descriptor, dontWait: boolean): Descriptor {
  const { resource, rights, inheriting, flags } = descriptor;
  return dontWait ? { resource, rights, inheriting, flags: flags | FDFLAGS.nonblock } : descriptor;
}

/** As preview 1's, with two flags more. BADF, NOTSOCK, NOTCONN, INVAL, CONNRESET, FAULT, AGAIN. */
export function sockRecv(
  call: Call,
  fd: number,
  data: number,
  count: number,
  flags: number,
  datalen: number,
  roflags: number,
): WouldBlock | undefined {
  return receive(call, fd, { data, count, flags, datalen, roflags }, undefined);
}

/** Receives one message, or bytes of a stream, and writes from whom, where that is known. */
export function sockRecvFrom(isFirst: boolean) {
  return (
    call: Call,
    fd: number,
    data: number,
    count: number,
    flags: number,
    datalen: number,
    roflags: number,
    address: number,
  ): WouldBlock | undefined => {
    const place = new AddressPlace(call.guest, address, isFirst);
    return receive(call, fd, { data, count, flags, datalen, roflags }, (from) => place.write(from));
  };
}

interface Places {
  readonly data: number;
  readonly count: number;
  readonly flags: number;
  readonly datalen: number;
  readonly roflags: number;
}

function receive(
  call: Call,
  fd: number,
  { data, count, flags, datalen, roflags }: Places,
  tell: ((from: SocketAddress) => void) | undefined,
): WouldBlock | undefined {
  const { guest } = call;
  checkFlags(flags, RIFLAGS.peek | RIFLAGS.waitall | RIFLAGS.dataTruncated | RIFLAGS.dontWait);
  const found = descriptorFor(call, fd, 'receive', 'fd_read');
  const descriptor = hurried(found, (flags & RIFLAGS.dontWait) !== 0);
  guest.check(datalen, 4);
  guest.check(roflags, 2);
  const { buffers, size } = guest.buffers(data, count, 0);
  const received = found.resource.receive(size, {
    peek: (flags & RIFLAGS.peek) !== 0,
    waitall: (flags & RIFLAGS.waitall) !== 0,
    nonblock: (descriptor.flags & FDFLAGS.nonblock) !== 0,
  });
  if (!('bytes' in received)) return blocked(call, descriptor, READABLE, received);
  guest.setU32(datalen, scatter(received.bytes, buffers));
  guest.setU16(roflags, received.truncated ? ROFLAGS.dataTruncated : 0);
  if (received.from !== undefined) tell?.(received.from);
  return undefined;
}

/** As preview 1's, with a flag. BADF, NOTSOCK, NOTCONN, INVAL, PIPE, FAULT, AGAIN. */
export function sockSend(call: Call, fd: number, data: number, count: number, flags: number, datalen: number): Moving {
  return send(call, fd, { data, count, flags, datalen }, undefined);
}

/** Sends one message to an address; a stream has one receiver, whatever address is named. MSGSIZE, AFNOSUPPORT, PERM. */
export function sockSendTo(
  call: Call,
  fd: number,
  data: number,
  count: number,
  flags: number,
  address: number,
  datalen: number,
): Moving {
  return send(call, fd, { data, count, flags, datalen }, readAddress(call.guest, address));
}

function send(
  call: Call,
  fd: number,
  { data, count, flags, datalen }: Omit<Places, 'roflags'>,
  to: SocketAddress | undefined,
): Moving {
  checkFlags(flags, SIFLAGS.dontWait);
  const found = descriptorFor(call, fd, 'send', 'fd_write');
  call.guest.check(datalen, 4);
  const descriptor = hurried(found, (flags & SIFLAGS.dontWait) !== 0);
  return moving({ call, iovs: data, count, result: datalen }, descriptor, WRITABLE, found.resource.send(to));
}

/**
 * Sends `count` bytes of a file from an offset on, 64 KiB at most, and writes how many (u64): fewer at the end of the file, and
 * where there is room for no more. BADF, NOTSOCK, NOTCONN, PIPE, SPIPE and ISDIR of the file, FAULT, AGAIN.
 */
export function sockSendFile(
  call: Call,
  outFd: number,
  inFd: number,
  offset: bigint,
  count: bigint,
  sent: number,
): WouldBlock | undefined {
  const { guest } = call;
  const out = descriptorFor(call, outFd, 'send', 'fd_write');
  const file = descriptorFor(call, inFd, 'readAt', 'fd_read');
  checkRights(file, 'fd_seek');
  guest.check(sent, 8);
  if (offset >= 1n << 63n) throw refused('INVAL');
  const bytes = new Uint8Array(count < MOST_SENT ? Number(count) : MOST_SENT);
  const got = file.resource.readAt(offset).move([bytes], 0) ?? 0;
  const moved = got === 0 ? 0 : out.resource.send().move([bytes.subarray(0, got)], 0);
  if (moved === undefined) return blocked(call, out, WRITABLE);
  guest.setU64(sent, BigInt(moved));
  return undefined;
}
