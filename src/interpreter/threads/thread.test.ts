import { describe, expect, test } from 'vitest';
import { compile } from '../../index.ts';
import { instantiate } from '../../instance.ts';
import { assemble } from '../../text/index.ts';
import { REFERENCES } from '../state/stack.ts';
import { type Thread, NONE, running, threadFor } from './thread.ts';

const other = instantiate(
  compile(assemble('(module (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))')),
);

const SOURCE = `(module
  (import "host" "again" (func $again (param i32) (result i32)))
  (import "host" "twice" (func $twice (param i32) (result i32)))
  (memory 1)
  (tag $e (param i32))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "nested") (param i32) (result i32) (call $again (local.get 0)))
  (func (export "across") (param i32) (result i32) (return_call $twice (call $twice (local.get 0))))
  (func (export "fills") (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)))
  (func (export "grows") (result i32) (memory.grow (i32.const 1)))
  (func (export "catches") (result i32)
    (block $h (result i32) (try_table (result i32) (catch $e $h) (throw $e (i32.const 7)))))
  (func (export "traps") unreachable))`;

type Fields = Record<string, unknown>;

/** What a call of its own sets anyway. */
const SET = ['instance', 'fuel', 'slice', 'pc', 'sp', 'fp2', 'base', 'frameBase'];

function rest(thread: Thread): Fields {
  return Object.fromEntries(Object.entries(thread).filter(([name]) => !SET.includes(name)));
}

describe('a thread whose call is done', () => {
  const inside: Thread[] = [];
  const instance = instantiate(compile(assemble(SOURCE)), {
    host: {
      again: (n: number): number => {
        inside.push(running[running.length - 1]);
        return instance.call('add', n, 1) as number;
      },
      twice: other.func('twice'),
    },
  });
  const { inner } = instance;
  const fresh = rest(new (threadFor(inner, 1).constructor as new (...args: unknown[]) => Thread)(inner, 1, false));

  test.each([
    ['add', [1, 2]],
    ['nested', [1]],
    ['across', [1]],
    ['fills', []],
    ['grows', []],
    ['catches', []],
  ] as const)('is as good as new after a call of %s', (name, args) => {
    for (const options of [{}, { fuel: 10_000 }, { fuel: { left: 10_000 } }, { deadline: Date.now() + 60_000 }]) {
      instance.callWith(options, name, ...args);
      const thread = threadFor(inner, 5);
      expect(rest(thread)).toStrictEqual(fresh);
      expect(thread.callers).toBe(NONE);
      expect([thread.instance, thread.fuel]).toStrictEqual([inner, 5]);
      thread.retire();
      // It keeps nothing alive while it waits for the next call.
      expect(thread.instance).toBe(undefined);
    }
  });

  test('is not the one that a nested call runs on, nor one that an error ended', () => {
    inside.length = 0;
    instance.call('nested', 1);
    const inner1 = inside[0];
    instance.call('nested', 1);
    expect(new Set([...inside, threadFor(inner, 1), threadFor(inner, 1)]).size).toBeGreaterThan(1);
    expect(() => instance.call('traps')).toThrow('unreachable');
    expect(running).toStrictEqual([]);
    expect(instance.call('nested', 4)).toBe(5);
    expect(inner1).toBeDefined();
  });
});

test('the array of references was thrown away after a call that used much of it, and grown anew by the next one', () => {
  const instance = instantiate(
    compile(
      assemble(`(module (func $deep (export "deep") (param i32 externref) (local ${'externref '.repeat(300)})
        (local.set 2 (local.get 1))
        (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 2)))))
        (func (export "f") (param i32)))`),
    ),
  );
  instance.call('deep', 1000, {});
  const { length } = REFERENCES;
  expect(length).toBeGreaterThan(300_000);
  instance.call('f', 1);
  expect(REFERENCES.length).toBe(length);
  // What it referred to is let go of.
  expect(REFERENCES.every((one) => one === null)).toBe(true);
});
