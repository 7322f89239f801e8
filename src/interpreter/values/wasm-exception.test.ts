import { describe, expect, test } from 'vitest';
import { Func, JS_TAG, type Tag, tagOf, type Value, WasmException } from '../../index.ts';
import { run } from '../../../tests/engine/support.ts';

const make = (types: readonly string[], values: readonly unknown[]): readonly unknown[] =>
  new WasmException(tagOf(types), values as Value[]).values;

const thrown = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

describe('an exception that a host makes', () => {
  test('had its values as they were given, which are none of its types', () => {
    const own = { valueOf: () => 300.7 };
    expect(make(['i32', 'i64', 'f32', 'f64', 'externref'], [2 ** 32 + 5, 2n ** 64n - 1n, 0.1, own, own])).toEqual([
      5,
      -1n,
      Math.fround(0.1),
      300.7,
      own,
    ]);
    expect(make(['anyref', 'i31ref', 'funcref'], [7, -5, null])).toEqual([7, -5, null]);
    expect(make([], [])).toEqual([]);
  });

  test.each<[what: string, types: string[], values: unknown[], message: RegExp]>([
    ['a text for an i32', ['i32'], ['5'], /^an i32 is a number, not a string \(value 1 of 1 of an exception\)$/],
    ['a number for an i64', ['f32', 'i64'], [1, 5], /^an i64 is a bigint, not a number \(value 2 of 2/],
    ['nothing for an f64', ['f64'], [undefined], /^an f64 is a number, not undefined/],
    ['an object for a funcref', ['funcref'], [{}], /value 1 of 1/],
    ['a large number for an i31ref', ['i31ref'], [2 ** 31], /value 1 of 1/],
    ['anything for a v128', ['v128'], [5n], /^a v128 has no JavaScript value/],
    ['too few', ['i32'], [], /^an exception of tag .*has 1 value, not 0$/],
    ['too many', [], [1], /has 0 values, not 1$/],
  ])('took %s', (_what, types, values, message) => {
    const error = thrown(() => make(types, values));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(message);
  });

  test.each([
    ['an object', {}],
    ['nothing', undefined],
    ['what passes for a tag', Object.create(tagOf([]))],
    ['a Proxy of a tag', new Proxy(tagOf([]), {})],
    ['a name', 'tag'],
  ])('took %s for its tag', (_what, tag) => {
    expect(thrown(() => new WasmException(tag as Tag))).toMatchObject({ message: /the tag has to be a Tag/ });
  });

  test.each([
    ['a text', '12'],
    ['an object with a length', { length: 1, 0: 5 }],
    ['a Set', new Set([5])],
    ['null', null],
  ])('took %s for its values', (_what, values) => {
    expect(thrown(() => new WasmException(tagOf(['i32']), values as never))).toMatchObject({
      message: /the list of values has to be an array/,
    });
  });

  const CATCHING = `(module (import "a" "t" (tag $t (param i32 externref))) (import "a" "f" (func $f))
    (func (export "go") (result i32 externref) (block $h (result i32 externref)
      (try_table (catch $t $h) (call $f)) (i32.const -1) (ref.null extern))))`;

  test('was read again when it was thrown: what changed in between came in', () => {
    const tag = tagOf(['i32', 'externref']);
    const values: unknown[] = [1, 'one'];
    const made = new WasmException(tag, values as Value[]);
    values[0] = 2;
    for (const [name, value] of [
      ['values', [3, 'three']],
      ['tag', tagOf(['i64'])],
    ] as const) {
      Object.defineProperty(made, name, { value });
    }
    const f = (): never => {
      throw made;
    };
    const instance = run(CATCHING, { a: { t: tag, f } });
    expect(instance.call('go')).toEqual([1, 'one']);
  });

  test('is the same object where nobody catches it, and its values do not change', () => {
    const tag = tagOf(['i32', 'externref']);
    const made = new WasmException(tag, [1, null]);
    const f = (): never => {
      throw made;
    };
    const instance = run('(module (import "a" "f" (func $f)) (func (export "go") (call $f)))', { a: { f } });
    expect(thrown(() => instance.call('go'))).toBe(made);
    expect(() => (made.values as unknown[]).push(5)).toThrow(TypeError);
  });

  test('of the tag of JavaScript values leaves as the value', () => {
    const f = (): never => {
      throw new WasmException(JS_TAG, ['text']);
    };
    const instance = run('(module (import "a" "f" (func $f)) (func (export "go") (call $f)))', { a: { f } });
    expect(thrown(() => instance.call('go'))).toBe('text');
  });

  test('is not taken for one that left wasm, when that could not be made', () => {
    const instance = run('(module (tag $t (export "t") (param i64)) (func (export "go") (throw $t (i64.const 5))))');
    const { stackTraceLimit } = Error;
    // At the end of the stack making it fails somewhere.
    const deep = (): unknown => {
      try {
        return deep();
      } catch {
        return thrown(() => instance.call('go'));
      }
    };
    deep();
    Error.stackTraceLimit = stackTraceLimit;
    expect(make(['i32'], [7])).toEqual([7]);
    expect((thrown(() => instance.call('go')) as WasmException).values).toEqual([5n]);
  });

  test('takes functions that fit', () => {
    const f = run('(module (func (export "f")))').exports['f'] as Func;
    expect(f).toBeInstanceOf(Func);
    expect(make(['funcref'], [f])).toEqual([f]);
  });
});
