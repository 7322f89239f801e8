// What engines say when they trap, and which features they have: on this Node, by provoking every class of trap and running
// every probe. Another version of V8 has other words and other features: this is where it shows.
import { describe, expect, test } from 'vitest';
import { nativeFeatures } from '../../src/cli/fuzz-engines.ts';
import { compile, type Feature, FEATURES, instantiate, Trap } from '../../src/index.ts';
import { namespace } from '../../src/jsapi/index.ts';
import type { TrapKind } from '../../src/errors.ts';
import type { JsNamespace } from '../../src/testing/index.ts';
import { trapClass } from '../../src/testing/index.ts';
import { trapClassOfMessage } from '../../src/testing/traps.ts';
import { assemble } from '../../src/text/index.ts';
import { native } from '../native.ts';

const ALL = new Set(Object.keys(FEATURES) as Feature[]);
const NATIVE = nativeFeatures(ALL, native as unknown as JsNamespace);

const CALL = '(type $t (func)) (type $u (func (param i32)))';

/** By kind, bodies of functions without parameters, with what stands before them and the feature that they need. */
const TRAPS: Readonly<Record<TrapKind, readonly (readonly [fields: string, body: string, feature?: Feature])[]>> = {
  unreachable: [['', 'unreachable']],
  'memory-out-of-bounds': [
    ['(memory 1)', '(drop (i32.load (i32.const -1)))'],
    ['(memory 1)', '(i64.store (i32.const 65530) (i64.const 1))'],
    ['(memory 1)', '(memory.fill (i32.const 1) (i32.const 0) (i32.const 65536))', 'bulk-memory'],
    ['(memory 1)', '(memory.copy (i32.const 1) (i32.const 0) (i32.const 65536))', 'bulk-memory'],
    ['(memory 1) (data $d "abc")', '(memory.init $d (i32.const 0) (i32.const 1) (i32.const 3))', 'bulk-memory'],
    ['(memory 1)', '(drop (v128.load (i32.const 65530)))', 'simd'],
    ['(type $a (array i8)) (data $d "abc")', '(drop (array.new_data $a $d (i32.const 2) (i32.const 2)))', 'gc'],
  ],
  'table-out-of-bounds': [
    ['(table 1 funcref)', '(drop (table.get 0 (i32.const 1)))', 'reference-types'],
    ['(table 1 funcref)', '(table.set 0 (i32.const 1) (ref.null func))', 'reference-types'],
    ['(table 1 funcref)', '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 2))', 'reference-types'],
    ['(table 1 funcref)', '(table.copy (i32.const 0) (i32.const 0) (i32.const 2))', 'bulk-memory'],
    ['(table 1 funcref) (elem $e func)', '(table.init $e (i32.const 0) (i32.const 0) (i32.const 1))', 'bulk-memory'],
  ],
  'undefined-element': [
    [`${CALL} (table 1 funcref)`, '(call_indirect (type $t) (i32.const 1))'],
    [`${CALL} (table 1 funcref)`, '(return_call_indirect (type $t) (i32.const 1))', 'tail-call'],
  ],
  'uninitialized-element': [
    [`${CALL} (table 1 funcref)`, '(call_indirect (type $t) (i32.const 0))'],
    [`${CALL} (table 1 funcref)`, '(return_call_indirect (type $t) (i32.const 0))', 'tail-call'],
  ],
  'indirect-call-type-mismatch': [
    [`${CALL} (table funcref (elem $g)) (func $g (type $u))`, '(call_indirect (type $t) (i32.const 0))'],
    [
      `${CALL} (table funcref (elem $g)) (func $g (type $u))`,
      '(return_call_indirect (type $t) (i32.const 0))',
      'tail-call',
    ],
  ],
  'integer-divide-by-zero': [
    ['', '(drop (i32.div_s (i32.const 1) (i32.const 0)))'],
    ['', '(drop (i64.div_u (i64.const 1) (i64.const 0)))'],
    ['', '(drop (i32.rem_u (i32.const 1) (i32.const 0)))'],
    ['', '(drop (i64.rem_s (i64.const 1) (i64.const 0)))'],
  ],
  'integer-overflow': [
    ['', '(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))'],
    ['', '(drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))'],
    ['', '(drop (i32.trunc_f32_s (f32.const 1e20)))'],
    ['', '(drop (i64.trunc_f64_u (f64.const -5)))'],
  ],
  'invalid-conversion': [
    ['', '(drop (i32.trunc_f64_s (f64.const nan)))'],
    ['', '(drop (i64.trunc_f32_u (f32.const nan)))'],
  ],
  'null-reference': [['(type $t (func))', '(drop (ref.as_non_null (ref.null $t)))', 'function-references']],
  'null-function-reference': [['(type $t (func))', '(call_ref $t (ref.null $t))', 'function-references']],
  'null-structure-reference': [
    ['(type $s (struct (field i32)))', '(drop (struct.get $s 0 (ref.null $s)))', 'gc'],
    ['(type $s (struct (field (mut i32))))', '(struct.set $s 0 (ref.null $s) (i32.const 1))', 'gc'],
  ],
  'null-array-reference': [
    ['(type $a (array i32))', '(drop (array.get $a (ref.null $a) (i32.const 0)))', 'gc'],
    ['', '(drop (array.len (ref.null array)))', 'gc'],
  ],
  'null-i31-reference': [['', '(drop (i31.get_s (ref.null i31)))', 'gc']],
  'null-exception-reference': [['', '(throw_ref (ref.null exn))', 'exception-handling']],
  // The only native engine with these, V8 behind a switch, has other rules than the current text.
  'null-descriptor-reference': [],
  'cast-failure': [['(type $s (struct))', '(drop (ref.cast (ref $s) (ref.i31 (i32.const 1))))', 'gc']],
  'descriptor-cast-failure': [],
  'array-out-of-bounds': [
    ['(type $a (array i32))', '(drop (array.get $a (array.new_default $a (i32.const 2)) (i32.const 2)))', 'gc'],
    [
      '(type $a (array (mut i32)))',
      '(array.fill $a (array.new_default $a (i32.const 2)) (i32.const 1) (i32.const 0) (i32.const 2))',
      'gc',
    ],
  ],
  'unaligned-atomic': [['(memory 1 1 shared)', '(drop (i32.atomic.load (i32.const 1)))', 'threads']],
  // Of the system interface, which no other engine here has.
  'missing-memory': [],
  'expected-shared-memory': [
    ['(memory 1)', '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))', 'threads'],
  ],
};

const CASES = (Object.keys(TRAPS) as TrapKind[]).flatMap((kind) =>
  TRAPS[kind].map(([fields, body, feature]) => [kind, `${fields} ${body}`, feature ?? 'core', fields, body] as const),
);

const bytesOf = (fields: string, body: string): Uint8Array =>
  assemble(`(module ${fields} (func (export "f") ${body}))`);

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('classes of traps', () => {
  test.each(CASES)('%s is what our engine says of %s', (kind, _text, _feature, fields, body) => {
    const error = thrown(() => instantiate(compile(bytesOf(fields, body), { features: ALL })).call('f'));
    expect(error).toBeInstanceOf(Trap);
    expect((error as Trap).kind).toBe(kind);
    expect(trapClassOfMessage(error.message)).toBe(trapClass(kind));
  });

  test.each(CASES.filter(([, , feature]) => NATIVE.has(feature)))(
    '%s is of the same class for the engine of this Node: %s',
    (kind, _text, _feature, fields, body) => {
      const { f } = new native.Instance(new native.Module(bytesOf(fields, body))).exports;
      const { message } = thrown(() => f());
      expect(`${message}: ${trapClassOfMessage(message)}`).toBe(`${message}: ${trapClass(kind)}`);
    },
  );

  test('of an indirect call are known in the words of V8 before 14 and since', () => {
    for (const words of ['null function or function signature mismatch', 'function signature mismatch']) {
      expect(trapClassOfMessage(words)).toBe('signature');
    }
    expect(trapClassOfMessage('TypeError: anything else')).toBeUndefined();
  });

  test('are all provoked, but those of custom descriptors and of the system interface', () => {
    const untried = (Object.keys(TRAPS) as TrapKind[]).filter((kind) => TRAPS[kind].length === 0);
    expect(untried).toEqual(['null-descriptor-reference', 'descriptor-cast-failure', 'missing-memory']);
  });
});

describe('features of an engine', () => {
  test('are found by running them: ours has every one that changes what runs', () => {
    const found = nativeFeatures(ALL, namespace as unknown as JsNamespace);
    const missing = [...ALL].filter((name) => !found.has(name));
    // The JavaScript API has the features that are on by default, and what browsers have kept.
    const off = [...ALL].filter((name) => !FEATURES[name].byDefault && name !== 'legacy-exceptions');
    expect(missing.sort()).toEqual(['branch-hinting', 'custom-annotations', ...off].sort());
  });

  test('are not there when they validate and run wrongly, as exceptions do in Node 22', () => {
    const wasm = namespace as unknown as JsNamespace;
    class Wrong extends (wasm.Instance as new (...args: unknown[]) => { exports: Record<string, unknown> }) {
      override readonly exports = { f: () => 999 };
    }
    expect([...nativeFeatures(ALL, { ...wasm, Instance: Wrong as never })]).toEqual(['core']);
  });

  test('of this Node are those of its V8', () => {
    const major = Number(process.versions.node.split('.')[0]);
    expect(NATIVE.has('tail-call')).toBe(true);
    expect(NATIVE.has('gc')).toBe(major >= 22);
    if (major === 22) expect(NATIVE.has('exception-handling')).toBe(false);
    if (major >= 24) expect(NATIVE.has('exception-handling')).toBe(true);
  });
});
