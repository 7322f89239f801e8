// `npm run bench -- --ops [NAME...]`: how often each internal op runs, and which follow each other, for kernels, CoreMark
// and programs of the corpus. With several names, the last table weighs them alike: the mean of the shares.
// Pairs count where no branch or call lies between (those could be one op); `--all-pairs` counts the others as well.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COREMARK, KERNELS, PROGRAMS } from '../work.ts';
import type { Counted } from './child.ts';
import { instrument } from './instrument.ts';

export interface OpsOptions {
  readonly dist: string;
  /** Names; none means all kernels, CoreMark and the programs that are timed. */
  readonly names: readonly string[];
  /** Lines per table. */
  readonly top: number;
  readonly allPairs: boolean;
  /** Where all counts are written, if anywhere. */
  readonly json: string | undefined;
}

type Counts = Readonly<Record<string, number>>;

/** Counts and prints. */
export function runOps({ dist, names, top, allPairs, json }: OpsOptions): void {
  const copy = instrument(dist);
  const all: Record<string, Counted> = {};
  try {
    const chosen = names.length > 0 ? names : [...KERNELS.map((one) => one.name), COREMARK.name, ...PROGRAMS];
    for (const name of chosen) {
      const counted = count(copy, name);
      if (counted === undefined) continue;
      all[name] = counted;
      print(name, counted.ops, allPairs ? counted.pairs : counted.straight, counted.rare, top);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const each = Object.values(all);
  if (each.length > 1) {
    const mean = (pick: (one: Counted) => Counts): Counts => meanShares(each.map((one) => [pick(one), sum(one.ops)]));
    const pairs = mean((one) => (allPairs ? one.pairs : one.straight));
    print(
      `mean of ${each.length}`,
      mean((one) => one.ops),
      pairs,
      mean((one) => one.rare),
      2 * top,
    );
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(all, null, 1)}\n`);
}

/** One name in a process of its own; undefined, with a line that says why, where it did not run. */
function count(copy: string, name: string): (Counted & { note: string }) | undefined {
  const work = mkdtempSync(join(tmpdir(), 'wasmi-ts-ops-work-'));
  const output = join(work, 'counts.json');
  try {
    const child = fileURLToPath(new URL('child.ts', import.meta.url));
    const args = ['--no-warnings', '--import', 'tsx', child, copy, name, output, join(work, 'program')];
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 600_000 });
    if (!existsSync(output)) {
      console.log(`${name}: not counted: ${ran.stderr.trim().slice(-600)}\n`);
      return undefined;
    }
    const counted = JSON.parse(readFileSync(output, 'utf8')) as Counted & { note: string };
    if (counted.note !== '') console.log(`${name}: ${counted.note}`);
    return counted;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

/** Mean over programs of each count's share, in shares per million. */
function meanShares(each: readonly (readonly [counts: Counts, total: number])[]): Counts {
  const shares: Record<string, number> = {};
  for (const [counts, total] of each) {
    for (const [name, n] of Object.entries(counts))
      shares[name] = (shares[name] ?? 0) + (n / total / each.length) * 1e6;
  }
  return shares;
}

function print(name: string, ops: Counts, pairs: Counts, rare: Counts, top: number): void {
  const total = sum(ops);
  console.log(`== ${name}: ${Math.round(total).toLocaleString('en')} ops`);
  const columns = [ops, pairs, rare].map((counts) => lines(counts, total, top));
  const widths = [42, 58, 0];
  for (let i = 0; i < Math.max(...columns.map((column) => column.length)); i++) {
    console.log(
      columns
        .map((column, k) => (column[i] ?? '').padEnd(widths[k]))
        .join('')
        .trimEnd(),
    );
  }
  console.log('');
}

/** The largest counts with their shares of all ops and the running sum of shares. */
function lines(counts: Counts, total: number, top: number): string[] {
  const sorted = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  let running = 0;
  return sorted.slice(0, top).map(([name, n]) => {
    running += n;
    const percent = (value: number): string => ((100 * value) / total).toFixed(1).padStart(5);
    return `${percent(n)} ${percent(running)}  ${name}`;
  });
}
