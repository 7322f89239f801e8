// What Node has of its own that looks for a native WebAssembly, under the polyfill: node:wasi, and imports of .wasm files.
// Processes of their own, since the polyfill changes the process; with a JIT (polyfill/force) and without.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versions } from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-polyfill-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What package.json names for Node, but for the last way. */
const at = (name: string): string => pathToFileURL(join(projectRoot, 'dist/node/jsapi', name)).href;
const WAYS: [string, string[]][] = [
  ['polyfill/force', ['--import', at('polyfill-force.js')]],
  ['--jitless and the polyfill', ['--jitless', '--import', at('polyfill.js')]],
  [
    '--jitless and the polyfill as modules one by one, required',
    ['--jitless', '-r', join(projectRoot, 'dist/jsapi/polyfill.js')],
  ],
];

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), name.endsWith('.wasm') ? assemble(text) : text);
}

/** What a program prints; what else it says of errors, too. */
function run(options: readonly string[], name: string): string {
  const made = spawnSync(process.execPath, ['--no-warnings', ...options, join(folder, name)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return made.stdout + made.stderr.replace(/^Warning: disabling flag.*\n/m, '');
}

describe.each(WAYS)('with %s', (_title, options) => {
  beforeAll(() => {
    write(
      'exit.wasm',
      `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func (export "_start") (call $exit (i32.const 3))))`,
    );
    write(
      'wasi.cjs',
      `const { readFileSync } = require('node:fs');
      const { Worker, isMainThread } = require('node:worker_threads');
      (async () => {
        const found = [require('node:wasi').WASI, require('wasi').WASI, process.getBuiltinModule('node:wasi').WASI,
          (await import('node:wasi')).WASI, (await import('wasi')).default.WASI];
        const bytes = readFileSync(__dirname + '/exit.wasm');
        class Sub extends found[0] {}
        for (const WASI of new Set([...found, Sub])) {
          const wasi = new WASI({ version: 'preview1' });
          const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.getImportObject());
          console.log(isMainThread ? 'main' : 'worker', WASI.name, wasi.start(instance), wasi instanceof found[0]);
        }
        if (isMainThread) new Worker(__filename);
      })();`,
    );
  });

  it('programs that use node:wasi run, by import, require and getBuiltinModule, in workers too', () => {
    const lines = ['WASI 3 true', 'Sub 3 true'];
    const expected = ['main', 'worker'].flatMap((thread) => lines.map((line) => `${thread} ${line}\n`)).join('');
    expect(run(options, 'wasi.cjs')).toBe(expected);
  });

  it('node:wasi refuses wrong options, and ends the process where it is asked to', () => {
    write(
      'ends.cjs',
      `const { WASI } = require('node:wasi');
      try { new WASI({}); } catch (error) { console.log(error.code); }
      const wasi = new WASI({ version: 'preview1', returnOnExit: false });
      const bytes = require('node:fs').readFileSync(__dirname + '/exit.wasm');
      process.on('exit', (code) => console.log('exit', code));
      wasi.start(new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.getImportObject()));
      console.log('not reached');`,
    );
    expect(run(options, 'ends.cjs')).toBe('ERR_INVALID_ARG_TYPE\nexit 3\n');
  });

  it('a .wasm file is imported into our engine: by names, as a whole, by another one, with its own imports', () => {
    write('dep.mjs', 'export const twice = (x) => 2 * x; export default 5;');
    write(
      'one.wasm',
      `(module (import "./dep.mjs" "twice" (func $twice (param i32) (result i32)))
        (global (export "seven") (mut i32) (i32.const 7)) (memory (export "a memory") 1)
        (func (export "default") (result i32) (i32.const 1))
        (func (export "add") (param i32 i32) (result i32) (call $twice (i32.add (local.get 0) (local.get 1)))))`,
    );
    write(
      'two.wasm',
      `(module (import "./one.wasm" "add" (func $add (param i32 i32) (result i32)))
        (import "./one.wasm" "seven" (global $seven (mut i32)))
        (func (export "run") (result i32) (call $add (global.get $seven) (i32.const 1))))`,
    );
    write(
      'import.mjs',
      `import { run } from './two.wasm';
      import one, { add, 'a memory' as memory, seven } from './one.wasm';
      const all = await import('./one.wasm');
      console.log(add(1, 2), run(), one(), memory instanceof WebAssembly.Memory, typeof seven);
      console.log(Object.keys(all).join(), all.add === add);
      console.log(await import('./broken.wasm').catch((error) => [error.name, /broken.wasm/.test(error.message)].join()));`,
    );
    writeFileSync(join(folder, 'broken.wasm'), 'no module');
    const ofGlobal = Number(versions.node.split('.')[0]) >= 22 ? 'number' : 'object';
    expect(run(['--experimental-wasm-modules', ...options], 'import.mjs')).toBe(
      `6 16 1 true ${ofGlobal}\na memory,add,default,seven true\nCompileError,true\n`,
    );
  });
});

it('without the flag that Node 20 needs, importing a .wasm file is the error of Node', () => {
  write('plain.mjs', "await import('./exit.wasm').catch((error) => console.log(error.code));");
  const major = Number(versions.node.split('.')[0]);
  const expected = major === 20 ? 'ERR_UNKNOWN_FILE_EXTENSION' : 'ERR_MODULE_NOT_FOUND';
  expect(run(['--import', at('polyfill-force.js')], 'plain.mjs')).toBe(`${expected}\n`);
});
