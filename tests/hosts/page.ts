// Chromium: a page under a strict policy, which posts what it found. Without Chromium there is nothing to run.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Loaded } from './build.ts';
import { serve } from './server.ts';
import type { Report } from './subset/types.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const SECONDS = 240;

export function chromiumPath(): string | undefined {
  return NAMES.map((name) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()).find(
    (path) => path !== '',
  );
}

/** Opens a page without a window until `done` is settled; returns what it gives. */
export async function withPage<T>(chromium: string, url: string, done: Promise<T>, flags: readonly string[] = []) {
  const profile = mkdtempSync(join(tmpdir(), 'wasmi-ts-chromium-'));
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  const browser = spawn(chromium, [...options, ...flags, '--remote-debugging-port=0', url], { stdio: 'ignore' });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer of the page within ${SECONDS} s`)), SECONDS * 1000);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
    browser.kill('SIGKILL');
    await new Promise((resolve) => browser.once('exit', resolve));
    // The browser's other processes may still be writing; it is a temporary folder, so that what is left does no harm.
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    } catch {}
  }
}

const PAGE = `<!doctype html><title>subset</title>
<script src="/engine.js"></script><script src="/subset.js"></script><script src="/main.js"></script>`;

const MAIN = `
const post = (text) => fetch('/', { method: 'POST', body: text });
let forbidden = 0;
try { (0, eval)('1'); } catch { forbidden++; }
try { new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); } catch { forbidden++; }
if (forbidden < 2) post('the page may run eval or WebAssembly, which the policy forbids');
else subset.runSubset(wasmiTs.WebAssembly, subsetData).then((report) => post(JSON.stringify(report)),
  (error) => post('failed: ' + error + error.stack));
`;

export async function runInPage(chromium: string, flag: string, { engine, subset }: Loaded): Promise<Report> {
  const server = await serve({ '/': PAGE, '/engine.js': engine, '/subset.js': subset, '/main.js': MAIN });
  try {
    const flags = flag === '' ? [] : [`--js-flags=${flag}`];
    const text = await withPage(chromium, server.url, server.posted, flags);
    if (!text.startsWith('{')) throw new Error(text);
    return JSON.parse(text) as Report;
  } finally {
    server.close();
  }
}
