// Guests on real sockets of this machine, at its loopback address only: many idle connections, readers that are slow, and
// guests that are stopped.
import { createConnection, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { compile, engine } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { nodeListener, nodeNetwork } from '../../src/wasi/hosts/node.ts';
import { type Listener, WASI } from '../../src/wasi/index.ts';

const IMPORTS = `
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\\00\\10\\00\\00\\00\\80\\00\\00")
  (func $check (param i32) (if (local.get 0) (then (call $exit (i32.add (i32.const 100) (local.get 0))))))`;

/** Accepts as many connections as there are, and never reads. */
const ACCEPTS = `(module ${IMPORTS}
  (func (export "_start")
    (loop $more (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 16))) (br $more))))`;

/** Accepts one connection and sends as much as it can. */
const SENDS = `(module ${IMPORTS}
  (func (export "_start")
    (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (loop $more
      (call $check (call $send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 20)))
      (br $more))))`;

/** Accepts one connection, sends 32 KiB, and ends. */
const SENDS_ONCE = `(module ${IMPORTS}
  (func (export "_start")
    (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (call $check (call $send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 20)))))`;

const clients: Socket[] = [];
afterEach(() => {
  for (const one of clients.splice(0)) one.destroy();
});

function connect({ local }: Listener): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port: local?.port as number }, () => resolve(socket));
    socket.on('error', reject);
    clients.push(socket);
  });
}

const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) =>
    socket
      .resume()
      .on('close', resolve)
      .on('error', () => undefined),
  );
const aWhile = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sockets and servers that keep this process alive. */
const kept = (): number => process.getActiveResourcesInfo().filter((one) => one.startsWith('TCP')).length;

/** Begins a guest that has a listener, to be stopped. */
async function begin(text: string, limits = {}) {
  const listener = await nodeListener({ address: '127.0.0.1', port: 0 });
  const stop = new AbortController();
  const wasi = new WASI({ listeners: [listener], limits });
  const ended = Promise.resolve(wasi.run(engine, compile(assemble(text)), { signal: stop.signal })).catch(
    (error: Error) => error.name,
  );
  return { listener, ended, stop: () => stop.abort() };
}

describe('a guest with sockets of Node', () => {
  it('holds a thousand idle connections, and when it is stopped closes them all', async () => {
    const before = kept();
    const { listener, ended, stop } = await begin(ACCEPTS);
    const started = process.memoryUsage().rss;
    const all: Socket[] = [];
    all.push(...(await Promise.all(Array.from({ length: 1000 }, () => connect(listener)))));
    await aWhile(50);
    expect(process.memoryUsage().rss - started).toBeLessThan(150e6);
    const ends = Promise.all(all.map(closed));
    stop();
    expect(await ended).toBe('Interrupted');
    await ends;
    await aWhile(10);
    expect(kept()).toBeLessThanOrEqual(before);
  }, 60_000);

  it('waits for a reader that is slow, and memory stays level', async () => {
    const { listener, ended, stop } = await begin(SENDS);
    const client = await connect(listener);
    client.pause();
    await aWhile(200);
    const before = process.memoryUsage().rss;
    await aWhile(300);
    expect(process.memoryUsage().rss - before).toBeLessThan(30e6);
    let got = 0;
    client.on('data', (data) => {
      got += data.length;
    });
    client.resume();
    while (got < 20e6) await aWhile(5);
    stop();
    expect(await ended).toBe('Interrupted');
    await closed(client);
  }, 60_000);

  it('makes who sends wait while it does not read', async () => {
    const { listener, ended, stop } = await begin(ACCEPTS);
    const client = await connect(listener);
    const piece = new Uint8Array(1 << 20);
    let taken = 0;
    const write = (): void => {
      while (taken < 200 && client.write(piece)) taken++;
    };
    client.on('drain', () => {
      taken++;
      write();
    });
    write();
    await aWhile(300);
    // What systems keep on both sides is some megabytes.
    expect(taken).toBeLessThan(100);
    const end = closed(client);
    stop();
    await Promise.all([ended, end]);
  }, 60_000);

  it('gets no connection past what its sockets may keep: it is closed', async () => {
    const { listener, ended } = await begin(ACCEPTS, { socketBytes: 3 * 2 * 65_536 });
    const all = await Promise.all([1, 2, 3, 4].map(() => connect(listener)));
    // NOBUFS is 42.
    expect(await ended).toBe(142);
    await Promise.all(all.map(closed));
  }, 60_000);

  it('still delivers what it has sent when it ends', async () => {
    const before = kept();
    const { listener, ended } = await begin(SENDS_ONCE);
    const client = await connect(listener);
    let got = 0;
    client.on('data', (data) => {
      got += data.length;
    });
    const end = closed(client);
    expect(await ended).toBe(0);
    await end;
    expect(got).toBe(32_768);
    await aWhile(10);
    expect(kept()).toBeLessThanOrEqual(before);
  }, 60_000);

  it('may be given the network of this machine for what it makes itself, and keeps nothing open', () => {
    const wasi = new WASI({ network: nodeNetwork({ loopbackOnly: true }), allow: { connect: ['loopback'] } });
    wasi.close();
    expect(kept()).toBe(0);
  });
});
