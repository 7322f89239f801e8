// One program of the corpus on the command line of wasm3 or toywasm, with its result checked. The time is that of the
// whole process: these start in about 2 ms.
// What they need: both lack the imports bench.start and bench.end, which do nothing. wasm3 is given spectest.print in
// their place, toywasm an extra module. wasm3 shows the program the working folder as `/` and `.`, and no environment.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyPreopens, difference, type Manifest, readManifest, readProgramFile } from '../tests/corpus/program.ts';
import type { Ran } from './program.ts';
import { renameImports } from './rename-import.ts';

/** A module with the exports start and end: functions without effect. */
const BENCH_MODULE = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0], // type [] -> []
  ...[3, 2, 1, 0], // one function
  ...[7, 15, 2, 5, ...Buffer.from('start'), 0, 0, 3, ...Buffer.from('end'), 0, 0], // exports
  ...[10, 4, 1, 2, 0, 0x0b], // an empty body
]);

/** What to start. */
interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly input: Uint8Array | string;
}

/** Runs a program once; `work` is a folder that is emptied. */
export async function runOnCommandLine(
  engine: 'wasm3' | 'toywasm',
  binary: string,
  folder: string,
  work: string,
  seconds: number,
): Promise<Ran> {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const manifest = readManifest(folder);
  const command = (engine === 'wasm3' ? forWasm3 : forToywasm)(folder, manifest, work);
  const { ms, stdout, stderr, code } = await start(binary, command, seconds);
  if (code === null) return { ms, wrong: `no end after ${seconds} s, or died` };
  const prompted = engine === 'toywasm' && manifest.imports['bench'] !== undefined;
  writeFileSync(join(work, 'stdout'), prompted ? withoutPrompts(stdout) : stdout);
  writeFileSync(join(work, 'stderr'), stderr);
  // Their own messages go to stderr as well, so only stdout and the exit code are compared; the prompt has no exit code.
  const exitCode = prompted ? manifest.expected.exitCode : code;
  const wrong = difference(folder, { ...manifest, checkStderr: false }, work, { exitCode });
  return wrong === undefined ? { ms } : { ms, wrong: `${wrong}; ${stderr.toString('latin1').trim().slice(0, 120)}` };
}

function start(
  binary: string,
  { args, cwd, input }: Command,
  seconds: number,
): Promise<{ ms: number; stdout: Buffer; stderr: Buffer; code: number | null }> {
  return new Promise((done, fail) => {
    const [stdout, stderr]: Buffer[][] = [[], []];
    const begin = performance.now();
    const child = spawn(binary, [...args], { cwd, env: {}, timeout: seconds * 1000, killSignal: 'SIGKILL' });
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', fail);
    child.on('close', (code) => {
      done({ ms: performance.now() - begin, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), code });
    });
  });
}

function stdin(folder: string, { run }: Manifest): Uint8Array {
  return run.stdin === undefined ? new Uint8Array(0) : readFileSync(join(folder, run.stdin));
}

function forWasm3(folder: string, manifest: Manifest, work: string): Command {
  const module = join(work, manifest.wasm.replace(/\//g, '_'));
  const bytes = new Uint8Array(readProgramFile(folder, manifest.wasm));
  writeFileSync(module, renameImports(bytes, 'bench', ['spectest', 'print']));
  // A folder that is '/' or '.' for the program is the working folder; any other lies in it.
  let cwd = join(work, 'cwd');
  mkdirSync(cwd);
  for (const [guest, host] of Object.entries(copyPreopens(folder, manifest, work))) {
    if (guest === '/' || guest === '.') cwd = host;
    else symlinkSync(host, join(cwd, guest));
  }
  const args = ['--stack-size', '1000000', module, ...(manifest.run.args ?? [])];
  return { args, cwd, input: stdin(folder, manifest) };
}

function forToywasm(folder: string, manifest: Manifest, work: string): Command {
  const module = join(work, manifest.wasm.replace(/\//g, '_'));
  writeFileSync(module, readProgramFile(folder, manifest.wasm));
  const wasi = ['--wasi'];
  for (const [guest, host] of Object.entries(copyPreopens(folder, manifest, work)))
    wasi.push(`--wasi-dir=${host}::${guest}`);
  for (const [name, value] of Object.entries(manifest.run.env ?? {})) wasi.push(`--wasi-env=${name}=${value}`);
  if (manifest.imports['bench'] === undefined) {
    return { args: [...wasi, '--', module, ...(manifest.run.args ?? [])], cwd: work, input: stdin(folder, manifest) };
  }
  const bench = join(work, 'bench.wasm');
  writeFileSync(bench, BENCH_MODULE);
  const input = `:load ${bench}\n:register bench\n:load ${module}\n:invoke _start\n`;
  return { args: [...wasi, '--repl', '--repl-prompt', PROMPT], cwd: work, input };
}

const PROMPT = 'wasmi-ts-bench';

/** What the program printed: the rest is prompts, each followed by `> `. */
function withoutPrompts(stdout: Buffer): Buffer {
  return Buffer.from(
    stdout
      .toString('latin1')
      .split(`${PROMPT}> `)
      .join('')
      .replace(/^Result: .*\n/m, ''),
    'latin1',
  );
}
