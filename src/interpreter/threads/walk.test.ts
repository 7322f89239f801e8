// Objects of a guest are counted as what can be reached, whatever makes them and wherever they are held.
import { describe, expect, test } from 'vitest';
import {
  compile,
  type Execution,
  ExhaustionError,
  type Global,
  getGlobal,
  type GuestLimits,
  type Imports,
  instantiate,
  instantiateAsync,
  type Instance,
  Limits,
  type Table,
} from '../../index.ts';
import { assemble } from '../../text/index.ts';
import { DEFAULT_FEATURES, withFeatures } from '../../syntax/features.ts';
import { Walk } from './walk.ts';

const features = withFeatures(DEFAULT_FEATURES, { 'custom-descriptors': true });

function run(text: string, limits: Limits | GuestLimits = { objectBytes: 1_000_000 }, imports: Imports = {}): Instance {
  return instantiate(compile(assemble(`(module ${text})`, { features }), { features }), imports, { limits });
}

/** Calls `$once` so many times, as `many`; the type `$node` is a struct of a reference and a number. */
const again = (once: string, more = ''): string => `
  (type $node (struct (field $next (mut anyref)) (field $n (mut i32))))
  ${more}
  (func $once (param $k i32) ${once})
  (func (export "many") (param $k i32)
    (loop $again
      (call $once (local.get $k))
      (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))`;

function refusal(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error instanceof ExhaustionError ? error.resource : error;
  }
}

describe('what is made', () => {
  test.each([
    ['struct.new', '(struct.new $node (ref.null any) (local.get $k))'],
    ['struct.new_default', '(struct.new_default $node)'],
    ['struct.new_desc', '(struct.new_desc $with (i32.const 1) (global.get $desc))'],
    ['struct.new_default_desc', '(struct.new_default_desc $with (global.get $desc))'],
    ['array.new', '(array.new $refs (ref.null any) (i32.const 9))'],
    ['array.new of many', '(array.new $bytes (i32.const 7) (i32.const 9000))'],
    ['array.new_default', '(array.new_default $bytes (i32.const 20))'],
    ['array.new_fixed', '(array.new_fixed $refs 2 (ref.null any) (ref.null any))'],
    ['array.new_data', '(array.new_data $bytes $d (i32.const 0) (i32.const 20))'],
    ['array.new_elem', '(array.new_elem $refs $e (i32.const 0) (i32.const 2))'],
  ])('%s had no bound where the objects are held', (_name, made) => {
    const instance = run(
      again(
        `(array.set $refs (global.get $all) (local.get $k) ${made})`,
        `(type $refs (array (mut anyref))) (type $bytes (array (mut i8)))
        (rec (type $with (sub (descriptor $desc) (struct (field i32)))) (type $desc (sub (describes $with) (struct))))
        (global $desc (ref (exact $desc)) (struct.new_default $desc))
        (data $d "01234567890123456789") (elem $e anyref (item (ref.i31 (i32.const 5))) (item (ref.null any)))
        (global $all (ref $refs) (array.new_default $refs (i32.const 20001)))`,
      ),
    );
    expect(refusal(() => instance.call('many', 20_000))).toBe('objectBytes');
  });

  test('exceptions that are held are bounded', () => {
    const instance = run(`(tag $t (param i64 i64)) (type $l (struct (field exnref) (field (ref null $l))))
      (global $list (mut (ref null $l)) (ref.null $l))
      (func (export "many") (param $k i32)
        (loop $again
          (global.set $list (struct.new $l
            (block $h (result exnref) (try_table (result exnref) (catch_all_ref $h) (throw $t (i64.const 1) (i64.const 2))))
            (global.get $list)))
          (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))`);
    expect(refusal(() => instance.call('many', 100_000))).toBe('objectBytes');
  });

  test('errors of the host that are held are bounded', () => {
    const fails = () => {
      throw new Error('no');
    };
    const instance = run(
      `(import "a" "fails" (func $fails)) (type $l (struct (field exnref) (field (ref null $l))))
      (global $list (mut (ref null $l)) (ref.null $l))
      (func (export "many") (param $k i32)
        (loop $again
          (global.set $list (struct.new $l
            (block $h (result exnref) (try_table (catch_all_ref $h) (call $fails)) (ref.null exn)) (global.get $list)))
          (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))`,
      undefined,
      { a: { fails } },
    );
    expect(refusal(() => instance.call('many', 10_000))).toBe('objectBytes');
  });

  test('an error that was answered was charged twice where a host function ran the call on', async () => {
    const [limits, others] = [new Limits(), new Limits()];
    const caught = '(import "a" "b" (func $f)) (func (export "f") (block $h (try_table (catch_all $h) (call $f))))';
    const failing = run(caught, limits, { a: { b: () => Promise.reject(new Error('no')) } });
    const begun = Object.assign(failing.begin('f', [], { async: true }), { fuel: 1e9 });
    expect(begun.step()).toBe('suspended');
    await Promise.resolve();
    const left = () => [limits, others].map((one) => one.leftOf('objectBytes'));
    const other = run(caught, others, { a: { b: () => void begun.step() } });
    const before = left();
    other.call('f');
    expect(begun.done).toBe(true);
    expect(left()).toEqual([before[0] - 1024, before[1]]);
  });

  test('constant expressions and segments allocated without a bound', () => {
    const array = '(type $a (array (mut i8))) (type $r (array (mut anyref)))';
    const global = '(global anyref (array.new_default $a (i32.const 100000))) ';
    expect(refusal(() => run(array + global.repeat(9)))).toBeInstanceOf(Object);
    expect(refusal(() => run(array + global.repeat(10)))).toBe('objectBytes');
    const items = '(item (array.new $r (ref.null any) (i32.const 10000))) '.repeat(13);
    expect(refusal(() => run(`${array} (elem anyref ${items})`))).toBe('objectBytes');
    // What one expression has made so far is held by nobody but the expression.
    const parts = '(array.new_default $a (i32.const 100000)) '.repeat(12);
    expect(refusal(() => run(`${array} (global anyref (array.new_fixed $r 12 ${parts}))`))).toBe('objectBytes');
  });

  test('the first element of a table that had none yet was held by nobody, and let others be made', async () => {
    const limits = new Limits({ objectBytes: 1_000_000 });
    const type = '(type $a (array (mut i8)))';
    const large = compile(assemble(`(module ${type} (table 2 (ref $a) (array.new_default $a (i32.const 600000))))`));
    // Takes the share of this turn, so that each of the instances waits for the next one where it may.
    compile(assemble(`(module ${'(func (nop))'.repeat(100_000)})`));
    const made = await Promise.allSettled([1, 2, 3].map(() => instantiateAsync(large, {}, { limits })));
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    const [table, make] = [`(table (export "t") 0 anyref)`, '(array.new_default $a (i32.const 600000))'];
    const instance = run(`${type} ${table} (func (export "make") (result (ref $a)) ${make})`);
    (instance.exports['t'] as Table).reserve(1, instance.call('make'));
    expect(refusal(() => instance.call('make'))).toBe('objectBytes');
  });

  test('instances are counted, too, and what could not be made is given back', () => {
    const limits = new Limits({ objectBytes: 20_000 });
    const made = (text: string) => refusal(() => run(text, limits));
    expect(made(`${'(global i32 (i32.const 0)) '.repeat(1000)}`)).toBe('objectBytes');
    for (let i = 0; i < 20; i++)
      expect(made('(memory 1) (data (i32.const 65536) "x")')).toMatchObject({ kind: 'memory-out-of-bounds' });
    expect(made('(func)')).toBeInstanceOf(Object);
  });
});

describe('an instance that could not be made', () => {
  const TOO_FAR = '(memory 1) (table 10 funcref) (func $f) (data (i32.const 65536) "x")';
  const other = run(
    '(table (export "t") 1 funcref) (func (export "f") (param externref)) (global (export "g") anyref (ref.null any))',
  );
  /** How many elements are left where so many of them could not be made. */
  const left = (text: string, times: number): number => {
    const limits = new Limits({ tableElements: 1000 });
    const module = compile(assemble(`(module ${text})`));
    for (let i = 0; i < times; i++)
      expect(() => instantiate(module, { a: other.exports }, { limits })).toThrow('out of bounds');
    return limits.leftOf('tableElements');
  };

  test.each([
    '(import "a" "f" (func (param externref)))',
    '(import "a" "g" (global anyref))',
    '(import "a" "t" (table 1 funcref)) (elem (table 1) (i32.const 0) func $f) (elem func $f)',
  ])('kept its memories and tables for good where it imports what references can go through: %s', (imports) => {
    expect(left(imports + TOO_FAR, 200)).toBe(1000);
  });

  test('keeps them where a table of somebody else may hold its functions', () => {
    expect(left(`(import "a" "t" (table 1 funcref)) (elem (i32.const 0) func $f) ${TOO_FAR}`, 3)).toBe(970);
  });
});

describe('what is dropped', () => {
  test('is given back, however much it is', () => {
    const instance = run(again('(drop (struct.new $node (ref.null any) (local.get $k)))'), { objectBytes: 30_000 });
    expect(instance.call('many', 300_000)).toBeUndefined();
  });

  test('costs no fuel to count where it is little: a program uses as much as where there is room', () => {
    const text = again(
      `(if (i32.rem_u (local.get $k) (i32.const 100))
        (then (global.set $l (struct.new $node (global.get $l) (i32.const 1))))
        (else (global.set $l (ref.null any))))`,
      '(global $l (mut anyref) (ref.null any))',
    );
    const used = [30_000, 100_000, Number.POSITIVE_INFINITY].map((objectBytes) => {
      const execution = run(text, { objectBytes }).begin('many', [20_000]);
      execution.fuel = 1e9;
      execution.run();
      return 1e9 - execution.fuel;
    });
    expect(new Set(used).size).toBe(1);
  });

  test('after an ExhaustionError there is room again for what is not held', () => {
    const instance = run(
      `${again('(global.set $l (struct.new $node (global.get $l) (i32.const 1)))', '(global $l (mut anyref) (ref.null any))')}
      (func (export "clear") (global.set $l (ref.null any)))`,
    );
    for (let i = 0; i < 3; i++) {
      expect(refusal(() => instance.call('many', 100_000))).toBe('objectBytes');
      instance.call('clear');
      expect(instance.call('many', 5_000)).toBeUndefined();
    }
  });
});

/** Allocates 800 kB of a million in one object that is held as the text says, then as much again: is it still there? */
function isHeld(hold: string, more = '', imports: Imports = {}): boolean {
  const instance = run(
    `(type $a (array (mut i8))) (type $s (struct (field (mut anyref)))) ${more}
    (func $big (result (ref $a)) (array.new_default $a (i32.const 800000)))
    (func $more (drop (array.new_default $a (i32.const 150000))) (drop (array.new_default $a (i32.const 150000))))
    (func (export "f") ${hold})`,
    undefined,
    imports,
  );
  return refusal(() => instance.call('f')) === 'objectBytes';
}

describe('an object is held', () => {
  test.each([
    ['by nothing', false, '(drop (call $big)) (call $more)', ''],
    [
      'by a local of a caller',
      true,
      '(local $l anyref) (local.set $l (call $big)) (call $more) (drop (local.get $l))',
      '',
    ],
    ['by an operand', true, '(call $big) (call $more) (drop)', ''],
    ['by a global', true, '(global.set $g (call $big)) (call $more)', '(global $g (mut anyref) (ref.null any))'],
    ['by a table', true, '(table.set $t (i32.const 3) (call $big)) (call $more)', '(table $t 5 anyref)'],
    [
      'by the last element of a large table',
      true,
      '(table.set $t (i32.const 1100000) (call $big)) (call $more)',
      '(table $t 1100001 anyref)',
    ],
    [
      'by a struct',
      true,
      '(global.set $g (struct.new $s (call $big))) (call $more)',
      '(global $g (mut anyref) (ref.null any))',
    ],
    [
      'by an array',
      true,
      '(global.set $g (array.new $r (call $big) (i32.const 3))) (call $more)',
      '(type $r (array (mut anyref))) (global $g (mut anyref) (ref.null any))',
    ],
    [
      'by what is externalised',
      true,
      '(global.set $g (extern.convert_any (call $big))) (call $more)',
      '(global $g (mut externref) (ref.null extern))',
    ],
    [
      'by an exception',
      true,
      '(global.set $g (block $h (result exnref) (try_table (result exnref) (catch_all_ref $h) (throw $e (call $big))))) (call $more)',
      '(tag $e (param anyref)) (global $g (mut exnref) (ref.null exn))',
    ],
    [
      'no more by a segment that was dropped',
      false,
      '(elem.drop $e) (call $more)',
      '(elem $e anyref (item (array.new_default $a (i32.const 800000))))',
    ],
    ['by a segment', true, '(call $more)', '(elem $e anyref (item (array.new_default $a (i32.const 800000))))'],
  ])('%s', (_name, held, hold, more) => {
    expect(isHeld(hold, more)).toBe(held);
  });

  test('by a global that is imported', () => {
    const { exports } = run('(global (export "g") (mut anyref) (ref.null any))');
    const more = '(import "a" "g" (global $g (mut anyref)))';
    expect(isHeld('(global.set $g (call $big)) (call $more)', more, { a: { g: exports['g'] as Global } })).toBe(true);
  });

  test('by a call that waits, until that is given up', () => {
    const limits = new Limits({ objectBytes: 1_000_000 });
    const { instance, begun } = waiting(limits);
    begun.step();
    expect(refusal(() => instance.call('more'))).toBe('objectBytes');
    begun.abandon();
    expect(instance.call('more')).toBeUndefined();
  });

  test('by a call that waits in an instance of another guest, which was not looked at', () => {
    const [limits, others] = [new Limits({ objectBytes: 1_000_000 }), new Limits({ objectBytes: 1_000_000 })];
    const wait = () => new Promise<void>(() => {});
    const other = run(
      '(import "a" "wait" (func $wait)) (func (export "f") (call $wait)) (func (export "g") (call $wait))',
      others,
      { a: { wait } },
    );
    const { instance, begun } = waiting(limits, other.func('f'));
    begun.step();
    expect(refusal(() => instance.call('more'))).toBe('objectBytes');
    const left = [limits, others].map((one) => one.leftOf('stackBytes'));
    expect(left[0]).toBe(left[1]);
    expect(left[0]).toBeLessThan(2 ** 26);
    begun.abandon();
    expect(instance.call('more')).toBeUndefined();
    expect([limits, others].map((one) => one.leftOf('stackBytes'))).toEqual([2 ** 26, 2 ** 26]);
    // Two instances of one guest are counted once.
    const same = waiting(others, other.func('f'));
    const alone = Object.assign(other.begin('f', [], { async: true }), { fuel: 1e9 });
    alone.step();
    const one = 2 ** 26 - others.leftOf('stackBytes');
    alone.abandon();
    same.begun.step();
    expect(2 ** 26 - others.leftOf('stackBytes')).toBeLessThan(2 * one);
  });

  test('by a call below the one that allocates', () => {
    const inner: { instance?: Instance } = {};
    inner.instance = run(
      `(import "a" "back" (func $back)) (type $a (array (mut i8)))
      (func (export "more") (drop (array.new_default $a (i32.const 400000))) (drop (array.new_default $a (i32.const 400000))))
      (func (export "f") (local $l anyref) (local.set $l (array.new_default $a (i32.const 500000))) (call $back) (drop (local.get $l)))`,
      undefined,
      { a: { back: () => inner.instance?.call('more') } },
    );
    expect(refusal(() => inner.instance?.call('f'))).toBe('objectBytes');
    expect(inner.instance.call('more')).toBeUndefined();
  });

  test('by another instance under the same limits', () => {
    const limits = new Limits({ objectBytes: 1_000_000 });
    const holder = run(
      '(type $a (array (mut i8))) (global (export "g") (mut anyref) (ref.null any)) (func (export "f") (global.set 0 (array.new_default $a (i32.const 700000))))',
      limits,
    );
    const other = run(
      '(type $a (array (mut i8))) (func (export "f") (drop (array.new_default $a (i32.const 400000))))',
      limits,
    );
    holder.call('f');
    expect(refusal(() => other.call('f'))).toBe('objectBytes');
    expect(getGlobal(holder.exports['g'] as Global)).toBeDefined();
  });
});

function waiting(limits: Limits, wait: unknown = () => new Promise<void>(() => {})) {
  const instance = run(
    `(import "a" "wait" (func $wait)) (type $a (array (mut i8)))
    (func (export "more") (drop (array.new_default $a (i32.const 300000))) (drop (array.new_default $a (i32.const 300000))))
    (func (export "f") (local $l anyref) (local.set $l (array.new_default $a (i32.const 600000))) (call $wait) (drop (local.get $l)))`,
    limits,
    { a: { wait } } as Imports,
  );
  return { instance, begun: Object.assign(instance.begin('f', [], { async: true }), { fuel: 1e9 }) };
}

describe('a count', () => {
  const text = `${again('(global.set $l (struct.new $node (global.get $l) (i32.const 1)))', '(global $l (mut anyref) (ref.null any))')}
    (func (export "clear") (global.set $l (ref.null any)))`;

  /** Units of 2,000 new structs, under 100,000 bytes, beside a table of so many elements. */
  function beside(elements: number, go: (execution: Execution<unknown>) => unknown): number {
    const more = `(table ${elements} anyref) (global $l (mut anyref) (ref.null any))`;
    const instance = run(again('(global.set $l (struct.new_default $node))', more), { objectBytes: 100_000 });
    const execution = Object.assign(instance.begin('many', [2_000]), { fuel: 1e9 });
    go(execution);
    return 1e9 - execution.fuel;
  }

  test('cost nothing beside a large table, which was looked at for a handful of objects each', () => {
    const [few, many] = [0, 1_000_000].map((elements) => beside(elements, (one) => one.run()));
    // 120 bytes each: more than once for 100,000.
    expect(many - few).toBeGreaterThanOrEqual(2 * Math.floor(1_000_000 / 8192));
    expect(many - few).toBeLessThan(40 * (1_000_000 / 8192));
  });

  test('costs the same in slices, by the clock, and where it stops for lack of fuel', () => {
    const inSlices = (slice: number, until = () => Number.POSITIVE_INFINITY) =>
      beside(1_000_000, (one) => {
        while (one.step(slice, { deadline: until() }) !== 'done') {}
      });
    const whole = inSlices(Number.POSITIVE_INFINITY);
    expect(inSlices(7)).toBe(whole);
    expect(inSlices(Number.POSITIVE_INFINITY, () => Date.now())).toBe(whole);
    let given = 0;
    let stops = 0;
    const used = beside(1_000_000, (one) => {
      one.fuel = 0;
      while (one.step() !== 'done') {
        stops++;
        one.fuel = 50;
        given += 50;
      }
      one.fuel += 1e9 - given;
    });
    // The unit that stops a call is nobody's.
    expect(used + stops).toBe(whole);
    expect(stops).toBeGreaterThan(whole / 51);
  });

  test('began with all that instances hold at once, however much that was', () => {
    const limits = new Limits();
    const parts = `${'(func) '.repeat(30_000)} ${'(global anyref (ref.null any)) '.repeat(30_000)}
      ${'(table 1 anyref) '.repeat(9_000)} ${'(elem anyref (item (ref.null any))) '.repeat(9_000)}`;
    run(parts, limits);
    const walk = new Walk(limits.heap);
    let pieces = 1;
    while (!walk.step()) pieces++;
    expect(pieces).toBeGreaterThan((60_000 + 18_000) / 8192);
    expect(walk.due(1)).toBeGreaterThan(60_000 + 18_000);
    expect(walk.live).toBe(limits.heap.most - limits.leftOf('objectBytes'));
  });

  test('of a long list does not nest', () => {
    const instance = run(text, { objectBytes: 50_000_000 });
    expect(refusal(() => instance.call('many', 1_000_000))).toBe('objectBytes');
  });

  /** Runs on with so little time at each step that counts are stopped in their middle, until one is, or is not. */
  function until(execution: Execution<unknown>, limits: Limits, isCounting: boolean): void {
    for (let steps = 0; steps < 10_000; steps++) {
      execution.step(Number.POSITIVE_INFINITY, { deadline: Date.now() + 1 });
      if (isCounting === (limits.heap.counting !== undefined)) return;
    }
    throw new Error('never');
  }

  test('stops for a deadline in its middle, and goes on', () => {
    const limits = new Limits({ objectBytes: 20_000_000 });
    const execution = Object.assign(run(text, limits).begin('many', [600_000]), { fuel: 1e9 });
    until(execution, limits, true);
    expect(refusal(() => execution.run())).toBe('objectBytes');
  });

  test('is right when another call has moved things while it stopped', () => {
    const limits = new Limits({ objectBytes: 20_000_000 });
    const instance = run(
      `${text} (table $t 200000 anyref) (func (export "drop") (loop $again (drop (struct.new_default $node)) (br $again)))
      (func (export "there") (table.set $t (i32.const 199999) (global.get $l)) (global.set $l (ref.null any)))
      (func (export "back") (global.set $l (table.get $t (i32.const 199999))) (table.set $t (i32.const 199999) (ref.null any)))`,
      limits,
    );
    instance.call('many', 100_000);
    instance.call('there');
    const execution = Object.assign(instance.begin('drop'), { fuel: 1e9 });
    until(execution, limits, true);
    // From where it looks last to where it has looked.
    instance.call('back');
    until(execution, limits, false);
    expect(limits.leftOf('objectBytes')).toBeLessThan(9_000_000);
  });

  test('looks once at a table or a global that is imported many times', () => {
    const limits = new Limits({ objectBytes: 30_000_000 });
    const { exports } = run(
      '(table (export "t") 1000000 anyref) (global (export "g") anyref (ref.i31 (i32.const 1)))',
      limits,
    );
    const twice = '(import "a" "t" (table 1 anyref)) (import "a" "g" (global anyref)) '.repeat(2000);
    const imports = { a: { t: exports['t'] as Table, g: exports['g'] as Global } };
    const instance = run(
      `${twice} ${again('(drop (struct.new $node (ref.null any) (i32.const 1)))')}`,
      limits,
      imports,
    );
    const begun = Date.now();
    instance.call('many', 500_000);
    expect(Date.now() - begun).toBeLessThan(20_000);
  });
});

describe('stacks of calls that wait', () => {
  const deep = `(import "a" "wait" (func $wait))
    (func $deep (export "f") (param $n i32) (if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1)))) (else (call $wait))))`;

  test('were as many and as deep as a guest liked', async () => {
    const wait = () => new Promise<void>(() => {});
    const limits = new Limits({ stackBytes: 500_000 });
    const instance = run(deep, limits, { a: { wait } });
    const calls = Array.from({ length: 5 }, () =>
      Object.assign(instance.begin('f', [10_000], { async: true }), { fuel: 1e9 }),
    );
    const outcomes = calls.map((one) => refusal(() => one.step()));
    expect(outcomes).toContain('suspended');
    expect(outcomes).toContain('stackBytes');
    for (const one of calls) one.abandon();
    expect(limits.leftOf('stackBytes')).toBe(500_000);
  });

  test('are given back when calls that nobody can go on with are stopped', async () => {
    const limits = new Limits({ stackBytes: 100_000 });
    const instance = run(`(func (export "f") (loop $again (br $again)))`, limits);
    for (let i = 0; i < 30; i++) {
      expect(() => instance.callWith({ fuel: 100 }, 'f')).toThrow('all fuel consumed');
      expect(() => instance.callWith({ deadline: Date.now() + 1 }, 'f')).toThrow('stopped');
      await expect(instance.callAsync('f', [], { fuel: 100 })).rejects.toThrow('all fuel consumed');
    }
    expect(limits.leftOf('stackBytes')).toBe(100_000);
  });

  test('stayed counted when calls failed, until these were given up', () => {
    const limits = new Limits({ stackBytes: 100_000 });
    const instance = run(deep, limits, { a: { wait: () => new Promise<void>(() => {}) } });
    const failed = Object.assign(instance.begin('f', [10_000], { async: true }), { fuel: 1e9 });
    expect(refusal(() => failed.step())).toBe('stackBytes');
    expect(limits.leftOf('stackBytes')).toBe(100_000);
    const begun = Object.assign(instance.begin('f', [10], { async: true }), { fuel: 1e9 });
    begun.step(1);
    expect(limits.leftOf('stackBytes')).toBeLessThan(100_000);
    begun.account = { left: Number.NaN };
    expect(() => begun.step()).toThrow(RangeError);
    expect(limits.leftOf('stackBytes')).toBe(100_000);
  });

  test('are given back when calls are done', async () => {
    const limits = new Limits({ stackBytes: 100_000 });
    const instance = run(deep, limits, { a: { wait: async () => {} } });
    for (let i = 0; i < 20; i++) await instance.callAsync('f', [100]);
    expect(limits.leftOf('stackBytes')).toBe(100_000);
  });
});
