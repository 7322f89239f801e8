import { describe, expect, it } from 'vitest';
import { FDFLAGS } from '../preview1/abi.ts';
import { SOCKOPT } from './abi.ts';
import { AT, SocketGuest } from './socket-guest.suite.ts';

const VALUE = 0x400;

/** A guest with a stream socket and a datagram socket, and its options by name. */
function made() {
  const guest = new SocketGuest();
  const [stream, dgram] = [guest.socket(), guest.socket('dgram')];
  const set = (name: keyof typeof SOCKOPT, length: number, fd = stream): string =>
    guest.call('sock_setsockopt', fd, 0, SOCKOPT[name], VALUE, length);
  const get = (name: keyof typeof SOCKOPT, room: number, fd = stream): string => {
    guest.setU32(AT.length, room);
    return guest.call('sock_getsockopt', fd, 0, SOCKOPT[name], VALUE, AT.length);
  };
  const number = (name: keyof typeof SOCKOPT, fd = stream): number => {
    guest.setU32(VALUE, 0xffff_ffff);
    expect([name, get(name, 4, fd), guest.u32(AT.length)]).toEqual([name, 'SUCCESS', 4]);
    return guest.u32(VALUE);
  };
  return { guest, stream, dgram, set, get, number };
}

describe('socket options', () => {
  it.each(['reuseaddr', 'dontroute', 'broadcast', 'keepalive', 'oobinline'] as const)(
    '%s is a flag: any number but 0 sets it',
    (name) => {
      const { guest, set, number } = made();
      expect(number(name)).toBe(0);
      guest.setU32(VALUE, 7);
      expect([set(name, 4), number(name)]).toEqual(['SUCCESS', 1]);
      guest.setU32(VALUE, 0);
      expect([set(name, 4), number(name)]).toEqual(['SUCCESS', 0]);
    },
  );

  it.each(['sndbuf', 'rcvbuf', 'rcvlowat'] as const)('%s is a number that is not negative', (name) => {
    const { guest, set, number } = made();
    expect(number(name)).toBeGreaterThan(0);
    guest.setU32(VALUE, 4096);
    expect([set(name, 4), number(name)]).toEqual(['SUCCESS', 4096]);
    guest.setU32(VALUE, 0xffff_ffff);
    expect([set(name, 4), number(name)]).toEqual(['INVAL', 4096]);
  });

  it.each(['rcvtimeo', 'sndtimeo'] as const)('%s is seconds and microseconds, all zero for none', (name) => {
    const { guest, set, get } = made();
    const read = (): unknown[] => [get(name, 16), guest.u32(AT.length), guest.u64(VALUE), guest.u64(VALUE + 8)];
    expect(read()).toEqual(['SUCCESS', 16, 0n, 0n]);
    const write = (seconds: bigint, microseconds: bigint): string => {
      guest.setU64(VALUE, seconds);
      guest.setU64(VALUE + 8, microseconds);
      return set(name, 16);
    };
    expect([write(1n, 500_000n), ...read()]).toEqual(['SUCCESS', 'SUCCESS', 16, 1n, 500_000n]);
    expect([write(-1n, 0n), write(0n, -1n), write(0n, 1_000_000n)]).toEqual(['INVAL', 'INVAL', 'INVAL']);
    expect(read()).toEqual(['SUCCESS', 16, 1n, 500_000n]);
    expect(write(2n ** 63n - 1n, 0n)).toBe('SUCCESS');
    expect([write(0n, 0n), ...read()]).toEqual(['SUCCESS', 'SUCCESS', 16, 0n, 0n]);
  });

  it('linger is whether, and seconds', () => {
    const { guest, set, get } = made();
    const read = (): unknown[] => [get('linger', 8), guest.u32(AT.length), guest.u32(VALUE), guest.u32(VALUE + 4)];
    expect(read()).toEqual(['SUCCESS', 8, 0, 0]);
    const write = (on: number, seconds: number): string => {
      guest.setU32(VALUE, on);
      guest.setU32(VALUE + 4, seconds);
      return set('linger', 8);
    };
    expect([write(1, 3), ...read()]).toEqual(['SUCCESS', 'SUCCESS', 8, 1, 3]);
    expect([write(1, 0), ...read()]).toEqual(['SUCCESS', 'SUCCESS', 8, 1, 0]);
    expect(write(1, 0xffff_ffff)).toBe('INVAL');
    expect([write(0, 9), ...read()]).toEqual(['SUCCESS', 'SUCCESS', 8, 0, 0]);
  });

  it('type, error and acceptconn are asked and cannot be set', () => {
    const { guest, stream, dgram, set, number } = made();
    expect([number('type'), number('type', dgram), number('error'), number('acceptconn')]).toEqual([2, 1, 0, 0]);
    guest.bind(stream, '127.0.0.1', 80);
    guest.call('sock_listen', stream, 1);
    expect(number('acceptconn')).toBe(1);
    for (const name of ['type', 'error', 'acceptconn'] as const) expect(set(name, 4)).toBe('NOPROTOOPT');
  });

  it('an unknown level or option, a value that is too short and room that is too small are INVAL', () => {
    const { guest, stream, set, get } = made();
    guest.setU32(AT.length, 4);
    const other = (level: number, name: number) => [
      guest.call('sock_setsockopt', stream, level, name, VALUE, 4),
      guest.call('sock_getsockopt', stream, level, name, VALUE, AT.length),
    ];
    for (const [level, name] of [
      [1, 0],
      [0, 15],
      [0xffff, 0],
      [0, 0xffff_ffff],
    ]) {
      expect(other(level as number, name as number)).toEqual(['INVAL', 'INVAL']);
    }
    expect([set('reuseaddr', 3), set('linger', 7), set('rcvtimeo', 15)]).toEqual(['INVAL', 'INVAL', 'INVAL']);
    expect([get('reuseaddr', 3), get('linger', 4), get('rcvtimeo', 8)]).toEqual(['INVAL', 'INVAL', 'INVAL']);
    expect([get('reuseaddr', 400), guest.u32(AT.length)]).toEqual(['SUCCESS', 4]);
    expect(guest.call('sock_setsockopt', 1, 0, 0, VALUE, 4)).toBe('NOTSOCK');
    expect(guest.call('sock_setsockopt', stream, 0, 0, 0xffff, 4)).toBe('FAULT');
    expect(guest.call('sock_getsockopt', stream, 0, 0, 0xffff, AT.length)).toBe('FAULT');
  });

  it('a time limit ends a wait that has brought nothing', () => {
    const { guest, set } = made();
    const { client } = guest.connected();
    guest.setU64(VALUE, 0n);
    guest.setU64(VALUE + 8, 1000n);
    expect(set('rcvtimeo', 16, client)).toBe('SUCCESS');
    expect(guest.read(client)).toBe('errno TIMEDOUT');
    guest.call('fd_fdstat_set_flags', client, FDFLAGS.nonblock);
    expect(guest.read(client)).toBe('errno AGAIN');
  });
});

describe('the device of a socket', () => {
  it('is none, or lo: told with its NUL, and set by either function', () => {
    const { guest, stream, set, get } = made();
    const device = (): unknown[] => [
      get('bindtodevice', 16),
      guest.u32(AT.length),
      Buffer.from(guest.bytes.subarray(VALUE, VALUE + guest.u32(AT.length))).toString(),
    ];
    expect(device()).toEqual(['SUCCESS', 0, '']);
    guest.text('lo', VALUE);
    expect([set('bindtodevice', 2), ...device()]).toEqual(['SUCCESS', 'SUCCESS', 3, 'lo\0']);
    expect(get('bindtodevice', 2)).toBe('INVAL');
    expect([set('bindtodevice', 0), ...device()]).toEqual(['SUCCESS', 'SUCCESS', 0, '']);
    expect(guest.call('sock_bind_device', stream, ...guest.text('lo'))).toBe('SUCCESS');
    expect(device()).toEqual(['SUCCESS', 3, 'lo\0']);
    for (const [name, errno] of [
      ['eth0', 'NODEV'],
      ['lo2', 'NODEV'],
      ['a'.repeat(17), 'INVAL'],
      [new Uint8Array([0xff]), 'ILSEQ'],
    ] as const) {
      expect([name, guest.call('sock_bind_device', stream, ...guest.text(name))]).toEqual([name, errno]);
    }
    expect(device()).toEqual(['SUCCESS', 3, 'lo\0']);
  });

  it('lo leads to the machine itself alone, whatever the network would allow', () => {
    const { guest, stream, dgram } = made();
    for (const fd of [stream, dgram]) guest.call('sock_bind_device', fd, ...guest.text('lo'));
    expect(guest.connect(stream, '8.8.8.8', 53)).toBe('NETUNREACH');
    const send = (address: string) =>
      guest.call('sock_send_to', dgram, ...guest.sending('x'), guest.address(address), 9, 0, AT.length);
    expect([send('10.0.0.1'), send('127.0.0.1'), send('127.1.2.3')]).toEqual(['NETUNREACH', 'SUCCESS', 'SUCCESS']);
    const v6 = guest.socket('stream', 'inet6');
    guest.call('sock_bind_device', v6, ...guest.text('lo'));
    expect(['2001:db8::1', '::2', '::ffff:8.8.8.8'].map((one) => guest.connect(v6, one, 53))).toEqual([
      'NETUNREACH',
      'NETUNREACH',
      'NETUNREACH',
    ]);
    expect(guest.connect(v6, '::1', 53)).toBe('CONNREFUSED');
  });
});
