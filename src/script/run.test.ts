import { describe, expect, test } from 'vitest';
import { DEFAULT_FEATURES, withFeatures } from '../syntax/features.ts';
import { scriptEngine } from './engine.ts';
import { HostReference, matches, showPattern, showValue } from './match.ts';
import { parseScript } from './parse.ts';
import type { Outcome } from './outcome.ts';
import { runHot, runScript } from './run.ts';
import type { Pattern } from './script.ts';

const results = (text: string, engine = scriptEngine()): string[] =>
  runScript(parseScript(text), engine).map(({ result, detail }) => (detail === '' ? result : `${result}: ${detail}`));

const outcomesOf = (text: string): Outcome[] => runScript(parseScript(text), scriptEngine());

/** A shared memory, and a module over it for each thread. */
const SHARED = '(module $m (memory (export "m") 1 1 shared))';
const thread = (name: string, funcs: string, commands: string): string =>
  `(thread $${name} (shared (module $m)) (register "m" $m)
     (module (memory (import "m" "m") 1 1 shared) ${funcs}) ${commands})`;
const WAIT = (nanoseconds: string): string =>
  `(memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const ${nanoseconds}))`;

describe('threads of a script', () => {
  test('take turns within their calls: one spins until the other waits, and wakes it', () => {
    const outcomes = outcomesOf(`${SHARED}
      ${thread('waiter', `(func (export "f") (result i32) ${WAIT('-1')})`, '(assert_return (invoke "f") (i32.const 0))')}
      ${thread(
        'waker',
        '(func (export "f") (loop (br_if 0 (i32.ne (i32.const 1) (memory.atomic.notify (i32.const 0) (i32.const 1))))))',
        '(assert_return (invoke "f"))',
      )}
      (wait $waiter) (wait $waker)`);
    expect(outcomes.map(({ kind, result }) => `${kind} ${result}`)).toEqual([
      'module passed',
      ...new Array(2).fill(['thread passed', 'register passed', 'module passed', 'assert_return passed']).flat(),
      'wait passed',
      'wait passed',
    ]);
  });

  test('hold threads, which know the modules that they share', () => {
    const inner = thread('inner', '(func (export "f") (i32.store (i32.const 4) (i32.const 7)))', '(invoke "f")');
    const outer = `${inner} (wait $inner) (assert_return (invoke "g") (i32.const 7))`;
    const outcomes = outcomesOf(`${SHARED}
      ${thread('outer', '(func (export "g") (result i32) (i32.load (i32.const 4)))', outer)}
      (wait $outer)
      (wait $inner)`);
    expect(outcomes.filter(({ result }) => result !== 'passed')).toMatchObject([
      { kind: 'wait', detail: 'there is no thread $inner' },
    ]);
    expect(outcomes.length).toBe(12);
  });

  test('that all wait end by the time-out that is next, and without one by a failure: the runner never hangs', () => {
    const outcomes = outcomesOf(`${SHARED}
      ${thread('late', `(func (export "f") (result i32) ${WAIT('7_000_000_000_000')})`, '(assert_return (invoke "f") (i32.const 2))')}
      ${thread('soon', `(func (export "f") (result i32) ${WAIT('6_000_000_000_000')})`, '(assert_return (invoke "f") (i32.const 2))')}
      ${thread('never', `(func (export "f") (result i32) ${WAIT('-1')})`, '(assert_return (invoke "f") (i32.const 0))')}
      (wait $never)`);
    expect(outcomes.filter(({ result }) => result !== 'passed')).toMatchObject([
      { kind: 'assert_return', detail: 'all threads of the script wait, and nobody is left to go on' },
    ]);
  });

  test('run to their ends though nobody waits for them', () => {
    const outcomes = outcomesOf(`(thread $a (module (func (export "f") unreachable)) (invoke "f"))`);
    expect(outcomes.map(({ result }) => result)).toEqual(['passed', 'passed', 'failed']);
  });
});

describe('running scripts hot', () => {
  const script = parseScript(`(module (func (export "f") (result i32) (i32.const 5)))
    (assert_return (invoke "f") (i32.const 5))
    (assert_malformed (module quote "(func") "unexpected token")`);

  test('tells what failed in a later round only, and compiles modules once', () => {
    const engine = scriptEngine();
    let [calls, compiled] = [0, 0];
    const outcomes = runHot(
      script,
      {
        ...engine,
        compile: (bytes) => {
          compiled++;
          return engine.compile(bytes);
        },
        invoke: (func, args) => (++calls === 40 ? [4n] : engine.invoke(func, args)),
      },
      100,
    );
    expect([calls, compiled]).toEqual([40, 1]);
    expect(outcomes.map(({ kind, result }) => `${kind} ${result}`)).toEqual([
      'module passed',
      'assert_return passed',
      'assert_malformed passed',
      'assert_return failed',
    ]);
    expect(outcomes[3].detail).toMatch(/^in round 40: .* gives \(i32.const 0x00000004\)/);
  });

  test('counts each command once', () => {
    expect(runHot(script, scriptEngine(), 50).map(({ result }) => result)).toEqual(['passed', 'passed', 'passed']);
  });
});

describe('running scripts', () => {
  test('what holds passes', () => {
    const outcomes = results(`
      (module $m (import "spectest" "print_i32" (func (param i32))) (global (export "g") i64 (i64.const -1))
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "nan") (result f32) (f32.const -nan:0x200001))
        (func (export "trap") unreachable) (func $r (export "deep") (call $r)))
      (assert_return (invoke "add" (i32.const 1) (i32.const -2)) (i32.const 0xffff_ffff))
      (assert_return (invoke $m "nan") (f32.const -nan:0x200001))
      (assert_return (get "g") (i64.const -1))
      (assert_trap (invoke "trap") "unreachable")
      (assert_exhaustion (invoke "deep") "call stack exhausted")
      (register "m")
      (module (import "m" "add" (func (param i32 i32) (result i32))))
      (assert_unlinkable (module (import "m" "add" (func))) "incompatible import type")
      (assert_unlinkable (module (import "m" "other" (func))) "unknown import")
      (assert_trap (module (func unreachable) (start 0)) "unreachable")
      (assert_invalid (module (func (result i32))) "type mismatch")
      (assert_malformed (module quote "(func") "unexpected token")
      (assert_malformed (module binary "") "unexpected end")`);
    expect(outcomes).toEqual(outcomes.map(() => 'passed'));
  });
  test('what does not hold fails with what came instead', () => {
    expect(
      results(`(module (func (export "one") (result i32) (i32.const 1)))
        (assert_return (invoke "one") (i32.const 2))
        (assert_return (invoke "one"))
        (assert_trap (invoke "one") "unreachable")
        (assert_return (invoke "two"))
        (assert_invalid (module) "type mismatch")
        (assert_malformed (module quote "(func") "unknown operator")
        (invoke $x "one")`),
    ).toEqual([
      'passed',
      'failed: (invoke "one") gives (i32.const 0x00000001), expected (i32.const 0x00000002)',
      'failed: (invoke "one") gives 0x1, expected nothing',
      'failed: it did not trap, expected "unreachable"',
      'failed: there is no export "two"',
      'failed: it is valid, expected "type mismatch"',
      expect.stringMatching(/^failed: expected "unknown operator", but MalformedError: unexpected token/),
      'failed: there is no module $x',
    ]);
  });
  test('without a feature its modules are skipped, and all that needs them', () => {
    const features = withFeatures(DEFAULT_FEATURES, { 'tail-call': false });
    const outcomes = results(
      `(module $a (func (export "f") (return_call 0)))
       (assert_return (invoke "f"))
       (register "a" $a)
       (module (import "a" "f" (func)) (export "f" (func 0)))
       (invoke "f")
       (module (func (export "f")))
       (invoke "f")`,
      scriptEngine(features),
    );
    expect(outcomes.map((one) => one.split(':')[0])).toEqual([
      ...new Array<string>(5).fill('skipped'),
      'passed',
      'passed',
    ]);
    expect(outcomes[0]).toContain('tail-call');
  });
  test('a skipped command names the feature, and so do those that need its module', () => {
    const features = withFeatures(DEFAULT_FEATURES, { 'tail-call': false });
    const script = parseScript(`(module $a (func (export "f") (return_call 0)))
      (invoke "f")
      (thread $t (shared (module $a)) (register "a" $a) (module (import "a" "f" (func))) (module))
      (assert_unlinkable (module (import "spectest" "shared_memory" (memory 1 2))) "incompatible import type")`);
    const outcomes = runScript(script, scriptEngine(features));
    // The thread itself, and each of its commands.
    expect(outcomes.map(({ result, feature }) => feature ?? result)).toEqual([
      'tail-call',
      'tail-call',
      'passed',
      'tail-call',
      'tail-call',
      'passed',
      'passed',
    ]);
  });
  test('after a module that failed the commands that need it are skipped without a feature', () => {
    const outcomes = runScript(parseScript('(module (func unreachable) (start 0)) (invoke "f")'), scriptEngine());
    expect(outcomes.map(({ result, feature }) => [result, feature])).toEqual([
      ['failed', undefined],
      ['skipped', undefined],
    ]);
  });
  test.each([
    ['uninitialized element', 'passed'],
    ['uninitialized element 1', 'passed'],
    ['uninitialized element 2', 'failed'],
    ['uninitialized element: 1 of another table', 'failed'],
    ['element', 'failed'],
  ])('a trap at an empty element 1 is expected as "%s": %s', (phrase, result) => {
    const text = `(module (table 2 funcref) (func (export "f") (call_indirect (i32.const 1))))
      (assert_trap (invoke "f") "${phrase}")`;
    expect(runScript(parseScript(text), scriptEngine())[1].result).toBe(result);
  });
  test('instances of one definition have their own globals', () => {
    const outcomes = results(`
      (module definition $d (global $g (export "g") (mut i32) (i32.const 0))
        (func (export "set") (global.set $g (i32.const 1))))
      (module instance $a $d)
      (module instance $b $d)
      (invoke $a "set")
      (assert_return (get $a "g") (i32.const 1))
      (assert_return (get $b "g") (i32.const 0))`);
    expect(outcomes).toEqual(outcomes.map(() => 'passed'));
  });
});

describe('patterns', () => {
  const none = (): 'other' => 'other';
  test('canonical NaNs have the quiet bit alone, arithmetic ones at least', () => {
    const canonical: Pattern = { type: 'f32', bits: 'nan:canonical' };
    const arithmetic: Pattern = { type: 'f32', bits: 'nan:arithmetic' };
    expect([0x7fc00000n, 0xffc00000n, 0x7fc00001n, 0x7f800001n].map((bits) => matches(canonical, bits, none))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([0x7fc00000n, 0x7fc00001n, 0x7fa00000n].map((bits) => matches(arithmetic, bits, none))).toEqual([
      true,
      true,
      false,
    ]);
  });
  test('zeros of either sign are different', () => {
    const zeros = (type: 'f32' | 'f64', bits: bigint, value: bigint): boolean => matches({ type, bits }, value, none);
    expect([zeros('f32', 0n, 0n), zeros('f32', 0n, 0x80000000n), zeros('f32', 0x80000000n, 0n)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([zeros('f64', 1n << 63n, 1n << 63n), zeros('f64', 0n, 1n << 63n)]).toEqual([true, false]);
  });
  test('a NaN given by its bits is that NaN alone, and patterns of one width do not take the other', () => {
    const nan: Pattern = { type: 'f64', bits: 0x7ff8000000000001n };
    expect(
      [0x7ff8000000000001n, 0xfff8000000000001n, 0x7ff8000000000000n].map((bits) => matches(nan, bits, none)),
    ).toEqual([true, false, false]);
    const canonical: Pattern = { type: 'f64', bits: 'nan:canonical' };
    const wide = [
      0x7ff8000000000000n,
      0xfff8000000000000n,
      0x7ff8000000000001n,
      0x7ff0000000000001n,
      0x7fc00000n,
      null,
    ];
    expect(wide.map((bits) => matches(canonical, bits, none))).toEqual([true, true, false, false, false, false]);
    expect(
      [0x7ff0000000000000n, 0x7ff8000000000001n].map((bits) =>
        matches({ type: 'f64', bits: 'nan:arithmetic' }, bits, none),
      ),
    ).toEqual([false, true]);
  });
  test('arguments and results keep the sign of zero and the bits of a NaN', () => {
    const outcomes = results(`(module (func (export "id") (param f32) (result f32) (local.get 0))
        (func (export "wide") (param f64) (result f64) (local.get 0)))
      (assert_return (invoke "id" (f32.const -0)) (f32.const -0))
      (assert_return (invoke "id" (f32.const -0)) (f32.const 0))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:0x200000))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:canonical))
      (assert_return (invoke "id" (f32.const nan:0x200000)) (f32.const nan:arithmetic))
      (assert_return (invoke "wide" (f64.const -nan:0x4)) (f64.const -nan:0x4))
      (assert_return (invoke "wide" (f64.const -nan:0x4)) (f64.const nan:0x4))`);
    expect(outcomes.slice(1).map((one) => one.split(':')[0])).toEqual([
      'passed',
      'failed',
      'passed',
      'failed',
      'failed',
      'passed',
      'failed',
    ]);
  });
  test('lanes are compared one by one, lane 0 lowest', () => {
    const pattern: Pattern = { type: 'v128', width: 64, float: true, lanes: [1n, 'nan:canonical'] };
    expect(matches(pattern, (0x7ff8000000000000n << 64n) | 1n, none)).toBe(true);
    expect(matches(pattern, (0x7ff8000000000001n << 64n) | 1n, none)).toBe(false);
    expect(showPattern(pattern)).toBe('(v128.const f64x2 0x0000000000000001 nan:canonical)');
    expect(showValue(2n, pattern, none)).toBe('(v128.const f64x2 0x0000000000000002 0x0000000000000000)');
  });
  test('references match by kind, and null only as null', () => {
    const func: Pattern = { type: 'ref', kind: 'func' };
    expect(matches(func, {}, () => 'func')).toBe(true);
    expect(matches(func, {}, () => 'struct')).toBe(false);
    expect(matches(func, null, () => 'func')).toBe(false);
    expect(matches({ type: 'ref', kind: 'eq' }, {}, () => 'struct')).toBe(true);
    expect(matches({ type: 'ref.null', heap: undefined }, null, none)).toBe(true);
    expect(matches({ type: 'ref.extern', value: 3 }, new HostReference(3), none)).toBe(true);
    expect(matches({ type: 'ref.extern', value: 3 }, new HostReference(4), none)).toBe(false);
  });
  test('either is any of its options', () => {
    const pattern: Pattern = {
      type: 'either',
      options: [
        { type: 'i32', bits: 1n },
        { type: 'i32', bits: 2n },
      ],
    };
    expect([1n, 2n, 3n].map((bits) => matches(pattern, bits, none))).toEqual([true, true, false]);
  });
});
