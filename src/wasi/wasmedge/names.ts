// Names of hosts and services for WasmEdge's programs: what sock_getaddrinfo finds, in the terms of POSIX's getaddrinfo.
// https://pubs.opengroup.org/onlinepubs/9799919799/functions/freeaddrinfo.html
// Not here: how it is written into memory (addrinfo.ts).
import { addressOf, type Family, familyOf, octetsOf, wildcardOf } from '../host/addresses.ts';
import { type ErrnoName, SystemError } from '../host/errno.ts';
import type { Process } from '../kernel/process.ts';
import { AIFLAGS, FAMILY, PROTOCOL, SOCKTYPE } from './abi.ts';
import { resolverError } from './errors.ts';
import { portNumber, portOf } from './services.ts';

/** What kind of addresses is asked for, in the numbers of the interface. */
export interface Hints {
  readonly flags: number;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
}

/** A socket that could be made for an address. */
export interface Found extends Hints {
  readonly address: string;
  readonly port: number;
}

export const NO_HINTS: Hints = { flags: 0, family: FAMILY.unspec, type: SOCKTYPE.any, protocol: PROTOCOL.ip };

/** More than any name has, and a bound for what is done. */
const MOST_ADDRESSES = 64;
export const MOST_RESULTS = 2 * MOST_ADDRESSES;

// biome-ignore format: a table
const SOCKETS = [
  { type: SOCKTYPE.stream, protocol: PROTOCOL.tcp },
  { type: SOCKTYPE.dgram, protocol: PROTOCOL.udp },
] as const;

/** What a failed look-up means; what is not here is AIFAIL. */
const MEANINGS = new Map<ErrnoName, Parameters<typeof resolverError>[0]>([
  ['NOENT', 'AINONAME'],
  ['AGAIN', 'AIAGAIN'],
  ['TIMEDOUT', 'AIAGAIN'],
  ['IO', 'AISYSTEM'],
]);

/** Refused by the embedder's rules, which is not a matter of names. */
const REFUSED: readonly ErrnoName[] = ['ACCES', 'PERM'];

/**
 * All sockets that could be made for a name and a service. AINONAME: none of both is given, or there is no such name;
 * AIBADFLAG, AIFAMILY, AISOCKTYPE: unknown hints, or such as contradict each other; AISERVICE; AIADDRFAMILY: an address of
 * the other family; AINODATA: a name without addresses of the family; AIAGAIN, AIFAIL, AISYSTEM; ACCES. It is tried again
 * where the answer comes later.
 */
export function lookUp(process: Process, node: string, service: string, hints: Hints): Found[] {
  const { flags, family } = hints;
  if (node === '' && service === '') throw resolverError('AINONAME');
  if ((flags & ~ALL_FLAGS) !== 0) throw resolverError('AIBADFLAG');
  if (node === '' && (flags & AIFLAGS.canonname) !== 0) throw resolverError('AIBADFLAG');
  if (family > FAMILY.inet6) throw resolverError('AIFAMILY');
  const sockets = SOCKETS.filter(
    ({ type, protocol }) =>
      (hints.type === SOCKTYPE.any || hints.type === type) &&
      (hints.protocol === PROTOCOL.ip || hints.protocol === protocol),
  );
  if (sockets.length === 0) throw resolverError('AISOCKTYPE');
  const port = portFor(service, flags);
  const addresses = addressesFor(process, node, hints).slice(0, MOST_ADDRESSES);
  return addresses.flatMap((address) =>
    sockets.map((socket) => ({ ...socket, flags, family: familyNumber(address), address, port })),
  );
}

const ALL_FLAGS = Object.values(AIFLAGS).reduce((all, bit) => all | bit, 0);

function familyNumber(address: string): number {
  return familyOf(address) === 'ipv4' ? FAMILY.inet4 : FAMILY.inet6;
}

function portFor(service: string, flags: number): number {
  if (service === '') return 0;
  if ((flags & AIFLAGS.numericserv) !== 0 && portNumber(service) === undefined) throw resolverError('AINONAME');
  const port = portOf(service);
  if (port === undefined) throw resolverError('AISERVICE');
  return port;
}

function addressesFor(process: Process, node: string, { flags, family }: Hints): readonly string[] {
  const wanted: Family | undefined = family === FAMILY.unspec ? undefined : family === FAMILY.inet4 ? 'ipv4' : 'ipv6';
  if (node === '') return ownAddresses(wanted, (flags & AIFLAGS.passive) !== 0);
  const octets = octetsOf(node);
  const maps = wanted === 'ipv6' && (flags & AIFLAGS.v4mapped) !== 0;
  if (octets !== undefined) {
    const address = addressOf(octets);
    if (wanted === undefined || familyOf(address) === wanted) return [address];
    if (maps) return [mapped(address)];
    throw resolverError('AIADDRFAMILY');
  }
  if ((flags & AIFLAGS.numerichost) !== 0) throw resolverError('AINONAME');
  const known = resolve(process, node, maps ? undefined : wanted);
  if (!maps) return known;
  const v6 = known.filter((address) => familyOf(address) === 'ipv6');
  if (v6.length > 0 && (flags & AIFLAGS.all) === 0) return v6;
  return known.map((address) => (familyOf(address) === 'ipv6' ? address : mapped(address)));
}

/** Where nobody is named: to listen at, or to connect to what listens on the same machine. */
function ownAddresses(wanted: Family | undefined, passive: boolean): readonly string[] {
  const families: readonly Family[] = wanted === undefined ? ['ipv4', 'ipv6'] : [wanted];
  return families.map((one) => (passive ? wildcardOf(one) : one === 'ipv4' ? '127.0.0.1' : '::1'));
}

function mapped(address: string): string {
  return `::ffff:${address}`;
}

/** Addresses of a name. ACCES, and the resolver's own errors. */
export function resolve(process: Process, name: string, family: Family | undefined): readonly string[] {
  try {
    return process.resolve(name, family);
  } catch (error) {
    if (!(error instanceof SystemError) || REFUSED.includes(error.errno)) throw error;
    throw resolverError(MEANINGS.get(error.errno) ?? 'AIFAIL');
  }
}
