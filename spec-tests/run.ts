// Runs the official testsuite: npm run spec [-- NAME|GLOB|FOLDER...] [--json FILE] [--verbose] [--loop LOOP]
// Prints a line per script and what failed; with --verbose also what was skipped and why. The last line counts.
// Exit code 1 where anything failed, where nothing could be run, and for a name that no script has.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LoopName, useLoop } from '../src/closures.ts';
import { dataFolder, missingData } from '../tests/data.ts';
import { EXPECTATIONS } from './expectations.ts';
import { scriptNames, selectScripts } from './files.ts';
import { countsText, findingText, header, jsonReport, row, total, waitLines } from './report.ts';
import { type FileReport, runFile, strayExpectations } from './suite.ts';

interface Options {
  readonly asked: readonly string[];
  readonly json: string | undefined;
  readonly verbose: boolean;
}

function options(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      verbose: { type: 'boolean', short: 'v', default: false },
      loop: { type: 'string', default: 'switch' },
    },
  });
  useLoop(values.loop as LoopName);
  return { asked: positionals, json: values.json, verbose: values.verbose };
}

/** A report that holds what is wrong with the expectations themselves. */
function strays(names: readonly string[]): FileReport[] {
  const failures = strayExpectations(names, EXPECTATIONS);
  if (failures.length === 0) return [];
  const counts = { passed: 0, failed: failures.length, skipped: 0, milliseconds: 0 };
  return [{ file: 'spec-tests/expectations.ts', ...counts, waits: {}, failures, skips: [] }];
}

function runAll(root: string, { asked, json, verbose }: Options): boolean {
  const start = performance.now();
  const names = scriptNames(root);
  const chosen = selectScripts(names, asked, root);
  const width = Math.max(...chosen.map((name) => name.length));
  console.log(header(width));
  const reports: FileReport[] = [];
  for (const name of chosen) {
    const report = runFile(name, readFileSync(join(root, name)), EXPECTATIONS);
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
  for (const line of waitLines(reports)) console.log(line);
  if (json !== undefined) writeFileSync(json, jsonReport(reports));
  const counts = total(reports);
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
