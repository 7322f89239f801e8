// sock_getaddrinfo: the guest has made a list of results, which is filled in as far as there are results and room.
//
//     result, 28 bytes:   0 flags u16 | 2 family u8 | 3 socktype u8 | 4 protocol u8 | 8 addrlen u32 | 12 sockaddr u32 |
//                         16 canonname u32 | 20 canonname length u32 | 24 next u32
//     sockaddr, 12 bytes: 0 family u8 | 4 data length u32 | 8 data u32
//     data, 26 bytes:     0 port u16, big-endian, and then
//                         for IPv4, 14 bytes in all: 2 octets | 6 zeros
//                         for IPv6: 2 flow information u32 | 6 octets | 22 scope u32
//
// All pointers are read and checked before anything is written, so that a list which leads into itself does no harm.
import { octetsOf } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import { decodeUtf8, encodeUtf8 } from '../../syntax/utf8.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Guest } from '../kernel/guest.ts';
import { AIFLAGS, FAMILY } from './abi.ts';
import { resolverError } from './errors.ts';
import { type Found, type Hints, lookUp, NO_HINTS } from './names.ts';

const RESULT_SIZE = 28;
const SOCKADDR_SIZE = 12;
const DATA_SIZE = { [FAMILY.inet4]: 14, [FAMILY.inet6]: 26 } as const;
/** What addrlen says: bytes of the structures of other systems. */
const ADDRLEN = { [FAMILY.inet4]: 16, [FAMILY.inet6]: 28 } as const;
/** Bytes that there are for the name where the guest does not say. */
const CANONNAME_SIZE = 30;
/** More than a name may have. */
const MOST_BYTES = 1024;

/** One result of the guest's list: where its parts are. */
interface Place {
  readonly at: number;
  readonly sockaddr: number;
  readonly data: number;
  /** Where the name of the host is written, if it is. */
  readonly name: number | undefined;
}

/**
 * Looks a name and a service up, and fills in the results; writes how many. `results` points to the address of the first
 * one. AIMEMORY: a list for none, or one without room for addresses; INVAL: it leads into itself. FAULT, and the errors of
 * the look-up (names.ts).
 */
export function sockGetAddressInfo(
  call: Call,
  node: number,
  nodeLength: number,
  service: number,
  serviceLength: number,
  hints: number,
  results: number,
  most: number,
  count: number,
): void {
  const { guest, process } = call;
  const [host, port] = [textOf(guest, node, nodeLength), textOf(guest, service, serviceLength)];
  const wanted = hints === 0 ? NO_HINTS : hintsAt(guest, hints);
  guest.check(results, 4);
  guest.check(count, 4);
  if (most === 0) throw resolverError('AIMEMORY');
  const found = lookUp(process, host, port, wanted);
  const name = (wanted.flags & AIFLAGS.canonname) === 0 ? undefined : encodeUtf8(host);
  const places = placesFrom(guest, guest.u32(results), found.slice(0, most), name);
  for (const [i, place] of places.entries()) writeResult(guest, place, found[i], i === 0 ? name : undefined);
  guest.setU32(count, places.length);
}

/** A text with or without the NULs that may end it. AINONAME: longer than any name, or no text. */
function textOf(guest: Guest, at: number, length: number): string {
  guest.check(at, length);
  if (length > MOST_BYTES) throw resolverError('AINONAME');
  const bytes = guest.span(at, length);
  let end = length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const text = decodeUtf8(bytes, 0, end);
  if (text === undefined || text.includes('\0')) throw resolverError('AINONAME');
  return text;
}

function hintsAt(guest: Guest, at: number): Hints {
  guest.check(at, RESULT_SIZE);
  return { flags: guest.u16(at), family: guest.u8(at + 2), type: guest.u8(at + 3), protocol: guest.u8(at + 4) };
}

/** The places of as many results as there are, or as the list has. */
function placesFrom(guest: Guest, first: number, found: readonly Found[], name: Uint8Array | undefined): Place[] {
  const places: Place[] = [];
  const seen = new Set<number>();
  for (let at = first; places.length < found.length && at !== 0; at = guest.u32(at + 24)) {
    if (seen.has(at)) throw refused('INVAL');
    seen.add(at);
    places.push(placeAt(guest, at, found[places.length].family, places.length === 0 ? name : undefined));
  }
  if (places.length === 0) throw resolverError('AIMEMORY');
  return places;
}

function placeAt(guest: Guest, at: number, family: number, name: Uint8Array | undefined): Place {
  guest.check(at, RESULT_SIZE);
  const sockaddr = guest.u32(at + 12);
  if (sockaddr === 0) throw resolverError('AIMEMORY');
  guest.check(sockaddr, SOCKADDR_SIZE);
  const data = guest.u32(sockaddr + 8);
  if (data === 0) throw resolverError('AIMEMORY');
  guest.check(data, DATA_SIZE[family as keyof typeof DATA_SIZE]);
  const canonname = guest.u32(at + 16);
  const room = guest.u32(at + 20) || CANONNAME_SIZE;
  if (name === undefined || canonname === 0 || name.length >= room) return { at, sockaddr, data, name: undefined };
  guest.check(canonname, name.length + 1);
  return { at, sockaddr, data, name: canonname };
}

function writeResult(guest: Guest, place: Place, found: Found, name: Uint8Array | undefined): void {
  const { at, sockaddr, data } = place;
  const family = found.family as keyof typeof DATA_SIZE;
  guest.setU16(at, found.flags);
  guest.setU8(at + 2, family);
  guest.setU8(at + 3, found.type);
  guest.setU8(at + 4, found.protocol);
  guest.setU32(at + 8, ADDRLEN[family]);
  guest.setU8(sockaddr, family);
  guest.setU32(sockaddr + 4, DATA_SIZE[family]);
  const bytes = guest.span(data, DATA_SIZE[family]);
  bytes.fill(0);
  bytes[0] = found.port >>> 8;
  bytes[1] = found.port;
  bytes.set(octetsOf(found.address) as Uint8Array, family === FAMILY.inet4 ? 2 : 6);
  const written = place.name === undefined || name === undefined ? 0 : name.length;
  if (written > 0) guest.span(place.name as number, written + 1).set([...(name as Uint8Array), 0]);
  guest.setU32(at + 20, written);
}
