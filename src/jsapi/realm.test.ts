// A namespace with limits, fuel and a deadline of its own: for code that is handed a WebAssembly and not trusted with more.
import { describe, expect, test } from 'vitest';
import { Interrupted } from '../errors.ts';
import { assemble } from '../text/index.ts';
import { createWebAssembly, type Namespace, namespace } from './index.ts';

const PAGE = 65536;
const bytesOf = (text: string) => assemble(`(module ${text})`);

/** An instance made by a namespace; its exports as functions. */
function load(own: Namespace, text: string, imports: object = {}) {
  const { exports } = new own.Instance(new own.Module(bytesOf(text)), imports as never);
  return exports as unknown as Record<string, (...args: unknown[]) => unknown>;
}

const LOOP = `(func (export "loop") (param $n i32)
  (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
const FOREVER = '(func (export "forever") (loop $again (br $again)))';

const interrupted = (reason: string) => expect.objectContaining({ name: 'Interrupted', reason });

function refusal(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('limits', () => {
  test('memories of the namespace and of its instances were each as large as they liked', () => {
    const own = createWebAssembly({ limits: { memoryBytes: 4 * PAGE } });
    const memory = new own.Memory({ initial: 1 });
    const { m } = load(own, '(memory (export "m") 2)') as unknown as { m: InstanceType<Namespace['Memory']> };
    expect(memory.grow(1)).toBe(1);
    expect(() => m.grow(1)).toThrow(RangeError);
    expect(() => new own.Memory({ initial: 1 })).toThrow('limits: memoryBytes');
    expect(() => load(own, '(memory 1)')).toThrow(RangeError);
    expect(new namespace.Memory({ initial: 1 }).grow(9)).toBe(1);
  });

  test('tables likewise', () => {
    const own = createWebAssembly({ limits: { tableElements: 10 } });
    const table = new own.Table({ element: 'anyfunc', initial: 4 });
    load(own, '(table 5 funcref)');
    expect(() => table.grow(2)).toThrow(RangeError);
    expect(table.grow(1)).toBe(4);
    expect(() => new own.Table({ element: 'externref', initial: 1 })).toThrow('0 of 10 are left');
  });

  test('strings of builtins, and what the host hands in, were held without a bound', () => {
    const strings = `(import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
      (import "wasm:js-string" "fromCharCode" (func $char (param i32) (result (ref extern))))
      (import "a" "b" (func $host (result externref))) (table $t 100000 externref)
      (func (export "double") (local $s externref) (local.set $s (call $char (i32.const 300)))
        (loop $again (local.set $s (call $concat (local.get $s) (local.get $s))) (br $again)))
      (func (export "keep") (param $n i32) (loop $again
        (table.set $t (local.get $n) (call $char (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "drop") (param $n i32) (loop $again
        (drop (call $char (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "hold") (param $n i32) (loop $again
        (table.set $t (local.get $n) (call $host))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
    const used = expect.stringContaining('limits: objectBytes');
    for (const name of ['double', 'keep', 'hold']) {
      const own = createWebAssembly({ limits: { objectBytes: 1_000_000 } });
      const module = new own.Module(bytesOf(strings), { builtins: ['js-string'] } as never);
      const { exports } = new own.Instance(module, { a: { b: () => ({}) } });
      const { drop, [name]: take } = exports as unknown as Record<string, (n: number) => unknown>;
      drop(99_999);
      expect(refusal(() => take(99_999))).toMatchObject({ message: used });
    }
  });

  test('an object did not lead back to a class without limits', async () => {
    const own = createWebAssembly({ limits: { memoryBytes: PAGE } });
    const { module, instance } = await own.instantiate(
      bytesOf('(memory (export "m") 1) (table (export "t") 1 funcref)'),
    );
    const { m, t } = instance.exports as unknown as { m: object; t: object };
    expect([module.constructor, instance.constructor, m.constructor, t.constructor]).toEqual([
      own.Module,
      own.Instance,
      own.Memory,
      own.Table,
    ]);
    expect([m instanceof own.Memory, m instanceof namespace.Memory]).toEqual([true, false]);
    expect(Object.prototype.toString.call(m)).toBe('[object WebAssembly.Memory]');
    class Larger extends own.Memory {}
    expect(() => new Larger({ initial: 1 })).toThrow('limits: memoryBytes');
  });

  test('what a getter of a descriptor makes in another namespace is charged to that one', () => {
    const [a, b] = [1, 2].map(() => createWebAssembly({ limits: { memoryBytes: PAGE } }));
    const initial = {
      valueOf() {
        new namespace.Memory({ initial: 5 });
        new b.Memory({ initial: 1 });
        return 1;
      },
    };
    expect(new a.Memory({ initial } as never).buffer.byteLength).toBe(PAGE);
    expect(() => new b.Memory({ initial: 1 })).toThrow('limits: memoryBytes');
  });
});

describe('the classes of a namespace of its own', () => {
  const own = createWebAssembly();

  test.each(['Module', 'Instance', 'Memory', 'Table'] as const)('%s looks as the global one', (name) => {
    const flags = (of: object) =>
      Reflect.ownKeys(of)
        .map((key) => {
          const { value, get, set, ...rest } = Object.getOwnPropertyDescriptor(of, key) as PropertyDescriptor;
          return [String(key), typeof value, get?.name, set?.name, rest];
        })
        .sort();
    expect(flags(own[name])).toEqual(flags(namespace[name]));
    expect(flags(own[name].prototype)).toEqual(flags(namespace[name].prototype));
    expect([own[name].name, own[name].length]).toEqual([namespace[name].name, namespace[name].length]);
    expect(() => (own[name] as unknown as () => void)()).toThrow(TypeError);
  });

  test('all else is shared', () => {
    const differing = Object.getOwnPropertyNames(namespace).filter((name) => {
      return /^[A-Z]/.test(name) && own[name as 'Tag'] !== namespace[name as 'Tag'];
    });
    expect(differing.sort()).toEqual(['Instance', 'Memory', 'Module', 'Table']);
    expect(own.Module.exports(new namespace.Module(bytesOf('(memory (export "m") 1)')))).toHaveLength(1);
  });
});

describe('fuel', () => {
  test('a loop in a start function never ended', async () => {
    const text = `${FOREVER} (start 0)`;
    const own = () => createWebAssembly({ fuel: 10_000 });
    expect(() => load(own(), text)).toThrow(interrupted('fuel'));
    await expect(own().instantiate(bytesOf(text))).rejects.toThrow(interrupted('fuel'));
  });

  test('is one account for all calls, which more can be put into', () => {
    const account = { left: 1_000 };
    const { loop, forever } = load(createWebAssembly({ fuel: account }), LOOP + FOREVER);
    loop(400);
    loop(400);
    expect(account.left).toBeGreaterThan(150);
    expect(account.left).toBeLessThan(205);
    expect(() => loop(400)).toThrow(interrupted('fuel'));
    expect(() => loop(1)).toThrow(interrupted('fuel'));
    account.left = 500;
    loop(400);
    expect(() => forever()).toThrow(interrupted('fuel'));
    expect(account.left).toBe(-1);
  });

  test('calls that a function of the host makes within a call use up the same', () => {
    const account = { left: 1_000 };
    const own = createWebAssembly({ fuel: account });
    const text = `(import "a" "b" (func $b)) ${LOOP} (func (export "outer") (call $b) (call $b) (call $b))`;
    const guest = load(own, text, { a: { b: () => guest['loop'](300) } });
    guest['outer']();
    expect(account.left).toBeLessThan(110);
    expect(() => guest['outer']()).toThrow(interrupted('fuel'));
  });

  test('a guest that catches all does not catch that', () => {
    const own = createWebAssembly({ fuel: 5_000 });
    const text = `(import "a" "b" (func $b)) ${FOREVER}
      (func (export "outer") (block $h (try_table (catch_all $h) (call $b))))`;
    const guest = load(own, text, { a: { b: () => guest['forever']() } });
    expect(() => guest['outer']()).toThrow(interrupted('fuel'));
  });

  test('promising functions take their part', async () => {
    const account = { left: 1_000 };
    const own = createWebAssembly({ fuel: account });
    const text = `(import "a" "wait" (func $wait)) ${LOOP}
      (func (export "run") (call 1 (i32.const 300)) (call $wait) (call 1 (i32.const 300)))`;
    const guest = load(own, text, { a: { wait: new own.Suspending(async () => {}) } });
    const run = own.promising(guest['run']);
    const [first, second] = await Promise.allSettled([run(), run()]);
    expect([first.status, (second as PromiseRejectedResult).reason]).toEqual(['fulfilled', interrupted('fuel')]);
  });

  test('results and traps are as without it', () => {
    const own = createWebAssembly({ fuel: 1_000 });
    const guest = load(
      own,
      `(func (export "none")) (func (export "one") (param i64) (result i64) (local.get 0))
       (func (export "two") (result i32 f64) (i32.const 1) (f64.const 2)) (func (export "trap") unreachable)`,
    );
    expect([guest['none'](), guest['one'](-5n), guest['two']()]).toEqual([undefined, -5n, [1, 2]]);
    expect(refusal(guest['trap'])).toBeInstanceOf(own.RuntimeError);
  });
});

describe('a deadline', () => {
  test('is asked for when a call begins, and ends it', () => {
    const own = createWebAssembly({ deadline: () => Date.now() + 20 });
    const { loop, forever } = load(own, LOOP + FOREVER);
    for (let i = 0; i < 3; i++) expect(() => forever()).toThrow(interrupted('deadline'));
    expect(loop(10)).toBeUndefined();
  });

  test('ends loading and instantiation, too', async () => {
    const own = createWebAssembly({ deadline: Date.now() - 1 });
    const bytes = bytesOf(FOREVER.repeat(1).replace('"forever"', '"f"') + '(func (drop (i32.const 1)))'.repeat(5_000));
    expect(refusal(() => new own.Module(bytes))).toBeInstanceOf(Interrupted);
    expect(() => new own.Instance(new namespace.Module(bytes))).toThrow(interrupted('deadline'));
    await expect(own.instantiate(bytes)).rejects.toThrow(interrupted('deadline'));
  });

  test('has to be a moment, whoever tells it', () => {
    const { loop } = load(createWebAssembly({ deadline: () => Number.MAX_SAFE_INTEGER }), LOOP);
    loop(5);
    expect(() => load(createWebAssembly({ deadline: () => 20 }), LOOP)).toThrow(RangeError);
  });
});

test.each([
  [{ fule: 5 }, 'createWebAssembly: unknown option "fule"; did you mean "fuel"?'],
  [{ fuel: '5' }, 'option "fuel"'],
  [{ fuel: { left: '5' } }, 'option "fuel"'],
  [{ deadline: 50 }, 'option "deadline"'],
  [{ limits: { memory: 5 } }, 'option "limits"'],
])('options that are wrong are refused: %j', (options, message) => {
  expect(() => createWebAssembly(options as never)).toThrow(message);
});

test('fuel that was added while a call ran was lost', () => {
  const fuel = { left: 1000 };
  const own = createWebAssembly({ fuel, limits: {} });
  const more = () => {
    fuel.left += 500;
  };
  const { f } = load(own, '(import "e" "more" (func $more)) (func (export "f") (call $more))', { e: { more } });
  f();
  const first = 1500 - fuel.left;
  f();
  expect([first, 2000 - fuel.left - first]).toEqual([2, 1]);
  fuel.left = Number.POSITIVE_INFINITY;
  f();
  expect(fuel.left).toBe(Number.POSITIVE_INFINITY);
});

test('a constructor that another one was called in the middle of had no limits, or those of a namespace that it was not of', () => {
  const own = createWebAssembly({ limits: { memoryBytes: PAGE } });
  const sly = (between: () => void) =>
    new Proxy(own.Memory, {
      get(target, name) {
        if (name === 'prototype') between();
        return Reflect.get(target, name);
      },
    });
  const table = () => void new own.Table({ element: 'anyfunc', initial: 0 });
  const construct = (between: () => void) => Reflect.construct(own.Memory, [{ initial: 100 }], sly(between));
  expect(() => construct(table)).toThrow('limits: memoryBytes');
  const broken = () => {
    throw new Error('no prototype');
  };
  expect(() => construct(broken)).toThrow('no prototype');
  expect(new namespace.Memory({ initial: 2 }).buffer.byteLength).toBe(2 * PAGE);
  const within = {
    get initial() {
      return new namespace.Memory({ initial: 3 }).buffer.byteLength / PAGE - 2;
    },
  };
  expect(new own.Memory(within).buffer.byteLength).toBe(PAGE);
});

test('what a call used above the fuel of an account was forgotten, and by a call in its middle what it owed', () => {
  const fuel = { left: 1000 };
  const own = createWebAssembly({ fuel, limits: {} });
  const helper = load(namespace, LOOP);
  const back = () => {
    helper['loop']?.(900_000);
    try {
      inner['loop']?.(1);
    } catch {
      // It has no fuel.
    }
  };
  const inner = load(own, LOOP);
  const { many } = load(
    own,
    `(import "e" "back" (func $back)) (func (export "many")
      (call $back) (call $back) (call $back) (call $back) (call $back))`,
    { e: { back } },
  );
  expect(refusal(many as () => unknown)).toEqual(interrupted('fuel'));
  expect(fuel.left).toBeLessThan(-898_000);
  const owed = fuel.left;
  fuel.left += 500_000;
  expect(refusal(many as () => unknown)).toEqual(interrupted('fuel'));
  expect(fuel.left).toBe(owed + 500_000);
});
