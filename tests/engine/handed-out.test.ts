// What the engine hands out - types, sets of features, tables of names - cannot be changed, so that no embedder changes what
// another one runs.
import { describe, expect, test } from 'vitest';
import {
  compile,
  DEFAULT_FEATURES,
  FEATURES,
  type Func,
  type Global,
  instantiate,
  type Memory,
  type Table,
} from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { trapClass } from '../../src/testing/index.ts';
import { ERRNO } from '../../src/wasi/index.ts';

const BYTES =
  assemble(`(module (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 1))
  (type $s (struct (field i32)))
  (func (export "f") (result i32) (i32.const 3)) (func (export "h") (result i64) (i64.const 5)))`);

/** Paths to what is not frozen below a value; typed arrays cannot be. */
function loose(value: unknown, path: string, most = 6): string[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || most === 0) return [];
  const here = Object.isFrozen(value) ? [] : [path];
  return [...here, ...Object.entries(value).flatMap(([name, one]) => loose(one, `${path}.${name}`, most - 1))];
}

describe('nobody changes', () => {
  test('types of what modules export', () => {
    const { exports } = instantiate(compile(BYTES));
    const types = [exports['f'] as Func, exports['m'] as Memory, exports['t'] as Table, exports['g'] as Global];
    for (const { kind, type } of types) expect(loose(type, kind)).toEqual([]);
  });

  test('what validation found', () => {
    const valid = compile(BYTES);
    const { module: _given, features: _set, ...found } = valid;
    expect(Object.isFrozen(valid)).toBe(true);
    expect(loose({ ...found }, '')).toEqual(['']);
    expect(() => (valid.funcTypes as number[]).reverse()).toThrow(TypeError);
  });

  test('which features are on', () => {
    const valid = compile(BYTES);
    for (const set of [DEFAULT_FEATURES, valid.features] as Set<string>[]) {
      expect(() => set.delete('gc')).toThrow(TypeError);
      expect(() => set.add('x')).toThrow(TypeError);
      expect(() => set.clear()).toThrow(TypeError);
    }
    Set.prototype.delete.call(DEFAULT_FEATURES, 'gc');
    try {
      expect(compile(BYTES).features.has('gc')).toBe(true);
    } finally {
      Set.prototype.add.call(DEFAULT_FEATURES, 'gc');
    }
    expect(loose(FEATURES, 'FEATURES')).toEqual([]);
  });

  test('the numbers of errors, and none is found by a name of Object.prototype', () => {
    expect(Object.isFrozen(ERRNO)).toBe(true);
    for (const name of ['toString', 'constructor', '__proto__']) {
      expect(ERRNO[name as never]).toBeUndefined();
      expect(FEATURES[name as never]).toBeUndefined();
      expect(() => trapClass(name as never)).toThrow(TypeError);
    }
  });
});
