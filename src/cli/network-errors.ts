// What is wrong with a rule of the network options, in words for who wrote it. What a rule is says src/wasi/host/policy.ts.
import { octetsOf } from '../wasi/host/addresses.ts';
import { knownAddresses } from '../wasi/host/names.ts';
import {
  ambiguousParts,
  BIND_RULE,
  CONNECT_RULE,
  type NetworkRules,
  partsOf,
  PATTERN,
  targetOf,
} from '../wasi/host/policy.ts';

export type RuleKind = keyof NetworkRules;

/** How each is written. */
const FORMS: Readonly<Record<RuleKind, string>> = { connect: CONNECT_RULE, bind: BIND_RULE, resolve: PATTERN };

/** Why a text that is no rule is none. */
export function whyNoRule(kind: RuleKind, text: string): string {
  const why = kind === 'resolve' ? whyNoPattern(text) : whyNoTarget(kind, text);
  return why ?? `write ${FORMS[kind]}`;
}

/** Of a pattern that is one: what it could never allow, since nobody is asked for it. */
export function neverLookedUp(text: string): string | undefined {
  const known = knownAddresses(text.toLowerCase());
  return (
    known && `it is never looked up, but known to be ${known.join(' and ')}; --allow-connect lets it connect there`
  );
}

function whyNoPattern(text: string): string | undefined {
  if (text.includes('://')) return 'a name has no protocol here';
  if (octetsOf(text) !== undefined) return neverLookedUp(text);
  return /:\d*$/.test(text) ? 'a name has no port here' : undefined;
}

function whyNoTarget(kind: 'connect' | 'bind', text: string): string | undefined {
  const [, protocol, given] = /^(?:([^/]*):\/\/)?(.*)$/s.exec(text) as unknown as [string, string | undefined, string];
  if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp') return 'a protocol is tcp:// or udp://';
  const either = ambiguousParts(given);
  if (either !== undefined) {
    return `it could be an address with a port or without: write [${either[0]}]:${either[1]} or [${given}]`;
  }
  if (/^:?\d+$/.test(given)) return `an address is needed, such as loopback:${given.replace(':', '')}`;
  const parts = partsOf(given);
  if (parts === undefined) return given.includes(']') ? 'after the ] comes nothing, or :PORT' : 'the ] is missing';
  const [target, ports] = parts;
  return whyNoName(kind, target) ?? whyNoNetwork(target) ?? (ports === undefined ? undefined : whyNoPorts(ports));
}

function whyNoName(kind: 'connect' | 'bind', target: string): string | undefined {
  if (target === '*') {
    return kind === 'connect'
      ? 'for all of the internet: public'
      : 'for all addresses of this machine: unspecified, which is 0.0.0.0 and ::';
  }
  if (target.startsWith('*.')) return `a name is whole here; --allow-resolve ${target} lets it look up those below it`;
  const isName = 'name' in (targetOf(target) ?? {});
  return kind === 'bind' && isName ? `own addresses have no names; write ${BIND_RULE}` : undefined;
}

function whyNoNetwork(target: string): string | undefined {
  const [address, bits] = target.split('/');
  const octets = octetsOf(address);
  if (octets === undefined) {
    if (/^[\d.]+$/.test(address)) return `${address} is no address of IPv4`;
    return /^[\da-f:.]*:[\da-f:.]*$/i.test(address) ? `${address} is no address of IPv6` : undefined;
  }
  if (bits === undefined) return undefined;
  const most = octets.length * 8;
  const family = most === 32 ? 'IPv4' : 'IPv6';
  if (!/^(?:0|[1-9]\d*)$/.test(bits) || Number(bits) > most) return `a network of ${family} has 0 to ${most} bits`;
  const set = octets.some((octet, i) => (octet & (0xff >> Math.max(0, Math.min(8, Number(bits) - 8 * i)))) !== 0);
  return set ? `${address} has bits set behind the first ${bits}` : undefined;
}

function whyNoPorts(text: string): string | undefined {
  const ports = text.split('-');
  if (ports.length > 2) return 'ports are PORT or PORT-PORT';
  for (const port of ports) {
    if (!/^(?:0|[1-9]\d*)$/.test(port)) return port === '' ? 'a port is missing' : `${port} is no port`;
    if (Number(port) > 65_535) return `port ${port} is not in 0 to 65535`;
  }
  return Number(ports[0]) > Number(ports[1] ?? ports[0]) ? 'the first port is larger than the last' : undefined;
}
