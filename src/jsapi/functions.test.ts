import { expect, test } from 'vitest';
import { type NativeWebAssembly, native } from '../../tests/native.ts';
import { assemble } from '../text/index.ts';
import { namespace as api } from './namespace.ts';
import { run, thrownBy } from './wat.suite.ts';

type Callable = (...args: readonly unknown[]) => unknown;

test('an exported function is the same object wherever it comes from', () => {
  const first = run('(module (func $f (export "f")) (table (export "t") 1 funcref) (elem (i32.const 0) func $f))');
  const table = first['t'] as unknown as InstanceType<typeof api.Table>;
  const second = run('(module (import "m" "f" (func $f)) (export "g" (func $f)))', { m: { f: first['f'] } });
  expect(table.get(0)).toBe(first['f']);
  expect(second['g']).toBe(first['f']);
});

test('a function of one instance can be called through the table of another', () => {
  const { seven } = run('(module (func (export "seven") (result i32) i32.const 7))');
  const table = new api.Table({ element: 'anyfunc', initial: 2 });
  const { call } = run(
    '(module (import "m" "t" (table 2 funcref)) (func (export "call") (param i32) (result i32) local.get 0 call_indirect (result i32)))',
    { m: { t: table } },
  );
  table.set(1, seven);
  expect(call(1)).toBe(7);
  expect(() => table.set(0, () => 7)).toThrow(TypeError);
  expect(() =>
    table.set(
      0,
      Object.setPrototypeOf(() => 7, seven),
    ),
  ).toThrow(TypeError);
});

test('an exported function has the name of its index and is no constructor', () => {
  const { f } = run('(module (func) (func (export "f") (param i32 i64)))');
  expect(f.name).toBe('1');
  expect(f.length).toBe(2);
  expect('prototype' in f).toBe(false);
  expect(() => Reflect.construct(f, [])).toThrow(TypeError);
});

test('arguments are coerced in order, before anything runs', () => {
  const order: string[] = [];
  const noted = (name: string, value: unknown) => ({
    valueOf() {
      order.push(name);
      return value;
    },
  });
  const { f } = run(
    '(module (func (export "f") (param i32 i64 f32) (result i32 i64 f32) local.get 0 local.get 1 local.get 2))',
  );
  expect(f(noted('a', 4294967295.7), noted('b', 2n ** 64n + 5n), noted('c', '1.5'))).toEqual([-1, 5n, 1.5]);
  expect(order).toEqual(['a', 'b', 'c']);
  expect(() => f(1n)).toThrow(TypeError);
  expect(() => f(1, 1)).toThrow(TypeError);
  expect(f(undefined, '7')).toEqual([0, 7n, Number.NaN]);
});

test('an exported function takes and returns what one of the host does, of whatever kind the argument is', () => {
  const numbers = [
    0,
    -0,
    1.5,
    -1.5,
    2 ** 31,
    2 ** 32 + 5.5,
    2 ** 53,
    1e300,
    16777217,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ];
  const others = [0n, -1n, 2n ** 64n + 3n, '7', '', 'x', true, null, undefined, Symbol.iterator, [5], {}, numbers.push];
  const objects: unknown[] = [
    { valueOf: () => 2 ** 32 + 7 },
    { valueOf: () => 9n },
    { [Symbol.toPrimitive]: () => '0x10' },
  ];
  const types = ['i32', 'i64', 'f32', 'f64', 'externref', 'funcref'];
  const bytes = assemble(
    `(module ${types.map((t) => `(func (export "${t}") (param i64 ${t}) (result ${t}) local.get 1)`).join('\n')})`,
  );
  const hosts = [api as unknown as NativeWebAssembly, native];
  const [ours, theirs] = hosts.map((host) => new host.Instance(new host.Module(bytes)).exports);
  const outcome = (f: Callable, args: readonly unknown[]): unknown => {
    try {
      return [f(...args)];
    } catch (error) {
      return (error as Error).name;
    }
  };
  for (const t of types) {
    expect(outcome(ours[t], [1n])).toEqual(outcome(theirs[t], [1n]));
    for (const value of [...numbers, ...others, ...objects]) {
      expect([t, value, outcome(ours[t], [1n, value])]).toEqual([t, value, outcome(theirs[t], [1n, value, 5])]);
    }
  }
});

test('a valueOf that calls back into wasm does not disturb the call', () => {
  const exports = run('(module (func (export "f") (param i32 i32) (result i32) local.get 0 local.get 1 i32.sub))');
  const nested = { valueOf: (): unknown => exports['f'](50, 8) };
  expect(exports['f'](100, nested)).toBe(58);
});

test('a JavaScript import is called without a receiver and may return any iterable', () => {
  let receiver: unknown = 'none';
  function two(this: unknown): Iterable<unknown> {
    receiver = this;
    return new Set([{ valueOf: (): number => 3 }, '4']);
  }
  const { f } = run(
    '(module (import "m" "two" (func $two (result i32 f64))) (func (export "f") (result i32 f64) call $two))',
    {
      m: { two },
    },
  );
  expect(f()).toEqual([3, 4]);
  expect(receiver).toBe(undefined);
});

test('a promise that an import returns is a value, not a reason to wait', () => {
  const promise = Promise.resolve(1);
  const text = `(module
    (import "m" "p" (func $p (result externref))) (import "m" "i" (func $i (result i32)))
    (func (export "p") (result externref) call $p) (func (export "i") (result i32) call $i))`;
  const exports = run(text, { m: { p: () => promise, i: () => promise } });
  expect(exports['p']()).toBe(promise);
  expect(exports['i']()).toBe(0);
});

test('what JavaScript throws comes out as the same value', () => {
  for (const thrown of [new Error('x'), 5, undefined, null, Symbol('s')]) {
    const fail = (): never => {
      throw thrown;
    };
    const { f } = run('(module (import "m" "f" (func $f)) (func (export "f") call $f))', { m: { f: fail } });
    expect(thrownBy(f)).toBe(thrown);
  }
});

test('a trap is a RuntimeError with the wasm frames on its stack', () => {
  const { f } = run('(module (func $inner unreachable) (func $outer (export "f") call $inner))');
  const error = thrownBy(f) as Error;
  expect(error).toBeInstanceOf(api.RuntimeError);
  expect(error.message).toContain('unreachable');
  expect(error.stack).toContain('wasm-function[0]');
  expect(error.stack).toContain('wasm-function[1]');
});

test('a trap that passes through JavaScript is not caught by catch_all, and stays the same error', () => {
  const text = `(module
    (import "m" "js" (func $js)) (func (export "trap") unreachable)
    (func (export "outer") (result i32) (block (try_table (catch_all 0) call $js) (return (i32.const 1))) i32.const 2))`;
  let seen: unknown;
  const exports: Record<string, (...args: unknown[]) => unknown> = run(text, {
    m: {
      js: () => {
        try {
          exports['trap']();
        } catch (error) {
          seen = error;
          throw error;
        }
      },
    },
  });
  expect(thrownBy(exports['outer'])).toBe(seen);
});

test('endless recursion is a RangeError', () => {
  const { f } = run('(module (func $f (export "f") call $f))');
  expect(thrownBy(f)).toBeInstanceOf(RangeError);
});

test('an exported host function converts in both directions', () => {
  const { f } = run(
    '(module (import "m" "a" (func)) (import "m" "f" (func $f (param i32) (result i64))) (export "f" (func $f)))',
    {
      m: { a: () => 0, f: (x: number) => ({ valueOf: () => BigInt(x) * 2n }) },
    },
  );
  expect(f.name).toBe('1');
  expect(f('21')).toBe(42n);
  expect(() => f(1n)).toThrow(TypeError);
});

test('promising takes an imported function that is exported again, suspending or not', async () => {
  const text = '(module (import "m" "f" (func $f (param i32) (result i32))) (export "f" (func $f)))';
  const plain = run(text, { m: { f: (x: number) => x + 1 } });
  expect(await api.promising(plain['f'])(41)).toBe(42);
  const suspending = run(text, { m: { f: new api.Suspending(async (x: number) => x * 2) } });
  expect(await api.promising(suspending['f'])(21)).toBe(42);
  const failing = run(text, { m: { f: new api.Suspending(() => Promise.reject(new RangeError('no'))) } });
  await expect(api.promising(failing['f'])(1)).rejects.toThrow(RangeError);
  const nested = run(text, { m: { f: run('(module (func (export "f") (param i32) (result i32) unreachable))')['f'] } });
  await expect(api.promising(nested['f'])(1)).rejects.toThrow(api.RuntimeError);
});
