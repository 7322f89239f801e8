// Calls of functions of the host that are paid for, and what happens before they are made.
import { describe, expect, test } from 'vitest';
import { compile, type Instance, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';

const SOURCE = `(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (type $f (func (result i32)))
  (type $array (array (mut i32)))
  (memory (export "memory") 1 100)
  (table $calls (export "calls") 4 funcref)
  (table $grown 9 100 funcref)
  (elem (table $calls) (i32.const 0) func $yield $growsTable $growsMemory $makes)
  (global $secret (mut externref) (ref.null extern))
  (func (export "give") (param externref) (global.set $secret (local.get 0)))
  (func (export "swap") (param i32)
    (table.set $calls (i32.const 0) (table.get $calls (local.get 0))))
  (func $growsTable (result i32) (table.grow $grown (ref.null func) (i32.const 5)))
  (func $growsMemory (result i32) (memory.grow (i32.const 10)))
  (func $makes (result i32) (array.get $array (array.new_default $array (i32.const 3)) (i32.const 1)))
  (func $fill (local externref externref externref externref externref externref)
    ${[0, 1, 2, 3, 4, 5].map((i) => `(local.set ${i} (global.get $secret))`).join(' ')}
    (call $nothing (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)))
  (func $nothing (param externref externref externref externref externref externref))
  (func (export "run") (result i32) (call $fill) (call_indirect $calls (type $f) (i32.const 0)))
  (func (export "tail") (result i32) (call $fill) (return_call_indirect $calls (type $f) (i32.const 0)))
  (func (export "shorter") (i32.store (i32.const 20) (i32.const 2000)))
  (func (export "longer") (i32.store (i32.const 20) (i32.const 60000)))
  (func (export "read") (result i32) (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 32))))`;

function made(): Instance {
  const instance = instantiate(compile(assemble(SOURCE)), new WASI({}).imports);
  for (const name of ['run', 'tail', 'read', 'longer']) instance.call(name);
  return instance;
}

describe.each(['run', 'tail'])('a table whose element is exchanged after its function was paid for (%s)', (name) => {
  test.each([
    ['growsTable', 1, 9],
    ['growsMemory', 2, 1],
    ['makes', 3, 0],
  ])('what is called then begins at its beginning: %s', (_, element, result) => {
    for (const moment of [1, 2, 3, 4, 5, 8, 12, 20]) {
      const instance = made();
      const secret = { cells: [1, 424_242, 3], length: 3 };
      instance.call('give', secret);
      const execution = instance.begin(name);
      execution.fuel = moment;
      const outcome = execution.step();
      instance.call('swap', element);
      execution.fuel = 1e6;
      if (outcome !== 'done') execution.run();
      expect([0, result]).toContain(execution.results[0]);
      if (moment <= 5) expect(execution.results[0]).toBe(result);
      expect(secret.cells).toEqual([1, 424_242, 3]);
    }
  });
});

test('a growth that was found so costs what others cost', () => {
  const cost = (moment: number): number => {
    const instance = made();
    const execution = instance.begin('run');
    execution.fuel = moment;
    execution.step();
    instance.call('swap', 2);
    execution.fuel = 1e6;
    execution.run();
    return 1e6 - execution.fuel;
  };
  expect(cost(3)).toBeGreaterThan(600);
});

test('a system call that is asked to do more after it was paid for pays the rest', () => {
  const used = (change: boolean): number => {
    const instance = made();
    if (!change) instance.call('longer');
    else instance.call('shorter');
    const account = { left: 5 };
    const execution = instance.begin('read');
    execution.account = account;
    expect(execution.step()).toBe('fuel');
    instance.call('longer');
    account.left += 1e6;
    expect(execution.run()).toEqual([0]);
    return 1e6 + 5 - account.left;
  };
  expect(used(false)).toBeGreaterThan(60);
  expect(used(true)).toBe(used(false));
});
