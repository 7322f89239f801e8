// The bundles where nothing is but the language: a context of node:vm without any of what hosts add.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bundle, bundles } from '../../scripts/bundle.mjs';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';

const made = await bundles();

interface Exports {
  readonly exports: Readonly<Record<string, { readonly node?: string; readonly default: string }>>;
}

/** What hosts may lack, even where it is part of the language. */
// biome-ignore format: a list
const ABSENT = [
  'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console', 'TextDecoder',
  'TextEncoder', 'performance', 'crypto', 'setTimeout', 'setInterval', 'queueMicrotask', 'structuredClone',
  'MessageChannel', 'process', 'Buffer', 'Intl', 'escape', 'unescape',
];

/** A context without them, and where making code from strings throws. */
function bare(): object {
  const context = createContext(Object.create(null) as object, { codeGeneration: { strings: false, wasm: false } });
  runInContext(`for (const name of ${JSON.stringify(ABSENT)}) delete globalThis[name];`, context);
  return context;
}

const bytes = [
  ...assemble('(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))'),
];
const USE = `
  const bytes = new Uint8Array(${JSON.stringify(bytes)});
  let later = 'nothing';
  WebAssembly.instantiate(bytes).then(({ instance }) => { later = instance.exports.add(40, 2); }, (error) => { later = error; });`;

test('nothing of a host is there', () => {
  const left = runInContext(`${JSON.stringify(ABSENT)}.filter((name) => name in globalThis).join()`, bare()) as string;
  expect(left).toBe('');
});

test.each(['wasmi-ts.js', 'wasmi-ts.es5.js'])('%s runs a module where only the language is', async (name) => {
  const context = bare();
  runInContext(made[name], context);
  expect(runInContext('typeof WebAssembly', context)).toBe('undefined');
  const use = 'const { WebAssembly } = wasmiTs; const { compile, instantiate } = wasmiTs;';
  runInContext(`${use}${USE}; const now = instantiate(compile(bytes)).call('add', 40, 2);`, context);
  expect(runInContext('now', context)).toBe(42);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(runInContext('later', context)).toBe(42);
});

test.each(['polyfill.js', 'polyfill.es5.js'])('%s gives the context a global WebAssembly', async (name) => {
  const context = bare();
  runInContext(made[name] + USE, context);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(runInContext('later', context)).toBe(42);
  expect(runInContext('Object.keys(globalThis).includes("WebAssembly")', context)).toBe(false);
});

test('wasmi-ts.js leaves one name behind', () => {
  const context = bare();
  const names = 'Object.getOwnPropertyNames(globalThis)';
  const before = runInContext(names, context) as string[];
  runInContext(made['wasmi-ts.js'], context);
  const after = runInContext(names, context) as string[];
  expect(after.filter((name) => !before.includes(name))).toEqual(['wasmiTs']);
});

test('errors of the minified bundle have their names', () => {
  const context = bare();
  runInContext(made['wasmi-ts.js'], context);
  const code = 'let name; try { wasmiTs.compile(new Uint8Array(3)); } catch (error) { name = error.name; } name';
  expect(runInContext(code, context)).toBe('MalformedError');
});

test('wasmi-ts.mjs exports what wasmi-ts exports, and the namespace', async () => {
  const url = `data:text/javascript;base64,${Buffer.from(made['wasmi-ts.mjs']).toString('base64')}`;
  const exported = Object.keys((await import(url)) as object);
  const index = Object.keys((await import('../../src/index.ts')) as object);
  expect(exported).toEqual(expect.arrayContaining([...index, 'WebAssembly', 'install', 'enableTypeReflection']));
});

const named = Object.entries(
  (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Exports).exports,
).filter(([entry]) => !entry.startsWith('./bundle') && entry !== './package.json');

test.each(named)('for Node %s is in a few files, and exports what its module does', async (_entry, files) => {
  const { node = '', default: plain } = files;
  expect(node).toBe(plain.replace('dist', 'dist/node'));
  if (plain.includes('polyfill')) return;
  const exportsOf = async (file: string): Promise<string[]> =>
    Object.keys((await import(pathToFileURL(join(projectRoot, file)).href)) as object).sort();
  expect(await exportsOf(node)).toEqual(await exportsOf(plain));
});

test('what is put together for Node asks for no file that is not there, by import, require or name', () => {
  const folder = join(projectRoot, 'dist', 'node');
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.js'));
  const asked = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/["'](\.{1,2}\/[^"'\n]+\.js)["']/g)].map(([, from]) =>
      join(dirname(file), from),
    ),
  );
  expect(asked).toEqual(
    expect.arrayContaining([join('polyfill', 'node.js'), join('wasi', 'hosts', 'node', 'wasi.js')]),
  );
  expect(asked.filter((one) => !files.includes(one))).toEqual([]);
});

/** Bytes of V8's bytecode for the loop of a bundle: the only function there in parentheses that something is set to. */
function loopLength(script: string): number {
  const loops = [...script.matchAll(/([\w$]+) ?= ?\(function ?([\w$]*)\(/g)];
  expect(loops).toHaveLength(1);
  const [[, variable, own]] = loops;
  const module = [...assemble('(module (func (export "f")))')];
  // One call enters the loop, which compiles it.
  const code = `${script}
    wasmiTs.useLoop('switch');
    wasmiTs.instantiate(wasmiTs.compile(new Uint8Array(${JSON.stringify(module)}))).call('f');`;
  const flags = ['--print-bytecode', `--print-bytecode-filter=${own || variable}`, '--input-type=commonjs', '-'];
  const text = execFileSync(process.execPath, flags, { input: code, encoding: 'latin1', maxBuffer: 1 << 29 });
  const named = /generated bytecode for function: \S+ \(.*\nBytecode length: (\d+)/g;
  const length = Math.max(...[...text.matchAll(named)].map((match) => Number(match[1])));
  expect(length).toBeGreaterThan(10_000);
  return length;
}

test('minifying makes no more bytecode of the loop, which V8 optimises only up to a limit', async () => {
  const plain = await bundle('src/bundle.ts', { format: 'iife', globalName: 'wasmiTs', minify: false });
  expect(loopLength(made['wasmi-ts.js'])).toBeLessThanOrEqual(loopLength(plain) * 1.02);
});

test('objects of the minified bundle are told by their names, not by those that the minifier chose', () => {
  const code = `
    const W = wasmiTs.WebAssembly, module = new W.Module(new Uint8Array(${JSON.stringify(bytes)}));
    const tag = new W.Tag({ parameters: [] });
    const all = [module, new W.Instance(module), new W.Memory({ initial: 1 }), tag, new W.Exception(tag, []),
      new W.Table({ element: 'anyfunc', initial: 1 }), new W.Global({ value: 'i32' }), new W.Suspending(() => 1)];
    for (const one of all) try { structuredClone(one); } catch ({ message }) { console.log(message); }`;
  const told = execFileSync(process.execPath, ['-'], { input: made['wasmi-ts.js'] + code, encoding: 'utf8' });
  const names = ['Module', 'Instance', 'Memory', 'Tag', 'Exception', 'Table', 'Global', 'Suspending'];
  expect(told).toBe(names.map((name) => `#<${name}> could not be cloned.\n`).join(''));
});
