// Memories at the limit of 2 GiB, in every way to reach it and in both loops: byte counts that are no int32.
// Their pages stay untouched but for some, so that the tests need few of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { ExhaustionError, type Instance, type Memory } from '../../src/index.ts';
import { run } from './support.ts';

const MOST = 32768;
const END = 2 ** 31;
const OUT = 'out of bounds memory access';

type AddressType = 'i32' | 'i64';

const program = (type: AddressType, memory: string): string => `(module (memory (export "m") ${memory})
  (data $d "abcdefgh")
  (func (export "size") (result ${type}) (memory.size))
  (func (export "grow") (param ${type}) (result ${type}) (memory.grow (local.get 0)))
  (func (export "store8") (param ${type}) (i32.store8 (local.get 0) (i32.const 9)))
  (func (export "store") (param ${type}) (i32.store (local.get 0) (i32.const 0x01020304)))
  (func (export "store64") (param ${type}) (i64.store (local.get 0) (i64.const 0x0102030405060708)))
  (func (export "load8") (param ${type}) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load16") (param ${type}) (result i32) (i32.load16_u (local.get 0)))
  (func (export "load") (param ${type}) (result i32) (i32.load (local.get 0)))
  (func (export "load64") (param ${type}) (result i64) (i64.load (local.get 0)))
  (func (export "float") (param ${type}) (result f64) (f64.load (local.get 0)))
  (func (export "vector") (param ${type}) (result i32) (i32x4.extract_lane 3 (v128.load (local.get 0))))
  (func (export "add") (param ${type}) (result i32) (i32.atomic.rmw.add (local.get 0) (i32.const 1)))
  (func (export "add64") (param ${type}) (result i64) (i64.atomic.rmw.add (local.get 0) (i64.const 1)))
  (func (export "fill") (param ${type} ${type}) (memory.fill (local.get 0) (i32.const 7) (local.get 1)))
  (func (export "copy") (param ${type} ${type} ${type}) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param ${type}) (memory.init $d (local.get 0) (i32.const 0) (i32.const 8))))`;

/** How far from the end each access may begin at most. */
const SIZES = {
  store8: 1,
  load8: 1,
  load16: 2,
  store: 4,
  load: 4,
  add: 4,
  store64: 8,
  load64: 8,
  float: 8,
  add64: 8,
  vector: 16,
  init: 8,
};

type Addressed = (n: number) => number | bigint;

/** Size, and the word at 0 that was stored before, in all widths: they come from different views. */
function whole(instance: Instance, address: Addressed): unknown[] {
  return [instance.call('size'), ...['load8', 'load16', 'load'].map((name) => instance.call(name, address(0)))];
}

function byTheLastPage(instance: Instance, address: Addressed): void {
  const steps = [MOST - 1025, 1, 1023].map((pages) => instance.call('grow', address(pages)));
  expect(steps).toEqual([address(1), address(MOST - 1024), address(MOST - 1023)]);
  expect(whole(instance, address)).toEqual([address(MOST), 4, 0x0304, 0x01020304]);
  expect((instance.exports['m'] as Memory).buffer.byteLength).toBe(END);
}

describe.each(['switch', 'closures'] as const)('in the loop of %s', (loop) => {
  beforeEach(() => useLoop(loop));
  afterEach(() => useLoop('switch'));

  test.each([
    ['i32', `${MOST - 1}`, MOST - 1],
    ['i32', `${MOST}`, MOST],
    ['i64', `i64 ${MOST}`, MOST],
    ['i32', `${MOST} 65536 shared`, MOST],
    ['i64', `i64 ${MOST} ${MOST} shared`, MOST],
  ] as const)('a memory (memory %s: %s) can be had and accessed at both ends', (type, text, pages) => {
    const instance = run(program(type, text));
    const address = (n: number): number | bigint => (type === 'i32' ? n | 0 : BigInt(n));
    const end = pages * 65536;
    expect(instance.call('size')).toBe(address(pages));
    for (const [name, size] of Object.entries(SIZES)) {
      expect(() => instance.call(name, address(end - size)), name).not.toThrow();
      for (const past of size > 1 && name !== 'add' && name !== 'add64' ? [1, size] : [size]) {
        expect(() => instance.call(name, address(end - size + past)), `${name} + ${past}`).toThrow(OUT);
      }
      instance.call(name, address(0));
    }
    instance.call('store64', address(end - 8));
    expect(instance.call('load64', address(end - 8))).toBe(0x0102030405060708n);
    expect(instance.call('load', address(end - 5))).toBe(0x02030405);
    expect([instance.call('add64', address(end - 8)), instance.call('load8', address(end - 8))]).toEqual([
      0x0102030405060708n,
      9,
    ]);
    instance.call('fill', address(end - 100), address(100));
    instance.call('copy', address(0), address(end - 100), address(100));
    expect([instance.call('load', address(96)), instance.call('load', address(end - 4))]).toEqual([
      0x07070707, 0x07070707,
    ]);
    for (const name of ['fill', 'copy']) {
      const more = name === 'copy' ? [address(0)] : [];
      expect(() => instance.call(name, address(end - 99), ...more, address(100)), name).toThrow(OUT);
      expect(() => instance.call(name, address(0), ...more, address(end + 1)), name).toThrow(OUT);
    }
  });

  test.each(['i32', 'i64'] as const)(
    'memory.grow of %s reaches the limit at once and by the last page, and not more',
    (type) => {
      const address = (n: number): number | bigint => (type === 'i32' ? n : BigInt(n));
      const at = type === 'i64' ? 'i64 ' : '';
      for (const [memory, handedOut] of [
        [`${at}1`, false],
        [`${at}1`, true],
        [`${at}1 65536 shared`, true],
      ] as const) {
        const make = (): Instance => {
          const instance = run(program(type, memory));
          instance.call('store', address(0));
          if (handedOut) void (instance.exports['m'] as Memory).buffer;
          return instance;
        };
        const below = make();
        expect([below.call('grow', address(MOST)), ...whole(below, address)]).toEqual([
          address(-1),
          address(1),
          4,
          0x0304,
          0x01020304,
        ]);
        expect([below.call('grow', address(MOST - 1)), ...whole(below, address)]).toEqual([
          address(1),
          address(MOST),
          4,
          0x0304,
          0x01020304,
        ]);
        expect([below.call('grow', address(1)), below.call('grow', address(0))]).toEqual([address(-1), address(MOST)]);
        if (memory.includes('shared')) byTheLastPage(make(), address);
      }
    },
  );
});

// Which takes 2 GiB for once, since the host has no way to grow it in place.
test('a memory that is not shared reaches the limit by the last page, too', () => {
  const instance = run(program('i32', '1'));
  instance.call('store', 0);
  byTheLastPage(instance, (n) => n);
});

test('a minimum of a page more is refused when the memory is made, as defined and as exported', () => {
  for (const text of [`${MOST + 1}`, `i64 ${MOST + 1}`, `${MOST + 1} 65536 shared`, '65536']) {
    expect(() => run(`(module (memory ${text}))`)).toThrow(ExhaustionError);
    expect(() => run(`(module (memory ${text}))`)).toThrow(/^out of memory/);
  }
});

test('with a maximum that the embedder sets, growth ends there', () => {
  const instance = run(program('i32', '1'), {}, { maxMemoryBytes: 3 * 65536 });
  expect([instance.call('grow', 2), instance.call('grow', 1), instance.call('size')]).toEqual([1, -1, 3]);
  expect(() => run('(module (memory 4))', {}, { maxMemoryBytes: 4 * 65536 - 1 })).toThrow(ExhaustionError);
});
