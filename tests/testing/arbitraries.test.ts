// The arbitraries beside whole modules: function bodies, single instructions, values, scripts.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { compile, type Feature, FEATURES, Instance, instantiate } from '../../src/index.ts';
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import { scriptEngine } from '../../src/script/engine.ts';
import { parseScript } from '../../src/script/parse.ts';
import { runScript } from '../../src/script/run.ts';
import { INSTRUCTIONS } from '../../src/syntax/instructions.ts';
import { F32, I32, I64 } from '../../src/syntax/types.ts';
import {
  differential,
  emitModule,
  functionBody,
  instruction,
  instructionRows,
  module,
  type ModuleGenome,
  moduleGenome,
  mutants,
  script,
  value,
} from '../../src/testing/index.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 1500);
const seed = Number(process.env['WASMI_TS_SEED'] ?? 20260723);
const ALL = new Set(Object.keys(FEATURES) as Feature[]);
const few = { numRuns: Math.ceil(RUNS / 10), seed };
const CODES = new Map(INSTRUCTIONS.map(({ name, code }) => [name, code]));
const ours = ourEngine('ours', 'fast');

test('a function body has the wanted type, and stands in a valid module', () => {
  const type = { params: ['i32', 'v128', I64], results: ['funcref', 'f32', 'i64'] } as const;
  fc.assert(
    fc.property(functionBody(type, { features: ALL }), ({ body, module: { bytes, features }, name }) => {
      const { module: found, funcTypes } = compile(bytes, { features });
      const { index } = found.exports.find((one) => one.name === name) ?? { index: -1 };
      expect(found.types[funcTypes[index]].comp).toMatchObject({
        params: [I32, -5, I64],
        results: [expect.any(Number), F32, I64],
      });
      expect(found.funcs.bytes.slice(found.funcs.start[index], found.funcs.end[index])).toEqual(body);
    }),
    few,
  );
});

test('a function body whose type has no references comes with calls that can be made', () => {
  const type = { params: ['i32', 'f64'], results: ['i64'] } as const;
  const judge = differential(ours, ours);
  fc.assert(
    fc.property(functionBody(type), ({ module: one }) => {
      expect(one.calls.length).toBeGreaterThan(0);
      expect(judge(one).difference).toBeUndefined();
    }),
    few,
  );
});

test('there are single instructions for every row that stands alone, each in a valid module', () => {
  const judge = differential(ours, ours);
  const options = { features: ALL, nondeterministic: true };
  const seen = new Set<string>();
  for (const { name, module: one } of fc.sample(instruction(options), { numRuns: Math.max(RUNS, 6000), seed })) {
    compile(one.bytes, { features: one.features });
    // Now and then what an instruction needs is not there, and another comes in its place.
    if (!one.rows.has(CODES.get(name) ?? -1)) continue;
    if (!seen.has(name)) expect(judge(one).difference).toBeUndefined();
    seen.add(name);
  }
  expect(
    instructionRows(options)
      .filter(({ name }) => !seen.has(name))
      .map(({ name }) => name),
  ).toEqual([]);
  const parts = INSTRUCTIONS.filter(({ name }) => !seen.has(name)).map(({ name }) => name);
  expect(parts.sort()).toEqual([
    'catch',
    'catch_all',
    'else',
    'end',
    'f32.const',
    'f64.const',
    'i32.const',
    'i64.const',
    'v128.const',
  ]);
});

test('values are of the type, by name or number', () => {
  const kinds = { i32: 'number', i64: 'bigint', f32: 'number', f64: 'number' } as const;
  for (const [type, kind] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
    fc.assert(
      fc.property(value(type), (one) => typeof one === kind),
      few,
    );
  }
  fc.assert(
    fc.property(value(I32), (one) => one === (Number(one) | 0)),
    few,
  );
  fc.assert(
    fc.property(value(F32), (one) => Object.is(one, Math.fround(one as number))),
    few,
  );
  fc.assert(
    fc.property(value('externref'), (one) => one === null || typeof one === 'string'),
    few,
  );
});

test('scripts hold on the engine that made them, read again from their text', () => {
  let assertions = 0;
  fc.assert(
    fc.property(script(ours, { features: ALL }), ({ text, features, assertions: count }) => {
      const outcomes = runScript(parseScript(text), scriptEngine(features));
      const bad = outcomes.filter((one) => one.result !== 'passed');
      if (bad.length > 0) throw new Error(`${JSON.stringify(bad)}\n${text}`);
      assertions += count;
    }),
    few,
  );
  expect(assertions).toBeGreaterThan(few.numRuns);
});

test('options are kept: nothing is exported, imported or started that was not asked for', () => {
  const bare = {
    features: ALL,
    maxImports: 0,
    linked: false,
    start: false,
    exportAll: false,
    maxPages: 1,
    maxElements: 6,
  };
  fc.assert(
    fc.property(module(bare), ({ bytes, linked, features }) => {
      const { module: found } = compile(bytes, { features });
      expect([linked, found.start, found.imports]).toEqual([undefined, undefined, []]);
      expect(found.exports.filter(({ name }) => name !== 'fuel').map(({ kind }) => kind)).toEqual(['func']);
      for (const { limits, pageSizeLog2 } of found.memories) if (pageSizeLog2 === 16) expect(limits.max).toBe(1n);
      for (const { type } of found.tables) expect(type.limits.max).toBe(6n);
    }),
    few,
  );
});

test('start functions, segments, and imports of all kinds occur, and the second module fits the first', () => {
  const seen = new Set<string>();
  for (const { bytes, linked, features } of fc.sample(module({ features: ALL }), {
    numRuns: Math.max(RUNS, 1000),
    seed,
  })) {
    const { module: found } = compile(bytes, { features });
    for (const { module: from, desc } of found.imports) seen.add(`${from} ${desc.kind}`);
    if (found.start !== undefined) seen.add('start');
    for (const { mode } of [...found.elems, ...found.datas]) seen.add(mode.kind);
    if (linked !== undefined) expect(instantiate(compile(linked, { features }))).toBeInstanceOf(Instance);
  }
  const kinds = ['func', 'memory', 'table', 'global', 'tag'].map((kind) => `linked ${kind}`);
  expect([...seen].sort()).toEqual(['active', 'host func', 'passive', 'start', ...kinds].sort());
});

test('whatever a module shrinks to is valid again', () => {
  let tried = 0;
  const details = fc.check(
    fc.property(moduleGenome({ features: ALL }), (gene) => {
      const { bytes, features, rows } = emitModule(gene, { features: ALL });
      compile(bytes, { features });
      tried++;
      // Something to shrink to: a module with one memory access.
      return !rows.has(0x28);
    }),
    { seed, numRuns: 5000 },
  );
  expect(String(details.errorInstance)).toContain('Property failed by returning false');
  expect(details.failed).toBe(true);
  expect(tried).toBeGreaterThan(details.numShrinks);
  expect(emitModule(details.counterexample?.[0] as ModuleGenome, { features: ALL }).bytes.length).toBeLessThan(150);
});

test('mutants leave the bytes that they are made of alone, also those of a Buffer, and follow from the seed', () => {
  const bytes = Buffer.from(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0));
  const before = Uint8Array.from(bytes);
  const some = [...mutants(bytes, 50, seed)];
  expect(Uint8Array.from(bytes)).toEqual(before);
  expect(some).toEqual([...mutants(before, 50, seed)]);
  expect(new Set(some.map((one) => one.join())).size).toBeGreaterThan(40);
});
