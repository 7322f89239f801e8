// Memories whose bytes the host takes away or lets grow behind the engine's back, in both loops.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { type Instance, Memory, Trap } from '../../src/index.ts';
import { I32, type MemType } from '../../src/syntax/types.ts';
import { run } from './support.ts';

const PROGRAM = (memory: string, address = 'i32'): string => `(module ${memory}
  (data $d "abc")
  (func (export "size") (result ${address}) (memory.size))
  (func (export "grow") (param ${address}) (result ${address}) (memory.grow (local.get 0)))
  (func (export "load") (param ${address}) (result i32) (i32.load (local.get 0)))
  (func (export "load8") (param ${address}) (result i32) (i32.load8_u offset=3 (local.get 0)))
  (func (export "load64") (param ${address}) (result i64) (i64.load (local.get 0)))
  (func (export "vector") (param ${address}) (drop (v128.load (local.get 0))))
  (func (export "store") (param ${address}) (i32.store (local.get 0) (i32.const 7)))
  (func (export "atomic") (param ${address}) (drop (i32.atomic.rmw.add (local.get 0) (i32.const 7))))
  (func (export "fill") (param ${address}) (memory.fill (local.get 0) (i32.const 7) (${address}.const 8)))
  (func (export "copy") (param ${address}) (memory.copy (local.get 0) (${address}.const 8) (${address}.const 8)))
  (func (export "init") (param ${address}) (memory.init $d (local.get 0) (i32.const 0) (i32.const 3)))
  (func $size (result ${address}) (memory.size))
  (func (export "after call") (param ${address}) (result i32) (drop (call $size)) (i32.load (local.get 0)))
  (func (export "after loop") (param ${address}) (result i32) (local $i i32)
    (loop $more (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50000))))
    (i32.load (local.get 0)))
  (func (export "no access") (param ${address}) (result i32) (local $i i32)
    (loop $more (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50000))))
    (local.get $i))
  (func (export "grow and load") (param ${address}) (result i32)
    (drop (memory.grow (${address}.const 1))) (i32.load (local.get 0))))`;

const ACCESSES = ['load', 'load8', 'load64', 'vector', 'store', 'fill', 'copy', 'init', 'after call', 'after loop'];

function lost(instance: Instance): Memory {
  const memory = instance.exports['m'] as Memory;
  memory.bytes[0] = 42;
  const { buffer } = memory;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  return memory;
}

describe.each(['switch', 'closures'] as const)('in the loop of %s', (loop) => {
  beforeEach(() => useLoop(loop));
  afterEach(() => useLoop('switch'));

  test.each([
    ['i32', '(memory (export "m") 1 10)'],
    ['i64', '(memory (export "m") i64 1 10)'],
  ] as const)(
    'a memory of %s that was transferred away traps at each access, and is new when it grows',
    (type, text) => {
      const address = (n: number): number | bigint => (type === 'i32' ? n : BigInt(n));
      const instance = run(PROGRAM(text, type));
      const memory = lost(instance);
      for (const name of [...ACCESSES, 'atomic']) {
        for (const at of [0, 8, 65528]) {
          expect(() => instance.call(name, address(at)), `${name} ${at}`).toThrow(Trap);
          expect(() => instance.call(name, address(at)), `${name} ${at}`).toThrow(
            /^out of bounds memory access.*transferred/,
          );
        }
      }
      expect([instance.call('size'), instance.call('no access', address(0))]).toEqual([address(1), 50000]);
      expect([instance.call('grow and load', address(0)), instance.call('load', address(0))]).toEqual([0, 0]);
      lost(instance);
      expect([instance.call('grow', address(100)), instance.call('grow', address(2))]).toEqual([
        address(-1),
        address(2),
      ]);
      instance.call('store', address(8));
      expect([instance.call('load', address(8)), instance.call('load', address(0)), memory.pages]).toEqual([7, 0, 4]);
    },
  );

  test('a second memory that was transferred away traps, and the first goes on', () => {
    const instance = run(`(module (memory 1) (memory $m (export "m") 1)
      (func (export "load") (param i32) (result i32) (i32.load $m (local.get 0)))
      (func (export "fill") (memory.fill $m (i32.const 0) (i32.const 1) (i32.const 1)))
      (func (export "first") (i32.store (i32.const 0) (i32.const 1)))
      (func (export "between") (memory.copy $m 0 (i32.const 0) (i32.const 0) (i32.const 1))))`);
    lost(instance);
    for (const name of ['fill', 'between']) expect(() => instance.call(name)).toThrow(Trap);
    expect(() => instance.call('load', 0)).toThrow(Trap);
    instance.call('first');
  });

  test('an import that transfers the memory away makes the next access trap, not lose what it stores', () => {
    const instance = run(
      `(module (import "e" "take" (func $take)) (memory (export "m") 1)
        (func (export "f") (i32.store (i32.const 0) (i32.const 1)) (call $take) (i32.store (i32.const 4) (i32.const 1))))`,
      { e: { take: () => void lost(instance) } },
    );
    expect(() => instance.call('f')).toThrow(/transferred/);
  });

  test('a data segment for a memory that was transferred away does not fit', () => {
    const m = lost(run('(module (memory (export "m") 1))'));
    expect(() => run('(module (import "e" "m" (memory 1)) (data (i32.const 0) "a"))', { e: { m } })).toThrow(Trap);
  });

  const type: MemType = { addr: I32, limits: { min: 1n, max: 8n }, shared: true, pageSizeLog2: 16 };
  const first = new Memory(type);
  test.runIf(first.share() !== undefined)('sees at once that another thread let a shared memory grow', () => {
    const m = new Memory(type);
    const others = new Memory(type, undefined, m.share());
    const imports = { e: { m, more: () => void others.grow(1) } };
    const accesses = ['load', 'load64', 'vector', 'store', 'fill', 'copy', 'atomic'];
    const instance = run(PROGRAM('(import "e" "m" (memory 1 8 shared))'), imports);
    accesses.forEach((name, i) => {
      const at = (i + 1) * 65536;
      expect(() => instance.call(name, at), name).toThrow(Trap);
      others.grow(1);
      others.bytes[at] = 5;
      instance.call(name, at);
    });
    expect([instance.call('size'), instance.call('grow', 1), m.pages]).toEqual([8, -1, 8]);
  });

  test.runIf(first.share() !== undefined)(
    'the first access to a page that another thread added finds its bytes',
    () => {
      const m = new Memory(type);
      const others = new Memory(type, undefined, m.share());
      const n = new Memory({ ...type, shared: false });
      const instance = run(
        `(module (import "e" "n" (memory 1)) (import "e" "m" (memory $m 1 8 shared))
        (func (export "store") (param i32) (i32.store $m (local.get 0) (i32.const 7)))
        (func (export "load") (param i32) (result i32) (i32.load $m (local.get 0)))
        (func (export "load8") (param i32) (result i32) (i32.load8_u $m (local.get 0)))
        (func (export "load64") (param i32) (result i64) (i64.load $m (local.get 0))))`,
        { e: { m, n } },
      );
      const grown = (): number => others.grow(1) * 65536;
      let at = grown();
      instance.call('store', at);
      expect(others.bytes[at]).toBe(7);
      for (const name of ['load', 'load8', 'load64']) {
        at = grown();
        others.bytes[at] = 5;
        expect(Number(instance.call(name, at)), name).toBe(5);
      }
    },
  );

  test.runIf(first.share() !== undefined)('a guest that saw that its memory is longer may access all of it', () => {
    const m = new Memory(type);
    const others = new Memory(type, undefined, m.share());
    const instance = run(
      `(module (import "e" "m" (memory 1 8 shared))
        (func (export "size") (param i32) (result i32) (drop (memory.size)) (i32.load (local.get 0)))
        (func (export "atomic") (param i32) (result i32)
          (drop (i32.atomic.load (local.get 0))) (i32.load (local.get 0)))
        (func (export "walk") (param i32) (result i32) (local $v i32)
          (local.set $v (i32.load (local.tee 0 (i32.add (local.get 0) (i32.const 4)))))
          (i32.add (local.get $v) (local.get 0)))
        (func (export "fill") (param i32) (result i32)
          (memory.fill (local.get 0) (i32.const 9) (i32.const 1)) (i32.load (local.get 0))))`,
      { e: { m } },
    );
    // As if another thread did it while the guest runs.
    const { refresh } = m;
    let growing = false;
    let calls = 0;
    m.refresh = function () {
      // The loop asks when it is entered; the instruction asks next.
      if (growing && ++calls === 2) others.grow(1);
      return refresh.call(this);
    };
    for (const name of ['size', 'atomic', 'walk', 'fill']) {
      const at = others.byteLength;
      calls = 0;
      growing = true;
      expect(instance.call(name, at), name).toBe({ walk: at + 4, fill: 9 }[name] ?? 0);
      growing = false;
    }
    m.refresh = refresh;
  });

  test('an atomic access that is neither aligned nor inside is unaligned', () => {
    const instance = run(`(module (memory 1 1 shared)
      (func (export "load") (param i32) (drop (i32.atomic.load (local.get 0))))
      (func (export "load16") (param i32) (drop (i64.atomic.load16_u (local.get 0))))
      (func (export "store") (param i32) (i64.atomic.store (local.get 0) (i64.const 0)))
      (func (export "add") (param i32) (drop (i32.atomic.rmw.add offset=4 (local.get 0) (i32.const 1))))
      (func (export "swap") (param i32) (drop (i64.atomic.rmw.cmpxchg (local.get 0) (i64.const 0) (i64.const 1))))
      (func (export "notify") (param i32) (drop (memory.atomic.notify (local.get 0) (i32.const 0))))
      (func (export "wait32") (param i32) (drop (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 0))))
      (func (export "wait64") (param i32) (drop (memory.atomic.wait64 (local.get 0) (i64.const 0) (i64.const 0)))))`);
    for (const name of ['load', 'load16', 'store', 'add', 'swap', 'notify', 'wait32', 'wait64']) {
      for (const at of [65535, 65537, -1]) expect(() => instance.call(name, at), name).toThrow('unaligned atomic');
      for (const at of [65536, -8]) {
        expect(() => instance.call(name, at), name).toThrow('out of bounds memory access');
      }
    }
  });

  test('an atomic access by an offset of more than 32 bits is judged by its lowest bits, too', () => {
    const instance = run(`(module (memory i64 1)
      (func (export "f") (param i64) (drop (i64.atomic.load offset=0x100000004 (local.get 0)))))`);
    expect(() => instance.call('f', 0n)).toThrow('unaligned atomic');
    expect(() => instance.call('f', 4n)).toThrow('out of bounds memory access');
  });
});

test('bulk instructions of no bytes run on a memory that was transferred away: at 0 they do nothing, past it they trap', () => {
  const one = (type: string): string =>
    `(module (memory (export "m") 1) (memory 1) (data $d "abc") (func (export "f") (param i32) ${type}))`;
  const [p, zero] = ['(local.get 0)', '(i32.const 0)'];
  for (const loop of ['switch', 'closures'] as const) {
    useLoop(loop);
    for (const code of [
      `(memory.fill ${p} ${zero} ${zero})`,
      `(memory.copy ${p} ${zero} ${zero})`,
      `(memory.copy ${zero} ${p} ${zero})`,
      `(memory.copy 0 1 ${p} ${zero} ${zero})`,
      `(memory.copy 1 0 ${zero} ${p} ${zero})`,
      `(memory.init $d ${p} ${zero} ${zero})`,
    ]) {
      const instance = run(one(code));
      lost(instance);
      expect(instance.call('f', 0), code).toBeUndefined();
      expect(() => instance.call('f', 1), code).toThrow(Trap);
    }
  }
  useLoop('switch');
});
