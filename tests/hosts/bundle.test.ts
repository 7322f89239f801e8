// The bundles where nothing is but the language: a context of node:vm without any of what hosts add.
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bundles } from '../../scripts/bundle.mjs';
import { assemble } from '../../src/text/index.ts';

const made = await bundles();

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
