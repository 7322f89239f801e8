// bin/wasmi-ts as a process of its own: exit codes, streams, pipes. It runs what `npm run build` has built.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'bin', 'wasmi-ts');
const golden = join(root, 'tests', 'cli', 'golden');
const built = existsSync(join(root, 'dist', 'bin', 'main.js'));
const title = built ? 'bin/wasmi-ts' : 'bin/wasmi-ts (not tested: dist is missing, run npm run build first)';

function run(args: string[], options: { input?: string; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: golden,
    encoding: 'utf8',
    timeout: 50_000,
    input: options.input ?? '',
    env: { ...process.env, ...options.env },
  });
  return { status, stdout, stderr };
}

describe.skipIf(!built)(title, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-bin-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test('passes on the exit code of a program', () => {
    expect(run(['exit.wat'])).toEqual({ status: 42, stdout: '', stderr: '' });
  });

  test('gives a program its standard input and output', () => {
    expect(run(['echo.wat'], { input: 'one\ntwo\n' })).toEqual({ status: 0, stdout: 'one\ntwo\n', stderr: '' });
  });

  test('reads a module from standard input', () => {
    const input = '(module (func (export "f") (result i32) (i32.const 7)))';
    expect(run(['--invoke', 'f', '-'], { input })).toEqual({ status: 0, stdout: '7\n', stderr: '' });
  });

  test('ends with 134 after a trap, 125 without fuel, 124 after a time-out', () => {
    expect(run(['--invoke', 'crash', 'trap.wat']).status).toBe(134);
    expect(run(['--fuel', '1000', 'loop.wat']).status).toBe(125);
    expect(run(['--timeout', '50ms', 'loop.wat']).status).toBe(124);
  });

  test('survives a recursion without end', () => {
    const { status, stderr } = run(['recursion.wat']);
    expect(status).toBe(134);
    expect(stderr).toContain('call stack exhausted');
  });

  test('shows a JavaScript stack only when it is asked for', () => {
    expect(run(['missing.wasm']).stderr).not.toContain('    at ');
    expect(run(['missing.wasm'], { env: { WASMI_TS_DEBUG: '1' } }).stderr).toContain('    at ');
  });

  test('a module made with parse is what wat prints', () => {
    const file = join(scratch, 'trap.wasm');
    expect(run(['parse', 'trap.wat', '-o', file]).status).toBe(0);
    expect(run(['wat', file]).stdout).toBe(run(['wat', 'trap.wat']).stdout);
  });

  test('ends quietly when nobody reads what it prints', () => {
    const many = `(module ${'(func i32.const 1 drop)'.repeat(20_000)})`;
    writeFileSync(join(scratch, 'many.wat'), many);
    const line = `"${process.execPath}" "${bin}" wat "${join(scratch, 'many.wat')}" | head -n 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['(module\n', '']);
  });

  // Node itself would end with 13, and say nothing.
  test.each([
    ['_start', '(func (export "_start") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))', []],
    [
      'a start function',
      '(func $s (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))) (start $s)',
      [],
    ],
    [
      '--invoke',
      '(func (export "f") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))',
      ['--invoke', 'f'],
    ],
  ])('a wait in %s that nobody can end is told, and ends with 134', (_where, func, options) => {
    const file = join(scratch, 'wait.wat');
    writeFileSync(file, `(module (memory (export "memory") 1 1 shared) ${func})`);
    const { status, stderr } = run([...options, '--stats', file]);
    expect([status, stderr]).toEqual([
      134,
      expect.stringMatching(/trap: blocking wait: .*nobody is left to give it.*\nstats: time/),
    ]);
    expect(run([...options, '--timeout', '50ms', file]).status).toBe(124);
  });

  test.skipIf(!existsSync('/dev/full')).each([
    ['waits for it', '', '(loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))) (br 0))'],
    [
      'has set nonblock',
      '(import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func $set (param i32 i32) (result i32)))',
      `(drop (call $set (i32.const 1) (i32.const 4)))
       (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))) (br 0))`,
    ],
  ])('--timeout ends a program whose output nobody reads, which %s', (_how, imports, body) => {
    const file = join(scratch, 'flood.wat');
    writeFileSync(
      file,
      `(module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32))) ${imports}
        (memory (export "memory") 16) (data (i32.const 4) "\\40\\42\\0f") (func (export "_start") ${body}))`,
    );
    // Whoever has the other end reads nothing, and goes when it has the exit code, or after half a minute.
    const script = `
      rm -f code
      { "${process.execPath}" "${bin}" --timeout 300ms "${file}" 2> /dev/null; echo $? > code; } |
        for i in $(seq 300); do [ -s code ] && break; sleep 0.1; done
      cat code`;
    const { stdout } = spawnSync('bash', ['-c', script], { cwd: scratch, encoding: 'utf8' });
    expect(stdout).toBe('124\n');
  });

  test.skipIf(!existsSync('/dev/full'))(
    'the exit code says what happened where standard error is full or closed',
    () => {
      const code = (command: string): number | null =>
        spawnSync('bash', ['-c', command.replace(/wasmi-ts/g, `"${process.execPath}" "${bin}"`)], { cwd: golden })
          .status;
      expect(code('wasmi-ts --invoke crash trap.wat 2> /dev/full')).toBe(134);
      expect(code('wasmi-ts --invoke crash trap.wat 2>&1 | true; exit $PIPESTATUS')).toBe(134);
      expect(code('wasmi-ts missing.wasm 2>&-')).toBe(1);
      expect(code('wasmi-ts --nonsense 2> /dev/full')).toBe(2);
      expect(code('wasmi-ts --trace exit.wat 2> /dev/full')).toBe(42);
      expect(code('wasmi-ts --version > /dev/full')).toBe(1);
      expect(code('wasmi-ts --version >&-')).toBe(0);
    },
  );

  test.skipIf(process.platform === 'win32')('runs where only 40 descriptors can be open', () => {
    const line = `ulimit -n 40 && exec "${process.execPath}" "${bin}" echo.wat`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
      cwd: golden,
      encoding: 'utf8',
      input: 'hello',
    });
    expect([status, stdout, stderr]).toEqual([0, 'hello', '']);
  });

  test.each([
    [['--version']],
    [['wat', '--version', 'missing.wat']],
    [['--invoke', 'f', '--version', 'missing.wat']],
    [['validate', 'missing.wat', '--version']],
  ])('says which version it is, wherever among our options it is asked: %j', (args) => {
    const { status, stdout } = run(args);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^wasmi-ts \d+\.\d+\.\d+\n$/)]);
  });
});
