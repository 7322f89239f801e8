// What the engine hands out - types, sets of features, tables of names - cannot be changed, so that no embedder changes what
// another one runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  compile,
  DEFAULT_FEATURES,
  FEATURES,
  type Func,
  type Global,
  instantiate,
  Memory,
  type Table,
} from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { I32, type MemType } from '../../src/syntax/types.ts';
import { trapClass } from '../../src/testing/index.ts';
import { ERRNO, WASI } from '../../src/wasi/index.ts';
import { projectRoot } from '../data.ts';

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

describe('a shared memory counts as held by other threads', () => {
  const TYPE: MemType = { addr: I32, limits: { min: 1n, max: 2n }, shared: true, pageSizeLog2: 16 };
  const isShared = (value: unknown): boolean =>
    value instanceof SharedArrayBuffer ||
    (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer) ||
    (typeof value === 'object' && value !== null && Object.values(value).some(isShared));
  /** What a member gives: a method is called. */
  const given = (memory: Memory, name: keyof Memory): unknown => {
    const value: unknown = memory[name];
    return typeof value === 'function' ? Reflect.apply(value, memory, [0]) : value;
  };
  const names = [...Object.keys(new Memory(TYPE)), ...Object.getOwnPropertyNames(Memory.prototype)].filter(
    (name) => name !== 'constructor',
  ) as (keyof Memory)[];
  const declared = readFileSync(join(projectRoot, 'dist/runtime/memory.d.ts'), 'utf8').matchAll(
    /^ {4}(?:readonly |get )?(\w+)(?=[(:])/gm,
  );
  const shown = new Set([...declared].map(([, name]) => name));

  test.each(names.filter((name) => shown.has(name)))(
    'after whoever embeds it used %s, if that gives its bytes',
    (name) => {
      const memory = new Memory(TYPE);
      expect([name, isShared(given(memory, name))]).toEqual([name, memory.isHeld]);
    },
  );

  test('by bytes, buffer and share alone: no other member gives its bytes to embedders', () => {
    const giving = names.filter((name) => shown.has(name) && isShared(given(new Memory(TYPE), name)));
    expect(giving.sort()).toEqual(['buffer', 'bytes', 'share']);
    expect(names).toContain('M8');
    expect(shown).not.toContain('M8');
  });

  test('and does not for system calls, which keep no view of it', async () => {
    const module = compile(
      assemble(`(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 1 2 shared)
        (func (export "_start") (drop (call $random (i32.const 0) (i32.const 8)))))`),
    );
    for (const bind of [false, true]) {
      const wasi = new WASI();
      const instance = instantiate(module, wasi.imports);
      const memory = instance.exports['memory'] as Memory;
      if (bind) wasi.bind({ memory });
      expect(await wasi.start(instance)).toBe(0);
      expect(memory.isHeld).toBe(false);
      expect(memory.bytes.some((byte) => byte !== 0)).toBe(true);
    }
  });
});
