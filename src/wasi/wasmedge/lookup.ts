// sock_lookup_ip: the addresses of a host, one after the other. Programs of 2022 and 2023 have it in place of sock_getaddrinfo.
import { octetsOf } from '../host/addresses.ts';
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { FAMILY } from './abi.ts';
import { resolve } from './names.ts';
import { resolverError } from './errors.ts';

const MOST_BYTES = 1024;

/**
 * Writes addresses of 4 octets (family 1) or 16 (family 2), as many as there is room for, and how many. INVAL: another
 * family; ILSEQ: no text; FAULT, and the errors of the look-up (names.ts).
 */
export function sockLookupIp(
  call: Call,
  host: number,
  length: number,
  family: number,
  buffer: number,
  room: number,
  count: number,
): void {
  const { guest, process } = call;
  if (family !== FAMILY.inet4 && family !== FAMILY.inet6) throw refused('INVAL');
  guest.check(host, length);
  guest.check(buffer, room);
  guest.check(count, 4);
  if (length > MOST_BYTES) throw resolverError('AINONAME');
  const found = resolve(process, guest.text(host, length), family === FAMILY.inet4 ? 'ipv4' : 'ipv6');
  const size = family === FAMILY.inet4 ? 4 : 16;
  const written = Math.min(found.length, Math.floor(room / size));
  for (let i = 0; i < written; i++) guest.span(buffer + i * size, size).set(octetsOf(found[i]) as Uint8Array);
  guest.setU32(count, written);
}
