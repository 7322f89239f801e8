// Sockets of WasmEdge: making them, where they are bound and connected, and what addresses they have.
// What a socket is, and the states that it has, is the kernel's business (kernel/open/). Not here: what is moved (messages.ts).
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import { waitFor } from '../kernel/time-limit.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { CONNECTION_RIGHTS, FDFLAGS, LISTENER_RIGHTS } from '../preview1/abi.ts';
import { descriptorFor } from '../preview1/check.ts';
import { sockAccept } from '../preview1/sock.ts';
import { FAMILY, SOCKTYPE } from './abi.ts';
import { AddressPlace, readAddress } from './addresses.ts';
import { checkDevice } from './device.ts';

/** What a socket may do that a guest makes: it does not know yet whether it will listen. */
const SOCKET_RIGHTS = CONNECTION_RIGHTS | LISTENER_RIGHTS;

/**
 * Makes a socket, which blocks, and writes its descriptor. NOSYS: a Unix socket; AFNOSUPPORT: no family; INVAL: an unknown
 * family, and types other than datagram and stream. ACCES: the guest has no network. MFILE, FAULT.
 */
export function sockOpen(call: Call, family: number, type: number, opened: number): void {
  const { process } = call;
  if (family === FAMILY.unix) throw refused('NOSYS');
  if (family === FAMILY.unspec) throw refused('AFNOSUPPORT');
  if (family !== FAMILY.inet4 && family !== FAMILY.inet6) throw refused('INVAL');
  if (type !== SOCKTYPE.dgram && type !== SOCKTYPE.stream) throw refused('INVAL');
  call.guest.check(opened, 4);
  process.files.checkRoom();
  const kind = type === SOCKTYPE.stream ? 'stream' : 'datagram';
  const resource = process.openSocket(family === FAMILY.inet4 ? 'ipv4' : 'ipv6', kind);
  const fd = process.files.add({ resource, rights: SOCKET_RIGHTS, inheriting: CONNECTION_RIGHTS, flags: 0 });
  call.guest.setU32(opened, fd);
}

/**
 * Says the address of a socket. INVAL when it has one, and for an address of no such length; AFNOSUPPORT: one of the other
 * family. ADDRINUSE, ADDRNOTAVAIL, ACCES, NOTSOCK, BADF, FAULT.
 */
export function sockBind(call: Call, fd: number, address: number, port: number): WouldBlock | undefined {
  const { resource } = descriptorFor(call, fd, 'bind');
  return waiting(resource.bind(readAddress(call.guest, address, port), call.waited));
}

/** Lets a stream socket wait for connections. NOTSUP: a datagram socket. ADDRINUSE, ACCES, NOTSOCK, BADF. */
export function sockListen(call: Call, fd: number, backlog: number): WouldBlock | undefined {
  const { resource } = descriptorFor(call, fd, 'listen');
  return waiting(resource.listen(backlog));
}

/** The first version's: the connection blocks. See preview 1's. */
export function sockAcceptV1(call: Call, fd: number, opened: number): WouldBlock | undefined {
  return sockAccept(call, fd, 0, opened);
}

/**
 * Connects; a datagram socket only notes its peer. INPROGRESS when it shall not wait: it is writable when it has come to an
 * end, and the option `error` says to which. ALREADY, ISCONN, AFNOSUPPORT, INVAL, CONNREFUSED, TIMEDOUT, ACCES, NOTSOCK, BADF.
 */
export function sockConnect(call: Call, fd: number, address: number, port: number): WouldBlock | undefined {
  const descriptor = descriptorFor(call, fd, 'connect');
  const { resource } = descriptor;
  const peer = readAddress(call.guest, address, port);
  checkDevice(resource, peer);
  const nonblock = (descriptor.flags & FDFLAGS.nonblock) !== 0;
  const pollable = resource.connect(peer, { nonblock, waited: call.waited });
  return pollable && waitFor(call, resource, WRITABLE, pollable);
}

/** Writes the address that a socket has, what it is (4 or 6), and its port. INVAL: it does not fit. NOTSOCK, BADF, FAULT. */
export function sockLocalAddress(call: Call, fd: number, address: number, type: number, port: number) {
  const { resource } = descriptorFor(call, fd, 'local');
  const tell = teller(call, address, type, port);
  return told(resource.local(), tell);
}

/** The same of whom it is connected to. NOTCONN. */
export function sockPeerAddress(call: Call, fd: number, address: number, type: number, port: number) {
  const { resource } = descriptorFor(call, fd, 'peer');
  const tell = teller(call, address, type, port);
  return told(resource.peer(), tell);
}

/** The second version's, which tells the family in the address: INVAL for another buffer than one of 128 bytes. */
export function sockLocalAddressV2(call: Call, fd: number, address: number, port: number) {
  const { resource } = descriptorFor(call, fd, 'local');
  const tell = teller(call, address, undefined, port);
  return told(resource.local(), tell);
}

/** The same of whom it is connected to. NOTCONN. */
export function sockPeerAddressV2(call: Call, fd: number, address: number, port: number) {
  const { resource } = descriptorFor(call, fd, 'peer');
  const tell = teller(call, address, undefined, port);
  return told(resource.peer(), tell);
}

type Tell = (one: SocketAddress) => void;

/** How an address is told; where nothing else tells the family (no `type`), the address has to. */
function teller({ guest }: Call, address: number, type: number | undefined, port: number): Tell {
  const place = new AddressPlace(guest, address);
  if (type === undefined && !place.isStorage) throw refused('INVAL');
  if (type !== undefined) guest.check(type, 4);
  guest.check(port, 4);
  return (one) => {
    if (!place.fits(one.address)) throw refused('INVAL');
    const written = place.write(one.address);
    if (type !== undefined) guest.setU32(type, written);
    guest.setU32(port, one.port);
  };
}

function told(found: SocketAddress | Pollable, tell: Tell): WouldBlock | undefined {
  if ('ready' in found) return waiting(found);
  tell(found);
  return undefined;
}

/** What does not depend on the other side is waited for by those who shall not wait, too. */
function waiting(pollable: Pollable | undefined): WouldBlock | undefined {
  return pollable && new WouldBlock([{ pollable, interest: READABLE }]);
}
