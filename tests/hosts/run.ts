// `npm run hosts [-- NAME...] [--install] [--readme]`: the same subset of the tests in every host, one job each.
// NAME is a part of a host's name. --install fetches from npm the hosts that it has (half a gigabyte, in a cache folder).
// Prints a table; --readme writes it into README.md. A failure in a host that is there gives exit code 1.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../data.ts';
import { build, type Loaded, missing } from './build.ts';
import { install } from './install.ts';
import { JOBS, type Job } from './jobs.ts';

interface Line {
  readonly host: string;
  readonly version: string;
  readonly passed: number;
  readonly total: number;
  readonly kilobytes: number;
  readonly nanoseconds: number;
  readonly problem: string | undefined;
}

/** What earlier runs gave, so that hosts can be run one by one. */
const RESULTS = join(projectRoot, 'node_modules', '.cache', 'wasmi-ts-hosts', 'results.json');
const HEAD = '| host | version | checks passed | kB loaded, gzipped | ns per iteration |\n|---|---|---|---|---|';
const BEGIN = '<!-- hosts: written by npm run hosts -- --readme -->';
const END = '<!-- end hosts -->';

async function runJob(job: Job, loaded: Loaded): Promise<Line> {
  const path = job.path();
  const none = { host: job.name, version: '', passed: 0, total: 0, kilobytes: 0, nanoseconds: 0 };
  if (path === undefined) return { ...none, problem: 'not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-host-'));
  try {
    const { parts, nanoseconds, seconds } = await job.run(path, loaded, folder);
    const failures = parts.flatMap((part) => part.failures);
    const passed = parts.reduce((sum, part) => sum + part.passed, 0);
    const counts = parts.map((part) => `${part.name} ${part.passed}`).join(', ');
    console.log(`${job.name}: ${counts} passed, ${failures.length} failed, ${seconds.toFixed(1)} s`);
    for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
    return {
      host: job.name,
      version: job.version(path),
      passed,
      total: passed + failures.length,
      kilobytes: loaded.kilobytes[job.bundle],
      nanoseconds,
      problem: failures.length > 0 ? 'fails' : undefined,
    };
  } catch (error) {
    console.log(`${job.name}: ${String(error)}`);
    return { ...none, problem: 'does not run' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row({ host, version, passed, total, kilobytes, nanoseconds, problem }: Line): string {
  if (total === 0) return `| ${host} | ${problem} | | | |`;
  return `| ${host} | ${version} | ${passed} of ${total} | ${kilobytes} | ${nanoseconds} |`;
}

function remembered(): Line[] {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8')) as Line[];
  } catch {
    return [];
  }
}

function writeReadme(table: string): void {
  const path = join(projectRoot, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < 0) throw new Error('README.md has no place for the table of hosts');
  writeFileSync(path, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { install: { type: 'boolean', default: false }, readme: { type: 'boolean', default: false } },
  });
  if (values.install) install('hosts');
  for (const sentence of missing()) console.log(sentence);
  const chosen = JOBS.filter(({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)));
  const loaded = await build();
  const lines = remembered().filter(({ host }) => !chosen.some(({ name }) => name === host));
  const fresh: Line[] = [];
  for (const job of chosen) fresh.push(await runJob(job, loaded));
  const order = JOBS.map(({ name }) => name);
  const all = [...lines, ...fresh].sort((a, b) => order.indexOf(a.host) - order.indexOf(b.host));
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, JSON.stringify(all, undefined, 2));
  console.log(`\n${HEAD}\n${fresh.map(row).join('\n')}`);
  if (values.readme) writeReadme(`${HEAD}\n${all.map(row).join('\n')}`);
  const bad = fresh.filter(({ problem }) => problem !== undefined && problem !== 'not installed');
  const skipped = fresh.filter(({ problem }) => problem === 'not installed').length;
  console.log(`\n${fresh.length - bad.length - skipped} passed, ${bad.length} failed, ${skipped} skipped`);
  if (bad.length > 0) process.exitCode = 1;
}

await main();
