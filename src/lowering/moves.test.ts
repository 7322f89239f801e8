// Many values that move at once, and locals that are cleared: the right values, in code that is not longer for it.
import { describe, expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { invokeBits } from '../interpreter/threads/invoke.ts';
import { loop } from '../interpreter/loops/chosen.ts';
import { run as runClosures } from '../interpreter/loops/closures.ts';
import { instantiate } from '../index.ts';
import type { Bits } from '../runtime/values.ts';
import { DEFAULT_FEATURES, withFeatures } from '../syntax/features.ts';
import { parseModule } from '../text/parser.ts';
import { type ValidModule, validateModule } from '../validator/module.ts';
import { lowerFunction } from './lower.ts';

const features = withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });

function valid(text: string): ValidModule {
  return validateModule(decodeModule(encodeModule(parseModule(text))), { features });
}

const TYPES = ['i32', 'i64', 'f32', 'f64', 'v128', 'externref'] as const;
const literals = (i: number): readonly [literal: string, bits: Bits] => {
  const n = BigInt(i + 1);
  switch (TYPES[i % TYPES.length]) {
    case 'i32':
      return [`(i32.const ${n})`, n];
    case 'i64':
      return [`(i64.const ${n})`, n];
    case 'f32':
      return [`(f32.reinterpret_i32 (i32.const ${n}))`, n];
    case 'f64':
      return [`(f64.reinterpret_i64 (i64.const ${n}))`, n];
    case 'v128':
      return [`(v128.const i64x2 ${n} ${n})`, n | (n << 64n)];
    default:
      return ['(local.get $host)', 'host'];
  }
};

/** So many values of all types: their types, how they are made, what they are. */
function values(count: number): { types: string; made: string; bits: Bits[] } {
  const list = Array.from({ length: count }, (_, i) => literals(i));
  return {
    types: list.map((_, i) => TYPES[i % TYPES.length]).join(' '),
    made: list.map(([literal]) => literal).join(' '),
    bits: list.map(([, bits]) => bits),
  };
}

/** Ways to move values `made` from above another one to where the function `f` of type `$many` returns them. */
const WAYS: Readonly<Record<string, (made: string, types: string) => string>> = {
  br: (made) => `(block $to (type $results) (i32.const 99) ${made} (br $to))`,
  br_if: (made) => `(block $to (type $results) (i32.const 99) ${made} (br_if $to (i32.const 1)) unreachable)`,
  br_table: (made) =>
    `(block $to (type $results) (block $other (type $results) (i32.const 99) ${made} (br_table $to $other (i32.const 0))) unreachable)`,
  br_on_null: (made) =>
    `(block $to (type $results) (i32.const 99) ${made} (br_on_null $to (ref.null extern)) unreachable)`,
  return: (made) => `(i32.const 99) ${made} return`,
  'the end of the function': (made) => `(block (result i32) (i32.const 99)) drop ${made}`,
  'a branch to the function': (made) => `(block (i32.const 99) ${made} (br 1)) unreachable`,
  'a loop': (made) =>
    `${made} (local.set $n (i32.const 3))
     (loop $again (type $through)
       (local.set $n (i32.sub (local.get $n) (i32.const 1)))
       (if (type $through) (local.get $n) (then (i32.const 1) drop (br $again))))`,
  'a tail call': (made) => `(i32.const 99) ${made} (return_call $same)`,
  'a tail call of a reference': (made) => `(i32.const 99) ${made} (return_call_ref $through (ref.func $same))`,
  'a clause of a try_table': (made) =>
    `(block $to (type $results) (i32.const 99)
       (block $caught (type $results) (try_table (catch $e $caught) ${made} (throw $e)) unreachable) (br $to))`,
  'a clause whose label wants its values elsewhere': (made) =>
    `(block $to (type $results) (i32.const 99) (drop) (i64.const 98) (try_table (catch $e $to) ${made} (throw $e)) unreachable)`,
  'a legacy clause': (made) => `(try (type $results) (do ${made} (throw $e)) (catch $e))`,
};

function moduleOf(way: string, count: number): { text: string; bits: Bits[] } {
  const { types, made, bits } = values(count);
  const text = `(module
    (type $results (func (result ${types}))) (type $through (func (param ${types}) (result ${types})))
    (tag $e (param ${types})) (elem declare func $same)
    (func $f (export "f") (param $host externref) (result ${types}) (local $n i32) ${WAYS[way](made, types)})
    (func $same (type $through) ${bits.map((_, i) => `(local.get ${i})`).join(' ')}))`;
  return { text, bits };
}

describe.each(['switch', 'closures'] as const)('many values arrive, with the loop of %s,', (which) => {
  test.each(Object.keys(WAYS))('by %s', (way) => {
    const before = loop.run;
    if (which === 'closures') loop.run = runClosures;
    try {
      for (const count of [1, 8, 9, 60, 500]) {
        const { text, bits } = moduleOf(way, count);
        expect(invokeBits(instantiate(valid(text)).func('f'), ['host']), String(count)).toEqual(bits);
      }
    } finally {
      loop.run = before;
    }
  });
});

test.each(Object.keys(WAYS))(
  'a thousand values made code of thousands of words for each instruction that moved them: %s',
  (way) => {
    const words = (count: number): number => lowerFunction(valid(moduleOf(way, count).text), 0).words.length;
    const { made } = values(900);
    const alone = lowerFunction(valid(`(module (func (param $host externref) ${made} unreachable))`), 0).words.length;
    expect(words(900)).toBeLessThan(alone + 500);
  },
);

test('a function of 50,000 locals of reference type began with as many ops at each call', () => {
  const text = (count: number, more = ''): string =>
    `(module (func (export "f") (param externref) (result externref) (local ${'externref '.repeat(count)}) ${more} (local.get ${count})))`;
  expect(lowerFunction(valid(text(49_000)), 0).words.length).toBeLessThan(100);
  // What an earlier call left there is not seen.
  const module = valid(`(module
    (func $leave (param externref) (local ${'externref '.repeat(500)})
      ${Array.from({ length: 500 }, (_, i) => `(local.set ${i + 1} (local.get 0))`).join(' ')})
    (func $count (result i32) (local $sum i32) (local ${'i32 externref i64 externref '.repeat(100)})
      ${Array.from({ length: 200 }, (_, i) => `(local.set $sum (i32.add (local.get $sum) (ref.is_null (local.get ${2 * i + 2}))))`).join(' ')}
      (local.get $sum))
    (func (export "f") (param externref) (result i32) (call $leave (local.get 0)) (call $count)))`);
  expect(instantiate(module).call('f', ['host'])).toBe(200);
});
