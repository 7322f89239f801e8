import { describe, expect, it } from 'vitest';
import type { Network } from '../host/network.ts';
import { SystemError } from '../host/errno.ts';
import { LoopbackNetwork } from '../hosts/memory.ts';
import { AIFLAGS, FAMILY, PROTOCOL, SOCKTYPE } from './abi.ts';
import { SocketGuest } from './socket-guest.suite.ts';

const HINTS = 0x2000;
const RESULTS = 0x2100;
const COUNT = 0x2104;
/** Where the parts of result `i` are: the result, its sockaddr, its data, its name. */
const part = (i: number) => ({
  at: 0x3000 + i * 0x100,
  sockaddr: 0x3040 + i * 0x100,
  data: 0x3060 + i * 0x100,
  name: 0x3090 + i * 0x100,
});

const NAMES = new Map<string, readonly string[]>([
  ['both.example', ['192.0.2.1', '2001:db8::1']],
  ['four.example', ['192.0.2.4']],
  ['six.example', ['2001:db8::6']],
]);

function network(resolve: NonNullable<Network['resolve']>): Network {
  const inner = new LoopbackNetwork();
  return {
    contained: true,
    listen: (...args) => inner.listen(...args),
    connect: (address, local) => inner.connect(address, local),
    resolve,
  };
}

function makeGuest(resolve: NonNullable<Network['resolve']> = (name) => NAMES.get(name) ?? []) {
  const guest = new SocketGuest({ network: network(resolve) });
  return { guest, ...callsOf(guest) };
}

interface Hints {
  readonly flags?: number;
  readonly family?: number;
  readonly type?: number;
  readonly protocol?: number;
}

function callsOf(guest: SocketGuest) {
  /** A list of `length` results; the data of each is surrounded by 0xee, which must stay. */
  const list = (length: number): void => {
    guest.bytes.fill(0xee, 0x3000, 0x3000 + length * 0x100);
    for (let i = 0; i < length; i++) {
      const { at, sockaddr, data, name } = part(i);
      guest.bytes.fill(0, at, at + 28);
      guest.bytes.fill(0, sockaddr, sockaddr + 12);
      guest.setU32(at + 12, sockaddr);
      guest.setU32(at + 16, name);
      guest.setU32(sockaddr + 4, 14);
      guest.setU32(sockaddr + 8, data);
      if (i > 0) guest.setU32(part(i - 1).at + 24, at);
    }
    guest.setU32(RESULTS, length === 0 ? 0 : part(0).at);
  };
  const hints = ({ flags = 0, family = 0, type = 0, protocol = 0 }: Hints): void => {
    guest.bytes.fill(0, HINTS, HINTS + 28);
    guest.bytes[HINTS] = flags;
    guest.bytes[HINTS + 1] = flags >> 8;
    guest.bytes.set([family, type, protocol], HINTS + 2);
  };
  const call = (node: string, service: string, most: number): string => {
    const [a, b] = [guest.text(node, 0x1000), guest.text(service, 0x1800)];
    return guest.call('sock_getaddrinfo', ...a, ...b, HINTS, RESULTS, most, COUNT);
  };
  /** Looks up; the results as texts. */
  const find = (node: string, service: string, given: Hints, most = 10): string | string[] => {
    list(10);
    hints(given);
    const errno = call(node, service, most);
    return errno === 'SUCCESS' ? Array.from({ length: guest.u32(COUNT) }, (_, i) => shown(guest, i)) : errno;
  };
  return { list, hints, call, find };
}

/** `stream [1.2.3.4]:80` */
function shown(guest: SocketGuest, i: number): string {
  const { at, sockaddr, data } = part(i);
  const [family, type, protocol] = guest.bytes.subarray(at + 2, at + 5);
  const length = guest.u32(sockaddr + 4);
  expect(guest.bytes[sockaddr]).toBe(family);
  expect([guest.u32(at + 8), length]).toEqual(family === FAMILY.inet4 ? [16, 14] : [28, 26]);
  expect(protocol).toBe(type === SOCKTYPE.stream ? PROTOCOL.tcp : PROTOCOL.udp);
  expect([guest.bytes[data - 1], guest.bytes[data + length]]).toEqual([0xee, 0xee]);
  const octets = guest.bytes.subarray(
    data + (family === FAMILY.inet4 ? 2 : 6),
    data + (family === FAMILY.inet4 ? 6 : 22),
  );
  const rest =
    family === FAMILY.inet4 ? guest.bytes.subarray(data + 6, data + 14) : guest.bytes.subarray(data + 22, data + 26);
  expect(rest.every((one) => one === 0)).toBe(true);
  const port = ((guest.bytes[data] as number) << 8) | (guest.bytes[data + 1] as number);
  const text = family === FAMILY.inet4 ? octets.join('.') : Buffer.from(octets).toString('hex');
  return `${type === SOCKTYPE.stream ? 'stream' : 'dgram'} ${text} ${port}`;
}

const STREAM = { type: SOCKTYPE.stream };

describe('looking a name up', () => {
  it('gives the addresses of a name with the port of a service, by name or number', () => {
    const { find } = makeGuest();
    const six = `20010db8${'0'.repeat(23)}1`;
    expect(find('both.example', 'http', STREAM)).toEqual(['stream 192.0.2.1 80', `stream ${six} 80`]);
    expect(find('both.example\0', '8080\0', { ...STREAM, family: 1 })).toEqual(['stream 192.0.2.1 8080']);
    expect(find('both.example', '', { type: SOCKTYPE.dgram, family: 2 })).toEqual([`dgram ${six} 0`]);
    expect(find('four.example', 'domain', {})).toEqual(['stream 192.0.2.4 53', 'dgram 192.0.2.4 53']);
    expect(find('four.example', '1', { protocol: PROTOCOL.udp })).toEqual(['dgram 192.0.2.4 1']);
  });

  it('needs nobody for addresses, localhost, and what is not named', () => {
    const { find } = makeGuest(() => {
      throw new Error('nobody was to be asked');
    });
    expect(find('10.1.2.3', '1', STREAM)).toEqual(['stream 10.1.2.3 1']);
    expect(find('::2', '65535', STREAM)).toEqual([`stream ${'0'.repeat(31)}2 65535`]);
    expect(find('localhost', '1', { ...STREAM, family: 1 })).toEqual(['stream 127.0.0.1 1']);
    expect(find('', '1', STREAM)).toEqual(['stream 127.0.0.1 1', `stream ${'0'.repeat(31)}1 1`]);
    expect(find('', '1', { ...STREAM, flags: AIFLAGS.passive })).toEqual([
      'stream 0.0.0.0 1',
      `stream ${'0'.repeat(32)} 1`,
    ]);
    expect(find('10.1.2.3', '1', { ...STREAM, family: 2 })).toBe('AIADDRFAMILY');
    expect(find('::1', '1', { ...STREAM, family: 1 })).toBe('AIADDRFAMILY');
    const mapped = `${'0'.repeat(20)}ffff0a010203`;
    expect(find('10.1.2.3', '1', { ...STREAM, family: 2, flags: AIFLAGS.v4mapped })).toEqual([`stream ${mapped} 1`]);
  });

  it('maps addresses of IPv4 where IPv6 is wanted and asked for', () => {
    const { find } = makeGuest();
    const [v4, v6] = ['00000000000000000000ffffc0000201', `20010db8${'0'.repeat(23)}1`];
    const mapped = { ...STREAM, family: 2, flags: AIFLAGS.v4mapped };
    expect(find('both.example', '1', mapped)).toEqual([`stream ${v6} 1`]);
    expect(find('both.example', '1', { ...mapped, flags: AIFLAGS.v4mapped | AIFLAGS.all })).toEqual([
      `stream ${v4} 1`,
      `stream ${v6} 1`,
    ]);
    expect(find('four.example', '1', mapped)).toEqual(['stream 00000000000000000000ffffc0000204 1']);
  });

  it('has an error for everything that can be wrong, with a number of its own', () => {
    const { guest, find, call, list } = makeGuest();
    expect(find('', '', STREAM)).toBe('AINONAME');
    expect(find('missing.example', '1', STREAM)).toBe('AINONAME');
    expect(find('no name', '1', STREAM)).toBe('AINONAME');
    expect(find('four.example', '1', { ...STREAM, flags: AIFLAGS.numerichost })).toBe('AINONAME');
    expect(find('four.example', 'http', { ...STREAM, flags: AIFLAGS.numericserv })).toBe('AINONAME');
    expect(find('four.example', 'no-service', STREAM)).toBe('AISERVICE');
    expect(find('four.example', '65536', STREAM)).toBe('AISERVICE');
    expect(find('four.example', '1', { flags: 128 })).toBe('AIBADFLAG');
    expect(find('', '1', { flags: AIFLAGS.canonname })).toBe('AIBADFLAG');
    expect(find('four.example', '1', { family: 3 })).toBe('AIFAMILY');
    expect(find('four.example', '1', { type: 3 })).toBe('AISOCKTYPE');
    expect(find('four.example', '1', { ...STREAM, protocol: PROTOCOL.udp })).toBe('AISOCKTYPE');
    expect(find('four.example', '1', STREAM, 0)).toBe('AIMEMORY');
    list(0);
    expect(call('four.example', '1', 3)).toBe('AIMEMORY');
    list(1);
    expect(guest.raw('sock_getaddrinfo', ...guest.text('x y', 0x1000), 0, 0, HINTS, RESULTS, 1, COUNT)).toBe(84);
  });

  it('tells failures of the look-up apart: try again, refused by the rules, everything else', () => {
    const failing = (errno: 'AGAIN' | 'TIMEDOUT' | 'ACCES' | 'IO' | 'NOTSUP' | 'CONNREFUSED'): unknown =>
      makeGuest(() => {
        throw new SystemError(errno);
      }).find('a.example', '1', STREAM);
    expect([failing('AGAIN'), failing('TIMEDOUT'), failing('ACCES')]).toEqual(['AIAGAIN', 'AIAGAIN', 'ACCES']);
    expect([failing('IO'), failing('NOTSUP'), failing('CONNREFUSED')]).toEqual(['AISYSTEM', 'AIFAIL', 'AIFAIL']);
    const alone = new SocketGuest({ network: undefined });
    expect(callsOf(alone).find('a.example', '1', STREAM)).toBe('ACCES');
  });

  it('waits for an answer that comes later, in mode async', async () => {
    const later = (name: string): Promise<readonly string[]> => Promise.resolve(NAMES.get(name) ?? []);
    const guest = new SocketGuest({ mode: 'async', network: network(later) });
    const { list, hints } = callsOf(guest);
    list(3);
    hints(STREAM);
    const answer = guest.later('sock_getaddrinfo', ...guest.text('both.example'), 0, 0, HINTS, RESULTS, 3, COUNT);
    expect(answer).toBeInstanceOf(Promise);
    expect([await answer, guest.u32(COUNT), shown(guest, 0)]).toEqual(['SUCCESS', 2, 'stream 192.0.2.1 0']);
  });
});

describe('the list of results', () => {
  it('is filled as far as it goes, or as many as were asked for', () => {
    const { guest, list, hints, call } = makeGuest();
    hints({});
    for (const [length, most, filled] of [
      [1, 10, 1],
      [3, 10, 3],
      [10, 2, 2],
      [10, 0xffff_ffff, 4],
    ] as const) {
      list(length);
      expect([call('both.example', '1', most), guest.u32(COUNT)]).toEqual(['SUCCESS', filled]);
      if (filled < length) expect(guest.u32(part(filled).sockaddr)).toBe(0);
    }
  });

  it('may lead into itself, or to nowhere: an error then, and nothing is written', () => {
    const { guest, list, hints, call } = makeGuest();
    hints({});
    const wrong = (spoil: () => void): string => {
      list(4);
      spoil();
      guest.text('both.example', 0x1000);
      guest.text('1', 0x1800);
      const before = guest.bytes.slice();
      const errno = call('both.example', '1', 10);
      expect(Buffer.compare(before, guest.bytes)).toBe(0);
      return errno;
    };
    expect(wrong(() => guest.setU32(part(0).at + 24, part(0).at))).toBe('INVAL');
    expect(wrong(() => guest.setU32(part(2).at + 24, part(1).at))).toBe('INVAL');
    expect(wrong(() => guest.setU32(part(2).at + 24, 0xffff_fff0))).toBe('FAULT');
    expect(wrong(() => guest.setU32(part(3).at + 12, 0))).toBe('AIMEMORY');
    expect(wrong(() => guest.setU32(part(3).at + 12, 0xfff8))).toBe('FAULT');
    expect(wrong(() => guest.setU32(part(3).sockaddr + 8, 0))).toBe('AIMEMORY');
    expect(wrong(() => guest.setU32(part(3).sockaddr + 8, 0xfff0))).toBe('FAULT');
    expect(wrong(() => guest.setU32(RESULTS, 0x1_0000 - 27))).toBe('FAULT');
  });

  it('has the name of the host in the first result, where it is asked for and fits', () => {
    const { guest, list, hints, call } = makeGuest();
    const first = part(0);
    const named = (flags: number, room: number): string => {
      list(2);
      hints({ flags, type: SOCKTYPE.stream });
      guest.setU32(first.at + 20, room);
      expect(call('both.example', '1', 2)).toBe('SUCCESS');
      expect(guest.u32(part(1).at + 20)).toBe(0);
      return Buffer.from(guest.bytes.subarray(first.name, first.name + guest.u32(first.at + 20) + 1)).toString(
        'latin1',
      );
    };
    expect([named(AIFLAGS.canonname, 0), named(AIFLAGS.canonname, 13)]).toEqual(['both.example\0', 'both.example\0']);
    expect([named(AIFLAGS.canonname, 12), named(0, 30)]).toEqual(['\u00ee', '\u00ee']);
  });
});

describe('the older look-up', () => {
  it('gives addresses of one family one after the other, as many as there is room for', () => {
    const { guest } = makeGuest((name) => (name === 'many' ? ['1.2.3.4', '5.6.7.8', '9.9.9.9', '::5'] : []));
    const find = (host: string, family: number, room: number): unknown[] => {
      guest.bytes.fill(0xee, 0x3000, 0x3040);
      const errno = guest.call('sock_lookup_ip', ...guest.text(host), family, 0x3000, room, COUNT);
      const count = errno === 'SUCCESS' ? guest.u32(COUNT) : 0;
      return [errno, Array.from(guest.bytes.subarray(0x3000, 0x3000 + count * (family === 1 ? 4 : 16) + 1))];
    };
    expect(find('many', 1, 64)).toEqual(['SUCCESS', [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 0xee]]);
    expect(find('many', 1, 11)).toEqual(['SUCCESS', [1, 2, 3, 4, 5, 6, 7, 8, 0xee]]);
    expect(find('many', 2, 16)).toEqual(['SUCCESS', [...new Array(15).fill(0), 5, 0xee]]);
    expect(find('many', 1, 3)).toEqual(['SUCCESS', [0xee]]);
    expect(find('none', 1, 64)).toEqual(['AINONAME', [0xee]]);
    expect(find('many', 0, 64)).toEqual(['INVAL', [0xee]]);
    expect(guest.call('sock_lookup_ip', ...guest.text('many'), 1, 0xffff, 4, COUNT)).toBe('FAULT');
  });
});
