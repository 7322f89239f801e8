// What happens to a wait when its call is stopped: it stands in no queue and keeps no timer, and where the execution goes
// on later, it waits again. Signals of every shape stop it.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { compile, engine, type Instance, instantiate, Interrupted, invokeAsync, Memory } from '../../src/index.ts';
import { I32, type MemType } from '../../src/syntax/types.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { run } from './support.ts';

const WAITING = `(module (memory (export "m") 1 2 shared)
  (func (export "wait") (param i32 i64) (result i32) (memory.atomic.wait32 (i32.const 64) (local.get 0) (local.get 1)))
  (func (export "set") (i32.atomic.store (i32.const 64) (i32.const 7)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (i32.const 64) (local.get 0))))`;

const LONG = 9_000_000_000_000n;
const { setTimeout: later, clearTimeout: cancel } = globalThis;
const turn = (milliseconds = 5): Promise<void> => new Promise((resolve) => later(resolve, milliseconds));

/** Timers of the engine and the system interface that have neither come nor been cancelled. */
const set = new Set<unknown>();
const timers = (): number => set.size;

beforeEach(() => {
  set.clear();
  vi.stubGlobal('setTimeout', (come: () => void, milliseconds: number) => {
    const timer = later(() => {
      set.delete(timer);
      come();
    }, milliseconds);
    set.add(timer);
    return timer;
  });
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    set.delete(timer);
    cancel(timer);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A wait that runAsync drives, and how it is stopped. */
async function waiting(instance: Instance, limit = LONG) {
  const stop = new AbortController();
  const execution = instance.begin('wait', [0, limit], { async: true });
  execution.fuel = 1000;
  const end = execution.runAsync(stop.signal).catch((error: unknown) => error);
  await turn();
  return { execution, end, stop };
}

describe.each(['switch', 'closures'] as const)('in the loop of %s', (loop) => {
  beforeEach(() => useLoop(loop));
  afterEach(() => useLoop('switch'));

  test('an execution that was stopped stayed in the queue, so that a notification was lost', async () => {
    const instance = run(WAITING);
    const first = await waiting(instance);
    const second = await waiting(instance);
    first.stop.abort();
    expect(instance.call('notify', 1)).toBe(1);
    expect(await first.end).toBeInstanceOf(Interrupted);
    expect(await second.end).toEqual([0]);
    expect(instance.call('notify', -1)).toBe(0);
  });

  test('its timer kept the process alive until the time was over', async () => {
    const { end, stop } = await waiting(run(WAITING));
    expect(timers()).toBe(1);
    stop.abort();
    expect(await end).toBeInstanceOf(Interrupted);
    expect(timers()).toBe(0);
  });

  test('an execution that goes on waits again', async () => {
    const instance = run(WAITING);
    const { execution, end, stop } = await waiting(instance);
    stop.abort();
    await end;
    expect(instance.call('notify', 1)).toBe(0);
    expect(execution.step()).toBe('suspended');
    expect(instance.call('notify', 1)).toBe(1);
    expect(execution.step()).toBe('done');
    expect(execution.results).toEqual([0]);
  });

  test('an execution that goes on and is waited for at once waits again, too', async () => {
    const instance = run(WAITING);
    const { execution, end, stop } = await waiting(instance);
    stop.abort();
    await end;
    let told = 0;
    execution.whenReady(() => told++);
    expect([told, instance.call('notify', 1), told]).toEqual([0, 1, 1]);
    expect([execution.step(), execution.results]).toEqual(['done', [0]]);
  });

  test('an execution that goes on when something else is there does not wait for who has notified already', async () => {
    const instance = run(WAITING);
    const { execution, end, stop } = await waiting(instance);
    stop.abort();
    await end;
    instance.call('set');
    expect(await execution.runAsync()).toEqual([1]);
  });

  test('an execution that goes on when its time is over has timed out', async () => {
    const instance = run(WAITING);
    const { execution, end, stop } = await waiting(instance, 50_000_000n);
    stop.abort();
    await end;
    await turn(60);
    expect(await execution.runAsync()).toEqual([2]);
  });

  test('an execution whose memory other threads hold stays one waiter, however often it is stopped', async () => {
    const instance = run(WAITING);
    const memory = instance.exports['m'] as Memory;
    const cells = new Int32Array(memory.buffer);
    const { execution, end, stop } = await waiting(instance);
    stop.abort();
    await end;
    const again = execution.runAsync();
    await turn();
    expect(Atomics.notify(cells, 16, 9)).toBe(1);
    expect(await again).toEqual([0]);
  });
});

describe('a signal that tells nobody', () => {
  const silent = () => {
    const signal = { aborted: false };
    later(() => {
      signal.aborted = true;
    }, 5);
    return signal;
  };
  const never = { e: { h: () => new Promise<void>(() => undefined) } };
  const CALLING = '(module (import "e" "h" (func $h)) (export "h" (func $h)) (func (export "f") (call $h)))';

  test('did not stop a call that waited for the host', async () => {
    await expect(run(CALLING, never).callAsync('f', [], { signal: silent() })).rejects.toBeInstanceOf(Interrupted);
  });

  test('did not stop a call that waited on memory', async () => {
    const execution = run(WAITING).begin('wait', [0, LONG], { async: true });
    execution.fuel = 1000;
    await expect(execution.runAsync(silent())).rejects.toBeInstanceOf(Interrupted);
    expect(timers()).toBe(0);
  });

  test('did not stop a program whose threads wait', async () => {
    const module = compile(
      assemble(`(module (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start") (i64.store (i32.const 24) (i64.const ${LONG}))
          (i32.store (i32.const 16) (i32.const 1)) (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`),
    );
    await expect(new WASI().run(engine, module, { signal: silent() })).rejects.toBeInstanceOf(Interrupted);
    expect(timers()).toBe(0);
  });

  test('is looked at no more when the call has ended', async () => {
    let looks = 0;
    const signal = {
      get aborted() {
        looks++;
        return false;
      },
    };
    await run(CALLING, { e: { h: () => turn(40) } }).callAsync('f', [], { signal });
    expect(timers()).toBe(0);
    expect(looks).toBeGreaterThan(1);
    const seen = looks;
    await turn(30);
    expect(looks).toBe(seen);
  });

  test('that throws when it is asked ends the call, and not the process', async () => {
    let looks = 0;
    const signal = {
      get aborted(): boolean {
        if (looks++ > 3) throw new RangeError('gone');
        return false;
      },
    };
    await expect(run(CALLING, never).callAsync('f', [], { signal })).rejects.toBeInstanceOf(Interrupted);
  });
});

test('a call of a host function went on waiting when its signal was aborted', async () => {
  const instance = run('(module (import "e" "h" (func $h)) (export "h" (func $h)))', {
    e: { h: () => new Promise<void>(() => undefined) },
  });
  const stop = new AbortController();
  const call = invokeAsync(instance.func('h'), [], { signal: stop.signal });
  await turn();
  stop.abort();
  await expect(call).rejects.toBeInstanceOf(Interrupted);
});

test('a reactor whose call was stopped kept the timer of its sleep', async () => {
  const wasi = new WASI();
  const module = compile(
    assemble(`(module (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "sleep") (param i64) (result i32) (i64.store (i32.const 24) (local.get 0))
        (i32.store (i32.const 16) (i32.const 1)) (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))`),
  );
  const instance = instantiate(module, wasi.imports);
  wasi.initialize(instance);
  const stop = new AbortController();
  const call = instance.callAsync('sleep', [LONG], { signal: stop.signal });
  await turn();
  expect(timers()).toBe(1);
  stop.abort();
  await expect(call).rejects.toBeInstanceOf(Interrupted);
  expect(timers()).toBe(0);
  expect(await instance.callAsync('sleep', [1n])).toBe(0);
  wasi.close();
});

test('threads of a program that was stopped stayed in the queue until their next turn', async () => {
  const type: MemType = { addr: I32, limits: { min: 1n, max: 2n }, shared: true, pageSizeLog2: 16 };
  const memory = new Memory(type);
  const program = compile(
    assemble(`(module (import "env" "memory" (memory 1 2 shared)) (export "memory" (memory 0))
      (func (export "_start") (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const ${LONG})))))`),
  );
  const notifier = run(
    `(module (import "env" "memory" (memory 1 2 shared))
      (func (export "notify") (result i32) (memory.atomic.notify (i32.const 64) (i32.const 9))))`,
    { env: { memory } },
  );
  const stop = new AbortController();
  const end = Promise.resolve(new WASI().run(engine, program, { imports: { env: { memory } }, signal: stop.signal }));
  end.catch(() => undefined);
  await turn();
  stop.abort();
  expect(notifier.call('notify')).toBe(0);
  await expect(end).rejects.toBeInstanceOf(Interrupted);
});

describe('a memory of the same bytes as another one in this thread', () => {
  const type: MemType = { addr: I32, limits: { min: 1n, max: 2n }, shared: true, pageSizeLog2: 16 };
  const imported = (memory: Memory): Instance =>
    run(
      `(module (import "env" "m" (memory 1 2 shared))
        (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const ${LONG})))
        (func (export "notify") (param i32) (result i32) (memory.atomic.notify (i32.const 64) (local.get 0))))`,
      { env: { m: memory } },
    );
  const pairs: readonly (readonly [how: string, make: () => readonly [Memory, Memory]])[] = [
    [
      'of its parts',
      () => {
        const one = new Memory(type);
        return [one, new Memory(type, undefined, one.share())];
      },
    ],
    [
      'of the same parts, which came from elsewhere',
      () => {
        const parts = structuredClone(new Memory(type).share());
        return [new Memory(type, undefined, parts), new Memory(type, undefined, parts)];
      },
    ],
    [
      'of a buffer that it handed out after its bytes',
      () => {
        const one = new Memory(type);
        void one.bytes;
        const length = one.share()?.length as SharedArrayBuffer;
        return [one, new Memory(type, undefined, { type, buffer: one.buffer as SharedArrayBuffer, length })];
      },
    ],
  ];

  test.each(pairs)('did not find who waits and blocks, when it was made %s', (_how, make) => {
    const [one, other] = make();
    for (const [here, there] of [
      [one, other],
      [other, one],
    ] as const) {
      const execution = imported(here).begin('wait', [], { async: true });
      execution.fuel = 1000;
      let told = 0;
      expect(execution.step()).toBe('suspended');
      execution.whenReady(() => told++, true);
      const notifier = imported(there);
      expect([notifier.call('notify', 5), told, notifier.call('notify', 5)]).toEqual([1, 1, 0]);
      expect([execution.step(), execution.results]).toEqual(['done', [0]]);
    }
  });

  test('woke at most as many as it was told, the longest waiting first', () => {
    const one = new Memory(type);
    const other = new Memory(type, undefined, one.share());
    const told: number[] = [];
    const executions = [one, other, one].map((memory, i) => {
      const execution = imported(memory).begin('wait', [], { async: true });
      execution.fuel = 1000;
      execution.step();
      execution.whenReady(() => told.push(i), true);
      return execution;
    });
    expect(imported(other).call('notify', 2)).toBe(2);
    expect(told).toEqual([0, 1]);
    executions[2].abandon();
    expect(imported(other).call('notify', 2)).toBe(0);
  });
});
