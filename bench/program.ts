// One program of the corpus on one engine, with its result checked; the runner of tests/corpus in a process of ours.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Engine, loadEngine } from '../tests/corpus/engine.ts';
import { loadOurs } from '../tests/corpus/engine-ours.ts';
import {
  copyPreopens,
  difference,
  type Manifest,
  programArgs,
  readManifest,
  readProgramFile,
  type Result,
} from '../tests/corpus/program.ts';

/** Milliseconds from the module's bytes to the program's end; what was wrong with the result, if anything was. */
export interface Ran {
  readonly ms: number;
  readonly wrong?: string;
}

const engines = new Map<string, Promise<Engine>>();

/** Runs a program in this process. `work` is a folder that is emptied; `dist` says which build of ours is meant. */
export async function runProgram(folder: string, work: string, engineName: string, dist: string): Promise<Ran> {
  const key = `${engineName} ${dist}`;
  if (!engines.has(key)) engines.set(key, engineName === 'ours' ? loadOurs(dist) : loadEngine(engineName));
  const engine = (await engines.get(key)) as Engine;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const manifest = readManifest(folder);
  try {
    const result = await (manifest.kind === 'wasi' ? runWasi : runDriver)(engine, folder, manifest, work);
    const wrong = difference(folder, manifest, work, result);
    return { ms: result.milliseconds ?? 0, ...(wrong === undefined ? {} : { wrong }) };
  } catch (error) {
    return { ms: 0, wrong: String(error) };
  }
}

async function runWasi(engine: Engine, folder: string, manifest: Manifest, work: string): Promise<Result> {
  const { run, imports, wasm } = manifest;
  const nothing = (): void => {};
  const setup = {
    bytes: new Uint8Array(readProgramFile(folder, wasm)),
    args: programArgs(manifest),
    env: run.env ?? {},
    stdin: run.stdin === undefined ? new Uint8Array(0) : readFileSync(join(folder, run.stdin)),
    preopens: copyPreopens(folder, manifest, work),
    extraImports: imports['bench'] ? { bench: { start: nothing, end: nothing } } : {},
    call: run.call === undefined ? undefined : { name: run.call, args: run.callArgs ?? [] },
  };
  const start = performance.now();
  const ended = await engine.runWasi(setup);
  const milliseconds = performance.now() - start;
  save(work, ended.stdout, ended.stderr);
  return { exitCode: ended.exitCode, milliseconds, ...(ended.trap === undefined ? {} : { error: ended.trap }) };
}

async function runDriver(engine: Engine, folder: string, { driver }: Manifest, work: string): Promise<Result> {
  const { WebAssembly } = engine;
  if (WebAssembly === undefined) throw new Error('the engine has no JavaScript interface');
  Object.assign(globalThis, { WebAssembly });
  const dir = resolve(folder);
  type Driver = { default: (host: object) => Promise<string> };
  const loaded = (await import(pathToFileURL(join(dir, driver ?? '')).href)) as Driver;
  const start = performance.now();
  const stdout = await loaded.default({ WebAssembly, dir, read: (name: string) => readProgramFile(dir, name) });
  const milliseconds = performance.now() - start;
  save(work, Buffer.from(stdout), new Uint8Array(0));
  return { exitCode: 0, milliseconds };
}

function save(work: string, stdout: Uint8Array, stderr: Uint8Array): void {
  writeFileSync(join(work, 'stdout'), stdout);
  writeFileSync(join(work, 'stderr'), stderr);
}
