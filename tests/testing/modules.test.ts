// Generated modules: all valid, every row occurs, our engine and the host's agree on them.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compile, DEFAULT_FEATURES, type Feature, FEATURES, InternalError, WasmError } from '../../src/index.ts';
import { namespace } from '../../src/jsapi/index.ts';
import { INSTRUCTIONS } from '../../src/syntax/instructions.ts';
import { differential, jsEngine, type JsNamespace, module, mutants } from '../../src/testing/index.ts';
import { native } from '../native.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 1500);
/** So many that even the rarest of 500 rows comes up. */
const ROWS_RUNS = Math.max(RUNS, 4000);
const seed = Number(process.env['WASMI_TS_SEED'] ?? 20260723);
const ALL = new Set(Object.keys(FEATURES) as Feature[]);
/** What Node 20 has without switches. */
const NATIVE: ReadonlySet<Feature> = new Set<Feature>([
  'core',
  'multi-value',
  'sign-extension',
  'saturating-float-to-int',
  'bulk-memory',
  'reference-types',
  'simd',
  'threads',
  'tail-call',
]);

const ours = jsEngine('ours', namespace as unknown as JsNamespace);
const theirs = jsEngine('native', native as unknown as JsNamespace);

describe('generated modules', () => {
  test(`${ROWS_RUNS} of them with all features are valid, and every row of the instruction table occurs`, () => {
    const seen = new Set<number>();
    const options = { features: ALL, nondeterministic: true };
    for (const { bytes, features, rows } of fc.sample(module(options), { numRuns: ROWS_RUNS, seed })) {
      compile(bytes, { features });
      for (const code of rows.keys()) seen.add(code);
    }
    expect(INSTRUCTIONS.filter(({ code }) => !seen.has(code)).map(({ name }) => name)).toEqual([]);
  });

  test('run alike on the native engine', () => {
    const judge = differential(ours, theirs);
    fc.assert(
      fc.property(module({ features: NATIVE }), (one) => {
        expect(judge(one).difference).toBeUndefined();
      }),
      { numRuns: Math.ceil(RUNS / 10), seed },
    );
  });

  test('never trap when that is asked for', () => {
    const judge = differential(ours, ours);
    const options = { features: DEFAULT_FEATURES, trapFree: true };
    for (const one of fc.sample(module(options), { numRuns: Math.ceil(RUNS / 5), seed })) {
      expect(new Set(judge(one).calls)).toEqual(new Set(['results']));
    }
  });

  test('that were changed are refused with documented errors, or valid', () => {
    for (const { bytes } of fc.sample(module({ features: ALL }), { numRuns: Math.ceil(RUNS / 30), seed })) {
      for (const mutant of mutants(bytes, 100, seed)) {
        try {
          compile(mutant, { features: ALL });
        } catch (error) {
          if (!(error instanceof WasmError) || error instanceof InternalError) throw error;
        }
      }
    }
  });
});
