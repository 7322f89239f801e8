// `--allow-connect` and its like, with a real socket of this machine: a client as a guest, its server beside it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRNO } from '../../src/wasi/index.ts';
import { projectRoot } from '../data.ts';
import { commandFile } from '../programs.ts';

/** Connects to this machine at a port, sends `ping`, prints the answer; its exit code is the first errno that is not 0. */
const client = (port: number): string => `(module
  (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_lookup_ip" (func $lookup (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\7f\\00\\00\\01" "\\00\\00\\00\\00\\04\\00\\00\\00")
  (data (i32.const 32) "\\00\\01\\00\\00\\04\\00\\00\\00")
  (data (i32.const 256) "ping")
  (data (i32.const 300) "example.com")
  (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  (func (export "lookup") (result i32)
    (call $lookup (i32.const 300) (i32.const 11) (i32.const 1) (i32.const 512) (i32.const 64) (i32.const 24)))
  (func (export "_start")
    (call $check (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
    (call $check (call $connect (i32.load (i32.const 16)) (i32.const 4) (i32.const ${port})))
    (call $check (call $write (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 20)))
    (call $check (call $read (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 20)))
    (call $check (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 20)))))`;

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-allow-'));
const file = join(scratch, 'client.wat');
let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.on('data', () => socket.end('pong'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as { port: number });
  writeFileSync(file, client(port));
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true });
});

function run(
  ...given: (string | Record<string, string>)[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const options = given.filter((one) => typeof one === 'string');
  const env = Object.assign({ ...process.env }, ...given.filter((one) => typeof one !== 'string'));
  const child = spawn(execPath, [commandFile(), 'run', ...options, file], { cwd: projectRoot, env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('a program with sockets of its own', () => {
  it('connects where it may', async () => {
    for (const rule of [`127.0.0.1:${port}`, `tcp://loopback:${port}`, 'localhost', '127.0.0.0/8']) {
      expect(await run('--allow-connect', rule), rule).toEqual({ code: 0, stdout: 'pong', stderr: '' });
    }
    expect(connections).toBe(4);
  });

  it('gets ACCES for everything else, and nobody hears of it', async () => {
    const before = connections;
    // biome-ignore format: a table
    const rules = [
      [], ['--net'], ['--allow-connect', '0.0.0.0/0'], ['--allow-connect', `127.0.0.1:${port === 1 ? 2 : 1}`],
      ['--allow-connect', `udp://127.0.0.1:${port}`], ['--allow-connect', 'private'], ['--allow-connect', 'example.com'],
      ['--allow-bind', `127.0.0.1:${port}`], ['--allow-resolve', '*'],
    ];
    for (const one of rules) expect([one, (await run(...one)).code]).toEqual([one, ERRNO.ACCES]);
    expect(connections).toBe(before);
    const looked = await run('--allow-connect', 'loopback', '--allow-resolve', '*.example.com', '--invoke', 'lookup');
    expect(looked.stdout).toBe(`${ERRNO.ACCES}\n`);
  });

  it('ends in time, though a name that it looks up is never found', async () => {
    const silent = join(scratch, 'silent.mjs');
    // In place of a resolver that nobody answers.
    writeFileSync(silent, "import dns from 'node:dns';\ndns.lookup = () => void setInterval(() => {}, 1000);\n");
    const began = Date.now();
    const { code } = await run(
      { NODE_OPTIONS: `--import=${silent}` },
      '--allow-resolve',
      '*',
      '--timeout',
      '500ms',
      '--invoke',
      'lookup',
    );
    expect([code, Date.now() - began < 20_000]).toEqual([124, true]);
  }, 30_000);

  it('is not begun with a rule that is none', async () => {
    for (const one of [
      ['--allow-connect', '*:80'],
      ['--allow-bind', 'example.com'],
      ['--allow-resolve', 'a b'],
      ['--allow-connect', '10.0.0.1/8'],
    ]) {
      const { code, stderr } = await run(...one);
      expect([code, stderr.startsWith(`wasmi-ts: error: ${one.join(' ')}: `)], stderr).toEqual([2, true]);
    }
  });
});
