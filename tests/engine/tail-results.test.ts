// Results of host functions that are called in tail calls, where the thread is stopped before they reach their caller.
import { expect, test } from 'vitest';
import { compile, instantiate, type Value } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';

const SOURCE = `(module
  (import "h" "number" (func $number (param i32) (result i32)))
  (import "h" "pair" (func $pair (param i32) (result i64 externref)))
  (func (export "number") (param i32) (result i32) (return_call $number (local.get 0)))
  (func (export "pair") (param i32) (result i64 externref) (return_call $pair (local.get 0))))`;
const CALLER = `(module
  (import "b" "number" (func $number (param i32) (result i32)))
  (import "b" "pair" (func $pair (param i32) (result i64 externref)))
  (func (export "number") (param i32) (result i32) (i32.add (call $number (local.get 0)) (i32.const 0)))
  (func (export "tail") (param i32) (result i32) (return_call $number (local.get 0)))
  (func (export "pair") (param i32) (result i64 externref) (call $pair (local.get 0))))`;

const inner = instantiate(compile(assemble(SOURCE)), {
  h: { number: (n: number) => n + 1, pair: (n: number): Value[] => [BigInt(n), `held by ${n}`] },
});
const outer = instantiate(compile(assemble(CALLER)), { b: { number: inner.func('number'), pair: inner.func('pair') } });

test.each([
  ['number', inner, [42]],
  ['pair', inner, [41n, 'held by 41']],
  ['number', outer, [42]],
  ['tail', outer, [42]],
  ['pair', outer, [41n, 'held by 41']],
] as const)('were lost where fuel, a slice or the time stopped it there: %s of %o', (name, instance, results) => {
  const other = (): unknown => instance.call('number', 1_000_000);
  for (const stop of [1, 2, 3, 5, 100]) {
    const bySlice = instance.begin(name, [41]);
    const byFuel = instance.begin(name, [41]);
    bySlice.fuel = 1e6;
    for (let left = 1000; !bySlice.done && left > 0; left--) {
      bySlice.step(stop - 1);
      other();
    }
    for (let left = 1000; !byFuel.done && left > 0; left--) {
      byFuel.fuel = stop;
      byFuel.step();
      other();
    }
    const byTime = instance.begin(name, [41]);
    byTime.fuel = 1e6;
    for (let left = 1000; !byTime.done && left > 0; left--) {
      byTime.step(undefined, { deadline: Date.now() - 1 });
      other();
    }
    expect([bySlice.results, byFuel.results, byTime.results]).toEqual([results, results, results]);
  }
});

test('were those of another call of a host function that takes longer than a turn', async () => {
  const slow = (n: number): number => {
    for (const end = Date.now() + 20; Date.now() < end; );
    return n + 1;
  };
  const instance = instantiate(compile(assemble(SOURCE)), { h: { number: slow, pair: () => [] } });
  const calls = [41, 1000, 7].map((n) => instance.callAsync('number', [n]));
  expect(await Promise.all(calls)).toEqual([42, 1001, 8]);
});
