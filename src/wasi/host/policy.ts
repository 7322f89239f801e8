// Which addresses and names of a network a guest may use. Addresses are judged as they are used, and never by the name that
// they were found by: who answers for a name cannot lead a guest to where it may not go.
// Whatever is no address of the internet (ranges.ts) is meant only by a rule that lies within that range or names it.
import { listOf, type Check, misfit, type Shape, shapeOf, text } from '../../options.ts';
import { octetsOf, plainAddress, plainOctets } from './addresses.ts';
import { hostName } from './names.ts';
import { type Cidr, cidrOf, contains, type RangeName, rangeOf } from './ranges.ts';

/** Rules, each a text. What none of them allows is refused. */
export interface NetworkRules {
  /** Where to a guest may connect, and send messages: `[tcp://|udp://]TARGET[:PORT[-PORT]]`. */
  readonly connect?: readonly string[] | undefined;
  /** Which own addresses it may have: to listen, to receive messages, and to connect from. */
  readonly bind?: readonly string[] | undefined;
  /** Names that it may look up: a name, `*.NAME` for all below it, `*` for all. */
  readonly resolve?: readonly string[] | undefined;
}

export type Protocol = 'tcp' | 'udp';

type Target = { readonly range: RangeName } | { readonly cidr: Cidr } | { readonly name: string };

interface Rule {
  /** Undefined: both. */
  readonly protocol: Protocol | undefined;
  readonly target: Target;
  readonly first: number;
  readonly last: number;
}

/** Ranges that may be named. */
const WORDS: ReadonlySet<string> = new Set<RangeName>([
  'public',
  'loopback',
  'link',
  'private',
  'group',
  'broadcast',
  'unspecified',
]);

/** How rules are written. */
const WHERE =
  'CIDR, public, private, loopback, link, group, broadcast or unspecified, with :PORT or :PORT-PORT behind it or not';
export const CONNECT_RULE = `ADDRESS, NAME, ${WHERE}`;
export const BIND_RULE = `ADDRESS, ${WHERE}`;
export const PATTERN = 'a name, *.NAME or *';
/** Addresses that are remembered of a name. */
const ADDRESSES = 64;

function portOf(digits: string): number | undefined {
  const port = Number(digits);
  return String(port) === digits && Number.isInteger(port) && port <= 65_535 ? port : undefined;
}

/**
 * Address and port of a text that could be an address of IPv6 by itself, or one with a port behind it: it is neither, since one
 * reader would mean the one and one the other.
 */
export function ambiguousParts(given: string): readonly [address: string, port: string] | undefined {
  const colon = given.lastIndexOf(':');
  const [address, port] = [given.slice(0, colon), given.slice(colon + 1)];
  const isPort = port !== '' && portOf(port) !== undefined;
  return isPort && address.includes(':') && octetsOf(address) !== undefined ? [address, port] : undefined;
}

/** Target and ports; what has more than one colon, and no brackets, is an address of IPv6 alone. */
export function partsOf(given: string): readonly [target: string, ports: string | undefined] | undefined {
  if (given.startsWith('[')) {
    const end = given.indexOf(']');
    const rest = given.slice(end + 1);
    if (end < 0 || (rest !== '' && rest[0] !== ':')) return undefined;
    return [given.slice(1, end), rest === '' ? undefined : rest.slice(1)];
  }
  if (ambiguousParts(given) !== undefined) return undefined;
  const colon = given.indexOf(':');
  if (colon < 0 || given.includes(':', colon + 1)) return [given, undefined];
  return [given.slice(0, colon), given.slice(colon + 1)];
}

/** What is meant without a port; undefined for nothing. */
export function targetOf(given: string): Target | undefined {
  const word = given.toLowerCase();
  if (WORDS.has(word)) return { range: word as RangeName };
  if (word === 'localhost') return { range: 'loopback' };
  const cidr = cidrOf(given);
  if (cidr !== undefined) return { cidr };
  const name = hostName(given);
  return name === undefined ? undefined : { name };
}

/** Undefined for what is no rule. */
function ruleOf(given: string): Rule | undefined {
  const protocol = given.startsWith('tcp://') ? 'tcp' : given.startsWith('udp://') ? 'udp' : undefined;
  const parts = partsOf(protocol === undefined ? given : given.slice(6));
  const target = parts && targetOf(parts[0]);
  if (target === undefined) return undefined;
  const ports = parts?.[1];
  if (ports === undefined) return { protocol, target, first: 0, last: 65_535 };
  const dash = ports.indexOf('-');
  const first = portOf(dash < 0 ? ports : ports.slice(0, dash));
  const last = dash < 0 ? first : portOf(ports.slice(dash + 1));
  return first === undefined || last === undefined || first > last ? undefined : { protocol, target, first, last };
}

const rule: Check = (value, where) => {
  if (ruleOf(text(value, where) as string) === undefined) throw misfit(where, CONNECT_RULE, value);
  return value;
};

/** Of own addresses there are no names. */
const ownAddress: Check = (value, where) => {
  const known = ruleOf(text(value, where) as string);
  if (known === undefined || 'name' in known.target) throw misfit(where, BIND_RULE, value);
  return value;
};

const pattern: Check = (value, where) => {
  const given = text(value, where) as string;
  const name = given.startsWith('*.') ? given.slice(2) : given;
  if (given !== '*' && hostName(name) === undefined) throw misfit(where, PATTERN, value);
  return value;
};

const RULES: Shape<NetworkRules> = { connect: listOf(rule), bind: listOf(ownAddress), resolve: listOf(pattern) };

export const networkRules: Check = shapeOf(RULES);

export class Policy {
  private readonly connects: readonly Rule[];
  private readonly binds: readonly Rule[];
  private readonly patterns: readonly string[];
  /** Addresses that the names of rules were found to have. */
  private readonly found = new Map<string, Set<string>>();

  /** The rules have been checked. */
  constructor({ connect = [], bind = [], resolve = [] }: NetworkRules) {
    this.connects = connect.map((one) => ruleOf(one) as Rule);
    this.binds = bind.map((one) => ruleOf(one) as Rule);
    this.patterns = resolve.map((one) => (one.endsWith('.') ? one.slice(0, -1) : one).toLowerCase());
    for (const { target } of this.connects) if ('name' in target) this.found.set(target.name, new Set());
  }

  mayConnect(protocol: Protocol, address: string, port: number): boolean {
    return this.connects.some((one) => covers(one, protocol, port) && this.means(one.target, address));
  }

  /** Port 0, any free one, takes a rule that has no ports, or port 0. */
  mayBind(protocol: Protocol, address: string, port: number): boolean {
    return this.binds.some((one) => covers(one, protocol, port) && this.means(one.target, address));
  }

  /** Whether a guest may use a group of receivers, at whatever port. */
  mayJoin(group: string): boolean {
    return this.connects.some((one) => one.protocol !== 'tcp' && this.means(one.target, group));
  }

  /** Whether there is any address that a guest may send to. */
  maySend(): boolean {
    return this.connects.some(({ protocol }) => protocol !== 'tcp');
  }

  mayResolve(name: string): boolean {
    if (this.found.has(name)) return true;
    return this.patterns.some(
      (one) => one === '*' || one === name || (one.startsWith('*.') && name.endsWith(one.slice(1))),
    );
  }

  /** Takes what a name was found to be, for rules that have it. */
  learn(name: string, addresses: readonly string[]): void {
    const known = this.found.get(name);
    if (known === undefined) return;
    for (const address of addresses) {
      const plain = plainAddress(address);
      if (plain === undefined) continue;
      known.delete(plain);
      known.add(plain);
      const [oldest] = known;
      if (known.size > ADDRESSES) known.delete(oldest);
    }
  }

  private means(target: Target, address: string): boolean {
    const range = rangeOf(address);
    if ('range' in target) return range.name === target.range;
    if ('name' in target) return range.name === 'public' && this.found.get(target.name)?.has(address) === true;
    const octets = octetsOf(address);
    if (octets === undefined || !contains(target.cidr, plainOctets(octets))) return false;
    return range.name === 'public' || target.cidr.bits >= range.bits;
  }
}

function covers({ protocol, first, last }: Rule, asked: Protocol, port: number): boolean {
  return (protocol === undefined || protocol === asked) && port >= first && port <= last;
}
