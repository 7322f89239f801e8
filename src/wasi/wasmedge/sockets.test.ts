import { describe, expect, it } from 'vitest';
import { TestGuest } from '../guest.suite.ts';
import { memoryDirectory } from '../hosts/memory.ts';
import { FDFLAGS, RIFLAGS, SDFLAGS } from '../preview1/abi.ts';
import { AT, SocketGuest } from './socket-guest.suite.ts';

describe('making sockets', () => {
  it('gives stream and datagram sockets of both families, as the lowest free descriptors', () => {
    const guest = new SocketGuest({ preopens: { '/': memoryDirectory() } });
    expect([guest.socket('stream'), guest.socket('dgram'), guest.socket('stream', 'inet6')]).toEqual([4, 5, 6]);
    const types = [4, 5, 6].map((fd) => [
      guest.call('fd_fdstat_get', fd, 0x300),
      guest.bytes[0x300],
      guest.bytes[0x302],
    ]);
    expect(types).toEqual([
      ['SUCCESS', 6, 0],
      ['SUCCESS', 5, 0],
      ['SUCCESS', 6, 0],
    ]);
    expect([guest.call('fd_close', 4), guest.socket('dgram', 'inet6')]).toEqual(['SUCCESS', 4]);
  });

  it('refuses what there is not, each with its errno', () => {
    const guest = new SocketGuest();
    const opened = (family: number, type: number, at: number = AT.fd) => guest.call('sock_open', family, type, at);
    expect([opened(0, 2), opened(3, 2), opened(4, 2), opened(257, 2)]).toEqual([
      'AFNOSUPPORT',
      'NOSYS',
      'INVAL',
      'INVAL',
    ]);
    expect([opened(1, 0), opened(1, 3), opened(1, 258), opened(1, 2, 0xfffd)]).toEqual([
      'INVAL',
      'INVAL',
      'INVAL',
      'FAULT',
    ]);
    expect(new TestGuest().call('sock_open', 1, 2, AT.fd)).toBe('ACCES');
  });

  it('ends with MFILE when the table of descriptors is full', () => {
    const guest = new SocketGuest({ limits: { handles: 4 } });
    expect([guest.socket(), guest.call('sock_open', 1, 2, AT.fd)]).toEqual([3, 'MFILE']);
  });
});

describe('a server and its client', () => {
  it.each([
    ['127.0.0.1', 4],
    ['::1', 6],
  ])('at %s know each other by address, and talk with the functions of either interface', (address, type) => {
    const guest = new SocketGuest();
    const { listener, server, client } = guest.connected(address);
    guest.room(16);
    expect(guest.call('sock_getlocaladdr', listener, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    const own = type === 4 ? [127, 0, 0, 1] : [...new Array(15).fill(0), 1];
    expect([guest.octets(0, own.length), guest.u32(AT.type), guest.u32(AT.port)]).toEqual([own, type, 80]);
    expect(guest.call('sock_getlocaladdr', client, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    const port = guest.u32(AT.port);
    expect(guest.call('sock_getpeeraddr', server, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    expect([guest.octets(0, own.length), guest.u32(AT.port)]).toEqual([own, port]);
    expect(guest.call('sock_send', client, ...guest.sending('ping'), 0, AT.length)).toBe('SUCCESS');
    expect(guest.call('sock_recv', server, ...guest.buffer(100), 0, AT.length, AT.flags)).toBe('SUCCESS');
    expect([guest.received(), guest.write(server, 'pong'), guest.read(client)]).toEqual(['ping', 4, 'pong']);
    expect([guest.call('sock_shutdown', client, SDFLAGS.wr), guest.read(server)]).toEqual(['SUCCESS', '']);
    expect([guest.call('fd_close', server), guest.read(client)]).toEqual(['SUCCESS', '']);
  });

  it('tell a port of 0 once it is bound, and one that was not bound as nothing', () => {
    const guest = new SocketGuest();
    const fd = guest.socket();
    guest.room(16);
    expect(guest.call('sock_getlocaladdr', fd, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    expect([guest.octets(0, 4), guest.u32(AT.port)]).toEqual([[0, 0, 0, 0], 0]);
    expect(guest.bind(fd, '127.0.0.1', 0)).toBe('SUCCESS');
    guest.room(16);
    expect(guest.call('sock_getlocaladdr', fd, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    expect(guest.u32(AT.port)).toBeGreaterThan(0);
    expect(guest.call('sock_getpeeraddr', fd, AT.address, AT.type, AT.port)).toBe('NOTCONN');
  });

  it('meet the errors of what is not there, taken, or done before', () => {
    const guest = new SocketGuest();
    const { listener, client } = guest.connected();
    const other = guest.socket();
    expect(guest.bind(other, '127.0.0.1', 80)).toBe('SUCCESS');
    expect(guest.call('sock_listen', other, 1)).toBe('ADDRINUSE');
    expect(guest.connect(client, '127.0.0.1', 80)).toBe('ISCONN');
    expect(guest.connect(guest.socket(), '127.0.0.1', 81)).toBe('CONNREFUSED');
    expect(guest.connect(guest.socket(), '::1', 80)).toBe('AFNOSUPPORT');
    expect(guest.bind(listener, '127.0.0.1', 9)).toBe('INVAL');
    expect(guest.call('sock_accept', client, AT.fd)).toBe('INVAL');
    expect(guest.call('sock_shutdown', guest.socket(), 3)).toBe('NOTCONN');
    expect(guest.connect(1, '127.0.0.1', 80)).toBe('NOTSOCK');
    expect(guest.connect(77, '127.0.0.1', 80)).toBe('BADF');
    expect(guest.bind(guest.socket(), '127.0.0.1', 65_536)).toBe('INVAL');
  });

  it('do not wait when they shall not: AGAIN for what has not come, INPROGRESS for a connection', () => {
    const guest = new SocketGuest();
    const listener = guest.socket();
    guest.bind(listener, '127.0.0.1', 80);
    guest.call('sock_listen', listener, 5);
    guest.call('fd_fdstat_set_flags', listener, FDFLAGS.nonblock);
    expect(guest.call('sock_accept', listener, AT.fd)).toBe('AGAIN');
    const client = guest.socket();
    guest.call('fd_fdstat_set_flags', client, FDFLAGS.nonblock);
    expect(guest.connect(client, '127.0.0.1', 80)).toBe('INPROGRESS');
    expect(guest.call('sock_accept', listener, AT.fd)).toBe('SUCCESS');
    const server = guest.u32(AT.fd);
    expect([guest.call('fd_fdstat_get', server, 0x300), guest.bytes[0x302]]).toEqual(['SUCCESS', 0]);
    guest.setU32(AT.length, 4);
    expect(guest.call('sock_getsockopt', client, 0, 2, AT.port, AT.length)).toBe('SUCCESS');
    expect(guest.u32(AT.port)).toBe(0);
    expect([guest.connect(client, '127.0.0.1', 80), guest.read(client)]).toEqual(['ISCONN', 'errno AGAIN']);
  });

  it('park the guest thread in mode async until a connection or bytes come', async () => {
    const guest = new SocketGuest({ mode: 'async' });
    const listener = guest.socket();
    expect(await guest.later('sock_bind', listener, guest.address('127.0.0.1'), 80)).toBe('SUCCESS');
    expect(await guest.later('sock_listen', listener, 5)).toBe('SUCCESS');
    const accepting = guest.later('sock_accept', listener, AT.fd);
    expect(accepting).toBeInstanceOf(Promise);
    const client = guest.raw('sock_open', 1, 2, 0x200) === 0 ? guest.u32(0x200) : -1;
    expect(await guest.connect(client, '127.0.0.1', 80)).toBe('SUCCESS');
    expect(await accepting).toBe('SUCCESS');
    const receiving = guest.later('sock_recv', client, ...guest.buffer(10), 0, AT.length, AT.flags);
    expect(guest.write(guest.u32(AT.fd), 'late')).toBe(4);
    guest.buffer(10);
    expect([await receiving, guest.received()]).toEqual(['SUCCESS', 'late']);
  });
});

describe('addresses in memory', () => {
  it('are taken in all three lengths by every function that takes one', () => {
    const guest = new SocketGuest();
    const bind = (family: 'inet4' | 'inet6', text: string, storage: boolean): string =>
      guest.call('sock_bind', guest.socket('stream', family), guest.address(text, storage), 0);
    expect([bind('inet4', '127.0.0.1', false), bind('inet6', '::1', false)]).toEqual(['SUCCESS', 'SUCCESS']);
    expect([bind('inet4', '127.0.0.1', true), bind('inet6', '::1', true)]).toEqual(['SUCCESS', 'SUCCESS']);
    expect([bind('inet6', '127.0.0.1', false), bind('inet4', '::1', true)]).toEqual(['AFNOSUPPORT', 'AFNOSUPPORT']);
  });

  it('are refused in other lengths, with other families, and outside of memory', () => {
    const guest = new SocketGuest();
    const fd = guest.socket();
    const bind = () => guest.call('sock_bind', fd, AT.address, 0);
    for (const length of [0, 1, 3, 5, 8, 15, 17, 127, 129, 0x1000]) {
      guest.room(length);
      expect([length, bind()]).toEqual([length, 'INVAL']);
    }
    guest.address('127.0.0.1', true);
    const [family] = [guest.u32(AT.address)];
    for (const [value, errno] of [
      [3, 'AFNOSUPPORT'],
      [0, 'INVAL'],
      [4, 'INVAL'],
      [0x101, 'INVAL'],
    ] as const) {
      guest.bytes[family] = value & 0xff;
      guest.bytes[family + 1] = value >> 8;
      expect([value, bind()]).toEqual([value, errno]);
    }
    guest.setU32(AT.address, 0xfffd);
    guest.setU32(AT.address + 4, 4);
    expect(bind()).toBe('FAULT');
    expect(guest.call('sock_bind', fd, 0xfff9, 0)).toBe('FAULT');
  });

  it('are told by the second version in a storage of 128 bytes alone, with the family', () => {
    const guest = new SocketGuest();
    for (const [address, family, octets] of [
      ['127.0.0.1', 1, [127, 0, 0, 1]],
      ['::1', 2, [...new Array(15).fill(0), 1]],
    ] as const) {
      const { server } = guest.connected(address, 80);
      for (const name of ['sock_getlocaladdr', 'sock_getlocaladdr_v2']) {
        guest.room(128);
        guest.bytes.fill(0xff, 0x180, 0x200);
        expect(guest.call(name, server, AT.address, AT.port)).toBe('SUCCESS');
        const expected = [family, 0, ...octets, ...new Array(126 - octets.length).fill(0)];
        expect([guest.octets(0, 128), guest.u32(AT.port)]).toEqual([expected, 80]);
      }
      guest.room(128);
      expect(guest.call('sock_getpeeraddr', server, AT.address, AT.port)).toBe('SUCCESS');
      for (const length of [4, 16]) {
        guest.room(length);
        expect(guest.call('sock_getpeeraddr', server, AT.address, AT.port)).toBe('INVAL');
      }
    }
  });

  it('of IPv6 do not fit 4 bytes, and nothing is written then', () => {
    const guest = new SocketGuest();
    const { client } = guest.connected('::1');
    guest.room(4);
    const before = guest.bytes.slice();
    expect(guest.call('sock_getpeeraddr', client, AT.address, AT.type, AT.port)).toBe('INVAL');
    expect(Buffer.compare(before, guest.bytes)).toBe(0);
    guest.room(128);
    expect(guest.call('sock_getpeeraddr', client, AT.address, AT.type, AT.port)).toBe('SUCCESS');
    expect([guest.octets(0, 3), guest.u32(AT.type)]).toEqual([[2, 0, 0], 6]);
  });
});

describe('messages', () => {
  /** Two datagram sockets at ports 1000 and 1001. */
  function pair(address = '127.0.0.1') {
    const guest = new SocketGuest();
    const family = address.includes(':') ? 'inet6' : 'inet4';
    const [one, other] = [guest.socket('dgram', family), guest.socket('dgram', family)];
    expect([guest.bind(one, address, 1000), guest.bind(other, address, 1001)]).toEqual(['SUCCESS', 'SUCCESS']);
    const send = (text: string, port: number, storage = false): string => {
      const iovs = guest.sending(text);
      return guest.call('sock_send_to', one, ...iovs, guest.address(address, storage), port, 0, AT.length);
    };
    return { guest, one, other, send };
  }

  it.each([
    ['127.0.0.1', 1, [127, 0, 0, 1]],
    ['::1', 2, [...new Array(15).fill(0), 1]],
  ] as const)('go to an address and say whence they come, in both versions, at %s', (address, family, octets) => {
    const { guest, other, send } = pair(address);
    expect([send('first', 1001), guest.u32(AT.length)]).toEqual(['SUCCESS', 5]);
    guest.room(16);
    const v1 = guest.call('sock_recv_from', other, ...guest.buffer(100), AT.address, 0, AT.length, AT.flags);
    expect([v1, guest.received(), guest.octets(0, octets.length)]).toEqual(['SUCCESS', 'first', octets]);
    for (const name of ['sock_recv_from', 'sock_recv_from_v2']) {
      expect(send('second', 1001, true)).toBe('SUCCESS');
      guest.room(128);
      guest.setU32(AT.port, 0);
      const iovs = guest.buffer(100);
      const v2 = guest.call(name, other, ...iovs, AT.address, 0, AT.port, AT.length, AT.flags);
      expect([v2, guest.received(), guest.u32(AT.port)]).toEqual(['SUCCESS', 'second', 1000]);
      expect(guest.octets(0, 2 + octets.length)).toEqual([family, 0, ...octets]);
    }
  });

  it('are cut to the room there is, and this is said; with peek they stay', () => {
    const { guest, other, send } = pair();
    send('abcdef', 1001);
    send('next', 1001);
    const receive = (length: number, flags: number) => {
      guest.room(16);
      const iovs = guest.buffer(length);
      const errno = guest.call('sock_recv_from', other, ...iovs, AT.address, flags, AT.length, AT.flags);
      return [errno, guest.received(), guest.bytes[AT.flags]];
    };
    expect(receive(3, RIFLAGS.peek)).toEqual(['SUCCESS', 'abc', 1]);
    expect(receive(3, 0)).toEqual(['SUCCESS', 'abc', 1]);
    expect(receive(4, 0)).toEqual(['SUCCESS', 'next', 0]);
  });

  it('stay when their sender does not fit the room there is for its address', () => {
    const { guest, other, send } = pair('::1');
    send('kept', 1001);
    guest.room(4);
    const iovs = guest.buffer(100);
    expect(guest.call('sock_recv_from', other, ...iovs, AT.address, 0, AT.length, AT.flags)).toBe('INVAL');
    guest.room(16);
    expect(guest.call('sock_recv_from', other, ...iovs, AT.address, 0, AT.length, AT.flags)).toBe('SUCCESS');
    expect(guest.received()).toBe('kept');
  });

  it('of a connected socket need no address; errors of size, flags and addresses', () => {
    const { guest, one, other, send } = pair();
    expect(guest.call('sock_send', one, ...guest.sending('x'), 0, AT.length)).toBe('DESTADDRREQ');
    expect(guest.connect(one, '127.0.0.1', 1001)).toBe('SUCCESS');
    expect(guest.call('sock_send', one, ...guest.sending('x'), 0, AT.length)).toBe('SUCCESS');
    expect(guest.read(other)).toBe('x');
    expect(send('x', 0)).toBe('INVAL');
    const iovs = guest.sending('x');
    const to = (address: number, flags: number) =>
      guest.call('sock_send_to', one, ...iovs, address, 1001, flags, AT.length);
    expect([to(guest.address('127.0.0.1'), 1), to(guest.address('::1'), 0), to(guest.room(3), 0)]).toEqual([
      'INVAL',
      'AFNOSUPPORT',
      'INVAL',
    ]);
    guest.call('fd_fdstat_set_flags', other, FDFLAGS.nonblock);
    guest.room(16);
    expect(guest.call('sock_recv_from', other, ...iovs, AT.address, 0, AT.length, AT.flags)).toBe('AGAIN');
    expect(guest.call('sock_recv_from', other, ...iovs, AT.address, 4, AT.length, AT.flags)).toBe('INVAL');
    expect(guest.call('sock_listen', one, 1)).not.toBe('SUCCESS');
  });

  it('of streams come with the address of the peer', () => {
    const guest = new SocketGuest();
    const { server, client } = guest.connected();
    guest.write(client, 'stream');
    guest.room(128);
    const iovs = guest.buffer(100);
    expect(guest.call('sock_recv_from', server, ...iovs, AT.address, 0, AT.port, AT.length, AT.flags)).toBe('SUCCESS');
    expect([guest.received(), guest.octets(0, 6)]).toEqual(['stream', [1, 0, 127, 0, 0, 1]]);
    const sending = guest.sending('back');
    const to = guest.address('10.0.0.1');
    expect(guest.call('sock_send_to', server, ...sending, to, 9, 0, AT.length)).toBe('SUCCESS');
    expect(guest.read(client)).toBe('back');
  });
});

describe('the second version by its own names', () => {
  it('listens, accepts with flags, connects, sends and receives', () => {
    const guest = new SocketGuest();
    const open = () => {
      expect(guest.call('sock_open_v2', 1, 2, AT.fd)).toBe('SUCCESS');
      return guest.u32(AT.fd);
    };
    const listener = open();
    expect(guest.call('sock_bind_v2', listener, guest.address('127.0.0.1', true), 80)).toBe('SUCCESS');
    expect(guest.call('sock_listen_v2', listener, 2)).toBe('SUCCESS');
    const client = open();
    expect(guest.call('sock_connect_v2', client, guest.address('127.0.0.1', true), 80)).toBe('SUCCESS');
    expect(guest.call('sock_accept_v2', listener, FDFLAGS.nonblock, AT.fd)).toBe('SUCCESS');
    const server = guest.u32(AT.fd);
    const iovs = guest.buffer(10);
    expect(guest.call('sock_recv_v2', server, ...iovs, 0, AT.length, AT.flags)).toBe('AGAIN');
    expect(guest.call('sock_send_v2', client, ...guest.sending('v2'), 0, AT.length)).toBe('SUCCESS');
    expect(guest.call('sock_recv_v2', server, ...guest.buffer(10), 0, AT.length, AT.flags)).toBe('SUCCESS');
    expect(guest.received()).toBe('v2');
    const back = guest.sending('to');
    expect(guest.call('sock_send_to_v2', server, ...back, guest.address('127.0.0.1', true), 1, 0, AT.length)).toBe(
      'SUCCESS',
    );
    guest.room(128);
    expect(guest.call('sock_getpeeraddr_v2', client, AT.address, AT.port)).toBe('SUCCESS');
    expect(guest.u32(AT.port)).toBe(80);
  });
});
