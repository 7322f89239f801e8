// Host functions that return promises: threads wait, others run, and nothing of the stack is lost.
import { describe, expect, test } from 'vitest';
import { type HostFunction, type Instance, Interrupted, Trap } from '../../src/index.ts';
import { run } from './support.ts';

const ALL = '(param i32 i64 f32 f64 externref funcref) (result i32 i64 f32 f64 externref funcref)';

/** A function that passes all its values through locals, `$next` and locals again, and changes the numbers. */
function pass(next: string): string {
  return `(func $pass (export "pass") ${ALL} (local i32 i64 f32 f64 externref funcref externref)
    (local.set 10 (local.get 4)) (local.set 11 (local.get 5))
    (if (i32.eqz (local.get 0)) (then
      (call $wait (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)) (return)))
    (call ${next} (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 1))
      (f32.add (local.get 2) (f32.const 1)) (f64.add (local.get 3) (f64.const 1)) (local.get 10) (local.get 11))
    (local.set 9) (local.set 12) (drop) (drop) (drop) (drop)
    (if (i32.eqz (ref.is_null (local.get 12))) (then (local.set 12 (local.get 4))))
    (i32.add (local.get 0) (i32.const 7)) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5))`;
}

const FIXED = pass('$pass').replace('(local.set 9) (local.set 12)', '(drop) (local.set 12)');

describe('a deep stack', () => {
  test('of 100 frames with locals of all types waits in a host function and goes on', async () => {
    const marker = { object: 1 };
    let seen: readonly unknown[] = [];
    const wait: HostFunction = (...args: never[]) => {
      seen = args;
      return new Promise((resolve) => setTimeout(() => resolve(args), 5));
    };
    const instance = run(`(module (import "e" "wait" (func $wait ${ALL})) ${FIXED})`, { e: { wait } });
    const self = instance.exports['pass'];
    const values = [100, 2n ** 62n, 0.5, 1e300, marker, self];
    const results = await instance.callAsync('pass', values);
    expect(seen).toEqual([0, 2n ** 62n + 100n, 100.5, 1e300, marker, self]);
    expect(results).toEqual([107, 2n ** 62n, 0.5, 1e300, marker, self]);
    expect((results as unknown[])[4]).toBe(marker);
  });

  test('over several modules waits and goes on', async () => {
    const wait: HostFunction = (...args: never[]) => Promise.resolve(args);
    let next: Instance = run(`(module (import "e" "wait" (func $wait ${ALL})) ${FIXED})`, { e: { wait } });
    for (let i = 0; i < 20; i++) {
      next = run(
        `(module (import "e" "wait" (func $wait ${ALL})) (import "e" "next" (func $next ${ALL})) (memory 1)
          ${FIXED.replace('call $pass', 'call $next')})`,
        { e: { wait, next: next.func('pass') } },
      );
    }
    const marker = ['x'];
    expect(await next.callAsync('pass', [60, -5n, 1, 2, marker, null])).toEqual([67, -5n, 1, 2, marker, null]);
  });
});

describe('threads that wait', () => {
  test('in large numbers are answered in any order and do not mix', async () => {
    const waiting: { id: number; resolve: (value: number) => void }[] = [];
    const instance = run(
      `(module (import "e" "wait" (func $wait (param i32) (result i32))) (global $g (export "g") (mut i32) (i32.const 0))
        (func $deep (param i32 i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.add (call $wait (local.get 1)) (call $wait (local.get 1))))))
          (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)) (local.get 1)))
        (func (export "f") (param i32) (result i32)
          (global.set $g (i32.add (global.get $g) (i32.const 1)))
          (call $deep (i32.add (i32.const 3) (local.get 0)) (local.get 0))))`,
      { e: { wait: (id: number) => new Promise<number>((resolve) => waiting.push({ id, resolve })) } },
    );
    const calls = Array.from({ length: 50 }, (_, id) => instance.callAsync('f', [id]));
    const results = Promise.all(calls);
    // One that was answered may have to wait for its turn before it asks again.
    for (let answers = 0; answers < 100; ) {
      const next = waiting.splice(((waiting.length * 7) % 5) % Math.max(1, waiting.length), 1)[0];
      if (next !== undefined) answers++;
      next?.resolve(next.id * 1000);
      await new Promise((go) => setTimeout(go, 0));
    }
    expect(await results).toEqual(Array.from({ length: 50 }, (_, id) => id * 2000 + id * (id + 3)));
  });

  test('fail with what the promise was rejected with, and only they', async () => {
    const reason = new Error('no');
    const instance = run(
      '(module (import "e" "wait" (func $w (param i32) (result i32))) (func (export "f") (param i32) (result i32) (call $w (local.get 0))))',
      { e: { wait: (n: number) => (n === 1 ? Promise.reject(reason) : Promise.resolve(n)) } },
    );
    const [a, b] = await Promise.allSettled([instance.callAsync('f', [1]), instance.callAsync('f', [2])]);
    expect(a).toEqual({ status: 'rejected', reason });
    expect(b).toEqual({ status: 'fulfilled', value: 2 });
    await expect(instance.callAsync('f', [3])).resolves.toBe(3);
  });

  test('fail with TypeError when the answer is of the wrong type', async () => {
    const instance = run(
      '(module (import "e" "w" (func $w (result i64))) (func (export "f") (result i64) (call $w)))',
      {
        e: { w: () => Promise.resolve(5) },
      },
    );
    await expect(instance.callAsync('f')).rejects.toThrow(TypeError);
    await expect(instance.callAsync('f')).rejects.toThrow('an i64 is a bigint');
  });

  test('may trap afterwards, with the frames that waited in the backtrace', async () => {
    const instance = run(
      '(module (import "e" "w" (func $w)) (func $inner (call $w) unreachable) (func (export "f") (call $inner)))',
      { e: { w: () => Promise.resolve() } },
    );
    const error = await instance.callAsync('f').catch((one) => one);
    expect(error).toBeInstanceOf(Trap);
    expect((error as Trap).backtrace.map(({ func }) => func)).toEqual([1, 2]);
  });
});

describe('calls inside calls', () => {
  test('a host function of a waiting thread calls synchronously, and the memory grows meanwhile', async () => {
    const instance: Instance = run(
      `(module (import "e" "h" (func $h (param i32) (result i32))) (memory (export "m") 1 5)
        (func (export "sum") (param i32) (result i32) (local $s i32)
          (loop (local.set $s (i32.add (local.get $s) (local.get 0)))
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (drop (memory.grow (i32.const 1)))
          (i32.store (i32.const 65536) (i32.const 99))
          (local.get $s))
        (func (export "f") (param i32) (result i32)
          (i32.add (i32.mul (local.get 0) (i32.const 1000)) (i32.add (call $h (local.get 0)) (i32.load (i32.const 65536))))))`,
      {
        e: {
          h: async (n: number) => {
            const before = instance.call('sum', 10) as number;
            await new Promise((resolve) => setTimeout(resolve, 1));
            return before + (instance.call('sum', n) as number);
          },
        },
      },
    );
    expect(await instance.callAsync('f', [4])).toBe(4000 + 55 + 10 + 99);
  });

  test('a synchronous call that meets a promise fails and leaves everything usable', async () => {
    const instance = run(
      `(module (import "e" "h" (func $h (result i32))) (global $g (export "g") (mut i32) (i32.const 1))
        (func (export "f") (result i32) (global.set $g (i32.const 2)) (call $h))
        (func (export "ok") (result i32) (global.get $g)))`,
      { e: { h: () => Promise.resolve(42) } },
    );
    for (let i = 0; i < 300; i++) {
      expect(() => instance.call('f')).toThrow(/^async host call: the host function "\w+" "\w+" returned a promise/);
    }
    expect(instance.call('ok')).toBe(2);
    expect(await instance.callAsync('f')).toBe(42);
  });

  test('a synchronous call inside a waiting thread meets a promise, and only it fails', async () => {
    const instance: Instance = run(
      `(module (import "e" "outer" (func $o (result i32))) (import "e" "inner" (func $i (result i32)))
        (func (export "in") (result i32) (call $i)) (func (export "f") (result i32) (i32.add (call $o) (call $o))))`,
      {
        e: {
          outer: () => {
            expect(() => instance.call('in')).toThrow('async host call');
            return Promise.resolve(21);
          },
          inner: () => Promise.resolve(1),
        },
      },
    );
    expect(await instance.callAsync('f')).toBe(42);
  });

  test('a thenable that is no promise is waited for as well', async () => {
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about
    const thenable = { then: (resolve: (value: number) => void) => resolve(5) };
    const instance = run(
      '(module (import "e" "h" (func $h (result i32))) (func (export "f") (result i32) (call $h)))',
      {
        e: { h: () => thenable as unknown as Promise<number> },
      },
    );
    expect(await instance.callAsync('f')).toBe(5);
  });
});

describe('a signal', () => {
  test('stops a thread that waits', async () => {
    const instance = run(
      '(module (import "e" "h" (func $h)) (func (export "f") (call $h)) (func (export "ok") (result i32) (i32.const 1)))',
      {
        e: { h: () => new Promise<void>(() => undefined) },
      },
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 5);
    const error = await instance.callAsync('f', [], { signal: controller.signal }).catch((one) => one);
    expect(error).toBeInstanceOf(Interrupted);
    expect((error as Error).message).toContain('enough');
    expect(instance.call('ok')).toBe(1);
  });

  test('stops a thread that runs, and other threads go on', async () => {
    const instance = run(`(module (global $g (mut i32) (i32.const 0))
      (func (export "spin") (loop (br 0)))
      (func (export "count") (param i32) (result i32)
        (loop (global.set $g (i32.add (global.get $g) (i32.const 1))) (br_if 0 (i32.lt_u (global.get $g) (local.get 0)))) (global.get $g)))`);
    const controller = new AbortController();
    const spin = instance.callAsync('spin', [], { signal: controller.signal }).catch((one) => one);
    expect(await instance.callAsync('count', [2_000_000])).toBe(2_000_000);
    controller.abort();
    expect(await spin).toBeInstanceOf(Interrupted);
  });

  test('that a host function aborts before it waits stops the thread, though nothing else happens', async () => {
    const controller = new AbortController();
    const h = (): Promise<void> => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    };
    const instance = run('(module (import "e" "h" (func $h)) (func (export "f") (call $h)))', { e: { h } });
    await expect(instance.callAsync('f', [], { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('that cannot tell, since it has no addEventListener, stops a thread that waits, too', async () => {
    const signal = { aborted: false, reason: 'enough' };
    const instance = run('(module (import "e" "h" (func $h)) (func (export "f") (call $h)))', {
      e: { h: () => new Promise<void>(() => undefined) },
    });
    setTimeout(() => {
      signal.aborted = true;
    }, 5);
    // Looking at it keeps no host alive: this does, as would whatever aborts it.
    const alive = setInterval(() => {}, 1000);
    await expect(instance.callAsync('f', [], { signal })).rejects.toThrow('enough');
    clearInterval(alive);
  });

  test('that a host function aborts lets no further call of it begin', async () => {
    const controller = new AbortController();
    let calls = 0;
    const h = (): void => {
      if (++calls === 3) controller.abort();
    };
    const instance = run('(module (import "e" "h" (func $h)) (func (export "f") (loop (call $h) (br 0))))', {
      e: { h },
    });
    await expect(instance.callAsync('f', [], { signal: controller.signal })).rejects.toBeInstanceOf(Interrupted);
    expect(calls).toBe(3);
  });

  test('that was given before the start lets nothing run', async () => {
    const instance = run(
      '(module (global $g (export "g") (mut i32) (i32.const 0)) (func (export "f") (global.set $g (i32.const 1))) (func (export "get") (result i32) (global.get $g)))',
    );
    await expect(instance.callAsync('f', [], { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Interrupted);
    expect(instance.call('get')).toBe(0);
  });
});

test('an execution that is asked too early says so, and does not call it a bug', () => {
  const execution = run('(module (func (export "f")))').begin('f');
  expect(() => execution.results).toThrow(TypeError);
  expect(() => execution.whenReady(() => {})).toThrow(TypeError);
  execution.fuel = 1;
  expect([execution.step(), execution.results]).toEqual(['done', []]);
});

test('tail calls of a host function that waits', async () => {
  const instance = run(
    `(module (import "e" "h" (func $h (param i32 i32) (result i32)))
      (func $t (param i32) (result i32) (return_call $h (local.get 0) (i32.const 2)))
      (func (export "f") (result i32) (i32.add (i32.const 100) (call $t (i32.const 5)))))`,
    { e: { h: (a: number, b: number) => Promise.resolve(a * b) } },
  );
  expect(await instance.callAsync('f')).toBe(110);
});
