// Addresses of WasmEdge's sockets in the guest's memory. An address is a structure of 8 bytes, `0 buffer u32 | 4 length u32`,
// and the length of the buffer says what is in it:
//
//     4     octets of IPv4
//     16    octets of IPv6; where a guest is told an address, those of IPv4 are the first four
//     128   second version: 0 family u16 | 2 octets, or the path of a Unix socket
//
// All lengths are taken by all functions of both versions, since the types of most are the same. Ports are arguments.
import { addressOf, familyOf, octetsOf } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Guest } from '../kernel/guest.ts';
import { ADDRTYPE, FAMILY } from './abi.ts';

const STRUCTURE = 8;
const V4_OCTETS = 4;
const V6_OCTETS = 16;
const STORAGE = 128;
const MAX_PORT = 65_535;

/** The buffer of an address. FAULT outside memory; INVAL: of no length that there is. */
function bufferOf(guest: Guest, at: number): Uint8Array {
  guest.check(at, STRUCTURE);
  const buffer = guest.span(guest.u32(at), guest.u32(at + 4));
  if (buffer.length !== V4_OCTETS && buffer.length !== V6_OCTETS && buffer.length !== STORAGE) throw refused('INVAL');
  return buffer;
}

/** An address that a guest gives. AFNOSUPPORT: a storage with a Unix path; INVAL: an unknown family, a port past 65,535. */
export function readAddress(guest: Guest, at: number, port: number): SocketAddress {
  const buffer = bufferOf(guest, at);
  if (port > MAX_PORT) throw refused('INVAL');
  return { address: addressOf(octetsIn(buffer)), port };
}

/** A copy: the memory may be shared. */
function octetsIn(buffer: Uint8Array): Uint8Array {
  if (buffer.length !== STORAGE) return Uint8Array.from(buffer);
  const family = buffer[0] | (buffer[1] << 8);
  if (family === FAMILY.unix) throw refused('AFNOSUPPORT');
  if (family !== FAMILY.inet4 && family !== FAMILY.inet6) throw refused('INVAL');
  return Uint8Array.from(buffer.subarray(2, 2 + (family === FAMILY.inet4 ? V4_OCTETS : V6_OCTETS)));
}

/** Where a guest is told an address, in memory that is known to be there until the end of a try. */
export class AddressPlace {
  private readonly buffer: Uint8Array;

  /** FAULT, INVAL as for all addresses. */
  constructor(guest: Guest, at: number) {
    this.buffer = bufferOf(guest, at);
  }

  /** It tells the family, too. */
  get isStorage(): boolean {
    return this.buffer.length === STORAGE;
  }

  fits(address: string): boolean {
    return familyOf(address) === 'ipv4' || this.buffer.length >= V6_OCTETS;
  }

  /** Writes an address that fits. Returns what the first version calls its type. */
  write(address: string): number {
    const { buffer } = this;
    const isV4 = familyOf(address) === 'ipv4';
    if (this.isStorage) {
      buffer.fill(0);
      buffer[0] = isV4 ? FAMILY.inet4 : FAMILY.inet6;
    }
    buffer.set(octetsOf(address) as Uint8Array, this.isStorage ? 2 : 0);
    return isV4 ? ADDRTYPE.inet4 : ADDRTYPE.inet6;
  }
}
