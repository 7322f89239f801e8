// When the code array is full, all code is dropped and lowered again; nobody notices. The tests drop it early.
import { describe, expect, test } from 'vitest';
import { compile, type Instance, instantiate } from '../../src/index.ts';
import { startGeneration } from '../../src/interpreter/code/lowered.ts';
import { running } from '../../src/interpreter/threads/thread.ts';
import { functionOf, repeat } from './large-bodies.ts';
import { PROGRAMS } from './programs.ts';
import { callInSlices, random, run, stateOf, wat } from './support.ts';

/** As a function does that is lowered when there is no room: all threads on the stack go on in new code. */
function dropAll(): void {
  startGeneration(running);
}

describe('code that is dropped', () => {
  test.each(PROGRAMS)('while $name is parked changes nothing', ({ text, args }) => {
    const module = wat(text);
    const [whole, cut] = [instantiate(module), instantiate(module)];
    const next = random(5);
    for (const arg of args) {
      const expected = callInSlices(whole, 'run', [BigInt(arg)], () => Number.POSITIVE_INFINITY);
      const seen = callInSlices(cut, 'run', [BigInt(arg)], () => {
        if (next() < 0.3) dropAll();
        // Other code may stand in the same places then.
        if (next() < 0.1)
          expect(
            run(
              `(module (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const ${Math.floor(next() * 99)}))))`,
            ).call('f', 1),
          ).toBeGreaterThan(0);
        return Math.floor(next() * 300);
      });
      expect({ ...seen, stops: 0 }).toEqual(expected);
      expect(stateOf(cut)).toEqual(stateOf(whole));
    }
  });

  test.each(['fast', 'traced'] as const)(
    'while a host function runs below many frames changes nothing (%s)',
    (mode) => {
      const text = `(module (import "e" "h" (func $h (param i32) (result i32)))
      (func $work (export "work") (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
        (i32.add (i32.mul (call $h (local.get 0)) (i32.const 3)) (call $work (i32.sub (local.get 0) (i32.const 1)))))
      (func (export "tail") (param i32) (result i32) (return_call $h (local.get 0)))
      (func (export "other") (param i32) (result i32) (i32.xor (local.get 0) (i32.const 5))))`;
      const make = (drop: boolean): Instance => {
        const other = run(text, { e: { h: (n: number) => n } }, { mode });
        const instance: Instance = run(
          text,
          {
            e: {
              h: (n: number) => {
                if (drop) dropAll();
                const inner = n > 0 ? (instance.call('other', n) as number) : 0;
                if (drop && n % 2 === 0) dropAll();
                return (
                  inner +
                  (n % 3 === 0 && n > 0 ? (instance.call('work', Math.floor(n / 3)) as number) : 0) +
                  (other.call('tail', n) as number)
                );
              },
            },
          },
          { mode },
        );
        return instance;
      };
      for (const n of [0, 1, 5, 30]) {
        expect(make(true).call('work', n)).toBe(make(false).call('work', n));
        expect(make(true).call('tail', n)).toBe(make(false).call('tail', n));
      }
    },
  );

  test('while threads wait for the host changes nothing', async () => {
    const instance = run(
      `(module (import "e" "wait" (func $wait (param i32) (result i32)))
        (func $deep (export "f") (param i32 i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (call $wait (local.get 1)))))
          (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)) (i32.const 1))))`,
      {
        e: {
          wait: async (n: number) => {
            dropAll();
            await new Promise((resolve) => setTimeout(resolve, n % 4));
            dropAll();
            return n * 100;
          },
        },
      },
    );
    const calls = Array.from({ length: 20 }, (_, i) => instance.callAsync('f', [i, i]));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, i) => i * 101));
  });

  test('in a trap still gives the backtrace', () => {
    const instance = run(
      '(module (import "e" "h" (func $h)) (func $a (call $h) unreachable) (func (export "f") (call $a)))',
      {
        e: { h: dropAll },
      },
    );
    expect(() => instance.call('f')).toThrow(
      expect.objectContaining({
        backtrace: [expect.objectContaining({ func: 1 }), expect.objectContaining({ func: 2 })],
      }),
    );
  });
});

test('a function that takes half of the code array was lowered again and again, where others stood in the other half', () => {
  const module = compile(functionOf([repeat([0x41, 0, 0x1a], 1_000_000)]));
  for (let i = 0; i < 2; i++) {
    const execution = instantiate(module, {}, { mode: 'traced' }).begin('f');
    execution.fuel = 1e9;
    expect(execution.step(Number.POSITIVE_INFINITY, { deadline: Date.now() + 30_000 })).toBe('done');
  }
});
