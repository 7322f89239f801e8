// Sockets of the kernel on a network in memory: their states, and what they return in each.
import { beforeEach, describe, expect, it } from 'vitest';
import { Limits } from '../../../runtime/limits.ts';
import { decodeUtf8, encodeUtf8 } from '../../../syntax/utf8.ts';
import { errnoOf } from '../../host/filesystem.suite.ts';
import type { Connection, Network, SocketAddress } from '../../host/network.ts';
import { LoopbackNetwork, seededRandom, VirtualClock } from '../../hosts/memory.ts';
import { HANGUP, type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';
import { Process } from '../process.ts';
import type { DatagramSocket } from './datagram-socket.ts';
import type { Received } from './open.ts';
import type { StreamSocket } from './stream-socket.ts';

const WAITS = { nonblock: false, waited: false };
const NOW = { nonblock: true, waited: false };
const LATER = { nonblock: false, waited: true };
const RECEIVE = { peek: false, waitall: false, nonblock: true };
const server = { address: '127.0.0.1', port: 80 };

let process: Process;
const processWith = (network: Network | undefined, limits = new Limits()): Process =>
  new Process({ args: [], env: {}, clock: new VirtualClock(), random: seededRandom(1), network, limits });
const stream = (family: 'ipv4' | 'ipv6' = 'ipv4') => process.openSocket(family, 'stream') as StreamSocket;
const messages = (family: 'ipv4' | 'ipv6' = 'ipv4') => process.openSocket(family, 'datagram') as DatagramSocket;

beforeEach(() => {
  process = processWith(new LoopbackNetwork({ names: { 'a.example': ['10.0.0.1', 'fd00::1'] } }));
});

function textOf(received: Received | Pollable): string {
  if (!('bytes' in received)) return '(waits)';
  const from = received.from === undefined ? '' : ` from ${received.from.address}`;
  return `${decodeUtf8(received.bytes, 0, received.bytes.length)}${from}${received.truncated ? ' (cut)' : ''}`;
}

/** A listener, a client that is connected to it, and what it has accepted. */
function connected() {
  const [listener, client] = [stream(), stream()];
  listener.bind(server);
  listener.listen(5);
  client.connect(server, WAITS);
  return { listener, client, accepted: listener.accept() as StreamSocket };
}

describe('a stream socket', () => {
  it('cannot be made without a network', () => {
    process = processWith(undefined);
    expect(errnoOf(() => stream())).toBe('ACCES');
    expect(errnoOf(() => process.resolve('localhost'))).toBe('ACCES');
  });

  it('returns NOTCONN for all that takes a connection, and INVAL for accepting, when it is new', () => {
    const socket = stream();
    expect(socket.status()).toBe('opening');
    for (const action of [() => socket.receive(1, RECEIVE), () => socket.send(), () => socket.peer()])
      expect(errnoOf(action)).toBe('NOTCONN');
    expect(errnoOf(() => socket.shutdown({ read: true, write: true }))).toBe('NOTCONN');
    expect(errnoOf(() => socket.accept())).toBe('INVAL');
    expect(socket.pollable(WRITABLE).ready(WRITABLE)).toBe(WRITABLE | HANGUP);
    expect(socket.local()).toEqual({ address: '0.0.0.0', port: 0 });
  });

  it('remembers what it is bound to, and takes no port for that', () => {
    const [one, other] = [stream(), stream()];
    one.bind({ address: '0.0.0.0', port: 10_275 });
    other.bind({ address: '0.0.0.0', port: 10_275 });
    expect([one.local(), other.local()]).toEqual(Array(2).fill({ address: '0.0.0.0', port: 10_275 }));
    expect(errnoOf(() => one.bind(server))).toBe('INVAL');
    expect(one.listen(1)).toBeUndefined();
    expect(errnoOf(() => other.listen(1))).toBe('ADDRINUSE');
    one.close(false);
    expect(other.listen(1)).toBeUndefined();
  });

  it('has a port as soon as it asks which it has, and listens and connects by that', () => {
    const [listener, client] = [stream(), stream()];
    listener.bind({ address: '127.0.0.1', port: 0 });
    client.bind({ address: '127.0.0.1', port: 0 });
    const [at, from] = [listener.local() as SocketAddress, client.local() as SocketAddress];
    expect([at.port > 0, from.port > 0, at.port === from.port]).toEqual([true, true, false]);
    expect(errnoOf(() => listener.accept())).toBe('INVAL');
    listener.listen(1);
    client.connect(at, WAITS);
    expect([client.local(), listener.accept()?.peer(), listener.local()]).toEqual([from, from, at]);
  });

  it('carries bytes both ways, tells who is at the other end, and ends each way by itself', () => {
    const { listener, client, accepted } = connected();
    expect([listener.option('listening'), client.option('listening')]).toEqual([true, false]);
    expect([client.peer(), accepted.local()]).toEqual([server, server]);
    expect(accepted.peer()).toEqual(client.local());
    expect(client.send().move([encodeUtf8('pi'), encodeUtf8('ng')], 0)).toBe(4);
    expect(textOf(accepted.receive(10, { ...RECEIVE, peek: true }))).toBe('ping from 127.0.0.1');
    expect(textOf(accepted.receive(10, RECEIVE))).toBe('ping from 127.0.0.1');
    client.shutdown({ read: false, write: true });
    expect(errnoOf(() => client.send().move([encodeUtf8('x')], 0))).toBe('PIPE');
    expect(textOf(accepted.receive(10, RECEIVE))).toBe(' from 127.0.0.1');
    accepted.send().move([encodeUtf8('pong')], 0);
    expect(textOf(client.receive(10, RECEIVE))).toBe('pong from 127.0.0.1');
    client.shutdown({ read: true, write: false });
    expect(client.status()).toBe('closed');
    expect([errnoOf(() => client.connect(server, WAITS)), errnoOf(() => listener.connect(server, WAITS))]).toEqual([
      'ISCONN',
      'INVAL',
    ]);
  });

  it('returns CONNREFUSED where nobody listens, and may be tried again', () => {
    const client = stream();
    expect(errnoOf(() => client.connect(server, WAITS))).toBe('CONNREFUSED');
    const listener = stream();
    listener.bind(server);
    listener.listen(1);
    expect(client.connect(server, WAITS)).toBeUndefined();
  });

  it('means this machine where it connects to no address', () => {
    const { listener } = connected();
    const client = stream();
    client.connect({ address: '0.0.0.0', port: 80 }, WAITS);
    expect([client.peer(), listener.accept()?.local()]).toEqual([server, server]);
  });

  it('takes addresses of its family alone, those of IPv4 mapped where it is for IPv6', () => {
    const [four, six, only] = [stream(), stream('ipv6'), stream('ipv6')];
    expect(errnoOf(() => four.bind({ address: '::1', port: 80 }))).toBe('AFNOSUPPORT');
    expect(errnoOf(() => six.bind(server))).toBe('AFNOSUPPORT');
    expect(errnoOf(() => four.bind({ address: 'localhost', port: 80 }))).toBe('INVAL');
    six.bind({ address: '::', port: 80 });
    six.listen(2);
    four.connect(server, WAITS);
    const accepted = six.accept();
    expect([accepted?.peer().address, accepted?.local()]).toEqual([
      '::ffff:127.0.0.1',
      { address: '::ffff:127.0.0.1', port: 80 },
    ]);
    only.setOption('onlyV6', true);
    expect(errnoOf(() => only.connect({ address: '::ffff:127.0.0.1', port: 80 }, WAITS))).toBe('ADDRNOTAVAIL');
    only.connect({ address: '::1', port: 80 }, WAITS);
    expect(only.peer()).toEqual({ address: '::1', port: 80 });
  });

  it('remembers options, late ones too, and knows none of messages', () => {
    const { client } = connected();
    for (const socket of [stream(), client]) {
      socket.setOption('noDelay', true);
      socket.setOption('receiveTimeout', 5n);
      socket.setOption('ttl', 9);
      expect([socket.option('noDelay'), socket.timeout(READABLE), socket.option('ttl')]).toEqual([true, 5n, 9]);
      expect(errnoOf(() => socket.setOption('ttl', 256))).toBe('INVAL');
      expect(errnoOf(() => socket.setOption('multicastLoopV4', true))).toBe('NOPROTOOPT');
      expect(errnoOf(() => socket.option('multicastTtlV4'))).toBe('NOPROTOOPT');
      expect(socket.lastError()).toBe('SUCCESS');
    }
  });

  it('counts what it keeps, and gives it back when it is closed', () => {
    const limits = new Limits({ socketBytes: 6 * 65_536 });
    process = processWith(new LoopbackNetwork(), limits);
    const { client, accepted } = connected();
    expect(limits.leftOf('socketBytes')).toBe(2 * 65_536);
    const third = stream();
    third.connect(server, WAITS);
    const fourth = stream();
    expect(errnoOf(() => fourth.connect(server, WAITS))).toBe('NOBUFS');
    for (const one of [client, accepted, third, fourth]) one.close(false);
    expect(limits.leftOf('socketBytes')).toBe(6 * 65_536);
  });
});

/** A connection whose end nobody knows before `decide`. */
class Slow implements Connection {
  local: SocketAddress | undefined;
  remote: SocketAddress | undefined;
  ended = false;
  readonly capacity = 10;
  closed = 0;
  private decided: string | undefined;
  private readonly subscribers = new Subscribers();
  decide(how: string): void {
    this.decided = how;
    this.local = this.remote = server;
    this.subscribers.wakeAll();
  }
  ready = (interest: number): number => (this.decided === undefined ? 0 : interest);
  subscribe = (wake: () => void): (() => void) => this.subscribers.add(wake);
  available = (): number => 0;
  read(): number | undefined {
    if (this.decided === undefined || this.decided === 'connected') return undefined;
    throw Object.assign(new Error('late'), { code: this.decided });
  }
  write = (bytes: Uint8Array): number => bytes.length;
  shutdown(): void {}
  close(): void {
    this.closed++;
  }
}

describe('a stream socket whose connection takes time', () => {
  let slow: Slow;
  let socket: StreamSocket;
  beforeEach(() => {
    slow = new Slow();
    const network: Network = {
      connect: () => slow,
      listen() {
        throw new Error('not here');
      },
    };
    process = processWith(network);
    socket = stream();
  });

  it('returns INPROGRESS once, then ALREADY, and is writable when it is made', () => {
    expect(errnoOf(() => socket.connect(server, NOW))).toBe('INPROGRESS');
    expect(errnoOf(() => socket.connect(server, NOW))).toBe('ALREADY');
    expect([socket.status(), socket.pollable(WRITABLE).ready(WRITABLE)]).toEqual(['opening', 0]);
    slow.decide('connected');
    expect([socket.pollable(WRITABLE).ready(WRITABLE), socket.lastError()]).toEqual([WRITABLE, 'SUCCESS']);
    expect([socket.status(), socket.peer()]).toEqual(['opened', server]);
    expect(errnoOf(() => socket.connect(server, NOW))).toBe('ISCONN');
  });

  it('tells once how it has failed: to who asks for the last error, or to who uses it next', () => {
    for (const ask of ['lastError', 'receive']) {
      slow = new Slow();
      socket = stream();
      expect(errnoOf(() => socket.connect(server, NOW))).toBe('INPROGRESS');
      slow.decide('ECONNREFUSED');
      expect([socket.status(), slow.closed]).toEqual(['failed', 1]);
      const asked = (): string | undefined =>
        ask === 'lastError' ? socket.lastError() : errnoOf(() => socket.receive(1, RECEIVE));
      expect([asked(), asked()]).toEqual(['CONNREFUSED', ask === 'lastError' ? 'SUCCESS' : 'NOTCONN']);
    }
  });

  it('is waited for by a socket that may wait, until it is made or has failed', () => {
    const wait = socket.connect(server, WAITS) as Pollable;
    let woken = 0;
    wait.subscribe(() => woken++);
    expect(wait.ready(WRITABLE)).toBe(0);
    slow.decide('ETIMEDOUT');
    expect([woken, wait.ready(WRITABLE)]).toEqual([1, WRITABLE]);
    expect(errnoOf(() => socket.connect(server, LATER))).toBe('TIMEDOUT');
    slow = new Slow();
    socket = stream();
    socket.connect(server, WAITS);
    slow.decide('connected');
    expect(socket.connect(server, LATER)).toBeUndefined();
  });

  it('wakes who waits for it when it is closed, whether the network says so or not', () => {
    const wait = socket.connect(server, WAITS) as Pollable;
    let woken = 0;
    const stop = wait.subscribe(() => woken++);
    socket.close(false);
    expect([woken, slow.closed]).toEqual([1, 1]);
    stop();
    expect(errnoOf(() => socket.receive(1, RECEIVE))).toBe('NOTCONN');
  });

  it('has the time that it says for connecting', () => {
    socket.setOption('connectTimeout', 7n);
    socket.setOption('sendTimeout', 8n);
    expect(socket.timeout(WRITABLE)).toBe(8n);
    socket.connect(server, WAITS);
    expect(socket.timeout(WRITABLE)).toBe(7n);
  });
});

describe('a socket for messages', () => {
  const bound = (port: number, address = '127.0.0.1'): DatagramSocket => {
    const socket = messages();
    socket.bind({ address, port }, false);
    return socket;
  };

  it('sends and receives whole messages, cut to what there is room for, and tells who sent them', () => {
    const receiver = bound(53);
    const sender = messages();
    expect(textOf(receiver.receive(10, RECEIVE))).toBe('(waits)');
    expect(sender.send(receiver.local() as SocketAddress).move([encodeUtf8('qu'), encodeUtf8('ery')], 0)).toBe(5);
    expect(sender.send(receiver.local() as SocketAddress).move([], 0)).toBe(0);
    expect(textOf(receiver.receive(3, { ...RECEIVE, peek: true }))).toBe('que from 127.0.0.1 (cut)');
    expect(textOf(receiver.receive(10, RECEIVE))).toBe('query from 127.0.0.1');
    expect(textOf(receiver.receive(10, RECEIVE))).toBe(' from 127.0.0.1');
    expect(textOf(receiver.receive(10, RECEIVE))).toBe('(waits)');
  });

  it('gets nothing from others than whom it is connected to', () => {
    const [one, other, third] = [bound(1), bound(2), bound(3)];
    one.connect(other.local() as SocketAddress, WAITS);
    third.send(one.local() as SocketAddress).move([encodeUtf8('no')], 0);
    other.send(one.local() as SocketAddress).move([encodeUtf8('yes')], 0);
    expect([textOf(one.receive(9, RECEIVE)), textOf(one.receive(9, RECEIVE))]).toEqual([
      'yes from 127.0.0.1',
      '(waits)',
    ]);
    one.write().move([encodeUtf8('back')], 0);
    expect(textOf(other.receive(9, RECEIVE))).toBe('back from 127.0.0.1');
    expect(one.peer()).toEqual(other.local());
    expect([errnoOf(() => other.peer()), errnoOf(() => third.write())]).toEqual(['NOTCONN', 'DESTADDRREQ']);
  });

  it('loses what nobody has room for, and refuses what is too long', () => {
    const [sender, receiver] = [messages(), bound(53)];
    const to = receiver.local() as SocketAddress;
    for (let i = 0; i < 10; i++) expect(sender.send(to).move([new Uint8Array(10_000)], 0)).toBe(10_000);
    let got = 0;
    while (textOf(receiver.receive(0, RECEIVE)) !== '(waits)') got++;
    expect(got).toBe(6);
    expect(errnoOf(() => sender.send(to).move([new Uint8Array(65_508)], 0))).toBe('MSGSIZE');
    expect(sender.send(to).move([new Uint8Array(65_507)], 0)).toBe(65_507);
    expect(textOf(receiver.receive(0, RECEIVE))).not.toBe('(waits)');
  });

  it('receives what is sent to a group while it is in it, and to all if the sender may', () => {
    const group = { address: '224.0.0.251', port: 5353 };
    const [one, other] = [bound(5353, '0.0.0.0'), messages()];
    one.membership('join', group.address, undefined);
    expect(errnoOf(() => one.membership('join', group.address, undefined))).toBe('ADDRINUSE');
    expect(errnoOf(() => one.membership('join', '10.0.0.1', undefined))).toBe('INVAL');
    other.send(group).move([encodeUtf8('hello')], 0);
    expect(textOf(one.receive(9, RECEIVE))).toBe('hello from 127.0.0.1');
    one.membership('leave', group.address, undefined);
    other.send(group).move([encodeUtf8('hello')], 0);
    expect(textOf(one.receive(9, RECEIVE))).toBe('(waits)');
    const all = { address: '255.255.255.255', port: 5353 };
    expect(errnoOf(() => other.send(all).move([encodeUtf8('all')], 0))).toBe('ACCES');
    other.setOption('broadcast', true);
    other.send(all).move([encodeUtf8('all')], 0);
    expect(textOf(one.receive(9, RECEIVE))).toBe('all from 127.0.0.1');
  });

  it('can neither listen nor accept, and its address is taken once', () => {
    const one = bound(53);
    expect(errnoOf(() => bound(53))).toBe('ADDRINUSE');
    expect(one.refusals).toEqual({ accept: 'NOTSUP', listen: 'NOTSUP' });
    expect(errnoOf(() => one.bind(server, false))).toBe('INVAL');
    one.close();
    expect(bound(53).status()).toBe('opened');
  });
});

describe('names', () => {
  it('have the addresses that the network knows; literals and localhost need none', () => {
    expect(process.resolve('A.example.')).toEqual(['10.0.0.1', 'fd00::1']);
    expect(process.resolve('a.example', 'ipv6')).toEqual(['fd00::1']);
    expect(process.resolve('localhost', 'ipv4')).toEqual(['127.0.0.1']);
    expect(process.resolve('::FFFF:1.2.3.4')).toEqual(['::ffff:1.2.3.4']);
    const none = ['b.example', '', '.', 'a..b', '2130706433', '0x7f.1', '017700000001', 'a b', `${'a'.repeat(64)}.b`];
    for (const name of none)
      expect(
        errnoOf(() => process.resolve(name)),
        name,
      ).toBe('NOENT');
  });
});
