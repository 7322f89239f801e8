// Stacks and frames at their limits: recursion without end, tail calls, very large frames, reentrancy.
import { describe, expect, test } from 'vitest';
import { ExhaustionError, type Instance, instantiate, type Memory, type Table, Trap } from '../../src/index.ts';
import { callBits, random, run, stateOf, wat } from './support.ts';

const OK = '(func (export "ok") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))';

describe('recursion without end is exhaustion, and the instance works afterwards', () => {
  const params = Array.from({ length: 1000 }, () => 'i64').join(' ');
  const args = Array.from({ length: 1000 }, (_, i) => `(local.get ${i})`).join(' ');
  const locals = Array.from({ length: 50_000 }, () => 'i32').join(' ');
  test.each([
    ['direct', '(func $f (export "f") (call $f))'],
    ['mutual', '(func $f (export "f") (call $g)) (func $g (call $f))'],
    ['indirect', '(table funcref (elem $f)) (func $f (export "f") (call_indirect (i32.const 0)))'],
    ['with 50,000 locals', `(func $f (export "f") (local ${locals}) (call $f))`],
    [
      'with 1,000 arguments',
      `(func $f (param ${params}) (call $f ${args})) (func (export "f") (call $f ${args.replace(/\(local.get \d+\)/g, '(i64.const 1)')}))`,
    ],
    [
      'with references',
      '(func $f (export "f") (local externref funcref) (local.set 1 (ref.func $f)) (call $f)) (elem declare func $f)',
    ],
  ])('%s', (_, body) => {
    const instance = run(`(module ${body} ${OK})`);
    for (let i = 0; i < 10; i++) {
      expect(callBits(instance, 'f')).toEqual({ trap: 'exhaustion' });
      expect(instance.call('ok', 21)).toBe(42);
    }
  });

  test('1,000 times', () => {
    const instance = run(
      `(module (func $f (export "f") (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (call $f)) ${OK})`,
    );
    for (let i = 0; i < 1000; i++) {
      expect(() => instance.call('f')).toThrow(ExhaustionError);
      expect(instance.call('ok', i)).toBe(2 * i);
    }
  });

  test('through the host', () => {
    const instance: Instance = run(`(module (import "e" "h" (func $h)) (func (export "f") (call $h)) ${OK})`, {
      e: { h: () => void instance.call('f') },
    });
    for (let i = 0; i < 20; i++) {
      expect(() => instance.call('f')).toThrow(ExhaustionError);
      expect(instance.call('ok', 21)).toBe(42);
    }
  });

  test('in a start function', () => {
    const module = wat(`(module (func $f (call $f)) (start $f))`);
    for (let i = 0; i < 20; i++) expect(() => instantiate(module)).toThrow(ExhaustionError);
  });

  test('across two instances', () => {
    const table = run('(module (table (export "t") 2 funcref))').exports['t'] as Table;
    const text = (slot: number): string =>
      `(module (import "e" "t" (table 2 funcref)) (elem (i32.const ${slot}) $f) (func $f (export "f") (call_indirect (i32.const ${1 - slot}))) ${OK})`;
    const a = run(text(0), { e: { t: table } });
    run(text(1), { e: { t: table } });
    for (let i = 0; i < 10; i++) {
      expect(() => a.call('f')).toThrow(ExhaustionError);
      expect(a.call('ok', 4)).toBe(8);
    }
  });

  test('under a caller that has used up nearly all of the JS stack', () => {
    const instance = run(`(module (func $fib (export "fib") (param i32) (result i32)
      (if (i32.lt_s (local.get 0) (i32.const 2)) (then (return (local.get 0))))
      (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2))))))`);
    let failures = 0;
    const dive = (): void => {
      try {
        dive();
      } catch {
        // Each level on the way back tries, with a little more room than the one before.
      }
      if (failures >= 0 && failures < 400) {
        try {
          expect(instance.call('fib', 5)).toBe(5);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        } finally {
          failures++;
        }
      }
    };
    dive();
    expect(instance.call('fib', 15)).toBe(610);
  });
});

describe('tail calls use no stack', () => {
  test.each([
    [
      'of itself',
      '(func $f (param i32) (result i32) (if (i32.eqz (local.get 0)) (then (return (i32.const 7)))) (return_call $f (i32.sub (local.get 0) (i32.const 1))))',
    ],
    [
      'with more arguments than the caller has',
      `(func $f (param i32) (result i32) (return_call $g (i64.const 5) (f64.const 1) (local.get 0) (i64.const 6)))
       (func $g (param i64 f64 i32 i64) (result i32) (if (i32.eqz (local.get 2)) (then (return (i32.wrap_i64 (i64.add (local.get 0) (i64.const 2))))))
         (return_call $f (i32.sub (local.get 2) (i32.const 1))))`,
    ],
    [
      'that are indirect',
      `(type $t (func (param i32) (result i32))) (table funcref (elem $f $g))
       (func $f (type $t) (if (i32.eqz (local.get 0)) (then (return (i32.const 7)))) (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
       (func $g (type $t) (return_call_indirect (type $t) (local.get 0) (i32.const 0)))`,
    ],
  ])('%s', (_, body) => {
    const instance = run(`(module ${body} (export "f" (func $f)))`);
    expect(instance.call('f', 1_000_000)).toBe(7);
  });

  test('between two modules', () => {
    const table = run('(module (table (export "t") 2 funcref))').exports['t'] as Table;
    const text = (slot: number): string =>
      `(module (type $t (func (param i32 i64) (result i64))) (import "e" "t" (table 2 funcref)) (elem (i32.const ${slot}) $f)
        (func $f (export "f") (type $t) (local i64) (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
          (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const ${slot + 1})) (i32.const ${1 - slot})))
        (func (export "g") (param i32) (result i64) (i64.add (i64.const 1) (call $f (local.get 0) (i64.const 0)))))`;
    const a = run(text(0), { e: { t: table } });
    const b = run(text(1), { e: { t: table } });
    expect(a.call('f', 1_000_000, 0n)).toBe(1_500_000n);
    expect(b.call('g', 1000)).toBe(1501n);
  });
});

describe('values below and beside', () => {
  test('branches leave extra operands behind and keep what the label takes', () => {
    const instance = run(`(module
      (func (export "br") (result i32) (block (result i32) (i32.const 1) (i64.const 2) (f64.const 3) (i32.const 4) (br 0)) )
      (func (export "br_if") (param i32) (result i32)
        (i32.add (i32.const 100) (block (result i32) (i32.const 1) (i64.const 2) (i32.const 4) (br_if 0 (local.get 0)) (drop) (drop))))
      (func (export "br_table") (param i32) (result i32)
        (block (result i32) (i32.add (i32.const 10) (block (result i32) (i32.add (i32.const 20)
          (block (result i32) (i64.const 5) (i32.const 1) (br_table 0 1 2 (local.get 0))))))))
      (func (export "return") (result i32 i64) (i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (return))
      (func (export "loop") (param i32) (result i32)
        (i32.const 1000) (local.get 0)
        (loop (param i32 i32) (result i32)
          (local.set 0) (i32.add (local.get 0))
          (i32.sub (local.get 0) (i32.const 1))
          (br_if 0 (i32.gt_s (local.get 0) (i32.const 1)))
          (drop)))
      (func (export "swap") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1) (local.set 0) (local.set 1) (local.get 0) (local.get 1))
      (func $two (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
      (func (export "twice") (param i32 i32) (result i32 i32) (call $two (call $two (call $two (local.get 0) (local.get 1))))))`);
    expect(instance.call('br')).toBe(4);
    expect([instance.call('br_if', 1), instance.call('br_if', 0)]).toEqual([104, 101]);
    expect([0, 1, 2, 99].map((i) => instance.call('br_table', i))).toEqual([31, 11, 1, 1]);
    expect(instance.call('return')).toEqual([3, 4n]);
    expect(instance.call('loop', 4)).toBe(1010);
    expect(instance.call('swap', 1, 2)).toEqual([2, 1]);
    expect(instance.call('twice', 1, 2)).toEqual([2, 1]);
  });

  test('locals of reference type are null although the slot held a reference before', () => {
    const instance =
      run(`(module (func $leave (param externref) (local externref externref) (local.set 1 (local.get 0)) (local.set 2 (local.get 0)))
      (func $look (result i32) (local externref externref funcref)
        (i32.and (ref.is_null (local.get 0)) (i32.and (ref.is_null (local.get 1)) (ref.is_null (local.get 2)))))
      (func (export "f") (param externref) (result i32) (call $leave (local.get 0)) (call $look)))`);
    expect(instance.call('f', { some: 'thing' })).toBe(1);
  });

  test('call_indirect traps with the phrases of the testsuite', () => {
    const instance =
      run(`(module (type $t (func (result i32))) (type $same (func (result i32))) (type $other (func (result i64)))
      (table 3 funcref) (elem (i32.const 0) $a $b) (func $a (type $same) (i32.const 1)) (func $b (type $other) (i64.const 2))
      (func (export "f") (param i32) (result i32) (call_indirect (type $t) (local.get 0))))`);
    expect(instance.call('f', 0)).toBe(1);
    expect(() => instance.call('f', 1)).toThrow(/^indirect call type mismatch/);
    expect(() => instance.call('f', 2)).toThrow(/^uninitialized element/);
    for (const i of [3, -1, 0x7fffffff, -2147483648]) expect(() => instance.call('f', i)).toThrow(/^undefined element/);
    expect(instance.call('f', 0)).toBe(1);
  });

  test('a trap in nested frames leaves nothing behind', () => {
    const instance = run(`(module (global $g (export "g") (mut i32) (i32.const 0))
      (func $down (param i32) (result i32 i64) (i32.const 9) (if (i32.eqz (local.get 0)) (then (unreachable)))
        (call $down (i32.sub (local.get 0) (i32.const 1))) (drop) (i32.add) (i64.const 1))
      (func (export "f") (param i32) (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (call $down (local.get 0)) (drop))
      ${OK})`);
    for (let i = 0; i < 200; i++) {
      const error = (() => {
        try {
          return instance.call('f', i);
        } catch (one) {
          return one;
        }
      })();
      expect((error as Trap).backtrace.length).toBe(Math.min(i + 2, 64));
      expect(instance.call('ok', i)).toBe(i * 2);
    }
    expect(stateOf(instance)['g']).toBe(200n);
  });

  test('the frames of a trap are those where it happened, also when they are asked for much later', () => {
    const instance = run(`(module
      (func $inner (param i32) (if (local.get 0) (then (unreachable))))
      (func (export "f") (param i32) (call $inner (local.get 0)))
      (func (export "g") (param i32) (result i32) (local.get 0)))`);
    const trap = (() => {
      try {
        return instance.call('f', 1);
      } catch (error) {
        return error as Trap;
      }
    })() as Trap;
    for (let i = 0; i < 100; i++) {
      instance.call('f', 0);
      instance.call('g', i);
    }
    const places = trap.backtrace.map(({ func, funcName }) => [func, funcName]);
    expect(places).toEqual([
      [0, 'inner'],
      [1, undefined],
    ]);
    expect(trap.backtrace[0].offset).toBeGreaterThan(0);
    expect(trap.backtrace).toBe(trap.backtrace);
  });

  test('what a host function throws comes out as it is', () => {
    const thrown = { any: 'thing' };
    const instance = run(`(module (import "e" "h" (func $h)) (func (export "f") (call $h)) ${OK})`, {
      e: {
        h: () => {
          throw thrown;
        },
      },
    });
    for (let i = 0; i < 300; i++) {
      try {
        instance.call('f');
        expect.unreachable();
      } catch (error) {
        expect(error).toBe(thrown);
      }
    }
    expect(instance.call('ok', 1)).toBe(2);
  });

  test('a host function calls back, grows memory and traps, and the outer frame goes on', () => {
    const instance: Instance = run(
      `(module (import "e" "h" (func $h (param i32) (result i32))) (memory (export "m") 1 20) (table (export "t") 1 20 funcref)
        (func (export "trap") unreachable) (func (export "poke") (param i32) (i32.store (i32.const 65536) (local.get 0)))
        (func (export "f") (param i32) (result i32) (local i64 f64 i32)
          (local.set 1 (i64.const 77)) (local.set 2 (f64.const 1.5)) (i32.store (i32.const 4) (local.get 0))
          (local.set 3 (i32.add (i32.const 1000) (call $h (local.get 0))))
          (i32.add (i32.add (local.get 3) (i32.wrap_i64 (local.get 1)))
            (i32.add (i32.trunc_f64_s (local.get 2)) (i32.add (i32.load (i32.const 4)) (i32.load (i32.const 65536)))))))`,
      {
        e: {
          h: (n: number) => {
            expect(() => instance.call('trap')).toThrow('unreachable');
            (instance.exports['m'] as Memory).grow(1);
            (instance.exports['t'] as Table).grow(1, null);
            instance.call('poke', 5);
            return n > 0 ? ((instance.call('f', n - 1) as number) % 100) + 1 : 0;
          },
        },
      },
    );
    expect(instance.call('f', 0)).toBe(1000 + 77 + 1 + 0 + 5);
    // 1083 % 100 = 83, plus 1: 84. 84 + 1000 + 77 + 1 + 0 + 5 (what the inner call stored at 4 stays).
    expect(instance.call('f', 1)).toBe(1000 + 84 + 77 + 1 + 0 + 5);
  });
});

describe('frames beyond the reach of 16 bits', () => {
  const many = Array.from({ length: 33_000 }, () => 'i32').join(' ');
  // Indices after the 33,000: i64, f32, f64, externref, i32, i32.
  const text = `(module (memory 1) (table $t 4 externref) (global $g (mut i32) (i32.const 3)) (global $w (mut i64) (i64.const 9))
    (func $swap (param i64 i32) (result i32 i64) (local.get 1) (local.get 0))
    (func (export "f") (param $n i32) (param $r externref) (result i32 i64 f32 f64 externref)
      (local ${many}) (local $i64 i64) (local $f32 f32) (local $f64 f64) (local $ref externref) (local $i i32) (local $s i32)
      (local.set $i64 (i64.const 0x100000000)) (local.set $f32 (f32.const 0.5)) (local.set $f64 (f64.const 0.25))
      (if (i32.eqz (ref.is_null (local.get $ref))) (then unreachable))
      (local.set $ref (local.get $r))
      (loop $next
        (local.set $s (i32.add (local.get $s) (i32.mul (local.get $i) (local.get $i))))
        (local.set $i64 (i64.add (i64.mul (local.get $i64) (i64.const 3)) (i64.extend_i32_u (local.get $i))))
        (local.set $f32 (f32.add (local.get $f32) (f32.convert_i32_s (local.get $i))))
        (local.set $f64 (f64.add (f64.mul (local.get $f64) (f64.const 1.5)) (f64.promote_f32 (local.get $f32))))
        (call $swap (local.get $i64) (local.get $s)) (local.set $i64) (local.set $s)
        (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $s))
        (local.set $s (i32.load (i32.shl (local.get $i) (i32.const 2))))
        (table.set $t (i32.and (local.get $i) (i32.const 3)) (local.get $ref))
        (local.set $ref (table.get $t (i32.and (local.get $i) (i32.const 3))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_s (local.get $i) (local.get $n))))
      (memory.copy (i32.const 100) (i32.const 0) (local.get $n))
      (global.set $g (local.get $s)) (local.set $s (global.get $g))
      (local.set $i (memory.grow (i32.const 1)))
      (local.get $s) (local.get $i64) (local.get $f32) (local.get $f64) (local.get $ref)))`;

  test.each(['fast', 'traced'] as const)('compute what near frames compute (%s)', (mode) => {
    const near = run(text.replace(many, 'i32'));
    const far = run(text, {}, { mode });
    const r = { reference: true };
    for (const n of [1, 2, 10, 50]) expect(far.call('f', n, r)).toEqual(near.call('f', n, r));
    expect((far.call('f', 3, r) as unknown[])[4]).toBe(r);
  });

  test('exchange two locals beyond the reach, and count in them', () => {
    const instance =
      run(`(module (func (export "f") (param i32 i32) (result i32 i32 i32) (local ${many}) (local $a i32) (local $b i32) (local $c i32)
      (local.set $a (local.get 0)) (local.set $b (local.get 1))
      (local.set $c (local.get $a)) (local.set $a (local.get $b)) (local.set $b (local.get $c))
      (loop (local.set $c (i32.add (local.get $c) (i32.const 1))) (br_if 0 (i32.ne (local.get $c) (i32.const 20))))
      (local.get $a) (local.get $b) (local.get $c)))`);
    expect(instance.call('f', 3, 4)).toEqual([4, 3, 20]);
  });

  test('100,000 operands live at once', () => {
    const count = 100_000;
    const pushes = Array.from({ length: count }, (_, i) => `local.get 0 i32.const ${i} i32.xor`).join('\n');
    const adds = Array.from({ length: count - 1 }, () => 'i32.add').join('\n');
    let sum = 0;
    for (let i = 0; i < count; i++) sum = (sum + (i ^ 5)) | 0;
    const instance = run(`(module (func (export "f") (param i32) (result i32) ${pushes} ${adds}))`);
    expect(instance.call('f', 5)).toBe(sum);
  });

  test('100,000 blocks inside each other', () => {
    const depth = 100_000;
    const instance = run(`(module (func (export "f") (param i32) (result i32)
      ${'block\n'.repeat(depth)} local.get 0 br_if ${depth - 1} ${'end\n'.repeat(depth)} i32.const 3))`);
    expect(instance.call('f', 1)).toBe(3);
    expect(instance.call('f', 0)).toBe(3);
  });
});

describe('memory at its edges', () => {
  const widths = [
    ['i32.load', 4],
    ['i32.load8_s', 1],
    ['i32.load8_u', 1],
    ['i32.load16_s', 2],
    ['i32.load16_u', 2],
    ['i64.load', 8],
    ['i64.load8_s', 1],
    ['i64.load16_u', 2],
    ['i64.load32_s', 4],
    ['i64.load32_u', 4],
    ['f32.load', 4],
    ['f64.load', 8],
  ] as const;
  const stores = [
    ['i32.store', 4],
    ['i32.store8', 1],
    ['i32.store16', 2],
    ['i64.store', 8],
    ['i64.store8', 1],
    ['i64.store16', 2],
    ['i64.store32', 4],
    ['f32.store', 4],
    ['f64.store', 8],
  ] as const;
  const offsets = [0, 1, 65528, 65536, 131072, 0x7fffffff, 0xffffffff];

  test.each(widths)('%s reads the last %i bytes, and traps behind them', (name, size) => {
    const funcs = offsets
      .map((o, i) => `(func (export "f${i}") (param i32) (drop (${name} offset=${o} (local.get 0))))`)
      .join('');
    const instance = run(`(module (memory 2) ${funcs})`);
    offsets.forEach((o, i) => {
      for (const end of [131072 - size - 1, 131072 - size]) if (end >= o) instance.call(`f${i}`, end - o);
      for (const address of [131072 - size + 1 - o, 131072 - o, -1, -8, -2147483648, 2147483647]) {
        if (address < 0 && address + o >= 0) continue;
        expect(() => instance.call(`f${i}`, address), `offset ${o} address ${address}`).toThrow(
          'out of bounds memory access',
        );
      }
    });
  });

  test.each(stores)('%s across the end writes no byte', (name, size) => {
    const t = name.slice(0, 3);
    const funcs = offsets
      .map((o, i) => `(func (export "f${i}") (param i32 ${t}) (${name} offset=${o} (local.get 0) (local.get 1)))`)
      .join('');
    for (const memories of ['(memory (export "m") 2)', '(memory 1) (memory (export "m") 2)']) {
      const second = memories.startsWith('(memory 1)');
      const body = second ? funcs.split(`${name} offset`).join(`${name} 1 offset`) : funcs;
      const instance = run(`(module ${memories} ${body})`);
      const { bytes } = instance.exports['m'] as Memory;
      bytes.fill(0xaa);
      const value = t === 'i64' ? 1n : 1;
      offsets.forEach((o, i) => {
        for (let short = 1; short <= size; short++) {
          const address = 131072 - size + short - o;
          if (address < 0) continue;
          expect(() => instance.call(`f${i}`, address, value)).toThrow('out of bounds memory access');
        }
        expect(() => instance.call(`f${i}`, -1, value)).toThrow('out of bounds memory access');
      });
      expect(bytes.every((byte) => byte === 0xaa)).toBe(true);
      if (131072 - size - offsets[2] >= 0) instance.call('f2', 131072 - size - offsets[2], value);
      expect(bytes[131072 - size - 1]).toBe(0xaa);
      expect(bytes.subarray(131072 - size).every((byte) => byte !== 0xaa)).toBe(true);
    }
  });

  test('memory.grow returns -1 past the maximum, and page by page is quick', () => {
    const instance = run(
      `(module (memory 1 1100) (func (export "g") (param i32) (result i32) (memory.grow (local.get 0))) (func (export "s") (result i32) (memory.size)))`,
    );
    expect(instance.call('g', -1)).toBe(-1);
    expect(instance.call('g', 1100)).toBe(-1);
    const start = Date.now();
    for (let i = 1; i <= 1024; i++) expect(instance.call('g', 1)).toBe(i);
    expect(Date.now() - start).toBeLessThan(4000);
    expect([instance.call('g', 0), instance.call('s'), instance.call('g', 76)]).toEqual([1025, 1025, -1]);
  });

  test('two instances of a module share nothing', () => {
    const module =
      wat(`(module (memory (export "m") 1) (global $g (export "g") (mut i64) (i64.const 0)) (table (export "t") 1 funcref) (data $d "abc")
      (func (export "f") (param i64) (global.set $g (local.get 0)) (i64.store (i32.const 0) (local.get 0)) (memory.init $d (i32.const 8) (i32.const 0) (i32.const 3)) (data.drop $d)))`);
    const [a, b] = [instantiate(module), instantiate(module)];
    const before = stateOf(b);
    a.call('f', 5n);
    expect(stateOf(b)).toEqual(before);
    expect(() => a.call('f', 5n)).toThrow(Trap);
    b.call('f', 5n);
    const next = random(1);
    expect(next()).toBeLessThan(1);
    expect((b.exports['m'] as Memory).bytes.subarray(8, 11)).toEqual(new Uint8Array([97, 98, 99]));
  });

  test('a function of another instance keeps its own memory and globals', () => {
    const make = (n: number): Instance =>
      run(`(module (memory 1) (global $g (mut i32) (i32.const ${n})) (data (i32.const 0) "${n}")
      (func (export "f") (result i32) (i32.add (global.get $g) (i32.load8_u (i32.const 0)))))`);
    const [a, b] = [make(1), make(2)];
    const caller = run(`(module (table (export "t") 2 funcref) (memory 1) (global (mut i32) (i32.const 50))
      (func (export "c") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))`);
    const table = caller.exports['t'] as Table;
    table.set(0, a.exports['f']);
    table.set(1, b.exports['f']);
    expect([caller.call('c', 0), caller.call('c', 1), caller.call('c', 0)]).toEqual([1 + 49, 2 + 50, 1 + 49]);
  });
});

test('host functions that call each other at the end of the stack lose no values', () => {
  const h = (n: number): number[] => {
    if (n > 0) expect((instance.call('h', n - 1) as number[])[999]).toBe(n - 1 + 999);
    return Array.from({ length: 1000 }, (_, i) => n + i);
  };
  const instance = run(
    `(module (import "e" "h" (func $h (param i32) (result ${'i32 '.repeat(1000)})))
      (import "e" "g" (func $g)) (export "h" (func $h))
      (func $deep (export "deep") (param i32) (local ${'i64 '.repeat(500)})
        (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (call $g)))))`,
    { e: { h, g: () => void expect((instance.call('h', 5) as number[])[999]).toBe(1004) } },
  );
  let fits = 0;
  for (let depth = 2070; depth < 2110; depth++) {
    try {
      instance.call('deep', depth);
      expect(depth).toBe(2070 + fits++);
    } catch (error) {
      expect(error).toBeInstanceOf(ExhaustionError);
    }
  }
  expect(fits).toBeGreaterThan(0);
  expect(fits).toBeLessThan(40);
});

describe('a backtrace of more than 64 frames did not say what it left out', () => {
  const down = (next: string): string => `(func $down (export "down") (param i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (call ${next} (i32.sub (local.get 0) (i32.const 1))))`;
  const ALONE = wat(`(module ${down('$down')})`);
  const TABLE = '(import "a" "t" (table 1 funcref))';
  const FAR = wat(
    `(module ${TABLE} (import "a" "next" (func $next (param i32))) (elem (i32.const 0) $down) ${down('$next')})`,
  );
  const NEXT = wat(`(module ${TABLE} (func (export "next") (param i32)
    (call_indirect (param i32) (local.get 0) (i32.const 0))))`);

  const frames = (depth: number, isFar: boolean): number[] => {
    const { exports } = instantiate(wat('(module (table (export "t") 1 funcref))'));
    const a = { t: exports['t'] as Table };
    const next = instantiate(NEXT, { a }).func('next');
    const instance = isFar ? instantiate(FAR, { a: { ...a, next } }) : instantiate(ALONE);
    try {
      instance.call('down', depth);
    } catch (error) {
      if (error instanceof Trap) return [error.backtrace.length, error.moreFrames];
      throw error;
    }
    return [];
  };

  test.each([
    [0, 1],
    [62, 63],
    [63, 64],
    [64, 65],
    [5000, 5001],
  ])('%i calls deep', (depth, all) => {
    expect(frames(depth, false)).toEqual([Math.min(64, all), Math.max(0, all - 64)]);
  });

  test.each([1, 31, 32, 33, 100])('%i calls through another instance deep', (depth) => {
    const all = 1 + 2 * depth;
    expect(frames(depth, true)).toEqual([Math.min(64, all), Math.max(0, all - 64)]);
  });
});
