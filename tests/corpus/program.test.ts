import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { ERRNO } from '../../src/wasi/host/errno.ts';
import { ENOSYS } from './engine.ts';
import { loadOurs } from './engine-ours.ts';
import { difference, firstPrograms, type Manifest } from './program.ts';

test('the first programs are the marked rows of the table', () => {
  const readme =
    '# Corpus\n\n| program | first | kind |\n|---|---|---|\n| a | first | wasi |\n| b |  | wasi |\n| c | first | driver |\n';
  expect(firstPrograms(readme)).toEqual(['a', 'c']);
  expect(() => firstPrograms('no table')).toThrow(/no table/);
});

test('a program for WasmEdge, whose sock_accept has no flags, runs; without a network it opens no socket', async () => {
  const bytes = assemble(`(module
    (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "not_known" (func $unknown (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.add (call $unknown)
      (i32.add (call $open (i32.const 1) (i32.const 2) (i32.const 0)) (call $accept (i32.const 3) (i32.const 0)))))))`);
  const { runWasi } = await loadOurs();
  const run = { args: ['p'], env: {}, stdin: new Uint8Array(), preopens: {}, extraImports: {}, call: undefined };
  expect((await runWasi({ bytes, ...run })).exitCode).toBe(ENOSYS + ERRNO.ACCES + ERRNO.BADF);
});

describe('a run differs from what is recorded', () => {
  let folder = '';
  let work = '';
  const manifest = {
    run: {},
    expected: { exitCode: 0, stderr: 'expected.stderr' },
    mask: ['\\d+ ms'],
    checkStderr: true,
  } as unknown as Manifest;
  const write = (stdout: string, stderr: string): void => {
    writeFileSync(join(work, 'stdout'), stdout);
    writeFileSync(join(work, 'stderr'), stderr);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'corpus-test-'));
    work = mkdtempSync(join(tmpdir(), 'corpus-test-'));
    writeFileSync(join(folder, 'expected.stdout'), 'done in 12 ms');
    writeFileSync(join(folder, 'expected.stderr'), 'bye');
  });
  afterEach(() => {
    for (const path of [folder, work]) rmSync(path, { recursive: true, force: true });
  });

  test('not where only masked text does', () => {
    write('done in 7 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toBeUndefined();
  });

  test('in its exit code, a trap being no number', () => {
    write('done in 12 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 'trap', error: 'unreachable' })).toMatch(
      /^exit code trap instead of 0; unreachable$/,
    );
  });

  test('in stdout or stderr, with the place', () => {
    write('dome in 12 ms', 'bye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toMatch(/^stdout differs at byte 2:/);
    write('done in 12 ms', 'byebye');
    expect(difference(folder, manifest, work, { exitCode: 0 })).toMatch(/^stderr differs at byte 3:/);
    expect(difference(folder, { ...manifest, checkStderr: false }, work, { exitCode: 0 })).toBeUndefined();
  });
});
