// Runs the 72 tests of the official WASI test suite for preview 1 on the host's own WebAssembly, so that only our system
// interface is under test. Usage: npx tsx tests/wasi/native-check.ts [--memory] [--unix] [--older] [--strace] [NAME...]
//   --memory  files in memory instead of host files      --unix   only the error numbers of Unix systems are right
//   --older   the builds of June 2026                     --strace  show the calls of failing tests
// Prints one line per failure and last `N passed, N failed, N skipped`; exit code 1 after a failure.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BufferOutput,
  ExitStatus,
  memoryDirectory,
  type MemoryTree,
  WASI,
  type Directory,
} from '../../src/wasi/index.ts';
import { nodeClock, nodeDirectory, nodeRandom } from '../../src/wasi/hosts/node.ts';
import { dataFolder, missingData } from '../data.ts';
import { native } from '../native.ts';

/** What a NAME.json may say. */
interface Expectation {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder beside the test, preopened as `/`. */
  readonly root?: string;
  /** Folders beside the test, preopened under their own names (older builds). */
  readonly dirs?: readonly string[];
  readonly exit_code?: number;
  readonly stdout?: string;
}

const flags = new Set(process.argv.slice(2).filter((arg) => arg.startsWith('--')));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));

function treeOf(folder: string): MemoryTree {
  const entries = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return [name, statSync(path).isDirectory() ? treeOf(path) : new Uint8Array(readFileSync(path))];
  });
  return Object.fromEntries(entries) as MemoryTree;
}

/** A fresh copy of a fixture folder as a directory for the guest. */
function fixture(source: string, scratch: string, name: string): Directory {
  if (flags.has('--memory')) return memoryDirectory(existsSync(source) ? treeOf(source) : {});
  const copy = join(scratch, name);
  cpSync(source, copy, { recursive: true });
  return nodeDirectory(copy);
}

/** What went wrong with a test, or undefined. */
async function failureOf(folder: string, language: string, name: string): Promise<string | undefined> {
  const json = join(folder, `${name}.json`);
  const expected: Expectation = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {};
  const scratch = mkdtempSync(join(tmpdir(), 'wasi-check-'));
  const [stdout, stderr] = [new BufferOutput(), new BufferOutput()];
  const lines: string[] = [];
  try {
    const preopens: Record<string, Directory> = {};
    if (expected.root !== undefined) preopens['/'] = fixture(join(folder, expected.root), scratch, 'root');
    for (const dir of expected.dirs ?? []) preopens[dir] = fixture(join(folder, dir), scratch, dir);
    const unix = flags.has('--unix') && language === 'rust' ? { ERRNO_MODE_UNIX: '1' } : {};
    const wasi = new WASI({
      args: [`${name}.wasm`, ...(expected.args ?? [])],
      env: { ...unix, ...expected.env },
      preopens,
      stdout,
      stderr,
      clock: nodeClock(),
      random: nodeRandom(),
      mode: 'sync',
      strace: (line) => lines.push(line),
    });
    const module = new native.Module(readFileSync(join(folder, `${name}.wasm`)));
    const instance = new native.Instance(module, { ...wasi.imports });
    const code = await exitCodeOf(() => wasi.start(instance));
    const wrong: string[] = [];
    if (code !== (expected.exit_code ?? 0)) wrong.push(`exit code ${code}`);
    if (expected.stdout !== undefined && stdout.text() !== expected.stdout) wrong.push(`stdout ${stdout.text()}`);
    if (wrong.length === 0) return undefined;
    const trace = flags.has('--strace') ? lines.slice(-40) : [];
    return [...wrong, stderr.text()?.trim() ?? '', ...trace].filter((line) => line !== '').join('\n    ');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function exitCodeOf(run: () => number | Promise<number>): Promise<number | string> {
  try {
    return await run();
  } catch (error) {
    return error instanceof ExitStatus ? error.exitCode : String(error);
  }
}

async function main(): Promise<void> {
  const data = dataFolder('wasi-testsuite');
  if (data === undefined) {
    console.log(missingData('wasi-testsuite'));
    process.exitCode = 1;
    return;
  }
  let [passed, failed] = [0, 0];
  for (const language of ['assemblyscript', 'c', 'rust']) {
    const folder = join(data, flags.has('--older') ? 'tests-2026-06' : 'tests', language, 'testsuite/wasm32-wasip1');
    if (!existsSync(folder)) continue;
    const names = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
    for (const name of names.map((file) => file.slice(0, -'.wasm'.length)).sort()) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const failure = await failureOf(folder, language, name);
      if (failure === undefined) passed++;
      else {
        failed++;
        console.log(`FAIL ${language}/${name}: ${failure}`);
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  if (failed > 0) process.exitCode = 1;
}

await main();
