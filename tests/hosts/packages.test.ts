// Packages of npm on a page under `script-src 'self'`, on our namespace in place of the forbidden one: esbuild (Go),
// sql.js (emscripten) and brotli-wasm (wasm-bindgen). Needs Chromium and `npm run hosts -- --install`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.mjs';
import { packageFolder } from './install.ts';
import { chromiumPath, withPage } from './page.ts';
import { serve } from './server.ts';

const NAMES = ['esbuild-wasm', 'sql.js', 'brotli-wasm'];
const chromium = chromiumPath();
const absent = NAMES.filter((name) => packageFolder(name) === undefined);
const reason = chromium === undefined ? 'Chromium' : absent.join(', ');

/** A page that loads the bundle, the script of a package, and `main`, a module whose default export is what it found. */
async function onPage(main: string, script = ''): Promise<string> {
  const page = `<!doctype html><script src="/wasmi-ts.js"></script><script src="/install.js"></script>
    ${script === '' ? '' : `<script src="${script}"></script>`}<script type="module" src="/post.js"></script>`;
  const files = {
    '/': page,
    '/wasmi-ts.js': await bundle('src/bundle.ts', { format: 'iife', globalName: 'wasmiTs' }),
    '/install.js': `
      let native = 'allowed';
      try { new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); } catch { native = 'forbidden'; }
      wasmiTs.install({ force: true });`,
    '/post.js': `const post = (text) => fetch('/', { method: 'POST', body: native + ' ' + text });
      import('/main.js').then((main) => main.default()).then(post, (error) => post('failed: ' + error + error.stack));`,
    '/main.js': main,
  };
  const server = await serve(files, (path) => {
    const [, name, ...rest] = path.split('/');
    const folder = packageFolder(name);
    const file = folder === undefined ? '' : join(folder, ...rest);
    return existsSync(file) ? readFileSync(file) : undefined;
  });
  try {
    return await withPage(chromium as string, server.url, server.posted);
  } finally {
    server.close();
  }
}

const packageTest = (name: string, run: () => Promise<void>): void =>
  test.skipIf(reason !== '')(reason === '' ? name : `${name} (not tested: no ${reason} here)`, run, 300_000);

packageTest('sql.js answers a query', async () => {
  const main = `export default async () => {
    const SQL = await initSqlJs({ locateFile: (file) => '/sql.js/dist/' + file });
    const db = new SQL.Database();
    db.run('CREATE TABLE t (a, b); INSERT INTO t VALUES (1, \\'one\\'), (2, \\'two\\'), (40, \\'forty\\')');
    return JSON.stringify(db.exec('SELECT sum(a), group_concat(b) FROM t WHERE a > 1'));
  };`;
  const expected = '[{"columns":["sum(a)","group_concat(b)"],"values":[[42,"two,forty"]]}]';
  expect(await onPage(main, '/sql.js/dist/sql-wasm.js')).toBe(`forbidden ${expected}`);
});

packageTest('brotli-wasm, made by wasm-bindgen, compresses and decompresses', async () => {
  const main = `import init, { compress, decompress } from '/brotli-wasm/pkg.web/brotli_wasm.js';
  export default async () => {
    await init('/brotli-wasm/pkg.web/brotli_wasm_bg.wasm');
    const text = 'to be or not to be, '.repeat(200);
    const packed = compress(new TextEncoder().encode(text));
    const same = new TextDecoder().decode(decompress(packed)) === text;
    return packed.length < 60 && same ? 'ok' : packed.length + ' ' + same;
  };`;
  expect(await onPage(main)).toBe('forbidden ok');
});

packageTest('esbuild in wasm gives what esbuild gives', async () => {
  const text =
    'let x: number = 1 + 2; export class A<T> { private y = x; async z(): Promise<T> { return await this.y as T; } }';
  const options = { loader: 'ts', minify: true, target: 'es2017' } as const;
  const main = `export default async () => {
    await esbuild.initialize({ wasmURL: '/esbuild-wasm/esbuild.wasm', worker: false });
    return (await esbuild.transform(${JSON.stringify(text)}, ${JSON.stringify(options)})).code;
  };`;
  const { code } = await esbuild.transform(text, options);
  expect(await onPage(main, '/esbuild-wasm/lib/browser.min.js')).toBe(`forbidden ${code}`);
});
