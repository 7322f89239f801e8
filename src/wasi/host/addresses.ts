// Addresses of the Internet Protocol as octets and as texts. Texts are canonical wherever an address comes from a guest, so
// that equal addresses are equal texts. Not here: names (names.ts), and which addresses may be used (policy.ts).
// https://www.rfc-editor.org/rfc/rfc4291 (IPv6), https://www.rfc-editor.org/rfc/rfc5952 (its canonical text)

export type Family = 'ipv4' | 'ipv6';

const V6_OCTETS = 16;
/** The first octets of an IPv6 address that holds an IPv4 address: ::ffff:0:0/96. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** A number in digits of a base, or undefined: no sign, nothing around it, `most` digits at most. */
function numberOf(text: string, base: 10 | 16, most: number): number | undefined {
  if (text.length === 0 || text.length > most) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = '0123456789abcdef'.indexOf(text[i].toLowerCase());
    if (digit < 0 || digit >= base) return undefined;
    value = value * base + digit;
  }
  return value;
}

/** Four decimal numbers without zeros in front, which some take for octal ones. */
function octetsOfV4(text: string): number[] | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  const octets: number[] = [];
  for (const part of parts) {
    const octet = numberOf(part, 10, 3);
    if (octet === undefined || octet > 255 || (part.length > 1 && part[0] === '0')) return undefined;
    octets.push(octet);
  }
  return octets;
}

/** The octets of groups that stand on one side of `::`. */
function octetsOfGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':', 9);
  const octets: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (endsAddress && i === groups.length - 1 && group.includes('.')) {
      const last = octetsOfV4(group);
      if (last === undefined) return undefined;
      return octets.concat(last);
    }
    const value = numberOf(group, 16, 4);
    if (value === undefined) return undefined;
    octets.push(value >> 8, value & 0xff);
  }
  return octets;
}

function octetsOfV6(text: string): number[] | undefined {
  const gap = text.indexOf('::');
  if (gap < 0) {
    const all = octetsOfGroups(text, true);
    return all?.length === V6_OCTETS ? all : undefined;
  }
  const before = octetsOfGroups(text.slice(0, gap), false);
  const after = octetsOfGroups(text.slice(gap + 2), true);
  if (before === undefined || after === undefined) return undefined;
  if (before.length + after.length > V6_OCTETS - 2) return undefined;
  while (before.length < V6_OCTETS - after.length) before.push(0);
  return before.concat(after);
}

/** The 4 or 16 octets of a literal, in network order; undefined for what is none. A zone (`%eth0`) makes it none. */
export function octetsOf(text: string): Uint8Array | undefined {
  // The longest literal has 45 characters.
  if (text.length > 45) return undefined;
  const octets = text.includes(':') ? octetsOfV6(text) : octetsOfV4(text);
  return octets && Uint8Array.from(octets);
}

/** Where the longest run of zero groups begins and ends: of two groups at least, the first of equal ones. */
function longestGap(groups: readonly number[]): readonly [begin: number, end: number] {
  let best: readonly [number, number] = [0, 0];
  for (let begin = 0; begin < groups.length; begin++) {
    let end = begin;
    while (groups[end] === 0) end++;
    if (end - begin > Math.max(1, best[1] - best[0])) best = [begin, end];
    begin = end;
  }
  return best;
}

/** The canonical text of 4 or 16 octets. */
export function addressOf(octets: Uint8Array): string {
  if (octets.length !== V6_OCTETS) return octets.join('.');
  if (isMapped(octets)) return `::ffff:${octets.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i] << 8) | octets[2 * i + 1]);
  const texts = groups.map((group) => group.toString(16));
  const [begin, end] = longestGap(groups);
  return begin === end ? texts.join(':') : `${texts.slice(0, begin).join(':')}::${texts.slice(end).join(':')}`;
}

function isMapped(octets: Uint8Array): boolean {
  return octets.length === V6_OCTETS && MAPPED.every((octet, i) => octets[i] === octet);
}

/** The octets of what an address means: of an IPv4 address that is mapped into IPv6, its own four. */
export function plainOctets(octets: Uint8Array): Uint8Array {
  return isMapped(octets) ? octets.subarray(12) : octets;
}

/** An address in canonical text, one of IPv4 that is mapped into IPv6 as the former; undefined for what is no literal. */
export function plainAddress(text: string): string | undefined {
  const octets = octetsOf(text);
  return octets && addressOf(plainOctets(octets));
}

/** Of a canonical text. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** The address that means every address of the machine where one is listened at. */
export function wildcardOf(family: Family): string {
  return family === 'ipv4' ? '0.0.0.0' : '::';
}

/** Where a connection to an address really goes: to the machine itself where no address is said. */
export function destinationOf(address: string): string {
  return address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
}

/** Whether an address means a group. */
export function isMulticast(address: string): boolean {
  const [first] = octetsOf(address) ?? [];
  return familyOf(address) === 'ipv4' ? first >= 224 && first < 240 : first === 0xff;
}
