// The recipes of examples/recipes, run where they are meant to run. Needs the built package. What is not installed
// (Chromium of the system; Hermes, workerd and packages by `npm run hosts -- --install`) is skipped, and the title says so.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, lowerToES5 } from '../../scripts/bundle.mjs';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';
import { ensureBuilt } from '../docs/package.ts';
import { installed, packageFolder } from './install.ts';
import { chromiumPath, withPage } from './page.ts';
import { serve } from './server.ts';
import { askWorkerd } from './workerd.ts';

const RECIPES = join(projectRoot, 'examples', 'recipes');
const ADD = assemble(readFileSync(join(projectRoot, 'examples/add.wat')));

let scratch = '';
beforeAll(() => {
  ensureBuilt();
  scratch = mkdtempSync(join(tmpdir(), 'wasmi-ts-recipes-'));
  mkdirSync(join(scratch, 'node_modules', '@hono'), { recursive: true });
  symlinkSync(projectRoot, join(scratch, 'node_modules', 'wasmi-ts'), 'junction');
  for (const name of ['hono', '@hono/node-server', 'hash-wasm']) {
    const folder = packageFolder(name);
    if (folder !== undefined) symlinkSync(folder, join(scratch, 'node_modules', name), 'junction');
  }
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const recipe = (path: string): string => readFileSync(join(RECIPES, path), 'utf8');
const bundled = (name: string): string => readFileSync(join(projectRoot, 'dist/bundle', name), 'utf8');
const absent = (what: string, there: unknown): string => (there === undefined ? ` (not tested: no ${what} here)` : '');

/** The app as Metro makes it: one script for an engine of old. */
async function reactNative(): Promise<string> {
  const alias = { 'wasmi-ts/polyfill': join(projectRoot, 'src/jsapi/polyfill.ts') };
  return lowerToES5(await bundle(join(RECIPES, 'react-native/index.js'), { format: 'iife', minify: false, alias }));
}

test('React Native: the app runs where there is no WebAssembly and no class', async () => {
  const context = createContext(Object.create(null) as object, { codeGeneration: { strings: false, wasm: false } });
  const shown: string[] = [];
  (context as { show?: unknown }).show = (text: string) => shown.push(text);
  runInContext(
    'delete globalThis.WebAssembly; delete globalThis.SharedArrayBuffer; delete globalThis.WeakRef;',
    context,
  );
  runInContext(await reactNative(), context);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(shown).toEqual(['fibonacci(20) is 6765']);
}, 250_000);

const hermes = installed('hermes');
test.skipIf(hermes === undefined)(
  `React Native: the app runs in Hermes${absent('Hermes', hermes)}`,
  async () => {
    const file = join(scratch, 'app.js');
    writeFileSync(file, `globalThis.show = print;\n${await reactNative()}`);
    const { stdout, stderr } = spawnSync(hermes as string, ['-w', file], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('fibonacci(20) is 6765\n');
  },
  250_000,
);

const chromium = chromiumPath();
test.skipIf(chromium === undefined)(
  `a page under script-src 'self' and its worker run wasm${absent('Chromium', chromium)}`,
  async () => {
    const files = {
      '/': recipe('strict-csp/index.html'),
      '/main.js': recipe('strict-csp/main.js'),
      '/worker.js': recipe('strict-csp/worker.js'),
      '/wasmi-ts.js': bundled('wasmi-ts.js'),
    };
    const server = await serve(files, (path) => (path === '/add.wasm' ? Buffer.from(ADD) : undefined));
    try {
      expect(await withPage(chromium as string, server.url, server.posted)).toBe('sum 42, from the worker 42');
    } finally {
      server.close();
    }
  },
  250_000,
);

const workerd = installed('workerd');
test.skipIf(workerd === undefined)(
  `a Cloudflare Worker compiles wasm in a request${absent('workerd', workerd)}`,
  async () => {
    const modules = {
      'worker.js': recipe('cloudflare/worker.js'),
      'wasmi-ts/bundle/wasmi-ts.mjs': bundled('wasmi-ts.mjs'),
    };
    expect(await askWorkerd(workerd as string, modules, mkdtempSync(join(scratch, 'workerd-')), ADD)).toBe(
      '40 + 2 is 42\n',
    );
  },
  250_000,
);

test('node --jitless: fetch gets a page', async () => {
  const server = createServer((_, response) => response.end('the page of a local server'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const code = `fetch('${url}').then((r) => r.text()).then(console.log)`;
  const child = spawn(process.execPath, ['--no-warnings', '--jitless', '--import', 'wasmi-ts/polyfill', '-e', code], {
    cwd: scratch,
  });
  expect(await outputOf(child)).toBe('the page of a local server\n');
  server.close();
}, 250_000);

const packages = ['hono', '@hono/node-server', 'hash-wasm'].map(packageFolder).find((folder) => folder === undefined);
const hono = packageFolder('hono') !== undefined && packages === undefined ? '' : undefined;
test.skipIf(hono === undefined)(
  `node --jitless: an app on Hono hashes with a package of wasm${absent('Hono and hash-wasm', hono)}`,
  async () => {
    copyFileSync(join(RECIPES, 'hono/server.mjs'), join(scratch, 'server.mjs'));
    const args = ['--no-warnings', '--jitless', '--import', 'wasmi-ts/polyfill', 'server.mjs'];
    const child = spawn(process.execPath, args, { cwd: scratch, env: { ...process.env, PORT: '0' } });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = '';
        child.stdout.setEncoding('utf8').on('data', (data: string) => {
          text += data;
          const found = /http:\S+/.exec(text);
          if (found) resolve(found[0]);
        });
        child.stdout.on('close', () => reject(new Error(text)));
      });
      const sha256 = await (await fetch(`${url}/sha256/abc`)).text();
      expect(sha256).toBe(createHash('sha256').update('abc').digest('hex'));
      const blake3 = await (await fetch(`${url}/blake3/abc`)).text();
      expect(blake3).toBe('6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85');
    } finally {
      child.kill('SIGKILL');
    }
  },
  250_000,
);

/** What a process prints, but for Node's own warning about --jitless on standard error. */
function outputOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    stdout?.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    stdout?.on('close', () => resolve(text));
  });
}

test('every recipe is described', () => {
  const page = readFileSync(join(projectRoot, 'docs/hosts.md'), 'utf8');
  const described = ['react-native', 'strict-csp', 'cloudflare', 'hono'].filter((name) =>
    page.includes(`recipes/${name}`),
  );
  expect(described).toHaveLength(4);
  expect(existsSync(RECIPES)).toBe(true);
});
