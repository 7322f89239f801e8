// What a program with threads may have is counted for all of its threads together, and given back when one has ended.
import { expect, test } from 'vitest';
import { compile, engine, engineWith, Limits } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { type GuestLimits, WASI } from '../../src/wasi/index.ts';

/** Spawns `count` threads, each of which runs `thread`; the exit code is how many could be made. `wait`: it lets each end. */
function program(count: number, thread: string, wait: boolean, more = '') {
  return compile(
    assemble(`(module
      (import "env" "memory" (memory 1 1 shared))
      (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      ${more}
      (func (export "wasi_thread_start") (param i32 i32) ${thread}
        (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 8) (i32.const 1))))
      (func (export "_start") (local $i i32) (local $made i32)
        (loop $more
          (if (i32.gt_s (call $spawn (i32.const 0)) (i32.const 0))
            (then
              (local.set $made (i32.add (local.get $made) (i32.const 1)))
              (if (i32.const ${wait ? 1 : 0}) (then (block $ended (loop $again
                (br_if $ended (i32.eq (i32.atomic.load (i32.const 8)) (local.get $made)))
                (drop (memory.atomic.wait32 (i32.const 8) (i32.sub (local.get $made) (i32.const 1)) (i64.const -1)))
                (br $again)))))))
          (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${count}))))
        (call $exit (local.get $made))))`),
  );
}

const run = (module: ReturnType<typeof program>, limits: GuestLimits) => new WASI({ limits }).run(engine, module);

const WAITS = '(drop (memory.atomic.wait32 (i32.const 12) (i32.const 0) (i64.const -1)))';

test('threads each had tables of their own, as many as there were threads', async () => {
  const table = '(table 1000 funcref)';
  expect(await run(program(20, WAITS, false, table), { tableElements: 8_000 })).toBe(7);
  expect(await run(program(20, WAITS, false), { threads: 3 })).toBe(3);
});

test('what a thread had is there for the next one when it has ended', async () => {
  const own = '(table 1000 funcref) (memory 2)';
  const limits = { tableElements: 2_000, threads: 1, memoryBytes: 5 * 65536 };
  expect(await run(program(50, '', true, own), limits)).toBe(50);
});

test('the memory that threads share counts with those that are their own', async () => {
  expect(await run(program(20, WAITS, false, '(memory 1)'), { memoryBytes: 5 * 65536 })).toBe(3);
  const module = program(1, '', false);
  await expect(run(module, { memoryBytes: 65535 })).rejects.toThrow('65535 of 65535 are left');
});

test('an engine with limits of its own makes all threads under them', async () => {
  const own = engineWith({ limits: { tableElements: 3_000 } });
  const module = program(20, WAITS, false, '(table 1000 funcref)');
  expect(await new WASI().run(own, module)).toBe(2);
  const limits = new Limits({ tableElements: 4_000 });
  expect(await new WASI({ limits }).run(engineWith({ limits }), module)).toBe(3);
});

test('maxMemoryBytes of run bounded no memory but shared ones that are imported', async () => {
  const grows = compile(
    assemble(`(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
        (call $exit (memory.size))))`),
  );
  const maxMemoryBytes = 5 * 65_536;
  expect(await new WASI().run(engine, grows, { maxMemoryBytes })).toBe(5);
  expect(await new WASI().run(engineWith({ maxMemoryBytes: 3 * 65_536 }), grows, { maxMemoryBytes })).toBe(3);
  expect(await new WASI({ limits: { memoryBytes: 2 * 65_536 } }).run(engine, grows, { maxMemoryBytes })).toBe(2);
});
