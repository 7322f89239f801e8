// One round of fuzzing: many modules, judged one after another, until one differs; that one is made small.
import fc from 'fast-check';
import type { Difference, Engine, Verdict } from './differential.ts';
import { differential } from './differential.ts';
import type { TestModule } from './assemble.ts';
import { type InstructionGenes, emitInstructions, instructionGenes } from './instruction.ts';
import { type ModuleGenome, emitModule, moduleGenome } from './module.ts';
import type { ModuleOptions } from './options.ts';
import { reduce } from './reduce.ts';

export interface Round {
  readonly runs: number;
  readonly found: FoundCase | undefined;
}

/** A module that two engines do not run alike, as small as it could be made. */
export interface FoundCase {
  readonly seed: number;
  /** Where fast-check found it, before it was made small; with the seed it finds that again, while the generator is the same. */
  readonly path: string;
  readonly test: TestModule;
  readonly difference: Difference;
}

/** A genome of some kind, and what makes a module of it. */
interface Made<Genes> {
  readonly genes: Genes;
  emit(genes: Genes): TestModule;
}

type Case = Made<ModuleGenome> | Made<InstructionGenes>;

/** Whole modules, and modules of single instructions, half of each. */
function cases(options: Partial<ModuleOptions>): fc.Arbitrary<Case> {
  return fc.oneof(
    moduleGenome(options).map((genes) => ({ genes, emit: (it: ModuleGenome) => emitModule(it, options) })),
    instructionGenes(options).map((genes) => {
      return { genes, emit: (it: InstructionGenes) => emitInstructions(it, options) };
    }),
  );
}

/** How often a case is tried that does not come again at once: what ran before may have to do with it. */
const ATTEMPTS = 3;

type Judge = (test: TestModule) => Verdict;

function differenceOf(test: TestModule, judge: Judge, attempts: number): Difference | undefined {
  for (let i = 0; i < attempts; i++) {
    const { difference } = judge(test);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The smallest module that is found of a case that differs, and how it differs. */
function smallest<Genes>({ genes, emit }: Made<Genes>, judge: Judge): Pick<FoundCase, 'test' | 'difference'> {
  const attempts = judge(emit(genes)).difference === undefined ? ATTEMPTS : 1;
  const size = (it: Genes): number | undefined => {
    try {
      const test = emit(it);
      if (differenceOf(test, judge, attempts) === undefined) return undefined;
      return test.bytes.length + (test.linked?.length ?? 0);
    } catch {
      // A genome without functions.
      return undefined;
    }
  };
  const test = emit(reduce(genes, size));
  const gone = { call: -1, what: 'it does not come again', a: '', b: '' };
  return { test, difference: differenceOf(test, judge, ATTEMPTS) ?? gone };
}

/** Judges up to `runs` modules. `watch` sees each module and its verdict, those tried while shrinking too. */
export function fuzzRound(
  engines: readonly [Engine, Engine],
  options: Partial<ModuleOptions>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
  watch: (test: TestModule, verdict: Verdict) => void = () => {},
): Round {
  const differ = differential(engines[0], engines[1]);
  const judge = (test: TestModule): Verdict => {
    const verdict = differ(test);
    watch(test, verdict);
    return verdict;
  };
  const run = ({ genes, emit }: Made<never>): boolean => judge(emit(genes)).difference === undefined;
  const property = fc.property(cases(options), (one) => run(one as Made<never>));
  const details = fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  if (!details.failed || details.counterexample === null) return { runs: details.numRuns, found: undefined };
  const found = smallest(details.counterexample[0] as Made<never>, judge);
  return { runs: details.numRuns, found: { seed, path: details.counterexamplePath ?? '', ...found } };
}
