// --timeout bounds all that a command does: loading, linking, running, waiting, scripts, traces, and output that nobody
// reads. Times are bounds that a busy machine keeps.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkTime } from '../../src/clock.ts';
import { projectRoot } from '../data.ts';
import { runCommand } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-timeout-'));
afterAll(() => rmSync(folder, { recursive: true }));

const many = (count: number, text: string): string => text.repeat(count);
const LARGE = `(module (func (export "_start")) ${many(150_000, '(func (drop (i32.const 1)))')})`;
const THREADED = `(module (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (memory (export "memory") 1 1 shared) (func (export "wasi_thread_start") (param i32 i32) (loop (br 0)))
  (func (export "_start") (drop (call $spawn (i32.const 0))) (loop (br 0))))`;
const ROUNDS = `(func $rounds (param $n i32) (loop $l
  (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
const FILES = {
  'answer.wat': '(module (func (export "f") (result i32) (i32.const 42)))',
  'loop.wat': '(module (func (export "_start") (loop (br 0))))',
  'begin.wat': '(module (func $f (loop (br 0))) (start $f))',
  'initialize.wat': '(module (func (export "_initialize") (loop (br 0))) (func (export "f")))',
  'threads.wat': THREADED,
  'large.wat': LARGE,
  'arrays.wat': `(module (type $a (array i64)) (func (export "_start"))
    ${many(8, '(global (ref $a) (array.new $a (i64.const 7) (i32.const 16000000)))')})`,
  'loop.wast': '(module (func (export "f") (loop (br 0)))) (assert_return (invoke "f"))',
  'trap.wast': '(module (func (export "f") (loop (br 0)))) (assert_trap (invoke "f") "unreachable")',
  'begin.wast': '(module (func $f (loop (br 0))) (start $f))',
  'threads.wast': `(module $m (memory (export "m") 1 1 shared)) (register "m" $m)
    (thread $t (shared (module $m)) (register "m" $m)
      (module (func (export "f") (loop (br 0)))) (assert_return (invoke "f")))
    (wait $t)`,
  'large.wast': LARGE,
  'thrice.wat': `(module ${ROUNDS} (func $begin (call $rounds (i32.const 60))) (start $begin)
    (func (export "_initialize") (call $rounds (i32.const 60))) (func (export "f") (call $rounds (i32.const 60))))`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

async function run(line: string, stdout = (): void => {}): Promise<{ code: number; err: string; took: number }> {
  const begun = Date.now();
  const { code, err } = await runCommand(line.split(' '), { cwd: folder, stdout, guest: 'dropped' });
  return { code, err, took: Date.now() - begun };
}

describe('--timeout was looked at between the calls of a guest that runs: it ends', () => {
  test.each([
    ['a loop', '--timeout 50ms loop.wat', 'program'],
    ['a start function', '--timeout 50ms begin.wat', 'program'],
    ['_initialize', '--timeout 50ms --invoke f initialize.wat', 'program'],
    ['_initialize of a module that is linked', '--timeout 50ms --module m=initialize.wat loop.wat', 'program'],
    ['guest threads', '--timeout 50ms threads.wat', 'program'],
    ['the loading of a large text', '--timeout 50ms large.wat', 'program'],
    ['the loading of a module that is linked', '--timeout 50ms --module m=large.wat loop.wat', 'program'],
    ['the making of an instance', '--timeout 50ms arrays.wat', 'program'],
    ['a trace', 'trace --timeout 50ms --trace-limit 1000000000 loop.wat', 'program'],
    ['a script that calls', 'wast --timeout 50ms loop.wast', 'scripts'],
    ['a script that expects a trap', 'wast --timeout 50ms trap.wast', 'scripts'],
    ['a script that instantiates', 'wast --timeout 50ms begin.wast', 'scripts'],
    ['a script of threads', 'wast --timeout 50ms threads.wast', 'scripts'],
    ['a script that is large', 'wast --timeout 50ms large.wast', 'scripts'],
  ])('%s', async (_what, line, who) => {
    const { code, err, took } = await run(line);
    expect([code, err.split('\n').slice(-2)[0]]).toEqual([124, `wasmi-ts: time-out: the ${who} ran longer than 50ms`]);
    expect(took).toBeLessThan(4000);
  });

  test('and nothing else: what ends in time has its own exit code', async () => {
    expect((await run('--timeout 60s --fuel 100 loop.wat')).code).toBe(125);
    expect((await run('wast --timeout 1h threads.wast large.wast --nonsense')).code).toBe(2);
    expect((await run('wast --timeout 0s loop.wast')).err).toContain('a time is longer than 0');
  });
});

test('--fuel was given anew to start functions, _initialize, what is invoked, and each module that is linked', async () => {
  const codes = async (line: string, amounts: readonly number[]): Promise<number[]> =>
    Promise.all(amounts.map(async (fuel) => (await run(`--fuel ${fuel} ${line}`)).code));
  // Three times 59 branches and a call, and four first calls.
  expect(await codes('--invoke f thrice.wat', [100, 183, 184])).toEqual([125, 125, 0]);
  expect(await codes('--module m=thrice.wat --invoke f thrice.wat', [184, 306, 307])).toEqual([125, 125, 0]);
});

const bin = join(projectRoot, 'bin', 'wasmi-ts');

/** How a process ends whose output goes to pipes that nobody reads. */
function unread(args: readonly string[]): Promise<{ code: number | null; took: number }> {
  const begun = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const net = setTimeout(() => child.kill('SIGKILL'), 40_000);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(net);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, took: Date.now() - begun });
    });
  });
}

describe.skipIf(process.platform === 'win32' || !existsSync(join(projectRoot, 'dist', 'bin', 'main.js')))(
  'output that nobody reads kept a command for ever, whatever --timeout said: it ends',
  () => {
    test('a trace, in a pipe of its own', async () => {
      const { code, took } = await unread(['trace', '--timeout', '300ms', '--trace-limit', '1000000000', 'loop.wat']);
      expect(code).toBe(124);
      expect(took).toBeLessThan(20_000);
    });
  },
);

test('results that nobody reads in time end in the exit code of a time-out, not in that of a good end', async () => {
  const sleep = (): void => {
    for (;;) checkTime();
  };
  const { code, err } = await run('--timeout 50ms --invoke f answer.wat', sleep);
  expect([code, err]).toEqual([124, expect.stringContaining('standard output: the deadline has passed')]);
});
