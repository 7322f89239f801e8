// A call that cannot wait, while another one of the program is in the middle of its pieces.
import { expect, test } from 'vitest';
import { compile, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';

test('every call that could not wait failed while another was in the middle of its pieces, and after that was given up', async () => {
  const instance = instantiate(
    compile(
      assemble(`(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (memory (export "memory") 400)
        (func (export "random") (result i32) (call $random (i32.const 0) (i32.const 26000000)))
        (func (export "yield") (result i32) (call $yield))
        (func (export "first") (result i32) (i32.load8_u (i32.const 0)))
        (func (export "last") (result i32) (i32.load8_u (i32.const 25999999))))`),
    ),
    new WASI({ random: { fill: (bytes) => bytes.fill(7) } }).imports,
  );
  const long = instance.callAsync('random');
  // It may have to wait for a turn of its own: loading has taken this one.
  while (instance.call('first') === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(instance.call('last')).toBe(0);
  expect(instance.call('yield')).toBe(0);
  // It has come to its end meanwhile, and says so in its turn.
  expect(instance.call('last')).toBe(7);
  expect(await long).toBe(0);
  const stop = new AbortController();
  const given = instance.callAsync('random', [], { signal: stop.signal });
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  expect(instance.call('yield')).toBe(0);
  await expect(given).rejects.toThrow('interrupted');
  expect(instance.call('yield')).toBe(0);
});

const RANDOM = assemble(`(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (memory (export "memory") 400)
  (func (export "random") (result i32) (call $random (i32.const 0) (i32.const 26000000)))
  (func (export "yield") (result i32) (call $yield)))`);

test('a failure in the pieces of a call went to the one that could not wait, and the call was made again', async () => {
  let pieces = 0;
  const fill = (): void => {
    if (++pieces === 6) throw new Error('the provider is broken');
  };
  const instance = instantiate(compile(RANDOM), new WASI({ random: { fill } }).imports);
  const long = instance.callAsync('random');
  await new Promise((resolve) => setImmediate(resolve));
  expect(instance.call('yield')).toBe(0);
  await expect(long).rejects.toThrow('the provider is broken');
  expect(pieces).toBe(6);
});

test('a provider that called the guest in a later piece broke the call', async () => {
  let pieces = 0;
  const fill = (): void => {
    if (++pieces % 5 === 0) expect(instance.call('yield')).toBe(0);
  };
  const instance = instantiate(compile(RANDOM), new WASI({ random: { fill } }).imports);
  expect(await instance.callAsync('random')).toBe(0);
  expect(pieces).toBe(100);
});
