// One round of fuzzing: many modules, judged one after another, until one differs; that one is made small.
import fc from 'fast-check';
import { callable, checkOptions, listOf, type Shape, whole } from '../options.ts';
import type { Difference, Engine, Verdict } from './differential.ts';
import { checkEngine, differential } from './differential.ts';
import type { TestModule } from './assemble.ts';
import { type InstructionGenes, emitInstructions, instructionGenes } from './instruction.ts';
import { type ModuleGenome, emitModule, moduleGenome } from './module.ts';
import type { ModuleOptions } from './options.ts';
import { minimizeTest } from './minimize-case.ts';
import { reduce } from './reduce.ts';

/** Which modules a round makes: the same seed gives the same. */
export interface RoundOptions {
  readonly seed: number;
  readonly runs: number;
}

export const ROUND_OPTIONS: Shape<RoundOptions> = {
  seed: whole('a seed', -(2 ** 53)),
  runs: whole('a number of modules'),
};

/** Both have to be given. */
export function complete(who: string, rounds: RoundOptions): RoundOptions {
  for (const name of ['seed', 'runs'] as const) ROUND_OPTIONS[name](rounds[name], `${who}: option "${name}"`);
  return rounds;
}

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
  /** It differs whenever it runs, not only after what happened to run before. */
  readonly repeats: boolean;
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

type Judge = (test: TestModule) => Verdict;
type Found = Pick<FoundCase, 'test' | 'difference'>;
type Watch = (test: TestModule, verdict: Verdict) => void;

/** Seconds for making a case small: first what it was made of, then the module. */
const REDUCE_SECONDS = 15;
const MINIMIZE_SECONDS = 20;

/** `(module (func (export "f0") (local ...)))`: 4096 locals of type i64, which are zero. */
const ZEROS: TestModule = {
  bytes: Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x06, 0x01, 0x02, 0x66, 0x30, 0x00, 0x00, 0x0a, 0x07, 0x01, 0x05, 0x01, 0x80, 0x20, 0x7e, 0x0b],
  ),
  linked: undefined,
  features: new Set(['core']),
  calls: [],
  fuel: 0,
  rows: new Map(),
  genome: undefined,
};

/**
 * A judge who says that a module differs if it does so twice, the second time after zeros were written where engines may
 * have left something of earlier modules.
 */
function twice(engines: readonly [Engine, Engine], differ: Judge): Judge {
  return (test) => {
    const verdict = differ(test);
    if (verdict.difference === undefined) return verdict;
    for (const engine of engines) {
      try {
        engine.instantiate(ZEROS, () => undefined).call('f0', []);
      } catch {
        // An engine that refuses this has shown that it is wrong already.
      }
    }
    return differ(test);
  };
}

/** The smallest module that is found of a case that differs, and how it differs. */
function smallest<Genes>({ genes, emit }: Made<Genes>, differ: Judge, watch: Watch): Found {
  const judge = (test: TestModule): Verdict => {
    const verdict = differ(test);
    watch(test, verdict);
    return verdict;
  };
  const size = (it: Genes): number | undefined => {
    try {
      const test = emit(it);
      if (judge(test).difference === undefined) return undefined;
      return test.bytes.length + (test.linked?.length ?? 0);
    } catch {
      // A genome without functions.
      return undefined;
    }
  };
  const test = emit(reduce(genes, size, REDUCE_SECONDS));
  const { difference } = differ(test);
  if (difference === undefined) return { test, difference: { call: -1, what: 'it does not come again', a: '', b: '' } };
  const small = minimizeTest(test, difference, differ, MINIMIZE_SECONDS, watch);
  return { test: small, difference: differ(small).difference ?? difference };
}

/**
 * Judges up to `runs` modules, until one differs twice. One that differs once only, since it has to do with what ran
 * before, is answered where there is no other, as it is. `watch` sees each module and its verdict, those tried while
 * shrinking too.
 */
export function fuzzRound(
  engines: readonly [Engine, Engine],
  options: Partial<ModuleOptions>,
  rounds: RoundOptions,
  watch: Watch = () => {},
): Round {
  const { seed, runs } = complete('fuzzRound', checkOptions('fuzzRound', rounds, ROUND_OPTIONS));
  listOf(checkEngine)(engines, 'fuzzRound: the engines');
  callable(watch, 'fuzzRound: what watches');
  const once = differential(engines[0], engines[1]);
  const differ = twice(engines, once);
  let fleeting: Found | undefined;
  const run = ({ genes, emit }: Made<never>): boolean => {
    const test = emit(genes);
    const verdict = once(test);
    watch(test, verdict);
    const { difference } = verdict;
    if (difference === undefined) return true;
    if (differ(test).difference !== undefined) return false;
    fleeting ??= { test, difference };
    return true;
  };
  const property = fc.property(cases(options), (one) => run(one as Made<never>));
  const details = fc.check(property, { seed, numRuns: runs, endOnFailure: true });
  if (!details.failed || details.counterexample === null) {
    return { runs: details.numRuns, found: fleeting && { seed, path: '', ...fleeting, repeats: false } };
  }
  const found = smallest(details.counterexample[0] as Made<never>, differ, watch);
  return { runs: details.numRuns, found: { seed, path: details.counterexamplePath ?? '', ...found, repeats: true } };
}
