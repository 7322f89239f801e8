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

const config = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "wasmi-ts.mjs", esModule = embed "wasmi-ts.mjs"),
    (name = "subset.mjs", esModule = embed "subset.mjs"),
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
async function ask(url: string, deadline: number): Promise<string> {
  for (;;) {
    try {
      return await (await fetch(url, { signal: AbortSignal.timeout(SECONDS * 1000) })).text();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export async function runInWorkerd(workerd: string, { module, subset }: Loaded, folder: string): Promise<Report> {
  const port = await freePort();
  writeFileSync(join(folder, 'wasmi-ts.mjs'), module);
  writeFileSync(join(folder, 'subset.mjs'), `${subset}\nexport { subset, subsetData };\n`);
  writeFileSync(join(folder, 'worker.mjs'), WORKER);
  writeFileSync(join(folder, 'config.capnp'), config(port));
  const child = spawn(workerd, ['serve', join(folder, 'config.capnp')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    errors += data;
  });
  try {
    const text = await ask(`http://127.0.0.1:${port}/`, Date.now() + 15_000);
    if (!text.startsWith('{')) throw new Error(text.slice(0, 600));
    return JSON.parse(text) as Report;
  } catch (error) {
    throw new Error(`${String(error)} ${errors.slice(0, 600)}`);
  } finally {
    child.kill('SIGKILL');
  }
}
