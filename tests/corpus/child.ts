// The child process of the corpus runner: runs one program with one engine and leaves its output in the work folder.
// Arguments: folder of the program, work folder, engine. Writes stdout, stderr and result.json; exits 0 if it could.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadEngine, type Engine } from './engine.ts';
import { copyPreopens, type Manifest, programArgs, readManifest, readProgramFile, type Result } from './program.ts';

const [folder, work, engineName] = process.argv.slice(2);
const manifest = readManifest(folder);
let result: Result;
try {
  const engine = await loadEngine(engineName);
  result = await (manifest.kind === 'wasi' ? runWasiProgram(engine, manifest) : runDriver(engine, manifest));
} catch (error) {
  result = reasonToSkip(error) ?? { error: String((error as Error).stack ?? error) };
}
writeFileSync(join(work, 'result.json'), JSON.stringify(result));
process.exit(0);

async function runWasiProgram(engine: Engine, { run, imports, wasm }: Manifest): Promise<Result> {
  const nothing = (): void => {};
  const account = { left: Number.MAX_SAFE_INTEGER };
  const start = performance.now();
  const ended = await engine.runWasi({
    account,
    bytes: readProgramFile(folder, wasm),
    args: programArgs(manifest),
    env: run.env ?? {},
    stdin: run.stdin === undefined ? new Uint8Array(0) : readFileSync(join(folder, run.stdin)),
    preopens: copyPreopens(folder, manifest, work),
    extraImports: imports['bench'] ? { bench: { start: nothing, end: nothing } } : {},
    call: run.call === undefined ? undefined : { name: run.call, args: run.callArgs ?? [] },
  });
  const milliseconds = performance.now() - start;
  save(ended.stdout, ended.stderr);
  const fuel = Number.MAX_SAFE_INTEGER - account.left;
  return { exitCode: ended.exitCode, milliseconds, fuel, ...(ended.trap === undefined ? {} : { error: ended.trap }) };
}

/** Drivers are given a namespace with the JavaScript interface; some look it up in globalThis, so it stands there too. */
async function runDriver({ WebAssembly }: Engine, { driver }: Manifest): Promise<Result> {
  if (WebAssembly === undefined) return { skipped: 'the engine has no JavaScript interface' };
  Object.assign(globalThis, { WebAssembly });
  const dir = resolve(folder);
  const loaded = (await import(pathToFileURL(join(dir, driver ?? '')).href)) as {
    default: (host: { WebAssembly: unknown; dir: string; read: (name: string) => Uint8Array }) => Promise<string>;
  };
  const start = performance.now();
  try {
    const stdout = await loaded.default({ WebAssembly, dir, read: (name) => readProgramFile(dir, name) });
    save(Buffer.from(stdout), new Uint8Array(0));
    return { exitCode: 0, milliseconds: performance.now() - start };
  } catch (error) {
    save(new Uint8Array(0), new Uint8Array(0));
    return reasonToSkip(error) ?? { exitCode: 'throw', error: String((error as Error).stack ?? error) };
  }
}

function save(stdout: Uint8Array, stderr: Uint8Array): void {
  writeFileSync(join(work, 'stdout'), stdout);
  writeFileSync(join(work, 'stderr'), stderr);
}

/** A program that needs a feature which is not built, or which the native engine of this Node does not know. */
function reasonToSkip(error: unknown): Result | undefined {
  const { name, code, feature, message } = error as {
    name?: string;
    code?: string;
    feature?: string;
    message?: string;
  };
  if (code === 'unsupported') return { skipped: `waits for ${feature}` };
  if (engineName === 'native' && name === 'CompileError') return { skipped: `not known to this Node: ${message}` };
  return undefined;
}
