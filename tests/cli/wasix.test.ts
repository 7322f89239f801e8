// WASIX programs on the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
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
