// What every implementation of Network must do. Each implementation's test runs this suite. It waits for nothing but what
// the network says, so that one which answers at once and one which needs the event loop are asked the same.
import { afterEach, describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../syntax/utf8.ts';
import { type Pollable, READABLE, WRITABLE } from '../kernel/pollable.ts';
import type { SystemError } from './errno.ts';
import { errnoOf } from './filesystem.suite.ts';
import type { Connection, Datagrams, Listener, Network, SocketAddress } from './network.ts';

/** Waits until a condition of something that can be waited for holds. */
export async function until(pollable: Pollable, condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      const stop = pollable.subscribe(() => {
        stop();
        resolve();
      });
      if (condition()) {
        stop();
        resolve();
      }
    });
  }
}

/** Waits until a number of things have come, or `false`: nothing for a while. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** What has come, as text. */
export async function receive(connection: Connection): Promise<string> {
  await until(connection, () => connection.ready(READABLE) !== 0);
  const bytes = new Uint8Array(1000);
  return decodeUtf8(bytes, 0, connection.read(bytes) ?? 0) ?? '?';
}

async function send(connection: Connection, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const took = connection.write(bytes.subarray(at));
    if (took === undefined) await until(connection, () => connection.ready(WRITABLE) !== 0);
    else at += took;
  }
}

/** The errno of what it throws, at once or late. */
async function failure(action: () => Connection | Listener): Promise<string | undefined> {
  let one: Connection | Listener | undefined;
  const atOnce = errnoOf(() => {
    one = action();
  });
  if (one === undefined) return atOnce;
  const made = one;
  await until(made, () => made.ready(READABLE) !== 0 || ('accept' in made && made.local !== undefined));
  return errnoOf(() => ('accept' in made ? made.accept() : made.read(new Uint8Array(0), true)));
}

/** `fresh` makes a network; `skip` names tests that an implementation cannot pass, with the reason. */
export function networkSuite(
  title: string,
  fresh: () => Network,
  skip: Readonly<Record<string, string>> = {},
  localhost: readonly string[] = ['127.0.0.1', '::1'],
): void {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });
  const opened = <T extends { close(): void }>(one: T): T => {
    open.push(one);
    return one;
  };
  const test = (name: string, body: () => Promise<void>): void => it.skipIf(skip[name] !== undefined)(name, body);

  const listening = async (network: Network, address: string, backlog?: number): Promise<Listener> => {
    const listener = opened(network.listen({ address, port: 0 }, backlog));
    await until(listener, () => listener.local !== undefined || listener.ready(READABLE) !== 0);
    return listener;
  };
  const accepted = async (listener: Listener): Promise<Connection> => {
    await until(listener, () => listener.ready(READABLE) !== 0);
    return opened(listener.accept() as Connection);
  };
  const pair = async (network = fresh(), address = localhost[0]) => {
    const listener = await listening(network, address);
    const client = opened(network.connect(listener.local as SocketAddress));
    const server = await accepted(listener);
    await until(client, () => client.ready(WRITABLE) !== 0);
    return { network, listener, client, server };
  };
  const bound = async (network: Network, address = localhost[0]): Promise<Datagrams> => {
    const made = opened(network.datagrams?.({ address, port: 0 }) as Datagrams);
    await until(made, () => made.local !== undefined);
    return made;
  };

  describe(title, () => {
    for (const address of localhost) {
      test(`carries bytes both ways at ${address}, and the end of each way by itself`, async () => {
        const { listener, client, server } = await pair(fresh(), address);
        expect(listener.accept()).toBeUndefined();
        expect([client.remote, server.local]).toEqual([listener.local, listener.local]);
        expect(server.remote).toEqual(client.local);
        expect([server.read(new Uint8Array(1)), server.available(), server.ready(READABLE)]).toEqual([undefined, 0, 0]);
        expect(client.write(encodeUtf8('ping'))).toBe(4);
        expect(await receive(server)).toBe('ping');
        client.shutdown({ read: false, write: true });
        expect(errnoOf(() => client.write(encodeUtf8('x')))).toBe('PIPE');
        expect([await receive(server), server.ended]).toEqual(['', true]);
        server.write(encodeUtf8('pong'));
        expect(await receive(client)).toBe('pong');
        server.close();
        expect(await receive(client)).toBe('');
      });
    }

    test('leaves bytes that are only looked at, and takes nothing for a read into nothing', async () => {
      const { client, server } = await pair();
      client.write(encodeUtf8('abc'));
      await until(server, () => server.available() === 3);
      const bytes = new Uint8Array(2);
      expect([server.read(bytes, true), server.read(bytes, true), server.available()]).toEqual([2, 2, 3]);
      expect([server.read(new Uint8Array(0)), server.read(bytes), server.available()]).toEqual([0, 2, 1]);
      expect(await receive(server)).toBe('c');
    });

    test('makes a writer wait for a slow reader, keeps no more than it says, and loses nothing', async () => {
      const { client, server } = await pair();
      const piece = Uint8Array.from({ length: 40_000 }, (_, i) => i % 251);
      let sent = 0;
      for (let idle = 0; idle < 10; ) {
        const took = client.write(piece.subarray(sent % piece.length));
        if (took === undefined) {
          idle++;
          await aWhile();
        } else {
          idle = 0;
          sent += took;
          if (sent > 1 << 26) throw new Error('nothing made the writer wait');
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }
      expect(server.available()).toBeLessThanOrEqual(2 * server.capacity);
      const got = new Uint8Array(7_001);
      let at = 0;
      let wrong = 0;
      while (at < sent) {
        await until(server, () => server.ready(READABLE) !== 0);
        const moved = server.read(got) as number;
        for (let i = 0; i < moved; i++) if (got[i] !== ((at + i) % piece.length) % 251) wrong++;
        at += moved;
      }
      expect([at, wrong]).toEqual([sent, 0]);
      await until(client, () => client.ready(WRITABLE) !== 0);
      expect(client.write(piece)).toBeGreaterThan(0);
    });

    test('still delivers what was written before the end, also after the writer has closed', async () => {
      const { client, server } = await pair();
      const bytes = new Uint8Array(20_000).fill(7);
      await send(client, bytes);
      client.close();
      let got = 0;
      const part = new Uint8Array(10_000);
      for (;;) {
        await until(server, () => server.ready(READABLE) !== 0);
        const moved = server.read(part) as number;
        if (moved === 0) break;
        got += moved;
      }
      expect([got, server.ended]).toEqual([20_000, true]);
    });

    test('says that nobody listens, and that an address is taken', async () => {
      const network = fresh();
      const listener = await listening(network, localhost[0]);
      const local = listener.local as SocketAddress;
      expect(await failure(() => opened(network.listen(local)))).toBe('ADDRINUSE');
      const gone = await listening(network, localhost[0]);
      const free = gone.local as SocketAddress;
      gone.close();
      await aWhile();
      expect(await failure(() => opened(network.connect(free)))).toBe('CONNREFUSED');
    });

    test('connects from the address that is said', async () => {
      const network = fresh();
      const listener = await listening(network, localhost[0]);
      const reserved = await listening(network, localhost[0]);
      const from = reserved.local as SocketAddress;
      reserved.close();
      await aWhile();
      opened(network.connect(listener.local as SocketAddress, from));
      expect((await accepted(listener)).remote).toEqual(from);
    });

    test('keeps no more connections waiting than it was told', async () => {
      const network = fresh();
      const listener = await listening(network, localhost[0], 2);
      for (let i = 0; i < 8; i++) errnoOf(() => opened(network.connect(listener.local as SocketAddress)));
      await until(listener, () => listener.ready(READABLE) !== 0);
      await aWhile();
      let waiting = 0;
      while (listener.accept() !== undefined) waiting++;
      expect(waiting).toBe(2);
    });

    test('tells a closed connection from a silent one, and can be closed and shut down twice', async () => {
      const { client, server } = await pair();
      client.close();
      client.close();
      await until(server, () => server.ended);
      errnoOf(() => server.shutdown({ read: true, write: true }));
      errnoOf(() => server.shutdown({ read: true, write: true }));
      expect(server.read(new Uint8Array(1))).toBe(0);
      expect(errnoOf(() => server.write(new Uint8Array(1)))).toBe('PIPE');
    });

    test('keeps a connection that waits whole, with what was sent before it was accepted', async () => {
      const network = fresh();
      const listener = await listening(network, localhost[0]);
      const client = opened(network.connect(listener.local as SocketAddress));
      await until(client, () => client.ready(WRITABLE) !== 0);
      client.write(encodeUtf8('early'));
      await aWhile();
      expect(await receive(await accepted(listener))).toBe('early');
    });

    test('carries whole messages to who is bound to the address, empty ones too', async () => {
      const network = fresh();
      for (const address of localhost) {
        const [one, other] = [await bound(network, address), await bound(network, address)];
        expect(one.receive()).toBeUndefined();
        for (const text of ['first', '', 'second'])
          expect(other.send(encodeUtf8(text), one.local as SocketAddress)).toBe(true);
        for (const text of ['first', '', 'second']) {
          await until(one, () => one.ready(READABLE) !== 0);
          expect(one.receive(true)?.from).toEqual(other.local);
          const bytes = one.receive()?.bytes as Uint8Array;
          expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
        }
        expect([one.ready(READABLE | WRITABLE), one.receive()]).toEqual([WRITABLE, undefined]);
        expect(errnoOf(() => one.send(new Uint8Array(70_000), other.local as SocketAddress))).toBe('MSGSIZE');
        expect(errnoOf(() => opened(network.datagrams?.(one.local as SocketAddress) as Datagrams).receive())).toBe(
          'ADDRINUSE',
        );
      }
    });

    test('loses messages that nobody takes, and goes on', async () => {
      const network = fresh();
      const [one, other] = [await bound(network), await bound(network)];
      for (let i = 0; i < 100; i++) {
        other.send(new Uint8Array(4_000), one.local as SocketAddress);
        if (i % 10 === 9) await aWhile();
      }
      let bytes = 0;
      for (let message = one.receive(); message !== undefined; message = one.receive()) bytes += message.bytes.length;
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(one.capacity);
      other.send(encodeUtf8('again'), one.local as SocketAddress);
      await until(one, () => one.ready(READABLE) !== 0);
      expect(one.receive()?.bytes.length).toBe(5);
    });

    test('knows options by their names, and refuses none but with NOTSUP', async () => {
      const { client, listener } = await pair();
      for (const one of [client, listener]) {
        for (const [name, value] of [
          ['noDelay', true],
          ['keepAlive', true],
          ['linger', 5n],
          ['ttl', 9],
          ['promiscuous', true],
        ] as const) {
          try {
            one.setOption?.(name, value);
          } catch (error) {
            expect((error as SystemError).errno).toBe('NOTSUP');
          }
        }
      }
    });
  });
}
