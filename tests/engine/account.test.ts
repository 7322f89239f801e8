// One account of fuel for all that a program is: what its instances are made of, start functions, entries, the modules it is
// linked with, and threads.
import { describe, expect, test } from 'vitest';
import {
  engine,
  type Execution,
  type FuelAccount,
  type Imports,
  type Instance,
  instantiate,
  instantiateAsync,
  Interrupted,
  type Value,
} from '../../src/index.ts';
import { free, running } from '../../src/interpreter/threads/thread.ts';
import { WASI } from '../../src/wasi/index.ts';
import { run, wat } from './support.ts';

/** What an instance uses that is made of a module, start function included. */
function made(text: string, imports: Imports = {}): number {
  const module = wat(text);
  const account = { left: 1e9 };
  instantiate(module, imports, { fuel: account });
  const used = 1e9 - account.left;
  // No less will do.
  expect(instantiate(module, imports, { fuel: used })).toBeDefined();
  if (used > 0) expect(() => instantiate(module, imports, { fuel: used - 1 })).toThrow(Interrupted);
  return used;
}

describe('what an instance is made of was free, and costs what instructions would', () => {
  test.each([
    ['nothing', '(module)', 0],
    ['a memory, by its bytes', '(module (memory 3))', 1 + 3 * 64],
    ['a table, by its elements', '(module (table 6400 funcref))', 1 + 100],
    ['active data, as memory.init', `(module (memory 1) (data (i32.const 0) "${'x'.repeat(2049)}"))`, 65 + 1 + 3],
    [
      'active elements, as table.init',
      `(module (func $f) (table 64 funcref) (elem (i32.const 0) func ${'$f '.repeat(64)}))`,
      2 + 2,
    ],
    ['passive data, which are not copied', `(module (data "${'x'.repeat(5000)}"))`, 0],
    [
      'long constant expressions',
      `(module (global i32 ${'(i32.add '.repeat(600)} (i32.const 0) ${'(i32.const 1))'.repeat(600)}))`,
      4,
    ],
    [
      'arrays, by their elements',
      '(module (type $a (array i8)) (global (ref $a) (array.new $a (i32.const 1) (i32.const 64000))))',
      1 + 1000,
    ],
    [
      'arrays without values',
      '(module (type $a (array i8)) (global (ref $a) (array.new_default $a (i32.const 64000))))',
      1 + 1000,
    ],
    [
      'structs, by their cells',
      `(module (type $s (struct ${'(field i64)'.repeat(256)})) (global (ref $s) (struct.new_default $s)))`,
      2,
    ],
    ['the start function', '(module (func $f (loop (br_if 0 (i32.const 0)))) (start $f))', 1],
  ])('%s', (_, text, units) => {
    expect(made(text)).toBe(units);
  });

  test('is not made where there is no fuel for it', () => {
    const huge = wat(
      '(module (type $a (array i8)) (global (ref $a) (array.new $a (i32.const 1) (i32.const 1000000000))))',
    );
    const start = Date.now();
    expect(() => instantiate(huge, {}, { fuel: 1000 })).toThrow(/fuel/);
    expect(Date.now() - start).toBeLessThan(1000);
  });

  test('is paid where the instance is made in turns, too', async () => {
    const module = wat('(module (memory 3) (func $f) (start $f))');
    const account = { left: 1000 };
    await instantiateAsync(module, {}, { fuel: account });
    expect(account.left).toBe(1000 - 193 - 1);
    await expect(instantiateAsync(module, {}, { fuel: 193 })).rejects.toThrow(Interrupted);
  });

  test('is paid by the guest for which a host function makes it, unless that has an amount of its own', () => {
    const module = wat('(module (memory 3))');
    const text = '(module (import "e" "make" (func $make)) (func (export "f") (call $make)))';
    const account: FuelAccount = { left: 1000 };
    const used = (make: () => unknown, left = 1000): number => {
      account.left = left;
      const instance = run(text, { e: { make: () => void make() } }, { fuel: Number.POSITIVE_INFINITY });
      try {
        instance.callWith({ fuel: account }, 'f');
      } catch (error) {
        expect(error).toMatchObject({ name: 'Interrupted', reason: 'fuel' });
      }
      return left - account.left;
    };
    expect(used(() => instantiate(module))).toBe(2 + 193);
    expect(used(() => instantiate(module, {}, { fuel: account }))).toBe(2 + 193);
    expect(used(() => instantiate(module, {}, { fuel: 1000 }))).toBe(2);
    expect(used(() => void instantiateAsync(module))).toBe(2);
    let made = 0;
    const count = (_: Instance): unknown => made++;
    // It comes to its end, and is owed.
    expect(used(() => count(instantiate(module)), 100)).toBe(2 + 193);
    expect(made).toBe(1);
    // An account has no more than is left.
    expect(used(() => count(instantiate(module, {}, { fuel: account })), 100)).toBe(2 + 193);
    expect(made).toBe(1);
  });
});

describe('an account', () => {
  const LOOP = `(func $rounds (export "rounds") (param $n i32) (loop $l
    (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
  const instanceOf = (text: string, imports: Imports = {}): Instance =>
    run(text, imports, { prices: { loweredByte: 0 } });

  test('is what all calls use that are given it, one after the other', async () => {
    const account: FuelAccount = { left: 100 };
    const instance = instanceOf(`(module ${LOOP})`);
    instance.callWith({ fuel: account }, 'rounds', 41);
    expect(account.left).toBe(60);
    await instance.callAsync('rounds', [31], { fuel: account });
    expect(account.left).toBe(30);
    expect(() => instance.callWith({ fuel: account }, 'rounds', 41)).toThrow(Interrupted);
    expect(account.left).toBe(-1);
    expect(() => instance.callWith({ fuel: account }, 'rounds', 2)).toThrow(Interrupted);
    account.left = 10;
    instance.callWith({ fuel: account }, 'rounds', 2);
    expect(account.left).toBe(9);
  });

  test('is owed what the last piece took too much', () => {
    const account: FuelAccount = { left: 10 };
    const instance = instanceOf(
      '(module (memory 16) (func (export "f") (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))))',
    );
    expect(() => instance.callWith({ fuel: account }, 'f')).toThrow(Interrupted);
    expect(account.left).toBe(10 - 65);
  });

  test('is not used twice by calls within calls', () => {
    const account: FuelAccount = { left: 1000 };
    const inner: Instance = instanceOf(`(module ${LOOP})`);
    const back = (): void => void inner.callWith({ fuel: account }, 'rounds', 101);
    const outer = instanceOf(
      `(module (import "e" "back" (func $back)) ${LOOP}
      (func (export "f") (call $rounds (i32.const 201)) (call $back) (call $rounds (i32.const 301))))`,
      { e: { back } },
    );
    outer.callWith({ fuel: account }, 'f');
    expect(account.left).toBe(1000 - 200 - 100 - 300 - 3);
    account.left = 250;
    // What the outer one has used is not there for the inner one.
    expect(() => outer.callWith({ fuel: account }, 'f')).toThrow(Interrupted);
    expect(account.left).toBeLessThan(0);
  });

  test('is shared by calls that wait at the same time', async () => {
    const account: FuelAccount = { left: 1000 };
    const instance = instanceOf(
      `(module (import "e" "wait" (func $wait)) ${LOOP}
        (func (export "f") (call $rounds (i32.const 101)) (call $wait) (call $rounds (i32.const 101))))`,
      { e: { wait: () => Promise.resolve() } },
    );
    await Promise.all([1, 2, 3].map(() => instance.callAsync('f', [], { fuel: account })));
    expect(account.left).toBe(1000 - 3 * 203);
    const results = await Promise.allSettled([1, 2, 3].map(() => instance.callAsync('f', [], { fuel: account })));
    expect(results.map(({ status }) => status)).toContain('rejected');
    expect(account.left).toBeLessThan(0);
  });

  test('is used by a call in a module that another one is linked with', () => {
    const account: FuelAccount = { left: 1000 };
    const library = instanceOf(`(module ${LOOP})`);
    const program = instanceOf(
      `(module (import "l" "rounds" (func $r (param i32))) (func (export "f") (call $r (i32.const 101))))`,
      {
        l: library.exports,
      },
    );
    program.callWith({ fuel: account }, 'f');
    expect(account.left).toBe(1000 - 101);
  });

  test('was charged to another one where a call of that one stood in between', () => {
    const [mine, others]: FuelAccount[] = [{ left: 1000 }, { left: 500 }];
    const library = instanceOf(`(module ${LOOP})`);
    const far = instanceOf('(module (import "e" "back" (func $back)) (func (export "f") (call $back)))', {
      e: { back: () => void library.callWith({ fuel: mine }, 'rounds', 101) },
    });
    const near = instanceOf('(module (import "e" "away" (func $away)) (func (export "f") (call $away)))', {
      e: { away: () => void far.callWith({ fuel: others }, 'f') },
    });
    near.callWith({ fuel: mine }, 'f');
    expect([mine.left, others.left]).toEqual([1000 - 1 - 100, 500 - 1]);
    // What is left of it is with the outermost call, and no more than that is used.
    mine.left = 50;
    expect(() => near.callWith({ fuel: mine }, 'f')).toThrow(Interrupted);
    expect(mine.left).toBe(-1);
  });

  test('has what threads of a program have left, for the calls of its host functions too', async () => {
    const account: FuelAccount = { left: 10_000 };
    const library = instanceOf(`(module ${LOOP})`);
    const wasi = new WASI();
    const program = wat(`(module (import "e" "back" (func $back)) (memory (export "memory") 1)
      (func (export "_start") (call $back) (call $back)))`);
    const back = (): void => void library.callWith({ fuel: account }, 'rounds', 101);
    await wasi.run(engine, program, { imports: { e: { back } }, fuel: account });
    expect(account.left).toBe(10_000 - 65 - 1 - 2 - 200);
  });
});

describe('an account that the host has made unusable', () => {
  const source = `(module (import "h" "f" (func $f)) (func (export "run") (result i32) (call $f) (i32.const 1)))`;
  const instanceWith = (f: () => void) => instantiate(wat(source), { h: { f } });

  test('is refused where it holds no number, and did not end, whatever the deadline', () => {
    const instance = instanceWith(() => undefined);
    const options = { fuel: { left: Number.NaN }, deadline: Date.now() + 60_000 };
    expect(() => instance.callWith(options, 'run')).toThrow(RangeError);
    expect(instance.callWith({ fuel: { left: 1000 } }, 'run')).toBe(1);
  });

  test('is refused by the next call where the host puts no number there in the middle', () => {
    const account = { left: 1000 };
    const instance = instanceWith(() => {
      account.left = Number.NaN;
    });
    expect(instance.callWith({ fuel: account }, 'run')).toBe(1);
    expect(() => instance.callWith({ fuel: account }, 'run')).toThrow(
      new RangeError('what is left in an account of fuel is a number of units, not NaN'),
    );
  });

  test('is taken by an execution, which took only a number and did not say so', () => {
    const account = { left: 1000 };
    const instance = instanceWith(() => undefined);
    const execution = instance.begin('run');
    expect(() => Object.assign(execution, { fuel: account })).toThrow('an account is set as `account`');
    expect(() => Object.assign(execution, { account: 1000 })).toThrow('has to be an object with `left`');
    execution.account = account;
    expect(execution.run()).toEqual([1]);
    expect(account.left).toBeLessThan(1000);
    const twice: Instance = instanceWith(() => {
      begun.account = { left: 5 };
    });
    const begun = Object.assign(twice.begin('run'), { account });
    expect(() => begun.run()).toThrow('an execution that is running has its account until it stops');
  });

  test('is told of where fuel is neither an amount nor an account', () => {
    const instance = instanceWith(() => undefined);
    expect(() => instance.callWith({ fuel: {} as never }, 'run')).toThrow(
      'a number of units (or an account of them, an object with `left`), not an object',
    );
  });

  test('is refused where it cannot be written, and kept the stack of each call for good', () => {
    const instance = instanceWith(() => undefined);
    expect(() => instance.callWith({ fuel: Object.freeze({ left: 1000 }) }, 'run')).toThrow(TypeError);
    let writes = 0;
    const late = {
      get left() {
        return 1000;
      },
      set left(_: number) {
        if (++writes > 1) throw new Error('no');
      },
    };
    expect(() => instance.callWith({ fuel: late }, 'run')).toThrow('no');
    expect([free.slot, free.frame, free.open, running.length]).toEqual([0, 0, true, 0]);
    expect(instance.call('run')).toBe(1);
  });
});

test('an execution that is given up in a host function has paid what it used, which was nothing', () => {
  const source = `(module (import "h" "f" (func $f)) (func (export "run") (param i32)
    (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0))) (call $f)))`;
  let execution: Execution<Value> | undefined;
  const account = { left: 10_000 };
  const instance = instantiate(wat(source), { h: { f: () => execution?.abandon() } });
  instance.call('run', 1);
  execution = instance.begin('run', [5000]);
  execution.account = account;
  expect(() => execution?.step()).toThrow('abandoned');
  expect(account.left).toBeLessThan(5001);
  expect(account.left).toBeGreaterThan(4900);
  execution.abandon();
  expect(account.left).toBeGreaterThan(4900);
});

test('an instance that there is not enough for leaves no debt for what was not made', () => {
  const module = wat('(module (memory 10000))');
  const account = { left: 100 };
  for (let i = 0; i < 3; i++) {
    expect(() => instantiate(module, {}, { fuel: account })).toThrow('all fuel consumed');
    expect(account.left).toBe(-1);
  }
});
