// A function is lowered when it is first called, which takes time by its length: calls stop in the middle of it, and go on.
import { afterAll, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { type Instance, instantiate, Interrupted } from '../../src/index.ts';
import { turnsOf } from '../turns.ts';
import { run, wat } from './support.ts';

/** Long functions, each to be reached in its way. */
const long = (n: number): string => '(i32.add (i32.const 3)) '.repeat(n);
const textOf = (n: number): string => `(module (type $t (func (param i32) (result i32)))
  (func $long (export "entry") (param i32) (result i32) (local.get 0) ${long(n)})
  (func (export "call") (param i32) (result i32) (call $long (local.get 0)))
  (func (export "tail") (param i32) (result i32) (return_call $long (local.get 0)))
  (table (export "table") funcref (elem $long)) (elem declare func $long)
  (func (export "indirect") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0)))
  (func (export "ref") (param i32) (result i32) (call_ref $t (local.get 0) (ref.func $long))))`;
const BEYOND = `(module (type $t (func (param i32) (result i32))) (import "m" "entry" (func $long (type $t)))
  (import "m" "table" (table 1 funcref))
  (func (export "imported") (param i32) (result i32) (call $long (local.get 0)))
  (func (export "through") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0)))
  (func (export "last") (param i32) (result i32) (return_call $long (local.get 0))))`;
const SHORT = 20_000;
const wanted = (n: number): number => 3 * n + 5;

/** An instance whose functions nobody has called. */
function fresh(name: string, n = SHORT): Instance {
  const first = run(textOf(n));
  return name in first.exports ? first : run(BEYOND, { m: first.exports });
}

const WAYS = ['entry', 'call', 'tail', 'indirect', 'ref', 'imported', 'through', 'last'];

describe.each(['switch', 'closures'] as const)('the loop %s', (loop) => {
  afterAll(() => void useLoop('switch'));

  test.each(WAYS)('lowered a long function in one go, or failed for good at a deadline: %s', async (name) => {
    useLoop(loop);
    const whole = fresh(name).begin(name, [5]);
    whole.fuel = 1e6;
    expect(whole.run()).toEqual([wanted(SHORT)]);
    const execution = fresh(name).begin(name, [5]);
    execution.fuel = 1e6;
    let stops = 0;
    // The moment has always come: each step does a little.
    const past = { deadline: 1e12 };
    for (; stops < 20; stops++) expect(execution.step(Number.POSITIVE_INFINITY, past)).toBe('slice');
    execution.deadline = 1e12;
    expect(() => execution.step()).toThrow(Interrupted);
    execution.deadline = undefined;
    expect([execution.run(), execution.fuel]).toEqual([[wanted(SHORT)], whole.fuel]);
  });
});

test('a long function kept the event loop while it was lowered', async () => {
  for (const name of ['entry', 'imported']) {
    const instance = fresh(name, 250_000);
    // Two at a time lower it for themselves, and the one that comes second takes what the first has made.
    const [values, turns] = await turnsOf(Promise.all([1, 2].map(() => instance.callAsync(name, [5]))));
    expect(values).toEqual([wanted(250_000), wanted(250_000)]);
    expect(turns).toBeGreaterThan(2);
  }
});

test('a synchronous call that stops at its deadline while a function is lowered can be made again', () => {
  const instance = fresh('call', 250_000);
  for (let i = 0; i < 3; i++) {
    expect(() => instance.callWith({ deadline: Date.now() + 2 }, 'call', 5)).toThrow(/deadline/);
  }
  expect(instance.callWith({ deadline: Date.now() + 60_000 }, 'call', 5)).toBe(wanted(250_000));
});

test('arguments of all types wait while the function is lowered', () => {
  const types = ['i32', 'i64', 'f32', 'f64', 'externref', 'v128'];
  const params = types.map((t) => `(param ${t})`).join(' ');
  const text = `(module (type $t (func ${params} (result i32 i64 f32 f64 externref i32)))
    (func $f (type $t) (i32.const 0) ${long(SHORT)} drop (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
      (i32x4.extract_lane 3 (local.get 5)))
    (func (export "f") (param i32 i64 f32 f64 externref) (result i32 i64 f32 f64 externref i32)
      (call $f (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (v128.const i32x4 1 2 3 4))))`;
  const marker = { a: 1 };
  const execution = instantiate(wat(text)).begin('f', [1, 2n, 0.5, 1e300, marker]);
  execution.fuel = 1e6;
  const other = run('(module (func (export "f") (param externref i64) (result externref) (local.get 0)))');
  for (let i = 0; i < 5; i++) {
    expect(execution.step(Number.POSITIVE_INFINITY, { deadline: 1e12 })).toBe('slice');
    expect(other.call('f', 'x', -1n)).toBe('x');
  }
  expect(execution.run()).toEqual([1, 2n, 0.5, 1e300, marker, 4]);
});
