// Shared memories that other threads of the host hold: atomic instructions, waiting and waking across workers.
// https://github.com/WebAssembly/threads  The workers are plain JavaScript; natively they would see the same.
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useLoop } from '../../src/closures.ts';
import { type Instance, type Memory, UnsupportedError } from '../../src/index.ts';
import { run } from './support.ts';

const PROGRAM = `(module (memory (export "m") 1 2 shared)
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "add8") (param i32) (loop $l (drop (i32.atomic.rmw8.add_u (i32.const 8) (i32.const 1)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "add16") (param i32) (loop $l (drop (i64.atomic.rmw16.add_u (i32.const 10) (i64.const 1)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "add32") (param i32) (loop $l (drop (i32.atomic.rmw.sub (i32.const 12) (i32.const -1)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "add64") (param i32) (loop $l (drop (i64.atomic.rmw.add (i32.const 16) (i64.const 0x1_0000_0001)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "swap64") (param i32) (local $old i64) (loop $l
    (local.set $old (i64.atomic.load (i32.const 24)))
    (br_if $l (i64.ne (local.get $old)
      (i64.atomic.rmw.cmpxchg (i32.const 24) (local.get $old) (i64.add (local.get $old) (i64.const 0x1_0000_0001)))))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "torn") (param i32) (result i32) (local $seen i64) (loop $l
    (local.set $seen (i64.atomic.load (i32.const 32)))
    (if (i64.ne (i64.shr_u (local.get $seen) (i64.const 32)) (i64.and (local.get $seen) (i64.const 0xffff_ffff)))
      (then (return (i32.const 1))))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 0)))`;

const workers: Worker[] = [];

/** A worker that has the memory as Int32Array \`a\` and BigInt64Array \`b\`; returns its messages. */
function worker(buffer: ArrayBufferLike, code: string): () => Promise<unknown> {
  const source = `const { parentPort, workerData } = require('node:worker_threads');
    const a = new Int32Array(workerData), b = new BigInt64Array(workerData);
    const tell = (x) => parentPort.postMessage(x), pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    ${code}`;
  const made = new Worker(source, { eval: true, workerData: buffer, execArgv: [] });
  workers.push(made);
  const messages: unknown[] = [];
  let wanted: ((message: unknown) => void) | undefined;
  made.on('message', (message: unknown) => {
    if (wanted === undefined) messages.push(message);
    else wanted(message);
    wanted = undefined;
  });
  return () => (messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => (wanted = resolve)));
}

const setUp = (): { instance: Instance; memory: Memory } => {
  const instance = run(PROGRAM);
  return { instance, memory: instance.exports['m'] as Memory };
};
const SECONDS_10 = 10_000_000_000n;

describe.each(['switch', 'closures'] as const)('in the loop of %s', (loop) => {
  beforeEach(() => useLoop(loop));
  afterEach(async () => {
    useLoop('switch');
    await Promise.all(workers.splice(0).map((one) => one.terminate()));
  });

  test.each([
    ['add8', 'new Uint8Array(workerData), 8, 1', 8n],
    ['add16', 'new Uint16Array(workerData), 5, 1', 16n],
    ['add32', 'a, 3, 1', 32n],
    ['add64', 'b, 2, 0x100000001n', 64n],
    ['swap64', 'b, 3, 0x100000001n', 64n],
  ])('%s of a guest and Atomics.add of a worker lose nothing', async (name, cells, bits) => {
    const { instance, memory } = setUp();
    const next = worker(
      memory.buffer,
      `tell('ready'); let n = 0; while (Atomics.load(a, 0) === 0) { Atomics.add(${cells}); n++; } tell(n);`,
    );
    await next();
    const rounds = 30_000;
    for (let i = 0; i < 10; i++) instance.call(name, rounds);
    Atomics.store(new Int32Array(memory.buffer), 0, 1);
    const total = BigInt(10 * rounds + ((await next()) as number));
    const view = new DataView(memory.buffer);
    const at = { add8: 8, add16: 10, add32: 12, add64: 16, swap64: 24 }[name] as number;
    const each = name.endsWith('64') ? 0x1_0000_0001n : 1n;
    const found = view.getBigUint64(at, true) & (2n ** bits - 1n);
    expect(found).toBe((total * each) & (2n ** bits - 1n));
  });

  test('a 64-bit load never sees half of what a worker stores', async () => {
    const { instance, memory } = setUp();
    const next = worker(
      memory.buffer,
      `tell('ready'); for (let i = 0n; Atomics.load(a, 0) === 0; i = (i + 1n) & 0x7fffffffn) Atomics.store(b, 4, i << 32n | i);`,
    );
    await next();
    expect(instance.call('torn', 300_000)).toBe(0);
    Atomics.store(new Int32Array(memory.buffer), 0, 1);
  });

  test('a wait without a time-out blocks until a worker notifies, also of 64 bits', async () => {
    for (const [name, zero] of [
      ['wait32', 0],
      ['wait64', 0n],
    ] as const) {
      const { instance, memory } = setUp();
      const next = worker(
        memory.buffer,
        // The word is set when somebody has been woken: on a busy machine a wait may begin after any pause.
        `tell('ready'); pause(100); while (Atomics.notify(a, 16) === 0) pause(1); Atomics.store(a, 16, 42); tell(1);`,
      );
      await next();
      expect(instance.call(name, 64, zero, -1n)).toBe(0);
      expect(await next()).toBe(1);
      expect(memory.M32[16]).toBe(42);
      expect(instance.call(name, 64, zero, -1n)).toBe(1);
    }
  });

  test('a wait with a time-out ends when a worker notifies, and else by its time', async () => {
    const { instance, memory } = setUp();
    const next = worker(
      memory.buffer,
      `tell('ready'); pause(100); while (Atomics.notify(a, 16) === 0) pause(1); tell('woke');`,
    );
    await next();
    expect(instance.call('wait32', 64, 0, SECONDS_10)).toBe(0);
    expect(instance.call('wait32', 64, 0, 1_000_000n)).toBe(2);
  });

  test('notify wakes Atomics.wait of workers, as many as it says', async () => {
    const { instance, memory } = setUp();
    const code = `tell('ready'); tell(Atomics.wait(a, 16, 0, 20000));`;
    const all = [worker(memory.buffer, code), worker(memory.buffer, code), worker(memory.buffer, code)];
    for (const next of all) await next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(instance.call('notify', 64, 2)).toBe(2);
    expect(instance.call('notify', 64, -1)).toBe(1);
    expect(instance.call('notify', 64, -1)).toBe(0);
    expect(await Promise.all(all.map((next) => next()))).toEqual(['ok', 'ok', 'ok']);
  });

  test('a suspended wait is woken by a worker, and by a guest of its own thread', async () => {
    const { instance, memory } = setUp();
    void memory.buffer;
    const waits = [
      instance.callAsync('wait32', [64, 0, -1n]),
      instance.callAsync('wait64', [64, 0n, -1n]),
      instance.callAsync('wait32', [64, 0, SECONDS_10]),
    ];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(instance.call('notify', 64, 1)).toBe(1);
    expect(await waits[0]).toBe(0);
    const next = worker(memory.buffer, `tell(Atomics.notify(a, 16, 5));`);
    expect(await next()).toBe(2);
    expect(await Promise.all(waits)).toEqual([0, 0, 0]);
    expect(instance.call('notify', 64, 1)).toBe(0);
  });

  test('a wait that began before the memory was handed out is woken by a worker, too', async () => {
    const { instance, memory } = setUp();
    const waits = [instance.callAsync('wait32', [64, 0, -1n]), instance.callAsync('wait64', [64, 0n, SECONDS_10])];
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = worker(memory.buffer, `tell(Atomics.notify(a, 16, 5));`);
    expect(await next()).toBe(2);
    expect(await Promise.all(waits)).toEqual([0, 0]);
  });

  test('a memory that was handed out by its bytes alone is one that other threads can hold', async () => {
    const { instance, memory } = setUp();
    const wait = instance.callAsync('wait32', [64, 0, -1n]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = worker(memory.bytes.buffer, `tell(Atomics.notify(a, 16, 5));`);
    expect(await next()).toBe(1);
    expect(await wait).toBe(0);
    const slow = worker(memory.bytes.buffer, `tell('ready'); while (Atomics.notify(a, 17, 1) === 0) pause(1);`);
    await slow();
    expect(instance.call('wait32', 68, 0, -1n)).toBe(0);
  });

  test('a wait that was given up passes a notification on', async () => {
    const { instance, memory } = setUp();
    void memory.buffer;
    const stop = new AbortController();
    const first = instance.callAsync('wait32', [64, 0, -1n], { signal: stop.signal });
    const second = instance.callAsync('wait32', [64, 0, -1n]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await expect(first).rejects.toThrow('abort');
    expect(instance.call('notify', 64, 1)).toBe(1);
    expect(await second).toBe(0);
  });

  test('a wait on a memory that nobody else can hold says so instead of blocking for ever', () => {
    const { instance } = setUp();
    expect(() => instance.call('wait32', 64, 0, -1n)).toThrow(UnsupportedError);
    expect(instance.call('wait32', 64, 0, 1000n)).toBe(2);
    expect(instance.call('wait32', 64, 1, -1n)).toBe(1);
  });
});

test('a call that was aborted while it waited is woken by no notification of the same turn', async () => {
  const instance = run(PROGRAM);
  const stop = new AbortController();
  const first = instance.callAsync('wait32', [64, 0, -1n], { signal: stop.signal });
  const second = instance.callAsync('wait32', [64, 0, -1n]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  expect(instance.call('notify', 64, 1)).toBe(1);
  await expect(first).rejects.toThrow(/aborted/);
  expect(await second).toBe(0);
});
