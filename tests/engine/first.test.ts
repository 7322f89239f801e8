// Bugs that reading the engine found: each test is named after what was wrong.
import { expect, test } from 'vitest';
import { instantiate, type Memory } from '../../src/index.ts';
import { run, wat } from './support.ts';

const TWO = '(func $two (result i32 i32) (i32.const 3) (i32.const 4))';

test('a dropped load is not computed over a value below that is not computed yet', () => {
  const { call } = bound(`(module (memory 1) ${TWO}
    (func (export "f") (result i32) (call $two) (i32.add) (drop (i32.load (i32.const 0)))))`);
  expect(call('f')).toBe(7);
});

test('the answer of memory.grow does not overwrite a value below that is not computed yet', () => {
  const { call } = bound(`(module (memory 1) ${TWO}
    (func (export "f") (result i32) (call $two) (i32.add) (drop (memory.grow (i32.const 1)))))`);
  expect(call('f')).toBe(7);
});

test('a memory that is imported twice is seen under both indices after it grew under the second', () => {
  const memory = run('(module (memory (export "m") 1 10))').exports['m'] as Memory;
  const { call } = bound(
    `(module (memory $a (import "e" "m") 1) (memory $b (import "e" "m") 1)
      (func (export "f") (result i32)
        (i32.store $a (i32.const 0) (i32.const 1))
        (drop (memory.grow $b (i32.const 1)))
        (i32.store $a (i32.const 0) (i32.const 2))
        (i32.store $a (i32.const 65536) (i32.const 3))
        (i32.add (i32.load $b (i32.const 0)) (i32.load $b (i32.const 65536)))))`,
    { e: { m: memory } },
  );
  expect(call('f')).toBe(5);
});

test('an argument that calls back while it becomes a number leaves the other arguments alone', () => {
  const { call } = bound(
    '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))',
  );
  const evil = {
    valueOf() {
      call('add', 50, 60);
      return 2;
    },
  };
  expect(call('add', 1, evil)).toBe(3);
});

test('a host result that calls back while it becomes a number leaves the other results alone', () => {
  const evil = {
    valueOf() {
      expect(instance.call('add', 50, 60)).toBe(110);
      return 2;
    },
  };
  const instance = run(
    `(module (import "e" "h" (func $h (result i32 i32)))
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "f") (result i32) (call $h) (i32.sub)))`,
    { e: { h: () => [1, evil] } },
  );
  expect(instance.call('f')).toBe(-1);
});

test('an object that becomes a text is no number', () => {
  const { call } = bound('(module (func (export "f") (param i32)))');
  for (const wrong of [{}, [1], { valueOf: () => '5' }, { toString: () => '5' }, Object('5'), Object(true), () => 5]) {
    expect(() => call('f', wrong)).toThrow(TypeError);
  }
});

test('an object that becomes a bigint is no i32', () => {
  const { call } = bound('(module (func (export "f") (param i32)))');
  expect(() => call('f', Object(1n))).toThrow(TypeError);
});

test('a program with unlimited fuel gives the host turns, so that a signal can stop it', async () => {
  const instance = run('(module (func (export "f") (loop (br 0))))');
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  await expect(instance.callAsync('f', [], { signal: controller.signal })).rejects.toMatchObject({ reason: 'abort' });
});

test('a slice of fuel that is smaller than a stay in the loop is kept to', () => {
  const execution = run('(module (func (export "f") (loop (br 0))))').begin('f');
  execution.fuel = 1000;
  expect(execution.step(10)).toBe('slice');
  expect(execution.fuel).toBe(989);
  expect(execution.step(0)).toBe('slice');
  expect(execution.fuel).toBe(988);
});

test('running out of fuel does not depend on whether the callee was lowered before', () => {
  const module = wat(
    '(module (table 1 funcref) (elem (i32.const 0) $g) (func $g) (func (export "f") (call_indirect (i32.const 0))))',
  );
  const instance = bound(module);
  const ends = [0, 1, 2].map(() => {
    try {
      return instance.instance.callWith({ fuel: 0 }, 'f');
    } catch (error) {
      return (error as { reason?: string }).reason;
    }
  });
  expect(ends).toEqual(['fuel', 'fuel', 'fuel']);
});

test('an execution that waits for a promise is not run on before the promise is kept', async () => {
  let answer = (_value: number): void => undefined;
  const instance = run('(module (import "e" "h" (func $h (result i32))) (func (export "f") (result i32) (call $h)))', {
    e: { h: () => new Promise<number>((resolve) => (answer = resolve)) },
  });
  const execution = instance.begin('f', [], { async: true });
  execution.fuel = 1000;
  expect(execution.step()).toBe('suspended');
  expect(execution.step()).toBe('suspended');
  expect(() => execution.run()).toThrow(TypeError);
  const controller = new AbortController();
  const stopped = execution.runAsync(controller.signal);
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ reason: 'abort' });
  const going = execution.runAsync();
  answer(42);
  expect(await going).toEqual([42]);
});

test('an execution cannot be stepped from inside itself', () => {
  const instance = run('(module (import "e" "h" (func $h)) (func (export "f") (result i32) (call $h) (i32.const 7)))', {
    e: { h: () => expect(() => execution.step()).toThrow(TypeError) },
  });
  const execution = instance.begin('f');
  execution.fuel = 100;
  expect(execution.run()).toEqual([7]);
});

test('a promise that a synchronous call refused may fail later without anybody having to hear of it', async () => {
  const heard: unknown[] = [];
  const listener = (reason: unknown): unknown => heard.push(reason);
  process.on('unhandledRejection', listener);
  const { call } = bound('(module (import "e" "h" (func $h)) (func (export "f") (call $h)))', {
    e: { h: () => Promise.reject(new Error('late')) },
  });
  expect(() => call('f')).toThrow('async host call');
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', listener);
  expect(heard).toEqual([]);
});

test('narrow atomic compare-exchange compares only the bits that it accesses', () => {
  const { call } = bound(`(module (memory 1)
    (func (export "narrow") (result i32)
      (drop (i32.atomic.rmw8.cmpxchg_u (i32.const 4) (i32.const 0x100) (i32.const 7)))
      (drop (i64.atomic.rmw16.cmpxchg_u (i32.const 6) (i64.const 0xffff_0000_0000_0000) (i64.const 9)))
      (i32.load (i32.const 4)))
    (func (export "wide") (result i64)
      (drop (i64.atomic.rmw32.cmpxchg_u (i32.const 8) (i64.const -4294967296) (i64.const -1)))
      (i64.load (i32.const 8))))`);
  expect(call('narrow')).toBe(0x90007);
  expect(call('wide')).toBe(0xffff_ffffn);
});

test('an atomic result does not overwrite the half of a vector that a waiting narrow value still reads', () => {
  const { call } = bound(`(module (memory 1) (func (export "f") (result i32) (local v128 i32)
    block (result v128) local.get 0 end v128.not i8x16.all_true
    i32.const 0 i32.const 32767 i32.atomic.rmw.or offset=20 drop))`);
  for (let i = 0; i < 3; i++) expect(call('f')).toBe(1);
});

/** An instance and its `call`, not bound to anything. */
function bound(text: Parameters<typeof run>[0] | ReturnType<typeof wat>, imports: Parameters<typeof run>[1] = {}) {
  const instance = typeof text === 'string' ? run(text, imports) : instantiate(text, imports);
  return { instance, call: (name: string, ...args: readonly unknown[]) => instance.call(name, ...args) };
}
