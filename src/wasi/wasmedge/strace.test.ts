import { expect, it } from 'vitest';
import { AT, SocketGuest } from './socket-guest.suite.ts';

it('shows addresses as people write them, names of families and options, and what was received', () => {
  const lines: string[] = [];
  const guest = new SocketGuest({ strace: (line) => lines.push(line) });
  const { server, client } = guest.connected('::1', 443);
  guest.call('sock_send', client, ...guest.sending('ping'), 0, AT.length);
  guest.room(128);
  guest.call('sock_recv_from', server, ...guest.buffer(9), AT.address, 0, AT.port, AT.length, AT.flags);
  guest.room(16);
  guest.call('sock_getpeeraddr', client, AT.address, AT.type, AT.port);
  guest.room(128);
  guest.call('sock_getpeeraddr_v2', client, AT.address, AT.port);
  const dgram = guest.socket('dgram');
  guest.call('sock_setsockopt', dgram, 0, 4, 0x400, 4);
  guest.call('sock_setsockopt', dgram, 0, 99, 0x400, 4);
  guest.call('sock_send_to', dgram, ...guest.sending('message'), guest.address('127.0.0.1'), 9, 0, AT.length);
  guest.call('sock_bind', dgram, 0xffff, 9);
  guest.call('sock_lookup_ip', ...guest.text('localhost'), 1, 0x400, 64, AT.length);
  guest.call('sock_getaddrinfo', ...guest.text('x'), 0, 0, 0, 0x400, 0, AT.length);
  expect(lines).toEqual([
    'sock_open(af=inet6, type=stream, opened=0x100) = SUCCESS opened:3',
    'sock_bind(fd=3, addr=[::1]:443) = SUCCESS',
    'sock_listen(fd=3, backlog=5) = SUCCESS',
    'sock_open(af=inet6, type=stream, opened=0x100) = SUCCESS opened:4',
    'sock_connect(fd=4, addr=[::1]:443) = SUCCESS',
    'sock_accept(fd=3, connection=0x100) = SUCCESS connection:5',
    'sock_send(fd=4, si_data=["ping"], si_flags=0x0, datalen=0x120) = SUCCESS datalen:4',
    'sock_recv_from(fd=5, ri_data=[9], addr=0x140, ri_flags=0, port=0x12c, datalen=0x120, roflags=0x124) = SUCCESS port:49152 datalen:4 roflags:0 data:["ping"]',
    'sock_getpeeraddr(fd=4, addr=0x140, type=0x128, port=0x12c) = SUCCESS type:6 port:443 addr:::1',
    'sock_getpeeraddr_v2(fd=4, addr=0x140, port=0x12c) = SUCCESS port:443 addr:::1',
    'sock_open(af=inet4, type=dgram, opened=0x100) = SUCCESS opened:6',
    'sock_setsockopt(fd=6, level=socket, name=broadcast, value=0x400, value_len=4) = SUCCESS',
    'sock_setsockopt(fd=6, level=socket, name=99, value=0x400, value_len=4) = INVAL',
    'sock_send_to(fd=6, si_data=["message"], addr=127.0.0.1:9, si_flags=0, datalen=0x120) = SUCCESS datalen:7',
    'sock_bind(fd=6, addr=0xffff:9) = FAULT',
    'sock_lookup_ip(host="localhost", af=inet4, buf=0x400, buf_len=64, count=0x120) = SUCCESS count:1 addresses:1 of "localhost"',
    'sock_getaddrinfo(node="x", service="", hints=0x0, res=0x400, max_len=0, len=0x120) = AIMEMORY',
  ]);
});
