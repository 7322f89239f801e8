// Random programs give the same on the engine and on the slow reference: results, memory, globals and traps; fast and
// traced code, at once and in slices of fuel.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantiate } from '../../src/index.ts';
import { F32, F64, I32, I64 } from '../../src/syntax/types.ts';
import { ARGUMENT_TYPES, ARGUMENTS, emitModule, FUEL, genomes, RESULT_TYPES } from './genome.ts';
import { bitsOf } from './reference.ts';
import { RefStore } from './reference-store.ts';
import { callFunction, type RefNumber, ReferenceTrap } from './reference-values.ts';
import { callBits, callInSlices, hash, type Outcome, random, stateOf, wat } from './support.ts';

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 2000);
const GLOBAL_NAMES = ['fuel', 'a', 'b', 'c', 'd', 'e', 'f'];
const GLOBAL_TYPES = [I32, I32, I32, I64, I64, F32, F64];

interface Seen {
  readonly outcome: Outcome;
  readonly state: Record<string, unknown>;
}

function referenceRun(module: ReturnType<typeof wat>, argumentSets: typeof ARGUMENTS): Seen[] {
  const reference = new RefStore(module, () => {
    throw new Error('these modules import nothing');
  });
  const main = reference.functions[module.funcTypes.length - 1];
  return argumentSets.map((args) => {
    reference.globals[0].value = FUEL;
    let outcome: Outcome;
    try {
      const results = callFunction(main, args) as readonly RefNumber[];
      outcome = { results: results.map((value, i) => bitsOf(RESULT_TYPES[i], value)) };
    } catch (error) {
      if (!(error instanceof ReferenceTrap)) throw error;
      outcome = { trap: error.kind };
    }
    const state: Record<string, unknown> = {
      m: { pages: reference.memories[0].bytes.length / 65536, hash: hash(reference.memories[0].bytes) },
    };
    reference.globals.forEach(({ value }, i) => {
      state[GLOBAL_NAMES[i]] = bitsOf(GLOBAL_TYPES[i], value as RefNumber);
    });
    return { outcome, state };
  });
}

type Call = (instance: ReturnType<typeof instantiate>, args: readonly bigint[]) => Outcome;

function engineRun(module: ReturnType<typeof wat>, mode: 'fast' | 'traced', call: Call, sets = ARGUMENTS): Seen[] {
  const instance = instantiate(module, {}, { mode });
  const fuel = instance.inner.globalWords;
  return sets.map((args) => {
    fuel[0] = FUEL;
    const outcome = call(
      instance,
      args.map((value, i) => bitsOf(ARGUMENT_TYPES[i], value)),
    );
    return { outcome, state: stateOf(instance) };
  });
}

const plain: Call = (instance, args) => callBits(instance, 'main', args);

function sliced(seed: number): Call {
  const next = random(seed);
  return (instance, args) => callInSlices(instance, 'main', args, () => Math.floor(next() * 12)).outcome;
}

function check(text: string, seed: number, count: (outcome: Outcome) => void): void {
  const module = wat(text);
  const expected = referenceRun(module, ARGUMENTS);
  expect(engineRun(module, 'fast', plain)).toEqual(expected);
  const some = ARGUMENTS.slice(0, 2);
  expect(engineRun(module, 'traced', plain, some)).toEqual(expected.slice(0, 2));
  expect(engineRun(module, 'fast', sliced(seed), some)).toEqual(expected.slice(0, 2));
  for (const { outcome } of expected) count(outcome);
}

describe('random programs', () => {
  test(`${RUNS} of them give what the reference gives, fast, traced and in slices`, () => {
    let traps = 0;
    let calls = 0;
    const count = (outcome: Outcome): void => {
      calls++;
      if ('trap' in outcome) traps++;
    };
    const functions = fc.record({
      n: fc.nat(0xffff),
      k: fc.nat(0xffff),
      children: fc.array(genomes(5), { minLength: 1, maxLength: 4 }),
    });
    const genes = fc.array(functions, { minLength: 1, maxLength: 4 });
    const result = fc.check(
      fc.property(genes, fc.nat(), (list, seed) => check(emitModule(list), seed, count)),
      { numRuns: RUNS, ...(process.env['WASMI_TS_SEED'] ? { seed: Number(process.env['WASMI_TS_SEED']) } : {}) },
    );
    if (result.failed) {
      const [list, seed] = result.counterexample as [Parameters<typeof emitModule>[0], number];
      const why = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
      expect.fail(
        `seed ${result.seed}, path ${result.counterexamplePath}, slices ${seed}\n${emitModule(list)}\n${why}`,
      );
    }
    // Most calls come to their end, and traps are not rare either.
    expect(calls).toBe(RUNS * ARGUMENTS.length);
    expect(traps / calls).toBeLessThan(0.6);
    expect(traps / calls).toBeGreaterThan(0.02);
  }, 600_000);
});
