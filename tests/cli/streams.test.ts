// What happened decides the exit code, whether or not it can be told: command lines with standard streams that are full,
// that nobody reads, that fail, or that fail after some bytes. In this process, through the host that `main` takes.
import { COMMANDS as TABLE } from '../../src/cli/commands.ts';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-streams-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FILES = {
  'answer.wat': '(module (func (export "f") (result i32) (i32.const 42)) (func (export "g")))',
  'trap.wat': '(module (func (export "_start") (unreachable)))',
  'exit-3.wat':
    '(module (import "wasi_snapshot_preview1" "proc_exit" (func $e (param i32))) (func (export "_start") (call $e (i32.const 3))))',
  'nothing.wat':
    '(module (import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32))) (func (export "_start") (drop (call $y))))',
  'invalid.wat': '(module (func (result i32)))',
  'malformed.wat': '(module (func',
  'loop.wat': '(module (func (export "_start") (loop (br 0))))',
  'good.wast': '(module (func (export "f"))) (assert_return (invoke "f"))',
  'bad.wast': '(module (func (export "f") (result i32) (i32.const 1))) (assert_return (invoke "f") (i32.const 2))',
  'many.wat': `(module ${'(func i32.const 1 drop)'.repeat(2000)})`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);

/** Command lines with the exit code that they have where everything can be written. */
const ALL: readonly (readonly [line: string, exitCode: number])[] = [
  ['', 2],
  ['--version', 0],
  ['--help', 0],
  ['help', 0],
  ...TABLE.flatMap(
    ({ name }) =>
      [
        [`${name} --help`, 0],
        [`help ${name}`, 0],
        [`${name} --nonsense`, 2],
        [`${name} -h --version`, 0],
        [`${name} --version`, 0],
      ] as const,
  ),
  ['--invoke f answer.wat', 0],
  ['--invoke g answer.wat', 0],
  ['--invoke nope answer.wat', 1],
  ['--invoke f answer.wat 1', 2],
  ['trap.wat', 134],
  ['--stats trap.wat', 134],
  ['--trace trap.wat', 134],
  ['exit-3.wat', 3],
  ['--strace exit-3.wat', 3],
  ['--trace exit-3.wat', 3],
  ['--trace=wasi exit-3.wat', 3],
  ['--stats nothing.wat', 0],
  ['--strace nothing.wat', 0],
  ['--trace nothing.wat', 0],
  ['--trace --trace-format json nothing.wat', 0],
  ['--trace --strace --stats --invoke f answer.wat', 0],
  ['--trace --trace-out /dev/full nothing.wat', 1],
  ['--trace --trace-out /dev/full exit-3.wat', 3],
  ['--trace --trace-out /dev/full trap.wat', 134],
  ['--trace --trace-out no/such/folder nothing.wat', 1],
  ['--fuel 100 loop.wat', 125],
  ['--timeout 20ms loop.wat', 124],
  ['missing.wasm', 1],
  ['missing', 2],
  ['--fuel x answer.wat', 2],
  ['invalid.wat', 1],
  ['validate -v answer.wat trap.wat', 0],
  ['validate answer.wat', 0],
  ['validate -v answer.wat invalid.wat malformed.wat missing.wat trap.wat', 1],
  ['wast -v good.wast', 0],
  ['wast good.wast bad.wast', 1],
  ['wat many.wat', 0],
  ['wat malformed.wat', 1],
  ['wat answer.wat -o /dev/full', 1],
  ['wat answer.wat -o no/such/folder', 1],
  ['parse answer.wat -o -', 0],
  ['objdump answer.wat', 0],
  ['objdump -d many.wat', 0],
  ['objdump --func nope many.wat', 1],
  ['fuzz --against self --seed 1 --runs 1', 0],
  ['fuzz --against nobody', 2],
];

/** Not every machine has a disk that is always full. */
const COMMANDS = ALL.filter(([line]) => existsSync('/dev/full') || !line.includes('/dev/full'));

const error = (code: string, text: string): Error => Object.assign(new Error(`${code}: ${text}, write`), { code });
/** Whether a stream takes what is written, by how much was written before. */
type Stream = { readonly name: string; readonly room: number; readonly error: () => Error };
const GOOD: Stream = { name: 'good', room: Infinity, error: () => new Error('unused') };
const full = (room: number): Stream => ({
  name: 'full',
  room,
  error: () => error('ENOSPC', 'no space left on device'),
});
const left = (room: number): Stream => ({ name: 'left', room, error: () => error('EPIPE', 'broken pipe') });
const broken = (room: number): Stream => ({ name: 'broken', room, error: () => error('EIO', 'i/o error') });
const closed: Stream = { name: 'closed', room: 0, error: () => error('EBADF', 'bad file descriptor') };

class Written {
  text = '';
  failed = false;
  private readonly stream: Stream;
  constructor(stream: Stream) {
    this.stream = stream;
  }
  readonly write = (data: string | Uint8Array): void => {
    const text = Buffer.from(data as string).toString('latin1');
    const room = this.stream.room - this.text.length;
    this.text += text.slice(0, Math.max(0, room));
    if (text.length <= room) return;
    this.failed = true;
    throw this.stream.error();
  };
}

async function run(line: string, out: Stream, err: Stream, stdin: () => Uint8Array = () => new Uint8Array(0)) {
  const stdout = new Written(out);
  const stderr = new Written(err);
  const args = line.split(' ').filter((word) => word !== '');
  const streams = { stdin, stdout: stdout.write, stderr: stderr.write };
  const { code } = await runCommand(args, { cwd: folder, ...streams, guest: 'dropped' });
  return { code, stdout, stderr };
}

/** Asked for, and told on standard error. */
const isTold = (line: string): boolean => (/trace/.test(line) && !/--trace-out/.test(line)) || /--stats/.test(line);

describe('whatever the standard streams are', () => {
  test.each(COMMANDS)('`wasmi-ts %s` ends with %i where all can be written', async (line, exitCode) => {
    expect((await run(line, GOOD, GOOD)).code).toBe(exitCode);
  });

  const room = fc.oneof(fc.constant(0), fc.nat(40), fc.nat(4000));
  const stream = fc.oneof(fc.constant(GOOD), room.map(full), room.map(left), room.map(broken), fc.constant(closed));
  test('the exit code says what happened; it is 1 where 0 would hide that something asked for was not written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...COMMANDS), stream, stream, async ([line, exitCode], out, err) => {
        const { code, stdout, stderr } = await run(line, out, err);
        const lost = (stdout.failed && out.name !== 'left') || (stderr.failed && isTold(line));
        expect([line, code]).toEqual([line, exitCode === 0 && lost ? 1 : exitCode]);
        expect(stderr.text).not.toMatch(/internal error|\n {4}at /);
        if (stdout.failed && out.name === 'full' && err === GOOD) {
          expect(stderr.text).toContain('wasmi-ts: error: standard output: no space left on device\n');
        }
        if (stdout.failed && out.name === 'left' && err === GOOD && exitCode === 0) {
          expect(stderr.text).not.toContain('error');
        }
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  test('statistics that cannot be written turn 0 into 1, as a trace does', async () => {
    expect((await run('--stats nothing.wat', GOOD, full(0))).code).toBe(1);
    expect((await run('--stats trap.wat', GOOD, full(0))).code).toBe(134);
  });

  test('a disk that is full is told in one line', async () => {
    const { code, stderr } = await run('--version', full(0), GOOD);
    expect([code, stderr.text]).toEqual([1, 'wasmi-ts: error: standard output: no space left on device\n']);
  });

  test('a trace in a file is whole although another stream failed meanwhile', async () => {
    const text =
      '(module (import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32))) (func (export "_start") (local i32) (loop (drop (call $y)) (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 500))))))';
    writeFileSync(join(folder, 'yields.wat'), text);
    const traced = async (err: Stream) => {
      const { code } = await run('--trace --strace --trace-limit 100000 --trace-out trace.txt yields.wat', GOOD, err);
      return { code, trace: readFileSync(join(folder, 'trace.txt'), 'utf8') };
    };
    const { trace } = await traced(GOOD);
    expect(trace.length).toBeGreaterThan(3 * 64 * 1024);
    expect(await traced(full(0))).toEqual({ code: 1, trace });
  });

  test('nothing more is made for a reader who has left', async () => {
    const { code, stdout } = await run('objdump -d many.wat', left(100), GOOD);
    expect([code, stdout.text.length]).toEqual([0, 100]);
  });

  test('standard input that fails, is empty or was read already is told with its reason', async () => {
    const directory = (): never => {
      throw error('EISDIR', 'illegal operation on a directory');
    };
    const text = (): Uint8Array => Buffer.from('(module)');
    const said = async (line: string, stdin: () => Uint8Array) => {
      const { code, stderr } = await run(line, GOOD, GOOD, stdin);
      return [code, stderr.text.split('\n')[0]];
    };
    expect(await said('-', directory)).toEqual([1, 'wasmi-ts: error: <stdin>: is a directory, a file is needed']);
    expect(await said('-', () => new Uint8Array(0))).toEqual([1, 'wasmi-ts: error: <stdin>: the file is empty']);
    expect(await said('--module lib=- -', text)).toEqual([
      1,
      'wasmi-ts: error: <stdin>: standard input was already read: `-` can be given once',
    ]);
    expect(await said('validate - -', text)).toEqual([
      1,
      'wasmi-ts: error: <stdin>: standard input was already read: `-` can be given once',
    ]);
  });
});
