// Vectors in every place where the engine has to know that they take two slots.
import { describe, expect, test } from 'vitest';
import { encodeModule } from '../../../encoder/encode.ts';
import { type Imports, type Instance, compile, instantiate } from '../../../index.ts';
import { getGlobal } from '../../../instance.ts';
import type { Global } from '../../../runtime/global.ts';
import type { Bits } from '../../../runtime/values.ts';
import { V128 } from '../../../syntax/types.ts';
import { parseModule } from '../../../text/parser.ts';
import { readGlobalBits } from '../../values/constant.ts';
import { invokeBits } from '../../threads/invoke.ts';
import type { Monitor, ProbeEvent } from '../../threads/probe.ts';

const X = 0x0f0e0d0c_0b0a0908_07060504_03020100n;
const Y = 0xfffefdfc_fbfaf9f8_f7f6f5f4_f3f2f1f0n;
const XTEXT = '(v128.const i64x2 0x0706050403020100 0x0f0e0d0c0b0a0908)';

function run(text: string, imports: Imports = {}): Instance {
  return instantiate(compile(encodeModule(parseModule(text))), imports);
}

const bits = (instance: Instance, name: string, ...args: Bits[]): readonly Bits[] =>
  invokeBits(instance.func(name), args);

describe('vectors move through', () => {
  test('parameters, results and locals, which start as zero', () => {
    const instance = run(`(module
      (func (export "swap") (param v128 i32 v128) (result v128 i32 v128) (local.get 2) (local.get 1) (local.get 0))
      (func (export "zero") (result v128) (local i32 v128) (local.get 1))
      (func (export "tee") (param v128) (result v128 v128) (local i32 v128)
        (local.tee 2 (local.get 0)) (v128.not (local.get 2))))`);
    expect(bits(instance, 'swap', X, 7n, Y)).toEqual([Y, 7n, X]);
    // What an earlier call left in the slots is not seen.
    expect(bits(instance, 'zero')).toEqual([0n]);
    expect(bits(instance, 'tee', X)).toEqual([X, BigInt.asUintN(128, ~X)]);
  });

  test('select, blocks, branches that drop values, and loops with parameters', () => {
    const instance = run(`(module
      (func (export "select") (param v128 v128 i32) (result v128)
        (select (result v128) (local.get 0) (local.get 1) (local.get 2)))
      (func (export "br") (param v128 i32) (result v128 i32)
        (block $out (result v128 i32)
          (i64.const 1) (f32.const 2)
          (br_if $out (v128.not (local.get 0)) (i32.const 5) (local.get 1))
          (drop) (drop) (drop) (drop)
          (local.get 0) (i32.const 6)))
      (func (export "table") (param v128 i32) (result v128)
        (block $a (result v128)
          (block $b (result v128)
            (i32.const 9) (local.get 0)
            (br_table $a $b (local.get 1)))
          (return (i32x4.add (v128.const i32x4 1 1 1 1)))))
      (func (export "loop") (param v128 i32) (result v128)
        (local.get 0)
        (loop $again (param v128) (result v128)
          (i32x4.add (v128.const i32x4 1 2 3 4))
          (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))))`);
    expect(bits(instance, 'select', X, Y, 1n)).toEqual([X]);
    expect(bits(instance, 'select', X, Y, 0n)).toEqual([Y]);
    expect(bits(instance, 'br', X, 1n)).toEqual([BigInt.asUintN(128, ~X), 5n]);
    expect(bits(instance, 'br', X, 0n)).toEqual([X, 6n]);
    expect(bits(instance, 'table', X, 0n)).toEqual([X]);
    expect(bits(instance, 'table', X, 1n)).toEqual([X + 0x1_00000001_00000001_00000001n]);
    expect(bits(instance, 'loop', 0n, 3n)).toEqual([0x0000000c_00000009_00000006_00000003n]);
  });

  test('calls, indirect calls and tail calls', () => {
    const instance = run(`(module
      (type $t (func (param i32 v128 i64 v128) (result v128 i32)))
      (table funcref (elem $pick))
      (func $pick (type $t) (v128.xor (local.get 1) (local.get 3)) (local.get 0))
      (func (export "call") (param v128 v128) (result v128 i32)
        (i64.const 3) (drop)
        (call $pick (i32.const 1) (local.get 0) (i64.const 2) (local.get 1)))
      (func (export "indirect") (param v128 v128) (result v128 i32)
        (call_indirect (type $t) (i32.const 1) (local.get 0) (i64.const 2) (local.get 1) (i32.const 0)))
      (func (export "tail") (param v128 v128) (result v128 i32)
        (return_call $pick (i32.const 1) (local.get 1) (i64.const 2) (local.get 0)))
      (func (export "tail_indirect") (param v128 v128) (result v128 i32)
        (return_call_indirect (type $t) (i32.const 1) (local.get 1) (i64.const 2) (local.get 0) (i32.const 0))))`);
    for (const name of ['call', 'indirect', 'tail', 'tail_indirect']) {
      expect(bits(instance, name, X, Y), name).toEqual([X ^ Y, 1n]);
    }
  });

  test('globals: constant, mutable, imported, exported', () => {
    const first = run(`(module
      (global (export "c") v128 ${XTEXT})
      (global $m (export "m") (mut v128) (v128.const i64x2 1 2))
      (func (export "get") (result v128) (global.get $m)))`);
    const second = run(
      `(module
        (global $c (import "a" "c") v128)
        (global $m (import "a" "m") (mut v128))
        (global $own (mut i32) (i32.const 5))
        (global $copy (export "copy") v128 (global.get $c))
        (func (export "set") (param v128) (global.set $m (local.get 0)))
        (func (export "all") (result v128 v128 v128 i32)
          (global.get $c) (global.get $m) (global.get $copy) (global.get $own)))`,
      { a: first.exports },
    );
    expect(bits(second, 'all')).toEqual([X, (2n << 64n) | 1n, X, 5n]);
    bits(second, 'set', Y);
    expect(bits(first, 'get')).toEqual([Y]);
    expect(readGlobalBits(second.exports['copy'] as Global)).toBe(X);
  });

  test('memory, when the address stands where the result goes, and at the last byte', () => {
    const instance = run(`(module (memory 1)
      (data (i32.const 65520) "\\00\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f")
      (func (export "lane") (param i32 v128) (result v128) (v128.load16_lane 3 (local.get 0) (local.get 1)))
      (func $address (result i32) (i32.const 65520))
      (func $vector (result v128) (v128.const i64x2 -1 -1))
      (func (export "placed") (result v128) (v128.load32_lane 1 (call $address) (call $vector)))
      (func (export "load") (param i32) (result v128) (v128.load (local.get 0)))
      (func (export "indexed") (param i32) (result v128) (v128.load (i32.add (local.get 0) (i32.const 16))))
      (func (export "store") (param i32 v128) (v128.store offset=1 (local.get 0) (local.get 1))))`);
    expect(bits(instance, 'lane', 65520n, 0n)).toEqual([0x0100n << 48n]);
    expect(bits(instance, 'placed')).toEqual([0xffffffff_ffffffff_03020100_ffffffffn]);
    expect(bits(instance, 'load', 65520n)).toEqual([X]);
    expect(bits(instance, 'indexed', 65504n)).toEqual([X]);
    expect(() => bits(instance, 'load', 65521n)).toThrow('out of bounds memory access');
    expect(() => bits(instance, 'load', 0xfffffff8n)).toThrow('out of bounds memory access');
    expect(() => bits(instance, 'store', 65520n, Y)).toThrow('out of bounds memory access');
    bits(instance, 'store', 2n, Y);
    expect(bits(instance, 'load', 3n)).toEqual([Y]);
    expect(bits(instance, 'load', 65520n)).toEqual([X]);
  });
});

test('a value that reads the upper half of a vector is computed before something else stands there', () => {
  const instance = run(`(module
    (func $two (result v128) ${XTEXT})
    (func $one (result i32) (i32.const 1))
    (func (export "f") (result i32 i32)
      (i32x4.extract_lane 2 (call $two))
      (call $one)))`);
  expect(bits(instance, 'f')).toEqual([0x0b0a0908n, 1n]);
});

test('deep expressions on vectors have the room that they need', () => {
  const constant = (n: number): string => `(v128.const i32x4 ${n} ${n} ${n} ${n})`;
  const right = (n: number): string => (n === 0 ? constant(1) : `(i32x4.add ${constant(n)} ${right(n - 1)})`);
  const select = (n: number): string =>
    n === 0 ? constant(1) : `(v128.bitselect (v128.not ${constant(n)}) ${select(n - 1)} ${right(3)})`;
  // As many nodes as a tree may have, each level with a vector that waits.
  const not = '(v128.not (local.get 0))';
  const deep = (n: number): string => (n === 0 ? '(local.get 0)' : `(v128.xor ${not} ${deep(n - 1)})`);
  const instance = run(`(module
    (func (export "right") (result v128) ${right(60)})
    (func (export "select") (result v128) ${select(12)})
    (func (export "deepest") (param v128) (result v128)
      (v128.bitselect ${not} ${not} ${deep(5)})))`);
  expect(bits(instance, 'right')[0]).toBe(1831n * 0x1_00000001_00000001_00000001n);
  expect(bits(instance, 'deepest', X)).toEqual([BigInt.asUintN(128, ~X)]);
  let expected = 1n;
  for (let n = 1n; n <= 12n; n++) expected = (~n & 7n) | (expected & ~7n & 0xffffffffn);
  expect(bits(instance, 'select')[0]).toBe(expected * 0x1_00000001_00000001_00000001n);
});

test('vectors in slots that fields do not reach', () => {
  const instance = run(`(module (memory 1)
    (func (export "far") (param v128 v128 i32) (result v128 v128 i32 i64)
      (local ${'v128 '.repeat(17_000)}) (local $a v128) (local $b v128) (local $i i32) (local $l i64) (local $c v128)
      (local.set $i (i32.const 3))
      (local.set $l (i64.const -5))
      (local.set $a (local.get 0))
      (local.set $b (i8x16.add (local.get $a) (local.get 1)))
      (local.set $c (v128.bitselect (local.get $a) (local.get $b) (local.get 1)))
      (local.set $i (i32x4.extract_lane 1 (local.get $b)))
      (v128.store (local.get 2) (local.get $c))
      (local.set $a (select (result v128) (v128.load (local.get 2)) (local.get $b) (local.get 2)))
      (local.set $b (v128.load32_lane 0 (local.get 2) (local.get $b)))
      (local.get $a) (local.get $b) (local.get $i) (local.get $l)))`);
  const lanes = (x: bigint): bigint[] => Array.from({ length: 16 }, (_, i) => (x >> BigInt(8 * i)) & 0xffn);
  const y = lanes(Y);
  const sum = lanes(X).reduce((all, x, i) => all | (((x + y[i]) & 0xffn) << BigInt(8 * i)), 0n);
  const mixed = (X & Y) | (sum & BigInt.asUintN(128, ~Y));
  const second = ((sum >> 32n) << 32n) | (mixed & 0xffffffffn);
  expect(bits(instance, 'far', X, Y, 16n)).toEqual([
    mixed,
    second,
    (sum >> 32n) & 0xffffffffn,
    BigInt.asUintN(64, -5n),
  ]);
});

describe('at the border to JavaScript', () => {
  const text = `(module
    (import "h" "f" (func $f (param v128)))
    (import "h" "g" (func $g (result v128)))
    (global (export "global") v128 ${XTEXT})
    (func (export "take") (param v128))
    (func (export "give") (result v128) unreachable)
    (func (export "callF") (call $f (v128.const i64x2 0 0)))
    (func (export "callG") (drop (call $g))))`;

  test('a vector is no value: calls with one fail before anything runs', () => {
    let called = 0;
    const host = (): number => ++called;
    const instance = run(text, { h: { f: host, g: host } });
    for (const name of ['take', 'give', 'callF', 'callG']) {
      expect(() => instance.call(name, ...(name === 'take' ? [X] : [])), name).toThrow(TypeError);
    }
    expect(called).toBe(0);
    expect(() => getGlobal(instance.exports['global'] as Global)).toThrow(TypeError);
    expect(() => instance.begin('give')).toThrow(TypeError);
    const constant = '(module (import "a" "g" (global v128)))';
    expect(() => run(constant, { a: { g: 1n } })).toThrow('a v128 has no JavaScript value');
  });

  test('functions with vectors link between instances', () => {
    const first = run('(module (func (export "not") (param v128) (result v128) (v128.not (local.get 0))))');
    const second = run(
      `(module (import "a" "not" (func $not (param v128) (result v128)))
        (func (export "f") (param i64 v128) (result v128 i64) (call $not (local.get 1)) (local.get 0)))`,
      { a: first.exports },
    );
    expect(bits(second, 'f', 4n, X)).toEqual([BigInt.asUintN(128, ~X), 4n]);
  });
});

test('a parked thread keeps its vectors', async () => {
  const instance = run(
    `(module
      (import "h" "wait" (func $wait (param i32) (result i32)))
      (func (export "f") (param i32) (result i32) (local v128 i32)
        (local.set 1 (i32x4.splat (local.get 0)))
        (i32x4.extract_lane 3 (i32x4.add ${XTEXT} (i32x4.add
          (i32x4.mul (local.get 1) (local.get 1))
          (i32x4.splat (call $wait (i32.const 1))))))))`,
    { h: { wait: async (x: unknown) => Number(x) + 1 } },
  );
  // While the first waits, the second runs over the same slots.
  const both = await Promise.all([instance.callAsync('f', [3]), instance.callAsync('f', [5])]);
  expect(both).toEqual([0x0f0e0d0c + 9 + 2, 0x0f0e0d0c + 25 + 2]);
});

test('a monitor reads vectors on the operand stack', () => {
  const seen: Bits[][] = [];
  const monitor: Monitor = {
    instruction(event: ProbeEvent) {
      const { stack } = event.probe;
      if (stack.includes(V128)) seen.push(stack.map((_, i) => event.operand(i)));
    },
  } as Monitor;
  const text = `(module (func (export "f") (result i32)
    (i32.const 4) ${XTEXT} (i64.const 6) (drop) (i32x4.extract_lane 1) (i32.add)))`;
  const instance = instantiate(compile(encodeModule(parseModule(text))), {}, { monitor });
  expect(instance.call('f')).toBe(0x07060508);
  expect(seen).toEqual([
    [4n, X],
    [4n, X, 6n],
    [4n, X],
  ]);
});
