// The built package as a stranger has it: built when it is missing or stale, installed in a scratch folder by a link.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../data.ts';

/** How long one block or example may take. */
export const MAX_MS = 60_000;

function newest(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return Math.max(latest, newest(path));
    return /\.(test|suite)\.ts$/.test(entry.name) ? latest : Math.max(latest, statSync(path).mtimeMs);
  }, 0);
}

function isStale(): boolean {
  const built = statSync(join(projectRoot, 'dist', 'cli', 'main.js'), { throwIfNoEntry: false });
  return built === undefined || built.mtimeMs < newest(join(projectRoot, 'src'));
}

/** Builds dist when it is missing or older than the sources. Throws with what the compiler says. */
export function ensureBuilt(): void {
  if (!isStale()) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], {
    cwd: projectRoot,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`npm run build failed:\n${stdout}${stderr}`);
}

/** A folder with `wasmi-ts`, and fast-check beside it, in node_modules, and `bin`, `examples` and `src` as in the project's root. */
export function makeScratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-docs-'));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  symlinkSync(projectRoot, join(folder, 'node_modules', 'wasmi-ts'), 'junction');
  for (const name of ['@types', 'fast-check']) {
    symlinkSync(join(projectRoot, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  }
  symlinkSync(join(projectRoot, 'bin', 'wasmi-ts'), join(folder, 'node_modules', '.bin', 'wasmi-ts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return folder;
}

/** A folder of its own for a document's blocks, which may read from node_modules by path. */
export function makeWorkplace(scratch: string, name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const part of ['bin', 'examples', 'src']) symlinkSync(join(projectRoot, part), join(folder, part), 'junction');
  symlinkSync(join(scratch, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

export interface Ending {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** Runs a command with nothing to read; it is killed after a minute. */
export function run(command: string, args: readonly string[], cwd: string, scratch: string): Promise<Ending> {
  const log = join(scratch, 'output.log');
  const file = openSync(log, 'w');
  const path = [join(scratch, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(command, args, { cwd, stdio: ['ignore', file, file], env: { ...process.env, PATH: path } });
  const timer = setTimeout(() => child.kill('SIGKILL'), MAX_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      closeSync(file);
      resolve({ code, output: readFileSync(log, 'utf8') });
    });
  });
}

/** Compiles .ts files of the scratch folder beside themselves. Returns what the compiler says: nothing when all is well. */
export async function compileBlocks(scratch: string, files: readonly string[]): Promise<string> {
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--strict'];
  return (await run(process.execPath, [tsc, ...options, ...files], scratch, scratch)).output;
}
