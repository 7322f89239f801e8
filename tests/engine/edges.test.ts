// What the official testsuite does not reach: 64-bit addresses beyond 2^53, vector lanes at the end of a memory, forged
// references, instantiation that stops half way, exceptions that carry objects and vectors, vectors in huge frames.
import { describe, expect, test } from 'vitest';
import { type Instance, instantiate, Interrupted, type Memory } from '../../src/index.ts';
import { Func } from '../../src/runtime/instance.ts';
import { run, wat } from './support.ts';

const OUT = 'out of bounds memory access';

describe('addresses of 64 bits', () => {
  const HUGE = [
    65536n,
    2n ** 31n,
    2n ** 32n,
    2n ** 32n + 8n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n,
    2n ** 64n - 65536n,
    2n ** 64n - 16n,
    2n ** 64n - 8n,
    2n ** 64n - 1n,
  ];
  const OFFSETS = [0n, 8n, 65535n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 8n];
  const LOADS = [
    'i32.load8_u',
    'i32.load',
    'i64.load',
    'f64.load',
    'v128.load',
    'v128.load32_splat',
    'i64.atomic.load',
  ];
  const STORES = [
    ['i32.store8', '(i32.const 1)'],
    ['i32.store', '(i32.const 1)'],
    ['i64.store', '(i64.const 1)'],
    ['f32.store', '(f32.const 1)'],
    ['v128.store', '(v128.const i64x2 1 1)'],
    ['i64.atomic.store', '(i64.const 1)'],
    ['i32.atomic.rmw.add', '(i32.const 1)'],
  ];
  const aligned = (name: string, address: bigint): boolean => !name.includes('atomic') || address % 8n === 0n;

  test.each(LOADS)('%s traps without rounding or wrapping them', (name) => {
    const funcs = OFFSETS.map(
      (o, i) => `(func (export "f${i}") (param i64) (drop (${name} offset=${o} (local.get 0))))`,
    );
    const instance = run(`(module (memory i64 1) ${funcs.join('')})`);
    instance.call('f0', 65520n);
    OFFSETS.forEach((offset, i) => {
      for (const address of offset >= 65536n ? [0n, 8n, ...HUGE] : HUGE) {
        if (aligned(name, address + offset)) expect(() => instance.call(`f${i}`, address)).toThrow(OUT);
      }
    });
  });

  test.each(STORES)('%s traps and writes nothing', (name, value) => {
    const drop = name.includes('rmw') ? 'drop' : '';
    const funcs = OFFSETS.map(
      (o, i) => `(func (export "f${i}") (param i64) (${name} offset=${o} (local.get 0) ${value}) ${drop})`,
    );
    const instance = run(`(module (memory (export "m") i64 1) ${funcs.join('')})`);
    OFFSETS.forEach((offset, i) => {
      for (const address of offset >= 65536n ? [0n, 8n, ...HUGE] : HUGE) {
        if (aligned(name, address + offset)) expect(() => instance.call(`f${i}`, address)).toThrow(OUT);
      }
    });
    expect((instance.exports['m'] as Memory).bytes.every((byte) => byte === 0)).toBe(true);
  });

  test('of bulk operations trap, with nothing to do only behind the end', () => {
    const instance =
      run(`(module (memory (export "m") i64 1) (data $d "abc") (table $t i64 4 funcref) (elem $e funcref (ref.null func))
      (func (export "fill") (param i64 i64) (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
      (func (export "to") (param i64 i64) (memory.copy (local.get 0) (i64.const 0) (local.get 1)))
      (func (export "from") (param i64 i64) (memory.copy (i64.const 0) (local.get 0) (local.get 1)))
      (func (export "init") (param i64) (memory.init $d (local.get 0) (i32.const 0) (i32.const 0)))
      (func (export "tfill") (param i64 i64) (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
      (func (export "tcopy") (param i64 i64) (table.copy $t $t (local.get 0) (i64.const 0) (local.get 1)))
      (func (export "tget") (param i64) (drop (table.get $t (local.get 0))))
      (func (export "tgrow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0)))
      (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
      (func (export "call") (param i64) (call_indirect $t (local.get 0))))`);
    for (const name of ['fill', 'to', 'from']) {
      instance.call(name, 65536n, 0n);
      for (const far of HUGE.slice(1)) expect(() => instance.call(name, far, 0n), `${name} ${far}`).toThrow(OUT);
      for (const far of HUGE) expect(() => instance.call(name, 1n, far), `${name} ${far} bytes`).toThrow(OUT);
      for (const far of HUGE) expect(() => instance.call(name, far, 2n ** 64n - far), name).toThrow(OUT);
    }
    for (const far of HUGE.slice(1)) expect(() => instance.call('init', far)).toThrow(OUT);
    for (const far of [4n, ...HUGE]) {
      for (const name of ['tfill', 'tcopy']) {
        expect(() => instance.call(name, far, 1n)).toThrow('out of bounds table access');
        expect(() => instance.call(name, 1n, far)).toThrow('out of bounds table access');
      }
      expect(() => instance.call('tget', far)).toThrow('out of bounds table access');
      expect(() => instance.call('call', far)).toThrow('undefined element');
    }
    for (const far of HUGE)
      expect([instance.call('tgrow', far), instance.call('grow', far)]).toEqual([expect.any(BigInt), -1n]);
    expect((instance.exports['m'] as Memory).bytes.every((byte) => byte === 0)).toBe(true);
  });
});

describe('vectors at the end of a memory', () => {
  const loads = [
    ['v128.load', 16],
    ['v128.load8x8_s', 8],
    ['v128.load16x4_u', 8],
    ['v128.load32x2_s', 8],
    ['v128.load8_splat', 1],
    ['v128.load16_splat', 2],
    ['v128.load32_splat', 4],
    ['v128.load64_splat', 8],
    ['v128.load32_zero', 4],
    ['v128.load64_zero', 8],
  ] as const;
  const lanes = [
    ['8', 1, 15],
    ['16', 2, 7],
    ['32', 4, 3],
    ['64', 8, 1],
  ] as const;
  const OFFSETS = [0, 1, 65520, 65536, 0x7fffffff, 0xffffffff];
  const places = (offset: number, size: number): number[] =>
    Array.from({ length: size }, (_, short) => 65536 - size + short + 1 - offset).filter((address) => address >= 0);
  const edge = (instance: Instance, size: number): void => {
    OFFSETS.forEach((offset, i) => {
      if (offset <= 65536 - size) instance.call(`f${i}`, 65536 - size - offset);
      for (const address of [...places(offset, size), -1, -16, -2147483648]) {
        if (address < 0 && (address >>> 0) + offset <= 65536 - size) continue;
        expect(() => instance.call(`f${i}`, address), `offset ${offset} address ${address}`).toThrow(OUT);
      }
    });
  };
  const instanceOf = (body: (offset: number) => string): Instance =>
    run(
      `(module (memory (export "m") 1) ${OFFSETS.map((o, i) => `(func (export "f${i}") (param i32) ${body(o)})`).join('')})`,
    );

  test.each(loads)('%s reads the last %i bytes, and traps behind them', (name, size) => {
    edge(
      instanceOf((o) => `(drop (${name} offset=${o} (local.get 0)))`),
      size,
    );
  });

  test.each(lanes)('v128.load%s_lane reads the last %i bytes, and traps behind them', (bits, size, lane) => {
    edge(
      instanceOf((o) => `(drop (v128.load${bits}_lane offset=${o} ${lane} (local.get 0) (v128.const i64x2 1 2)))`),
      size,
    );
  });

  test.each([...lanes, ['', 16, -1] as const])(
    'v128.store%s_lane across the end writes no byte',
    (bits, size, lane) => {
      const name = bits === '' ? 'v128.store' : `v128.store${bits}_lane`;
      const immediate = lane < 0 ? '' : String(lane);
      const instance = instanceOf((o) => `(${name} offset=${o} ${immediate} (local.get 0) (v128.const i64x2 -1 -1))`);
      const { bytes } = instance.exports['m'] as Memory;
      OFFSETS.forEach((offset, i) => {
        for (const address of places(offset, size)) expect(() => instance.call(`f${i}`, address)).toThrow(OUT);
      });
      expect(bytes.every((byte) => byte === 0)).toBe(true);
      edge(instance, size);
      expect(bytes.findIndex((byte) => byte !== 0)).toBe(65536 - size);
    },
  );
});

describe('forged functions', () => {
  const instance = run(
    `(module (type $v (func)) (import "e" "give" (func $give (result funcref)))
    (table (export "t") 2 funcref) (global (export "g") (mut i32) (i32.const 0))
    (func (export "real") (global.set 0 (i32.add (global.get 0) (i32.const 1))))
    (func (export "take") (param funcref) (table.set (i32.const 0) (local.get 0)))
    (func (export "typed") (param (ref null $v)) (table.set (i32.const 0) (local.get 0)))
    (func (export "answer") (table.set (i32.const 0) (call $give)))
    (func (export "call") (call_indirect (type $v) (i32.const 0))))`,
    { e: { give: () => given as null } },
  );
  let given: unknown = null;
  const real = instance.exports['real'] as Func;
  const forged: readonly [string, unknown][] = [
    ['a plain function', () => 1],
    ['an object that looks like one', { ...real }],
    ['an object that inherits from one', Object.create(real)],
    ['an object of its prototype', Object.assign(Object.create(Func.prototype), { ...real })],
    ['a proxy of one', new Proxy(real, {})],
    ['a function of the native engine', nativeFunction()],
  ];

  test.each(forged)('%s is no funcref', (_, value) => {
    for (const name of ['take', 'typed']) expect(() => instance.call(name, value)).toThrow(TypeError);
    given = value;
    expect(() => instance.call('answer')).toThrow(TypeError);
    expect(() => instance.call('call')).toThrow('uninitialized element');
  });

  test('a real one is taken, also in another instance, where it keeps its own globals', () => {
    instance.call('take', real);
    instance.call('call');
    const other = run(
      '(module (func (export "c") (param funcref) (table.set (i32.const 0) (local.get 0)) (call_indirect (i32.const 0))) (table 1 funcref))',
    );
    other.call('c', real);
    expect(
      run('(module (import "e" "g" (global (mut i32))) (func (export "g") (result i32) (global.get 0)))', {
        e: { g: instance.exports['g'] },
      }).call('g'),
    ).toBe(2);
  });
});

function nativeFunction(): unknown {
  const { WebAssembly: native } = globalThis as unknown as {
    WebAssembly: { Module: new (b: Uint8Array) => object; Instance: new (m: object) => { exports: { f: unknown } } };
  };
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 4, 1, 2, 0, 11];
  return new native.Instance(new native.Module(Uint8Array.from(bytes))).exports.f;
}

describe('instantiation that stops half way', () => {
  const memory = (): Memory => run('(module (memory (export "m") 1))').exports['m'] as Memory;

  test('a trap at the second active segment keeps what the first wrote', () => {
    const m = memory();
    const text =
      '(module (import "e" "m" (memory 1)) (data (i32.const 0) "abc") (data (i32.const 65534) "def") (data (i32.const 8) "x"))';
    expect(() => run(text, { e: { m } })).toThrow(OUT);
    expect([...m.bytes.subarray(0, 3)]).toEqual([97, 98, 99]);
    expect(m.bytes[65534] | m.bytes[8]).toBe(0);
  });

  test('so do functions in tables, which can be called, with the memory that their instance has', () => {
    const host = run(
      '(module (table (export "t") 4 funcref) (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))',
    );
    const text = (
      more: string,
    ): string => `(module (import "e" "t" (table 4 funcref)) (memory 1) (global $n (mut i32) (i32.const 5))
      (func $f (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (i32.add (global.get $n) (memory.size)))
      (elem (i32.const 1) $f) ${more})`;
    const e = { t: host.exports['t'] };
    expect(() => run(text('(elem (i32.const 4) $f)'), { e })).toThrow('out of bounds table access');
    expect(host.call('call', 1)).toBe(7);
    expect(() => run(text('(func $s unreachable) (start $s)'), { e })).toThrow('unreachable');
    expect([host.call('call', 1), host.call('call', 1)]).toEqual([7, 8]);
    expect(() => host.call('call', 2)).toThrow('uninitialized element');
  });

  test('a module that does not link has written nothing', () => {
    const m = memory();
    const text = '(module (import "e" "m" (memory 1)) (import "e" "f" (func)) (data (i32.const 0) "abc"))';
    expect(() => run(text, { e: { m } })).toThrow('unknown import');
    expect(m.bytes[0]).toBe(0);
  });
});

describe('exceptions that carry objects and vectors', () => {
  const text = `(module (type $s (struct (field (mut v128)) (field (mut i64)))) (type $a (array (mut v128)))
    (tag $t (param v128 (ref $s) i32 (ref null $a) exnref))
    (tag $inner (param i64))
    (func $make (param $n i32) (result (ref $s)) (struct.new $s (i32x4.splat (local.get $n)) (i64.extend_i32_s (local.get $n))))
    (func $caught (result exnref) (block $h (result exnref) (try_table (result exnref) (catch_all_ref $h) (throw $inner (i64.const 40)))))
    (func $throw (param $n i32) (param $s (ref $s))
      (if (local.get $n) (then (call $throw (i32.sub (local.get $n) (i32.const 1)) (local.get $s)) (return)))
      (throw $t (v128.const i32x4 1 2 3 4) (local.get $s) (i32.const 9)
        (array.new $a (i32x4.splat (i32.const 6)) (i32.const 3)) (call $caught)))
    (func (export "f") (param $depth i32) (result i64)
      (local $v v128) (local $s (ref null $s)) (local $i i32) (local $a (ref null $a)) (local $e exnref)
      (block $h (result v128 (ref $s) i32 (ref null $a) exnref)
        (try_table (catch $t $h) (call $throw (local.get $depth) (call $make (i32.const 7))))
        (unreachable))
      (local.set $e) (local.set $a) (local.set $i) (local.set $s) (local.set $v)
      (struct.set $s 0 (local.get $s) (i32x4.add (struct.get $s 0 (local.get $s)) (local.get $v)))
      (block $again (result i64)
        (try_table (catch $inner $again) (throw_ref (local.get $e)))
        (unreachable))
      (i64.extend_i32_s (i32x4.extract_lane 3 (struct.get $s 0 (local.get $s))))
      (i64.extend_i32_s (i32.add (i32x4.extract_lane 2 (array.get $a (local.get $a) (i32.const 2))) (local.get $i)))
      (i64.add) (i64.add) (i64.add (struct.get $s 1 (local.get $s)))))`;

  test.each(['fast', 'traced'] as const)('keep every part, through frames and a second throw (%s)', (mode) => {
    const instance = run(text, {}, { mode });
    // 40 + (7 + 4) + (6 + 9) + 7
    for (const depth of [0, 1, 100, 1000]) expect(instance.call('f', depth)).toBe(73n);
  });
});

describe('vectors in frames beyond the reach of 16 bits', () => {
  const many = Array.from({ length: 33_000 }, () => 'i32').join(' ');
  const text = `(module (memory 1) (global $g (mut v128) (v128.const i64x2 0 0))
    (type $s (struct (field (mut v128)))) (tag $t (param v128))
    (func $swap (param v128 v128) (result v128 v128) (local.get 1) (local.get 0))
    (func $throw (param v128) (throw $t (local.get 0)))
    (func (export "f") (param $n i32) (result i64 i64)
      (local ${many}) (local $v v128) (local $w v128) (local $s (ref null $s)) (local $i i32)
      (if (v128.any_true (local.get $v)) (then unreachable))
      (local.set $w (v128.const i32x4 3 5 7 11))
      (local.set $s (struct.new_default $s))
      (loop $next
        (local.set $v (i32x4.add (i32x4.mul (local.get $v) (local.get $w)) (i32x4.splat (local.get $i))))
        (call $swap (local.get $v) (local.get $w)) (local.set $w) (local.set $v)
        (call $swap (local.get $v) (local.get $w)) (local.set $w) (local.set $v)
        (v128.store (i32.shl (local.get $i) (i32.const 4)) (local.get $v))
        (local.set $v (v128.load (i32.shl (local.get $i) (i32.const 4))))
        (local.set $w (v128.load32_lane 1 (i32.shl (local.get $i) (i32.const 4)) (local.get $w)))
        (v128.store16_lane offset=4096 3 (local.get $i) (local.get $v))
        (global.set $g (local.get $v)) (local.set $v (global.get $g))
        (struct.set $s 0 (local.get $s) (local.get $v)) (local.set $v (struct.get $s 0 (local.get $s)))
        (block $h (result v128) (try_table (catch $t $h) (call $throw (local.get $v))) (unreachable)) (local.set $v)
        (local.set $v (select (local.get $v) (local.get $w) (i32.lt_s (local.get $i) (i32.const 100))))
        (local.set $v (i8x16.shuffle 1 0 2 3 20 5 6 7 8 9 10 11 12 13 30 15 (local.get $v) (local.get $w)))
        (local.set $v (v128.bitselect (local.get $v) (local.get $w) (i32x4.splat (i32.const 0x7fff00ff))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_s (local.get $i) (local.get $n))))
      (i64x2.extract_lane 0 (local.get $v)) (i64x2.extract_lane 1 (i8x16.add (local.get $v) (local.get $w)))))`;

  test.each(['fast', 'traced'] as const)('compute what near frames compute (%s)', (mode) => {
    const near = run(text.replace(many, 'i32'));
    const far = run(text, {}, { mode });
    for (const n of [1, 2, 10, 50]) expect(far.call('f', n)).toEqual(near.call('f', n));
  });
});

describe('prices', () => {
  const module = wat('(module (func (export "f")))');
  const give = (prices: object): unknown => instantiate(module, {}, { prices });

  test('are numbers from 0 to 1000 of things that have one', () => {
    for (const price of [0, 0.001, 1000]) expect(() => give({ instruction: price, cell: price })).not.toThrow();
    for (const price of [-1, 1000.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => give({ instruction: price })).toThrow(RangeError);
    }
    expect(() => give({ instruction: 1001 })).toThrow(
      'instantiate: option "prices": option "instruction" has to be a number of units from 0 to 1000, not 1001',
    );
    expect(() => give({ instructions: 1 })).toThrow('unknown option "instructions"; did you mean "instruction"?');
    expect(() => give({ instruction: 1n })).toThrow(TypeError);
  });
});

describe('fuel that is no amount', () => {
  const module = wat('(module (func (export "f") (loop (br 0))) (func $s (export "s")) (start $s))');
  const instance = instantiate(module);
  const call = (fuel: unknown): unknown => instance.callWith({ fuel: fuel as number }, 'f');

  test('NaN is a RangeError, what is no number a TypeError, and nothing runs', async () => {
    expect(() => call(Number.NaN)).toThrow(RangeError);
    for (const fuel of ['100', 10n, {}, true]) expect(() => call(fuel)).toThrow(TypeError);
    expect(() => instantiate(module, {}, { fuel: Number.NaN })).toThrow(RangeError);
    await expect(instance.callAsync('f', [], { fuel: Number.NaN })).rejects.toThrow(RangeError);
    const execution = instance.begin('f');
    expect(() => {
      execution.fuel = Number.NaN;
    }).toThrow(RangeError);
    execution.fuel = 1e6;
    expect(() => execution.step(Number.NaN)).toThrow(RangeError);
    expect(execution.step(10)).toBe('slice');
  });

  test('none ends a call at once, and less than none is a RangeError', () => {
    for (const fuel of [0, 0.5]) expect(() => call(fuel)).toThrow(Interrupted);
    for (const fuel of [-1, Number.NEGATIVE_INFINITY]) expect(() => call(fuel)).toThrow(RangeError);
  });
});
