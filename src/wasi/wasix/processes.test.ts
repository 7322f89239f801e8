// Processes, signals, checkpoints and contexts of WASIX programs, in both modes.
import { describe, expect, it } from 'vitest';
import { compile, engine, Limits } from '../../index.ts';
import { assemble } from '../../text/index.ts';
import { memoryDirectory, type ProgramOptions, VirtualClock, WASI, type WasiOptions } from '../index.ts';

/** What the programs import, of the generation of 2025 and later. */
const IMPORTS = `
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasix_32v1" "thread_sleep" (func $sleep (param i64) (result i32)))
  (import "wasix_32v1" "proc_fork" (func $fork (param i32 i32) (result i32)))
  (import "wasix_32v1" "proc_fork_env" (func $fork_env (param i32) (result i32)))
  (import "wasix_32v1" "proc_exit2" (func $exit2 (param i32)))
  (import "wasix_32v1" "proc_join" (func $proc_join (param i32 i32 i32) (result i32)))
  (import "wasix_32v1" "proc_id" (func $proc_id (param i32) (result i32)))
  (import "wasix_32v1" "proc_signal" (func $kill (param i32 i32) (result i32)))
  (import "wasix_32v1" "proc_raise_interval" (func $alarm (param i32 i64 i32) (result i32)))
  (import "wasix_32v1" "thread_signal" (func $raise (param i32 i32) (result i32)))
  (import "wasix_32v1" "callback_signal" (func $handler (param i32 i32)))
  (import "wasix_32v1" "proc_exec3" (func $exec3 (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "proc_spawn2"
    (func $spawn2 (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "stack_checkpoint" (func $checkpoint (param i32 i32) (result i32)))
  (import "wasix_32v1" "stack_restore" (func $restore (param i32 i64)))
  (import "wasix_32v1" "fd_pipe" (func $pipe (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasix_32v1" "context_create" (func $create (param i32 i32) (result i32)))
  (import "wasix_32v1" "context_switch" (func $switch (param i64) (result i32)))
  (import "wasix_32v1" "context_destroy" (func $destroy (param i64) (result i32)))`;

/** Prints a number of one digit and a letter: how programs tell what they do. Addresses below 256 are theirs. */
const SAY = `
  (func $say (param $letter i32) (param $n i32)
    (i32.store8 (i32.const 8) (local.get $letter)) (i32.store8 (i32.const 9) (i32.add (i32.const 48) (local.get $n)))
    (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 2))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12))))
  (func $join (param $flags i32) (result i32)
    (i32.store8 (i32.const 32) (i32.const 0))
    (call $proc_join (i32.const 32) (local.get $flags) (i32.const 48)))`;

function program(body: string, memory = '(memory (export "memory") 1)'): Uint8Array {
  return assemble(`(module ${IMPORTS} ${memory} ${SAY} ${body})`);
}

interface Ran {
  readonly code: number;
  readonly out: string;
}

async function run(
  bytes: Uint8Array,
  mode: 'async' | 'sync',
  options: WasiOptions = {},
  more?: ProgramOptions,
): Promise<Ran> {
  let out = '';
  const stdout = (bytes: Uint8Array): void => {
    out += String.fromCharCode(...bytes);
  };
  const wasi = new WASI({ args: ['it'], stdout, mode, ...options });
  const deadline = Date.now() + 20_000;
  const code = await wasi.run(engine, compile(bytes), { deadline, ...more });
  return { code, out };
}

const MODES = ['async', 'sync'] as const;

describe.each(MODES)('a process, in mode %s', (mode) => {
  it('is forked with copies of memory, locals and globals, and waited for', async () => {
    const bytes = program(`(global $g (mut i32) (i32.const 1))
      (func $work (param $n i32) (local $mine i32)
        (local.set $mine (i32.const 3))
        (drop (call $fork (i32.const 1) (i32.const 16)))
        (if (i32.eqz (i32.load (i32.const 16)))
          (then
            (local.set $mine (i32.const 5)) (global.set $g (i32.const 7)) (i32.store (i32.const 20) (i32.const 9))
            (call $say (i32.const 99) (i32.add (local.get $n) (local.get $mine)))
            (call $exit (i32.const 6))))
        (call $say (i32.const 106) (call $join (i32.const 0)))
        (call $say (i32.const 112) (i32.sub (i32.load (i32.const 36)) (i32.load (i32.const 16))))
        (call $say (i32.const 116) (i32.load8_u (i32.const 48)))
        (call $say (i32.const 120) (i32.load16_u (i32.const 50)))
        (call $say (i32.const 109) (i32.add (local.get $mine) (i32.add (global.get $g) (i32.load (i32.const 20)))))
        (call $say (i32.const 101) (i32.eq (call $join (i32.const 0)) (i32.const 12))))
      (func (export "_start") (call $work (i32.const 2)))`);
    expect(await run(bytes, mode)).toEqual({ code: 0, out: 'c7j0p0t1x6m4e1' });
  });

  it('waits in vfork until its child has ended, which has the same memory', async () => {
    const bytes = program(`(func (export "_start")
        (drop (call $fork (i32.const 0) (i32.const 16)))
        (if (i32.eqz (i32.load (i32.const 16)))
          (then
            (drop (call $sleep (i64.const 1000000)))
            (i32.store (i32.const 20) (i32.const 4))
            (call $exit (i32.const 1))))
        (call $say (i32.const 112) (i32.load (i32.const 20)))
        (drop (call $join (i32.const 0)))
        (call $say (i32.const 120) (i32.load16_u (i32.const 50))))`);
    expect(await run(bytes, mode)).toEqual({ code: 0, out: 'p4x1' });
  });

  const NAMES = '(data (i32.const 256) "other\\0amore\\0amissing")';
  const OTHER = program(`(func (export "_start")
    (drop (call $args_sizes (i32.const 16) (i32.const 20)))
    (call $say (i32.const 111) (i32.load (i32.const 16)))
    (call $exit (i32.const 5)))`);
  const exec = (at: number, length: number): string =>
    `(call $exec3 (i32.const ${at}) (i32.const ${length}) (i32.const 256) (i32.const 11) (i32.const 0) (i32.const 0)
      (i32.const 1) (i32.const 0) (i32.const 0))`;

  it('executes a program that the embedder has given, and hears of one that is not there', async () => {
    const bytes = program(`${NAMES} (func (export "_start")
      (call $say (i32.const 110) (i32.sub ${exec(267, 7)} (i32.const 40)))
      (drop ${exec(256, 5)})
      (call $say (i32.const 33) (i32.const 0)))`);
    for (const other of [OTHER, compile(OTHER)]) {
      expect(await run(bytes, mode, { programs: { other } })).toEqual({ code: 5, out: 'n4o2' });
    }
    expect(await run(bytes, mode, { programs: { other: new Uint8Array(9) } })).toEqual({ code: 0, out: 'n4!0' });
  });

  it('executes files of its directories, and pays for what is compiled of them', async () => {
    const padding = new Uint8Array(100_000);
    // A section without meaning, of 99,996 bytes.
    padding.set([0, 0x9c, 0x8d, 0x06]);
    const bytes = program(`(data (i32.const 256) "/bin/big\\0axx") (func (export "_start") (drop ${exec(256, 8)}))`);
    const used: number[] = [];
    for (const big of [OTHER, new Uint8Array([...OTHER, ...padding])]) {
      const fuel = { left: 1e9 };
      const preopens = { '/': memoryDirectory({ bin: { big } }) };
      expect(await run(bytes, mode, { preopens }, { fuel })).toEqual({ code: 5, out: 'o2' });
      used.push(1e9 - fuel.left);
    }
    expect(used[1] - used[0]).toBeGreaterThan(1000);
  });

  it('hands over arguments that count as long as a process has them, so that children cannot fill the host', async () => {
    const spawn = `(call $spawn2 (i32.const 256) (i32.const 5) (i32.const 1024) (i32.const 10000) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16))`;
    const bytes = program(`${NAMES} (func (export "_start") (local $n i32)
      (memory.fill (i32.const 1024) (i32.const 10) (i32.const 10000))
      (loop $more (br_if $more (i32.and
        (i32.eqz ${spawn})
        (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20)))))
      (call $say (i32.const 110) (i32.sub (local.get $n) (i32.const 1)))
      (call $say (i32.const 109) (i32.sub ${spawn} (i32.const 48)))
      (drop (call $kill (i32.load (i32.const 16)) (i32.const 9)))
      (call $say (i32.const 106) (call $join (i32.const 0)))
      (call $say (i32.const 115) ${spawn}))`);
    const other = program('(func (export "_start") (drop (call $sleep (i64.const 60000000000))))');
    const limits = new Limits({ stackBytes: 3 * 10_000 * 257 + 100_000 });
    expect((await run(bytes, mode, { programs: { other }, limits })).out).toBe('n3m0j0s0');
    expect(limits.leftOf('stackBytes')).toBe(3 * 10_000 * 257 + 100_000);
  });

  it('gives back the shared memory of a program that cannot be begun', async () => {
    const other = assemble(
      '(module (import "env" "memory" (memory 2 2 shared)) (import "no" "such" (func)) (func (export "_start")))',
    );
    const bytes = program(`${NAMES} (func (export "_start") (local $n i32)
      (loop $more
        (call $say (i32.const 110) (i32.sub ${exec(256, 5)} (i32.const 40)))
        (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5)))))`);
    const limits = new Limits({ memoryBytes: 5 * 65_536 });
    expect((await run(bytes, mode, { programs: { other }, limits })).out).toBe('n5'.repeat(5));
  });

  it('spawns a program, and acts for a child that it has made of nothing but its environment', async () => {
    const bytes = program(`${NAMES} (func (export "_start")
      (drop (call $spawn2 (i32.const 256) (i32.const 5) (i32.const 256) (i32.const 6) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16)))
      (call $say (i32.const 106) (call $join (i32.const 0)))
      (call $say (i32.const 120) (i32.load16_u (i32.const 50)))
      (drop (call $fork_env (i32.const 16)))
      (call $exit2 (i32.const 3))
      (call $say (i32.const 106) (call $join (i32.const 0)))
      (call $say (i32.const 120) (i32.load16_u (i32.const 50)))
      (drop (call $fork_env (i32.const 16)))
      (call $say (i32.const 114) ${exec(256, 5)})
      (call $say (i32.const 106) (call $join (i32.const 0)))
      (call $say (i32.const 120) (i32.load16_u (i32.const 50))))`);
    expect((await run(bytes, mode, { programs: { other: OTHER } })).out).toBe('o1j0x5j0x3o2r0j0x5');
  });

  it('ends as it would without one where it ends while it acts for a child, and so does one that was forked', async () => {
    const acting = (last: string): string => `(drop (call $fork_env (i32.const 16))) ${last}`;
    const first = (last: string): Uint8Array => program(`(func (export "_start") ${acting(last)})`);
    await expect(run(first('unreachable'), mode)).rejects.toThrow('unreachable');
    expect((await run(first('(call $exit (i32.const 9))'), mode)).code).toBe(9);
    expect((await run(first(''), mode)).code).toBe(0);
    const forked = (last: string): Uint8Array =>
      program(`(func (export "_start")
        (drop (call $fork (i32.const 1) (i32.const 16)))
        (if (i32.eqz (i32.load (i32.const 16))) (then ${acting(last)} (return)))
        (drop (call $join (i32.const 0)))
        (call $say (i32.const 116) (i32.load8_u (i32.const 48)))
        (call $exit (i32.load16_u (i32.const 50))))`);
    expect(await run(forked('unreachable'), mode)).toEqual({ code: 134, out: 't2' });
    expect(await run(forked('(call $exit (i32.const 9))'), mode)).toEqual({ code: 9, out: 't1' });
    expect(await run(forked(''), mode)).toEqual({ code: 0, out: 't1' });
  });

  it('that forks for ever is refused at some time, and all of its children end with it', async () => {
    const bytes = program(`(func (export "_start") (local $n i32) (local $errno i32)
      (loop $more
        (local.set $errno (call $fork (i32.const 1) (i32.const 16)))
        (if (i32.eqz (local.get $errno))
          (then
            (if (i32.eqz (i32.load (i32.const 16))) (then (loop $idle (drop (call $yield)) (br $idle))))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br $more))))
      (call $say (i32.const 110) (local.get $n))
      (call $exit (local.get $errno)))`);
    const seen = await run(bytes, mode, { limits: { threads: 5 } });
    expect(seen).toEqual({ code: 6, out: 'n5' });
  });

  it('gives everything back when it ends, so that there may be any number one after the other', async () => {
    const bytes = program(`(func (export "_start") (local $n i32)
      (loop $more
        (drop (call $fork (i32.const 1) (i32.const 16)))
        (if (i32.eqz (i32.load (i32.const 16))) (then (call $exit (i32.const 0))))
        (drop (call $join (i32.const 0)))
        (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 300)))))`);
    const limits = { threads: 1, memoryBytes: 2 * 65536, handles: 6, stackBytes: 20_000, tableElements: 0 };
    expect((await run(bytes, mode, { limits })).code).toBe(0);
  });
});

describe.each(MODES)('signals, in mode %s', (mode) => {
  const HANDLER = `(data (i32.const 256) "handler")
    (func (export "handler") (param $signal i32) (call $say (i32.const 104) (local.get $signal)))`;
  const REGISTER = '(call $handler (i32.const 256) (i32.const 7))';

  it('that a program sends to itself are handled before the call returns, and wait while their handler is not there', async () => {
    const bytes = program(`${HANDLER} (func (export "_start")
      ${REGISTER}
      (call $say (i32.const 114) (call $raise (i32.const 0) (i32.const 1)))
      (call $handler (i32.const 257) (i32.const 6))
      (call $say (i32.const 114) (call $raise (i32.const 0) (i32.const 2)))
      ${REGISTER}
      (call $say (i32.const 101) (i32.const 0)))`);
    expect((await run(bytes, mode)).out).toBe('h1r0r0h2e0');
  });

  it('end a call that waits with INTR, after their handler', async () => {
    const bytes = program(`${HANDLER} (func (export "_start")
      ${REGISTER}
      (drop (call $proc_id (i32.const 24)))
      (drop (call $fork (i32.const 1) (i32.const 16)))
      (if (i32.eqz (i32.load (i32.const 16)))
        (then
          (drop (call $sleep (i64.const 1000000)))
          (drop (call $kill (i32.load (i32.const 24)) (i32.const 3)))
          (call $exit (i32.const 0))))
      (call $say (i32.const 115) (i32.sub (call $sleep (i64.const 10000000000)) (i32.const 20))))`);
    expect((await run(bytes, mode)).out).toBe('h3s7');
  });

  it('end a process that has no handler, and one whose handler traps; KILL ends all', async () => {
    const child = (setUp: string, signal: number): string => `
      (drop (call $fork (i32.const 1) (i32.const 16)))
      (if (i32.eqz (i32.load (i32.const 16))) (then ${setUp} (loop $idle (drop (call $yield)) (br $idle))))
      (drop (call $yield))
      (drop (call $kill (i32.load (i32.const 16)) (i32.const ${signal})))
      (drop (call $join (i32.const 0)))
      (call $say (i32.const 116) (i32.load8_u (i32.const 48)))
      (call $say (i32.const 115) (i32.load8_u (i32.const 52)))`;
    const bytes = program(`(data (i32.const 256) "handler")
      (func (export "handler") (param $signal i32) (unreachable))
      (func (export "_start") ${child('', 2)} ${child(REGISTER, 5)} ${child(REGISTER, 9)} (unreachable))`);
    const seen = run(bytes, mode);
    await expect(seen).rejects.toThrow('unreachable');
    const half = program(`(data (i32.const 256) "handler")
      (func (export "handler") (param $signal i32) (unreachable))
      (func (export "_start") ${child('', 2)} ${child(REGISTER, 5)} ${child(REGISTER, 9)}
        ${REGISTER} (drop (call $raise (i32.const 0) (i32.const 4))))`);
    expect(await run(half, mode)).toEqual({ code: 132, out: 't2s2t2s5t2s9' });
  });

  it('come to who writes to a pipe that nobody reads any more, beside the error', async () => {
    const broken = (register: string): Uint8Array =>
      program(`${HANDLER} (func (export "_start")
        ${register}
        (drop (call $pipe (i32.const 64) (i32.const 68)))
        (drop (call $close (i32.load (i32.const 64))))
        (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 1))
        (call $say (i32.const 101)
          (i32.sub (call $fd_write (i32.load (i32.const 68)) (i32.const 0) (i32.const 1) (i32.const 12)) (i32.const 60))))`);
    expect((await run(broken(REGISTER), mode)).out).toBe('h=e4');
    expect((await run(broken(''), mode)).out).toBe('e4');
  });

  it.runIf(mode === 'async')('come again and again from a timer', async () => {
    const bytes = program(`${HANDLER} (func (export "_start") (local $n i32)
      ${REGISTER}
      (drop (call $alarm (i32.const 6) (i64.const 2000000) (i32.const 1)))
      (loop $more
        (drop (call $sleep (i64.const 1000000000)))
        (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3))))
      (drop (call $alarm (i32.const 6) (i64.const 0) (i32.const 0))))`);
    expect((await run(bytes, mode)).out).toBe('h6h6h6');
  });

  it.runIf(mode === 'async')(
    'that nobody takes do not move a virtual clock on for ever, nor keep the host',
    async () => {
      const clock = new VirtualClock();
      const repeated = (signal: number, handler: string, busy: string): Uint8Array =>
        program(`(data (i32.const 256) "absent") ${HANDLER} (func (export "_start")
        ${handler}
        (drop (call $alarm (i32.const ${signal}) (i64.const 1) (i32.const 1)))
        ${busy})`);
      const absent = '(call $handler (i32.const 256) (i32.const 6))';
      const rest = '(drop (call $sleep (i64.const 1000000)))';
      expect((await run(repeated(6, absent, rest), mode, { clock })).code).toBe(0);
      expect((await run(repeated(23, '', rest), mode, { clock })).code).toBe(0);
      const stopped = run(
        repeated(6, REGISTER, '(loop $more (br $more))'),
        mode,
        { clock },
        { deadline: Date.now() + 200 },
      );
      await expect(stopped).rejects.toThrow('deadline');
    },
  );
});

describe.each(MODES)('copies of stacks and tables, in mode %s', (mode) => {
  async function fuelFor(body: string): Promise<number> {
    const fuel = { left: 1e9 };
    await run(program(body), mode, {}, { fuel });
    return 1e9 - fuel.left;
  }

  it('are paid by who forks', async () => {
    const forking = (table: string): string =>
      `${table} (func (export "_start") (drop (call $fork (i32.const 1) (i32.const 16))))`;
    const small = await fuelFor(forking('(table 64 funcref)'));
    // Elements cost when the table is made, and when it is copied.
    expect((await fuelFor(forking('(table 64064 funcref)'))) - small).toBe(2000);
  });

  it('are paid by who makes a checkpoint, and goes back to it, deep in the stack', async () => {
    const deep = (depth: number, body: string): Promise<number> =>
      fuelFor(`(func $deep (param i32) (if (local.get 0)
        (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else ${body})))
        (func (export "_start") (call $deep (i32.const ${depth})))`);
    const save = '(drop (call $checkpoint (i32.const 64) (i32.const 16)))';
    const back = `${save} (if (i32.eqz (i32.load (i32.const 16))) (then (call $restore (i32.const 64) (i64.const 1))))`;
    const paid: number[] = [];
    for (const body of [save, back]) {
      const more = (await deep(20_000, body)) - (await deep(20_000, ''));
      paid.push(more - ((await deep(10, body)) - (await deep(10, ''))));
    }
    expect(paid[0]).toBeGreaterThan(200);
    expect(paid[1]).toBeGreaterThan(paid[0] + 200);
  });
});

describe.each(MODES)('a checkpoint, in mode %s', (mode) => {
  const HANDLER = `(data (i32.const 256) "sig") (global $n (mut i32) (i32.const 0))
    (func $signal (drop (call $raise (i32.const 0) (i32.const 10))) (drop (call $yield)))`;

  it('that was made in a handler of signals is gone back to after the handler has returned', async () => {
    const bytes = program(`${HANDLER}
      (func (export "sig") (param i32)
        (drop (call $checkpoint (i32.const 64) (i32.const 16)))
        (call $say (i32.const 104) (global.get $n)))
      (func (export "_start")
        (call $handler (i32.const 256) (i32.const 3))
        (drop (call $raise (i32.const 0) (i32.const 10)))
        (call $say (i32.const 109) (global.get $n))
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (if (i32.lt_u (global.get $n) (i32.const 3)) (then (call $restore (i32.const 64) (i64.const 1)))))`);
    expect((await run(bytes, mode)).out).toBe('h0m0h1m1h2m2');
  });

  it('that a handler of signals goes back to leaves the handler, so that what traps later is not taken for it', async () => {
    const bytes = program(`${HANDLER}
      (func (export "sig") (param i32) (call $restore (i32.const 64) (i64.const 1)))
      (func (export "_start")
        (call $handler (i32.const 256) (i32.const 3))
        (drop (call $checkpoint (i32.const 64) (i32.const 16)))
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (if (i32.lt_u (global.get $n) (i32.const 9)) (then (call $signal)))
        (call $say (i32.const 110) (global.get $n))
        (unreachable))`);
    // What traps now is no handler, which would be the end of the process by its signal.
    await expect(run(bytes, mode)).rejects.toThrow('unreachable');
  });
});

describe.each(MODES)('contexts, in mode %s', (mode) => {
  it('go on where they were when they are switched to', async () => {
    const bytes = program(`(table 2 funcref) (elem (i32.const 0) $other)
      (func $other (local $n i32)
        (loop $more
          (call $say (i32.const 111) (local.tee $n (i32.add (local.get $n) (i32.const 1))))
          (drop (call $switch (i64.const 0)))
          (br $more)))
      (func (export "_start") (local $id i64)
        (call $say (i32.const 99) (call $create (i32.const 16) (i32.const 0)))
        (local.set $id (i64.load (i32.const 16)))
        (drop (call $switch (local.get $id)))
        (call $say (i32.const 109) (i32.const 1))
        (drop (call $switch (local.get $id)))
        (call $say (i32.const 109) (i32.const 2))
        (call $say (i32.const 100) (call $destroy (local.get $id)))
        (call $say (i32.const 105) (i32.sub (call $switch (local.get $id)) (i32.const 20)))
        (call $say (i32.const 105) (i32.sub (call $create (i32.const 16) (i32.const 1)) (i32.const 20))))`);
    expect((await run(bytes, mode)).out).toBe('c0o1m1o2m2d0i8i8');
  });

  it('are counted, and given back when they are destroyed', async () => {
    const bytes = program(`(table 1 funcref) (elem (i32.const 0) $other) (func $other)
      (func $make (param $most i32) (result i32) (local $n i32) (local $errno i32)
        (loop $more
          (if (i32.lt_u (local.get $n) (local.get $most))
            (then
              (local.set $errno (call $create (i32.const 16) (i32.const 0)))
              (local.set $n (i32.add (local.get $n) (i32.const 1)))
              (br_if $more (i32.eqz (local.get $errno))))))
        (local.get $errno))
      (func (export "_start") (local $n i64)
        (call $say (i32.const 102) (call $make (i32.const 20)))
        (call $say (i32.const 110) (i32.sub (call $make (i32.const 1000)) (i32.const 48)))
        (loop $more
          (local.set $n (i64.add (local.get $n) (i64.const 1)))
          (drop (call $destroy (local.get $n)))
          (br_if $more (i64.lt_u (local.get $n) (i64.const 20))))
        (call $say (i32.const 103) (call $make (i32.const 20))))`);
    const limits = new Limits({ stackBytes: 100_000 });
    expect((await run(bytes, mode, { limits })).out).toBe('f0n0g0');
    expect(limits.leftOf('stackBytes')).toBe(100_000);
  });

  it('that end, end the first one with a trap', async () => {
    const bytes = program(`(table 1 funcref) (elem (i32.const 0) $other) (func $other)
      (func (export "_start")
        (drop (call $create (i32.const 16) (i32.const 0)))
        (drop (call $switch (i64.load (i32.const 16)))))`);
    await expect(run(bytes, mode)).rejects.toThrow('the function of a context has returned');
  });
});
