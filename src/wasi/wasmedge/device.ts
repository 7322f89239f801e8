// Binding a socket to a device. Hosts cannot do that for a guest, so one device is known: `lo`, by way of which only the
// machine itself is reached, whatever the network would allow.
import { octetsOf, plainOctets } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Guest } from '../kernel/guest.ts';
import type { Open } from '../kernel/open/open.ts';

const LOOPBACK = 'lo';

/** Bytes of a name at most, with the NUL that may end it. */
const LONGEST_NAME = 16;

/** Sockets that are bound to the one device. */
const BOUND = new WeakSet<Open>();

/** The name of a socket's device; empty for none. */
export function deviceOf(socket: Open): string {
  return BOUND.has(socket) ? LOOPBACK : '';
}

/** Binds a socket to the device whose name is in memory; no name: to none. NODEV: any other one; INVAL: no name of a device. */
export function bindToDevice(guest: Guest, socket: Open, at: number, length: number): void {
  guest.check(at, length);
  if (length > LONGEST_NAME) throw refused('INVAL');
  const name = guest.text(at, length);
  const end = name.indexOf('\0');
  const meant = end < 0 ? name : name.slice(0, end);
  if (meant === '') BOUND.delete(socket);
  else if (meant === LOOPBACK) BOUND.add(socket);
  else throw refused('NODEV');
}

/** NETUNREACH where a socket's device does not lead to an address. */
export function checkDevice(socket: Open, { address }: SocketAddress): void {
  if (BOUND.has(socket) && !isOwn(plainOctets(octetsOf(address) as Uint8Array))) throw refused('NETUNREACH');
}

/** 127.0.0.0/8 and ::1, and the addresses that say none. */
function isOwn(octets: Uint8Array): boolean {
  const last = octets.length - 1;
  if (octets.length === 4 && octets[0] === 127) return true;
  return octets.every((octet, i) => octet === 0 || (octets.length === 16 && i === last && octet === 1));
}
