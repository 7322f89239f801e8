// Runs the official testsuite, and newer scripts that are not in it yet:
// npm run spec [-- NAME|GLOB|FOLDER...] [--json FILE] [--verbose] [--loop LOOP] [--hot ROUNDS]
// Prints a line per script and what failed; with --verbose also what was skipped and why. The last line counts.
// --hot runs scripts of floats only (or those that are named), again and again, with modules compiled once: V8's
// compilers come one after the other, and each has to give the same bits.
// Exit code 1 where anything failed, where nothing could be run, and for a name that no script has.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LoopName, useLoop } from '../src/closures.ts';
import { dataFolder, dataFolders, missingData } from '../tests/data.ts';
import { EXPECTATIONS } from './expectations.ts';
import { newerScripts, scriptNames, selectScripts } from './files.ts';
import { countsText, findingText, header, jsonReport, row, total } from './report.ts';
import { type FileReport, runFile, strayExpectations } from './suite.ts';

interface Options {
  readonly asked: readonly string[];
  readonly json: string | undefined;
  readonly verbose: boolean;
  readonly rounds: number;
}

/** The scripts whose results depend on how a host computes with floats. */
const FLOATS = ['f32*', 'f64*', 'float_*', 'simd_f32x4*', 'simd_f64x2*', 'relaxed_*', 'conversions', 'const', 'fac'];

function options(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      verbose: { type: 'boolean', short: 'v', default: false },
      loop: { type: 'string', default: 'switch' },
      hot: { type: 'string', default: '1' },
    },
  });
  const rounds = Number(values.hot);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--hot takes a number of rounds from 1 up');
  useLoop(values.loop as LoopName);
  const asked = positionals.length === 0 && rounds > 1 ? FLOATS : positionals;
  return { asked, json: values.json, verbose: values.verbose, rounds };
}

/** A report that holds what is wrong with the expectations themselves. */
function strays(names: readonly string[]): FileReport[] {
  const failures = strayExpectations(names, EXPECTATIONS);
  if (failures.length === 0) return [];
  const counts = { passed: 0, failed: failures.length, skipped: 0, milliseconds: 0 };
  return [{ file: 'spec-tests/expectations.ts', ...counts, failures, skips: [] }];
}

function runAll(root: string, { asked, json, verbose, rounds }: Options): boolean {
  const start = performance.now();
  const newer = newerScripts(dataFolders('proposals'));
  const names = [...scriptNames(root), ...newer.keys()];
  const chosen = selectScripts(names, asked, root);
  const width = Math.max(...chosen.map((name) => name.length));
  console.log(header(width));
  const reports: FileReport[] = [];
  for (const name of chosen) {
    const report = runFile(name, readFileSync(newer.get(name) ?? join(root, name)), EXPECTATIONS, rounds);
    reports.push(report);
    console.log(row(report, width));
  }
  if (asked.length === 0) reports.push(...strays(names));
  for (const { file, skips } of verbose ? reports : []) {
    for (const skip of skips) console.log(`skipped ${findingText(file, skip)}`);
  }
  for (const { file, failures } of reports) {
    for (const failure of failures) console.log(`FAILED ${findingText(file, failure)}`);
  }
  if (json !== undefined) writeFileSync(json, jsonReport(reports));
  const counts = total(reports);
  const added = reports.filter(({ file }) => newer.has(file));
  if (added.length > 0) {
    console.log(`of the testsuite: ${countsText(total(reports.filter(({ file }) => !newer.has(file))))}`);
    console.log(`of newer scripts: ${countsText(total(added))}`);
  }
  console.log(`${chosen.length} scripts in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  console.log(countsText(counts));
  return counts.failed === 0 && counts.passed + counts.skipped > 0;
}

function main(): void {
  const root = dataFolder('testsuite');
  if (root === undefined) {
    console.log(missingData('testsuite'));
    console.log(countsText({ passed: 0, failed: 0, skipped: 0 }));
    // Only where scripts were asked for by name is their absence a failure.
    if (process.argv.length > 2) process.exitCode = 1;
    return;
  }
  try {
    if (!runAll(root, options())) process.exitCode = 1;
  } catch (error) {
    const isUsage = error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    if (!isUsage) throw error;
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

main();
