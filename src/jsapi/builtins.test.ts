// What the builtins of js-string cost in fuel, and how long the strings are that they make.
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../text/index.ts';
import { begin } from '../interpreter/threads/invoke.ts';
import { useLoop } from '../closures.ts';
import type { Func } from '../runtime/instance.ts';
import { Limits } from '../runtime/limits.ts';
import { funcOf } from './crossing.ts';
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
  expect(double('ab'.repeat(3 * 2 ** 12), 9)).toBe(12 * 2 ** 20);
  expect(() => double('ab'.repeat(3 * 2 ** 12), 10)).toThrow(new RangeError('Invalid string length'));
  make(8);
  expect(from(0, 8)).toBe('aaaaaaaa');
});

const LONG = `(module (type $a (array (mut i16)))
  (type $from (func (param (ref null $a) i32 i32) (result (ref extern))))
  (type $into (func (param externref (ref null $a) i32) (result i32)))
  (import "wasm:js-string" "fromCharCodeArray" (func $from (type $from)))
  (import "wasm:js-string" "intoCharCodeArray" (func $into (type $into)))
  (import "wasm:js-string" "compare" (func $compare (param externref externref) (result i32)))
  (import "wasm:js-string" "equals" (func $equals (param externref externref) (result i32)))
  (import "wasm:js-string" "substring" (func $substring (param externref i32 i32) (result (ref extern))))
  (table (export "table") 2 funcref) (elem (i32.const 0) func $from $into) (elem declare func $from)
  (global $x (mut (ref null $a)) (ref.null $a))
  (func (export "make") (param $n i32) (local $i i32) (global.set $x (array.new $a (i32.const 0) (local.get $n)))
    (loop $again (array.set $a (global.get $x) (local.get $i) (local.get $i))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "clear") (array.fill $a (global.get $x) (i32.const 0) (i32.const 0) (array.len (global.get $x))))
  (func (export "call") (param i32 i32) (result externref) (call $from (global.get $x) (local.get 0) (local.get 1)))
  (func (export "tail") (param i32 i32) (result (ref extern)) (return_call $from (global.get $x) (local.get 0) (local.get 1)))
  (func (export "ref") (param i32 i32) (result externref) (call_ref $from (global.get $x) (local.get 0) (local.get 1) (ref.func $from)))
  (func (export "indirect") (param i32 i32) (result externref)
    (call_indirect (type $from) (global.get $x) (local.get 0) (local.get 1) (i32.const 0)))
  (func (export "into") (param externref i32) (result i32) (call $into (local.get 0) (global.get $x) (local.get 1)))
  (func (export "compare") (param externref externref) (result i32) (return_call $compare (local.get 0) (local.get 1)))
  (func (export "equals") (param externref externref) (result i32) (call $equals (local.get 0) (local.get 1)))
  (func (export "substring") (param externref i32 i32) (result externref)
    (call $substring (local.get 0) (local.get 1) (local.get 2)))
  (func (export "through") (param externref i32) (result i32)
    (call_indirect (type $into) (local.get 0) (global.get $x) (local.get 1) (i32.const 1))))`;

describe.each(['switch', 'closures'] as const)('a builtin did all of a long string at once, in the loop %s', (loop) => {
  afterAll(() => void useLoop('switch'));

  const units = 500_000;
  const all = Uint16Array.from({ length: units }, (_, i) => i);
  const whole = Array.from({ length: units / 1000 }, (_, i) =>
    String.fromCharCode(...all.subarray(1000 * i, 1000 * i + 1000)),
  ).join('');

  /** A call that stops wherever it can, beside one that does not: what they return, how often it stopped. */
  function stopping(
    name: string,
    args: readonly unknown[],
    between: (exports: Record<string, never>) => void = () => {},
  ) {
    useLoop(loop);
    const { Module, Instance } = createWebAssembly({});
    const { exports } = new Instance(new Module(assemble(LONG), { builtins: ['js-string'] } as never), {} as never);
    const { make } = exports as unknown as Record<string, (n: number) => void>;
    make(units);
    const func = funcOf(exports[name] as never) as Func;
    // Its first call costs more.
    const [first, ...executions] = [0, 1, 2].map(() => begin(func, args as never));
    for (const one of [first, ...executions]) one.fuel = 1e6;
    first.run();
    executions[0].run();
    let stops = 0;
    // The moment has always come: each step does a piece.
    while (executions[1].step(Number.POSITIVE_INFINITY, { deadline: 1e12 }) !== 'done') {
      if (executions[1].midway && stops++ === 3) between(exports as never);
    }
    expect(executions[1].fuel).toBe(executions[0].fuel);
    return { stops, answers: executions.map(({ results }) => results[0] as never), exports };
  }

  test.each(['call', 'tail', 'ref', 'indirect'])('%s of fromCharCodeArray', (name) => {
    const { stops, answers } = stopping(name, [1, units]);
    expect(answers.map((one) => one === whole.slice(1))).toEqual([true, true]);
    expect(stops).toBe(7);
  });

  test.each(['into', 'through'])('%s of intoCharCodeArray', (name) => {
    const { stops, answers, exports } = stopping(name, [whole.slice(5), 5], ({ clear }) => (clear as () => void)());
    expect([answers, stops]).toEqual([[units - 5, units - 5], 7]);
    const { call } = exports as unknown as Record<string, (...args: number[]) => string>;
    // What others have cleared meanwhile stays so.
    expect(call(5 + 4 * 65_536, units)).toBe(whole.slice(5 + 4 * 65_536));
    expect(call(0, 9)).toBe('\0'.repeat(9));
  });

  const [a, b] = ['a', 'b'].map((end) => 'a'.repeat(100_000) + end);
  test.each<[string, readonly unknown[], unknown, number]>([
    ['compare', [a, b], -1, 2],
    ['compare', ['b', a], 1, 1],
    ['compare', [a, 'aa'], 1, 1],
    ['equals', [a, b], 0, 2],
    ['equals', [b, ` ${b}`.slice(1)], 1, 2],
    ['equals', [a, 'a'], 0, 0],
    ['equals', [a, null], 0, 0],
    ['substring', [b, 99_999, 100_001], 'ab', 1],
    ['substring', ['abc', 1, 9], 'bc', 0],
  ])('%s of strings that the host puts together first: case %#', (name, args, answer, wanted) => {
    const { stops, answers } = stopping(name, args);
    expect([answers, stops]).toEqual([[answer, answer], wanted]);
  });

  test('and another function that stands in the table meanwhile is not called', () => {
    const { answers } = stopping('indirect', [0, units], ({ table }) =>
      (table as { set(i: number, value: unknown): void }).set(0, null),
    );
    expect(answers.map((one) => one === whole)).toEqual([true, true]);
  });

  test('a host that calls it itself has all of it, also where a guest has stopped in the middle', () => {
    const { exports } = stopping('indirect', [0, units], (at) => {
      const { table } = at as unknown as { table: { get(i: number): (...args: unknown[]) => unknown } };
      expect(() => table.get(0)(null, 0, 1)).toThrow('null array reference');
    });
    const { table } = exports as unknown as { table: { get(i: number): (...args: unknown[]) => unknown } };
    expect(() => table.get(1)('a'.repeat(100_000), null, 0)).toThrow('null array reference');
  });
});

describe('a string for which there is no room counted all that is reached at once', () => {
  const HELD = `(module (type $a (array (mut i16))) (type $node (struct (field (ref null $node) i32)))
    (import "wasm:js-string" "fromCharCodeArray" (func $from (param (ref null $a) i32 i32) (result (ref extern))))
    (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
    (import "wasm:js-string" "substring" (func $substring (param externref i32 i32) (result (ref extern))))
    (import "wasm:js-string" "fromCharCode" (func $one (param i32) (result (ref extern))))
    (import "wasm:js-string" "fromCodePoint" (func $point (param i32) (result (ref extern))))
    (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
    (global $l (mut (ref null $node)) (ref.null $node)) (global $s (mut externref) (ref.null extern))
    (table $t 1 funcref) (elem (i32.const 0) $substring)
    (func (export "hold") (param i32)
      (global.set $s (call $from (array.new $a (i32.const 97) (i32.const 1000)) (i32.const 0) (i32.const 1000)))
      (loop $more (global.set $l (struct.new $node (global.get $l) (i32.const 1)))
        (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func $tail (param externref i32 i32) (result externref)
      (return_call $substring (local.get 0) (local.get 1) (local.get 2)))
    (func (export "churn") (param i32) (result i32) (local $sum i32)
      (loop $more
        (local.set $sum (i32.add (local.get $sum) (i32.add
          (i32.add (call $length (call $concat (global.get $s) (global.get $s)))
            (call $length (call $substring (global.get $s) (i32.const 1) (i32.const 501))))
          (i32.add (call $length (call $tail (global.get $s) (i32.const 1) (i32.const 401)))
            (i32.add (call $length (call_indirect (param externref i32 i32) (result (ref extern))
                (global.get $s) (i32.const 1) (i32.const 301) (i32.const 0)))
              (i32.add (call $length (call $one (i32.const 98))) (call $length (call $point (i32.const 0x1f600)))))))))
        (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get $sum)))`;

  /** What a loop over all of them returns, and the fuel that it uses; in how many steps it was in the middle of a count. */
  function churned(objectBytes: number, isTimed: boolean) {
    const own = new Limits({ objectBytes });
    const { Module, Instance } = createWebAssembly({ limits: own });
    const module = new Module(assemble(HELD), { builtins: ['js-string'] } as never);
    const exports = new Instance(module, {} as never).exports as unknown as Record<string, (n: number) => unknown>;
    exports['hold']?.(50_000);
    const call = begin(funcOf(exports['churn']) as Func, [1_000]);
    call.fuel = 1e9;
    let counts = 0;
    const options = () => (isTimed ? { deadline: Date.now() } : undefined);
    while (call.step(Number.POSITIVE_INFINITY, options()) !== 'done') if (own.heap.counting !== undefined) counts++;
    return { sum: call.results[0], used: 1e9 - call.fuel, counts };
  }

  test('is made again after a count in pieces, with the same result and the same fuel', () => {
    const sum = 1_000 * (2_000 + 500 + 400 + 300 + 1 + 2);
    const [roomy, whole, timed] = [churned(2 ** 28, false), churned(7_000_000, false), churned(7_000_000, true)];
    expect([roomy, whole, timed].map((one) => one.sum)).toEqual([sum, sum, sum]);
    expect(timed.counts).toBeGreaterThan(10);
    expect(timed.used).toBe(whole.used);
    // Each count looks at 50,000 nodes: their fields, and the end of each.
    const counts = (whole.used - roomy.used) / Math.floor((3 * 50_000) / 8192);
    expect(counts).toBeGreaterThanOrEqual(1);
    expect(counts).toBeLessThan(20);
  });
});
