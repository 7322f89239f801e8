// What the builtins of js-string cost in fuel, and how long the strings are that they make.
import { describe, expect, test } from 'vitest';
import { assemble } from '../text/index.ts';
import { createWebAssembly } from './index.ts';

const TEXT = `(module (type $a (array (mut i16)))
  (import "wasm:js-string" "fromCharCodeArray" (func $from (param (ref null $a) i32 i32) (result (ref extern))))
  (import "wasm:js-string" "intoCharCodeArray" (func $into (param externref (ref null $a) i32) (result i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (import "wasm:js-string" "substring" (func $substring (param externref i32 i32) (result (ref extern))))
  (import "wasm:js-string" "equals" (func $equals (param externref externref) (result i32)))
  (import "wasm:js-string" "compare" (func $compare (param externref externref) (result i32)))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (global $x (mut (ref null $a)) (ref.null $a))
  (func (export "make") (param i32) (global.set $x (array.new $a (i32.const 97) (local.get 0))))
  (func (export "from") (param i32 i32) (result externref) (call $from (global.get $x) (local.get 0) (local.get 1)))
  (func (export "into") (param externref) (result i32) (call $into (local.get 0) (global.get $x) (i32.const 0)))
  (func (export "concat") (param externref externref) (result externref) (call $concat (local.get 0) (local.get 1)))
  (func (export "substring") (param externref i32 i32) (result externref)
    (call $substring (local.get 0) (local.get 1) (local.get 2)))
  (func (export "equals") (param externref externref) (result i32) (call $equals (local.get 0) (local.get 1)))
  (func (export "compare") (param externref externref) (result i32) (call $compare (local.get 0) (local.get 1)))
  (func (export "length") (param externref) (result i32) (call $length (local.get 0)))
  (func (export "double") (param externref i32) (result i32) (local $n i32)
    (loop $again
      (local.set 0 (call $concat (local.get 0) (local.get 0)))
      (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (call $length (local.get 0))))`;

function load(fuel: { left: number }) {
  const own = createWebAssembly({ fuel });
  const module = new own.Module(assemble(TEXT), { builtins: ['js-string'] } as never);
  return new own.Instance(module, {} as never).exports as unknown as Record<string, (...args: unknown[]) => unknown>;
}

const text = 'a'.repeat(10_240);
const other = `${'a'.repeat(10_239)}b`;

describe('a builtin cost one unit, however long the strings were, and costs one for each full 1,024 units of UTF-16', () => {
  test.each<[string, readonly unknown[], number]>([
    ['from', [0, 10_240], 10],
    ['from', [1, 2], 0],
    ['from', [5000, 1000], 0],
    ['into', [text], 10],
    ['concat', [text, text], 20],
    ['concat', ['a', 'b'], 0],
    ['concat', [text, null], 10],
    ['substring', [text, 1024, 4096], 3],
    ['substring', [text, 0, -1], 10],
    ['substring', [text, 20_000, -1], 0],
    ['equals', [text, other], 10],
    ['equals', [text, 'a'], 0],
    ['equals', [null, null], 0],
    ['compare', [text, other], 10],
    ['compare', [text, 'a'], 0],
    ['length', [text], 0],
  ])('%s, case %#', (name, args, units) => {
    const fuel = { left: 1e6 };
    const { [name]: call, make } = load(fuel);
    make(10_240);
    const once = (): number => {
      const before = fuel.left;
      try {
        call(...args);
      } catch {
        // Some trap.
      }
      return before - fuel.left;
    };
    once();
    expect(once()).toBe(1 + units);
  });
});

test('is not done where there is not enough fuel for it', () => {
  const fuel = { left: 1e6 };
  const { into, make, from } = load(fuel);
  make(10_240);
  from(0, 1);
  into('a');
  fuel.left = 5;
  expect(() => into('b'.repeat(10_240))).toThrow('fuel');
  fuel.left = 1e6;
  expect(from(0, 2)).toBe('aa');
});

test('strings of a guest were as long as the host allows, and are bounded on every host', () => {
  const { double, make, from } = load({ left: 1e9 });
  expect(double('ab'.repeat(2 ** 15), 10)).toBe(2 ** 26);
  expect(() => double('ab'.repeat(2 ** 15), 11)).toThrow(new RangeError('Invalid string length'));
  make(8);
  expect(from(0, 8)).toBe('aaaaaaaa');
});
