// Sockets of WASIX on the network in memory: addresses, options, groups, names, messages.
import { describe, expect, it } from 'vitest';
import { BUFFER, TestGuest } from '../guest.suite.ts';
import { octetsOf } from '../host/addresses.ts';
import { LoopbackNetwork, memoryDirectory, VirtualClock, type WasiOptions } from '../index.ts';
import { RIGHTS } from '../preview1/abi.ts';

const OUT = 0x100;
const ADDR = 0x200;
const OTHER = 0x280;

function made(options: WasiOptions = {}, isFirst = false): TestGuest {
  return TestGuest.wasix({ network: new LoopbackNetwork(), clock: new VirtualClock(), ...options }, { isFirst });
}

function socket(guest: TestGuest, type = 1, family = 1): number {
  expect(guest.call('sock_open', family, type, 0, OUT)).toBe('SUCCESS');
  return guest.u32(OUT);
}

/** Puts an addr_port into memory. */
function address(guest: TestGuest, text: string, port: number, at = ADDR): number {
  const octets = octetsOf(text) as Uint8Array;
  guest.bytes.fill(0xee, at, at + 64);
  guest.bytes.set([octets.length === 4 ? 1 : 2, 0, port & 255, port >> 8, ...octets], at);
  return at;
}

/** The bytes of an addr_port that a call has written, up to where it has written nothing. */
function told(guest: TestGuest, at: number): number[] {
  const end = guest.bytes.indexOf(0xee, at);
  return [...guest.bytes.subarray(at, end)];
}

function asked(guest: TestGuest, name: string, fd: number): number[] | string {
  guest.bytes.fill(0xee, OTHER, OTHER + 64);
  const errno = guest.call(name, fd, OTHER);
  return errno === 'SUCCESS' ? told(guest, OTHER) : errno;
}

/** A listener and both ends of a connection. */
function connected(guest: TestGuest, where = '127.0.0.1', port = 80, accept = 'sock_accept_v2') {
  const family = where.includes(':') ? 2 : 1;
  const listener = socket(guest, 1, family);
  expect(guest.call('sock_bind', listener, address(guest, where, port))).toBe('SUCCESS');
  expect(guest.call('sock_listen', listener, 8)).toBe('SUCCESS');
  const client = socket(guest, 1, family);
  expect(guest.call('sock_connect', client, address(guest, where, port))).toBe('SUCCESS');
  guest.bytes.fill(0xee, OTHER, OTHER + 64);
  expect(guest.call(accept, listener, 0, OUT, OTHER)).toBe('SUCCESS');
  return { listener, client, server: guest.u32(OUT), peer: told(guest, OTHER) };
}

/** iovecs of one buffer of so many bytes, or with a text. */
function buffer(guest: TestGuest, given: number | string): [number, number] {
  guest.setU32(0x300, BUFFER);
  guest.setU32(0x304, typeof given === 'number' ? given : given.length);
  if (typeof given === 'string') guest.bytes.set(Buffer.from(given), BUFFER);
  return [0x300, 1];
}

function received(guest: TestGuest): string {
  return Buffer.from(guest.bytes.subarray(BUFFER, BUFFER + guest.u32(0x320))).toString();
}

describe('addresses', () => {
  it('are 8 bytes for IPv4, and nothing behind them is written', () => {
    for (const isFirst of [false, true]) {
      const guest = made({}, isFirst);
      const { client, server, peer } = connected(guest, '127.0.0.1', 8080, isFirst ? 'sock_accept' : 'sock_accept_v2');
      expect(asked(guest, 'sock_addr_peer', client)).toEqual([1, 0, 0x90, 0x1f, 127, 0, 0, 1]);
      expect(asked(guest, 'sock_addr_local', server)).toEqual([1, 0, 0x90, 0x1f, 127, 0, 0, 1]);
      expect(asked(guest, 'sock_addr_local', client)).toEqual(peer);
    }
  });

  it('of IPv6 have flow and scope after the first generation, which has no room for them', () => {
    const octets = [...new Array(15).fill(0), 1];
    const later = made();
    expect(asked(later, 'sock_addr_peer', connected(later, '::1', 1).client)).toEqual([
      2,
      0,
      1,
      0,
      ...octets,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    const first = made({}, true);
    expect(asked(first, 'sock_addr_peer', connected(first, '::1', 1).client)).toEqual([2, 0, 1, 0, ...octets]);
  });

  it('are remembered by a socket that was only bound, as C libraries test the order of the port by', () => {
    const guest = made();
    const fd = socket(guest);
    expect(guest.call('sock_bind', fd, address(guest, '0.0.0.0', 10_275))).toBe('SUCCESS');
    expect(asked(guest, 'sock_addr_local', fd)).toEqual([1, 0, 0x23, 0x28, 0, 0, 0, 0]);
    expect(guest.call('sock_addr_peer', fd, OTHER)).toBe('NOTCONN');
  });

  it('of no known family are INVAL, and what is no socket is NOTSOCK', () => {
    const guest = made();
    const fd = socket(guest);
    guest.bytes[ADDR] = 3;
    expect(guest.call('sock_bind', fd, ADDR)).toBe('INVAL');
    expect(guest.call('sock_connect', fd, ADDR)).toBe('INVAL');
    expect(guest.call('sock_addr_local', 0, OTHER)).toBe('NOTSOCK');
    expect(guest.call('sock_bind', 0, address(guest, '127.0.0.1', 1))).toBe('NOTSOCK');
    expect(guest.call('sock_bind', 99, ADDR)).toBe('BADF');
  });
});

describe('making and connecting', () => {
  it('knows streams and datagrams of their own protocols alone', () => {
    const guest = made();
    const open = (family: number, type: number, protocol: number): string =>
      guest.call('sock_open', family, type, protocol, OUT);
    expect([open(1, 1, 6), open(1, 2, 17), open(2, 1, 0)]).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    expect([open(1, 1, 17), open(1, 2, 6), open(1, 3, 0), open(1, 77, 0)]).toEqual(new Array(4).fill('NOTSUP'));
    expect([open(0, 1, 0), open(3, 1, 0)]).toEqual(['AFNOSUPPORT', 'AFNOSUPPORT']);
  });

  it('is PERM without a network', () => {
    const guest = TestGuest.wasix();
    expect(guest.call('sock_open', 1, 1, 0, OUT)).toBe('PERM');
    expect(guest.call('resolve', ...guest.text('localhost'), 0, OUT, 1, OTHER)).toBe('PERM');
  });

  it('is refused where nobody listens, and asks to come again where nobody has connected', () => {
    const guest = made();
    const fd = socket(guest);
    expect(guest.call('sock_connect', fd, address(guest, '127.0.0.1', 9))).toBe('CONNREFUSED');
    const { listener } = connected(guest);
    expect(guest.call('fd_fdstat_set_flags', listener, 4)).toBe('SUCCESS');
    expect(guest.call('sock_accept_v2', listener, 0, OUT, OTHER)).toBe('AGAIN');
    expect(guest.call('sock_accept_v2', listener, 1, OUT, OTHER)).toBe('INVAL');
    const client = socket(guest);
    expect(guest.call('sock_connect', client, address(guest, '127.0.0.1', 80))).toBe('SUCCESS');
    expect(guest.call('sock_accept_v2', listener, 0, OUT, OTHER)).toBe('SUCCESS');
    expect(guest.read(guest.u32(OUT))).toBe('errno AGAIN');
  });

  it('has states that are told', () => {
    const guest = made();
    const { client, listener } = connected(guest);
    const status = (fd: number) => [guest.call('sock_status', fd, OUT), guest.bytes[OUT]];
    expect([status(socket(guest)), status(client), status(listener)]).toEqual([
      ['SUCCESS', 0],
      ['SUCCESS', 1],
      ['SUCCESS', 1],
    ]);
    expect(guest.call('sock_shutdown', client, 3)).toBe('SUCCESS');
    expect(status(client)).toEqual(['SUCCESS', 2]);
  });
});

describe('what is sent', () => {
  it('is received from a stream, and one call alone may be told not to wait', () => {
    const guest = made();
    const { client, server } = connected(guest);
    expect(guest.call('sock_send', client, ...buffer(guest, 'hello'), 1, OUT)).toBe('SUCCESS');
    expect(guest.call('sock_recv', server, ...buffer(guest, 3), 1, 0x320, 0x324)).toBe('SUCCESS');
    expect(received(guest)).toBe('hel');
    expect(guest.call('sock_recv_from', server, ...buffer(guest, 9), 0, 0x320, 0x324, OTHER)).toBe('SUCCESS');
    expect(received(guest)).toBe('hello');
    expect(guest.call('sock_recv', server, ...buffer(guest, 9), 8, 0x320, 0x324)).toBe('AGAIN');
    expect(guest.call('sock_recv', server, ...buffer(guest, 9), 16, 0x320, 0x324)).toBe('INVAL');
    expect(guest.call('sock_send', client, ...buffer(guest, 'x'), 2, OUT)).toBe('INVAL');
    expect(guest.call('fd_close', client)).toBe('SUCCESS');
    expect(guest.read(server)).toBe('');
  });

  it('as a message has a sender, and is cut where there is too little room', () => {
    const guest = made();
    const [one, other] = [socket(guest, 2), socket(guest, 2)];
    expect(guest.call('sock_bind', one, address(guest, '127.0.0.1', 53))).toBe('SUCCESS');
    expect(guest.call('sock_bind', other, address(guest, '127.0.0.1', 54))).toBe('SUCCESS');
    const to = address(guest, '127.0.0.1', 53);
    expect(guest.call('sock_send_to', other, ...buffer(guest, 'message'), 0, to, OUT)).toBe('SUCCESS');
    expect(guest.u32(OUT)).toBe(7);
    guest.bytes.fill(0xee, OTHER, OTHER + 64);
    expect(guest.call('sock_recv_from', one, ...buffer(guest, 4), 0, 0x320, 0x324, OTHER)).toBe('SUCCESS');
    expect([received(guest), guest.bytes[0x324], told(guest, OTHER)]).toEqual(['mess', 1, [1, 0, 54, 0, 127, 0, 0, 1]]);
  });

  it('may be a part of a file', () => {
    const guest = made({ preopens: { '/': memoryDirectory({ f: '0123456789' }) } });
    const { client, server } = connected(guest);
    const file = guest.open('f', { base: RIGHTS.fd_read | RIGHTS.fd_seek }) as number;
    const sent = (offset: bigint, count: bigint) => [
      guest.call('sock_send_file', client, file, offset, count, OUT),
      guest.u64(OUT),
    ];
    expect(sent(3n, 4n)).toEqual(['SUCCESS', 4n]);
    expect(sent(8n, 1n << 40n)).toEqual(['SUCCESS', 2n]);
    expect(sent(99n, 5n)).toEqual(['SUCCESS', 0n]);
    expect(guest.read(server)).toBe('345689');
    expect(guest.call('sock_send_file', file, client, 0n, 1n, OUT)).toBe('NOTSOCK');
  });

  it('goes from one socket of a pair to the other, to its end', () => {
    const guest = made();
    expect(guest.call('sock_pair', 3, 1, 0, OUT, OUT + 4)).toBe('SUCCESS');
    const [one, other] = [guest.u32(OUT), guest.u32(OUT + 4)];
    expect(guest.call('sock_send', one, ...buffer(guest, 'ping'), 0, 0x320)).toBe('SUCCESS');
    expect(guest.call('sock_recv', other, ...buffer(guest, 9), 1, 0x320, 0x324)).toBe('SUCCESS');
    expect([received(guest), guest.read(other), guest.write(other, 'pong'), guest.read(one)]).toEqual([
      'ping',
      'ping',
      4,
      'pong',
    ]);
    expect(guest.call('sock_shutdown', one, 2)).toBe('SUCCESS');
    expect(guest.read(other)).toBe('');
    expect(guest.write(other, 'late')).toBe(4);
    expect(guest.read(one)).toBe('late');
    expect(guest.call('sock_send', one, ...buffer(guest, 'x'), 0, 0x320)).toBe('PIPE');
    expect(guest.write(one, 'written behind the end')).toBe('PIPE');
    expect(guest.read(other)).toBe('');
    expect(guest.call('sock_shutdown', one, 1)).toBe('SUCCESS');
    expect(guest.read(one)).toBe('');
    expect(guest.write(other, 'x')).toBe('PIPE');
    expect(guest.call('sock_pair', 3, 2, 0, OUT, OUT + 4)).toBe('NOTSUP');
  });
});

describe('options', () => {
  it('are set and told by their kinds', () => {
    const guest = made();
    const fd = socket(guest);
    expect(guest.call('sock_set_opt_flag', fd, 3, 1)).toBe('SUCCESS');
    expect([guest.call('sock_get_opt_flag', fd, 3, OUT), guest.bytes[OUT]]).toEqual(['SUCCESS', 1]);
    expect([guest.call('sock_get_opt_flag', fd, 10, OUT), guest.bytes[OUT]]).toEqual(['SUCCESS', 0]);
    expect(guest.call('sock_set_opt_size', fd, 23, 99n)).toBe('SUCCESS');
    expect([guest.call('sock_get_opt_size', fd, 23, OUT), guest.u64(OUT)]).toEqual(['SUCCESS', 99n]);
    expect([25, 26, 11].map((option) => [guest.call('sock_get_opt_size', fd, option, OUT), guest.u64(OUT)])).toEqual([
      ['SUCCESS', 1n],
      ['SUCCESS', 6n],
      ['SUCCESS', 0n],
    ]);
    guest.setU64(OTHER, 1n);
    guest.setU64(OTHER + 8, 5_000_000n);
    expect(guest.call('sock_set_opt_time', fd, 19, OTHER)).toBe('SUCCESS');
    expect([guest.call('sock_get_opt_time', fd, 19, OUT), guest.u64(OUT), guest.u64(OUT + 8)]).toEqual([
      'SUCCESS',
      1n,
      5_000_000n,
    ]);
    expect([guest.call('sock_get_opt_time', fd, 21, OUT), guest.u64(OUT), guest.u64(OUT + 8)]).toEqual([
      'SUCCESS',
      0n,
      0n,
    ]);
  });

  it('of another kind are INVAL, and those that can only be asked are NOTSUP', () => {
    const guest = made();
    const fd = socket(guest);
    expect(guest.call('sock_set_opt_flag', fd, 19, 1)).toBe('INVAL');
    expect(guest.call('sock_get_opt_time', fd, 3, OUT)).toBe('INVAL');
    expect(guest.call('sock_get_opt_size', fd, 255, OUT)).toBe('INVAL');
    expect(guest.call('sock_set_opt_flag', fd, 0, 1)).toBe('INVAL');
    expect(guest.call('sock_set_opt_flag', fd, 10, 1)).toBe('NOTSUP');
    expect(guest.call('sock_set_opt_size', fd, 23, -1n)).toBe('INVAL');
    expect(guest.call('sock_set_opt_flag', 0, 3, 1)).toBe('NOTSOCK');
  });

  it('a time-out ends a receiver that nobody sends to', () => {
    const guest = made();
    const { client } = connected(guest);
    guest.setU64(OTHER, 1n);
    guest.setU64(OTHER + 8, 5_000_000n);
    expect(guest.call('sock_set_opt_time', client, 19, OTHER)).toBe('SUCCESS');
    expect(guest.call('sock_recv', client, ...buffer(guest, 9), 0, 0x320, 0x324)).toBe('TIMEDOUT');
  });
});

it('names have addresses of 18 bytes, as many as there is room for', () => {
  const guest = made();
  guest.bytes.fill(0xee, OUT, OUT + 64);
  expect(guest.call('resolve', ...guest.text('localhost'), 0, OUT, 1, OTHER)).toBe('SUCCESS');
  expect(guest.u32(OTHER)).toBe(1);
  const [family] = guest.bytes.subarray(OUT);
  expect([1, 2]).toContain(family);
  expect(guest.bytes[OUT + 18]).toBe(0xee);
  expect(guest.call('resolve', ...guest.text('127.0.0.9'), 0, OUT, 4, OTHER)).toBe('SUCCESS');
  expect([...guest.bytes.subarray(OUT, OUT + 18)]).toEqual([1, 0, 127, 0, 0, 9, ...new Array(12).fill(0)]);
  expect(guest.call('resolve', ...guest.text('no.such.name'), 0, OUT, 4, OTHER)).toMatch(/NOENT|NOTSUP/);
});

it('groups are joined and left', () => {
  const guest = made();
  const fd = socket(guest, 2);
  guest.bytes.set([224, 0, 0, 9, 0, 0, 0, 0], OUT);
  expect(guest.call('sock_join_multicast_v4', fd, OUT, OUT + 4)).toBe('SUCCESS');
  expect(guest.call('sock_leave_multicast_v4', fd, OUT, OUT + 4)).toBe('SUCCESS');
  expect(guest.call('sock_leave_multicast_v4', fd, OUT, OUT + 4)).not.toBe('SUCCESS');
  expect(guest.call('sock_join_multicast_v6', socket(guest), OUT, 0)).toBe('INVAL');
});
