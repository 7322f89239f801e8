// What kinds of addresses there are, as one table. The narrowest range that has an address is that of the address.
// https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
import { octetsOf, plainOctets } from './addresses.ts';

/** A network: what has its first `bits` bits in common with `octets`. */
export interface Cidr {
  readonly octets: Uint8Array;
  readonly bits: number;
}

/**
 * public: of the internet. loopback: this machine. unspecified: no address, or all of this machine. link: valid on a link
 * alone, as are the services that clouds have there. private: of a local network. translated: IPv6 with an address of
 * IPv4 inside, to which somebody on the way passes it on. group: multicast. broadcast: all on a link. reserved: the rest.
 */
export type RangeName =
  | 'public'
  | 'loopback'
  | 'unspecified'
  | 'link'
  | 'private'
  | 'translated'
  | 'group'
  | 'broadcast'
  | 'reserved';

export interface Range extends Cidr {
  readonly name: RangeName;
}

// biome-ignore format: a table
const TABLE: readonly (readonly [cidr: string, name: RangeName])[] = [
  ['0.0.0.0/0', 'public'],
  ['0.0.0.0/8', 'reserved'], ['0.0.0.0/32', 'unspecified'],
  ['10.0.0.0/8', 'private'], ['172.16.0.0/12', 'private'], ['192.168.0.0/16', 'private'], ['100.64.0.0/10', 'private'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link'],
  ['192.0.0.0/24', 'reserved'], ['192.0.2.0/24', 'reserved'], ['192.88.99.0/24', 'translated'],
  ['198.18.0.0/15', 'private'], ['198.51.100.0/24', 'reserved'], ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/4', 'group'],
  ['240.0.0.0/4', 'reserved'], ['255.255.255.255/32', 'broadcast'],
  ['::/3', 'reserved'], ['2000::/3', 'public'], ['4000::/2', 'reserved'], ['8000::/1', 'reserved'],
  ['::/128', 'unspecified'], ['::1/128', 'loopback'],
  ['64:ff9b::/96', 'translated'], ['64:ff9b:1::/48', 'translated'], ['2001::/32', 'translated'], ['2002::/16', 'translated'],
  ['2001:2::/48', 'private'], ['2001:10::/28', 'reserved'], ['2001:db8::/32', 'reserved'], ['3fff::/20', 'reserved'],
  ['fc00::/7', 'private'], ['fec0::/10', 'private'],
  ['fe80::/10', 'link'],
  ['ff00::/8', 'group'],
];

const RANGES: readonly Range[] = TABLE.map(([text, name]) => ({ ...(cidrOf(text) as Cidr), name }));

/** `ADDRESS/BITS`, or an address, which is a network of its own; undefined for what is neither, or has bits set behind. */
export function cidrOf(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const given = octetsOf(slash < 0 ? text : text.slice(0, slash));
  if (given === undefined) return undefined;
  const octets = plainOctets(given);
  if (slash < 0) return { octets, bits: octets.length * 8 };
  const digits = text.slice(slash + 1);
  const bits = Number(digits) - (given.length - octets.length) * 8;
  if (String(Number(digits)) !== digits || !Number.isInteger(bits) || bits < 0 || bits > octets.length * 8)
    return undefined;
  return octets.every((octet, i) => (octet & ~maskOf(bits, i) & 0xff) === 0) ? { octets, bits } : undefined;
}

/** The bits of an octet that count. */
function maskOf(bits: number, at: number): number {
  return 0xff00 >> Math.min(8, Math.max(0, bits - 8 * at));
}

export function contains({ octets, bits }: Cidr, address: Uint8Array): boolean {
  return (
    octets.length === address.length &&
    octets.every((octet, i) => ((octet ^ address[i]) & maskOf(bits, i) & 0xff) === 0)
  );
}

/** The range of a literal. */
export function rangeOf(address: string): Range {
  const octets = plainOctets(octetsOf(address) ?? new Uint8Array(4));
  let best: Range | undefined;
  for (const range of RANGES) {
    if (contains(range, octets) && (best === undefined || range.bits > best.bits)) best = range;
  }
  return best as Range;
}
