// Names that every JavaScript object has, in every place where a name comes from outside: they are names like any other.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, instantiate, Linker } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { BufferOutput, memoryDirectory, readFile, WASI } from '../../src/wasi/index.ts';
import type { WasiOptions } from '../../src/wasi/index.ts';
import { nodeHost } from '../../src/wasi/hosts/node.ts';
import { runCommand } from './in-process.ts';

const NAMES = Object.getOwnPropertyNames(Object.prototype);
const PREVIEW1 = '"wasi_snapshot_preview1"';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Prints its environment, or the paths of its directories, with NUL between. */
const ENVIRON = `(module (import ${PREVIEW1} "environ_sizes_get" (func $s (param i32 i32) (result i32)))
  (import ${PREVIEW1} "environ_get" (func $g (param i32 i32) (result i32)))
  (import ${PREVIEW1} "fd_write" (func $w (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
  (func (export "_start") (drop (call $s (i32.const 0) (i32.const 4))) (drop (call $g (i32.const 1024) (i32.const 16384)))
    (i32.store (i32.const 16) (i32.const 16384)) (i32.store (i32.const 20) (i32.load (i32.const 4)))
    (drop (call $w (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))))`;
const PATHS = `(module (import ${PREVIEW1} "fd_prestat_get" (func $s (param i32 i32) (result i32)))
  (import ${PREVIEW1} "fd_prestat_dir_name" (func $g (param i32 i32 i32) (result i32)))
  (import ${PREVIEW1} "fd_write" (func $w (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
  (func (export "_start") (local $fd i32) (local.set $fd (i32.const 3))
    (loop $next (if (i32.eqz (call $s (local.get $fd) (i32.const 0))) (then
      (drop (call $g (local.get $fd) (i32.const 1024) (i32.load (i32.const 4))))
      (i32.store (i32.const 16) (i32.const 1024)) (i32.store (i32.const 20) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
      (i32.store8 (i32.add (i32.const 1024) (i32.load (i32.const 4))) (i32.const 0))
      (drop (call $w (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1))) (br $next))))))`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const environ = file('environ.wat', ENVIRON);
const paths = file('paths.wat', PATHS);
const add = file('add.wat', '(module (func (export "f") (result i32) (i32.const 7)))');

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ended = await runCommand(args, { cwd: folder, env });
  return { ...ended, texts: ended.out.split('\0').filter((text) => text !== '') };
}

/** What a program prints that is run by the library, split at NUL. */
async function printed(text: string, options: WasiOptions): Promise<string[]> {
  const stdout = new BufferOutput();
  const wasi = new WASI({ ...options, stdout });
  await wasi.start(instantiate(compile(assemble(text)), wasi.imports));
  return (stdout.text() ?? '').split('\0').filter((one) => one !== '');
}

describe.each(NAMES)('%s', (name) => {
  test('as a variable that is not set is passed on as nothing', async () => {
    expect((await run(['--env', name, environ])).texts).toEqual([]);
  });

  test('as a variable that is set has its value', async () => {
    expect((await run(['--env', `${name}=x`, environ])).texts).toEqual([`${name}=x`]);
    const env = Object.fromEntries([[name, 'y']]);
    expect((await run(['--env', name, environ], env)).texts).toEqual([`${name}=y`]);
    expect((await run(['--env-inherit', environ], env)).texts).toEqual([`${name}=y`]);
  });

  test('as a directory of the guest is one, in its place', async () => {
    mkdirSync(join(folder, 'data'), { recursive: true });
    const { texts } = await run(['--dir', 'data::b', '--dir', `data::${name}`, '--dir', 'data::1', paths]);
    expect(texts).toEqual(['b', name, '1']);
  });

  test('as a module that is linked is found, and nothing of it that is not there', async () => {
    const user = file('user.wat', `(module (import "${name}" "f" (func (result i32))) (export "g" (func 0)))`);
    const wrong = file('wrong.wat', `(module (import "${name}" "${name}" (func)))`);
    expect(await run(['--module', `${name}=${add}`, '--invoke', 'g', user])).toMatchObject({ code: 0, out: '7\n' });
    expect((await run(['--invoke', 'g', user])).err).toContain('unknown import');
    expect((await run(['--module', `${name}=${add}`, wrong])).err).toContain('unknown import');
  });

  test('as an export can be called, and as none is missed', async () => {
    const has = file('has.wat', `(module (func (export "${name}") (result i32) (i32.const 7)))`);
    expect(await run(['--invoke', name, has])).toMatchObject({ code: 0, out: '7\n' });
    expect((await run(['--invoke', name, add])).err).toContain(`there is no exported function "${name}"`);
  });

  test.each(['wasi_snapshot_preview1', 'wasi', 'env', name])('as an import of %s gets a stand-in', async (from) => {
    const user = file(
      'stand-in.wat',
      `(module (import "${from}" "${name}" (func $f)) (func (export "_start") (call $f)))`,
    );
    expect((await run([user])).err).toContain('unknown import');
    expect(await run(['--unknown-imports', 'trap', user])).toMatchObject({ code: 134 });
    expect(await run(['--unknown-imports', 'default', user])).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    ['--max-memory', `1${name}`],
    ['--timeout', `1${name}`],
    ['--fuel', name],
    ['--thread-seed', name],
    ['--trace-limit', name, '--trace'],
    [`--trace=${name}`],
    ['--trace', '--trace-format', name],
    ['--unknown-imports', name],
    ['--loop', name],
    ['-W', name],
    ['-W', `gc=${name}`],
    ['--listen', name],
    [`--${name}`],
    [`--${name}=1`],
  ])('as a value of %s is refused', async (...option) => {
    expect(await run([...option, '--invoke', 'f', add])).toMatchObject({ code: 2, out: '' });
  });

  test.each([[['help', name]], [['fuzz', '--against', name]], [['fuzz', '--features', name]]])(
    'in %j is refused',
    async (args) => {
      expect(await run(args)).toMatchObject({ code: 2, out: '' });
    },
  );

  test('in a text is no keyword', async () => {
    for (const field of [
      `(${name})`,
      `(@custom "x" (after ${name}))`,
      `(func (v128.const ${name} 1) drop)`,
      `(func ${name})`,
    ]) {
      const { code, err } = await run(['validate', file('text.wat', `(module ${field})`)]);
      expect([field, code, /internal/.test(err)]).toEqual([field, 1, false]);
    }
  });

  test('in a script is no value of spectest, no module and no export', async () => {
    const script = file(
      'script.wast',
      `(module $m (func (export "f"))) (assert_unlinkable (module (import "spectest" "${name}" (func))) "unknown import")
       (assert_unlinkable (module (import "${name}" "${name}" (func))) "unknown import")
       (register "${name}" $m) (module (import "${name}" "f" (func)))`,
    );
    expect(await run(['wast', script])).toMatchObject({ code: 0, err: '' });
  });

  test('in the library is an import and an export like any other', () => {
    const module = compile(
      assemble(`(module (import "${name}" "${name}" (func $f (result i32))) (export "${name}" (func $f)))`),
    );
    expect(() => instantiate(module, {})).toThrow('unknown import');
    expect(() => instantiate(module, Object.fromEntries([[name, {}]]))).toThrow('unknown import');
    const given = Object.fromEntries([[name, Object.fromEntries([[name, () => 7]])]]);
    expect(instantiate(module, given).call(name)).toBe(7);
    const linker = new Linker().define(name, name, () => 8);
    expect(linker.instantiate(module).call(name)).toBe(8);
  });

  test('as a path, a variable or a file given to WASI is kept', async () => {
    const record = <T>(value: T): Record<string, T> => Object.fromEntries([[name, value]]);
    expect(await printed(PATHS, { preopens: record(memoryDirectory()) })).toEqual([name]);
    expect(await printed(PATHS, nodeHost({ preopens: record(folder) }))).toEqual([name]);
    expect(await printed(ENVIRON, { env: record('x') })).toEqual([`${name}=x`]);
    expect(Buffer.from(readFile(memoryDirectory(record('text')), name)).toString()).toBe('text');
  });
});

test('pairs keep their order, also where names look like numbers', async () => {
  const names = ['b', '2', '1'];
  const directories = names.map((path) => [path, memoryDirectory()] as const);
  for (const preopens of [directories, new Map(directories), new Map(directories).entries()]) {
    expect(await printed(PATHS, { preopens })).toEqual(names);
  }
  expect(await printed(PATHS, nodeHost({ preopens: names.map((path) => [path, folder]) }))).toEqual(names);
  const variables = names.map((one) => [one, 'x'] as const);
  for (const env of [variables, new Map(variables), new Map(variables).entries()]) {
    expect(await printed(ENVIRON, { env })).toEqual(names.map((one) => `${one}=x`));
  }
});

test('a path that is given twice is refused', () => {
  const pairs = ['b', 'c', 'b'].map((path) => [path, memoryDirectory()] as const);
  expect(() => new WASI({ preopens: pairs })).toThrow(new TypeError('invalid guest path: "b" is given twice'));
  expect(() =>
    nodeHost({
      preopens: [
        ['b', folder],
        ['b', folder],
      ],
    }),
  ).toThrow(new TypeError('invalid guest path: "b" is given twice'));
});
