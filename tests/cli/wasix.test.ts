// WASIX programs on the command line.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';
import { runCommand } from './in-process.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-wasix-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a program that is executed is told what its own generation means, not that of the one before', async () => {
  // Of the first generation, in which both ends of a pipe are written.
  const first = assemble(`(module
    (import "wasix_32v1" "proc_exit" (func $exit (param i32)))
    (import "wasix_32v1" "proc_exec" (func $exec (param i32 i32 i32 i32)))
    (memory (export "memory") 1) (data (i32.const 16) "/later.wasmlater\\n")
    (func (export "_start")
      (call $exec (i32.const 16) (i32.const 11) (i32.const 27) (i32.const 6)) (call $exit (i32.const 99))))`);
  // Of a later one, in which the first end is read: its error number is the exit code.
  const later = assemble(`(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasix_32v1" "fd_pipe" (func $pipe (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (drop (call $pipe (i32.const 0) (i32.const 4)))
      (call $exit (call $write (i32.load (i32.const 0)) (i32.const 8) (i32.const 0) (i32.const 16)))))`);
  writeFileSync(join(folder, 'first.wasm'), first);
  writeFileSync(join(folder, 'later.wasm'), later);
  const { code, err } = await runCommand(['run', '--dir', '.::/', 'first.wasm'], { cwd: folder });
  expect([code, err]).toEqual([8, '']);
});

const built = existsSync(join(projectRoot, 'dist', 'bin', 'main.js'));

/** Runs a program in a process that gets a signal after each `ready` that it prints: its output, exit code and signal. */
function signalled(
  file: string,
  signal: NodeJS.Signals,
): Promise<[out: string, code: number | null, by: string | null]> {
  const child = spawn(process.execPath, ['bin/wasmi-ts', '--timeout', '40s', file], { cwd: projectRoot });
  let out = '';
  let told = 0;
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    out += text;
    for (const lines = out.split('ready\n').length - 1; told < lines; told++) child.kill(signal);
  });
  return new Promise((done) => child.on('close', (code, by) => done([out, code, by])));
}

test.skipIf(!built)(
  `a signal from outside is handed on once${built ? '' : ' (not tested: dist is missing)'}`,
  async () => {
    const program = (handler: string): Uint8Array =>
      assemble(`(module
      (import "wasix_32v1" "callback_signal" (func $callback (param i32 i32)))
      (import "wasix_32v1" "thread_sleep" (func $sleep (param i64) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00") (data (i32.const 16) "ready\\n") (data (i32.const 32) "on_signal")
      (func $ready (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func (export "on_signal") (param $signal i32) ${handler})
      (func (export "_start")
        (call $callback (i32.const 32) (i32.const 9))
        (call $ready)
        (loop $more (drop (call $sleep (i64.const 10000000))) (br $more))))`);
    const file = join(folder, 'ends.wasm');
    writeFileSync(file, program('(call $exit (i32.add (local.get $signal) (i32.const 40)))'));
    expect(await signalled(file, 'SIGINT')).toEqual(['ready\n', 42, null]);
    expect(await signalled(file, 'SIGTERM')).toEqual(['ready\n', 55, null]);
    // Who does not end by itself is ended by the second one.
    writeFileSync(file, program('(call $ready)'));
    expect(await signalled(file, 'SIGINT')).toEqual(['ready\nready\n', null, 'SIGINT']);
  },
);
