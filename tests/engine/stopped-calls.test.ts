// Calls that are stopped, and what goes on beside them: promises that nobody waits for any more, deadlines that are moved
// while something runs, and calls that are begun in the middle of others.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HostFunction, instantiateAsync, Interrupted } from '../../src/index.ts';
import namespace, { createWebAssembly } from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { type AsyncDirectory, awaited, memoryDirectory, WASI } from '../../src/wasi/index.ts';
import { compile, engine } from '../../src/index.ts';
import { run, wat } from './support.ts';

const LONG_AGO = 1e12;
const soon = (milliseconds: number): number => Date.now() + milliseconds;
const AT_DEADLINE = { name: 'Interrupted', reason: 'deadline' };
const ABORTED = { name: 'Interrupted', reason: 'abort' };

const CALLS = '(module (import "e" "h" (func $h)) (func (export "f") (call $h)) (export "h" (func $h)))';

/** Keeps the host so long. */
function spend(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('a promise that is rejected after its call was stopped ended the host, since nobody heard it', () => {
  const unheard: unknown[] = [];
  const note = (error: unknown): void => void unheard.push(error);
  let fail = (): void => {};
  const later = (): Promise<void> =>
    new Promise((_, reject) => {
      fail = () => reject(new Error('too late'));
    });

  beforeEach(() => {
    unheard.length = 0;
    process.on('unhandledRejection', note);
  });

  /** All that is rejected is told after a turn. */
  afterEach(async () => {
    fail();
    await turn();
    await turn();
    process.off('unhandledRejection', note);
    expect(unheard).toEqual([]);
  });

  test.each(['f', 'h'])('by its signal, while the host function ran: %s', async (name) => {
    const controller = new AbortController();
    const h: HostFunction = () => {
      controller.abort();
      return later();
    };
    const { signal } = controller;
    await expect(run(CALLS, { e: { h } }).callAsync(name, [], { signal })).rejects.toMatchObject(ABORTED);
  });

  test.each(['f', 'h'])('at its deadline, while the host function ran: %s', async (name) => {
    const h: HostFunction = () => {
      spend(20);
      return later();
    };
    const call = run(CALLS, { e: { h } }).callAsync(name, [], { deadline: soon(10) });
    await expect(call).rejects.toMatchObject(AT_DEADLINE);
  });

  test('by the host function, which gave it up', () => {
    const instance = run(CALLS, {
      e: {
        h: () => {
          execution.abandon();
          return later();
        },
      },
    });
    const execution = instance.begin('f', [], { async: true });
    execution.fuel = 10;
    expect(() => execution.step()).toThrow(/abandoned/);
  });

  test('by whoever let go of its execution', () => {
    const execution = run(CALLS, { e: { h: later } }).begin('f', [], { async: true });
    execution.fuel = 10;
    expect(execution.step()).toBe('suspended');
  });

  test('in a start function', async () => {
    const controller = new AbortController();
    const h: HostFunction = () => {
      controller.abort();
      return later();
    };
    const module = wat('(module (import "e" "h" (func $h)) (start $h))');
    const made = instantiateAsync(module, { e: { h } }, { signal: controller.signal });
    await expect(made).rejects.toMatchObject(ABORTED);
  });

  test('in a program, by the file that answers it', async () => {
    const controller = new AbortController();
    const root = memoryDirectory({ f: 'text' });
    const stat = (): never => {
      controller.abort();
      return later() as never;
    };
    const slow = new Proxy(root, {
      get: (_, name) => (name === 'statEntry' ? stat : Reflect.get(root, name, root)),
    }) as unknown as AsyncDirectory;
    const text = `(module
      (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "f")
      (func (export "_start") (drop (call $stat (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))))`;
    const wasi = new WASI({ preopens: { '/': awaited(slow) } });
    const { signal } = controller;
    await expect(wasi.run(engine, compile(assemble(text)), { signal })).rejects.toMatchObject(ABORTED);
  });
});

describe('a function of the host that is exported again', () => {
  test('was called though the signal was aborted or the deadline had passed', async () => {
    let calls = 0;
    const instance = run(CALLS, { e: { h: () => void calls++ } });
    await expect(instance.callAsync('h', [], { signal: AbortSignal.abort() })).rejects.toMatchObject(ABORTED);
    await expect(instance.callAsync('h', [], { deadline: LONG_AGO })).rejects.toMatchObject(AT_DEADLINE);
    expect(() => instance.callWith({ deadline: LONG_AGO }, 'h')).toThrow(Interrupted);
    expect(calls).toBe(0);
  });

  test('that aborts its signal is stopped like a guest that calls it', async () => {
    const controller = new AbortController();
    const instance = run(CALLS, { e: { h: () => controller.abort() } });
    for (const name of ['f', 'h']) {
      await expect(instance.callAsync(name, [], { signal: controller.signal })).rejects.toMatchObject(ABORTED);
    }
  });
});

describe('the deadline of an execution that is set while it runs did nothing', () => {
  const SPINS = '(module (import "e" "h" (func $h)) (func (export "f") (call $h) (loop (br 0))))';

  test.each(['step', 'runAsync'] as const)('%s', async (way) => {
    const set: HostFunction = () => {
      execution.deadline = soon(10);
    };
    const execution = run(SPINS, { e: { h: set } }).begin('f');
    execution.fuel = Number.POSITIVE_INFINITY;
    if (way === 'step') expect(() => execution.step()).toThrow(/deadline/);
    else await expect(execution.runAsync()).rejects.toMatchObject(AT_DEADLINE);
  });

  test('by what it calls, and that has begun', () => {
    const inner = run(SPINS, {
      e: {
        h: () => {
          execution.deadline = soon(10);
        },
      },
    });
    let seen: unknown;
    const h: HostFunction = () => {
      try {
        inner.callWith({ deadline: soon(60_000) }, 'f');
      } catch (error) {
        seen = error;
      }
    };
    const execution = run(SPINS, { e: { h } }).begin('f', [], { deadline: soon(60_000) });
    execution.fuel = Number.POSITIVE_INFINITY;
    expect(() => execution.step()).toThrow(/deadline/);
    expect(seen).toMatchObject(AT_DEADLINE);
    execution.deadline = undefined;
    expect(execution.step(100)).toBe('slice');
  });

  test('a later one, or none', () => {
    const text = `(module (import "e" "h" (func $h)) (func (export "f") (result i32) (call $h) (call $h) (i32.const 7)))`;
    for (const later of [soon(60_000), undefined]) {
      const h: HostFunction = () => {
        execution.deadline = later;
        spend(500);
      };
      const execution = run(text, { e: { h } }).begin('f', [], { deadline: soon(400) });
      execution.fuel = 10;
      expect(execution.run()).toEqual([7]);
    }
  });

  test('while it waits for a promise', async () => {
    const execution = run(CALLS, { e: { h: () => new Promise<void>(() => {}) } }).begin('f', [], { async: true });
    execution.fuel = 10;
    const end = execution.runAsync();
    execution.deadline = soon(10);
    await expect(end).rejects.toMatchObject(AT_DEADLINE);
  });
});

describe('a call that is begun in the middle of another one, and is none of its parts,', () => {
  const COUNTS = `(module (import "e" "h" (func $h)) (func (export "f") (param $n i32) (result i32)
    (call $h)
    (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 7)))`;
  const OUTER = '(module (import "e" "h" (func $h)) (func (export "f") (call $h) (loop (br 0))))';
  const inner = run(COUNTS, { e: { h: () => spend(140) } });

  /** Begins something in a call that has to be over 100 ms later. */
  function begunIn<T>(action: () => Promise<T>): Promise<T> {
    let begun: Promise<T> | undefined;
    const h: HostFunction = () => {
      outer.deadline = soon(100);
      begun = action();
    };
    const outer = run(OUTER, { e: { h } }).begin('f');
    outer.fuel = Number.POSITIVE_INFINITY;
    expect(() => outer.step()).toThrow(/deadline/);
    return begun as Promise<T>;
  }

  test('ended at the deadline of that one: it is paused at it', async () => {
    const began = Date.now();
    const call = begunIn(() => inner.callAsync('f', [20_000_000]));
    const first = Date.now() - began;
    expect(await call).toBe(7);
    expect(Date.now() - began).toBeGreaterThan(first);
  });

  test('has a deadline of its own', async () => {
    await expect(begunIn(() => inner.callAsync('f', [0], { deadline: soon(50) }))).rejects.toMatchObject(AT_DEADLINE);
  });

  test('by WebAssembly.promising, too, in a namespace of its own as well', async () => {
    const far = Date.now() + 60_000;
    for (const own of [namespace, createWebAssembly({}), createWebAssembly({ fuel: 1e9, deadline: far })]) {
      const made = new own.Instance(new own.Module(assemble(COUNTS)), { e: { h: () => spend(140) } });
      expect(await begunIn(() => own.promising(made.exports['f'] as () => number)(1_000_000))).toBe(7);
    }
    const ends = createWebAssembly({ deadline: () => Date.now() + 200 });
    const made = new ends.Instance(new ends.Module(assemble(COUNTS)), { e: { h: () => spend(300) } });
    const call = begunIn(() => ends.promising(made.exports['f'] as () => number)(1_000_000));
    await expect(call).rejects.toMatchObject(AT_DEADLINE);
  });

  test('by instantiateAsync and by WASI.run, too', async () => {
    const module = wat(
      '(module (import "e" "h" (func $h)) (memory (export "memory") 1) (func (export "_start") (call $h)))',
    );
    const imports = { e: { h: () => spend(140) } };
    const started = wat('(module (import "e" "h" (func $h)) (func $f (call $h)) (start $f) (func (export "g")))');
    expect(Object.keys((await begunIn(() => instantiateAsync(started, imports))).exports)).toEqual(['g']);
    expect(await begunIn(async () => new WASI({}).run(engine, module, { imports }))).toBe(0);
  });

  test('and that what it waited for wakes, ran under the deadline of whoever happened to wake it', async () => {
    const text = `(module (memory (export "m") 1 1 shared) (func (export "wait") (result i32)
        (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
      (func (export "wake") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1))))`;
    const instance = run(text);
    const execution = instance.begin('wait', [], { async: true });
    execution.fuel = 10;
    expect(execution.step()).toBe('suspended');
    let ended: unknown;
    execution.whenReady(() => {
      spend(500);
      ended = [execution.step(), execution.results];
    });
    expect(instance.callWith({ deadline: soon(400) }, 'wake')).toBe(1);
    expect(ended).toEqual(['done', [0]]);
  });
});

test('fuel that was set twice before a step forgave what was owed', () => {
  const text = '(module (memory 16) (func (export "f") (memory.fill (i32.const 0) (i32.const 1) (i32.const 200000))))';
  const usedBy = (sets: number, amounts: readonly number[]): number => {
    const call = run(text).begin('f');
    let given = 0;
    for (const amount of amounts) {
      for (let i = 0; i < sets; i++) call.fuel = amount;
      given += amount;
      if (call.step() === 'done') return given - call.fuel;
      // Stepping on without more pays nothing, and forgives nothing.
      expect([call.step(), call.step()]).toEqual(['fuel', 'fuel']);
    }
    return expect.fail('it did not end');
  };
  for (const amounts of [
    [10, 1000],
    [10, 0, 0, 3, 1000],
    [10, -100, 1000],
  ]) {
    const once = usedBy(1, amounts);
    // A unit is given away: the one that stopped it.
    expect(once).toBe(197 + Math.min(0, ...amounts));
    expect(usedBy(2, amounts)).toBe(once);
  }
});
