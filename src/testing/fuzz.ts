// One round of fuzzing: many modules, judged one after another, until one differs; that one is made small.
import fc from 'fast-check';
import type { Difference, Engine, Verdict } from './differential.ts';
import { differential } from './differential.ts';
import type { TestModule } from './assemble.ts';
import { type ModuleGenome, emitModule, moduleGenome } from './module.ts';
import type { ModuleOptions } from './options.ts';

export interface Round {
  readonly runs: number;
  readonly found: FoundCase | undefined;
}

/** A module that two engines do not run alike, as small as it could be made. */
export interface FoundCase {
  readonly seed: number;
  /** Where fast-check found it; with the seed it finds it again, as long as the generator is the same. */
  readonly path: string;
  readonly test: TestModule;
  readonly difference: Difference;
}

/** Judges up to `runs` modules. `watch` sees each module and its verdict, those tried while shrinking too. */
export function fuzzRound(
  engines: readonly [Engine, Engine],
  options: Partial<ModuleOptions>,
  { seed, runs }: { readonly seed: number; readonly runs: number },
  watch: (test: TestModule, verdict: Verdict) => void = () => {},
): Round {
  const judge = differential(engines[0], engines[1]);
  const run = (gene: ModuleGenome): [TestModule, Verdict] => {
    const test = emitModule(gene, options);
    return [test, judge(test)];
  };
  const property = fc.property(moduleGenome(options), (gene) => {
    const [test, verdict] = run(gene);
    watch(test, verdict);
    return verdict.difference === undefined;
  });
  const details = fc.check(property, { seed, numRuns: runs, endOnFailure: false });
  if (!details.failed || details.counterexample === null) return { runs: details.numRuns, found: undefined };
  const [test, verdict] = run(details.counterexample[0]);
  const gone = { call: -1, what: 'it does not come again', a: '', b: '' };
  const found = { seed, path: details.counterexamplePath ?? '', test, difference: verdict.difference ?? gone };
  return { runs: details.numRuns, found };
}
