// Garbage collection, typed references and custom descriptors as programs and embedders meet them.
import { describe, expect, test } from 'vitest';
import { ArrayObject, StructObject } from '../../src/runtime/objects.ts';
import { ExhaustionError, Interrupted, Trap } from '../../src/index.ts';
import { lowered, run } from './support.ts';

const NODE = '(type $n (struct (field $v (mut i32)) (field $next (mut (ref null $n)))))';

describe('structs and arrays', () => {
  test('fields and elements of all widths keep their bits', () => {
    const instance = run(`(module
      (type $s (struct (field (mut i8)) (field (mut i64)) (field (mut v128)) (field (mut f32)) (field (mut f64)) (field (mut i16))))
      (type $a (array (mut v128))) (type $d (array (mut i64)))
      (func (export "f") (result i32 i32 i64 i64 f32 f64 i32 i32 i64)
        (local $s (ref null $s)) (local $a (ref null $a)) (local $d (ref null $d))
        (local.set $s (struct.new $s (i32.const 0x1ff) (i64.const -2) (v128.const i64x2 3 4) (f32.const 1.5) (f64.const -0.25) (i32.const -1)))
        (local.set $a (array.new $a (struct.get $s 2 (local.get $s)) (i32.const 3)))
        (array.set $a (local.get $a) (i32.const 1) (v128.const i64x2 5 6))
        (local.set $d (array.new_fixed $d 2 (i64.const 7) (i64.const 8)))
        (array.set $d (local.get $d) (i32.const 0) (i64.const -9))
        (struct.get_s $s 0 (local.get $s)) (struct.get_u $s 0 (local.get $s)) (struct.get $s 1 (local.get $s))
        (i64x2.extract_lane 1 (array.get $a (local.get $a) (i32.const 1)))
        (struct.get $s 3 (local.get $s)) (struct.get $s 4 (local.get $s))
        (struct.get_s $s 5 (local.get $s)) (struct.get_u $s 5 (local.get $s))
        (array.get $d (local.get $d) (i32.const 0))))`);
    expect(instance.call('f')).toEqual([-1, 255, -2n, 6n, 1.5, -0.25, -1, 65535, -9n]);
  });

  test('a get goes to its local at once, but not before the old value is read', () => {
    const text = `(module ${NODE}
      (func (export "f") (param $p (ref null $n)) (param i32) (result i32)
        (local.get 1) (local.set 1 (struct.get $n $v (local.get $p))) (i32.sub (local.get 1)))
      (func (export "make") (param i32) (result (ref $n)) (struct.new $n (local.get 0) (ref.null $n))))`;
    const instance = run(text);
    expect(instance.call('f', instance.call('make', 5), 12)).toBe(7);
    expect(
      lowered(`(module ${NODE} (func (param $p (ref null $n)) (local.set $p (struct.get $n $next (local.get $p)))))`),
    ).toContainEqual(expect.stringContaining('struct.getref s0 s0'));
  });

  test('a negative length is a huge one: exhaustion, in code and in constants, and the instance lives on', () => {
    const instance = run(`(module (type $a (array (mut i32))) (type $r (array (mut anyref)))
      (func (export "new") (param i32) (result i32) (array.len (array.new $a (i32.const 1) (local.get 0))))
      (func (export "default") (param i32) (result i32) (array.len (array.new_default $r (local.get 0)))))`);
    for (const length of [-1, -(2 ** 31), 2 ** 30]) {
      expect(() => instance.call('new', length)).toThrow(ExhaustionError);
      expect(() => instance.call('default', length)).toThrow(ExhaustionError);
    }
    expect(instance.call('new', 70)).toBe(70);
    expect(() => run('(module (type $a (array i64)) (global (ref $a) (array.new_default $a (i32.const -1))))')).toThrow(
      ExhaustionError,
    );
  });

  test('ranges whose sum passes 32 bits are out of bounds and write nothing', () => {
    const instance = run(`(module (type $a (array (mut i8))) (data $d "abc")
      (global $a (ref $a) (array.new_default $a (i32.const 4)))
      (func (export "fill") (param i32 i32) (array.fill $a (global.get $a) (local.get 0) (i32.const 1) (local.get 1)))
      (func (export "copy") (param i32 i32 i32) (array.copy $a $a (global.get $a) (local.get 0) (global.get $a) (local.get 1) (local.get 2)))
      (func (export "init") (param i32 i32 i32) (array.init_data $a $d (global.get $a) (local.get 0) (local.get 1) (local.get 2)))
      (func (export "sum") (result i32) (i32.add (array.get_u $a (global.get $a) (i32.const 0)) (array.get_u $a (global.get $a) (i32.const 3)))))`);
    expect(() => instance.call('fill', -1, 2)).toThrow('out of bounds array access');
    expect(() => instance.call('fill', 2, -1)).toThrow('out of bounds array access');
    expect(() => instance.call('copy', 0, -1, 2)).toThrow('out of bounds array access');
    expect(() => instance.call('copy', 1, 0, 4)).toThrow('out of bounds array access');
    expect(() => instance.call('init', 0, 0, 4)).toThrow('out of bounds memory access');
    expect(() => instance.call('init', 0, -1, 1)).toThrow('out of bounds memory access');
    expect(instance.call('sum')).toBe(0);
    instance.call('fill', 4, 0);
    instance.call('copy', 4, 4, 0);
    instance.call('init', 4, 3, 0);
  });

  test('bulk operations cost fuel by their length', () => {
    const instance = run(`(module (type $a (array (mut i32)))
      (func (export "f") (result i32) (array.fill $a (array.new_default $a (i32.const 100000)) (i32.const 0) (i32.const 1) (i32.const 100000)) (i32.const 1)))`);
    expect(() => instance.callWith({ fuel: 1000 }, 'f')).toThrow(Interrupted);
    expect(instance.callWith({ fuel: 4000 }, 'f')).toBe(1);
  });

  test('values far up in a large frame are found', () => {
    const instance = run(`(module ${NODE} (type $f (func (param (ref null $n)) (result i32)))
      (elem declare func $v) (func $v (type $f) (struct.get $n $v (local.get 0)))
      (func (export "f") (param i32) (result i32) ${'(local i32)'.repeat(40_000)} (local $p (ref null $n))
        (local.set $p (struct.new $n (local.get 0) (struct.new_default $n)))
        (struct.set $n $v (local.get $p) (i32.add (struct.get $n $v (local.get $p)) (i32.const 1)))
        (call_ref $f (local.get $p) (ref.func $v))))`);
    expect(instance.call('f', 41)).toBe(42);
  });
});

describe('references at the border', () => {
  const instance = run(`(module ${NODE}
    (type $f (func (param i32) (result i32))) (type $g (func))
    (func (export "any") (param anyref) (result anyref) (local.get 0))
    (func (export "eq") (param eqref) (result i32) (ref.test (ref i31) (local.get 0)))
    (func (export "i31") (param i31ref) (result i32) (i31.get_s (local.get 0)))
    (func (export "node") (param (ref $n)) (result i32) (struct.get $n $v (local.get 0)))
    (func (export "make") (param i32) (result (ref $n)) (struct.new $n (local.get 0) (ref.null $n)))
    (func (export "through") (param externref) (result externref) (extern.convert_any (any.convert_extern (local.get 0))))
    (func (export "is") (param externref) (result i32) (ref.test eqref (any.convert_extern (local.get 0))))
    (func (export "call") (param (ref null $f)) (result i32) (call_ref $f (i32.const 20) (local.get 0)))
    (func (export "tail") (param (ref null $f)) (result i32) (return_call_ref $f (i32.const 20) (local.get 0)))
    (func (export "double") (type $f) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "nothing") (type $g)))`);

  test('integers are i31, other values are opaque, and all come back as they are', () => {
    const values = [null, 7, -(2 ** 30), 2 ** 30, 0.5, 'text', { a: 1 }, undefined, Symbol('s'), 5n];
    for (const value of values) {
      expect(instance.call('any', value)).toBe(value);
      expect(instance.call('through', value)).toBe(value);
    }
    expect(instance.call('i31', -5)).toBe(-5);
    expect(instance.call('eq', 3)).toBe(1);
    expect(instance.call('is', 2 ** 30)).toBe(0);
    expect(instance.call('is', 2 ** 30 - 1)).toBe(1);
    expect(instance.call('is', -0)).toBe(0);
    for (const value of ['text', 0.5, 2 ** 30, {}, instance.exports['any']]) {
      expect(() => instance.call('eq', value)).toThrow(TypeError);
      expect(() => instance.call('i31', value)).toThrow(TypeError);
    }
    expect(() => instance.call('i31', null)).toThrow('null i31 reference');
  });

  test('objects are taken by their type; what looks like one is not', () => {
    const node = instance.call('make', 9);
    expect(node).toBeInstanceOf(StructObject);
    expect(instance.call('node', node)).toBe(9);
    expect(instance.call('is', node)).toBe(1);
    for (const value of [null, 1, { kind: 'struct', defType: (node as StructObject).defType, fields: [1, null] }, []]) {
      expect(() => instance.call('node', value)).toThrow(TypeError);
    }
    const other = run(
      '(module (type $a (array i8)) (func (export "a") (result (ref $a)) (array.new_default $a (i32.const 1))))',
    );
    const array = other.call('a');
    expect(array).toBeInstanceOf(ArrayObject);
    expect(() => instance.call('node', array)).toThrow('wasm array of another type');
  });

  test('calls of references reach this instance, another one and the host, and trap on null', () => {
    const other = run(
      `(module (type $f (func (param i32) (result i32)))
      (import "h" "f" (func $h (type $f))) (export "host" (func $h))
      (func (export "f") (type $f) (i32.add (local.get 0) (i32.const 1))))`,
      { h: { f: (x: number) => x * 100 } },
    );
    for (const call of ['call', 'tail']) {
      expect(instance.call(call, instance.exports['double'])).toBe(40);
      expect(instance.call(call, other.exports['f'])).toBe(21);
      expect(instance.call(call, other.exports['host'])).toBe(2000);
      expect(() => instance.call(call, null)).toThrow('null function reference');
      expect(() => instance.call(call, instance.exports['nothing'])).toThrow(TypeError);
    }
  });

  test('a tail call of a reference needs no stack', () => {
    const counter = run(`(module (type $f (func (param i32 (ref null 0)) (result i32)))
      (elem declare func $down)
      (func $down (export "down") (type $f)
        (if (result i32) (local.get 0)
          (then (return_call_ref $f (i32.sub (local.get 0) (i32.const 1)) (local.get 1) (local.get 1)))
          (else (i32.const 77))))
      (func (export "f") (result i32) (return_call_ref $f (i32.const 300000) (ref.func $down) (ref.func $down))))`);
    expect(counter.call('f')).toBe(77);
  });
});

test('traps leave the instance usable and tell where they were', () => {
  const instance = run(
    `(module ${NODE} (func (export "f") (param (ref null $n)) (result i32) (struct.get $n $v (local.get 0))))`,
  );
  let trap: unknown;
  try {
    instance.call('f', null);
  } catch (error) {
    trap = error;
  }
  expect(trap).toBeInstanceOf(Trap);
  expect((trap as Trap).kind).toBe('null-structure-reference');
  expect((trap as Trap).backtrace).toHaveLength(1);
});
