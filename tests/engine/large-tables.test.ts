// Tables with more elements than the loops look into themselves: all that reads and writes elements, on both sides of
// where their chunks begin (src/runtime/elements.ts).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { type Func, type Instance, instantiate, instantiateAsync, type Table, type Value } from '../../src/index.ts';
import { createWebAssembly } from '../../src/jsapi/index.ts';
import { wat } from './support.ts';
import { turnsOf } from '../turns.ts';

const LIMITS = { limits: { tableElements: 60_000_000 } };
const MOST = 10_000_000;
/** Where the second chunk begins, and the third, and some other one. */
const BORDERS = [2 ** 20, 2 ** 20 + 2 ** 16, 2 ** 21] as const;
const PLACES = [7, ...BORDERS.flatMap((border) => [border - 1, border]), MOST - 1];

const MODULE = wat(`(module
  (type $f (func (param i32) (result i32)))
  (import "host" "times" (func $host (type $f)))
  (table $t (export "t") ${MOST} funcref)
  (table $n (export "n") i64 2100000 funcref)
  (table $any (export "any") 1 ${MOST} anyref)
  (func $one (export "one") (type $f) (i32.add (local.get 0) (i32.const 1)))
  (func $two (export "two") (type $f) (i32.add (local.get 0) (i32.const 2)))
  (func $lazy (type $f) (i32.add (local.get 0) (i32.const 3)))
  (func $other (export "other"))
  (elem $e func $one $two $host $lazy $other $two)
  (func (export "call") (param i32 i32) (result i32) (call_indirect $t (type $f) (local.get 1) (local.get 0)))
  (func (export "tail") (param i32 i32) (result i32) (return_call_indirect $t (type $f) (local.get 1) (local.get 0)))
  (func (export "call of i64") (param i64 i32) (result i32) (call_indirect $n (type $f) (local.get 1) (local.get 0)))
  (func (export "calls") (param $at i32) (param $k i32) (result i32) (local $x i32)
    (loop $again
      (local.set $x (call_indirect $t (type $f) (local.get $x) (local.get $at)))
      (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    (local.get $x))
  (func $deep (export "deep") (type $f) (call_indirect $t (type $f) (local.get 0) (local.get 0)) (i32.const 1) (i32.add))
  (func (export "get") (param i32) (result funcref) (table.get $t (local.get 0)))
  (func (export "set") (param i32 funcref) (table.set $t (local.get 0) (local.get 1)))
  (func (export "fill") (param i32 funcref i32) (table.fill $t (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy to i64") (param i64 i32 i32) (table.copy $n $t (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "grow") (param i32 i32) (result i32) (table.grow $any (ref.i31 (local.get 0)) (local.get 1)))
  (func (export "got") (param i32) (result i32) (i31.get_s (ref.cast (ref i31) (table.get $any (local.get 0))))))`);
const HOST = { host: { times: (n: unknown) => (n as number) * 10 } };

/** To it the table is an imported one; its elements are on both sides of a border. */
const IMPORTING = wat(`(module (import "a" "t" (table $t 1 funcref))
  (func $own (param i32) (result i32) (i32.mul (local.get 0) (i32.const 100)))
  (elem (table $t) (offset (i32.const ${BORDERS[0] - 2})) func $own $own $own $own)
  (func (export "call") (param i32 i32) (result i32)
    (call_indirect $t (param i32) (result i32) (local.get 1) (local.get 0))))`);

/** Fuel that a call uses, in slices of so many units. */
function used(instance: Instance, name: string, args: readonly Value[], slice = Number.POSITIVE_INFINITY): number {
  const call = instance.begin(name, args);
  call.fuel = 1e9;
  while (call.step(slice) !== 'done');
  return 1e9 - call.fuel;
}

describe.each(['switch', 'closures'] as const)('a table of 10,000,000 elements (%s)', (loop) => {
  let instance: Instance;
  let table: Table;
  let funcs: Readonly<Record<string, Func>>;
  const elements = (from: number, n: number): unknown[] => Array.from({ length: n }, (_, i) => table.get(from + i));

  beforeAll(() => {
    useLoop(loop);
    instance = instantiate(MODULE, HOST, LIMITS);
    table = instance.exports['t'] as Table;
    funcs = instance.exports as never;
  });
  afterAll(() => useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch'));

  test.each(PLACES)('has an element %i that is set, got and called', (at) => {
    for (const [name, added] of [
      ['one', 1],
      ['two', 2],
    ] as const) {
      instance.call('set', at, funcs[name]);
      expect([instance.call('get', at), table.get(at)]).toEqual([funcs[name], funcs[name]]);
      expect([instance.call('call', at, 5), instance.call('tail', at, 5)]).toEqual([5 + added, 5 + added]);
      expect(instance.call('calls', at, 1000)).toBe(1000 * added);
    }
    table.set(at, funcs['other']);
    const mismatch = `indirect call type mismatch: element ${at} is [] -> [], called as [i32] -> [i32]`;
    for (const call of ['call', 'tail']) expect(() => instance.call(call, at, 5)).toThrow(mismatch);
    instance.call('set', at, null);
    for (const call of ['call', 'tail']) expect(() => instance.call(call, at, 5)).toThrow(`element: ${at}`);
  });

  test('has none behind its last element', () => {
    for (const at of [MOST, MOST + 1, 2 ** 24, 2 ** 31, 2 ** 32 - 1]) {
      const none = `undefined element: element ${at} of a table of ${MOST}`;
      for (const call of ['call', 'tail']) expect(() => instance.call(call, at | 0, 5)).toThrow(none);
      expect(() => instance.call('get', at | 0)).toThrow(`element ${at} of ${MOST}`);
      expect(() => instance.call('set', at | 0, null)).toThrow(`element ${at} of ${MOST}`);
      expect(() => table.get(at)).toThrow(RangeError);
    }
    expect(() => instance.call('call of i64', 2n ** 32n, 5)).toThrow('undefined element');
  });

  test('is filled, copied within itself, and gets its elements from a segment, as one array does', () => {
    const { one, two } = funcs;
    for (const border of BORDERS) {
      const from = border - 9000;
      const array = new Array<unknown>(18_000).fill(one);
      instance.call('fill', from, one, 18_000);
      instance.call('init', border - 3, 0, 6);
      const segment = elements(border - 3, 6);
      expect(segment).toEqual([one, two, expect.anything(), expect.anything(), funcs['other'], two]);
      array.splice(8997, 6, ...segment);
      for (const [to, start, n] of [
        [4, 0, 17_000],
        [1, 900, 17_000],
        [8999, 8997, 5],
        [8996, 9000, 7],
      ]) {
        instance.call('copy', from + to, from + start, n);
        array.copyWithin(to, start, start + n);
        expect(elements(from, array.length)).toEqual(array);
      }
      instance.call('copy to i64', 2n ** 21n - 9n, border - 9, 18);
      const other = instance.exports['n'] as Table;
      expect(Array.from({ length: 18 }, (_, i) => other.get(2 ** 21 - 9 + i))).toEqual(array.slice(8991, 9009));
    }
    instance.call('fill', 0, null, MOST);
    expect(PLACES.map((at) => table.get(at))).toEqual(PLACES.map(() => null));
  });

  test('costs as much fuel to call by way of, and to change, wherever an element is', () => {
    const warm = (at: number): number[] => {
      instance.call('init', at - 2, 0, 6);
      const figures = (slice?: number): number[] => [
        ...[-2, -1, 0].map((k) => used(instance, 'calls', [at + k, 99], slice)),
        used(instance, 'tail', [at - 2, 5], slice),
        used(instance, 'fill', [at + 4, null, 5000], slice),
        used(instance, 'copy', [at + 4, at + 2, 5000], slice),
      ];
      const whole = figures();
      expect(figures(1)).toEqual(whole);
      return whole;
    };
    warm(7);
    const figures = [7, ...BORDERS].map(warm);
    for (const figure of figures) expect(figure).toEqual(figures[0]);
  });

  test('calls functions of the host and of other instances by elements of any chunk', () => {
    const [border] = BORDERS;
    const other = instantiate(IMPORTING, { a: { t: table } });
    const calls = (one: Instance): unknown[] => [-2, -1, 0, 1].map((k) => one.call('call', border + k, 5));
    expect(calls(instance)).toEqual([500, 500, 500, 500]);
    instance.call('init', border - 2, 0, 4);
    expect([calls(other), calls(instance)]).toEqual([
      [6, 7, 50, 8],
      [6, 7, 50, 8],
    ]);
  });

  test('is where functions that call themselves by way of it come to the end of the stack', () => {
    for (const at of [7, BORDERS[0], MOST - 1]) {
      table.set(at, funcs['deep']);
      expect(() => instance.call('deep', at)).toThrow('call stack exhausted');
      table.set(at, null);
    }
  });

  test('is grown to, over one border or many at once', () => {
    const any = instance.exports['any'] as Table;
    const sizes = [2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 20 + 2 ** 16, 3_000_001, MOST];
    for (const [i, size] of sizes.entries()) {
      const before = any.size;
      expect(instance.call('grow', i, size - before)).toBe(before);
      expect(any.size).toBe(size);
      for (const at of [before, size - 1]) expect(instance.call('got', at)).toBe(i);
    }
    expect([instance.call('grow', 1, 1), any.grow(1), any.size]).toEqual([-1, -1, MOST]);
    for (const [i, size] of sizes.entries()) expect(instance.call('got', size - 1)).toBe(i);
  });
});

test('the first call of a function costs the same by way of any element', () => {
  const first = (at: number): number => {
    const instance = instantiate(MODULE, HOST, LIMITS);
    instance.call('init', at - 3, 0, 4);
    return used(instance, 'call', [at, 5]);
  };
  const near = first(7);
  for (const border of BORDERS) expect(first(border)).toBe(near);
});

test('tables of the JavaScript API have elements in all chunks', () => {
  const api = createWebAssembly(LIMITS);
  const table = new api.Table({ element: 'externref', initial: 2 ** 20 - 1 }, 'first');
  expect(table.grow(2 ** 17, 'then')).toBe(2 ** 20 - 1);
  const at = [0, 2 ** 20 - 2, 2 ** 20 - 1, 2 ** 20, Number(table.length) - 1];
  expect(at.map((one) => table.get(one))).toEqual(['first', 'first', 'then', 'then', 'then']);
  table.set(2 ** 20, 'other');
  expect(at.map((one) => table.get(one))).toEqual(['first', 'first', 'then', 'other', 'then']);
  expect(() => table.get(table.length)).toThrow(RangeError);
});

test.each([
  ['a large table', `(table ${MOST} funcref)`],
  ['a large segment', `(elem i31ref ${'(item (ref.i31 (i32.const 1)))'.repeat(100_000)})`],
])('%s kept the host from its turns while an instance was made', async (_what, text) => {
  const [, turns] = await turnsOf(instantiateAsync(wat(`(module ${text})`)));
  expect(turns).toBeGreaterThan(2);
});
