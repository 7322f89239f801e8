import { describe, expect, test } from 'vitest';
import { compile, engine, ExhaustionError, instantiate, Limits, Memory, Table } from '../index.ts';
import { assemble } from '../text/index.ts';

const PAGE = 65536;
const module = (text: string) => compile(assemble(`(module ${text})`));

function refusal(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error instanceof ExhaustionError ? [error.resource, error.message] : error;
  }
}

const growing = module(`(memory (export "m") 1) (table (export "t") 5 funcref)
  (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "table") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))`);

describe('limits', () => {
  test('memories that were each within the limit are bounded together', () => {
    const many = module('(memory 1) '.repeat(4));
    expect(instantiate(many, {}, { limits: { memoryBytes: 4 * PAGE } })).toBeDefined();
    expect(refusal(() => instantiate(many, {}, { limits: { memoryBytes: 4 * PAGE - 1 } }))).toEqual([
      'memoryBytes',
      'out of memory: a memory of 1 page (65536 bytes) cannot be allocated; 65535 of 262143 are left (limits: memoryBytes)',
    ]);
  });

  test('tables that were each within the limit are bounded together, before any is written out', () => {
    const tables = (text: string) => () => instantiate(module(text), {}, { limits: { tableElements: 100 } });
    expect(tables('(table 60 funcref) (table 40 externref)')()).toBeDefined();
    expect(refusal(tables('(table 60 funcref) (table 41 funcref)'))).toEqual([
      'tableElements',
      'out of memory: a table of 41 elements; 40 of 100 are left (limits: tableElements)',
    ]);
    expect(refusal(() => instantiate(module('(table 9000000 funcref) '.repeat(40))))).toMatchObject([
      'tableElements',
      {},
    ]);
  });

  test('what one instance has, another one under the same limits has not', () => {
    const limits = new Limits({ memoryBytes: 4 * PAGE, tableElements: 20 });
    const [a, b] = [1, 2].map(() => instantiate(growing, {}, { limits }));
    expect([a.call('memory', 2), b.call('memory', 1), a.call('memory', 1)]).toEqual([1, -1, -1]);
    expect([b.call('table', 10), a.call('table', 1), b.call('table', 0)]).toEqual([5, -1, 15]);
  });

  test('growth that is refused changes nothing and charges nothing, by the host as well as by the guest', () => {
    const limits = new Limits({ memoryBytes: 3 * PAGE, tableElements: 8 });
    const { exports, ...instance } = instantiate(growing, {}, { limits });
    const [memory, table] = [exports['m'] as Memory, exports['t'] as Table];
    expect(instance).toBeDefined();
    expect([memory.grow(3), table.grow(4)]).toEqual([-1, -1]);
    expect([memory.pages, table.size]).toEqual([1, 5]);
    expect([memory.grow(2), table.grow(3)]).toEqual([1, 5]);
    expect([limits.leftOf('memoryBytes'), limits.leftOf('tableElements')]).toEqual([0, 0]);
  });

  test('a table grows whole or not at all where it is done in pieces', () => {
    const instance = instantiate(growing, {}, { limits: { tableElements: 20_000 } });
    expect(instance.call('table', 19_996)).toBe(-1);
    expect((instance.exports['t'] as Table).size).toBe(5);
    expect(instance.call('table', 19_995)).toBe(5);
  });

  test('a memory keeps no spare room above its limits', () => {
    const instance = instantiate(growing, {}, { limits: { memoryBytes: 5 * PAGE } });
    for (let i = 1; i < 5; i++) expect(instance.call('memory', 1)).toBe(i);
    expect((instance.exports['m'] as Memory).M8.length).toBe(5 * PAGE);
  });

  test('an instance that could not be made leaves nothing charged', () => {
    const limits = new Limits();
    const before = [limits.leftOf('memoryBytes'), limits.leftOf('tableElements')];
    const traps = module('(memory 1) (table 3 funcref) (data (i32.const 65536) "x")');
    const tooLarge = module('(memory 1) (table 3 funcref) (table 9999999 funcref)');
    const late = { limits, deadline: Date.now() - 1 };
    for (const options of [{ limits }, late]) {
      expect(() => instantiate(traps, {}, options)).toThrow();
      expect(() => instantiate(tooLarge, {}, options)).toThrow();
    }
    expect([limits.leftOf('memoryBytes'), limits.leftOf('tableElements')]).toEqual(before);
  });

  test('what may live on in a table of another instance stays charged', () => {
    const limits = new Limits();
    const left = limits.leftOf('memoryBytes');
    const table = instantiate(module('(table (export "t") 1 funcref)')).exports['t'];
    const escapes = module(`(import "a" "t" (table 1 funcref)) (memory 1) (elem (i32.const 0) $f)
      (func $f (result i32) (i32.load (i32.const 0))) (data (i32.const 65536) "x")`);
    expect(() => instantiate(escapes, { a: { t: table } }, { limits })).toThrow('out of bounds');
    expect(left - limits.leftOf('memoryBytes')).toBe(PAGE);
  });

  test('an instance that was let go of twice gave back twice what it had', () => {
    const limits = new Limits({ memoryBytes: 2 * PAGE, tableElements: 10 });
    const { release } = engine.beginInstantiate(growing, {}, limits);
    expect([limits.leftOf('memoryBytes'), limits.leftOf('tableElements')]).toEqual([PAGE, 5]);
    for (let i = 0; i < 2; i++) {
      release();
      expect([limits.leftOf('memoryBytes'), limits.leftOf('tableElements')]).toEqual([2 * PAGE, 10]);
    }
  });

  test('a shared memory that others let grow gave back what was charged to them', () => {
    const limits = new Limits({ memoryBytes: 100 * PAGE });
    const shared = module('(memory (export "m") 1 60 shared)');
    const { instance, release } = engine.beginInstantiate(shared, {}, limits);
    const memory = instance.exports['m'] as Memory;
    expect(new Memory(memory.type, undefined, memory.share()).grow(50)).toBe(1);
    expect(memory.pages).toBe(51);
    release();
    expect(limits.leftOf('memoryBytes')).toBe(100 * PAGE);
  });

  test('what the host makes is charged to nobody', () => {
    const [memory, table] = Object.values(instantiate(growing).exports).slice(0, 2) as [Memory, Table];
    const limits = new Limits({ memoryBytes: 0, tableElements: 0 });
    const made = { m: new Memory(memory.type), t: new Table(table.type) };
    const using = module(`(import "a" "m" (memory 1)) (import "a" "t" (table 5 funcref))
      (func (export "grow") (result i32) (memory.grow (i32.const 1)))`);
    expect(instantiate(using, { a: made }, { limits }).call('grow')).toBe(1);
  });

  test.each([
    [{ memoryBytes: '1MiB' }, 'Limits: option "memoryBytes" has to be a number, not "1MiB"'],
    [{ memoryBytes: -1 }, 'a whole number from 0 on'],
    [{ memory: 5 }, 'Limits: unknown option "memory"; did you mean "memoryBytes"?'],
    [null, 'Limits: what is given as options'],
  ])('%j is refused', (given, message) => {
    expect(() => new Limits(given as never)).toThrow(message);
  });

  test('numbers in the place of an object are checked as it is', () => {
    const run = (limits: unknown) => () => instantiate(growing, {}, { limits: limits as never });
    expect(run({ tables: 5 })).toThrow('instantiate: option "limits": unknown option "tables"');
    expect(run({ tableElements: 4.5 })).toThrow(RangeError);
    expect(run(Object.create(new Limits()))).toThrow(TypeError);
    expect(run({ memoryBytes: Number.POSITIVE_INFINITY })).not.toThrow();
  });
});
