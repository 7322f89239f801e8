// Guest threads from end to end: wasi-threads on our interpreter, with programs in the text format.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, engine, Interrupted, Trap, type ValidModule } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import {
  BufferOutput,
  ERRNO,
  type ProgramOptions,
  QueueInput,
  VirtualClock,
  WASI,
  type WasiOptions,
} from '../../src/wasi/index.ts';
import { nodeClock } from '../../src/wasi/hosts/node.ts';

const IMPORTS = `
  (import "env" "memory" (memory $memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (export "memory" (memory $memory))
  ;; Writes one character; the place of the buffer is the thread's own.
  (func $put (param $place i32) (param $character i32)
    (i32.store8 (local.get $place) (local.get $character))
    (i32.store offset=4 (local.get $place) (local.get $place))
    (i32.store offset=8 (local.get $place) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.add (local.get $place) (i32.const 4)) (i32.const 1)
      (i32.add (local.get $place) (i32.const 12)))))
  (func $sleep (param $place i32) (param $nanoseconds i64)
    (memory.fill (local.get $place) (i32.const 0) (i32.const 48))
    (i32.store offset=16 (local.get $place) (i32.const 1))
    (i64.store offset=24 (local.get $place) (local.get $nanoseconds))
    (drop (call $poll (local.get $place) (i32.add (local.get $place) (i32.const 64)) (i32.const 1)
      (i32.add (local.get $place) (i32.const 100)))))`;

function program(start: string, thread = '', more = ''): ValidModule {
  const entry = `(func (export "wasi_thread_start") (param $tid i32) (param $arg i32) ${thread})`;
  return compile(assemble(`(module ${IMPORTS} ${more} ${entry} (func (export "_start") ${start}))`));
}

async function run(module: ValidModule, options: ProgramOptions = {}, given: WasiOptions = {}) {
  const stdout = new BufferOutput();
  const wasi = new WASI({ stdout, ...given });
  return { exitCode: await wasi.run(engine, module, options), output: stdout.text() };
}

/** Four threads add 1 under a lock (wait and notify), 50 times each; the main thread waits for all and exits with the sum. */
const LOCKED = program(
  `(local $i i32)
   (loop $more
     (if (i32.le_s (call $spawn (local.get $i)) (i32.const 0)) (then unreachable))
     (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4))))
   (block $joined
     (loop $join
       (br_if $joined (i32.eq (local.tee $i (i32.atomic.load (i32.const 8))) (i32.const 4)))
       (drop (memory.atomic.wait32 (i32.const 8) (local.get $i) (i64.const -1)))
       (br $join)))
   (call $exit (i32.load (i32.const 4)))`,
  `(local $i i32)
   (loop $more
     (call $lock)
     (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
     (call $put (i32.const 64) (i32.add (i32.const 97) (i32.rem_u (i32.load (i32.const 4)) (i32.const 26))))
     (call $unlock)
     (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
   (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
   (drop (memory.atomic.notify (i32.const 8) (i32.const 1)))`,
  `(func $lock
     (block $mine
       (loop $again
         (br_if $mine (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))))
         (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
         (br $again))))
   (func $unlock
     (i32.atomic.store (i32.const 0) (i32.const 0))
     (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))`,
);
const LETTERS = Array.from({ length: 200 }, (_, i) => String.fromCharCode(97 + ((i + 1) % 26))).join('');

describe('guest threads', () => {
  it('share memory, lock it and wait for each other', async () => {
    expect(await run(LOCKED)).toEqual({ exitCode: 200, output: LETTERS });
  });

  it('give the same output under any lengths of slices and orders of waking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 2000 }), async (seed, slice) => {
        expect(await run(LOCKED, { scheduler: { seed, slice } })).toEqual({ exitCode: 200, output: LETTERS });
      }),
      { numRuns: 40 },
    );
  });

  // Three threads write their letter 20 times each without any lock: the output is the order of the threads.
  const RACE = program(
    `(drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 1))) (drop (call $spawn (i32.const 2)))
     (call $sleep (i32.const 4096) (i64.const 1000000000))`,
    `(local $i i32) (local $j i32)
     (loop $more
       (call $put (i32.mul (local.get $tid) (i32.const 128)) (i32.add (i32.const 65) (local.get $arg)))
       (local.set $j (i32.const 300))
       (loop $work (br_if $work (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
       (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))`,
  );

  it('run in the same order again with the same seed, and in others with other seeds', async () => {
    const order = async (seed: number): Promise<string> => {
      const options = { scheduler: { seed, slice: 500 } };
      return (await run(RACE, options, { clock: new VirtualClock() })).output ?? '';
    };
    const orders = new Set<string>();
    for (let seed = 1; seed <= 10; seed++) {
      const first = await order(seed);
      expect(await order(seed)).toBe(first);
      orders.add(first);
    }
    expect(orders.size).toBeGreaterThan(5);
  });

  it.each(['async', 'sync'] as const)(
    'exit from any thread ends the program, also while others spin, sleep, read or wait, in mode %s',
    async (mode) => {
      for (const blocked of [
        '(loop $spin (br $spin))',
        '(loop $spin (drop (call $yield)) (br $spin))',
        '(call $sleep (i32.const 4096) (i64.const 3600000000000))',
        '(i32.store (i32.const 4100) (i32.const 1)) (drop (call $read (i32.const 0) (i32.const 4096) (i32.const 1) (i32.const 4104)))',
        '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))',
        '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 3600000000000)))',
      ]) {
        const begun = Date.now();
        const stdin = new QueueInput();
        const byThread = program(`(drop (call $spawn (i32.const 7))) ${blocked}`, '(call $exit (local.get $arg))');
        expect((await run(byThread, {}, { stdin, mode })).exitCode).toBe(7);
        const byMain = program(
          '(drop (call $spawn (i32.const 0))) (call $sleep (i32.const 2048) (i64.const 1000000)) (call $exit (i32.const 8))',
          blocked,
        );
        expect((await run(byMain, {}, { stdin, mode })).exitCode).toBe(8);
        const returning = program('(drop (call $spawn (i32.const 0))) (drop (call $yield))', blocked);
        expect((await run(returning, {}, { stdin, mode })).exitCode).toBe(0);
        expect(Date.now() - begun).toBeLessThan(5000);
      }
    },
  );

  it('a trap of any thread ends the program with it', async () => {
    const module = program('(drop (call $spawn (i32.const 0))) (loop $spin (br $spin))', 'unreachable');
    await expect(run(module)).rejects.toThrow(Trap);
  });

  it('the start function of each instance runs on its own thread, and may wait', async () => {
    const module = program(
      '(drop (call $spawn (i32.const 0))) (drop (memory.atomic.wait32 (i32.const 16) (i32.const 0) (i64.const -1)))',
      '(call $put (i32.const 256) (i32.const 116)) (drop (memory.atomic.notify (i32.const 16) (i32.const 1)))',
      '(func $begin (call $sleep (i32.const 512) (i64.const 1000000)) (call $put (i32.const 256) (i32.const 115))) (start $begin)',
    );
    expect(await run(module)).toEqual({ exitCode: 0, output: 'sst' });
  });

  it('spawn returns a negative number where the module has no entry for threads, and without a scheduler', async () => {
    const start = '(call $exit (call $spawn (i32.const 0)))';
    const module = compile(assemble(`(module ${IMPORTS} (func (export "_start") ${start}))`));
    expect((await run(module)).exitCode | 0).toBe(-58);
    expect(new WASI().imports['wasi']?.['thread-spawn']?.(0)).toBe(-58);
  });

  it('spawn that is refused for want of objectBytes counted what is reached, for next to nothing each time', async () => {
    const used = async (nodes: number) => {
      const start = `(local $n i32) (local $i i32) (local.set $n (i32.const ${nodes}))
        (loop $more (global.set $l (struct.new $s (global.get $l) (i32.const 1)))
          (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (loop $again (if (i32.ne (call $spawn (i32.const 0)) (i32.const -6)) (then unreachable))
          (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))`;
      const more = '(type $s (struct (field anyref i32))) (global $l (mut anyref) (ref.null any))';
      const account = { left: 1e9 };
      // Nearly all: another instance takes more than what is left.
      await run(program(start, '', more), { fuel: account }, { limits: { objectBytes: nodes * 120 + 4000 } });
      return 1e9 - account.left - nodes;
    };
    const [few, many] = [await used(1_000), await used(100_000)];
    // 10 counts: a unit for each full 8,192 of two fields of each node, and the end of them.
    expect(many - few).toBeGreaterThanOrEqual(10 * Math.floor((3 * 100_000) / 8192));
  });

  it('spawn refuses more threads than there may be, with AGAIN', async () => {
    const start =
      '(local $n i32) (loop $more (br_if $more (i32.gt_s (local.tee $n (call $spawn (i32.const 0))) (i32.const 0)))) (call $exit (local.get $n))';
    const wait = '(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))';
    expect((await run(program(start, wait))).exitCode | 0).toBe(-6);
  });

  it('without anybody who could wake them they end with an error that says so', async () => {
    const module = program('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))');
    await expect(run(module)).rejects.toThrow(/the only guest thread waits for a notification/);
  });

  it('are stopped by fuel and by a signal', async () => {
    const module = program('(drop (call $spawn (i32.const 0))) (loop $spin (br $spin))', '(loop $spin (br $spin))');
    await expect(run(module, { fuel: 1_000_000 })).rejects.toMatchObject({ reason: 'fuel' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 30);
    await expect(run(module, { signal: abort.signal })).rejects.toThrow(Interrupted);
  });

  it('pay from one account for their instances, which were free, for start functions and for all that they run', async () => {
    // A table of 1,001 units in each instance; a start function of some 100.
    const more = `(table 64000 funcref)
      (func $begin (local $i i32) (local.set $i (i32.const 100))
        (loop $l (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))
      (start $begin)`;
    const used = async (start: string): Promise<number> => {
      const account = { left: 1e6 };
      await run(program(start, '', more), { fuel: account });
      return 1e6 - account.left;
    };
    const spawned = '(drop (call $spawn (i32.const 0)))';
    const counts = await Promise.all(['', spawned, spawned + spawned].map(used));
    const [one, two, three] = counts;
    expect(one).toBeGreaterThan(1100);
    expect(one).toBeLessThan(1120);
    expect(two - one).toBeGreaterThan(1001);
    // Calls that are the first of the instance cost once.
    expect(three - two).toBeLessThanOrEqual(two - one);
    expect(three - two).toBeGreaterThan(1001);
    await expect(run(program('', '', more), { fuel: 1000 })).rejects.toMatchObject({ reason: 'fuel' });
    await expect(run(program(spawned, '', more), { fuel: 2000 })).rejects.toMatchObject({ reason: 'fuel' });
  });

  it.each(['async', 'sync'] as const)(
    'had no deadline in mode %s: it ends them, busy, asleep or waiting',
    async (mode) => {
      const hour = 3_600_000_000_000;
      for (const [start, thread] of [
        ['(loop $spin (br $spin))', '(loop $spin (br $spin))'],
        [`(call $sleep (i32.const 4096) (i64.const ${hour}))`, '(loop $spin (drop (call $yield)) (br $spin))'],
        [`(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const ${hour})))`, ''],
        [`(call $sleep (i32.const 4096) (i64.const ${hour}))`, ''],
      ]) {
        const module = program(`(drop (call $spawn (i32.const 0))) ${start}`, thread);
        const begun = Date.now();
        const ended = run(module, { deadline: Date.now() + 40 }, { mode });
        await expect(ended).rejects.toMatchObject({ name: 'Interrupted', reason: 'deadline' });
        expect(Date.now() - begun).toBeLessThan(3000);
      }
      const alone = program(`(call $sleep (i32.const 4096) (i64.const ${hour}))`, '');
      await expect(run(alone, { deadline: Date.now() + 40 }, { mode })).rejects.toMatchObject({ reason: 'deadline' });
    },
  );

  it('run in mode sync too: one that sleeps or reads does not keep the others waiting', () => {
    const stdout = new BufferOutput();
    expect(new WASI({ mode: 'sync', stdout }).run(engine, LOCKED)).toBe(200);
    expect(stdout.text()).toBe(LETTERS);
    const timed = program('(call $exit (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 2000000)))');
    expect(new WASI({ mode: 'sync' }).run(engine, timed)).toBe(2);
    const stuck = program('(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))');
    expect(() => new WASI({ mode: 'sync' }).run(engine, stuck)).toThrow(/nobody is left/);
    // A thread sleeps in the system, another on memory, the main thread waits for both; then they are in the other order.
    for (const [inSystem, onMemory, order] of [
      [3_000_000, 700_000_000, 'AB'],
      [700_000_000, 3_000_000, 'BA'],
    ] as const) {
      const sleepers = program(
        `(drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 1)))
         (loop $more
           (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 10000000)))
           (br_if $more (i32.lt_u (i32.atomic.load (i32.const 8)) (i32.const 2))))`,
        `(if (local.get $arg)
           (then (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const ${onMemory}))))
           (else (call $sleep (i32.const 4096) (i64.const ${inSystem}))))
         (call $put (i32.const 64) (i32.add (i32.const 65) (local.get $arg)))
         (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))`,
      );
      const written = new BufferOutput();
      new WASI({ mode: 'sync', stdout: written, clock: nodeClock() }).run(engine, sleepers);
      expect(written.text()).toBe(order);
    }
  });

  it('in mode sync a wait that nothing on the host can end returns NOTSUP once nobody else can go on', () => {
    const reading = program(
      `(drop (call $spawn (i32.const 0)))
       (loop $more (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
         (br_if $more (i32.eqz (i32.atomic.load (i32.const 0)))))
       (call $exit (i32.load (i32.const 0)))`,
      `(i32.store (i32.const 4100) (i32.const 1))
       (i32.atomic.store (i32.const 0) (call $read (i32.const 0) (i32.const 4096) (i32.const 1) (i32.const 4104)))
       (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))`,
    );
    expect(new WASI({ mode: 'sync', stdin: new QueueInput() }).run(engine, reading)).toBe(ERRNO.NOTSUP);
  });
});
