// Runs the official WASI test suite on our interpreter: `npm run wasi-testsuite [-- OPTION...] [-- NAME...]`.
//   --host, --memory   only on host files, only on files in memory (both, one after the other, if neither is given)
//   --overlay, --later only on an overlay, only on files that answer with promises
//   --unix             only the error numbers of Unix systems are right       --older   the builds of June 2026
//   --sync             the driver that does not give control back             --native  the host's WebAssembly instead
//   --threads FOLDER   where the wasi-threads tests lie (also WASMI_TS_WASI_THREADS)
//   --seed N           guest threads in a random order that follows from N
//   --timeout SECONDS  for one test (60)                                      --strace  the calls of failing tests
// A NAME picks tests that contain it. The last line is `N passed, N failed, N skipped`; exit code 1 after a failure.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentOf, type Files, findSuite, type Group, preopensOf, type SuiteTest } from './suite.ts';
import { runTest, type RunSettings } from './run-test.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    overlay: { type: 'boolean', default: false },
    later: { type: 'boolean', default: false },
    unix: { type: 'boolean', default: false },
    older: { type: 'boolean', default: false },
    sync: { type: 'boolean', default: false },
    native: { type: 'boolean', default: false },
    strace: { type: 'boolean', default: false },
    threads: { type: 'string' },
    seed: { type: 'string' },
    timeout: { type: 'string', default: '60' },
  },
});

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Why a test is not run with these options. */
function reasonToSkip(test: SuiteTest): string | undefined {
  return values.native && test.group === 'wasi-threads' ? 'the native engine has no guest threads' : undefined;
}

async function runOne(test: SuiteTest, files: Files, settings: RunSettings): Promise<string | undefined> {
  const scratch = mkdtempSync(join(tmpdir(), 'wasi-testsuite-'));
  try {
    const preopens = preopensOf(test, scratch, files);
    return await runTest(test, preopens, environmentOf(test, values.unix), settings);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs tests on one kind of files; prints failures, and a line for each group. */
async function runAll(tests: readonly SuiteTest[], files: Files, settings: RunSettings): Promise<Counts> {
  const all: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const group of [...new Set(tests.map((test) => test.group))]) {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
    const start = Date.now();
    for (const test of tests.filter((one) => one.group === group)) {
      const title = `${group}/${test.name}`;
      const skip = reasonToSkip(test);
      const failure = skip === undefined ? await runOne(test, files, settings) : undefined;
      if (skip !== undefined) console.log(`skip  ${title}: ${skip}`);
      else if (failure !== undefined) console.log(`FAIL  ${title} (${files} files): ${failure}`);
      counts[skip !== undefined ? 'skipped' : failure === undefined ? 'passed' : 'failed']++;
    }
    console.log(line(group, files, counts, Date.now() - start));
    for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += counts[key];
  }
  return all;
}

function line(group: Group, files: Files, { passed, failed, skipped }: Counts, milliseconds: number): string {
  const cells = [passed, failed, skipped].map((count) => String(count).padStart(4));
  return `${group.padEnd(16)} ${files.padEnd(7)} passed ${cells[0]}  failed ${cells[1]}  skipped ${cells[2]}  ${(milliseconds / 1000).toFixed(1)} s`;
}

async function main(): Promise<void> {
  const suite = findSuite({
    older: values.older,
    threads: values.threads ?? process.env['WASMI_TS_WASI_THREADS'],
  });
  const picked = suite.tests.filter(
    ({ name }) => positionals.length === 0 || positionals.some((wanted) => name.includes(wanted)),
  );
  const settings: RunSettings = {
    mode: values.sync || values.native ? 'sync' : 'async',
    native: values.native,
    strace: values.strace,
    seed: values.seed === undefined ? undefined : Number(values.seed),
    milliseconds: Number(values.timeout) * 1000,
  };
  const picks = (['host', 'memory', 'overlay', 'later'] as const).filter((kind) => values[kind]);
  const kinds: Files[] = picks.length > 0 ? picks : ['host', 'memory'];
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts: Counts): void => {
    for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key];
  };
  const isThreads = ({ group }: SuiteTest): boolean => group === 'wasi-threads';
  for (const files of kinds) {
    add(
      await runAll(
        picked.filter((test) => !isThreads(test)),
        files,
        settings,
      ),
    );
  }
  // These have no files.
  add(await runAll(picked.filter(isThreads), kinds[0], settings));
  if (positionals.length === 0) {
    for (const { reason, count } of suite.absent) {
      console.log(`skip  ${reason}`);
      total.skipped += count;
    }
  }
  if (total.failed > 0) process.exitCode = 1;
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

await main();
