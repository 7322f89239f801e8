// Lowering is charged at each function's first call of an instance, whether or not another instance of the module had it
// lowered before: what a call uses does not tell who else ran.
import { afterEach, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import {
  type Func,
  type Imports,
  type Instance,
  instantiate,
  Interrupted,
  Limits,
  type Value,
} from '../../src/index.ts';
import { startGeneration } from '../../src/interpreter/code/lowered.ts';
import { running } from '../../src/interpreter/threads/thread.ts';
import { hasBit } from '../../src/runtime/bits.ts';
import { run, wat } from './support.ts';

const usualLoop = (process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch';
afterEach(() => void useLoop(usualLoop));

/** So many bytes of code. */
const bytes = (count: number): string => 'nop '.repeat(count);

/** Every way in which a function is called first; `$leaf` and what calls it are of other sizes each. */
const MODULE = wat(`(module
  (type $f (func (param i32) (result i32)))
  (import "e" "other" (func $other (type $f)))
  (import "e" "host" (func $host (type $f)))
  (table $t 4 4 funcref)
  (elem (table $t) (i32.const 0) func $leaf $second $other $host)
  (elem declare func $third)
  (func $leaf (export "leaf") (type $f) ${bytes(100)} (i32.add (local.get 0) (i32.const 1)))
  (func $second (type $f) ${bytes(200)} (i32.add (local.get 0) (i32.const 2)))
  (func $third (type $f) ${bytes(300)} (i32.add (local.get 0) (i32.const 3)))
  (func (export "direct") (type $f) (call $leaf (call $leaf (call $second (local.get 0)))))
  (func (export "tail") (type $f) (return_call $second (local.get 0)))
  (func (export "indirect") (type $f) (call_indirect (type $f) (local.get 0) (i32.const 0)))
  (func (export "tail indirect") (type $f) (return_call_indirect (type $f) (local.get 0) (i32.const 1)))
  (func (export "by reference") (type $f) (call_ref $f (local.get 0) (ref.func $third)))
  (func (export "tail by reference") (type $f) (return_call_ref $f (local.get 0) (ref.func $third)))
  (func (export "other") (type $f) (call $other (local.get 0)))
  (func (export "other by the table") (type $f) (call_indirect (type $f) (local.get 0) (i32.const 2)))
  (func (export "tail other") (type $f) (return_call $other (local.get 0)))
  (func (export "host") (type $f) (call $host (local.get 0)))
  (func (export "host by the table") (type $f) (call_indirect (type $f) (local.get 0) (i32.const 3)))
  (func $deep (export "deep") (type $f)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))))
  (func (export "loop") (type $f)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0)))`);
const NAMES = MODULE.module.exports.map(({ name }) => name);

const OTHER = wat(`(module (func (export "other") (param i32) (result i32)
  ${bytes(400)} (i32.add (local.get 0) (i32.const 4))))`);

type Drive = (instance: Instance, name: string, args: readonly Value[]) => number;

const drivenBy =
  (slice: () => number, between = (): void => undefined): Drive =>
  (instance, name, args) => {
    const call = instance.begin(name, args);
    call.fuel = 1e6;
    while (call.step(slice()) !== 'done') between();
    return 1e6 - call.fuel;
  };

const whole = drivenBy(() => Number.POSITIVE_INFINITY);

/** What a host function calls is paid by others. */
function importsOf(other: Func): Imports {
  return { e: { other, host: (n) => Number(n) + 5 } };
}

const make = (mode: 'fast' | 'traced' = 'fast'): Instance =>
  instantiate(MODULE, importsOf(instantiate(OTHER, {}, { mode }).func('other')), { mode });

/** What each export uses in turn, and once more. */
const costs = (instance: Instance, drive: Drive = whole): number[] =>
  [...NAMES, ...NAMES].map((name) => drive(instance, name, [5]));

test('a first call costs a unit for each started 64 bytes of the body, and later ones nothing', () => {
  const f = (count: number) => {
    const instance = instantiate(wat(`(module (func (export "f") ${bytes(count)}))`));
    return [whole(instance, 'f', []), whole(instance, 'f', [])];
  };
  // The vector of locals and the end are bytes of the body, too.
  expect([0, 62, 63, 126, 127].map(f)).toEqual([
    [1, 0],
    [1, 0],
    [2, 0],
    [2, 0],
    [3, 0],
  ]);
});

test('it costs nothing where its price is nothing', () => {
  const instance = instantiate(wat(`(module (func (export "f") ${bytes(200)}))`), {}, { prices: { loweredByte: 0 } });
  expect(instance.callWith({ fuel: 0 }, 'f')).toBeUndefined();
});

describe('what calls cost is the same', () => {
  const expected = costs(make());

  test('and more the first time, if something in it has not been called before', () => {
    const dearer = NAMES.filter((_, i) => expected[i] > expected[i + NAMES.length]);
    expect(dearer).toEqual(NAMES);
    // Of these only they themselves are new: their bodies are short.
    for (const name of ['tail', 'tail by reference', 'other by the table']) {
      const i = NAMES.indexOf(name);
      expect(expected[i] - expected[i + NAMES.length]).toBe(1);
    }
  });

  const WAYS: Record<string, () => number[]> = {
    'in a second instance': () => costs(make()),
    'in a second instance, one unit at a time': () =>
      costs(
        make(),
        drivenBy(() => 0),
      ),
    traced: () => costs(make('traced')),
    'traced, one unit at a time': () =>
      costs(
        make('traced'),
        drivenBy(() => 0),
      ),
    'on the other loop': () => {
      useLoop('closures');
      return costs(make());
    },
    'on the other loop, one unit at a time': () => {
      useLoop('closures');
      return costs(
        make(),
        drivenBy(() => 0),
      );
    },
    'where code is dropped in between': () =>
      costs(
        make(),
        drivenBy(
          () => 0,
          () => startGeneration(running),
        ),
      ),
    'in two instances by turns': () => {
      const pair = [make(), make()];
      const both = [...NAMES, ...NAMES].map((name) => pair.map((one) => whole(one, name, [5])));
      expect(both.map(([, cost]) => cost)).toEqual(both.map(([cost]) => cost));
      return both.map(([cost]) => cost);
    },
    'in two instances, each of which runs in the pauses of the other, on loops by turns': () => {
      const [one, another] = [make(), make()];
      let n = 0;
      const drive: Drive = (instance, name, args) =>
        drivenBy(
          () => {
            useLoop(n++ % 3 === 0 ? 'closures' : 'switch');
            return n % 2;
          },
          () => whole(another, NAMES[n++ % NAMES.length], [2]),
        )(instance, name, args);
      return costs(one, drive);
    },
    'where others have called each function': () => {
      for (const mode of ['fast', 'traced'] as const) costs(make(mode));
      return costs(make());
    },
  };

  test.each(Object.keys(WAYS))('%s', (way) => {
    expect(WAYS[way]()).toEqual(expected);
    expect(WAYS[way]()).toEqual(expected);
  });
});

test('a function that a suspended call stands in is paid for there, and not in another instance', () => {
  const [one, another] = [make(), make()];
  const call = one.begin('loop', [1000]);
  call.fuel = 1e6;
  call.step(500);
  // Its loop begins where the function does.
  expect(whole(another, 'loop', [10])).toBe(9 + 1);
  call.step();
  expect(1e6 - call.fuel).toBe(999 + 1);
});

test('calls that find no room on the stack cost the same with code and without', () => {
  const text = `(module (type $v (func))
    (table funcref (elem $wide))
    (func $wide (local ${'i64 '.repeat(30_000)}) (call $deep))
    (func $deep (export "direct") (call $wide))
    (func $again (export "indirect") (call_indirect (type $v) (i32.const 0))))`;
  const module = wat(text);
  for (const name of ['direct', 'indirect']) {
    const used = (): number => {
      const call = instantiate(module, {}, { prices: { value: 0 } }).begin(name);
      call.fuel = 1e6;
      expect(() => call.run()).toThrow('call stack exhausted');
      return 1e6 - call.fuel;
    };
    const first = used();
    expect([used(), used()]).toEqual([first, first]);
  }
  // The frame is too large for the callee alone.
  const narrow = wat(`(module (func $f (local ${'v128 '.repeat(50_000)}))
    (func $deep (export "f") (local ${'v128 '.repeat(50_000)}) (call $f) (call $deep)))`);
  const stops = (): number[] => {
    const call = instantiate(narrow, {}, { prices: { value: 0 } }).begin('f');
    call.fuel = 1e6;
    const seen: number[] = [];
    expect(() => {
      while (call.step(0) !== 'done') seen.push(call.fuel);
    }).toThrow('call stack exhausted');
    return [...seen, call.fuel];
  };
  expect(stops()).toEqual(stops());
});

describe('fuel that does not pay for lowering', () => {
  const text = `(module (func $f (export "f") ${bytes(6400)}) (func (export "calls") (call $f)))`;

  test.each(['f', 'calls'])('stops %s before it, and it goes on with more, charged once', (name) => {
    const instance = run(text);
    const call = instance.begin(name);
    call.fuel = 50;
    expect(call.step()).toBe('fuel');
    // What was too much is owed; nothing has been lowered.
    expect(hasBit(instance.inner.unit.lowered, 0)).toBe(false);
    call.fuel = 40;
    expect(call.step()).toBe('fuel');
    call.fuel = 1000;
    expect(call.step()).toBe('done');
    expect(hasBit(instance.inner.unit.lowered, 0)).toBe(true);
    // 6,402 bytes, 6,401 instructions; the unit that stopped it last is given away.
    const all = 101 + 25 + (name === 'f' ? 0 : 2);
    expect(90 + 1000 - call.fuel).toBe(all - 1);
  });

  test('ends a call that is not gone on with, which made the next one free that could not pay either', () => {
    const instance = run(text);
    for (let i = 0; i < 2; i++) {
      expect(() => instance.callWith({ fuel: 50 }, 'f')).toThrow(Interrupted);
      expect(hasBit(instance.inner.unit.lowered, 0)).toBe(false);
    }
    expect(instance.callWith({ fuel: 200 }, 'f')).toBeUndefined();
    expect(instance.callWith({ fuel: 50 }, 'f')).toBeUndefined();
  });
});

test('a start function is charged like others', () => {
  const module = wat(`(module (func $f ${bytes(1000)}) (start $f))`);
  const needed = 16 + 3;
  for (let i = 0; i < 2; i++) {
    expect(() => instantiate(module, {}, { fuel: needed - 1 })).toThrow(Interrupted);
    expect(instantiate(module, {}, { fuel: needed })).toBeDefined();
  }
});

test('arguments survive a stop before the first function, and a collection of the stack by others', () => {
  const module = wat(`(module (func (export "f") (param externref i64 externref) (result externref i64 externref)
    (local.get 2) (local.get 1) (local.get 0)))`);
  const instance = instantiate(module);
  const call = instance.begin('f', ['a', 7n, 'b']);
  expect(call.step()).toBe('fuel');
  expect(instantiate(module).call('f', 'c', 8n, 'd')).toEqual(['d', 8n, 'c']);
  call.fuel = 10;
  expect(call.run()).toEqual(['b', 7n, 'a']);
});

test('modules of very many functions have code for each instance, so that none of it is exchanged', () => {
  const text = (count: number): string =>
    `(module ${'(func)'.repeat(count)} (func (export "f") (call 0) (call ${count - 1})))`;
  const units = (count: number): number => {
    const module = wat(text(count));
    const [one, another] = [instantiate(module), instantiate(module)];
    expect([whole(one, 'f', []), whole(another, 'f', [])]).toEqual([5, 5]);
    return new Set([one.inner.unit, another.inner.unit]).size;
  };
  expect([units(1000), units(16_384)]).toEqual([1, 2]);
});

describe('code that is made again cost nothing, and where an instance calls more than has room its functions are first again', () => {
  /** A module whose `run` calls some functions of so many KiB in turn. */
  const turns = (kibibytes: readonly number[]) =>
    wat(`(module (type $t (func)) (table funcref (elem ${kibibytes.map((_, i) => `$f${i}`).join(' ')}))
      ${kibibytes.map((size, i) => `(func $f${i} ${bytes(size * 1024 - 2)})`).join(' ')}
      (func (export "run") ${kibibytes.map((_, i) => `(call $f${i})`).join(' ')})
      (func (export "one") (param i32) (call_indirect (type $t) (local.get 0))))`);

  test.each([
    ['that have room', [512, 256, 255], false],
    ['that have none', [512, 256, 256], true],
    ['of which one is larger than all the room', [1200, 256], false],
    ['of which two are', [1200, 1200], true],
  ])('%s', (_, sizes, again) => {
    const instance = instantiate(turns(sizes));
    const first = whole(instance, 'run', []);
    const lowering = sizes.reduce((sum, size) => sum + 16 * size, 1);
    const second = whole(instance, 'run', []);
    // Where there is no room, the caller of all of them is first again as well.
    expect(second).toBe(again ? first : first - lowering);
  });

  test('the same in slices, traced, on the other loop, beside others and where code is dropped', () => {
    const module = turns([300, 400, 350, 20, 10]);
    const order = [0, 1, 2, 0, 3, 1, 4, 2, 2, 0, 4, 3];
    const used = (drive: Drive, instance = instantiate(module)): number[] =>
      order.map((i) => drive(instance, 'one', [i]));
    const expected = used(whole);
    const once = [300, 400, 350, 20, 10].reduce((sum, size) => sum + 16 * size, order.length + 1);
    expect(expected.reduce((sum, units) => sum + units, 0)).toBeGreaterThan(once);
    const slices = drivenBy(() => 300);
    expect(used(slices)).toEqual(expected);
    expect(used(whole, instantiate(module, {}, { mode: 'traced' }))).toEqual(expected);
    const drops = drivenBy(
      () => 3000,
      () => startGeneration(running),
    );
    expect(used(drops)).toEqual(expected);
    const other = instantiate(module);
    const beside = drivenBy(
      () => 2000,
      () => void other.call('one', order[expected.length % 5]),
    );
    expect(used(beside)).toEqual(expected);
    useLoop('closures');
    expect(used(slices)).toEqual(expected);
  });
});

describe('code of more than a MiB', () => {
  const SIZE = 400_000;
  const PRICE = Math.floor(SIZE / 64);
  const long = wat(`(module (func (export "f") ${bytes(SIZE)}) (func (export "g") ${bytes(SIZE)}))`);
  const others = [1, 2].map((n) => wat(`(module (func (export "f") ${bytes(SIZE + n)}) (func (export "g")))`));

  /** What calls of each instance in turn cost, in two rounds. */
  const rounds = (instances: readonly Instance[]): number[] =>
    [...instances, ...instances].map((one) => whole(one, 'f', []));

  test('of several modules of a guest was made again and again for the price of calls', () => {
    const together = new Limits();
    const alone = [long, ...others].map((module) => instantiate(module));
    const guest = [long, ...others].map((module) => instantiate(module, {}, { limits: together }));
    // Made by turns, so that who else is there would be seen.
    const [free, paid] = [rounds(alone), rounds(guest)];
    expect(free.slice(0, 3).every((cost) => cost >= PRICE)).toBe(true);
    expect(free.slice(3)).toEqual([0, 0, 0].map(() => free[3]));
    expect(free[3]).toBeLessThan(PRICE);
    expect(paid.slice(0, 3)).toEqual(free.slice(0, 3));
    expect(paid.slice(3)).toEqual(free.slice(0, 3));
  });

  test('is counted once for instances that share it, as the threads of a program do', () => {
    const limits = new Limits();
    const [once, again] = [0, 1, 2, 3].map(() => instantiate(long, {}, { limits })).map((one) => [one, rounds([one])]);
    expect(again[1]).toEqual(once[1]);
    expect((again[1] as number[])[1]).toBeLessThan(PRICE);
    expect(whole(once[0] as Instance, 'f', [])).toBe((once[1] as number[])[1]);
  });

  test('stops no other instance in the middle, which pays for its next calls', () => {
    const limits = new Limits();
    const [a, b] = [long, others[0]].map((module) => instantiate(module, {}, { limits }));
    const call = a.begin('f');
    call.fuel = 1e6;
    call.step(PRICE + 10);
    expect(call.done).toBe(false);
    // Both together are above.
    whole(a, 'g', []);
    whole(b, 'f', []);
    call.run();
    const used = 1e6 - call.fuel;
    expect(used).toBe(whole(a, 'f', []));
  });
});
