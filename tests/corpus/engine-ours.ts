// Our engine for the corpus: the built package in dist/, as a user of the package would have it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Imports } from '../../src/index.ts';
import { projectRoot } from '../data.ts';
import { type Engine, ENOSYS, type WasiResult, type WasiRun } from './engine.ts';

/** Imports under construction. */
type Provided = Record<string, Record<string, Imports[string][string]>>;

/** The package's entries, as one. */
type Package = typeof import('../../src/index.ts') &
  typeof import('../../src/wasi/index.ts') &
  typeof import('../../src/wasi/hosts/node.ts');

const WASI_NAMES = ['wasi_snapshot_preview1', 'wasi_unstable'];
/** Codes of the errors that end a program as a trap does. */
const TRAPS = ['trap', 'exhaustion'];

/** Loads dist/, or a copy of it in another folder. Throws if it is not built. */
export async function loadOurs(dist: string = join(projectRoot, 'dist')): Promise<Engine> {
  const load = async (path: string): Promise<object> => {
    const built = join(dist, path);
    if (!existsSync(built)) throw new Error(`${built} is not there: run \`npm run build\` first`);
    return (await import(pathToFileURL(built).href)) as object;
  };
  const paths = ['index.js', 'wasi/index.js', 'wasi/hosts/node.js', 'jsapi/index.js'];
  const [api, wasi, node, jsapi] = await Promise.all(paths.map(load));
  const ours = { ...api, ...wasi, ...node } as unknown as Package;
  if (process.env['WASMI_TS_LOOP'] === 'closures') {
    ((await load('closures.js')) as typeof import('../../src/closures.ts')).useLoop('closures');
  }
  return { runWasi: (run) => runWasi(ours, run), WebAssembly: (jsapi as { namespace: unknown }).namespace };
}

async function runWasi(
  ours: Package,
  { bytes, args, env, stdin, preopens, extraImports, call, account: fuel }: WasiRun,
): Promise<WasiResult> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const wasi = new ours.WASI({
    ...ours.nodeHost({ args, env, preopens }),
    stdin,
    stdout: (piece) => void stdout.push(piece.slice()),
    stderr: (piece) => void stderr.push(piece.slice()),
  });
  const ended = (exitCode: WasiResult['exitCode'], trap?: string): WasiResult => ({
    exitCode,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr),
    ...(trap === undefined ? {} : { trap }),
  });
  const module = ours.compile(bytes);
  const imports: Provided = { ...extraImports };
  for (const name of WASI_NAMES) imports[name] = { ...wasi.imports[name] };
  for (const { module: from, name, desc } of module.module.imports) {
    if (desc.kind === 'func' && WASI_NAMES.includes(from)) imports[from][name] ??= () => ENOSYS;
  }
  try {
    const instance = await ours.instantiateAsync(module, imports, { fuel });
    const memory = instance.exports['memory'];
    if (memory?.kind === 'memory') wasi.bind({ memory });
    if (instance.exports['_start'] !== undefined) await instance.callAsync('_start', [], { fuel });
    else if (instance.exports['_initialize'] !== undefined) await instance.callAsync('_initialize', [], { fuel });
    if (call !== undefined) {
      const result = await instance.callAsync(call.name, call.args, { fuel });
      if (result !== undefined) stdout.push(Buffer.from(`${result}\n`));
    }
    return ended(0);
  } catch (error) {
    const { code, exitCode, message } = error as { code?: string; exitCode?: number; message?: string };
    if (code === 'exit' && exitCode !== undefined) return ended(exitCode);
    if (code !== undefined && TRAPS.includes(code)) return ended('trap', message ?? '');
    throw error;
  } finally {
    wasi.close();
  }
}
