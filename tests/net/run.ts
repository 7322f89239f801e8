// `npm run net -- --cases N --processes N --seed S`: odd modules x streams x command lines, in this process and as real
// processes. Prints each case that ends as none may, with the seed that makes it again (`--only SEED`), and a summary.
// A case that is slow is run again, since the machine may have been busy with something else.
import { parseArgs } from 'node:util';
import { caseOfSeed, runInProcess, Workshop } from './in-process.ts';
import { runAsProcess } from './as-process.ts';
import { withPaths } from './commands.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    processes: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

const first = Number(values.only ?? values.seed);
const workshop = new Workshop();
const codes = new Map<number, number>();
let wrongs = 0;

/** Milliseconds. */
const SLOW = 10_000;

async function timed(one: ReturnType<typeof caseOfSeed>, run: typeof runInProcess) {
  const began = Date.now();
  const { exitCode, wrong } = await run(one, workshop);
  return { exitCode, wrong, took: Date.now() - began };
}

async function hunt(count: number, run: typeof runInProcess): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    const one = caseOfSeed(seed);
    let { exitCode, wrong, took } = await timed(one, run);
    if (wrong === undefined && took >= SLOW) ({ exitCode, wrong, took } = await timed(one, run));
    codes.set(exitCode, (codes.get(exitCode) ?? 0) + 1);
    if (wrong === undefined && took < SLOW) continue;
    wrongs++;
    const streams = `stdin ${one.stdin}, stdout ${one.stdout}, stderr ${one.stderr}`;
    console.log(
      `seed ${seed}: ${wrong ?? 'slow'} (${took} ms; ${streams})\n  ${withPaths(one.args, { MODULE: 'MODULE', LIBRARY: 'LIBRARY', FOLDER: 'FOLDER', TARGET: 'TARGET', MISSING: 'MISSING' }).join(' ')}`,
    );
    if (values.only !== undefined) console.log(one.module, one.library);
  }
}

try {
  await hunt(values.only === undefined ? Number(values.cases) : 1, runInProcess);
  await hunt(Number(values.processes), runAsProcess);
} finally {
  workshop.remove();
}
const table = [...codes].sort(([a], [b]) => a - b).map(([code, count]) => `${code}: ${count}`);
console.log(`exit codes ${table.join(', ')}`);
console.log(`${[...codes.values()].reduce((sum, n) => sum + n, 0) - wrongs} passed, ${wrongs} failed`);
process.exitCode = wrongs === 0 ? 0 : 1;
