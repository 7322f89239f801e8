// Sockets: making them, where they are bound and connected, what addresses they have, groups, and names.
// What a socket is, and the states that it has, is the kernel's business (kernel/open/). What is moved is in messages.ts, the
// options are in socket-options.ts.
import { refused, SystemError } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Price } from '../kernel/cost.ts';
import type { Call, SystemCall } from '../kernel/dispatcher.ts';
import { OpenPair } from '../kernel/open/pair.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import { waitFor } from '../kernel/time-limit.ts';
import { WouldBlock } from '../kernel/wait.ts';
import { FDFLAGS } from '../preview1/abi.ts';
import { checkFlags, descriptorFor } from '../preview1/check.ts';
import { blocked } from '../preview1/fd-io.ts';
import { ADDR_IP_SIZE, AddressPlace, FAMILY, readAddress, readPlainAddress, writeAddressIp } from './addresses.ts';
import { type Chapter, chapter } from './chapter.ts';
import type { Generation } from './generation.ts';
import { MOST_SENT, sockRecvFrom, sockSendFile, sockSendTo } from './messages.ts';
import {
  sockGetOptFlag,
  sockGetOptSize,
  sockGetOptTime,
  sockSetOptFlag,
  sockSetOptSize,
  sockSetOptTime,
} from './socket-options.ts';

// biome-ignore format: a table
const TABLE = {
  sock_open:               'af:address_family socktype:sock_type sock_proto:sock_proto opened:*fd',
  sock_pair:               'af:address_family socktype:sock_type sock_proto:sock_proto first:*fd second:*fd',
  sock_bind:               'fd:fd addr:ptr',
  sock_listen:             'fd:fd backlog:u32',
  sock_accept_v2:          'fd:fd flags:fdflags opened:*fd addr:ptr',
  sock_connect:            'fd:fd addr:ptr',
  sock_recv_from:          'fd:fd ri_data:iovecs ri_flags:riflags datalen:*size roflags:*roflags addr:ptr',
  sock_send_to:            'fd:fd si_data:iovecs si_flags:siflags addr:ptr datalen:*size',
  sock_send_file:          'out_fd:fd in_fd:fd offset:filesize count:filesize sent:*filesize',
  sock_status:             'fd:fd status:*sock_status',
  sock_addr_local:         'fd:fd addr:ptr',
  sock_addr_peer:          'fd:fd addr:ptr',
  sock_set_opt_flag:       'fd:fd sockopt:sock_option flag:bool',
  sock_get_opt_flag:       'fd:fd sockopt:sock_option flag:*bool',
  sock_set_opt_time:       'fd:fd sockopt:sock_option timeout:ptr',
  sock_get_opt_time:       'fd:fd sockopt:sock_option timeout:ptr',
  sock_set_opt_size:       'fd:fd sockopt:sock_option size:filesize',
  sock_get_opt_size:       'fd:fd sockopt:sock_option size:*filesize',
  sock_join_multicast_v4:  'fd:fd multiaddr:ptr interface:ptr',
  sock_leave_multicast_v4: 'fd:fd multiaddr:ptr interface:ptr',
  sock_join_multicast_v6:  'fd:fd multiaddr:ptr interface:u32',
  sock_leave_multicast_v6: 'fd:fd multiaddr:ptr interface:u32',
  resolve:                 'host:string port:u16 addrs:ptr naddrs:u32 count:*size',
  sock_recv_msg:           'fd:fd ri_data:iovecs ri_flags:riflags addr:ptr control:string datalen:*size roflags:*roflags controllen:*size',
} as const;

/** What has another type in the first generation. */
const FIRST = { sock_accept: TABLE.sock_accept_v2 } as const;

const SOCKTYPE = { stream: 1, dgram: 2 } as const;
/** Protocols that a type of socket may be asked for with. */
const PROTOCOLS: readonly (readonly number[] | undefined)[] = [undefined, [0, 6], [0, 17]];
const STATUS = { opening: 0, opened: 1, closed: 2, failed: 3 } as const;
/** A socket may do all that there is. */
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;

export function sockets({ isFirst }: Generation): Chapter[] {
  const accept = sockAccept(isFirst);
  const calls = {
    sock_open: sockOpen,
    sock_pair: sockPair,
    sock_bind: sockBind,
    sock_listen: sockListen,
    sock_accept_v2: accept,
    sock_connect: sockConnect,
    sock_recv_from: sockRecvFrom(isFirst),
    sock_send_to: sockSendTo,
    sock_send_file: sockSendFile,
    sock_status: sockStatus,
    sock_addr_local: sockAddrLocal(isFirst),
    sock_addr_peer: sockAddrPeer(isFirst),
    sock_set_opt_flag: sockSetOptFlag,
    sock_get_opt_flag: sockGetOptFlag,
    sock_set_opt_time: sockSetOptTime,
    sock_get_opt_time: sockGetOptTime,
    sock_set_opt_size: sockSetOptSize,
    sock_get_opt_size: sockGetOptSize,
    sock_join_multicast_v4: membershipV4('join'),
    sock_leave_multicast_v4: membershipV4('leave'),
    sock_join_multicast_v6: membershipV6('join'),
    sock_leave_multicast_v6: membershipV6('leave'),
    resolve,
  };
  const prices = { sock_send_file: [[sent, SENT_COUNT]] } as const;
  return [chapter(TABLE, permitted(calls), prices), chapter(FIRST, permitted({ sock_accept: accept }))];
}

/** Which argument of sock_send_file is how many bytes are asked for. */
const SENT_COUNT = 3;

const sent: Price = ({ arg, prices }, at) => Math.min(arg(at), MOST_SENT) * prices.byte;

/** What a guest may not do is PERM to it, where other interfaces say ACCES. */
export function permitted<Calls extends Readonly<Record<string, SystemCall>>>(calls: Calls): Calls {
  const made = Object.entries(calls).map(([name, run]) => [
    name,
    (call: Call, ...args: never[]) => {
      try {
        return run(call, ...args);
      } catch (error) {
        throw error instanceof SystemError && error.errno === 'ACCES' ? refused('PERM') : error;
      }
    },
  ]);
  return Object.fromEntries(made) as Calls;
}

/**
 * Makes a socket, which blocks, and writes its descriptor. AFNOSUPPORT: neither IPv4 nor IPv6. NOTSUP: neither a stream nor
 * datagrams, or another protocol than theirs. PERM: the guest has no network. MFILE, FAULT.
 */
function sockOpen(call: Call, family: number, type: number, protocol: number, opened: number): void {
  const { guest, process } = call;
  if (family !== FAMILY.inet4 && family !== FAMILY.inet6) throw refused('AFNOSUPPORT');
  checkProtocol(type, protocol);
  guest.check(opened, 4);
  process.files.checkRoom();
  const kind = type === SOCKTYPE.stream ? 'stream' : 'datagram';
  const resource = process.openSocket(family === FAMILY.inet4 ? 'ipv4' : 'ipv6', kind);
  guest.setU32(opened, process.files.add({ resource, rights: ALL_RIGHTS, inheriting: ALL_RIGHTS, flags: 0 }));
}

function checkProtocol(type: number, protocol: number): void {
  if (!PROTOCOLS[type]?.includes(protocol)) throw refused('NOTSUP');
}

/** Two sockets that are connected with each other, and with nothing else. NOTSUP: of another type than stream. MFILE. */
function sockPair(
  { guest, process }: Call,
  _family: number,
  type: number,
  protocol: number,
  first: number,
  second: number,
): void {
  checkProtocol(type, protocol);
  if (type !== SOCKTYPE.stream) throw refused('NOTSUP');
  guest.check(first, 4);
  guest.check(second, 4);
  process.files.checkRoom(2);
  const [one, other] = OpenPair.connected(process.limits);
  const open = (resource: OpenPair): number =>
    process.files.add({ resource, rights: ALL_RIGHTS, inheriting: 0n, flags: 0 });
  guest.setU32(first, open(one));
  guest.setU32(second, open(other));
}

/** INVAL: it has an address, or is given none; AFNOSUPPORT: one of the other family. ADDRINUSE, ADDRNOTAVAIL, PERM. */
function sockBind(call: Call, fd: number, address: number): WouldBlock | undefined {
  const { resource } = descriptorFor(call, fd, 'bind');
  return waiting(resource.bind(readAddress(call.guest, address), call.waited));
}

/** Lets a stream socket wait for connections. NOTSUP: a datagram socket. ADDRINUSE, PERM. */
function sockListen(call: Call, fd: number, backlog: number): WouldBlock | undefined {
  const { resource } = descriptorFor(call, fd, 'listen');
  return waiting(resource.listen(backlog));
}

/**
 * Accepts a connection, and writes its descriptor and whom it is connected to. It does not block if the flags say so, or if
 * the listener does not. INVAL: other flags, or no listener. AGAIN, MFILE, FAULT.
 */
function sockAccept(isFirst: boolean) {
  return (call: Call, fd: number, flags: number, opened: number, address: number): WouldBlock | undefined => {
    const { guest, process } = call;
    checkFlags(flags, FDFLAGS.nonblock);
    const descriptor = descriptorFor(call, fd, 'accept', 'sock_accept');
    guest.check(opened, 4);
    const place = new AddressPlace(guest, address, isFirst);
    process.files.checkRoom();
    const resource = descriptor.resource.accept();
    if (resource === undefined) return blocked(call, descriptor, READABLE);
    const inherited = flags | (descriptor.flags & FDFLAGS.nonblock);
    const peer = peerOf(resource);
    const made = process.files.add({ resource, rights: ALL_RIGHTS, inheriting: 0n, flags: inherited });
    guest.setU32(opened, made);
    place.write(peer);
    return undefined;
  };
}

/** Of one that has just been accepted, and may be gone already. */
function peerOf(resource: { peer?(): SocketAddress }): SocketAddress {
  try {
    return resource.peer?.() ?? NOBODY;
  } catch (error) {
    if (error instanceof SystemError) return NOBODY;
    throw error;
  }
}

const NOBODY: SocketAddress = { address: '0.0.0.0', port: 0 };

/**
 * Connects; a datagram socket only notes its peer. INPROGRESS when it shall not wait: it is writable when it has come to an
 * end, and the option last_error says to which. ALREADY, ISCONN, AFNOSUPPORT, INVAL, CONNREFUSED, TIMEDOUT, PERM.
 */
function sockConnect(call: Call, fd: number, address: number): WouldBlock | undefined {
  const descriptor = descriptorFor(call, fd, 'connect');
  const { resource } = descriptor;
  const nonblock = (descriptor.flags & FDFLAGS.nonblock) !== 0;
  const pollable = resource.connect(readAddress(call.guest, address), { nonblock, waited: call.waited });
  return pollable && waitFor(call, resource, WRITABLE, pollable);
}

/** Writes one byte: 0 opening, 1 opened, 2 closed, 3 failed. NOTSOCK, BADF, FAULT. */
function sockStatus(call: Call, fd: number, status: number): void {
  const { resource } = descriptorFor(call, fd, 'status');
  call.guest.check(status, 1);
  call.guest.setU8(status, STATUS[resource.status()]);
}

/** Writes the address that a socket has. NOTSOCK, BADF, FAULT. */
function sockAddrLocal(isFirst: boolean) {
  return (call: Call, fd: number, address: number): WouldBlock | undefined => {
    const { resource } = descriptorFor(call, fd, 'local');
    return told(resource.local(), new AddressPlace(call.guest, address, isFirst));
  };
}

/** Writes whom it is connected to. NOTCONN, NOTSOCK, BADF, FAULT. */
function sockAddrPeer(isFirst: boolean) {
  return (call: Call, fd: number, address: number): WouldBlock | undefined => {
    const { resource } = descriptorFor(call, fd, 'peer');
    return told(resource.peer(), new AddressPlace(call.guest, address, isFirst));
  };
}

function told(found: SocketAddress | Pollable, place: AddressPlace): WouldBlock | undefined {
  if ('ready' in found) return waiting(found);
  place.write(found);
  return undefined;
}

/** What does not depend on the other side is waited for by those who shall not wait, too. */
function waiting(pollable: Pollable | undefined): WouldBlock | undefined {
  return pollable && new WouldBlock([{ pollable, interest: READABLE }]);
}

/** Joins or leaves a group by way of the interface with an address; 0.0.0.0: any. INVAL, NOTSOCK, BADF, PERM, FAULT. */
function membershipV4(change: 'join' | 'leave') {
  return (call: Call, fd: number, group: number, by: number): WouldBlock | undefined => {
    const { resource } = descriptorFor(call, fd, 'membership');
    const from = readPlainAddress(call.guest, by, 'ipv4');
    const to = readPlainAddress(call.guest, group, 'ipv4');
    return waiting(resource.membership(change, to, from === '0.0.0.0' ? undefined : from));
  };
}

/** The same by way of the interface with an index; 0: any. */
function membershipV6(change: 'join' | 'leave') {
  return (call: Call, fd: number, group: number, by: number): WouldBlock | undefined => {
    const { resource } = descriptorFor(call, fd, 'membership');
    const to = readPlainAddress(call.guest, group, 'ipv6');
    return waiting(resource.membership(change, to, by === 0 ? undefined : by));
  };
}

/**
 * Writes the addresses of a name, as many as there is room for, and their number. The port is not used. NOENT: it has none.
 * PERM, FAULT.
 */
function resolve(
  { guest, process }: Call,
  name: number,
  length: number,
  _port: number,
  addresses: number,
  room: number,
  count: number,
): void {
  const text = guest.path(name, length);
  guest.check(addresses, room * ADDR_IP_SIZE);
  guest.check(count, 4);
  const found = process.resolve(text).slice(0, room);
  if (found.length === 0 && room > 0) throw refused('NOENT');
  for (const [i, one] of found.entries()) writeAddressIp(guest, addresses + i * ADDR_IP_SIZE, one);
  guest.setU32(count, found.length);
}
