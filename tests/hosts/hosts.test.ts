// The built package in other JavaScript hosts: QuickJS, and a page of Chromium whose policy is `script-src 'self'`.
// QuickJS comes as an npm package. Without Chromium its test is skipped, with the reason in the title.
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize, posix } from 'node:path';
import { getQuickJS } from 'quickjs-emscripten';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../data.ts';
import { withPage } from './page.ts';

const EXPECTED = ['sync', 'async']
  .flatMap((mode) => [`${mode} copy 5 from memory from memory`, `${mode} threads 42`, `${mode} sleep 0 1000000000`])
  .concat('sockets 0 42')
  .join('\n');
const built = existsSync(join(projectRoot, 'dist', 'index.js'));

const NOT_BUILT = ' (not tested: dist is missing, run npm run build first)';

function installed(names: readonly string[]): string | undefined {
  return names.find((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
}

const chromium = installed(['chromium', 'chromium-browser', 'google-chrome']);

function title(name: string, command: string | undefined): string {
  if (!built) return `${name}${NOT_BUILT}`;
  return command === undefined ? `${name} (not tested: it is not installed)` : name;
}

describe.skipIf(!built)(`QuickJS${built ? '' : NOT_BUILT}`, () => {
  it('runs programs with files in memory, threads and waits, without timers, crypto and WebAssembly', async () => {
    const told: string[] = [];
    const runtime = (await getQuickJS()).newRuntime();
    runtime.setModuleLoader(
      (path) => readFileSync(join(projectRoot, path), 'utf8'),
      (from, name) => posix.join(posix.dirname(from), name),
    );
    const context = runtime.newContext();
    const tell = context.newFunction('tell', (text) => void told.push(context.getString(text)));
    context.setProp(context.global, 'tell', tell);
    tell.dispose();
    const path = 'tests/hosts/wasi-quickjs.mjs';
    const source = readFileSync(join(projectRoot, path), 'utf8');
    context.unwrapResult(context.evalCode(source, path, { type: 'module' })).dispose();
    runtime.executePendingJobs().unwrap();
    context.dispose();
    runtime.dispose();
    expect(told.join('\n')).toBe(EXPECTED);
  });
});

/** Serves the project to a page that may run scripts from here only; `told` gets what the page says at the end. */
function serve(told: (text: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (request.method === 'POST') {
      let text = '';
      request.on('data', (data) => {
        text += data;
      });
      request.on('end', () => {
        response.end();
        told(text);
      });
    } else if (path === '/') {
      response.setHeader('content-type', 'text/html');
      response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; connect-src 'self'");
      response.end(
        '<!doctype html><title>test</title><script type="module" src="/tests/hosts/wasi-page.mjs"></script>',
      );
    } else {
      response.setHeader('content-type', 'text/javascript');
      const file = createReadStream(join(projectRoot, path));
      file.on('error', () => response.writeHead(404).end());
      file.pipe(response);
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.skipIf(!built || chromium === undefined)(title('a page of Chromium', chromium), () => {
  it("runs programs with files in memory under script-src 'self', where eval and WebAssembly are forbidden", async () => {
    let told: (text: string) => void = () => {};
    const result = new Promise<string>((resolve) => {
      told = resolve;
    });
    const server = await serve((text) => told(text));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const timer = setTimeout(() => told('no answer of the page within 50 s'), 50_000);
    try {
      expect(await withPage(chromium ?? '', url, result)).toBe(`${EXPECTED}\nforbidden eval wasm`);
    } finally {
      clearTimeout(timer);
      server.close();
    }
  });
});
