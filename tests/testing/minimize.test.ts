// Making modules small: the library's own reducer of modules, what it keeps, and what guards the modules that it tries.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ourEngine } from '../../src/cli/fuzz-engines.ts';
import { compile, type Feature, FEATURES } from '../../src/index.ts';
import { decodeModule } from '../../src/decoder/decode.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { bodyOf, codeOf, renumbered } from '../../src/testing/code.ts';
import { type Engine, differential, minimize, minimizeTest, module, surelyEnds } from '../../src/testing/index.ts';
import { bodyAt, leaveOut, membersOf } from '../../src/testing/leave-out.ts';
import { shownNaNs } from '../../src/testing/shown-nans.ts';
import { parseModule } from '../../src/text/parser.ts';
import { printModule } from '../../src/text/printer.ts';

// Far above what they take, also on a busy machine and with more runs.
vi.setConfig({ testTimeout: 1_200_000 });

const RUNS = Number(process.env['WASMI_TS_RUNS'] ?? 1500);
const seed = Number(process.env['WASMI_TS_SEED'] ?? 20260723);
const ALL = new Set(Object.keys(FEATURES) as Feature[]);
const few = { numRuns: Math.ceil(RUNS / 10), seed };

const wasm = (text: string): Uint8Array => encodeModule(parseModule(text));
const wat = (bytes: Uint8Array): string => printModule(decodeModule(bytes));

test('of a module with an instruction, little more than that instruction is left', () => {
  const whole = wasm(`(module
    (type $unused (func (param f64)))
    (import "host" "log" (func $log (param i32)))
    (import "linked" "m0" (memory 1 2))
    (table 3 6 funcref)
    (global $g (mut i64) (i64.const 77))
    (global $fuel (export "fuel") (mut i32) (i32.const 100))
    (elem (i32.const 1) func $log $main)
    (data (i32.const 8) "some bytes")
    (func $helper (param i32) (result i32) (local f32 i64)
      (call $log (i32.const 3))
      (i32.popcnt (i32.and (local.get 0) (i32.const 511))))
    (func $main (export "main") (param i32) (result i32)
      (if (i32.eqz (global.get $fuel)) (then unreachable))
      (block $out (result i32)
        (br_if $out (i32.const 7) (local.get 0))
        (global.set $g (i64.add (global.get $g) (i64.extend_i32_u (call $helper (i32.const 1000000)))))
        drop
        (call_indirect (param i32) (result i32) (i32.const 1) (i32.const 2)))))`);
  const small = minimize(whole, (bytes) => wat(bytes).includes('i32.popcnt'));
  expect(wat(small)).toBe(`(module
  (type (;0;) (func (param i32) (result i32)))
  (func (;0;) (type 0) (param i32) (result i32)
    i32.const 0
    i32.popcnt
  )
)
`);
});

test('what it returns is valid, no larger, and still what was asked for', () => {
  const tests = fc.sample(module({ features: ALL }), { numRuns: Math.ceil(RUNS / 100), seed });
  for (const { bytes, features } of tests) {
    const { exports, types } = decodeModule(bytes);
    const wanted = (other: Uint8Array): boolean => {
      compile(other, { features });
      return decodeModule(other).exports.some(({ name }) => name === exports[0].name);
    };
    const small = minimize(bytes, wanted, { features, seconds: 2 });
    expect(small.length).toBeLessThanOrEqual(bytes.length);
    expect(wanted(small)).toBe(true);
    expect(decodeModule(small).types.length).toBeLessThanOrEqual(types.length);
  }
});

test('a module that is not valid stays as it is where only its faults are asked for', () => {
  const broken = wasm('(module (func $unused) (func (export "f") (result i32) i64.const 300))');
  const refuses = (bytes: Uint8Array): boolean => {
    try {
      compile(bytes);
      return false;
    } catch {
      return true;
    }
  };
  const small = minimize(broken, refuses);
  expect(refuses(small)).toBe(true);
  expect(small.length).toBeLessThan(broken.length);
});

test('bodies that are read and written, with all indices given anew, are the same', () => {
  const same = (index: number): number => index;
  const maps = { type: same, func: same, local: same, label: same, memory: same, tag: same };
  fc.assert(
    fc.property(module({ features: ALL, nondeterministic: true }), ({ bytes }) => {
      const { funcs } = decodeModule(bytes);
      for (let i = 0; i < funcs.types.length; i++) {
        const { locals, instructions } = codeOf(bodyAt(funcs, i));
        const body = bodyOf({ locals, instructions: instructions.map((one) => renumbered(one, maps)) });
        expect(body).toEqual(funcs.bytes.subarray(funcs.start[i], funcs.end[i]));
      }
    }),
    few,
  );
});

test('a member that is left out is named nowhere, and all others keep their meaning', () => {
  const text = `(module
    (import "a" "f" (func $a))
    (import "a" "g" (func $b (param i32)))
    (table $t 4 funcref)
    (elem (table $t) (i32.const 0) func $a $b $c)
    (func $c (call $b (i32.const 1)))
    (export "a" (func $a)) (export "c" (func $c)))`;
  const module = parseModule(text);
  expect(leaveOut(module, 'func', 1)).toBeUndefined();
  const less = leaveOut(module, 'func', 0);
  if (less === undefined) throw new Error('the function is named by no code');
  expect(membersOf(less, 'func')).toBe(2);
  expect(less.exports).toEqual([{ name: 'c', kind: 'func', index: 1 }]);
  expect([...(less.elems[0].funcs ?? [])]).toEqual([0, 1]);
  compile(encodeModule(less));
});

test('all generated modules surely end, and show no bits of NaNs', () => {
  fc.assert(
    fc.property(module({ features: ALL }), ({ bytes }) => {
      expect(surelyEnds(bytes)).toBe(true);
      expect(shownNaNs(bytes)).toBe(0);
    }),
    few,
  );
});

test.each([
  ['a loop that goes back', '(func (loop (br_if 0 (i32.const 1))))', false],
  ['a loop that does not', '(func (loop (nop)))', true],
  ['a loop left for another', '(func (loop (block (br_if 0 (i32.const 1)))))', true],
  ['a handler that is a loop', '(tag) (func (loop (try_table (catch_all 0) (throw 0))))', false],
  ['a call of itself', '(func $f (call $f))', false],
  ['a circle of calls', '(func $f (call $g)) (func $g (return_call $f))', false],
  ['calls without a circle', '(func $f (call $g)) (func $g)', true],
  ['an indirect call of itself', '(table funcref (elem $f)) (func $f (call_indirect (i32.const 0)))', false],
  ['an indirect call of another', '(table funcref (elem $g)) (func (call_indirect (i32.const 0))) (func $g)', true],
])('of %s it is known whether it ends', (_name, text, ends) => {
  expect(surelyEnds(wasm(`(module ${text})`))).toBe(ends);
});

test('a NaN whose bits are looked at is seen', () => {
  const text = '(func (param f32) (result i32) (i32.reinterpret_f32 (f32.sqrt (local.get 0))))';
  expect(shownNaNs(wasm(`(module ${text})`))).toBe(1);
  expect(shownNaNs(wasm('(module (func (result i32) (i32.reinterpret_f32 (f32.const 1))))'))).toBe(0);
});

/** Our engine, but functions of modules with an `i32.and` answer one result more. */
function faulty(): Engine {
  const sound = ourEngine('faulty', 'fast');
  return {
    ...sound,
    instantiate: (one, host) => {
      const instance = sound.instantiate(one, host);
      const isHit = wat(one.bytes).includes('i32.and');
      return { ...instance, call: (name, args) => [...instance.call(name, args), ...(isHit ? [1] : [])] };
    },
  };
}

test('a test of two engines becomes small with its second module and its calls', () => {
  const judge = differential(faulty(), ourEngine('sound', 'fast'));
  const tests = fc.sample(module({ features: ALL }), { numRuns: 200, seed });
  const hits = tests.flatMap((one) => {
    const { difference } = one.linked && one.calls.length > 1 ? judge(one) : { difference: undefined };
    return difference === undefined ? [] : [{ one, difference }];
  });
  for (const { one, difference } of hits.slice(0, 3)) {
    const small = minimizeTest(one, difference, judge, 10);
    expect(judge(small).difference).toBeDefined();
    expect(small.linked).toBeUndefined();
    expect(small.calls.length).toBe(1);
    expect(small.bytes.length).toBeLessThan(80);
  }
  expect(hits.length).toBeGreaterThan(0);
});
