// Names of hosts: what is a name, and what is known about it without asking anybody.
// https://www.rfc-editor.org/rfc/rfc1123#page-13 (names), https://www.rfc-editor.org/rfc/rfc6761#section-6.3 (localhost)
import { addressOf, type Family, familyOf, octetsOf } from './addresses.ts';

const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * A name in small letters, without the dot that may end it; undefined for what is none. What ends in a number is none:
 * resolvers take `2130706433`, `0x7f.1` and `017700000001` for addresses.
 */
export function hostName(text: string): string | undefined {
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  if (name.length > LONGEST_NAME) return undefined;
  const labels = name.split('.');
  for (const label of labels) {
    if (label === '' || label.length > LONGEST_LABEL) return undefined;
    for (let i = 0; i < label.length; i++) if (!LETTERS.includes(label[i])) return undefined;
  }
  return isNumber(labels[labels.length - 1]) ? undefined : name;
}

function isNumber(label: string): boolean {
  const digits = label.startsWith('0x') ? '0123456789abcdef' : '0123456789';
  const from = label.startsWith('0x') ? 2 : 0;
  for (let i = from; i < label.length; i++) if (!digits.includes(label[i])) return false;
  return true;
}

/** Addresses of what needs no resolver: of a literal itself, and of `localhost`. Undefined for all other names. */
export function knownAddresses(name: string): readonly string[] | undefined {
  const octets = octetsOf(name);
  if (octets !== undefined) return [addressOf(octets)];
  return name === 'localhost' || name.endsWith('.localhost') ? ['127.0.0.1', '::1'] : undefined;
}

/** Those of a family. */
export function ofFamily(addresses: readonly string[], family: Family | undefined): readonly string[] {
  return family === undefined ? addresses : addresses.filter((address) => familyOf(address) === family);
}
