// What WasmEdge's sockets send and receive with addresses: sock_recv_from and sock_send_to. The functions without addresses are
// preview 1's (preview1/sock.ts).
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { scatter } from '../kernel/open/transfer.ts';
import { READABLE, WRITABLE } from '../kernel/pollable.ts';
import type { WouldBlock } from '../kernel/wait.ts';
import { allOf, FDFLAGS, RIFLAGS, ROFLAGS } from '../preview1/abi.ts';
import { checkFlags, descriptorFor } from '../preview1/check.ts';
import { blocked, type Moving, moving } from '../preview1/fd-io.ts';
import { AddressPlace, readAddress } from './addresses.ts';
import { checkDevice } from './device.ts';

/** Where to write what was received, and from whom. */
interface Places {
  readonly iovs: number;
  readonly count: number;
  readonly address: number;
  readonly port: number | undefined;
  readonly datalen: number;
  readonly roflags: number;
}

/**
 * Receives into several buffers, and writes from whom: of a message what there is room for, and whether that was not all.
 * Nothing is written of a sender that is not known. INVAL: unknown flags, an address that has no such length, or is too
 * short for IPv6. NOTSOCK, NOTCONN, BADF, AGAIN, FAULT.
 */
export function sockRecvFrom(
  call: Call,
  fd: number,
  iovs: number,
  count: number,
  address: number,
  flags: number,
  datalen: number,
  roflags: number,
): WouldBlock | undefined {
  return receive(call, fd, flags, { iovs, count, address, port: undefined, datalen, roflags });
}

/** The second version's, with the port, which has 16 bits: programs give 32 bits that are 0. */
export function sockRecvFromV2(
  call: Call,
  fd: number,
  iovs: number,
  count: number,
  address: number,
  flags: number,
  port: number,
  datalen: number,
  roflags: number,
): WouldBlock | undefined {
  return receive(call, fd, flags, { iovs, count, address, port, datalen, roflags });
}

function receive(call: Call, fd: number, flags: number, places: Places): WouldBlock | undefined {
  checkFlags(flags, allOf(RIFLAGS));
  const descriptor = descriptorFor(call, fd, 'receive', 'fd_read');
  const { resource } = descriptor;
  const { guest } = call;
  const place = new AddressPlace(guest, places.address);
  if (places.port !== undefined) guest.check(places.port, 2);
  guest.check(places.datalen, 4);
  guest.check(places.roflags, 2);
  const { buffers, size } = guest.buffers(places.iovs, places.count, 0);
  const how = { waitall: (flags & RIFLAGS.waitall) !== 0, nonblock: (descriptor.flags & FDFLAGS.nonblock) !== 0 };
  // What has come is taken away when it is known that its sender can be told.
  const first = resource.receive(size, { ...how, peek: true });
  if (!('bytes' in first)) return blocked(call, descriptor, READABLE, first);
  if (first.from !== undefined && !place.fits(first.from.address)) throw refused('INVAL');
  const taken = (flags & RIFLAGS.peek) === 0 ? resource.receive(size, { ...how, peek: false }) : first;
  const { bytes, from, truncated } = 'bytes' in taken ? taken : first;
  scatter(bytes, buffers);
  if (from !== undefined) tell(call, place, places, from);
  guest.setU32(places.datalen, bytes.length);
  guest.setU16(places.roflags, truncated ? ROFLAGS.dataTruncated : 0);
  return undefined;
}

function tell({ guest }: Call, place: AddressPlace, { port }: Places, from: SocketAddress): void {
  place.write(from.address);
  if (port !== undefined) guest.setU16(port, from.port);
}

/**
 * Sends from several buffers to an address, which a stream socket has no use for; writes the number of bytes. INVAL: any
 * flag, an address of no such length, port 0 of a message. AFNOSUPPORT, MSGSIZE, NOTCONN, PIPE, ACCES, NOTSOCK, BADF, FAULT, AGAIN.
 */
export function sockSendTo(
  call: Call,
  fd: number,
  iovs: number,
  count: number,
  address: number,
  port: number,
  flags: number,
  datalen: number,
): Moving {
  checkFlags(flags, 0);
  const descriptor = descriptorFor(call, fd, 'send', 'fd_write');
  call.guest.check(datalen, 4);
  const to = readAddress(call.guest, address, port);
  checkDevice(descriptor.resource, to);
  return moving({ call, iovs, count, result: datalen }, descriptor, WRITABLE, descriptor.resource.send(to));
}
