// The engines that can run the corpus, behind one interface: ours (the built package), the host's own as the reference,
// and any module that exports the same two names. See runWasi for what an engine has to do.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WASI } from 'node:wasi';
import { native, type NativeInstance } from '../native.ts';
import type { ExitCode } from './program.ts';

/** A WASI program to run: a command (`_start`), or a reactor of which one export is called. */
export interface WasiRun {
  readonly bytes: Uint8Array;
  /** argv[0] first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  /** Guest path -> host folder. */
  readonly preopens: Readonly<Record<string, string>>;
  /** Host functions besides WASI's: module name -> name -> function. */
  readonly extraImports: Readonly<Record<string, Readonly<Record<string, () => void>>>>;
  /** Where there is no _start: after _initialize this export is called and its result printed as a line on stdout. */
  readonly call: { readonly name: string; readonly args: readonly number[] } | undefined;
  /** What it uses is taken from here, by engines that have fuel. */
  readonly account?: { left: number } | undefined;
}

export interface WasiResult {
  readonly exitCode: ExitCode;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The message of the trap, if it trapped. */
  readonly trap?: string;
}

export interface Engine {
  runWasi(run: WasiRun): Promise<WasiResult>;
  /** A namespace with the JavaScript interface, for the programs with a driver; undefined where an engine has none. */
  readonly WebAssembly: unknown;
}

/** 'ours', 'jsapi' (ours, for the programs with a driver), 'native', or the path of a module that exports `runWasi` and `WebAssembly`. */
export async function loadEngine(name: string): Promise<Engine> {
  if (name === 'native') return { runWasi: runNative, WebAssembly: native };
  if (name === 'ours' || name === 'jsapi') return (await import('./engine-ours.ts')).loadOurs();
  return (await import(pathToFileURL(resolve(name)).href)) as Engine;
}

/** errno ENOSYS, for functions of other interfaces that a program imports but does not need. */
export const ENOSYS = 52;

/** Node's own WebAssembly with node:wasi. */
async function runNative(run: WasiRun): Promise<WasiResult> {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-native-'));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('stdin'), run.stdin);
  const [stdin, stdout, stderr] = [
    openSync(path('stdin'), 'r'),
    openSync(path('stdout'), 'w'),
    openSync(path('stderr'), 'w'),
  ];
  try {
    const module = new native.Module(run.bytes);
    const imports = native.Module.imports(module);
    const old = imports.some((item) => item.module === 'wasi_unstable');
    const [namespace, version] = old
      ? (['wasi_unstable', 'unstable'] as const)
      : (['wasi_snapshot_preview1', 'preview1'] as const);
    const { args, env, preopens } = run;
    const wasi = new WASI({ version, args: [...args], env, preopens, stdin, stdout, stderr, returnOnExit: true });
    const functions: Record<string, unknown> = { ...wasi.wasiImport };
    for (const item of imports) if (item.module === namespace) functions[item.name] ??= () => ENOSYS;
    const instance = new native.Instance(module, { [namespace]: functions, ...run.extraImports });
    const ended = startNative(wasi, instance, run, (text) => writeFileSync(stdout, text));
    return { ...ended, stdout: readFileSync(path('stdout')), stderr: readFileSync(path('stderr')) };
  } finally {
    for (const fd of [stdin, stdout, stderr]) closeIfOpen(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** node:wasi closes the host's descriptor when a program closes its standard input or output. */
function closeIfOpen(fd: number): void {
  try {
    closeSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
  }
}

function startNative(
  wasi: WASI,
  instance: NativeInstance,
  run: WasiRun,
  print: (text: string) => void,
): { exitCode: ExitCode; trap?: string } {
  try {
    if (instance.exports['_start']) return { exitCode: wasi.start(instance) };
    wasi.initialize(instance);
    if (run.call) {
      const result = instance.exports[run.call.name](...run.call.args);
      if (result !== undefined) print(`${result}\n`);
    }
    return { exitCode: 0 };
  } catch (error) {
    return { exitCode: 'trap', trap: String(error) };
  }
}
