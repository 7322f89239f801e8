// Addresses in a guest's memory, as WASIX lays them out. The first byte is the family, the second padding:
//
//     addr_port   IPv4: 2 port u16 | 4 octets; IPv6: 2 port u16 | 4 octets | 20 flow and scope, four u16
//     addr_ip     18 bytes: 2 octets
//
// The first generation keeps 20 bytes for an addr_port, so that it is told no flow and scope, which are 0 for others.
import { addressOf, familyOf, octetsOf } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Guest } from '../kernel/guest.ts';

export const FAMILY = { inet4: 1, inet6: 2 } as const;

const PORT = 2;
const OCTETS = 4;
const V4_OCTETS = 4;
const V6_OCTETS = 16;
const FLOW = 20;
/** Bytes of an addr_port for IPv6. */
const FIRST_SIZE = 20;
const SIZE = 28;
export const ADDR_IP_SIZE = 18;

/** An addr_port that a guest gives. INVAL: another family than IPv4 and IPv6. FAULT. */
export function readAddress(guest: Guest, at: number): SocketAddress {
  const family = guest.u8(at);
  if (family !== FAMILY.inet4 && family !== FAMILY.inet6) throw refused('INVAL');
  const octets = guest.span(at + OCTETS, family === FAMILY.inet4 ? V4_OCTETS : V6_OCTETS);
  return { address: readOctets(octets), port: guest.u16(at + PORT) };
}

/** Of a group or of an interface. */
export function readPlainAddress(guest: Guest, at: number, family: 'ipv4' | 'ipv6'): string {
  return readOctets(guest.span(at, family === 'ipv4' ? V4_OCTETS : V6_OCTETS));
}

/** A copy: the memory may be shared. */
function readOctets(octets: Uint8Array): string {
  return addressOf(Uint8Array.from(octets));
}

/** Where a guest is told an addr_port: checked before anything is done. */
export class AddressPlace {
  private readonly guest: Guest;
  private readonly at: number;
  private readonly isFirst: boolean;

  /** FAULT. */
  constructor(guest: Guest, at: number, isFirst: boolean) {
    guest.check(at, isFirst ? FIRST_SIZE : SIZE);
    this.guest = guest;
    this.at = at;
    this.isFirst = isFirst;
  }

  write({ address, port }: SocketAddress): void {
    const { guest, at, isFirst } = this;
    const octets = octetsOf(address) as Uint8Array;
    guest.setU8(at, octets.length === V4_OCTETS ? FAMILY.inet4 : FAMILY.inet6);
    guest.setU8(at + 1, 0);
    guest.setU16(at + PORT, port);
    guest.span(at + OCTETS, octets.length).set(octets);
    if (octets.length === V6_OCTETS && !isFirst) guest.span(at + FLOW, SIZE - FLOW).fill(0);
  }
}

/** Writes an addr_ip. */
export function writeAddressIp(guest: Guest, at: number, address: string): void {
  const octets = octetsOf(address) as Uint8Array;
  const entry = guest.span(at, ADDR_IP_SIZE).fill(0);
  entry[0] = familyOf(address) === 'ipv4' ? FAMILY.inet4 : FAMILY.inet6;
  entry.set(octets, 2);
}
