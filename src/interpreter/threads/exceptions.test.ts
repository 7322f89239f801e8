// Exceptions across frames, instances, host functions and waits; the official scripts cover the instructions.
import { describe, expect, test } from 'vitest';
import { ExitStatus, ExhaustionError, Interrupted, Trap } from '../../errors.ts';
import { WasmException } from '../values/wasm-exception.ts';
import { encodeModule } from '../../encoder/encode.ts';
import { type Extern, type Imports, type Instance, compile, instantiate, invokeAsync } from '../../index.ts';
import { JS_TAG, tagOf } from '../../runtime/tag.ts';
import { DEFAULT_FEATURES, withFeatures } from '../../syntax/features.ts';
import { parseModule } from '../../text/parser.ts';
import { dropCode } from '../code/code-space.ts';
import { invokeBits } from './invoke.ts';
import { movePcs } from '../code/lowered.ts';
import { running } from './thread.ts';

const features = withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });

function load(text: string, imports: Imports = {}): Instance {
  return instantiate(compile(encodeModule(parseModule(text)), { features }), imports);
}

function exportOf(instance: Instance, name: string): Extern {
  return instance.exports[name];
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const tag = tagOf(['i32']);

/** Imports a tag and a function; `run` catches the tag and adds 100, or any other exception and answers -1. */
const CATCHES = `(module
  (import "host" "tag" (tag $e (param i32)))
  (import "host" "f" (func $f (param i32) (result i32)))
  (func (export "run") (param i32) (result i32)
    (block $e (result i32)
      (block $any
        (try_table (catch $e $e) (catch_all $any) (return (call $f (local.get 0)))))
      (return (i32.const -1)))
    (i32.const 100) (i32.add))
  (func (export "only") (param i32) (result i32)
    (block $e (result i32)
      (try_table (catch $e $e) (return (call $f (local.get 0))))
      (unreachable))
    (i32.const 100) (i32.add))
  (func (export "rethrow") (param i32) (result i32) (local $x exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (return (call $f (local.get 0))))
      (unreachable))
    (local.set $x) (throw_ref (local.get $x)))
  (func (export "tail") (param i32) (result i32)
    (block $h
      (try_table (catch_all $h) (return_call $f (local.get 0)))
      (unreachable))
    (i32.const -2))
  (func (export "over-tail") (param i32) (result i32)
    (block $h
      (try_table (catch_all $h) (return (call $tail (local.get 0))))
      (unreachable))
    (i32.const -3))
  (func $tail (param i32) (result i32)
    (block $h
      (try_table (catch_all $h) (return_call $f (local.get 0)))
      (unreachable))
    (i32.const -2)))`;

function caller(f: (x: number) => unknown): Instance {
  return load(CATCHES, { host: { tag, f: f as (...args: never[]) => number } });
}

const NO_VECTOR = 'a v128 has no JavaScript value: it cannot be an argument, a result or read from outside';

describe('host functions', () => {
  test('a WasmException that a host function throws is caught by its tag', () => {
    const instance = caller((x) => {
      throw new WasmException(tag, [x]);
    });
    expect(instance.call('run', 7)).toBe(107);
    expect(instance.call('only', 8)).toBe(108);
  });

  test('another tag of the same type is not caught', () => {
    const other = new WasmException(tagOf(['i32']), [1]);
    const instance = caller(() => {
      throw other;
    });
    expect(thrown(() => instance.call('only', 1))).toBe(other);
    expect(instance.call('run', 1)).toBe(-1);
  });

  test('any JavaScript value is caught by catch_all, and crosses unchanged where it is not', () => {
    for (const value of [new Error('mine'), 'text', 7, null, undefined, { a: 1 }]) {
      const instance = caller(() => {
        throw value;
      });
      expect(instance.call('run', 1)).toBe(-1);
      expect(thrown(() => instance.call('only', 1))).toBe(value);
      expect(thrown(() => instance.call('rethrow', 1))).toBe(value);
    }
  });

  test('traps and what stops a program are not caught', () => {
    const errors = [
      new Trap('unreachable'),
      new ExhaustionError('x'),
      new Interrupted('abort', 'x'),
      new ExitStatus(3),
    ];
    for (const error of errors) {
      const instance = caller(() => {
        throw error;
      });
      expect(thrown(() => instance.call('run', 1))).toBe(error);
      expect(thrown(() => instance.call('tail', 1))).toBe(error);
    }
  });

  test('an answer of the wrong type is caught like an error of the host function', () => {
    const instance = caller(() => 5n);
    expect(instance.call('run', 1)).toBe(-1);
    expect(thrown(() => instance.call('only', 1))).toBeInstanceOf(TypeError);
  });

  test('values that do not fit the tag are a TypeError', () => {
    const instance = caller(() => {
      throw new WasmException(tag, [1, 2]);
    });
    expect(instance.call('run', 1)).toBe(-1);
    expect(thrown(() => instance.call('only', 1))).toBeInstanceOf(TypeError);
  });

  test('a module that imports the JavaScript tag catches the value', () => {
    const instance = load(
      `(module
        (import "host" "js" (tag $js (param externref)))
        (import "host" "f" (func $f))
        (func (export "run") (result externref)
          (block $h (result externref)
            (try_table (catch $js $h) (call $f))
            (unreachable)))
        (func (export "throw") (param externref) (throw $js (local.get 0))))`,
      {
        host: {
          js: JS_TAG,
          f: () => {
            throw 'a string';
          },
        },
      },
    );
    expect(instance.call('run')).toBe('a string');
    const error = new Error('out');
    expect(thrown(() => instance.call('throw', error))).toBe(error);
  });

  test('a tail call of a host function leaves the region before the function runs', () => {
    const error = new Error('late');
    const instance = caller(() => {
      throw error;
    });
    expect(thrown(() => instance.call('tail', 1))).toBe(error);
    expect(instance.call('over-tail', 1)).toBe(-3);
  });

  test('an exception goes through a host function that called back, and is the same object outside', () => {
    let between: unknown;
    const inner = load(`(module
      (tag $e (export "tag") (param i32))
      (func (export "throw") (param i32) (result i32) (throw $e (local.get 0))))`);
    const instance = load(CATCHES, {
      host: {
        tag: exportOf(inner, 'tag'),
        f: (x: number) => {
          try {
            return inner.call('throw', x) as number;
          } catch (error) {
            between = error;
            throw error;
          }
        },
      },
    });
    expect(instance.call('run', 5)).toBe(105);
    expect(between).toBeInstanceOf(WasmException);
    const outside = thrown(() => instance.call('rethrow', 5));
    expect(outside).toBe(between);
    expect((outside as WasmException).values).toEqual([5]);
  });
});

describe('uncaught exceptions', () => {
  test('they tell tag, values and frames', () => {
    const instance = load(`(module
      (tag $e (export "tag") (param i32 i64 f64))
      (func $g (export "run") (throw $e (i32.const -1) (i64.const 2) (f64.const 0.5))))`);
    const error = thrown(() => instance.call('run')) as WasmException;
    expect(error.code).toBe('exception');
    expect(error.tag).toBe(exportOf(instance, 'tag'));
    expect(error.values).toEqual([-1, 2n, 0.5]);
    expect(error.message).toBe('uncaught exception: tag [i32 i64 f64]: -1, 2, 0.5');
    expect(error.backtrace.map((frame) => frame.funcName)).toEqual(['g']);
  });

  test('instances are usable afterwards, also in the middle of calls between instances', () => {
    const a = load(`(module (tag $e (export "e"))
      (func (export "throw") (throw $e)) (func (export "two") (result i32) (i32.const 2)))`);
    const b = load(
      `(module (import "a" "throw" (func $t)) (import "a" "two" (func $two (result i32)))
        (func (export "throw") (call $t)) (func (export "two") (result i32) (call $two)))`,
      { a: a.exports },
    );
    for (let i = 0; i < 3; i++) {
      expect(thrown(() => b.call('throw'))).toBeInstanceOf(WasmException);
      expect(b.call('two')).toBe(2);
    }
  });
});

describe('several instances', () => {
  const BODY = {
    pass: '(call $f (i32.add (local.get 0) (i32.const 1)))',
    tail: '(block (try_table (catch_all 0) (return_call $f (i32.add (local.get 0) (i32.const 1))))) (unreachable)',
    catch: `(block $h (result i32)
        (try_table (catch $e $h) (return (call $f (i32.add (local.get 0) (i32.const 1)))))
        (unreachable))
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (i32.add (i32.mul (local.get 0) (i32.const 1000)))`,
    throw: '(throw $e (local.get 0))',
  };

  /** Instances that call each other, the first one named first; all share the tag. */
  function chain(bodies: readonly (keyof typeof BODY)[]): Instance {
    let next: Record<string, unknown> = { f: () => 0, e: tag };
    let made: Instance | undefined;
    for (const body of [...bodies].reverse()) {
      made = load(
        `(module
          (import "next" "f" (func $f (param i32) (result i32)))
          (import "next" "e" (tag $e (param i32)))
          (global $n (mut i32) (i32.const 0))
          (func (export "n") (result i32) (global.get $n))
          (func (export "f") (param i32) (result i32) ${BODY[body]}))`,
        { next } as Imports,
      );
      next = { f: exportOf(made, 'f'), e: tag };
    }
    return made as Instance;
  }

  test('a handler in an outer instance finds its own globals and locals', () => {
    for (const between of [
      [],
      ['pass'],
      ['tail'],
      ['pass', 'tail', 'pass'],
      ['tail', 'tail', 'pass', 'pass'],
    ] as const) {
      const outer = chain(['catch', ...between, 'throw']);
      const depth = between.length + 1;
      expect(outer.call('f', 1)).toBe(1000 + 1 + depth);
      expect(outer.call('f', 10)).toBe(10_000 + 10 + depth);
      expect(outer.call('n')).toBe(2);
    }
  });

  test('the innermost of several instances that could catch does', () => {
    const outer = chain(['catch', 'pass', 'catch', 'tail', 'throw']);
    expect(outer.call('f', 1)).toBe(3 * 1000 + 5);
    expect(outer.call('n')).toBe(0);
  });
});

describe('payloads', () => {
  test('every bit of numbers and references comes through', () => {
    const instance = load(`(module
      (type $t (func (param i32 i64 f32 f64 externref funcref i32)))
      (type $u (func (param i32 i64 f32 f64 externref funcref i32) (result i32 i64 f32 f64 externref funcref i32)))
      (tag $e (type $t))
      (func $throw (type $t)
        (throw $e (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
      (func (export "run") (type $u)
        (block $h (result i32 i64 f32 f64 externref funcref i32)
          (try_table (catch $e $h)
            (call $throw (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
              (local.get 6)))
          (unreachable))))`);
    const run = instance.func('run');
    const bits = [0xffff_ffffn, 0x8000_0000_0000_0001n, 0x7fa0_0001n, 0x7ff4_0000_0000_0001n];
    const args = [...bits, { it: 'is me' }, run, 9n];
    expect(invokeBits(run, args)).toEqual(args);
    expect(invokeBits(run, [...bits, undefined, null, 9n])).toEqual([...bits, undefined, null, 9n]);
  });

  test('all lanes of a vector come through, also by way of a host', () => {
    const inner = load(`(module
      (tag $v (export "tag") (param i32 v128 i32))
      (func (export "f") (param i64 i64)
        (throw $v (i32.const 1) (i64x2.replace_lane 1 (i64x2.splat (local.get 0)) (local.get 1)) (i32.const 2))))`);
    const between: unknown[] = [];
    const again = (a: bigint, b: bigint): undefined => {
      try {
        inner.call('f', a, b);
      } catch (error) {
        const { values } = error as WasmException;
        between.push(values.length, values[0], values[2]);
        expect(() => values[1]).toThrow(new TypeError(NO_VECTOR));
        throw error;
      }
    };
    const outer = load(
      `(module
        (import "m" "tag" (tag $v (param i32 v128 i32)))
        (import "m" "f" (func $f (param i64 i64)))
        (func (export "run") (param i64 i64) (result i64 i64 i32) (local $v v128) (local $i i32)
          (block $h (result i32 v128 i32)
            (try_table (catch $v $h) (call $f (local.get 0) (local.get 1)))
            (unreachable))
          (local.set $i) (local.set $v) (drop)
          (i64x2.extract_lane 0 (local.get $v)) (i64x2.extract_lane 1 (local.get $v)) (local.get $i)))`,
      { m: { tag: exportOf(inner, 'tag'), f: again } },
    );
    const [low, high] = [0x0123_4567_89ab_cdefn, 0xfedc_ba98_7654_3210n];
    expect(invokeBits(outer.func('run'), [low, high])).toEqual([low, high, 2n]);
    expect(between).toEqual([3, 1, 2]);
  });

  test('a vector of an exception does not cross as a bigint', () => {
    const f = (): never => {
      throw new WasmException(tagOf(['v128']), [5n]);
    };
    const inner = load('(module (import "m" "f" (func $f)) (func (export "run") (call $f)))', { m: { f } });
    expect(() => inner.call('run')).toThrow(new TypeError(NO_VECTOR));
  });

  test('the report of an uncaught exception has literals of the text format', () => {
    const inner = load(`(module (tag $t (param i32 i64 f32 f64 v128 externref funcref i31ref))
      (func $f (export "f") (throw $t (i32.const -1) (i64.const -1) (f32.const -0) (f64.const nan:0x4)
        (v128.const i32x4 1 2 3 4) (ref.null extern) (ref.func $f) (ref.i31 (i32.const -5)))))`);
    expect(() => inner.call('f')).toThrow(
      ': -1, -1, -0, nan:0x4, i32x4 0x00000001 0x00000002 0x00000003 0x00000004, null, (ref.func $f), (ref.i31 -5)',
    );
  });

  test('a signalling NaN keeps its bits on the way through a host function', () => {
    const inner = load(`(module (tag $e (export "tag") (param f32 f64))
      (func (export "f") (throw $e (f32.reinterpret_i32 (i32.const 0x7fa00001))
        (f64.reinterpret_i64 (i64.const 0x7ff4000000000001)))))`);
    const outer = load(
      `(module (import "m" "tag" (tag $e (param f32 f64))) (import "m" "f" (func $f))
        (func (export "run") (result f32 f64)
          (block $h (result f32 f64) (try_table (catch $e $h) (call $f)) (unreachable))))`,
      { m: { tag: exportOf(inner, 'tag'), f: () => inner.call('f') as undefined } },
    );
    expect(invokeBits(outer.func('run'), [])).toEqual([0x7fa0_0001n, 0x7ff4_0000_0000_0001n]);
  });
});

describe('tail calls', () => {
  test('return_call in a try_table leaves the region, also indirectly', () => {
    const instance = load(`(module
      (tag $e)
      (type $v (func))
      (table funcref (elem $throw))
      (func $throw (throw $e))
      (func $direct (block $h (try_table (catch_all $h) (return_call $throw))))
      (func $indirect (block $h (try_table (catch_all $h) (return_call_indirect (type $v) (i32.const 0)))))
      (func (export "direct") (call $direct))
      (func (export "indirect") (call $indirect))
      (func (export "caught") (result i32)
        (block $h (try_table (catch $e $h) (call $direct)) (return (i32.const 0)))
        (block $h (try_table (catch $e $h) (call $indirect)) (return (i32.const 1)))
        (i32.const 2)))`);
    expect(thrown(() => instance.call('direct'))).toBeInstanceOf(WasmException);
    expect(thrown(() => instance.call('indirect'))).toBeInstanceOf(WasmException);
    expect(instance.call('caught')).toBe(2);
  });
});

describe('code', () => {
  test('handlers are found after all code was dropped and lowered again', () => {
    const moved = (): void => {
      const old = dropCode();
      caller(() => 0).call('run', 0);
      for (const t of running) movePcs(t, old);
    };
    const instance = caller((x) => {
      moved();
      throw new WasmException(tag, [x]);
    });
    for (const name of ['run', 'only']) expect(instance.call(name, 7)).toBe(107);
    expect(instance.call('over-tail', 7)).toBe(-3);
  });

  test('payloads and caught exceptions reach slots beyond the fields of ops', () => {
    const instance = load(`(module
      (tag $e (param i32 i64 externref))
      (func $f (param i32 externref) (throw $e (local.get 0) (i64.const -2) (local.get 1)))
      (func (export "run") (param i32 externref) (result i32 i64 externref)
        (local ${'i64 '.repeat(33_000)})
        (try (result i32 i64 externref)
          (do
            (try (result i32 i64 externref)
              (do (call $f (local.get 0) (local.get 1)) (unreachable))
              (catch_all (local.set 20000 (i64.const 1)) (rethrow 0))))
          (catch $e))))`);
    const reference = {};
    expect(instance.call('run', 5, reference)).toEqual([5, -2n, reference]);
  });
});

describe('traps', () => {
  test('catch_all does not catch a trap, nor a stack that is used up', () => {
    const instance = load(`(module
      (func $deep (call $deep))
      (func (export "trap") (block $h (try_table (catch_all $h) (unreachable))))
      (func (export "deep") (block $h (try_table (catch_all $h) (call $deep))))
      (func (export "null") (block $h (try_table (catch_all $h) (throw_ref (ref.null exn))))))`);
    expect(thrown(() => instance.call('trap'))).toBeInstanceOf(Trap);
    expect(thrown(() => instance.call('deep'))).toBeInstanceOf(ExhaustionError);
    expect((thrown(() => instance.call('null')) as Trap).kind).toBe('null-exception-reference');
  });
});

describe('waiting', () => {
  const later = <T>(run: () => T): Promise<T> => new Promise((resolve) => setTimeout(resolve, 1)).then(run);

  test('a promise that fails inside a try region is caught there', async () => {
    const instance = caller((x) =>
      later(() => {
        throw x === 1 ? new WasmException(tag, [9]) : new Error('no');
      }),
    );
    expect(await instance.callAsync('run', [1])).toBe(109);
    expect(await instance.callAsync('run', [2])).toBe(-1);
    expect(await instance.callAsync('over-tail', [2])).toBe(-3);
  });

  test('one that nobody catches fails the call with the same error', async () => {
    const error = new Error('mine');
    const instance = caller(() =>
      later(() => {
        throw error;
      }),
    );
    await expect(instance.callAsync('only', [1])).rejects.toBe(error);
    await expect(instance.callAsync('tail', [1])).rejects.toBe(error);
    await expect(instance.callAsync('rethrow', [1])).rejects.toBe(error);
  });

  test('an answer of the wrong type that comes late is caught', async () => {
    const instance = caller(() => later(() => 5n));
    expect(await instance.callAsync('run', [1])).toBe(-1);
  });

  test('handlers are found in frames that were parked while others ran', async () => {
    const slow = caller(() =>
      later(() => {
        throw new WasmException(tag, [1]);
      }),
    );
    const fast = caller((x) => x + 1);
    const all = await Promise.all([
      invokeAsync(slow.func('run'), [0]),
      invokeAsync(fast.func('run'), [1]),
      invokeAsync(slow.func('run'), [0]),
    ]);
    expect(all).toEqual([[101], [2], [101]]);
  });
});

describe('legacy form', () => {
  test('rethrow throws what its own catch block caught, however deep', () => {
    const instance = load(`(module
      (tag $a (param i32)) (tag $b (param i32))
      (func (export "outer") (result i32)
        (try (result i32)
          (do (try (result i32)
            (do (throw $a (i32.const 1)))
            (catch $a
              (drop)
              (try (result i32)
                (do (throw $b (i32.const 2)))
                (catch $b (drop) (rethrow 1))))))
          (catch $a (i32.const 10) (i32.add))
          (catch $b (i32.const 20) (i32.add))))
      (func (export "inner") (result i32)
        (try (result i32)
          (do (try (result i32)
            (do (throw $a (i32.const 1)))
            (catch $a
              (drop)
              (try (result i32)
                (do (throw $b (i32.const 2)))
                (catch $b (drop) (rethrow 0))))))
          (catch $a (i32.const 10) (i32.add))
          (catch $b (i32.const 20) (i32.add)))))`);
    expect(instance.call('outer')).toBe(11);
    expect(instance.call('inner')).toBe(22);
  });

  test('values below a try survive a catch, and branches leave catch blocks', () => {
    const instance = load(`(module
      (tag $a (param i32 i64))
      (func (export "run") (param i32) (result i32)
        (local.get 0)
        (i32.const 5)
        (try (param i32) (result i32)
          (do (local.set 0) (throw $a (i32.const 7) (i64.const 8)))
          (catch $a (drop) (if (param i32) (result i32) (i32.eq (local.get 0) (i32.const 5))
            (then (br 1 (i32.add (i32.const 100)))) (else (unreachable)))))
        (i32.add)))`);
    expect(instance.call('run', 1000)).toBe(1107);
  });
});

describe('cost', () => {
  const LOOP = `(module
    (tag $e (param i32))
    (func $throw (param i32) (throw $e (local.get 0)))
    (func (export "near") (param $n i32) (result i32) (local $sum i32)
      (loop $again
        (block $h (result i32)
          (try_table (catch $e $h) (throw $e (local.get $n)))
          (unreachable))
        (local.set $sum (i32.add (local.get $sum)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum))
    (func (export "called") (param $n i32) (result i32) (local $sum i32)
      (loop $again
        (block $h (result i32)
          (try_table (catch $e $h) (call $throw (local.get $n)))
          (unreachable))
        (local.set $sum (i32.add (local.get $sum)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum))
    (func (export "forever") (loop $again (block $h (try_table (catch_all $h) (throw $e (i32.const 1)))) (br $again)))
    (func (export "back") (loop $again (try_table (catch_all $again) (throw $e (i32.const 1)))))
    (func $down (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 42))))
      (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
    (func (export "deep") (param i32) (result i32)
      (block $h (result i32) (try_table (catch $e $h) (return (call $down (local.get 0)))) (unreachable))))`;

  test('a million exceptions are thrown and caught in bounded time', () => {
    const instance = load(LOOP);
    for (const name of ['near', 'called']) {
      instance.call(name, 1000);
      const before = Date.now();
      expect(instance.call(name, 1_000_000)).toBe(1784293664);
      const took = Date.now() - before;
      console.info(`${name}: ${(took / 1000).toFixed(2)} µs per throw and catch`);
      expect(took).toBeLessThan(20_000);
    }
  });

  test('a hundred thousand frames are left at once', () => {
    const instance = load(LOOP);
    instance.call('deep', 10);
    const before = Date.now();
    expect(instance.call('deep', 100_000)).toBe(42);
    console.info(`deep: ${Date.now() - before} ms to call and leave 100,000 frames`);
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  test('a loop that only throws and catches runs out of fuel, the same each time', () => {
    const instance = load(LOOP);
    for (const name of ['forever', 'back']) {
      const error = thrown(() => instance.callWith({ fuel: 10_000 }, name)) as Interrupted;
      expect(error.reason).toBe('fuel');
      const execution = instance.begin(name);
      execution.fuel = 1000;
      expect(execution.step()).toBe('fuel');
      execution.fuel = 1000;
      expect(execution.step()).toBe('fuel');
    }
  });

  test('such a loop can be aborted from outside', async () => {
    const instance = load(LOOP);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(instance.callAsync('forever', [], { signal: controller.signal })).rejects.toBeInstanceOf(Interrupted);
  });

  test('traced code throws and catches the same, with the same fuel', () => {
    const valid = compile(encodeModule(parseModule(LOOP)), { features });
    const left = (['fast', 'traced'] as const).map((mode) => {
      const execution = instantiate(valid, {}, { mode }).begin('called', [100]);
      execution.fuel = 100_000;
      expect(execution.step()).toBe('done');
      expect(execution.results).toEqual([5050]);
      return execution.fuel;
    });
    expect(left[0]).toBe(left[1]);
  });
});
