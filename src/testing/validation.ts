// One round of judging generated modules by validators only: each is valid by construction, so none may be refused.
import fc from 'fast-check';
import type { TestModule } from './assemble.ts';
import { callable, checkOptions, having, listOf } from '../options.ts';
import { complete, type FoundCase, ROUND_OPTIONS, type Round, type RoundOptions } from './fuzz.ts';
import { type ModuleGenome, emitModule, moduleGenome } from './module.ts';
import type { ModuleOptions } from './options.ts';

/** A validator of generated modules: what it is given, and why it refuses a module (undefined: it does not). */
export interface ModuleValidator {
  readonly options: Partial<ModuleOptions>;
  refuses(test: TestModule): string | undefined;
}

/**
 * Makes up to `runs` genomes, a module of each for each validator, until one is refused. `watch` sees the modules for
 * the first validator.
 */
export function validationRound(
  validators: readonly ModuleValidator[],
  rounds: RoundOptions,
  watch: (test: TestModule) => void = () => {},
): Round {
  const { seed, runs } = complete('validationRound', checkOptions('validationRound', rounds, ROUND_OPTIONS));
  listOf(having('a validator', 'options', 'refuses()'))(validators, 'validationRound: the validators');
  if (validators.length === 0) throw new TypeError('validationRound: the validators have to be one at least');
  callable(watch, 'validationRound: what watches');
  const refusal = (gene: ModuleGenome): FoundCase | undefined => {
    for (const [i, { options, refuses }] of validators.entries()) {
      const test = emitModule(gene, options);
      if (i === 0) watch(test);
      const why = refuses(test);
      const difference = { call: -1, what: 'validation', a: why ?? '', b: 'it is valid by construction' };
      if (why !== undefined) return { seed, path: '', test, difference, repeats: true };
    }
    return undefined;
  };
  const property = fc.property(moduleGenome(validators[0].options), (gene) => refusal(gene) === undefined);
  const details = fc.check(property, { seed, numRuns: runs });
  if (!details.failed || details.counterexample === null) return { runs: details.numRuns, found: undefined };
  const found = refusal(details.counterexample[0]);
  return { runs: details.numRuns, found: found && { ...found, path: details.counterexamplePath ?? '' } };
}
