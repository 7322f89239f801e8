// Lines of --trace=wasi went to standard error, whatever was said of the trace: where they go, and in which form.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-trace-wasi-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'm.wat'),
  `(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (memory (export "memory") 1)
    (func (export "_start") (drop (call $yield)) (drop (call $yield))))`,
);

/** What stands on standard error, and in the file of the trace. */
async function traced(...options: string[]): Promise<{ err: string[]; file: string[] }> {
  const path = join(folder, 'trace');
  rmSync(path, { force: true });
  const { code, err, out } = await runCommand([...options, 'm.wat'], { cwd: folder });
  expect([code, out]).toEqual([0, '']);
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return { err: lines(err), file: existsSync(path) ? lines(readFileSync(path, 'utf8')) : [] };
}

const CALL = 'sched_yield() = SUCCESS';
const CALLS = [CALL, CALL];

test('they go to the file of the trace', async () => {
  expect(await traced('--trace=wasi', '--trace-out', 'trace')).toEqual({ err: [], file: CALLS });
  expect(await traced('--trace=wasi')).toEqual({ err: CALLS, file: [] });
});

test('they stand among the instructions, in order', async () => {
  const { err, file } = await traced('--trace=calls,wasi', '--trace-out', 'trace');
  expect(err).toEqual([]);
  expect(file.map((line) => (line === CALL ? line : line.replace(/^#\d+ +\S+ +(\S+).*/, '$1')))).toEqual([
    'step   place             instruction               operands -> results   effects',
    CALL,
    'call',
    CALL,
    'call',
    'end',
  ]);
});

test('they are JSON where the trace is', async () => {
  const { err, file } = await traced('--trace=wasi', '--trace-format', 'json', '--trace-out', 'trace');
  expect(err).toEqual([]);
  expect(file.map((line) => JSON.parse(line) as unknown)).toEqual([
    { trace: 'wasmi-ts', version: 1 },
    { wasi: CALL },
    { wasi: CALL },
  ]);
});

test('with --strace, which is for standard error, none is written twice to one place', async () => {
  expect(await traced('--strace', '--trace=wasi')).toEqual({ err: CALLS, file: [] });
  expect(await traced('--strace', '--trace=wasi', '--trace-out', 'trace')).toEqual({ err: CALLS, file: CALLS });
  expect((await traced('--strace', '--trace=calls', '--trace-out', 'trace')).err).toEqual(CALLS);
});

test('alone they need no traced code: a trap says how to see its steps', async () => {
  writeFileSync(join(folder, 'trap.wat'), '(module (func (export "_start") unreachable))');
  const { code, err } = await runCommand(['--trace=wasi', 'trap.wat'], { cwd: folder });
  expect([code, err]).toEqual([134, expect.stringContaining('run it with --trace to see the steps')]);
});
