// `--listen` on a real port of this machine: a server as a guest, its clients beside it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, engine } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { LoopbackNetwork, WASI } from '../../src/wasi/index.ts';
import { projectRoot } from '../data.ts';
import { commandFile } from '../programs.ts';

/** Accepts two connections one after the other, answers each piece in capitals until the client ends; exits with 7. */
const SERVER = `(module
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $check (param i32) (if (local.get 0) (then (call $exit (i32.add (i32.const 100) (local.get 0))))))
  (func $serve (param $fd i32)
    (local $at i32)
    (block $ended
      (loop $more
        (i32.store (i32.const 0) (i32.const 1024))
        (i32.store (i32.const 4) (i32.const 1000))
        (call $check (call $recv (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)))
        (br_if $ended (i32.eqz (i32.load (i32.const 8))))
        (local.set $at (i32.const 0))
        (loop $each
          (i32.store8 offset=1024 (local.get $at)
            (i32.and (i32.load8_u offset=1024 (local.get $at)) (i32.const 0xdf)))
          (br_if $each (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.load (i32.const 8)))))
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (call $check (call $send (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 8)))
        (br $more)))
    (call $check (call $shutdown (local.get $fd) (i32.const 2)))
    (call $check (call $close (local.get $fd))))
  (func (export "_start")
    (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (call $serve (i32.load (i32.const 16)))
    (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 16)))
    (call $serve (i32.load (i32.const 16)))
    (call $exit (i32.const 7))))`;

const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-listen-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = join(scratch, 'server.wat');
writeFileSync(file, SERVER);

function runCli(args: readonly string[]) {
  const child = spawn(execPath, [commandFile(), ...args], {
    cwd: projectRoot,
  });
  let stderr = '';
  const waiting: (() => void)[] = [];
  child.stderr.on('data', (data) => {
    stderr += data;
    for (const wake of waiting.splice(0)) wake();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    ended,
    stderr: () => stderr,
    async said(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(stderr)?.[1];
        if (found !== undefined) return found;
        await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), ended]);
        if (child.exitCode !== null && !pattern.test(stderr)) throw new Error(stderr);
      }
    },
  };
}

/** Sends pieces, each after the answer to the one before, and answers all that came back until the server ended. */
function talk(port: number, pieces: readonly string[], host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const todo = [...pieces];
    const socket = connect({ port, host, allowHalfOpen: true });
    const next = (): void => {
      const piece = todo.shift();
      if (piece === undefined) socket.end();
      else socket.write(piece);
    };
    socket.on('connect', next);
    socket.on('data', (data) => {
      answer += data;
      next();
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('--listen', () => {
  it('gives a program a socket on this machine, whose connections wait while it is busy with another', async () => {
    const cli = runCli(['run', '--listen', '127.0.0.1:0', file]);
    const port = Number(await cli.said(/listening at 127\.0\.0\.1:(\d+)/));
    expect(await Promise.all([talk(port, ['one', 'two']), talk(port, ['three'])])).toEqual(['ONETWO', 'THREE']);
    expect(await cli.ended).toBe(7);
  });

  it('says that an address is in use', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const cli = runCli(['run', '--listen', String(port), file]);
    expect(await cli.ended).toBe(1);
    expect(cli.stderr()).toContain(`--listen 127.0.0.1:${port}: the address is in use`);
    server.close();
  });

  it('does not keep a program alive that has ended', async () => {
    const path = join(scratch, 'idle.wat');
    writeFileSync(path, '(module (func (export "_start")))');
    expect(await runCli(['run', '--listen', '0', path]).ended).toBe(0);
  });
});

it('a server and its client run in one program without any port', async () => {
  const network = new LoopbackNetwork();
  const listeners = [network.listen({ address: '127.0.0.1', port: 80 })];
  const exitCode = new WASI({ listeners }).run(engine, compile(assemble(SERVER)));
  const answers: string[] = [];
  for (const text of ['abc', 'xyz']) {
    const client = network.connect({ address: '127.0.0.1', port: 80 });
    client.write(new TextEncoder().encode(text));
    client.shutdown({ read: false, write: true });
    for (let answer = ''; ; ) {
      const bytes = new Uint8Array(10);
      const got = client.read(bytes);
      if (got === 0) {
        answers.push(answer);
        break;
      }
      if (got === undefined) await new Promise<void>((resolve) => client.subscribe(resolve));
      else answer += new TextDecoder().decode(bytes.subarray(0, got));
    }
  }
  expect([await exitCode, answers]).toEqual([7, ['ABC', 'XYZ']]);
});
