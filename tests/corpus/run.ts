// Runs the programs of the corpus and compares what they give with what is recorded:
//   npm run corpus [-- NAME...] [--first] [--engine ours|jsapi|native|PATH] [--timeout SECONDS]
// Each program runs in a child process of its own, one after the other, on fresh copies of its folders.
// Of some it is known what fuel they use (fuel.ts): these run in both loops, and have to use just that.
// `--first` takes the programs marked so in the corpus's README. The last line counts; a failure gives exit code 1.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataFolder, missingData } from '../data.ts';
import { FUEL } from './fuel.ts';
import { difference, firstPrograms, listPrograms, readManifest, type Result } from './program.ts';

interface Line {
  readonly verdict: 'pass' | 'FAIL' | 'skip';
  readonly milliseconds?: number | undefined;
  readonly note: string;
}

const child = fileURLToPath(new URL('child.ts', import.meta.url));

/** Runs one program, of which fuel is known in both loops, and says how it went. */
function runProgram(folder: string, engine: string, seconds: number): Line {
  const fuel = engine === 'ours' ? FUEL[basename(folder)] : undefined;
  const line = runOnce(folder, engine, seconds, fuel);
  if (fuel === undefined || line.verdict !== 'pass') return line;
  const other = runOnce(folder, engine, seconds, fuel, 'closures');
  return other.verdict === 'pass' ? { ...line, note: `${fuel} units of fuel in both loops` } : other;
}

function runOnce(
  folder: string,
  engine: string,
  seconds: number,
  fuel: number | undefined,
  loop = process.env['WASMI_TS_LOOP'],
): Line {
  const work = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    const ran = spawnSync(process.execPath, ['--no-warnings', '--import', 'tsx', child, folder, work, engine], {
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...(loop === undefined ? {} : { WASMI_TS_LOOP: loop }) },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (ran.error)
      return { verdict: 'FAIL', note: timedOut(ran.error) ? `no end after ${seconds} s` : ran.error.message };
    const path = join(work, 'result.json');
    if (!existsSync(path)) return { verdict: 'FAIL', note: `the child process died: ${ran.stderr.trim().slice(-600)}` };
    const result = JSON.parse(readFileSync(path, 'utf8')) as Result;
    if (result.skipped !== undefined) return { verdict: 'skip', note: result.skipped };
    for (const name of ['stdout', 'stderr']) if (!existsSync(join(work, name))) writeFileSync(join(work, name), '');
    const used = fuel === undefined || result.fuel === fuel ? undefined : `${result.fuel} units of fuel, not ${fuel}`;
    const wrong = difference(folder, readManifest(folder), work, result) ?? used;
    return { verdict: wrong === undefined ? 'pass' : 'FAIL', milliseconds: result.milliseconds, note: wrong ?? '' };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function timedOut(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ETIMEDOUT';
}

/** The names to run: those given, or the first ones, or all. */
function choose(corpus: string, names: readonly string[], first: boolean): string[] {
  const all = listPrograms(corpus);
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no such program in the corpus: ${unknown.join(', ')}`);
  if (names.length > 0) return [...names];
  return first ? firstPrograms(readFileSync(join(corpus, 'README.md'), 'utf8')) : all;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      first: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'ours' },
      timeout: { type: 'string', default: '300' },
    },
  });
  const corpus = dataFolder('corpus');
  if (corpus === undefined) {
    console.log(missingData('corpus'));
    console.log('0 passed, 0 failed, all skipped');
    return;
  }
  const counts = { pass: 0, FAIL: 0, skip: 0 };
  const { engine } = values;
  for (const name of choose(corpus, positionals, values.first)) {
    // For the JavaScript interface alone, the programs of the system interface say nothing.
    if (engine === 'jsapi' && readManifest(join(corpus, name)).kind === 'wasi') continue;
    const line = runProgram(join(corpus, name), engine, Number(values.timeout));
    counts[line.verdict]++;
    const time = line.milliseconds === undefined ? '' : `${line.milliseconds.toFixed(0)} ms`;
    console.log(`${line.verdict}  ${name.padEnd(42)} ${time.padStart(9)}  ${line.note}`.trimEnd());
  }
  console.log(`${counts.pass} passed, ${counts.FAIL} failed, ${counts.skip} skipped`);
  if (counts.FAIL > 0) process.exitCode = 1;
}

main();
