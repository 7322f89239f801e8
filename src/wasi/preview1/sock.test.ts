import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../syntax/utf8.ts';
import { TestGuest } from '../guest.suite.ts';
import { errnoName } from '../host/errno.ts';
import { errnoOf } from '../host/filesystem.suite.ts';
import { receive } from '../host/network.suite.ts';
import type { Connection } from '../host/network.ts';
import { LoopbackNetwork, memoryDirectory } from '../hosts/memory.ts';
import { FDFLAGS, RIFLAGS, RIGHTS } from './abi.ts';

/** A guest with a directory at 3, a listener at 4, and the network that it hangs on. */
function makeGuest(mode: 'async' | 'sync' = 'async') {
  const network = new LoopbackNetwork();
  const listener = network.listen({ address: '127.0.0.1', port: 80 });
  const guest = new TestGuest({ mode, preopens: { '/': memoryDirectory({ a: '' }) }, listeners: [listener] });
  const call = async (name: string, ...args: (number | bigint)[]): Promise<string> =>
    errnoName((await guest.raw(name, ...args)) as number);
  const connect = (): Connection => network.connect({ address: '127.0.0.1', port: 80 });
  const iovec = (at: number, length: number): void => {
    guest.setU32(0x200, at);
    guest.setU32(0x204, length);
  };
  return { guest, call, connect, iovec };
}

async function accepted() {
  const made = makeGuest();
  const client = made.connect();
  expect(await made.call('sock_accept', 4, 0, 0x100)).toBe('SUCCESS');
  const fd = made.guest.u32(0x100);
  expect(fd).toBe(5);
  return { ...made, client, fd };
}

describe('sockets of a guest', () => {
  it('there are none that were not given', () => {
    const guest = new TestGuest({ preopens: { '/': memoryDirectory() } });
    for (const fd of [0, 1, 2, 3]) {
      expect(guest.call('sock_accept', fd, 0, 0x100)).toBe('NOTSOCK');
      expect(guest.call('sock_recv', fd, 0x200, 0, 0, 0x300, 0x304)).toBe('NOTSOCK');
      expect(guest.call('sock_send', fd, 0x200, 0, 0, 0x300)).toBe('NOTSOCK');
      expect(guest.call('sock_shutdown', fd, 3)).toBe('NOTSOCK');
    }
    expect(guest.call('sock_accept', 4, 0, 0x100)).toBe('BADF');
  });

  it('a listener comes behind the directories, and is a socket with nothing to read or write', async () => {
    const { guest, call } = makeGuest();
    expect([await call('fd_prestat_get', 3, 0x300), await call('fd_prestat_get', 4, 0x300)]).toEqual([
      'SUCCESS',
      'BADF',
    ]);
    expect(await call('fd_fdstat_get', 4, 0x300)).toBe('SUCCESS');
    expect([guest.bytes[0x300], guest.u64(0x308) & RIGHTS.sock_accept]).toEqual([6, RIGHTS.sock_accept]);
    expect([guest.read(4), guest.write(4, 'x')]).toEqual(['errno BADF', 'BADF']);
    expect(await call('sock_recv', 4, 0x200, 0, 0, 0x300, 0x304)).toBe('NOTCONN');
    expect(await call('sock_shutdown', 4, 1)).toBe('NOTCONN');
    expect(await call('fd_filestat_set_size', 4, 0n)).toBe('INVAL');
    expect(await call('fd_seek', 4, 0n, 0, 0x300)).toBe('SPIPE');
    expect(await call('fd_filestat_get', 4, 0x300)).toBe('SUCCESS');
    expect(guest.bytes[0x310]).toBe(6);
    expect(guest.open('x', { fd: 4 })).toBe('NOTDIR');
  });

  it('accepting waits for a connection, or returns AGAIN', async () => {
    const { guest, call, connect } = makeGuest();
    const answer = call('sock_accept', 4, FDFLAGS.nonblock, 0x100);
    connect();
    expect(await answer).toBe('SUCCESS');
    expect(await call('fd_fdstat_get', 5, 0x300)).toBe('SUCCESS');
    expect([guest.bytes[0x300], guest.bytes[0x302]]).toEqual([6, FDFLAGS.nonblock]);
    expect(guest.u64(0x308) & RIGHTS.sock_accept).toBe(0n);
    await call('fd_fdstat_set_flags', 4, FDFLAGS.nonblock);
    expect(await call('sock_accept', 4, 0, 0x100)).toBe('AGAIN');
    expect(await call('sock_accept', 5, 0, 0x100)).toBe('INVAL');
    expect(await call('sock_accept', 4, FDFLAGS.append, 0x100)).toBe('INVAL');
    expect(await call('sock_accept', 4, 0, 0xffff)).toBe('FAULT');
    expect(makeGuest('sync').guest.call('sock_accept', 4, 0, 0x100)).toBe('NOTSUP');
  });

  it('a connection is read and written by either family of functions', async () => {
    const { guest, call, client, fd, iovec } = await accepted();
    client.write(encodeUtf8('hello'));
    iovec(0x8000, 3);
    expect(await call('sock_recv', fd, 0x200, 1, 0, 0x300, 0x304)).toBe('SUCCESS');
    expect([guest.u32(0x300), decodeUtf8(guest.bytes, 0x8000, 0x8003)]).toEqual([3, 'hel']);
    expect(guest.read(fd)).toBe('lo');
    expect(guest.write(fd, 'one')).toBe(3);
    const [at, length] = guest.text('two');
    iovec(at, length);
    expect(await call('sock_send', fd, 0x200, 1, 0, 0x300)).toBe('SUCCESS');
    expect(await receive(client)).toBe('onetwo');
    expect(await call('sock_send', fd, 0x200, 1, 1, 0x300)).toBe('INVAL');
    expect(await call('sock_recv', fd, 0x200, 1, 4, 0x300, 0x304)).toBe('INVAL');
  });

  it('peek leaves the bytes, waitall waits for as many as there is room for, or the end', async () => {
    const { guest, call, client, fd, iovec } = await accepted();
    client.write(encodeUtf8('abc'));
    guest.setU32(0x208, 0x8100);
    guest.setU32(0x20c, 4);
    iovec(0x8000, 2);
    expect(await call('sock_recv', fd, 0x200, 2, RIFLAGS.peek, 0x300, 0x304)).toBe('SUCCESS');
    expect([guest.u32(0x300), guest.bytes[0x8001], guest.bytes[0x8100]]).toEqual([3, 98, 99]);
    const all = call('sock_recv', fd, 0x200, 2, RIFLAGS.waitall, 0x300, 0x304);
    client.write(encodeUtf8('de'));
    await Promise.resolve();
    client.write(encodeUtf8('fgh'));
    expect(await all).toBe('SUCCESS');
    expect([guest.u32(0x300), decodeUtf8(guest.bytes, 0x8100, 0x8104)]).toEqual([6, 'cdef']);
    const rest = call('sock_recv', fd, 0x200, 2, RIFLAGS.waitall, 0x300, 0x304);
    client.shutdown({ read: false, write: true });
    expect([await rest, guest.u32(0x300)]).toEqual(['SUCCESS', 2]);
    expect([await call('sock_recv', fd, 0x200, 2, 0, 0x300, 0x304), guest.u32(0x300)]).toEqual(['SUCCESS', 0]);
  });

  it('shutdown ends directions, also twice; after it a send returns PIPE, and close tells the other side', async () => {
    const { guest, call, client, fd } = await accepted();
    expect([await call('sock_shutdown', fd, 0), await call('sock_shutdown', fd, 4)]).toEqual(['INVAL', 'INVAL']);
    for (let i = 0; i < 2; i++) expect(await call('sock_shutdown', fd, 2)).toBe('SUCCESS');
    expect(guest.write(fd, 'x')).toBe('PIPE');
    expect(await receive(client)).toBe('');
    client.write(encodeUtf8('late'));
    expect(guest.read(fd)).toBe('late');
    expect(await call('fd_close', fd)).toBe('SUCCESS');
    expect(errnoOf(() => client.write(encodeUtf8('x')))).toBe('PIPE');
    expect(await call('sock_shutdown', fd, 2)).toBe('BADF');
  });

  it('polls tell connections that come, bytes that come, and the end', async () => {
    const { guest, call, connect } = makeGuest();
    const subscribe = (fd: number, type: number): void => {
      guest.bytes.fill(0, 0x400, 0x430);
      guest.bytes[0x408] = type;
      guest.setU32(0x410, fd);
    };
    const poll = async (): Promise<unknown[]> => {
      expect(await call('poll_oneoff', 0x400, 0x500, 1, 0x300)).toBe('SUCCESS');
      const error = guest.bytes[0x508] as number;
      return [errnoName(error), guest.u64(0x510), guest.bytes[0x518]];
    };
    subscribe(4, 1);
    const coming = poll();
    const client = connect();
    expect(await coming).toEqual(['SUCCESS', 0n, 0]);
    expect(await call('sock_accept', 4, 0, 0x100)).toBe('SUCCESS');
    subscribe(5, 2);
    expect(await poll()).toEqual(['SUCCESS', 0n, 0]);
    subscribe(5, 1);
    const bytes = poll();
    client.write(encodeUtf8('abc'));
    expect(await bytes).toEqual(['SUCCESS', 3n, 0]);
    guest.read(5);
    client.close();
    expect(await poll()).toEqual(['SUCCESS', 0n, 1]);
    subscribe(4, 2);
    expect((await poll())[0]).toBe('BADF');
  });

  it('rights of a listener are passed on and only shrink', async () => {
    const { call, connect, guest } = makeGuest();
    expect(await call('fd_fdstat_set_rights', 4, RIGHTS.sock_accept, RIGHTS.fd_read)).toBe('SUCCESS');
    connect();
    expect(await call('sock_accept', 4, 0, 0x100)).toBe('SUCCESS');
    expect([guest.write(5, 'x'), await call('sock_shutdown', 5, 2)]).toEqual(['BADF', 'NOTCAPABLE']);
    expect(await call('fd_fdstat_set_rights', 4, 0n, 0n)).toBe('SUCCESS');
    expect(await call('sock_accept', 4, 0, 0x100)).toBe('NOTCAPABLE');
  });

  it('the end of a program closes its sockets', async () => {
    const { guest, client } = await accepted();
    guest.wasi.close();
    expect(await receive(client)).toBe('');
  });

  it('a flood of connections is bounded, and a full table of descriptors leaves them waiting', async () => {
    const { guest, call, connect } = makeGuest();
    for (let i = 0; i < 128; i++) connect();
    expect(errnoOf(connect)).toBe('CONNREFUSED');
    for (let fd = 5; fd < 1024; fd++) guest.open('a');
    expect(await call('sock_accept', 4, 0, 0x100)).toBe('MFILE');
    await call('fd_close', 1000);
    expect([await call('sock_accept', 4, 0, 0x100), guest.u32(0x100)]).toEqual(['SUCCESS', 1000]);
  });
});
