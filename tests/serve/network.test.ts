// Programs that ask a server of this machine before they answer: only where the command line lets them.
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, folderOf, serving } from './serving.ts';

/** Connects to this machine, and prints what it is sent; its exit code is the errno. */
const client = (port: number): string => `(module
  (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\7f\\00\\00\\01" "\\00\\00\\00\\00\\04\\00\\00\\00")
  (data (i32.const 32) "\\00\\01\\00\\00\\64\\00\\00\\00")
  (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  (func (export "_start")
    (call $check (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
    (call $check (call $connect (i32.load (i32.const 16)) (i32.const 4) (i32.const ${port})))
    (call $check (call $read (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 20)))
    (i32.store (i32.const 36) (i32.load (i32.const 20)))
    (call $check (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 20)))))`;

let backend: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  backend = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.end('content-type: text/plain\n\nfrom behind');
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  ({ port } = backend.address() as { port: number });
});
afterAll(() => void backend.close());

test('a program connects where it may, and nowhere else', async () => {
  const { path, remove } = folderOf({ 'client.wat': client(port) });
  const allowed = await serving(path, '--allow-connect', `127.0.0.1:${port}`, 'client.wat');
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(allowed.port, '/')));
  expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(5).fill('200 from behind'));
  expect(await allowed.stop()).toBe(0);
  expect(connections).toBe(5);
  for (const options of [[], ['--net'], ['--allow-connect', 'private']]) {
    const refused = await serving(path, ...options, 'client.wat');
    expect((await ask(refused.port, '/')).status).toBe(500);
    expect(await refused.stop()).toBe(0);
  }
  expect(connections).toBe(5);
  remove();
});
