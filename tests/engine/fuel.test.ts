// A program that is stopped after any amounts of fuel and goes on gives what an uninterrupted run gives.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, type Instance, instantiate, Interrupted, type ValidModule } from '../../src/index.ts';
import { charge } from '../../src/runtime/fuel.ts';
import { dataFolder, missingData } from '../data.ts';
import { KERNELS, PROGRAMS } from './programs.ts';
import { callInSlices, random, run, stateOf, wat } from './support.ts';

/** Calls `run` with each argument in slices; returns everything that can be seen, and the number of stops. */
function history(instance: Instance, args: readonly number[], nextSlice: () => number) {
  let stops = 0;
  const seen = args.map((arg) => {
    const { outcome, fuel, stops: here } = callInSlices(instance, 'run', [BigInt.asUintN(32, BigInt(arg))], nextSlice);
    stops += here;
    return { outcome, fuel, state: stateOf(instance) };
  });
  return { seen, stops };
}

/** Amounts of fuel of very different sizes. */
function slices(seed: number): () => number {
  const next = random(seed);
  return () => Math.floor(2 ** (next() * 15)) - 1;
}

function expectSame(module: ValidModule, args: readonly number[], seeds: number, mode: 'fast' | 'traced'): number {
  const make = (): Instance => instantiate(module, {}, { mode });
  const whole = history(make(), args, () => Number.POSITIVE_INFINITY);
  expect(whole.stops).toBe(0);
  let stops = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const cut = history(make(), args, slices(seed));
    stops += cut.stops;
    expect(cut.seen, `seed ${seed}`).toEqual(whole.seen);
  }
  // Warm: code exists from the start, and fuel is the same.
  expect(history(make(), args, () => Number.POSITIVE_INFINITY).seen).toEqual(whole.seen);
  return stops;
}

describe.each(PROGRAMS)('$name', ({ text, args }) => {
  test('stopped after random amounts of fuel it ends as an uninterrupted run', () => {
    expect(expectSame(wat(text), args, 30, 'fast')).toBeGreaterThan(50);
  });

  test('stopped at every single unit of fuel it ends as an uninterrupted run', () => {
    const whole = history(run(text), args, () => Number.POSITIVE_INFINITY);
    expect(history(run(text), args, () => 0).seen).toEqual(whole.seen);
  });

  test('traced code uses the same fuel and ends the same way', () => {
    const fast = history(run(text), args, () => Number.POSITIVE_INFINITY);
    const traced = history(run(text, {}, { mode: 'traced' }), args, () => Number.POSITIVE_INFINITY);
    expect(traced.seen).toEqual(fast.seen);
    expectSame(wat(text), args.slice(0, 1), 3, 'traced');
  });

  test('two instances that are run in turns do not disturb each other', () => {
    const alone = history(run(text), args.slice(0, 1), () => Number.POSITIVE_INFINITY).seen;
    const next = slices(7);
    const module = wat(text);
    const pair = [instantiate(module), instantiate(module)].map((instance) => {
      const execution = instance.begin('run', [args[0]]);
      execution.fuel = 1e15;
      return { instance, execution };
    });
    const open = new Set(pair);
    while (open.size > 0) {
      for (const one of [...open]) if (one.execution.step(next()) === 'done') open.delete(one);
    }
    for (const { instance, execution } of pair) {
      expect(1e15 - execution.fuel).toBe(alone[0].fuel);
      expect(stateOf(instance)).toEqual(alone[0].state);
    }
  });
});

const folder = dataFolder('experiments');
const kernels = folder === undefined ? '' : join(folder, 'dispatch/wasm');
if (!existsSync(kernels)) console.warn(missingData('experiments'));

describe.skipIf(!existsSync(kernels))('compiled C', () => {
  test.each(Object.entries(KERNELS))(
    '%s stopped after random amounts of fuel ends as in an uninterrupted run',
    (name, arg) => {
      expectSame(compile(new Uint8Array(readFileSync(join(kernels, `${name}.wasm`)))), [arg], 2, 'fast');
    },
  );
});

describe('the end of fuel', () => {
  const spin =
    '(module (global $n (export "n") (mut i32) (i32.const 0)) (func (export "f") (loop (global.set $n (i32.add (global.get $n) (i32.const 1))) (br 0))))';

  test.each([
    ['a loop', spin],
    ['a loop of br_table', '(module (func (export "f") (loop (br_table 0 0 0 (i32.const 1)))))'],
    ['a loop of br_if', '(module (func (export "f") (loop (br_if 0 (i32.const 1)))))'],
    ['tail calls', '(module (func $f (export "f") (return_call $f)))'],
    [
      'indirect tail calls',
      '(module (table funcref (elem $f)) (func $f (export "f") (return_call_indirect (i32.const 0))))',
    ],
    ['calls of a host function', '(module (import "e" "h" (func $h)) (func (export "f") (loop (call $h) (br 0))))'],
  ])('stops %s without end', (_, text) => {
    const instance = run(text, { e: { h: () => undefined } });
    for (const fuel of [0, 1, 1000, 123_456]) {
      expect(() => instance.callWith({ fuel }, 'f')).toThrow(Interrupted);
    }
  });

  test('stops a start function that never ends', () => {
    const module = wat('(module (func $f (loop (br 0))) (start $f))');
    expect(() => instantiate(module, {}, { fuel: 10_000 })).toThrow(Interrupted);
  });

  test('comes at the same place each time', () => {
    const counts = [0, 1, 2].map(() => {
      const instance = run(spin);
      expect(() => instance.callWith({ fuel: 54_321 }, 'f')).toThrow(Interrupted);
      return stateOf(instance)['n'];
    });
    expect(new Set(counts).size).toBe(1);
    // The unit that stopped it more, and the one for lowering less.
    expect(counts[0]).toBe(54_321n);
  });

  test('stops bulk operations by their length', () => {
    const instance = run(`(module (memory 512) (func (export "f") (local $i i32)
      (loop (memory.copy (i32.const 0) (i32.const 16777216) (i32.const 16777216))
        (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))))`);
    const start = Date.now();
    expect(() => instance.callWith({ fuel: 100_000 }, 'f')).toThrow(Interrupted);
    expect(Date.now() - start).toBeLessThan(2000);
  });

  test('is not the end: with more fuel the program goes on', () => {
    const execution = run(PROGRAMS[0].text).begin('run', [15]);
    let stops = 0;
    for (execution.fuel = 100; execution.step() !== 'done'; execution.fuel += 100) stops++;
    expect(execution.results).toEqual([610]);
    expect(stops).toBeGreaterThan(10);
  });
});

describe('what a host function does', () => {
  const text = `(module (import "e" "work" (func $work (param i32)))
    (func (export "twice") (param i32) (call $work (local.get 0)) (call $work (local.get 0))))`;

  test('is charged to the thread that called it, which stops behind the call', () => {
    const done: number[] = [];
    const work = (units: number): void => {
      charge(units);
      done.push(units);
    };
    const instance = run(text, { e: { work } });
    expect(() => instance.callWith({ fuel: 100 }, 'twice', 100)).toThrow(Interrupted);
    expect(done).toEqual([100]);
    expect(instance.callWith({ fuel: 202 }, 'twice', 100)).toBeUndefined();
    expect(done).toEqual([100, 100, 100]);
    charge(5); // Nobody runs.
  });

  test('is charged to the innermost thread, where guests call each other by way of the host', () => {
    const inner = run(text, { e: { work: charge } });
    const fuelLeft: number[] = [];
    const work = (units: number): void => {
      const execution = inner.begin('twice', [units]);
      execution.fuel = 1000;
      execution.run();
      fuelLeft.push(execution.fuel);
      charge(7);
    };
    const outer = run(text, { e: { work } }).begin('twice', [50]);
    outer.fuel = 1000;
    outer.run();
    // Of each the first call is lowered.
    expect(fuelLeft).toEqual([897, 898]);
    expect(outer.fuel).toBe(1000 - 2 * 8 - 1);
  });
});

describe('what a host function calls for a guest', () => {
  const text = `(module (import "e" "back" (func $back))
    (func (export "rounds") (param $n i32) (loop $l
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "endless") (loop $l (br $l)))
    (func (export "f") (call $back)))`;

  /** An instance whose host function does something with it. */
  const calling = (back: (instance: Instance) => unknown): Instance => {
    const imports = { e: { back: () => void back(instance) } };
    const instance: Instance = run(text, imports, { prices: { loweredByte: 0 } });
    return instance;
  };

  const left = (back: (instance: Instance) => unknown, fuel: number): number => {
    const call = calling(back).begin('f');
    call.fuel = fuel;
    call.run();
    return call.fuel;
  };

  test('was free of fuel, and so without end', () => {
    const endless = calling((instance) => instance.call('endless'));
    expect(() => endless.callWith({ fuel: 1000 }, 'f')).toThrow(Interrupted);
    expect(() => endless.callWith({ fuel: 0 }, 'f')).toThrow(Interrupted);
    const caught = calling((instance) => {
      expect(() => instance.call('endless')).toThrow(Interrupted);
    });
    expect(() => caught.callWith({ fuel: 1000 }, 'f')).toThrow(Interrupted);
  });

  test('cannot be put aside, so it comes to its end, and is owed: slices by fuel go on', () => {
    const call = calling((instance) => instance.call('rounds', 10_000)).begin('f');
    const stops: number[] = [];
    do {
      call.fuel = 1000;
      stops.push(call.fuel);
    } while (call.step() !== 'done' && stops.length < 100);
    // The call, 9,999 rounds.
    expect(stops.length).toBe(10);
    const long = calling((instance) => instance.call('rounds', 1_050_000)).begin('f');
    long.fuel = 1000;
    expect(() => long.step()).toThrow('all fuel consumed');
  });

  test('made the fuel of an execution that was given up NaN, which bounds nothing', async () => {
    const twice = `(module (import "e" "f" (func $f)) (func (export "go") (call $f) (loop $l (br $l)))
      (func (export "tiny")) (func (export "inner") (call $f) (loop $l (br $l))))`;
    const given: (() => void)[] = [];
    const instance = run(twice, { e: { f: () => given.pop()?.() } });
    const execution = instance.begin('go');
    execution.fuel = 1000;
    given.push(() => {
      execution.abandon();
      expect(() => instance.call('tiny')).toThrow('abandoned');
    });
    expect(() => execution.step()).toThrow('abandoned');
    expect(execution.fuel).toBe(Number.NEGATIVE_INFINITY);
    expect(() => execution.step()).toThrow('an execution that was abandoned cannot go on');
    // However deep the one is that gives it up, and where there is no fuel to be used up.
    const endless = instance.begin('go');
    endless.fuel = Number.POSITIVE_INFINITY;
    given.push(
      () => endless.abandon(),
      () => instance.call('inner'),
    );
    expect(() => endless.step()).toThrow('abandoned');
    const stop = new AbortController();
    given.push(
      () => stop.abort(),
      () => instance.call('inner'),
    );
    await expect(instance.callAsync('go', [], { signal: stop.signal })).rejects.toThrow(Interrupted);
  });

  test('was stopped though the host had given more meanwhile', () => {
    const call = calling((instance) => {
      call.fuel = 3_000_000;
      instance.call('rounds', 1_500_000);
    }).begin('f');
    call.fuel = 10;
    call.run();
    expect(call.fuel).toBe(3_000_000 - 1_499_999);
  });

  test("by a monitor is not the guest's that is watched", () => {
    const other = run('(module (func (export "g") (param i32) (loop $l (br_if $l (i32.eqz (local.get 0))))))');
    const monitor = { instruction: () => void other.call('g', 1) };
    const used = [undefined, monitor].map((one) => {
      const watched = run('(module (func (export "f") (loop) (block (br 0))))', {}, one && { monitor: one });
      const call = watched.begin('f');
      call.fuel = 100;
      call.run();
      return call.fuel;
    });
    expect(used[1]).toBe(used[0]);
  });

  test('is used from what the guest has, but where the host gives an amount of its own', () => {
    expect(left(() => {}, 1000)).toBe(999);
    expect(left((instance) => instance.call('rounds', 100), 1000)).toBe(999 - 99);
    const twice = (instance: Instance): void => {
      instance.call('rounds', 100);
      instance.call('rounds', 11);
    };
    expect(left(twice, 1000)).toBe(999 - 99 - 10);
    expect(left((instance) => instance.callWith({ fuel: 500 }, 'rounds', 100), 1000)).toBe(999);
    expect(left((instance) => instance.call('rounds', 100), Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('by sizes', () => {
  /** What a call of `f` uses, but for its instructions. */
  const used = (text: string, imports = {}): number => {
    const call = run(text, imports, { prices: { instruction: 0, value: 0, loweredByte: 0 } }).begin('f');
    call.fuel = 1e6;
    call.run();
    return 1e6 - call.fuel;
  };

  test('an exception costs by the slots of its values', () => {
    const thrown = (values: number): number =>
      used(`(module (tag $t (param ${'v128 '.repeat(values)})) (func (export "f")
        (block (try_table (catch_all 0) ${'(v128.const i64x2 1 2)'.repeat(values)} throw $t))))`);
    expect([0, 1, 31, 32, 1000].map(thrown)).toEqual([1, 1, 2, 2, 32]);
  });

  test('a wait that may sleep for a millisecond cost as much as an instruction', () => {
    const waits = (expected: number, nanoseconds: number): string => `(module (memory 1 1 shared)
      (func (export "f") (result i32)
        (memory.atomic.wait32 (i32.const 0) (i32.const ${expected}) (i64.const ${nanoseconds}))))`;
    expect([0, 1].map((expected) => used(waits(expected, 100)))).toEqual([1, 1]);
    const execution = run(waits(0, 30_000_000)).begin('f');
    execution.fuel = 10;
    while (execution.step(Number.POSITIVE_INFINITY, { deadline: Date.now() + 4 }) !== 'done') {}
    expect([execution.results, execution.fuel]).toEqual([[2], 8]);
  });

  test('a call of a host function costs by the values that cross', () => {
    const called = (params: number, results: number): number =>
      used(
        `(module (import "e" "h" (func $h (param ${'i64 '.repeat(params)}) (result ${'i32 '.repeat(results)})))
          (func (export "f") ${'(i64.const 1)'.repeat(params)} call $h ${'drop '.repeat(results)}))`,
        { e: { h: () => (results === 1 ? 1 : new Array(results).fill(1)) } },
      );
    expect([called(0, 0), called(2, 1), called(63, 0), called(60, 10), called(1000, 1000)]).toEqual([1, 1, 1, 2, 32]);
  });
});
