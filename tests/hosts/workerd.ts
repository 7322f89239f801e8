// workerd, the runtime of Cloudflare Workers: the subset runs in a request, where eval and WebAssembly are forbidden.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Loaded } from './build.ts';
import type { Report } from './subset/types.ts';

const SECONDS = 240;

const WORKER = `import * as wasmiTs from './wasmi-ts.mjs';
import { subset, subsetData } from './subset.mjs';
export default {
  async fetch() {
    let forbidden = 0;
    try { (0, eval)('1'); } catch { forbidden++; }
    try { new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); } catch { forbidden++; }
    if (forbidden < 2) return new Response('the worker may run eval or WebAssembly');
    return new Response(JSON.stringify(await subset.runSubset(wasmiTs.WebAssembly, subsetData)));
  },
};
`;

const config = (port: number, names: readonly string[]): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    ${names.map((name, i) => `(name = "${name}", esModule = embed "module-${i}.mjs"),`).join('\n    ')}
  ],
  compatibilityDate = "2026-01-01",
);
`;

/** A port that nobody uses at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Asks until the server listens. */
async function ask(url: string, body: Uint8Array | undefined, deadline: number): Promise<string> {
  const request = body === undefined ? {} : { method: 'POST', body };
  for (;;) {
    try {
      return await (await fetch(url, { ...request, signal: AbortSignal.timeout(SECONDS * 1000) })).text();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Starts a worker of these modules, the first of which is its entry, in a folder; returns what it says to one request. */
export async function askWorkerd(
  workerd: string,
  modules: Readonly<Record<string, string>>,
  folder: string,
  body?: Uint8Array,
): Promise<string> {
  const port = await freePort();
  Object.values(modules).forEach((text, i) => {
    writeFileSync(join(folder, `module-${i}.mjs`), text);
  });
  writeFileSync(join(folder, 'config.capnp'), config(port, Object.keys(modules)));
  const child = spawn(workerd, ['serve', join(folder, 'config.capnp')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    errors += data;
  });
  try {
    return await ask(`http://127.0.0.1:${port}/`, body, Date.now() + 30_000);
  } catch (error) {
    throw new Error(`${String(error)} ${errors.slice(0, 600)}`);
  } finally {
    child.kill('SIGKILL');
  }
}

export async function runInWorkerd(workerd: string, { module, subset }: Loaded, folder: string): Promise<Report> {
  const modules = {
    'worker.mjs': WORKER,
    'wasmi-ts.mjs': module,
    'subset.mjs': `${subset}\nexport { subset, subsetData };\n`,
  };
  const text = await askWorkerd(workerd, modules, folder);
  if (!text.startsWith('{')) throw new Error(text.slice(0, 600));
  return JSON.parse(text) as Report;
}
