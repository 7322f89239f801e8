// Conformance of our WebAssembly namespace: npm run jsapi -- SUITE... [--engine ENGINE] [--filter TEXT] [--skip-limits]
// SUITE is test/js-api in a checkout of github.com/WebAssembly/spec (or of a proposal's repository); by default the one in
// the test data. ENGINE is jsapi, reflection (with type reflection) or native. Prints a table, each failure with its reason from expectations.ts, and counts in the last line; a failure
// without reason, or a reason without failure, gives exit code 1.
import { fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataFolder } from '../data.ts';
import type { FileResult } from './child.ts';
import { reasonFor } from './expectations.ts';

interface Row {
  passed: number;
  failed: number;
}

/** Makes millions of definitions; has its own time limit. */
const SLOW = 'limits.any.js';
const TIME_LIMIT = 120_000;
const SLOW_TIME_LIMIT = 900_000;

function testFiles(suite: string): string[] {
  const names = readdirSync(suite, { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.any.js')).sort();
}

/** The folder of the suite's shared scripts: the given one, or one above it where only a part is to run. */
function rootOf(folder: string): string {
  for (let root = folder; root !== dirname(root); root = dirname(root)) {
    if (existsSync(join(root, 'wasm-module-builder.js'))) return root;
  }
  return folder;
}

function runFile(path: string, suite: string, engine: string): Promise<FileResult> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [path, suite, engine], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=8192'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  return new Promise((done) => {
    let result: FileResult | undefined;
    let timedOut = false;
    const limit = path.endsWith(SLOW) ? SLOW_TIME_LIMIT : TIME_LIMIT;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, limit);
    child.on('message', (message) => {
      result = message as FileResult;
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      const crash = timedOut ? `no result within ${limit / 1000} s` : `the process ended with code ${code}`;
      done(result ?? { subtests: [], crash });
    });
  });
}

/** Prints what failed in a file; returns how many failures were not expected. */
function report(name: string, engine: string, { subtests, crash }: FileResult): number {
  let surprises = 0;
  for (const one of subtests) {
    const reason = engine !== 'native' ? reasonFor(name, one.name) : undefined;
    if (one.passed && reason === undefined) continue;
    if (one.passed || reason === undefined) surprises++;
    const label = one.passed ? 'PASSES, which was not expected' : reason === undefined ? 'FAILS' : 'fails as expected';
    console.log(`${label}: ${name}: ${one.name}\n    ${one.passed ? '' : (one.message ?? '')}`);
    if (reason !== undefined) console.log(`    reason: ${reason}`);
  }
  if (crash !== undefined) {
    surprises++;
    console.log(`STOPPED: ${name}: ${crash}`);
  }
  return surprises;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'jsapi' },
      filter: { type: 'string', default: '' },
      'skip-limits': { type: 'boolean', default: false },
    },
  });
  const data = dataFolder('spec');
  const suites = positionals.length > 0 ? positionals : data === undefined ? [] : [join(data, 'test/js-api')];
  if (suites.length === 0) {
    console.log('name the folder test/js-api of a checkout of github.com/WebAssembly/spec');
    console.log('0 passed, 0 failed, all skipped');
    return;
  }
  const rows = Object.create(null) as Record<string, Row>;
  let surprises = 0;
  let skipped = 0;
  for (const part of suites.map((one) => resolve(one))) {
    const suite = rootOf(part);
    for (const name of testFiles(part).map((file) => relative(suite, join(part, file)))) {
      if (!name.includes(values.filter)) continue;
      if (values['skip-limits'] && name.endsWith(SLOW)) {
        skipped++;
        continue;
      }
      const result = await runFile(join(suite, name), suite, values.engine);
      surprises += report(name, values.engine, result);
      const row = (rows[name.includes('/') ? name.slice(0, name.indexOf('/')) : name] ??= { passed: 0, failed: 0 });
      for (const { passed } of result.subtests) row[passed ? 'passed' : 'failed']++;
    }
  }
  console.table(rows);
  const passed = Object.values(rows).reduce((sum, row) => sum + row.passed, 0);
  const failed = Object.values(rows).reduce((sum, row) => sum + row.failed, 0);
  if (surprises > 0) process.exitCode = 1;
  if (skipped > 0) console.log(`${skipped} files were skipped`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

await main();
