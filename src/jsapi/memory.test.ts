import { expect, test } from 'vitest';
import { Memory } from '../runtime/memory.ts';
import { I32 } from '../syntax/types.ts';
import { namespace as api } from './namespace.ts';
import { run } from './wat.suite.ts';

type MemoryObject = InstanceType<typeof api.Memory>;

test('the buffer is one object until the memory grows, and then it is detached', () => {
  const memory = new api.Memory({ initial: 1, maximum: 3 });
  const { buffer } = memory;
  new Uint8Array(buffer)[5] = 9;
  expect(memory.buffer).toBe(buffer);
  expect(memory.grow(1)).toBe(1);
  expect(buffer.byteLength).toBe(0);
  expect(memory.buffer.byteLength).toBe(131072);
  expect(new Uint8Array(memory.buffer)[5]).toBe(9);
  expect(() => memory.grow(2)).toThrow(RangeError);
  expect(memory.buffer.byteLength).toBe(131072);
});

test('memory.grow of a program detaches too, also by nothing', () => {
  const exports = run(
    '(module (memory (export "m") 1) (func (export "g") (param i32) (result i32) local.get 0 memory.grow) (func (export "l") (param i32) (result i32) local.get 0 i32.load8_u))',
  );
  const memory = exports['m'] as unknown as MemoryObject;
  const first = memory.buffer;
  expect(exports['g'](0)).toBe(1);
  expect(first.byteLength).toBe(0);
  const second = memory.buffer;
  new Uint8Array(second)[65535] = 7;
  expect(exports['l'](65535)).toBe(7);
  expect(exports['g'](1)).toBe(1);
  expect(second.byteLength).toBe(0);
  expect(exports['l'](65535)).toBe(7);
  expect(new Uint8Array(memory.buffer).length).toBe(131072);
});

test('a memory that nobody looks at keeps its spare room when it grows', () => {
  const memory = new Memory({ addr: I32, limits: { min: 1n, max: undefined }, shared: false, pageSizeLog2: 16 });
  memory.grow(1);
  const { M8 } = memory;
  memory.grow(1);
  expect(memory.M8.length).toBeGreaterThanOrEqual(3 * 65536);
  expect(memory.buffer.byteLength).toBe(3 * 65536);
  // An old view: hosts that can move the bytes leave it empty, others leave it as it was.
  expect(M8.length).toBe('transfer' in ArrayBuffer.prototype ? 0 : 2 * 65536);
});

test('an exact buffer may end within a word', () => {
  const memory = new Memory({ addr: I32, limits: { min: 7n, max: undefined }, shared: false, pageSizeLog2: 0 });
  expect(memory.buffer.byteLength).toBe(7);
  expect(memory.grow(3)).toBe(7);
  expect(memory.buffer.byteLength).toBe(10);
});

test('a memory with 64-bit addresses speaks bigint', () => {
  const memory = new api.Memory({ initial: 1n, address: 'i64' });
  expect(memory.grow(1n)).toBe(1n);
  expect(() => memory.grow(1)).toThrow(TypeError);
});

test('a shared memory has a frozen SharedArrayBuffer', () => {
  const memory = new api.Memory({ initial: 1, maximum: 2, shared: true });
  expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(Object.isFrozen(memory.buffer)).toBe(true);
});
