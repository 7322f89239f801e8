// One program of the corpus as data: its manifest, its files, and the comparison of what it gave with what is recorded.
// The corpus's README tells the rules: programs may be gzipped, run on a fresh copy of their folders, and blank out
// times and the like by masks before outputs are compared.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What manifest.json says, as far as it is used here. */
export interface Manifest {
  readonly name: string;
  readonly kind: 'wasi' | 'driver';
  readonly wasm: string;
  /** Module name -> names of the functions imported from it. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  readonly features: readonly string[];
  readonly driver?: string;
  /** Regular expressions of what differs from run to run. */
  readonly mask?: readonly string[];
  readonly check?: 'exit-only';
  readonly checkStderr?: boolean;
  readonly run: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** Name of the file that stdin comes from. */
    readonly stdin?: string;
    /** Guest path -> folder of the program, or '' for a new empty folder. */
    readonly preopens?: Readonly<Record<string, string>>;
    /** The export to call, with i32 arguments, where there is no _start. */
    readonly call?: string;
    readonly callArgs?: readonly number[];
  };
  readonly expected: { readonly exitCode: ExitCode; readonly stderr?: string };
}

/** A WASI exit code; 'trap' for a trap; 'throw' for a driver that threw. */
export type ExitCode = number | 'trap' | 'throw';

/** What the child process found out, besides the files `stdout` and `stderr` in its work folder. */
export interface Result {
  readonly exitCode?: ExitCode;
  readonly milliseconds?: number;
  /** Units of fuel that it has used. */
  readonly fuel?: number;
  /** The program was not run, for this reason. */
  readonly skipped?: string;
  /** The text of what was thrown. */
  readonly error?: string;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** A file of a program, unpacked where only `NAME.gz` is there. */
export function readProgramFile(folder: string, name: string): Uint8Array {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
}

/** Names of all programs, in order. */
export function listPrograms(corpus: string): string[] {
  return readdirSync(corpus)
    .filter((name) => existsSync(join(corpus, name, 'manifest.json')))
    .sort();
}

/** The programs whose column `first` is marked in the table of the corpus's README. */
export function firstPrograms(readme: string): string[] {
  const rows = readme.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  const header = cells.findIndex((row) => row.includes('program') && row.includes('first'));
  if (header < 0) throw new Error('the README of the corpus has no table with the columns "program" and "first"');
  const program = cells[header].indexOf('program');
  const first = cells[header].indexOf('first');
  return cells.slice(header + 1).flatMap((row) => (row[first] === 'first' ? [row[program]] : []));
}

/** Copies the folders that the program may write to below `work`; guest path -> host path of the copy. */
export function copyPreopens(folder: string, manifest: Manifest, work: string): Record<string, string> {
  const preopens: Record<string, string> = {};
  for (const [guest, source] of Object.entries(manifest.run.preopens ?? {})) {
    const copy = join(work, `preopen${Object.keys(preopens).length}`);
    if (source === '') mkdirSync(copy);
    else cpSync(join(folder, source), copy, { recursive: true });
    makeWritable(copy);
    preopens[guest] = copy;
  }
  return preopens;
}

/** The data may be mounted read-only, and a copy keeps the mode. */
function makeWritable(root: string): void {
  const entries = (readdirSync(root, { recursive: true }) as string[]).map((entry) => join(root, entry));
  for (const path of [root, ...entries]) chmodSync(path, statSync(path).mode | 0o200);
}

/** argv[0] and the arguments. */
export function programArgs(manifest: Manifest): string[] {
  return [basename(manifest.wasm), ...(manifest.run.args ?? [])];
}

/**
 * Output that is right although it is not the recorded one, which came from node:wasi. Both are accepted.
 * Directories have the entries `.` and `..` (the official WASI tests want them); node:wasi leaves them out.
 */
const ALSO_RIGHT: Readonly<Record<string, string>> = {
  'wz-wasi-ls-zig-cc': './.\n./..\n./-\n./a.txt\n./.\n./..\n./-\n./a.txt\n',
};

/** How a run differs from what is recorded, as a sentence, or undefined if it does not. */
export function difference(folder: string, manifest: Manifest, work: string, result: Result): string | undefined {
  const expected = manifest.expected;
  if (result.exitCode !== expected.exitCode) {
    return `exit code ${result.exitCode ?? 'none'} instead of ${expected.exitCode}${result.error ? `; ${result.error}` : ''}`;
  }
  if (manifest.check !== 'exit-only') {
    const found = compareText('stdout', join(folder, 'expected.stdout'), join(work, 'stdout'), manifest.mask);
    const alsoRight = ALSO_RIGHT[manifest.name] === readFileSync(join(work, 'stdout'), 'latin1');
    if (found !== undefined && !alsoRight) return found;
  }
  if (expected.stderr === undefined || !manifest.checkStderr) return undefined;
  return compareText('stderr', join(folder, expected.stderr), join(work, 'stderr'), manifest.mask);
}

/** Bytes are compared as Latin-1 text, so that every byte counts, after blanking what the masks match. */
function compareText(
  what: string,
  expectedPath: string,
  gotPath: string,
  mask: readonly string[] = [],
): string | undefined {
  const [expected, got] = [expectedPath, gotPath].map((path) =>
    mask.reduce((text, pattern) => text.replace(new RegExp(pattern, 'g'), '#'), readFileSync(path, 'latin1')),
  );
  if (expected === got) return undefined;
  let at = 0;
  while (expected[at] === got[at]) at++;
  const show = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 10), at + 50));
  return `${what} differs at byte ${at}: ${show(got)} instead of ${show(expected)}`;
}
