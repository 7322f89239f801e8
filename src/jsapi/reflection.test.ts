import { expect, test } from 'vitest';
import { enableTypeReflection } from './reflection.ts';
import { namespace as api } from './namespace.ts';
import { run, wat } from './wat.suite.ts';

type Reflected = { type(): unknown };
const typeOf = (object: unknown): unknown => (object as Reflected).type();

test('without the switch nothing of type reflection is there', () => {
  expect('Function' in api).toBe(false);
  expect('type' in new api.Memory({ initial: 0 })).toBe(false);
  expect(api.Module.exports(new api.Module(wat('(module (memory (export "m") 1))')))).toEqual([
    { name: 'm', kind: 'memory' },
  ]);
});

test('with the switch everything tells its type', () => {
  enableTypeReflection();
  expect(typeOf(new api.Memory({ initial: 1, maximum: 2 }))).toEqual({
    minimum: 1,
    maximum: 2,
    shared: false,
    address: 'i32',
  });
  expect(typeOf(new api.Global({ value: 'i64', mutable: true }))).toEqual({ mutable: true, value: 'i64' });
  expect(typeOf(new api.Tag({ parameters: ['f32'] }))).toEqual({ parameters: ['f32'] });
  const exports = run(
    '(module (table (export "t") i64 3 funcref) (func (export "f") (param i32) (result f64) f64.const 1))',
  );
  expect(typeOf(exports['t'])).toEqual({ minimum: 3n, address: 'i64', element: 'funcref' });
  expect(typeOf(exports['f'])).toEqual({ parameters: ['i32'], results: ['f64'] });
  expect(api.Module.imports(new api.Module(wat('(module (import "a" "b" (global (mut i32))))')))).toEqual([
    { module: 'a', name: 'b', kind: 'global', type: { mutable: true, value: 'i32' } },
  ]);
});

test('a function made by WebAssembly.Function can stand in tables', () => {
  enableTypeReflection();
  const { Function: WasmFunction } = api as unknown as {
    Function: new (type: object, func: (...args: never[]) => unknown) => (...args: unknown[]) => unknown;
  };
  const twice = new WasmFunction({ parameters: ['i32'], results: ['i32'] }, (x: number) => 2 * x);
  expect(twice).toBeInstanceOf(WasmFunction);
  expect(twice('21')).toBe(42);
  const table = new api.Table({ element: 'anyfunc', initial: 1 }, twice);
  expect(table.get(0)).toBe(twice);
});
