// Numbers at the border: coercions of the JS API, wrong types, and NaN bits that nothing may change.
import { describe, expect, test } from 'vitest';
import { type Global, type Instance, setGlobal, getGlobal } from '../../src/index.ts';
import { readGlobalBits, writeGlobalBits } from '../../src/interpreter/values/constant.ts';
import type { Bits } from '../../src/runtime/values.ts';
import { callBits, run } from './support.ts';

describe('arguments and results', () => {
  const identity = run(
    `(module ${['i32', 'i64', 'f32', 'f64', 'externref', 'funcref']
      .map((t) => `(func (export "${t}") (param ${t}) (result ${t}) (local.get 0))`)
      .join('')})`,
  );

  test('an i64 is a bigint and wraps around at 64 bits', () => {
    for (const [given, got] of [
      [0n, 0n],
      [-1n, -1n],
      [2n ** 63n, -(2n ** 63n)],
      [2n ** 64n, 0n],
      [2n ** 65n + 5n, 5n],
      [-(2n ** 63n) - 1n, 2n ** 63n - 1n],
    ]) {
      expect(identity.call('i64', given)).toBe(got);
    }
    for (const wrong of [1, '1', null, undefined, true, {}, 1.5]) {
      expect(() => identity.call('i64', wrong)).toThrow(TypeError);
    }
  });

  test('an i32 takes every number, as ToInt32 does, and nothing else', () => {
    for (const [given, got] of [
      [2 ** 31, -(2 ** 31)],
      [2 ** 32 + 7, 7],
      [-1.9, -1],
      [1e20, 1661992960],
      [Number.NaN, 0],
      [Number.POSITIVE_INFINITY, 0],
    ]) {
      expect(identity.call('i32', given)).toBe(got);
    }
    for (const wrong of [1n, Symbol('s'), '12', '', true, undefined, null, {}, [1]]) {
      for (const t of ['i32', 'f32', 'f64']) expect(() => identity.call(t, wrong)).toThrow(TypeError);
    }
  });

  test('an f32 is rounded, an f64 is not', () => {
    expect(identity.call('f32', 0.1)).toBe(Math.fround(0.1));
    expect(identity.call('f64', 0.1)).toBe(0.1);
    expect(Object.is(identity.call('f64', -0), -0)).toBe(true);
    expect(Object.is(identity.call('f32', -1e-60), -0)).toBe(true);
    expect(identity.call('f32', 1e39)).toBe(Number.POSITIVE_INFINITY);
  });

  test('references are checked', () => {
    const values = [undefined, 0, 'text', Symbol.iterator, () => 1, identity];
    for (const value of values) expect(identity.call('externref', value)).toBe(value);
    expect(identity.call('funcref', identity.exports['i32'])).toBe(identity.exports['i32']);
    expect(identity.call('funcref', null)).toBe(null);
    for (const wrong of [undefined, 0, () => 1, {}, new Proxy(identity.exports['i32'], {}).kind]) {
      expect(() => identity.call('funcref', wrong)).toThrow(TypeError);
    }
  });

  test('the number of arguments has to be right', () => {
    expect(() => identity.call('i32')).toThrow(TypeError);
    expect(() => identity.call('i32', 1, 2)).toThrow(TypeError);
    expect(identity.call('i32', 3)).toBe(3);
  });

  test('a failed call leaves the instance usable', () => {
    for (let i = 0; i < 500; i++) expect(() => identity.call('i64', 1)).toThrow(TypeError);
    expect(identity.call('i64', 1n)).toBe(1n);
  });
});

describe('what host functions return', () => {
  const text = `(module (import "e" "none" (func $none)) (import "e" "one" (func $one (result i64))) (import "e" "two" (func $two (result i32 f64)))
    (func (export "none") (result i32) (i32.const 5) (call $none))
    (func (export "one") (result i64) (i64.const 1) (call $one) (i64.add))
    (func (export "two") (result i32 i32 f64) (i32.const 9) (call $two)))`;
  const make = (answer: unknown): Instance =>
    run(text, {
      e: { none: () => answer as undefined, one: () => answer as bigint, two: () => answer as [number, number] },
    });

  test('is ignored where nothing is expected', () => {
    for (const answer of [undefined, 5, 'x', [1, 2]]) expect(make(answer).call('none')).toBe(5);
  });

  test('has to be of the right type', () => {
    expect(make(2n ** 64n + 1n).call('one')).toBe(2n);
    for (const wrong of [undefined, 1, 'x', null, [1n, 2n]]) {
      const instance = make(wrong);
      expect(() => instance.call('one')).toThrow(TypeError);
      expect(instance.call('none')).toBe(5);
    }
  });

  test('has to be of the right number', () => {
    expect(make([1, 2]).call('two')).toEqual([9, 1, 2]);
    expect(make(new Set([1, 2])).call('two')).toEqual([9, 1, 2]);
    for (const wrong of [undefined, 1, [], [1], [1, 2, 3], null, {}, [1n, 2]]) {
      const instance = make(wrong);
      expect(() => instance.call('two')).toThrow(TypeError);
      expect(instance.call('none')).toBe(5);
    }
  });

  test('arrives signed, and i64 as bigint', () => {
    const seen: unknown[] = [];
    const instance = run(
      `(module (import "e" "h" (func $h (param i32 i64 f32 f64))) (func (export "f") (call $h (i32.const 0xffffffff) (i64.const -1) (f32.const 0.1) (f64.const 0.1))))`,
      { e: { h: (...args: never[]) => void seen.push(...args) } },
    );
    instance.call('f');
    expect(seen).toEqual([-1, -1n, Math.fround(0.1), 0.1]);
  });
});

describe.each([
  ['f32', [0x7fa0_0001n, 0xffa0_0001n, 0x7f80_0001n, 0x7fff_ffffn], 'i32'],
  ['f64', [0x7ff4_0000_0000_0001n, 0xfff4_0000_0000_0001n, 0x7ff0_0000_0000_0001n, 0x7fff_ffff_ffff_ffffn], 'i64'],
] as const)('the bits of a signalling NaN of type %s are kept', (t, samples, int) => {
  const instance =
    run(`(module (memory 2) (memory 1) (table funcref (elem $id)) (global $g (export "g") (mut ${t}) (${t}.const 0))
    (type $id (func (param ${t}) (result ${t})))
    (func $id (type $id) (local.get 0))
    (func (export "parameter and result") (param ${t}) (result ${t}) (local.get 0))
    (func (export "locals") (param ${t}) (result ${t}) (local ${t} ${t}) (local.set 1 (local.get 0)) (local.set 2 (local.tee 1 (local.get 1))) (local.get 2))
    (func (export "globals") (param ${t}) (result ${t}) (global.set $g (local.get 0)) (global.get $g))
    (func (export "memory") (param ${t}) (result ${t}) (${t}.store (i32.const 8) (local.get 0)) (${t}.load (i32.const 8)))
    (func (export "memory unaligned") (param ${t}) (result ${t}) (${t}.store (i32.const 13) (local.get 0)) (${t}.load (i32.const 13)))
    (func (export "memory far") (param ${t}) (result ${t}) (${t}.store offset=131000 (i32.const 13) (local.get 0)) (${t}.load offset=131000 (i32.const 13)))
    (func (export "second memory") (param ${t}) (result ${t}) (${t}.store 1 (i32.const 13) (local.get 0)) (${t}.load 1 (i32.const 13)))
    (func (export "select") (param ${t}) (result ${t}) (select (local.get 0) (${t}.const 1) (i32.const 1)))
    (func (export "select second") (param ${t}) (result ${t}) (select (${t}.const 1) (local.get 0) (i32.const 0)))
    (func (export "br") (param ${t}) (result ${t}) (block (result ${t}) (br 0 (local.get 0))))
    (func (export "br_if") (param ${t}) (result ${t}) (block (result ${t}) (i32.const 3) (local.get 0) (br_if 0 (i32.const 1)) (drop) (drop) (${t}.const 0)))
    (func (export "br_table") (param ${t}) (result ${t}) (block (result ${t}) (i64.const 3) (local.get 0) (br_table 0 0 (i32.const 1))))
    (func (export "if") (param ${t}) (result ${t}) (if (result ${t}) (i32.const 1) (then (local.get 0)) (else (${t}.const 0))))
    (func (export "loop") (param ${t}) (result ${t}) (local.get 0) (loop (param ${t}) (result ${t})))
    (func (export "call") (param ${t}) (result ${t}) (call $id (local.get 0)))
    (func (export "call_indirect") (param ${t}) (result ${t}) (call_indirect (type $id) (local.get 0) (i32.const 0)))
    (func (export "return_call") (param ${t}) (result ${t}) (return_call $id (local.get 0)))
    (func (export "reinterpret") (param ${t}) (result ${t}) (${t}.reinterpret_${int} (${int}.reinterpret_${t} (local.get 0))))
    (func (export "reinterpret and add") (param ${t}) (result ${t}) (${t}.reinterpret_${int} (${int}.sub (${int}.add (${int}.reinterpret_${t} (local.get 0)) (${int}.const 0x7654321)) (${int}.const 0x7654321))))
    (func (export "two negations") (param ${t}) (result ${t}) (${t}.neg (${t}.neg (local.get 0))))
    (func (export "copysign") (param ${t}) (result ${t}) (${t}.copysign (${t}.abs (local.get 0)) (local.get 0)))
    (func (export "several results") (param ${t}) (result ${t}) (local ${t} i32) (call $several (local.get 0)) (local.set 1) (local.set 2) (drop) (local.get 1))
    (func $several (param ${t}) (result ${t} i32 ${t}) (local.get 0) (i32.const 1) (local.get 0)))`);
  const names = Object.keys(instance.exports).filter((name) => name !== 'g');

  test.each(names)('%s', (name) => {
    for (const bits of samples) expect(callBits(instance, name, [bits])).toEqual({ results: [bits] });
    const traced = run(`(module (func (export "f") (param ${t}) (result ${t}) (local.get 0)))`, {}, { mode: 'traced' });
    for (const bits of samples) expect(callBits(traced, 'f', [bits])).toEqual({ results: [bits] });
  });

  test('constants', () => {
    const literal = t === 'f32' ? ['nan:0x200001', samples[0]] : ['nan:0x4000000000001', samples[0]];
    const constant = run(
      `(module (func (export "f") (result ${t}) (${t}.const ${literal[0]})) (global (export "g") ${t} (${t}.const ${literal[0]})))`,
    );
    expect(callBits(constant, 'f')).toEqual({ results: [literal[1]] });
    expect(readGlobalBits(constant.exports['g'] as Global)).toBe(literal[1]);
  });

  test('globals from outside', () => {
    const global = instance.exports['g'] as Global;
    for (const bits of samples) {
      writeGlobalBits(global, bits as Bits);
      expect(readGlobalBits(global)).toBe(bits);
    }
    setGlobal(global, 1.5);
    expect(getGlobal(global)).toBe(1.5);
    expect(() => setGlobal(global, 1n)).toThrow(TypeError);
  });
});
