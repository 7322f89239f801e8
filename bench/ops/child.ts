// The child process of the op counter: runs one kernel or program on the counting copy and writes what was counted.
// Arguments: folder of the copy, name, JSON file to write, work folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataFolder, missingData } from '../../tests/data.ts';
import { runProgram } from '../program.ts';
import { kernel, kernelBytes } from '../work.ts';

/** What the counter returns (instrument.ts). */
interface Counts {
  readonly ops: readonly string[];
  readonly pairs: Float64Array;
  readonly straight: Float64Array;
  readonly rare: Float64Array;
}
type Names = Readonly<Record<string, readonly string[]>>;

/** Names and counts, without zeros. */
export interface Counted {
  readonly ops: Readonly<Record<string, number>>;
  /** `a b` -> how often b came after a; `straight`: without a branch or call between. */
  readonly pairs: Readonly<Record<string, number>>;
  readonly straight: Readonly<Record<string, number>>;
  /** `out table.get` -> how often. */
  readonly rare: Readonly<Record<string, number>>;
}

const [copy, name, output, work] = process.argv.slice(2);
const load = (path: string): Promise<object> => import(pathToFileURL(join(copy, 'dist', path)).href) as Promise<object>;
const ran = await run();
const { counts } = (await load('interpreter/count-ops.js')) as { counts: () => Counts };
writeFileSync(output, JSON.stringify({ ...(await named(counts())), note: ran }));
process.exit(0);

/** Runs it; returns what was wrong with the result, or ''. */
async function run(): Promise<string> {
  const known = kernel(name);
  const bytes = known === undefined ? undefined : kernelBytes(known);
  if (known === undefined || bytes === undefined) {
    const corpus = dataFolder('corpus');
    if (corpus === undefined) throw new Error(missingData('corpus'));
    return (await runProgram(join(corpus, name), work, 'ours', join(copy, 'dist'))).wrong ?? '';
  }
  const { compile, instantiate } = (await load('index.js')) as typeof import('../../src/index.ts');
  const instance = instantiate(compile(bytes), {});
  const result = known.argument === undefined ? instance.call('run') : instance.call('run', known.argument);
  return result === known.expected ? '' : `wrong: ${String(result)} instead of ${known.expected}`;
}

async function named({ ops, pairs, straight, rare }: Counts): Promise<Counted> {
  const pairNames = (flat: Float64Array): Record<string, number> => {
    const found: Record<string, number> = {};
    flat.forEach((count, i) => {
      if (count > 0) found[`${ops[Math.floor(i / ops.length)]} ${ops[i % ops.length]}`] = count;
    });
    return found;
  };
  const total: Record<string, number> = {};
  pairs.forEach((count, i) => {
    if (count > 0) total[ops[i % ops.length]] = (total[ops[i % ops.length]] ?? 0) + count;
  });
  const out = (await load('lowering/out-names.js')) as {
    OUT_NAMES: string[];
    OBJECT_NAMES: string[];
    RARE_NAMES: Names;
  };
  const lists: Names = { out: out.OUT_NAMES, object: out.OBJECT_NAMES, ...out.RARE_NAMES };
  const rareNamed: Record<string, number> = {};
  rare.forEach((count, i) => {
    const op = ops[i >> 10];
    if (count > 0) rareNamed[`${op} ${lists[op]?.[i & 1023] ?? i & 1023}`] = count;
  });
  return { ops: total, pairs: pairNames(pairs), straight: pairNames(straight), rare: rareNamed };
}
