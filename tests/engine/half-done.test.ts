// What others do to the things of an instruction that is done in pieces, and what such an instruction sees of itself.
import { expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { compile, instantiate, Memory, type Table, UnsupportedError } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';

const MEMORY = `(memory (import "m" "a") 4 4 shared) (memory (import "m" "b") 4 4 shared)`;

function twoOfTheSameBytes(): [Memory, Memory] {
  const { exports } = instantiate(compile(assemble(`(module (memory (export "m") 4 4 shared))`)));
  const a = exports['m'] as Memory;
  return [a, new Memory(a.type, undefined, a.share())];
}

test.each(['switch', 'closures'] as const)(
  'memory.copy went upwards over its own source where two memories have the same bytes: %s',
  (loop) => {
    useLoop(loop);
    const [a, b] = twoOfTheSameBytes();
    const text = `(module ${MEMORY} (func (export "copy") (param i32 i32 i32)
      (memory.copy 1 0 (local.get 0) (local.get 1) (local.get 2))))`;
    const instance = instantiate(compile(assemble(text)), { m: { a, b } });
    const { bytes } = a;
    for (const [to, from] of [
      [1, 0],
      [0, 1],
      [70_000, 3],
    ] as const) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251;
      const wanted = bytes.slice();
      wanted.copyWithin(to, from, from + 180_000);
      instance.call('copy', to, from, 180_000);
      expect(Buffer.compare(bytes, wanted)).toBe(0);
    }
    useLoop('switch');
  },
);

test('a table that the host let grow in the middle of table.grow was said to have grown by all', () => {
  const text = `(module (table (export "t") 0 10000 externref)
    (func (export "grow") (result i32) (table.grow (ref.null extern) (i32.const 10000))))`;
  const instance = instantiate(compile(assemble(text)));
  const table = instance.exports['t'] as Table;
  const execution = instance.begin('grow');
  execution.fuel = 1;
  expect(execution.step()).toBe('fuel');
  expect(execution.midway).toBe(true);
  expect(table.grow(10_000 - table.size, null)).toBeGreaterThan(0);
  execution.fuel = 1000;
  expect(execution.run()).toEqual([-1]);
  expect(table.size).toBe(10_000);
});

test('a wait without a time-out was left to fuel, which bounds no sleep', () => {
  const text = `(module (memory (export "m") 1 1 shared)
    (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))`;
  const instance = instantiate(compile(assemble(text)));
  expect((instance.exports['m'] as Memory).buffer.byteLength).toBe(65_536);
  expect(() => instance.callWith({ fuel: 1000 }, 'wait')).toThrow(UnsupportedError);
  expect(() => instance.callWith({ fuel: 1000 }, 'wait')).toThrow('for ever, which fuel does not bound');
});
