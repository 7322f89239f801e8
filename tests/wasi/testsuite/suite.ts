// The official WASI test suite as data: which tests there are, what they are given, and what they must return.
// https://github.com/WebAssembly/wasi-testsuite/blob/main/doc/writing-tests.md
// Where a build lies is looked up in all data folders, since one may hold only a part. Nothing is run here.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDirectory } from '../../../src/wasi/hosts/node.ts';
import {
  type AsyncDirectory,
  awaited,
  type Directory,
  memoryDirectory,
  type MemoryTree,
  overlay,
} from '../../../src/wasi/index.ts';
import { answeringLater } from '../../../src/wasi/hosts/later.suite.ts';
import { dataFolders, missingData } from '../../data.ts';

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

export type Group = 'assemblyscript' | 'c' | 'rust' | 'wasi-threads';

export interface SuiteTest extends Expectation {
  readonly group: Group;
  readonly name: string;
  /** Where its files lie. */
  readonly folder: string;
}

export interface SuiteOptions {
  /** The builds of June 2026 instead of the present ones. */
  readonly older: boolean;
  /** A folder with the wasi-threads tests, looked into first. */
  readonly threads: string | undefined;
}

const THREADS = 'tests/proposals/wasi-threads';

/** How many tests the suite has per group: an absent folder is told with these numbers. */
const GROUPS: Readonly<Record<Group, number>> = { assemblyscript: 12, c: 14, rust: 46, 'wasi-threads': 15 };

export interface Suite {
  readonly tests: readonly SuiteTest[];
  /** Groups whose modules are nowhere, and the number of tests that are skipped by that. */
  readonly absent: readonly { readonly reason: string; readonly count: number }[];
}

/** All tests, in order. */
export function findSuite(options: SuiteOptions): Suite {
  const tests: SuiteTest[] = [];
  const absent: { reason: string; count: number }[] = [];
  for (const group of Object.keys(GROUPS) as Group[]) {
    const found = testsOf(group, options);
    tests.push(...found);
    if (found.length === 0)
      absent.push({ reason: `${group}: modules not in the ${missingData('wasi-testsuite')}`, count: GROUPS[group] });
  }
  return { tests, absent };
}

function testsOf(group: Group, { older, threads }: SuiteOptions): SuiteTest[] {
  const inside =
    group === 'wasi-threads' ? THREADS : `${older ? 'tests-2026-06' : 'tests'}/${group}/testsuite/wasm32-wasip1`;
  const given = group === 'wasi-threads' && threads !== undefined ? [threads] : [];
  const folders = [...given, ...dataFolders('wasi-testsuite').map((folder) => join(folder, inside))].filter(existsSync);
  const best = folders.find((folder) => namesOf(folder, '.wasm').length > 0);
  if (best !== undefined) return namesOf(best, '.wasm').map((name) => readTest(group, best, name));
  return [];
}

function namesOf(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending) && file !== 'manifest.json')
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

function readTest(group: Group, folder: string, name: string): SuiteTest {
  const json = join(folder, `${name}.json`);
  const expectation = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Expectation) : {};
  return { ...expectation, group, name, folder };
}

export function moduleOf({ folder, name }: SuiteTest): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, `${name}.wasm`)));
}

/** Where a test's files are: on the host, in memory, below an overlay, or behind promises. */
export type Files = 'host' | 'memory' | 'overlay' | 'later';

/** The directories that a test is given: fresh copies, below `scratch` or in memory. */
export function preopensOf(test: SuiteTest, scratch: string, files: Files): Record<string, Directory> {
  const preopens: Record<string, Directory> = {};
  const fresh = (name: string): Directory => {
    const source = join(test.folder, name);
    if (files !== 'host') {
      const root = memoryDirectory(existsSync(source) ? treeOf(source) : {});
      if (files === 'overlay') return overlay(root);
      return files === 'later' ? awaited(answeringLater<AsyncDirectory>(root)) : root;
    }
    const copy = join(scratch, name);
    if (existsSync(source)) cpSync(source, copy, { recursive: true });
    else mkdirSync(copy, { recursive: true });
    return nodeDirectory(copy);
  };
  if (test.root !== undefined) preopens['/'] = fresh(test.root);
  for (const name of test.dirs ?? []) preopens[name] = fresh(name);
  return preopens;
}

function treeOf(folder: string): MemoryTree {
  const entries = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return [name, statSync(path).isDirectory() ? treeOf(path) : new Uint8Array(readFileSync(path))];
  });
  return Object.fromEntries(entries) as MemoryTree;
}

/** Only the error numbers of Unix systems are right; told to the Rust tests only, since others count variables. */
export function environmentOf(test: SuiteTest, unix: boolean): Record<string, string> {
  return { ...(unix && test.group === 'rust' ? { ERRNO_MODE_UNIX: '1' } : {}), ...test.env };
}
