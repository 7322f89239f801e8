// What does much at once: priced by its length, done in pieces, stopped between them and gone on with; out of bounds it
// traps, whatever fuel there is.
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import { type Execution, type Instance, instantiate, Interrupted, Memory, Trap, type Value } from '../../src/index.ts';
import { random, wat } from './support.ts';

/**
 * Functions of operands, the last of which is the length. Arrays are in globals: $a has numbers, $v vectors, $r references,
 * 20,000 of each; memories are of 8 pages, $t and $u of 20,000 elements.
 */
const MODULE = wat(`(module
  (type $i8 (array (mut i8))) (type $i64 (array (mut i64))) (type $v128 (array (mut v128))) (type $any (array (mut anyref)))
  (memory $m (export "m") 8 16384) (memory $n (export "n") 8)
  (table $t (export "t") 20000 20000000 anyref) (table $u (export "u") i64 20000 anyref)
  (data $d "${'0123456789'.repeat(20_000)}")
  (elem $e anyref ${'(ref.i31 (i32.const 5))(ref.i31 (i32.const 6))(ref.null any)'.repeat(7000)})
  (global $a (export "a") (ref $i8) (array.new_default $i8 (i32.const 20000)))
  (global $b (export "b") (ref $i64) (array.new_default $i64 (i32.const 20000)))
  (global $v (export "v") (ref $v128) (array.new_default $v128 (i32.const 20000)))
  (global $r (export "r") (ref $any) (array.new_default $any (i32.const 20000)))
  (global $made (export "made") (mut anyref) (ref.null any))
  (func (export "memory.fill") (param i32 i32 i32) (memory.fill $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "memory.copy") (param i32 i32 i32) (memory.copy $m $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "memory.copy across") (param i32 i32 i32) (memory.copy $n $m (local.get 0) (local.get 1) (local.get 2)))
  (func (export "memory.init") (param i32 i32 i32) (memory.init $m $d (local.get 0) (local.get 1) (local.get 2)))
  (func (export "memory.grow") (param i32) (result i32) (memory.grow $m (local.get 0)))
  (func (export "table.fill") (param i32 i32 i32) (table.fill $t (local.get 0) (ref.i31 (local.get 1)) (local.get 2)))
  (func (export "table.copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)))
  (func (export "table.copy across") (param i32 i32 i32)
    (table.copy $u $t (i64.extend_i32_u (local.get 0)) (local.get 1) (local.get 2)))
  (func (export "table.init") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)))
  (func (export "table.grow") (param i32 i32) (result i32) (table.grow $t (ref.i31 (local.get 0)) (local.get 1)))
  (func (export "array.fill") (param i32 i32 i32) (array.fill $i8 (global.get $a) (local.get 0) (local.get 1) (local.get 2)))
  (func (export "array.fill of vectors") (param i32 i32 i32)
    (array.fill $v128 (global.get $v) (local.get 0) (i64x2.splat (i64.extend_i32_u (local.get 1))) (local.get 2)))
  (func (export "array.fill of references") (param i32 i32 i32)
    (array.fill $any (global.get $r) (local.get 0) (ref.i31 (local.get 1)) (local.get 2)))
  (func (export "array.copy") (param i32 i32 i32)
    (array.copy $i64 $i64 (global.get $b) (local.get 0) (global.get $b) (local.get 1) (local.get 2)))
  (func (export "array.copy of references") (param i32 i32 i32)
    (array.copy $any $any (global.get $r) (local.get 0) (global.get $r) (local.get 1) (local.get 2)))
  (func (export "array.init_data") (param i32 i32 i32)
    (array.init_data $i64 $d (global.get $b) (local.get 0) (local.get 1) (local.get 2)))
  (func (export "array.init_elem") (param i32 i32 i32)
    (array.init_elem $any $e (global.get $r) (local.get 0) (local.get 1) (local.get 2)))
  (func (export "array.new") (param i32 i32) (global.set $made (array.new $i64 (i64.extend_i32_u (local.get 0)) (local.get 1))))
  (func (export "array.new of vectors") (param i32 i32)
    (global.set $made (array.new $v128 (i64x2.splat (i64.extend_i32_u (local.get 0))) (local.get 1))))
  (func (export "array.new of references") (param i32 i32)
    (global.set $made (array.new $any (ref.i31 (local.get 0)) (local.get 1))))
  (func (export "array.new_default") (param i32) (global.set $made (array.new_default $v128 (local.get 0))))
  (func (export "array.new_default of references") (param i32) (global.set $made (array.new_default $any (local.get 0))))
  (func (export "array.new_data") (param i32 i32) (global.set $made (array.new_data $i64 $d (local.get 0) (local.get 1))))
  (func (export "array.new_elem") (param i32 i32) (global.set $made (array.new_elem $any $e (local.get 0) (local.get 1)))))`);

/** By operation: what a unit pays for, operands before the length, and a length that is out of bounds or cannot be. */
const OPERATIONS: Record<string, [per: number, operands: readonly number[], outside?: number]> = {
  'memory.fill': [1024, [10, 7], 8 * 65_536],
  'memory.copy': [1024, [9, 3], 8 * 65_536],
  'memory.copy across': [1024, [9, 3], -1],
  'memory.init': [1024, [9, 3], 200_000],
  'table.fill': [64, [10, 7], 20_000],
  'table.copy': [64, [9, 3], -1],
  'table.copy across': [64, [9, 3], 19_995],
  'table.init': [64, [9, 3], 20_998],
  'table.grow': [64, [7]],
  'array.fill': [64, [9, 3], 20_000],
  'array.fill of vectors': [64, [9, 3], -1],
  'array.fill of references': [64, [9, 3], 19_992],
  'array.copy': [64, [9, 3], 19_999],
  'array.copy of references': [64, [3, 9], 19_999],
  'array.init_data': [64, [9, 3], 19_999],
  'array.init_elem': [64, [3, 9], 21_000],
  'array.new': [64, [7]],
  'array.new of vectors': [64, [7]],
  'array.new of references': [64, [7]],
  'array.new_default': [64, []],
  'array.new_default of references': [64, []],
  'array.new_data': [64, [7], 25_000],
  'array.new_elem': [64, [7], 20_994],
};
const NAMES = Object.keys(OPERATIONS);

afterEach(() => {
  useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch');
});

/** An instance in which first calls are free, so that what operations cost can be told. */
const made = (): Instance => instantiate(MODULE, {}, { prices: { loweredByte: 0 } });

/** Fuel that a call uses; `slice` gives the lengths of its slices. */
function used(
  instance: Instance,
  name: string,
  args: readonly Value[],
  slice = () => Number.POSITIVE_INFINITY,
): number {
  const call = instance.begin(name, args);
  call.fuel = 1e9;
  while (call.step(slice()) !== 'done');
  return 1e9 - call.fuel;
}

describe.each(NAMES)('%s', (name) => {
  const [per, operands] = OPERATIONS[name];

  test('costs a unit, and one for each that is started', () => {
    const instance = made();
    for (const n of [0, 1, per - 1, per, per + 1, 4 * per, 10 * per + 1, 17_000]) {
      expect(used(instance, name, [...operands, n]), String(n)).toBe(1 + Math.ceil(n / per));
    }
  });

  test('costs the same and does the same where it is stopped after each piece', () => {
    const [whole, cut] = [made(), made()];
    for (const n of [0, 5, 4096, 4097, 15_000, ...(per > 64 ? [70_000, 150_000] : [])]) {
      const args = [...operands, n];
      expect(used(cut, name, args, () => 0)).toBe(used(whole, name, args));
      expect(stateOf(cut)).toEqual(stateOf(whole));
    }
  });

  test('runs out of fuel where it is endless', () => {
    const instance = made();
    expect(() => {
      for (let fuel = 3000; ; ) {
        const call = instance.begin(name, [...operands, 16_000]);
        call.fuel = fuel;
        call.run();
        ({ fuel } = call);
      }
    }).toThrow(Interrupted);
  });
});

describe.each(NAMES.filter((name) => OPERATIONS[name][2] !== undefined))('%s out of bounds', (name) => {
  test('traps, with whatever fuel', () => {
    const [, operands, outside = 0] = OPERATIONS[name];
    const instance = made();
    const before = stateOf(instance);
    for (const fuel of [0, 1, 1000]) {
      expect(() => instance.callWith({ fuel }, name, ...operands, outside)).toThrow(Trap);
    }
    expect(stateOf(instance)).toEqual(before);
  });
});

/** All that the operations change. */
function stateOf({ exports }: Instance): unknown[] {
  return Object.values(exports).map((value) => {
    if (value instanceof Memory) return value.bytes.slice(0, 200_000).join();
    if (value.kind === 'table') return value.elems.join();
    if (value.kind !== 'global') return undefined;
    const made = value.refs[value.at] as { length: number; cells: ArrayLike<unknown> } | null;
    return made === null ? null : [made.length, Array.from(made.cells).join()];
  });
}

test('any of them in any slices, on either loop, does what it does at once', () => {
  const call = fc.record({ name: fc.constantFrom(...NAMES), a: fc.nat(5000), b: fc.nat(5000), n: fc.nat(14_000) });
  const [whole, cut] = [made(), made()];
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 4 }), fc.nat(), (calls, seed) => {
      const next = random(seed);
      for (const { name, a, b, n } of calls) {
        const scale = name.startsWith('memory') && name !== 'memory.grow' ? 10 : 1;
        const length = name === 'memory.grow' ? n % 2 : n * scale;
        const args = [...[a * scale, b * scale].slice(0, OPERATIONS[name]?.[1].length ?? 0), length];
        useLoop('switch');
        const expected = used(whole, name, args);
        const units = used(cut, name, args, () => {
          useLoop(next() < 0.5 ? 'switch' : 'closures');
          return Math.floor(next() * 200);
        });
        expect(units, name).toBe(expected);
      }
      expect(stateOf(cut)).toEqual(stateOf(whole));
    }),
    { numRuns: 40 },
  );
}, 120_000);

describe('memory.grow', () => {
  const grow = (instance: Instance, delta: number): number => used(instance, 'memory.grow', [delta]);

  test('costs by what the memory gets, and by what it has, whatever the host has to move', () => {
    const [alone, read] = [made(), made()];
    for (const delta of [1, 2, 100, 1]) {
      const pages = (alone.exports['m'] as Memory).pages;
      void (read.exports['m'] as Memory).buffer;
      expect(grow(read, delta)).toBe(1 + 64 * delta + pages);
      expect(grow(alone, delta)).toBe(1 + 64 * delta + pages);
    }
  });

  test('costs a unit where it is by nothing or cannot be', () => {
    const instance = made();
    for (const delta of [0, 16_384, -1]) expect(grow(instance, delta)).toBe(1);
    expect((instance.exports['m'] as Memory).pages).toBe(8);
  });

  test('that cannot be paid has not happened', () => {
    const instance = made();
    expect(() => instance.callWith({ fuel: 60 }, 'memory.grow', 10)).toThrow(Interrupted);
    expect((instance.exports['m'] as Memory).pages).toBe(8);
    expect(instance.callWith({ fuel: 700 }, 'memory.grow', 10)).toBe(8);
  });
});

describe('an operation that is half done', () => {
  const begin = (name: string, args: readonly Value[]): Execution<Value> => {
    const call = made().begin(name, args);
    call.fuel = 1e6;
    return call;
  };

  test('is not over for the thread, which others of its memory wait for', () => {
    for (const name of NAMES) {
      const [, operands] = OPERATIONS[name];
      const call = begin(name, [...operands, 15_000 * (name.startsWith('memory') ? 12 : 1)]);
      expect(call.midway).toBe(false);
      const stops: boolean[] = [];
      while (call.step(0) !== 'done') stops.push(call.midway);
      // At the last of them it is over, but for the end of the function.
      expect(stops.pop(), name).toBe(false);
      expect(stops, name).toContain(true);
      expect(stops, name).not.toContain(false);
      expect(call.midway).toBe(false);
    }
  });

  test('costs what it has cost, and more fuel pays that first', () => {
    const call = begin('memory.fill', [0, 1, 200_000]);
    call.fuel = 10;
    expect(call.step()).toBe('fuel');
    expect(call.fuel).toBe(-1);
    call.fuel = 10;
    expect(call.step()).toBe('fuel');
    call.fuel = 1000;
    expect(call.step()).toBe('done');
    // 197 in all: of 10 and 10 units, 53 and 43 were owed, and one was given away, which stopped it.
    expect(call.fuel).toBe(1000 - (197 - 20) + 1);
  });
});
