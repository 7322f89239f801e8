// What comes from the host is not what it seems: Proxies, forgeries, getters, objects that become numbers, errors that
// pass for ours, promises, monitors. Each test is named after what was wrong once; tests/engine/hostile-values.ts tries
// them all in all places. Runs with the loop that is set; the cases whose outcome depended on it run with both.
import { afterEach, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import {
  ExitStatus,
  Func,
  type Global,
  Interrupted,
  JS_TAG,
  type Table,
  Trap,
  type Value,
  WasmException,
  getGlobal,
  instantiate,
  invoke,
  setGlobal,
  tagOf,
} from '../../src/index.ts';
import { beginBits, invokeBits } from '../../src/interpreter/threads/invoke.ts';
import { namespace } from '../../src/jsapi/index.ts';
import { encodeModule } from '../../src/encoder/encode.ts';
import { parseModule } from '../../src/text/parser.ts';
import { Tracer } from '../../src/trace/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { run, wat } from './support.ts';

const SET_LOOP = (process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch';
const LOOPS: readonly LoopName[] = ['switch', 'closures'];
afterEach(() => useLoop(SET_LOOP));

/** `nested` overwrites the first dozen slots above where it begins. */
const NESTED = `(func $spread (param i32 i32 i32 i32) (result i32) (local i32 i32 i32 i32)
    (local.set 4 (local.get 0)) (local.set 5 (local.get 0)) (local.set 6 (local.get 0)) (local.set 7 (local.get 0))
    (local.get 4))
  (func (export "nested") (param i32) (result i32)
    (call $spread (local.get 0) (local.get 0) (local.get 0) (local.get 0)))`;

function namespaceExports(text: string, imports: object = {}): Record<string, never> {
  const { Module, Instance } = namespace as unknown as Record<string, new (...args: unknown[]) => { exports: never }>;
  return new Instance(new Module(encodeModule(parseModule(text))), imports).exports;
}

const revoked = (target: object = {}): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

/** A Proxy whose traps say that they were called. */
function telling(target: object = {}): { value: object; told: string[] } {
  const told: string[] = [];
  const handler = new Proxy({}, { get: (_t, name) => void told.push(String(name)) });
  return { value: new Proxy(target, handler), told };
}

/** Does something, then returns a value. */
function following<T>(_done: unknown, value: T): T {
  return value;
}

function outcome(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

const CASTS = `(module (type $s (struct (field i32))) (type $a (array i32)) ${NESTED}
  (table (export "table") 2 anyref) (global (export "global") (mut anyref) (ref.null any))
  (func (export "make") (result (ref $s)) (struct.new $s (i32.const 9)))
  (func $test (param externref i32) (result i32) (local i32)
    (local.set 2 (i32.const 1111))
    (if (result i32) (ref.test (ref struct) (any.convert_extern (local.get 0)))
      (then (i32.const -1)) (else (i32.add (local.get 1) (local.get 2)))))
  (func (export "test") (param externref i32) (result i32)
    (i32.add (call $test (local.get 0) (local.get 1)) (i32.const 1000000)))
  (func $br (param externref i32) (result i32) (local i32)
    (local.set 2 (i32.const 1111))
    (block $b (result anyref) (br_on_cast $b anyref (ref $s) (any.convert_extern (local.get 0))))
    drop
    (i32.add (local.get 1) (local.get 2)))
  (func (export "br") (param externref i32) (result i32) (i32.add (call $br (local.get 0) (local.get 1)) (i32.const 1000000)))
  (func (export "cast") (param externref) (drop (ref.cast (ref $s) (any.convert_extern (local.get 0)))))
  (func (export "eq") (param externref) (result i32) (ref.test eqref (any.convert_extern (local.get 0))))
  (func (export "field") (param externref) (result i32)
    (struct.get $s 0 (ref.cast (ref $s) (any.convert_extern (local.get 0)))))
  (func (export "there and back") (param externref) (result externref)
    (extern.convert_any (any.convert_extern (local.get 0))))
  (func (export "any") (param anyref) (result anyref) (local.get 0))
  (func (export "as extern") (param anyref) (result externref) (extern.convert_any (local.get 0)))
  (func (export "kept") (param anyref) (result anyref)
    (table.set 0 (i32.const 1) (local.get 0)) (global.set 0 (table.get 0 (i32.const 1))) (global.get 0)))`;

describe('casts', () => {
  test.each(LOOPS)('code of a Proxy ran within ref.test and overwrote the frame (%s)', (loop) => {
    useLoop(loop);
    const instance = run(CASTS);
    const value = new Proxy({}, { getPrototypeOf: () => following(instance.call('nested', 77), null) });
    expect(instance.call('test', value, 5)).toBe(1001116);
    expect(instance.call('br', value, 5)).toBe(1001116);
    expect(instance.callWith({ fuel: 10_000 }, 'test', value, 5)).toBe(1001116);
    const { test: cast, nested } = namespaceExports(CASTS) as unknown as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    expect(cast(new Proxy({}, { getPrototypeOf: () => following(nested(77), null) }), 5)).toBe(1001116);
  });

  test.each<[string, () => object]>([
    ['a revoked Proxy', revoked],
    ['a revoked Proxy of a function', () => revoked(() => 1)],
    ['a Proxy', () => telling().value],
    ['what inherits from a Proxy', () => Object.create(telling().value) as object],
    ['a function', () => () => 1],
    ['what looks like a struct', () => ({ kind: 'struct', defType: { index: 0 }, fields: [5] })],
    ['a function of ours', () => run('(module (func (export "f")))').exports['f']],
  ])('%s is no struct, no array, not comparable, and comes back as it was', (_what, make) => {
    const instance = run(CASTS);
    const value = make();
    expect(instance.call('test', value, 5)).toBe(1001116);
    expect(instance.call('eq', value)).toBe(0);
    expect(() => instance.call('cast', value)).toThrow(Trap);
    for (const name of ['there and back', 'any', 'as extern', 'kept']) {
      expect(Object.is(instance.call(name, value), value), name).toBe(true);
    }
    expect(Object.is(getGlobal(instance.exports['global'] as Global), value)).toBe(true);
  });

  test('harmless uses of an externref call no trap of it, in both APIs', () => {
    const text = `(module (table (export "t") 1 externref) (global (export "g") (mut externref) (ref.null extern))
      (func (export "id") (param externref) (result externref) (local.get 0)))`;
    const { value, told } = telling();
    const exports = namespaceExports(text) as never as {
      id(v: unknown): unknown;
      t: { set(i: number, v: unknown): void; get(i: number): unknown; grow(n: number, v: unknown): number };
      g: { value: unknown };
    };
    expect(Object.is(exports.id(value), value)).toBe(true);
    exports.t.set(0, value);
    exports.t.grow(1, value);
    exports.g.value = value;
    expect([exports.t.get(0), exports.t.get(1), exports.g.value].every((one) => Object.is(one, value))).toBe(true);
    const instance = run(text);
    setGlobal(instance.exports['g'] as Global, value);
    expect(Object.is(instance.call('id', value), value)).toBe(true);
    expect(told).toEqual([]);
  });

  test('a struct that went out is known when it comes back, by every way', () => {
    const instance = run(CASTS);
    const struct = instance.call('make');
    for (const name of ['there and back', 'any', 'as extern', 'kept']) {
      const out = instance.call(name, struct);
      expect(out).toBe(struct);
      expect(instance.call('field', out)).toBe(9);
    }
  });
});

const STRUCTS = `(module (type $s (struct (field i32))) ${NESTED}
  (func (export "make") (result (ref $s)) (struct.new $s (i32.const 9)))
  (func (export "first") (param i32 (ref null $s)) (result i32) (local.get 0))
  (func (export "field") (param (ref null $s)) (result i32) (struct.get $s 0 (local.get 0)))
  (func (export "sum") (param i32 i32 i32) (result i32)
    (i32.add (i32.mul (i32.const 1000) (local.get 0)) (i32.add (i32.mul (i32.const 100) (local.get 1)) (local.get 2)))))`;

describe('arguments', () => {
  test('a Proxy that passed for a struct called back after the first argument was written', () => {
    const instance = run(STRUCTS);
    const real = instance.call('make') as { defType: object };
    const liar = new Proxy(
      {},
      {
        getPrototypeOf: () => following(instance.call('nested', 77), Object.getPrototypeOf(real) as object),
        get: (_t, name) => (name === 'defType' ? real.defType : undefined),
      },
    );
    expect(() => instance.call('first', 42, liar)).toThrow(TypeError);
  });

  test('each element of the list is read once, before any is written', () => {
    const instance = run(STRUCTS);
    const reads: string[] = [];
    const args: Value[] = [42, 5, 6];
    for (const at of [1, 2]) {
      Object.defineProperty(args, at, {
        get: () => following(reads.push(String(at)), following(instance.call('nested', 77), 4 + at)),
      });
    }
    expect(invoke(instance.func('sum'), args)).toEqual([42506]);
    expect(reads).toEqual(['1', '2']);
    expect(invokeBits(instance.func('sum'), [42n, 5n, 6n])).toEqual([42506n]);
    const execution = beginBits(instance.func('sum'), new Proxy([42n, 5n, 6n], {}));
    execution.fuel = 100;
    expect(execution.run()).toEqual([42506n]);
  });

  test('what inherits from a struct, or a function, with fields of its own is none', () => {
    const instance = run(STRUCTS);
    const real = instance.call('make') as { defType: object };
    const own = { defType: { value: real.defType }, fields: { value: [1234] } };
    for (const forged of [Object.create(Object.getPrototypeOf(real) as object, own), Object.create(real as object)]) {
      expect(() => instance.call('field', forged)).toThrow(TypeError);
    }
    const text =
      '(module (func $secret (result i32) (i32.const 31337)) (func (export "pub") (result i32) (i32.const 1)))';
    const { pub } = run(text).exports as unknown as Record<string, Func>;
    const importing = wat(
      '(module (import "a" "f" (func $f (result i32))) (func (export "go") (result i32) (call $f)))',
    );
    const liar = new Proxy(
      {},
      {
        getPrototypeOf: () => Func.prototype,
        getOwnPropertyDescriptor: () => ({ value: 1, configurable: true }),
        get: (_t, name, self) => (name === 'self' ? self : name === 'index' ? 0 : pub[name as 'index']),
      },
    );
    for (const forged of [
      liar,
      Object.create(pub),
      Object.create(Func.prototype, { defType: { value: pub.defType } }),
    ]) {
      expect(() => instantiate(importing, { a: { f: forged as Func } })).toThrow('incompatible import type');
    }
  });
});

const THROWER = `(module (import "a" "f" (func $f)) (import "a" "js" (tag $js (param externref)))
  (func (export "all") (result i32) (block $h (try_table (catch_all $h) (call $f)) (return (i32.const 0))) (i32.const 1))
  (func (export "js") (result externref) (block $h (result externref) (try_table (catch $js $h) (call $f)) (ref.null extern)))
  (func (export "plain") (call $f)))`;

const throwing = (value: unknown): { f: () => never; js: typeof JS_TAG } => ({
  f: () => {
    throw value;
  },
  js: JS_TAG,
});

describe('what host functions throw', () => {
  test.each<[string, () => unknown]>([
    ['a revoked Proxy', revoked],
    [
      'a Proxy whose traps throw',
      () =>
        new Proxy(
          {},
          {
            getPrototypeOf: () => {
              throw new Error('from the trap');
            },
          },
        ),
    ],
    ['what has the prototype of a Trap', () => Object.create(Trap.prototype) as object],
    ['what has the prototype of an ExitStatus', () => Object.create(ExitStatus.prototype) as object],
    ['undefined', () => undefined],
  ])('%s is caught like any other value, and comes out as it is', (_what, make) => {
    const value = make();
    const instance = run(THROWER, { a: throwing(value) });
    expect(instance.call('all')).toBe(1);
    expect(Object.is(instance.call('js'), value)).toBe(true);
    expect(
      Object.is(
        outcome(() => instance.call('plain')),
        value,
      ),
    ).toBe(true);
    const exports = namespaceExports(THROWER, {
      a: { ...throwing(value), js: (namespace as unknown as { JSTag: object }).JSTag },
    }) as unknown as Record<string, () => unknown>;
    expect(exports['all']()).toBe(1);
    expect(Object.is(exports['js'](), value)).toBe(true);
    expect(
      Object.is(
        outcome(() => exports['plain']()),
        value,
      ),
    ).toBe(true);
  });

  test('a Trap with the prototype of a Proxy is still one, and nothing of the Proxy runs on top of the guest', () => {
    const { value: prototype, told } = telling();
    const trap = Object.setPrototypeOf(new Trap('unreachable'), prototype) as Trap;
    const instance = run(THROWER, { a: throwing(trap) });
    expect(outcome(() => instance.call('all'))).toBe(trap);
    expect(told).toEqual([]);
  });

  test('the values of an exception are read once, before the thread goes on', () => {
    const tag = tagOf(['i32', 'i32']);
    const text = `(module (import "a" "f" (func $f)) (import "a" "t" (tag $t (param i32 i32))) ${NESTED}
      (func $in (result i32) (local i32) (local.set 0 (i32.const 1000))
        (block $h (result i32 i32) (try_table (catch $t $h) (call $f)) (i32.const 0) (i32.const 0)) i32.add (local.get 0) i32.add)
      (func (export "go") (result i32) (i32.add (call $in) (i32.const 1000000))))`;
    let reads = 0;
    const values = new Proxy([5, 6], {
      get(list, key) {
        if (key === '1') reads += Number(instance.call('nested', 77) === 77);
        return Reflect.get(list, key);
      },
    });
    const f = (): never => {
      throw new WasmException(tag, values);
    };
    const instance = run(text, { a: { f, t: tag } });
    expect(instance.call('go')).toBe(1001011);
    expect(reads).toBe(1);
  });
});

describe('code of the host while a guest is on the stack', () => {
  test.each(LOOPS)('a notification resumed the waiting thread within the notifier (%s)', async (loop) => {
    useLoop(loop);
    const exports = namespaceExports(`(module (memory 1 1 shared) ${NESTED}
      (func (export "waiter") (param i32) (result i32)
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (call $spread (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
      (func $notify (param i32) (result i32) (local i32)
        (local.set 1 (i32.const 1000))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (i32.add (local.get 0) (local.get 1)))
      (func (export "notifier") (param i32) (result i32) (i32.add (call $notify (local.get 0)) (i32.const 1000000))))`) as never as Record<
      string,
      (n: number) => number
    >;
    const { promising } = namespace as unknown as { promising(f: unknown): (n: number) => Promise<number> };
    const waits = promising(exports['waiter'])(77);
    expect(exports['notifier'](5)).toBe(1001005);
    expect(await waits).toBe(77);
  });

  test('a driver that steps in its wake goes on when the notifier is off the stack', () => {
    const instance = run(`(module (memory 1 1 shared) ${NESTED}
      (func (export "waiter") (param i32) (result i32)
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (call $spread (local.get 0) (local.get 0) (local.get 0) (local.get 0)))
      (func $notify (param i32) (result i32) (local i32) (local.set 1 (i32.const 1000))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 9))) (i32.add (local.get 0) (local.get 1)))
      (func (export "notifier") (param i32) (result i32) (i32.add (call $notify (local.get 0)) (i32.const 1000000))))`);
    const ends: unknown[] = [];
    for (const n of [70, 71, 72]) {
      const waiter = instance.begin('waiter', [n], { async: true });
      waiter.fuel = 1000;
      expect(waiter.step()).toBe('suspended');
      waiter.whenReady(() => ends.push(waiter.step(), waiter.results[0]));
    }
    expect(instance.call('notifier', 5)).toBe(1001005);
    expect(ends).toEqual(['done', 70, 'done', 71, 'done', 72]);
  });

  test.each(LOOPS)(
    'an object that a promise answered became a number on top of the thread that waited (%s)',
    async (loop) => {
      useLoop(loop);
      const answer = { valueOf: () => following(instance.call('nested', 77), 5) };
      const instance = run(
        `(module (import "h" "later" (func $later (result i32))) (import "h" "two" (func $two (result i32 i32))) ${NESTED}
      (func $wait (param i32) (result i32) (local i32)
        (local.set 1 (i32.const 1000)) (i32.add (call $later) (i32.add (local.get 0) (local.get 1))))
      (func (export "wait") (param i32) (result i32) (i32.add (call $wait (local.get 0)) (i32.const 1000000)))
      (func (export "two") (result i32) (call $two) i32.sub))`,
        { h: { later: async () => answer, two: async () => [answer, answer] } },
      );
      expect(await instance.callAsync('wait', [7])).toBe(1001012);
      expect(await instance.callAsync('two')).toBe(0);
    },
  );

  test.each(LOOPS)('a monitor that called overwrote what it watched (%s)', (loop) => {
    useLoop(loop);
    let on = true;
    const other = run(STRUCTS);
    const monitor = {
      instruction() {
        if (!on) return;
        on = false;
        other.call('nested', 77);
        watched.call('sum', 1, 2, 3);
        on = true;
      },
    };
    const watched = run(STRUCTS, {}, { monitor });
    expect(watched.call('sum', 4, 5, 6)).toBe(4506);
  });

  test('a call that begins on top of a guest in a way that nobody knows of is an InternalError, and nothing else', () => {
    // By a hook of the language that the engine uses within an instruction.
    const instance = run(`(module ${NESTED} (type $s (struct (field i32)))
      (func $in (result i32) (local i32) (local.set 0 (i32.const 5)) (drop (memory.grow (i32.const 1))) (local.get 0))
      (memory (export "memory") 1) (func (export "go") (result i32) (call $in)))`);
    const memory = instance.inner.memory;
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      instance.call('nested', 77);
      return grow(pages);
    };
    expect(() => instance.call('go')).toThrow('had not reserved its part of the stack');
    memory.grow = grow;
    expect(instance.call('go')).toBe(5);
  });
});

describe('promises and drivers', () => {
  const ASKS =
    '(module (import "h" "f" (func $f (result i32))) (func (export "go") (result i32) (i32.add (call $f) (i32.const 1007))))';

  test('two drivers of one execution made both of them fail', async () => {
    const instance = run(ASKS, { h: { f: () => new Promise<number>((done) => setTimeout(done, 5, 1)) } });
    const execution = instance.begin('go', [], { async: true });
    execution.fuel = 1e6;
    const ends = [execution.runAsync(), execution.runAsync()];
    expect(() => execution.step()).toThrow('one driver');
    expect(() => execution.whenReady(() => {})).toThrow('one driver');
    await expect(ends[1]).rejects.toThrow(TypeError);
    expect(await ends[0]).toEqual([1008]);
  });

  test('of a thenable that settles twice the first answer counts, and wakes once', () => {
    let settle = (_n: number): void => undefined;
    let reads = 0;
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: it is what is tried
      get then() {
        reads++;
        return (done: (n: number) => void): void => void (settle = done);
      },
    };
    const instance = run(ASKS, { h: { f: () => thenable as never } });
    const execution = instance.begin('go', [], { async: true });
    execution.fuel = 1e6;
    execution.step();
    let wakes = 0;
    execution.whenReady(() => wakes++);
    settle(1);
    settle(2);
    expect([execution.step(), execution.results, wakes, reads]).toEqual(['done', [1008], 1, 1]);
  });

  test('abandon stops an execution that runs', () => {
    let calls = 0;
    const instance = run('(module (import "h" "f" (func $f)) (func (export "go") (loop (call $f) (br 0))))', {
      h: { f: () => void (++calls === 3 && execution.abandon()) },
    });
    const execution = instance.begin('go');
    execution.fuel = 10_000;
    expect(() => execution.step()).toThrow(Interrupted);
    expect(calls).toBe(3);
    execution.fuel = 10_000;
    expect(() => execution.step()).toThrow(TypeError);
  });

  test('who waits for an execution that was given up is refused, since nobody would ever tell', () => {
    const instance = run(ASKS, { h: { f: () => new Promise<number>(() => undefined) } });
    const execution = instance.begin('go', [], { async: true });
    execution.fuel = 1000;
    expect(execution.step()).toBe('suspended');
    execution.abandon();
    expect(() => execution.whenReady(() => {})).toThrow('waits for nothing');
  });

  test('abandon ends the wait of runAsync', async () => {
    const instance = run(ASKS, { h: { f: () => new Promise<number>(() => undefined) } });
    const execution = instance.begin('go', [], { async: true });
    execution.fuel = 1000;
    const end = execution.runAsync();
    setTimeout(() => execution.abandon(), 1);
    await expect(end).rejects.toThrow('abandoned');
  });

  test('an Interrupted that a promise gives is a value, and so is an object with a then', async () => {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried
    for (const value of [new Interrupted('abort', 'a value'), { then: 5 }, revoked()]) {
      const instance = run(
        '(module (import "h" "f" (func $f (result externref))) (func (export "go") (result externref) (call $f)))',
        {
          h: { f: () => value },
        },
      );
      expect(Object.is(instance.call('go'), value)).toBe(true);
    }
    const value = new Interrupted('abort', 'a value');
    const instance = run(
      '(module (import "h" "f" (func $f (result externref))) (func (export "go") (result externref) (call $f)))',
      {
        h: { f: async () => value },
      },
    );
    expect(await instance.callAsync('go')).toBe(value);
  });

  test('a host function that is called from outside may return a promise only where somebody waits', async () => {
    const instance = run('(module (import "h" "f" (func $f (result i32))) (export "f" (func $f)))', {
      h: { f: async () => 5 },
    });
    expect(() => instance.call('f')).toThrow('async host call');
    expect(await instance.callAsync('f')).toBe(5);
  });

  test('an endless iterable for two results is read no further than one too many', () => {
    let read = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield ++read;
      },
    };
    const instance = run(
      '(module (import "h" "f" (func $f (result i32 i32))) (func (export "go") (call $f) drop drop))',
      {
        h: { f: () => endless as never },
      },
    );
    expect(() => instance.call('go')).toThrow(
      new TypeError('the host function "h" "f", of 2 results, has to return an array of 2 values'),
    );
    expect(read).toBe(3);
  });
});

describe('reasons of aborts', () => {
  const SPIN =
    '(module (import "h" "f" (func $f (result i32))) (func (export "wait") (result i32) (call $f)) (func (export "spin") (loop (br 0))))';
  const throws = (): never => {
    throw new Error('from the reason');
  };

  test.each<[string, unknown]>([
    ['without prototype', Object.create(null)],
    ['whose toString throws', { toString: throws }],
    ['whose toString gives an object', { toString: () => ({}) }],
    ['whose toPrimitive throws', { [Symbol.toPrimitive]: throws }],
    ['that is a revoked Proxy', revoked()],
    ['that is a symbol', Symbol('reason')],
  ])('an object %s is told as an Interrupted, waiting and busy', async (_what, reason) => {
    const instance = run(SPIN, { h: { f: () => new Promise<number>(() => undefined) } });
    for (const name of ['wait', 'spin']) {
      const controller = new AbortController();
      const end = instance.callAsync(name, [], { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 1);
      await expect(end).rejects.toMatchObject({ name: 'Interrupted', reason: 'abort' });
    }
    const getter = {
      aborted: true,
      get reason() {
        return throws();
      },
    };
    await expect(instance.callAsync('spin', [], { signal: getter })).rejects.toMatchObject({ name: 'Interrupted' });
  });

  test('a long reason, and one that a terminal would obey, is shown short and visible', async () => {
    const signal = { aborted: true, reason: `\u001b[2J\u202e${'x'.repeat(1e6)}` };
    const error = (await run(SPIN, { h: { f: () => 1 } })
      .callAsync('spin', [], { signal })
      .catch((one: unknown) => one)) as Error;
    expect(error.message).toMatch(/^interrupted: the signal was aborted \(\\u\{1b\}\[2J\\u\{202e\}x+…\)$/);
    expect(error.message.length).toBeLessThan(300);
  });
});

test('an Error that an embedder throws in stdout stops the guest, which cannot catch it', () => {
  const stop = new Error('stop it');
  const system = new WASI({
    stdout: () => {
      throw stop;
    },
  });
  const text = `(module (import "wasi_snapshot_preview1" "fd_write" (func $f (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "go") (result i32) (i32.store (i32.const 4) (i32.const 5))
      (block $h (try_table (catch_all $h) (drop (call $f (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
        (return (i32.const 0))) (i32.const 1)))`;
  const instance = instantiate(wat(text), system.imports as never);
  system.bind({ memory: instance.exports['memory'] as never });
  expect(outcome(() => instance.call('go'))).toBe(stop);
  const exports = namespaceExports(text, system.imports) as unknown as Record<string, () => unknown>;
  expect(outcome(exports['go'])).toBe(stop);
});

describe('numbers', () => {
  const NAN = `(module (import "h" "f" (func $f (result f64))) (import "h" "s" (func $s (result f32)))
    (import "h" "t" (tag $t (param f64))) (import "h" "throw" (func $throw))
    (global (export "g") (mut f64) (f64.const 0)) (global (export "gs") (mut f32) (f32.const 0))
    (func (export "result") (result i64) (i64.reinterpret_f64 (call $f)))
    (func (export "result32") (result i32) (i32.reinterpret_f32 (call $s)))
    (func (export "argument") (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
    (func (export "argument32") (param f32) (result i32) (i32.reinterpret_f32 (local.get 0)))
    (func (export "global") (result i64) (i64.reinterpret_f64 (global.get 0)))
    (func (export "global32") (result i32) (i32.reinterpret_f32 (global.get 1)))
    (func (export "payload") (result i64) (block $h (result f64) (try_table (catch $t $h) (call $throw)) (f64.const 0)) i64.reinterpret_f64))`;
  /** NaNs whose bits in the host are those of a signalling one, as far as the host keeps them. */
  const words = new BigInt64Array([0x7ff4_0000_0000_0000n, -0x000b_ffff_ffff_ffffn]);
  const NANS = [...new Float64Array(words.buffer), Math.log(-1), Number.NaN, -Number.NaN];
  const isQuiet = (bits: bigint, width: 32 | 64): boolean =>
    width === 64
      ? (BigInt.asUintN(64, bits) & 0x7ff8_0000_0000_0000n) === 0x7ff8_0000_0000_0000n
      : (bits & 0x7fc0_0000n) === 0x7fc0_0000n;

  test('a NaN from JavaScript was signalling inside, wherever it came in', () => {
    const tag = tagOf(['f64']);
    for (const nan of NANS) {
      const host = {
        f: () => nan,
        s: () => nan,
        t: tag,
        throw: () => {
          throw new WasmException(tag, [nan]);
        },
      };
      const instance = run(NAN, { h: host });
      setGlobal(instance.exports['g'] as Global, nan);
      setGlobal(instance.exports['gs'] as Global, nan);
      for (const [name, ...args] of [['result'], ['argument', nan], ['global'], ['payload']] as const) {
        expect(isQuiet(instance.call(name as string, ...args) as bigint, 64), name).toBe(true);
      }
      for (const [name, ...args] of [['result32'], ['argument32', nan], ['global32']] as const) {
        expect(isQuiet(BigInt(instance.call(name as string, ...args) as number), 32), name).toBe(true);
      }
      const { Tag, Exception } = namespace as unknown as Record<string, new (...args: unknown[]) => object>;
      const jsTag = new Tag({ parameters: ['f64'] });
      const jsHost = {
        ...host,
        t: jsTag,
        throw: () => {
          throw new Exception(jsTag, [nan]);
        },
      };
      const exports = namespaceExports(NAN, { h: jsHost }) as never as Record<
        string,
        (...args: unknown[]) => bigint
      > & { g: { value: number }; gs: { value: number } };
      exports.g.value = nan;
      exports.gs.value = nan;
      for (const [name, ...args] of [['result'], ['argument', nan], ['global'], ['payload']] as const) {
        expect(isQuiet(exports[name as string](...args), 64), `namespace ${name}`).toBe(true);
      }
      for (const [name, ...args] of [['result32'], ['argument32', nan], ['global32']] as const) {
        expect(isQuiet(BigInt(exports[name as string](...args)), 32), `namespace ${name}`).toBe(true);
      }
    }
    const instance = run(NAN, { h: { f: () => 0, s: () => 0, t: tag, throw: () => undefined } });
    expect(invokeBits(instance.func('argument'), [0x7ff4_0000_0000_0000n])).toEqual([0x7ff4_0000_0000_0000n]);
  });

  test('a host function that forgets its return was taken for one that returns 0', () => {
    for (const type of ['i32', 'i64', 'f32', 'f64']) {
      for (const wrong of [undefined, null, 'x', '5', true, {}, [1], [1, 2], Symbol('s')]) {
        const instance = run(
          `(module (import "h" "f" (func $f (result ${type}))) (func (export "go") (drop (call $f))))`,
          {
            h: { f: () => wrong as never },
          },
        );
        expect(() => instance.call('go'), `${type} ${String(wrong)}`).toThrow(TypeError);
        const takes = run(
          `(module (global (export "g") (mut ${type}) (${type}.const 0)) (func (export "go") (param ${type})))`,
        );
        expect(() => takes.call('go', wrong)).toThrow(TypeError);
        expect(() => setGlobal(takes.exports['g'] as Global, wrong)).toThrow(TypeError);
      }
    }
  });
});

test('a table was made to grow by a part of an element, or with elements of another type', () => {
  const instance = run(`${CASTS.slice(0, -1)} (table (export "funcs") 1 funcref)
    (func (export "at") (param i32) (result i32) (ref.test structref (table.get 0 (local.get 0))))
    (func (export "go") (param i32) (call_indirect 1 (local.get 0))))`);
  const { funcs, table } = instance.exports as unknown as Record<string, Table>;
  for (const wrong of [{}, 5, undefined, () => 1, Object.create(instance.exports['make']), revoked()]) {
    expect(() => funcs.grow(1, wrong)).toThrow(TypeError);
  }
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0.5])
    expect(() => funcs.grow(wrong, null)).toThrow(RangeError);
  for (const wrong of ['1', 1n, {}, null]) expect(() => funcs.grow(wrong as never, null)).toThrow(TypeError);
  expect([funcs.size, funcs.grow(1, instance.exports['make']), funcs.grow(1), funcs.size]).toEqual([1, 1, 2, 3]);
  const { value, told } = telling();
  expect(table.grow(1, value)).toBe(2);
  expect(table.grow(1, instance.call('make'))).toBe(3);
  expect([instance.call('at', 2), instance.call('at', 3)]).toEqual([0, 1]);
  expect(told).toEqual([]);
});

test('what a host throws that has no text is told by a trace, and comes out as it is', () => {
  for (const value of [
    revoked(),
    Object.create(null),
    new Proxy(new Error('x'), {
      get: () => {
        throw new Error('from the trap');
      },
    }),
  ]) {
    const lines: string[] = [];
    const tracer = new Tracer({ write: (line) => lines.push(line) });
    const instance = run(THROWER, { a: throwing(value) }, { monitor: tracer });
    expect(
      Object.is(
        outcome(() => instance.call('plain')),
        value,
      ),
    ).toBe(true);
    tracer.finish(value);
    expect(lines.join('\n')).toMatch(/without a text/);
  }
});
