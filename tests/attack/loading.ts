// What is loaded, of two sizes, the second twice the first: loading takes time by size, and not more than it may for a
// megabyte; so does refusing, and printing. One piece of a module again and again, as text, as the binary that the text
// becomes, as a script. Commands run in this process, and what they write is dropped.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CliHost } from '../../src/cli/host.ts';
import { main } from '../../src/cli/main.ts';
import { compile } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { discardOutput, fixedInput } from '../../src/wasi/index.ts';
import { BINARIES, SCRIPTS } from './loading-binaries.ts';
import { type Kind, type Named, TEXTS } from './loading-texts.ts';
import { TOKENS, WIDE } from './loading-tokens.ts';
import { BOUNDS, cpu, type Figure, type Part, random, type Settings } from './part.ts';

const KINDS: readonly Named[] = [...TEXTS, ...TOKENS, ...WIDE, ...SCRIPTS, ...BINARIES];

setFlagsFromString('--expose-gc');
/** Collects what earlier steps have left, so that none pays for another. */
const collect = runInNewContext('gc') as () => void;

/** A step: milliseconds of CPU time, bytes of what it was given, what it said. */
interface Step {
  readonly what: string;
  readonly ms: number;
  readonly bytes: number;
  readonly error: string;
}

const FAULT = /^(RangeError|TypeError|InternalError)|Maximum call stack|internal error/;

/** Does something a few times; the least counts. */
async function least(what: string, attempts: number, bytes: number, run: () => unknown): Promise<Step> {
  let [ms, error] = [Number.POSITIVE_INFINITY, ''];
  for (let i = 0; i < attempts; i++) {
    collect();
    const before = cpu();
    try {
      await run();
    } catch (thrown) {
      error = String(thrown).slice(0, 100);
      if (FAULT.test(error)) error = `FAULT ${error}`;
    }
    ms = Math.min(ms, cpu() - before);
  }
  return { what, ms, bytes, error };
}

/** Runs a command, whose output is counted and dropped. */
async function command(folder: string, args: readonly string[]): Promise<void> {
  let [said, written] = ['', 0];
  const host: CliHost = {
    env: {},
    cwd: folder,
    stdout: (data) => void (written += data.length),
    stderr: (data) => {
      if (said.length < 200) said += String(data);
    },
    readStdin: () => new Uint8Array(0),
    guest: { stdin: fixedInput(''), stdout: discardOutput(), stderr: discardOutput() },
  };
  const code = await main([...args], host);
  if (code === 0) return;
  throw new Error(`exit code ${code}: ${said.slice(0, 100)}${code === 70 ? ' internal error' : ''}`);
}

/** Commands that read a binary, valid or not. */
const COMMANDS: readonly (readonly string[])[] = [['wat'], ['objdump'], ['objdump', '-d'], ['objdump', '--lowered']];

/** All that is done with what was made, which may be refused. */
async function stepsOf(
  made: string | Uint8Array,
  isScript: boolean,
  folder: string,
  attempts: number,
): Promise<Step[]> {
  const steps: Step[] = [];
  const step = async (what: string, bytes: number, run: () => unknown): Promise<void> => {
    steps.push(await least(what, attempts, bytes, run));
  };
  if (isScript) {
    writeFileSync(join(folder, 'file.wast'), made);
    await step('wast', made.length, () => command(folder, ['wast', 'file.wast']));
    return steps;
  }
  let bytes = typeof made === 'string' ? undefined : made;
  if (bytes === undefined) {
    await step('text', made.length, () => {
      bytes = assemble(made as string);
    });
  }
  if (bytes === undefined) {
    writeFileSync(join(folder, 'file.wat'), made);
    await step('validate', made.length, () => command(folder, ['validate', 'file.wat']));
    return steps;
  }
  const { length } = bytes;
  await step('compile', length, () => compile(bytes as Uint8Array));
  writeFileSync(join(folder, 'file.wasm'), bytes);
  const refused = steps[steps.length - 1].error !== '';
  for (const args of [...(refused ? [['validate']] : []), ...COMMANDS]) {
    if (!refused || args[1] !== '--lowered')
      await step(args.join(' '), length, () => command(folder, [...args, 'file.wasm']));
  }
  return steps;
}

/** The number of pieces that make so many bytes, about. */
function piecesFor(kind: Kind, size: number): number {
  const base = kind(1000).length;
  const each = Math.max(0.5, (kind(2000).length - base) / 1000);
  return Math.max(100, Math.floor((size - base + 1000 * each) / each));
}

/** Scripts run their modules, and `--lowered` makes code of them: of these the time has to be linear only. */
const RUNS = ['wast', 'objdump --lowered'];

/** How often time may be multiplied where the size is doubled: garbage collection takes more of large heaps. */
const RATIO = 2.6;
/** Milliseconds below which a ratio says nothing. */
const TOO_SHORT = 40;

async function measure(name: string, { seed, short }: Settings): Promise<Figure[]> {
  const kind = new Map(KINDS).get(name) as Kind;
  const folder = mkdtempSync(join(tmpdir(), 'attack-loading-'));
  try {
    // Sizes that the seed changes a little, so that thresholds are met.
    const size = (short ? 30_000 : 500_000) * (0.8 + 0.4 * random(seed)());
    const pieces = piecesFor(kind, size);
    const isScript = SCRIPTS.some(([one]) => one === name);
    await stepsOf(kind(100), isScript, folder, 1);
    const attempts = short ? 1 : 2;
    const small = await stepsOf(kind(pieces), isScript, folder, attempts);
    const large = await stepsOf(kind(2 * pieces), isScript, folder, attempts);
    return large.flatMap(({ what, ms, bytes, error }): Figure[] => {
      const before = small.find((step) => step.what === what)?.ms ?? ms;
      const note = `${before.toFixed(0)}, ${ms.toFixed(0)} ms for ${bytes} bytes${error === '' ? '' : `; ${error}`}`;
      const perMegabyte = ms / 1000 / Math.max(0.1, bytes / 1e6);
      return [
        ...(RUNS.includes(what)
          ? []
          : [{ what: `${what}, a MB`, value: perMegabyte, unit: 's/MB', bound: BOUNDS.megabyte, note }]),
        { what: `${what}, twice the size`, value: ms < TOO_SHORT ? 0 : ms / before, unit: 'times', bound: RATIO, note },
        { what: `${what}, kind of error`, value: error.startsWith('FAULT') ? 1 : 0, unit: '', bound: 0, note },
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const LOADING: Part = {
  cases: ({ short }) => KINDS.map(([name]) => name).filter((_, i) => !short || i % 20 === 0),
  measure,
};
