// What has to hold of every module, tried on generated ones: the formats are inverses of each other, and all ways to run
// a module give the same. Another way to run (another loop, other settings) becomes an engine in WAYS, nothing else.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { decodeModule } from '../../src/decoder/decode.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { type Feature, FEATURES, type FeatureSet } from '../../src/index.ts';
import { differential, type Engine, module, type ModuleOptions, type TestModule } from '../../src/testing/index.ts';
import { parseModule } from '../../src/text/parser.ts';
import { printModule } from '../../src/text/printer.ts';
import { referenceEngine, REFERENCE_FEATURES } from '../engine/reference-engine.ts';
import { type ForkedEngine, forkedEngine } from './forked-engine.ts';
import { slicedEngine } from './sliced-engine.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 1500);
const seed = Number(process.env['WASMI_TS_SEED'] ?? 20260723);
/** The loop that tests run with, and the other. */
const USUAL: LoopName = process.env['WASMI_TS_LOOP'] === 'closures' ? 'closures' : 'switch';
const OTHER: LoopName = USUAL === 'switch' ? 'closures' : 'switch';
const ALL: FeatureSet = new Set(Object.keys(FEATURES) as Feature[]);

/** A way to run modules, what it can run, and what share of RUNS is enough. */
interface Way {
  readonly engine: Engine;
  readonly options: Partial<ModuleOptions>;
  readonly share: number;
}

/** Our engine on another loop; after each step the usual one is chosen again. */
function onLoop(loop: LoopName, engine: Engine = ourEngine(loop, 'fast')): Engine {
  const on = <T>(run: () => T): T => {
    useLoop(loop);
    try {
      return run();
    } finally {
      useLoop(USUAL);
    }
  };
  return {
    ...engine,
    instantiate: (test, host) => {
      const instance = on(() => engine.instantiate(test, host));
      return { ...instance, call: (name, args) => on(() => instance.call(name, args)) };
    },
  };
}

const everything = { features: ALL, nondeterministic: true };

// biome-ignore format: a table
const WAYS: readonly Way[] = [
  { engine: ourEngine('traced', 'traced'),   options: everything,                       share: 5 },
  { engine: slicedEngine('sliced', 1),       options: everything,                       share: 5 },
  { engine: slicedEngine('sliced often', 0), options: everything,                       share: 10 },
  { engine: forkedEngine('forked'),          options: everything,                       share: 5 },
  { engine: onLoop(OTHER, forkedEngine('forked, other loop')), options: everything,      share: 10 },
  { engine: onLoop(OTHER),                   options: everything,                       share: 2 },
  { engine: referenceEngine('reference'),    options: { features: REFERENCE_FEATURES }, share: 2 },
];

/** All modules that were tried pass; a failure names the case and shows the text of the smallest module. */
function check(options: Partial<ModuleOptions>, numRuns: number, judge: (test: TestModule) => void): void {
  const property = fc.property(module(options), (one) => judge(one));
  const details = fc.check(property, { numRuns: Math.ceil(numRuns), seed });
  if (!details.failed) return;
  const [{ bytes, linked, calls }] = details.counterexample as [TestModule];
  const texts = [linked, bytes].flatMap((one) => (one === undefined ? [] : [printModule(decodeModule(one))]));
  const list = calls.map(({ name, args }) => `${name}(${args.map(String).join(', ')})`).join('; ');
  expect.fail(
    `seed ${seed}, path ${details.counterexamplePath}: ${String(details.errorInstance)}\n${texts.join('')}${list}`,
  );
}

describe('of generated modules', () => {
  test('decoding and encoding give the same bytes', () => {
    check(everything, RUNS / 3, ({ bytes }) => {
      expect(encodeModule(decodeModule(bytes))).toEqual(bytes);
    });
  });

  test('printing and parsing give the same bytes', () => {
    check(everything, RUNS / 5, ({ bytes }) => {
      const text = printModule(decodeModule(bytes));
      expect(encodeModule(parseModule(text))).toEqual(bytes);
      expect(printModule(parseModule(text))).toBe(text);
    });
  });

  test.each(WAYS.map((way) => [way.engine.name, way] as const))(
    'running them at once gives what the way "%s" gives, and no error that should not be',
    (_name, { engine, options, share }) => {
      const judge = differential(ourEngine('fast', 'fast'), engine);
      check(options, RUNS / share, (one) => {
        const { difference } = judge(one);
        if (difference !== undefined) throw new Error(JSON.stringify(difference));
      });
      const { forks } = engine as Partial<ForkedEngine>;
      if (forks !== undefined) expect(forks.count).toBeGreaterThan(0);
    },
    600_000,
  );
});
