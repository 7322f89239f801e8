// Deadlines of what is done before a guest runs: reading texts, decoding, validating, making instances.
import { describe, expect, test } from 'vitest';
import { compile, type Instance, instantiate, instantiateAsync, Interrupted, validateModule } from '../../src/index.ts';
import { decodeModule } from '../../src/decoder/decode.ts';
import { assemble, parseModule } from '../../src/text/index.ts';
import { wat } from './support.ts';

/** Milliseconds in which each of these is begun, and of which none is done: they take several times as long. */
const SHORT = 5;
const soon = (): number => Date.now() + SHORT;

const many = (count: number, text: string): string => text.repeat(count);

const TEXTS: readonly [string, string][] = [
  ['functions', `(module ${many(60_000, '(func (nop))')})`],
  ['one function', `(module (func ${many(150_000, '(drop (i32.const 1))')}))`],
  ['one function of unusual instructions', `(module (func ${many(60_000, '(drop (i8x16.splat (i32.const 1)))')}))`],
  ['types', `(module ${many(40_000, '(type (struct (field i32)))')})`],
  ['globals', `(module ${many(40_000, '(global i32 (i32.add (i32.const 1) (i32.const 2)))')})`],
  ['a list of elements', `(module (func $f) (elem func ${many(150_000, '$f ')}))`],
];

describe.each(TEXTS)('a deadline was no bound of a module with very much: %s', (_what, text) => {
  test('it ends the reading of its text', () => {
    expect(() => assemble(text, { deadline: soon() })).toThrow(Interrupted);
    expect(() => parseModule(text, { deadline: soon() })).toThrow(/the deadline has passed/);
  });
});

describe.each(TEXTS.slice(0, 5))('and it ends before it is valid: %s', (_what, text) => {
  test('decoding and validation end', () => {
    const bytes = assemble(text);
    const module = decodeModule(bytes);
    expect(() => compile(bytes, { deadline: 1e12 })).toThrow(Interrupted);
    expect(() => validateModule(module, { deadline: 1e12 })).toThrow(Interrupted);
    expect(validateModule(module, { deadline: Date.now() + 60_000 }).module).toBe(module);
    expect(compile(bytes, { deadline: Number.POSITIVE_INFINITY }).module.funcs.types.length).toBe(
      module.funcs.types.length,
    );
  });
});

const LARGE: readonly [string, string][] = [
  ['tables', `(module ${many(5, '(table 10000000 funcref)')})`],
  [
    'arrays in constants',
    `(module (type $a (array i64)) ${many(4, '(global (ref $a) (array.new $a (i64.const 7) (i32.const 20000000)))')})`,
  ],
  ['elements', `(module ${many(100, `(elem i31ref ${many(400, '(item (ref.i31 (i32.const 1)))')})`)})`],
];

describe('an instance', () => {
  test.each(LARGE)('was made to the end, whatever its deadline: one with many %s is not', async (_what, text) => {
    const module = wat(text);
    expect(() => instantiate(module, {}, { deadline: soon() })).toThrow(Interrupted);
    await expect(instantiateAsync(module, {}, { deadline: soon() })).rejects.toThrow(Interrupted);
  });

  test('kept the host from its turns while it was made', async () => {
    const module = wat(`(module ${many(30_000, '(global i64 (i64.add (i64.const 1) (i64.const 2)))')})`);
    const enough = new AbortController();
    let turns = 0;
    const host = (): void => void (++turns === 3 ? enough.abort() : setImmediate(host));
    setImmediate(host);
    const made = (async (): Promise<Instance> => {
      for (;;) await instantiateAsync(module, {}, { signal: enough.signal });
    })();
    await expect(made).rejects.toMatchObject({ reason: 'abort' });
  });
});

test.each([
  ['i8', '(i32.const 200)', 1000, '(i32.eq (array.get_u $a (global.get $g) (local.get 0)) (i32.const 200))'],
  ['i16', '(i32.const 70000)', 1001, '(i32.eq (array.get_u $a (global.get $g) (local.get 0)) (i32.const 4464))'],
  ['i64', '(i64.const -7)', 300_001, '(i64.eq (array.get $a (global.get $g) (local.get 0)) (i64.const -7))'],
  [
    'v128',
    '(v128.const i32x4 1 2 3 4)',
    70_001,
    '(i32x4.all_true (i32x4.eq (array.get $a (global.get $g) (local.get 0)) (v128.const i32x4 1 2 3 4)))',
  ],
  [
    'i31ref',
    '(ref.i31 (i32.const 5))',
    3001,
    '(i32.eq (i31.get_s (array.get $a (global.get $g) (local.get 0))) (i32.const 5))',
  ],
  ['i32', '(i32.const 5)', 1, '(i32.eq (array.get $a (global.get $g) (local.get 0)) (i32.const 5))'],
])('an array of %s in a constant, which is filled in pieces, has its value everywhere', (type, value, size, same) => {
  const instance = instantiate(
    wat(`(module (type $a (array ${type})) (global $g (ref $a) (array.new $a ${value} (i32.const ${size})))
      (global $none (ref $a) (array.new $a ${value} (i32.const 0)))
      (func (export "f") (result i32) (local i32)
        (loop $next
          (if (i32.eqz ${same}) (then (return (i32.const -1))))
          (local.set 0 (i32.add (local.get 0) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get 0) (array.len (global.get $g)))))
        (i32.add (local.get 0) (array.len (global.get $none)))))`),
  );
  expect(instance.call('f')).toBe(size);
});
