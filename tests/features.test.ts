// Features as switches: for every one in src/syntax/features.ts small modules that need it, accepted with it on and
// refused with it off, in the API and on the command line, by an error that names it and says how to switch it on.
import { describe, expect, test } from 'vitest';
import {
  compile,
  DEFAULT_FEATURES,
  type Feature,
  type FeatureSet,
  FEATURES,
  UnsupportedError,
  withFeatures,
} from '../src/index.ts';
import { assemble } from '../src/text/index.ts';
import { runCommand } from './cli/in-process.ts';

/** Per feature, fields of modules that need it, each from another place: types, limits, segments, instructions. */
const NEEDING: Readonly<Record<Feature, readonly string[]>> = {
  // Without core nothing is left, and what is in custom sections changes no module's meaning: nothing to refuse.
  core: [],
  'branch-hinting': [],
  'custom-annotations': [],
  'multi-value': [
    '(func (result i32 i32) (i32.const 1) (i32.const 2))',
    '(func (block (result i32 i32) (unreachable)) (drop) (drop))',
    '(func (i32.const 1) (block (param i32) (drop)))',
  ],
  'sign-extension': [
    '(func (param i32) (result i32) (i32.extend8_s (local.get 0)))',
    '(func (param i64) (result i64) (i64.extend32_s (local.get 0)))',
  ],
  'saturating-float-to-int': ['(func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))'],
  'bulk-memory': [
    '(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))',
    '(memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))',
    '(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))',
    '(data "passive")',
    '(elem func)',
    '(elem declare func)',
  ],
  'reference-types': [
    '(func (param externref))',
    '(table 1 externref)',
    '(table 1 funcref) (table 1 funcref)',
    '(table 1 funcref) (func (drop (table.size 0)))',
    '(func (result i32) (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0)))',
    '(func (drop (ref.null func)))',
  ],
  simd: [
    '(func (param v128))',
    '(func (local v128))',
    '(global v128 (v128.const i64x2 0 0))',
    '(func (drop (i8x16.splat (i32.const 0))))',
  ],
  'relaxed-simd': [
    '(func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))',
    '(func (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))',
  ],
  'tail-call': [
    '(func $f (return_call $f))',
    '(type $t (func)) (table 1 funcref) (func (return_call_indirect (type $t) (i32.const 0)))',
    '(type $t (func)) (func (param (ref $t)) (return_call_ref $t (local.get 0)))',
  ],
  'extended-const': [
    '(global i32 (i32.add (i32.const 1) (i32.const 2)))',
    '(memory 1) (data (i32.sub (i32.const 1) (i32.const 1)) "a")',
  ],
  'multi-memory': ['(memory 1) (memory 1)', '(import "m" "a" (memory 1)) (memory 1) (func (drop (memory.size 1)))'],
  memory64: ['(memory i64 1)', '(table i64 1 funcref)', '(import "m" "a" (memory i64 1))'],
  'function-references': [
    '(type $t (func)) (func (param (ref null $t)))',
    '(func (param (ref func)))',
    '(func $f) (table 1 funcref (ref.func $f))',
    '(type $t (func)) (func (unreachable) (call_ref $t))',
    '(func (param funcref) (drop (ref.as_non_null (local.get 0))))',
  ],
  gc: [
    '(type (struct (field i8)))',
    '(type (array i64))',
    '(rec (type (func)) (type (func)))',
    '(type (sub (func)))',
    '(func (param anyref))',
    '(func (param (ref null none)))',
    '(func (drop (ref.i31 (i32.const 1))))',
    '(func (param externref) (drop (any.convert_extern (local.get 0))))',
    '(global i32 (i32.const 1)) (global i32 (global.get 0))',
  ],
  'exception-handling': [
    '(tag)',
    '(import "m" "t" (tag (param i32)))',
    '(func (param exnref))',
    '(func (block (try_table (catch_all 0))))',
    '(func (unreachable) (throw_ref))',
  ],
  threads: [
    '(memory 1 1 shared)',
    '(memory 1) (func (drop (i32.atomic.load (i32.const 0))))',
    '(func (atomic.fence))',
    '(memory 1) (func (drop (memory.atomic.notify (i32.const 0) (i32.const 0))))',
  ],
  'wide-arithmetic': [
    '(func (result i64 i64) (i64.add128 (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))',
    '(func (result i64 i64) (i64.mul_wide_u (i64.const 1) (i64.const 2)))',
  ],
  'custom-page-sizes': ['(memory 1 (pagesize 1))', '(import "m" "a" (memory 1 2 (pagesize 1)))'],
  'custom-descriptors': [
    '(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))',
    '(type $s (struct)) (func (param (ref (exact $s))))',
    '(type $t (func)) (import "m" "f" (func (exact (type $t))))',
  ],
  'compact-imports': [
    '(import "m" (item "a" (func)) (item "b" (global i32)))',
    '(import "m" (item "a") (item "b") (func (param i32)))',
  ],
  'legacy-exceptions': [
    '(func (try (do)))',
    '(tag $t) (func (try (do (throw $t)) (catch $t)))',
    '(func (try (do (try (do) (delegate 0))) (catch_all (rethrow 0))))',
  ],
};

/** Features beyond the one in question that a module of the list needs. */
const ALSO: Readonly<Partial<Record<Feature, readonly Feature[]>>> = {
  'tail-call': ['function-references'],
  'wide-arithmetic': ['multi-value'],
  gc: ['function-references'],
};

const NAMES = Object.keys(FEATURES) as Feature[];
const CASES = NAMES.flatMap((name) => NEEDING[name].map((fields) => [name, fields] as const));
const ALL: FeatureSet = new Set(NAMES);

function refusal(fields: string, features: FeatureSet): UnsupportedError {
  try {
    compile(assemble(`(module ${fields})`), { features });
  } catch (error) {
    if (error instanceof UnsupportedError) return error;
    throw error;
  }
  throw new Error('the module was taken');
}

/** Runs a command with a module on standard input. */
const command = (args: readonly string[], fields: string) =>
  runCommand(args, { cwd: '.', stdin: () => assemble(`(module ${fields})`) });

describe('a module that needs a feature', () => {
  test.each(CASES)('%s is taken where only that is on: %s', (name, fields) => {
    const switches = Object.fromEntries([name, ...(ALSO[name] ?? [])].map((one) => [one, true]));
    compile(assemble(`(module ${fields})`), { features: withFeatures(new Set(['core']), switches) });
  });

  test.each(CASES)('%s is refused where all but that is on: %s', (name, fields) => {
    const error = refusal(fields, withFeatures(ALL, { [name]: false }));
    expect(error.feature).toBe(name);
    expect(error.message).toMatch(new RegExp(`^unsupported: .* needs the feature "${name}", which is off`));
    expect(error.message).toContain(`--wasm-features=${name} `);
    expect(error.message).toContain(`withFeatures(..., { '${name}': true })`);
  });

  test.each(CASES)('%s is refused and taken by the command line: %s', async (name, fields) => {
    const off = await command(['validate', '-W', `all,-${name}`, '-'], fields);
    expect(off.code).not.toBe(0);
    expect(off.err).toContain(`needs the feature "${name}", which is off; switch it on with --wasm-features=${name} `);
    expect(await command(['validate', '-W', `all,-${name}`, `--wasm-features=${name}`, '-'], fields)).toMatchObject({
      code: 0,
      err: '',
    });
  });
});

test('custom sections and annotations are taken whatever is on: they change no meaning', () => {
  const features = withFeatures(ALL, { 'branch-hinting': false, 'custom-annotations': false });
  const text = `(module (@custom "mine" "abc") (func (param i32) (@metadata.code.branch_hint "\\01") (if (local.get 0) (then))))`;
  expect(compile(assemble(text), { features }).module.customs.map((one) => one.name)).toContain('mine');
});

test('by default WebAssembly 3.0 is on, and what is at phase 4 or 5; nothing else is', () => {
  const standard = NAMES.filter((name) => /^\d\.0$|^phase [45]$/.test(FEATURES[name].since));
  expect([...DEFAULT_FEATURES].sort()).toEqual(standard.sort());
  for (const [name, fields] of CASES) {
    if (DEFAULT_FEATURES.has(name)) compile(assemble(`(module ${fields})`));
    else expect(refusal(fields, DEFAULT_FEATURES).feature).toBe(name);
  }
});

test('every feature that can be refused is tested', () => {
  expect(NAMES.filter((name) => NEEDING[name].length === 0)).toEqual(['core', 'branch-hinting', 'custom-annotations']);
});

test('what a feature implies is switched on with it, through all steps', () => {
  expect([...withFeatures(new Set(['core']), { 'custom-descriptors': true })].sort()).toEqual(
    ['core', 'custom-descriptors', 'function-references', 'gc', 'reference-types'].sort(),
  );
});

test.each(['run', 'validate', 'objdump', 'wast', 'trace'])('%s takes --wasm-features', async (name) => {
  const { code, out } = await command([name, '--help'], '');
  expect(code).toBe(0);
  expect(out).toContain('--wasm-features');
  const wrong = await command([name, '--wasm-features=gcc', '-'], '');
  expect(wrong.code).not.toBe(0);
  expect(wrong.err).toContain('--wasm-features: unknown feature "gcc"; did you mean "gc"?');
});
