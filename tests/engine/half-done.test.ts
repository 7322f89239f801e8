// What others do to the things of an instruction that is done in pieces, and what such an instruction sees of itself.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import {
  compile,
  type Execution,
  instantiate,
  Memory,
  type Table,
  UnsupportedError,
  type Value,
} from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { random } from './support.ts';

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

test('a table that the host let grow in the middle of table.grow took the room of the rest, or got elements in between', () => {
  const text = `(module (table (export "t") 0 10000 externref)
    (func (export "grow") (param externref i32) (result i32) (table.grow (local.get 0) (local.get 1))))`;
  const instance = instantiate(compile(assemble(text)));
  const table = instance.exports['t'] as Table;
  const begun = (init: string, n: number): Execution<Value> => {
    const execution = instance.begin('grow', [init, n]);
    execution.fuel = 1;
    expect(execution.step()).toBe('fuel');
    expect(execution.midway).toBe(n > 4096);
    execution.fuel = 1000;
    return execution;
  };
  const [a, b] = [begun('a', 5000), begun('b', 4500)];
  expect(table.grow(501, 'c')).toBe(-1);
  expect(table.grow(200, 'c')).toBe(9500);
  expect([b.run(), a.run()]).toEqual([[5000], [0]]);
  expect(table.size).toBe(9700);
  expect([0, 4999, 5000, 9499, 9500, 9699].map((i) => table.get(i))).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect(instance.call('grow', 'd', 301)).toBe(-1);
  expect(instance.call('grow', 'd', 300)).toBe(9700);
});

test('growths of a table that were done in pieces side by side told sizes that it never had', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(12_000), fc.nat(100)), { minLength: 2, maxLength: 4 }),
      fc.nat(),
      (all, seed) => {
        const instance = instantiate(
          compile(
            assemble(`(module (table (export "t") 3 30000 externref)
        (func (export "grow") (param externref i32) (result i32) (table.grow (local.get 0) (local.get 1))))`),
          ),
        );
        const calls = all.map(([n], i) => ({ call: instance.begin('grow', [i, n]), n, i, before: -2 }));
        for (const { call } of calls) call.fuel = 1e9;
        const next = random(seed);
        for (let left = [...calls]; left.length > 0; ) {
          const one = left[Math.floor(next() * left.length)];
          if (one.call.step(Math.floor(next() * 80)) !== 'done') continue;
          one.before = one.call.results[0] as number;
          left = left.filter((other) => other !== one);
        }
        const { elems } = instance.exports['t'] as Table;
        let size = 3;
        for (const { before, n, i } of calls
          .filter((one) => one.before >= 0)
          .sort((x, y) => x.before - y.before || x.n - y.n)) {
          expect(before).toBe(size);
          size += n;
          if (n > 0) expect([elems[before], elems[size - 1]]).toEqual([i, i]);
        }
        expect(elems.length).toBe(size);
      },
    ),
    { numRuns: 60 },
  );
});

describe('an instruction that is half done trapped where another call dropped the segment that it reads', () => {
  const BYTES = 300_000;
  const ELEMENTS = 12_000;
  const text = `(module (memory (export "m") 8) (table (export "t") 20000 funcref) (func $f)
    (type $bytes (array (mut i8))) (type $funcs (array (mut funcref)))
    (data $d "${'abcdefghij'.repeat(BYTES / 10)}") (elem $e func ${'$f '.repeat(ELEMENTS)})
    (global $b (mut (ref null $bytes)) (ref.null $bytes)) (global $g (mut (ref null $funcs)) (ref.null $funcs))
    (func (export "drop") (data.drop $d) (elem.drop $e))
    (func (export "memory.init") (result i32) (memory.init $d (i32.const 7) (i32.const 0) (i32.const ${BYTES}))
      (i32.load8_u (i32.const ${6 + BYTES})))
    (func (export "table.init") (result i32) (table.init $e (i32.const 7) (i32.const 0) (i32.const ${ELEMENTS}))
      (ref.is_null (table.get (i32.const ${6 + ELEMENTS}))))
    (func (export "array.new_data") (result i32)
      (array.get_u $bytes (array.new_data $bytes $d (i32.const 0) (i32.const ${BYTES})) (i32.const ${BYTES - 1})))
    (func (export "array.new_elem") (result i32)
      (ref.is_null (array.get $funcs (array.new_elem $funcs $e (i32.const 0) (i32.const ${ELEMENTS})) (i32.const ${ELEMENTS - 1}))))
    (func (export "array.init_data") (result i32) (global.set $b (array.new_default $bytes (i32.const ${BYTES})))
      (array.init_data $bytes $d (global.get $b) (i32.const 0) (i32.const 0) (i32.const ${BYTES}))
      (array.get_u $bytes (global.get $b) (i32.const ${BYTES - 1})))
    (func (export "array.init_elem") (result i32) (global.set $g (array.new_default $funcs (i32.const ${ELEMENTS})))
      (array.init_elem $funcs $e (global.get $g) (i32.const 0) (i32.const 0) (i32.const ${ELEMENTS}))
      (ref.is_null (array.get $funcs (global.get $g) (i32.const ${ELEMENTS - 1})))))`;
  const module = compile(assemble(text));
  const names = ['memory.init', 'table.init', 'array.new_data', 'array.new_elem', 'array.init_data', 'array.init_elem'];

  test.each(names)('%s', (name) => {
    for (const loop of ['switch', 'closures'] as const) {
      useLoop(loop);
      for (const stops of [1, 2, 3]) {
        const instance = instantiate(module, {}, { prices: { loweredByte: 0 } });
        const call = instance.begin(name);
        call.fuel = 1e9;
        // A call that only makes the array is no instruction of ours yet.
        const made = name.startsWith('array.init') ? Math.ceil((name.endsWith('data') ? BYTES : ELEMENTS) / 4096) : 0;
        for (let i = 0; i < made + stops; i++) expect(call.step(0)).toBe('slice');
        instance.call('drop');
        expect(call.run()).toEqual([name.endsWith('elem') || name === 'table.init' ? 0 : 'j'.charCodeAt(0)]);
        expect(() => instance.call(name)).toThrow(/out of bounds/);
      }
    }
    useLoop('switch');
  });
});

test('a wait without a time-out was left to fuel, which bounds no sleep', () => {
  const text = `(module (memory (export "m") 1 1 shared)
    (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))`;
  const instance = instantiate(compile(assemble(text)));
  expect((instance.exports['m'] as Memory).buffer.byteLength).toBe(65_536);
  expect(() => instance.callWith({ fuel: 1000 }, 'wait')).toThrow(UnsupportedError);
  expect(() => instance.callWith({ fuel: 1000 }, 'wait')).toThrow('for ever, which fuel does not bound');
});
