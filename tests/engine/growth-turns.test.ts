// A large memory that grows has to be moved, where the host does not do that by itself: in pieces, as long as nobody else
// can touch it meanwhile.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import type { Execution, Instance, Memory, Value } from '../../src/index.ts';
import { run } from './support.ts';

const PAGES = 1024;
const TEXT = `(module (memory (export "m") ${PAGES} 4096)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "set") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "get") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "fill") (memory.fill (i32.const 0) (i32.const 7) (i32.const ${PAGES * 65536}))))`;

/** Hosts that move buffers by themselves do it in one piece. */
const prototype = ArrayBuffer.prototype as { transfer?: unknown };
const own = Object.getOwnPropertyDescriptor(prototype, 'transfer');
beforeAll(() => void delete prototype.transfer);
afterAll(() => {
  if (own !== undefined) Object.defineProperty(prototype, 'transfer', own);
  useLoop('switch');
});

const PAST = { deadline: 1e12 };
const LAST = PAGES * 65536 - 4;

function begun(instance: Instance, by = 10): Execution<Value> {
  const execution = instance.begin('grow', [by]);
  execution.fuel = 1e9;
  return execution;
}

/** Steps that end at a deadline, until it is done or for so many. */
function steps(execution: Execution<Value>, most = 100): number {
  let count = 0;
  while (count < most && execution.step(Number.POSITIVE_INFINITY, PAST) !== 'done') count++;
  return count;
}

describe.each(['switch', 'closures'] as const)('memory.grow moved a large memory in one piece: %s', (loop) => {
  beforeAll(() => void useLoop(loop));

  test('and stops between pieces now', () => {
    const instance = run(TEXT);
    instance.call('fill');
    instance.call('set', LAST, 5);
    const execution = begun(instance);
    expect(steps(execution, 5)).toBe(5);
    expect(execution.midway).toBe(true);
    expect(steps(execution)).toBeGreaterThan(5);
    const whole = begun(run(TEXT));
    whole.run();
    expect([execution.results, execution.midway, execution.fuel]).toEqual([[PAGES], false, whole.fuel]);
    expect([0, LAST - 4, LAST, LAST + 4].map((at) => instance.call('get', at))).toEqual([0x7070707, 0x7070707, 5, 0]);
    expect((instance.exports['m'] as Memory).pages).toBe(PAGES + 10);
  });

  test.each<[string, (instance: Instance) => void]>([
    ['another call writes', (instance) => void instance.call('set', 0, 1)],
    ['the host writes', ({ exports }) => void new DataView((exports['m'] as Memory).bytes.buffer).setInt32(0, 1, true)],
    [
      'a buffer that the host got is written',
      ({ exports }) => void new DataView((exports['m'] as Memory).buffer as ArrayBuffer).setInt32(0, 1, true),
    ],
    [
      'another call lets it grow and writes',
      (instance) => {
        instance.call('grow', 1);
        instance.call('set', 0, 1);
      },
    ],
    [
      'the host lets it grow after a write',
      (instance) => {
        instance.call('set', 0, 1);
        (instance.exports['m'] as Memory).grow(10);
      },
    ],
    [
      'other calls run all the time',
      (instance) => {
        for (let i = 0; i < 3; i++) instance.call('set', 0, 1);
      },
    ],
  ])('nothing is lost where %s in the middle', (_what, meddle) => {
    const instance = run(TEXT);
    const execution = begun(instance);
    steps(execution, 4);
    meddle(instance);
    const before = (instance.exports['m'] as Memory).byteLength / 65536;
    // All at once then, or from its start.
    expect(steps(execution)).toBeLessThan(before === PAGES ? 3 : 30);
    expect(execution.results).toEqual([before]);
    expect([instance.call('get', 0), instance.call('get', LAST)]).toEqual([1, 0]);
    expect((instance.exports['m'] as Memory).byteLength).toBe((before + 10) * 65536);
  });

  test('and an execution that is given up in the middle leaves the memory as it was', () => {
    const instance = run(TEXT);
    const execution = begun(instance);
    steps(execution, 4);
    execution.abandon();
    instance.call('set', LAST, 3);
    expect(instance.call('grow', 10)).toBe(PAGES);
    expect([instance.call('get', LAST), instance.call('grow', 5000)]).toEqual([3, -1]);
  });
});
