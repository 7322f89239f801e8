// Guest threads of WASIX in modules of both generations, in both modes: they take turns, and whatever one waits for keeps no
// other from running.
import { describe, expect, it } from 'vitest';
import { compile, engine } from '../../index.ts';
import { assemble } from '../../text/index.ts';
import { WASI, type WasiOptions } from '../index.ts';

const MODES = ['async', 'sync'] as const;

const IMPORTS = `
  (import "env" "memory" (memory 2 16 shared))
  (import "wasix_32v1" "thread_spawn_v2" (func $spawn (param i32 i32) (result i32)))
  (import "wasix_32v1" "thread_join" (func $join (param i32) (result i32)))
  (import "wasix_32v1" "thread_id" (func $id (param i32) (result i32)))
  (import "wasix_32v1" "thread_exit" (func $leave (param i32)))
  (import "wasix_32v1" "thread_sleep" (func $sleep (param i64) (result i32)))
  (import "wasix_32v1" "futex_wait" (func $wait (param i32 i32 i32 i32) (result i32)))
  (import "wasix_32v1" "futex_wake" (func $wake (param i32 i32) (result i32)))
  (import "wasix_32v1" "futex_wake_all" (func $wake_all (param i32 i32) (result i32)))
  (import "wasix_32v1" "fd_pipe" (func $pipe (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;

/** Runs a program of the functions given: its exit code, and what it has printed. */
async function run(functions: string, options: WasiOptions = {}, imports = IMPORTS): Promise<[number, string]> {
  let printed = '';
  const stdout = (bytes: Uint8Array): void => {
    printed += Buffer.from(bytes).toString();
  };
  const wasi = new WASI({ stdout, ...options });
  const module = compile(assemble(`(module ${imports} ${functions})`));
  return [await wasi.run(engine, module, { deadline: Date.now() + 20_000 }), printed];
}

describe.each(MODES)('threads in mode %s', (mode) => {
  it('have numbers of their own, run on the same memory, and are waited for', async () => {
    const [code] = await run(
      `(func (export "wasi_thread_start") (param $tid i32) (param $at i32)
         (drop (call $id (local.get $at)))
         (if (i32.ne (i32.load (local.get $at)) (local.get $tid)) (then unreachable))
         (i32.store offset=4 (local.get $at) (i32.const 7)))
       (func (export "_start")
         (drop (call $spawn (i32.const 256) (i32.const 0)))
         (drop (call $spawn (i32.const 272) (i32.const 4)))
         (drop (call $join (i32.load (i32.const 0))))
         (drop (call $join (i32.load (i32.const 4))))
         (drop (call $id (i32.const 8)))
         (if (i32.eq (i32.load (i32.const 8)) (i32.load (i32.const 0))) (then unreachable))
         (if (i32.eq (i32.load (i32.const 4)) (i32.load (i32.const 0))) (then unreachable))
         (call $exit (i32.add (i32.load (i32.const 260)) (i32.load (i32.const 276)))))`,
      { mode },
    );
    expect(code).toBe(14);
  });

  it('are waited for by a number that there was', async () => {
    const [code] = await run(
      `(func (export "wasi_thread_start") (param i32 i32))
       (func (export "_start")
         (drop (call $spawn (i32.const 256) (i32.const 0)))
         (drop (call $id (i32.const 8)))
         (call $exit (i32.add (i32.add
           (i32.mul (i32.const 10000) (call $join (i32.load (i32.const 8))))
           (i32.mul (i32.const 100) (call $join (i32.const 99))))
           (i32.add (call $join (i32.load (i32.const 0))) (call $join (i32.load (i32.const 0)))))))`,
      { mode },
    );
    expect(code).toBe(10_000 * 16 + 100 * 71);
  });

  it('that wait for a pipe keep nobody from writing to it', async () => {
    const [code, printed] = await run(
      `(data (i32.const 512) "told\\n")
       (func (export "wasi_thread_start") (param i32 i32)
         (i32.store (i32.const 600) (i32.const 512)) (i32.store (i32.const 604) (i32.const 5))
         (drop (call $sleep (i64.const 2000000)))
         (drop (call $write (i32.load (i32.const 4)) (i32.const 600) (i32.const 1) (i32.const 608))))
       (func (export "_start")
         (drop (call $pipe (i32.const 0) (i32.const 4)))
         (drop (call $spawn (i32.const 256) (i32.const 12)))
         (i32.store (i32.const 700) (i32.const 720)) (i32.store (i32.const 704) (i32.const 16))
         (drop (call $read (i32.load (i32.const 0)) (i32.const 700) (i32.const 1) (i32.const 704)))
         (drop (call $write (i32.const 1) (i32.const 700) (i32.const 1) (i32.const 708)))
         (call $exit (i32.load (i32.const 704))))`,
      { mode },
    );
    expect([code, printed]).toEqual([5, 'told\n']);
  });

  it('that poll for what is always so let others run', async () => {
    // The main thread polls standard output for writing until the other one has set a word.
    const [code] = await run(
      `(func (export "wasi_thread_start") (param i32 i32) (i32.atomic.store (i32.const 64) (i32.const 1)))
       (func (export "_start") (local $n i32)
         (drop (call $spawn (i32.const 256) (i32.const 12)))
         (i32.store8 (i32.const 1032) (i32.const 2)) (i32.store (i32.const 1040) (i32.const 1))
         (loop $more
           (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 16)))
           (local.set $n (i32.add (local.get $n) (i32.const 1)))
           (br_if $more (i32.and (i32.eqz (i32.atomic.load (i32.const 64))) (i32.lt_u (local.get $n) (i32.const 99)))))
         (call $exit (local.get $n)))`,
      { mode },
    );
    expect(code).toBeLessThan(4);
  });

  it('are woken at a futex by either kind of notification, and wake waits of either kind', async () => {
    const [code] = await run(
      `(func (export "wasi_thread_start") (param $tid i32) (param $kind i32)
         (if (local.get $kind)
           (then (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1))))
           (else (drop (call $wait (i32.const 64) (i32.const 0) (i32.const 128) (i32.const 96)))))
         (drop (i32.atomic.rmw.add (i32.const 68) (i32.const 1))))
       (func (export "_start")
         (drop (call $spawn (i32.const 0) (i32.const 0)))
         (drop (call $spawn (i32.const 1) (i32.const 4)))
         (drop (call $spawn (i32.const 0) (i32.const 8)))
         (drop (call $spawn (i32.const 1) (i32.const 12)))
         (drop (call $sleep (i64.const 5000000)))
         (if (i32.ne (memory.atomic.notify (i32.const 64) (i32.const 1)) (i32.const 1)) (then unreachable))
         (drop (call $wake (i32.const 64) (i32.const 80)))
         (drop (call $join (i32.load (i32.const 0))))
         (drop (call $join (i32.load (i32.const 4))))
         (if (i32.ne (i32.load8_u (i32.const 80)) (i32.const 1)) (then unreachable))
         (drop (call $wake_all (i32.const 64) (i32.const 80)))
         (drop (call $join (i32.load (i32.const 8))))
         (drop (call $join (i32.load (i32.const 12))))
         (drop (call $wake (i32.const 64) (i32.const 81)))
         (call $exit (i32.add (i32.load (i32.const 68)) (i32.mul (i32.const 16) (i32.load8_u (i32.const 81))))))`,
      { mode },
    );
    expect(code).toBe(4);
  });

  it('do not wait at a futex whose value is another, and no longer than they say', async () => {
    const [code] = await run(
      `(func (export "_start")
         (i32.store8 (i32.const 128) (i32.const 1)) (i64.store (i32.const 136) (i64.const 3000000))
         (i32.store8 (i32.const 96) (i32.const 9)) (i32.store8 (i32.const 97) (i32.const 9))
         (call $exit (i32.add
           (i32.add (call $wait (i32.const 64) (i32.const 1) (i32.const 128) (i32.const 96))
                    (call $wait (i32.const 64) (i32.const 0) (i32.const 128) (i32.const 97)))
           (i32.add (i32.mul (i32.const 10) (i32.load8_u (i32.const 96))) (i32.load8_u (i32.const 97))))))`,
      { mode },
    );
    expect(code).toBe(10);
  });

  it('may end themselves: the process goes on with the others, and ends with the last', async () => {
    const [code, printed] = await run(
      `(data (i32.const 512) "later\\n")
       (func (export "wasi_thread_start") (param i32 i32)
         (drop (call $sleep (i64.const 3000000)))
         (i32.store (i32.const 600) (i32.const 512)) (i32.store (i32.const 604) (i32.const 6))
         (drop (call $write (i32.const 1) (i32.const 600) (i32.const 1) (i32.const 608)))
         (call $leave (i32.const 9))
         unreachable)
       (func (export "_start")
         (drop (call $spawn (i32.const 0) (i32.const 0)))
         (call $leave (i32.const 3))
         unreachable)`,
      { mode },
    );
    expect([code, printed]).toEqual([9, 'later\n']);
  });

  it('end with the process, whichever of them ends it', async () => {
    const [code] = await run(
      `(func (export "wasi_thread_start") (param i32 i32) (call $exit (i32.const 5)))
       (func (export "_start")
         (drop (call $spawn (i32.const 0) (i32.const 0)))
         (drop (call $wait (i32.const 64) (i32.const 0) (i32.const 128) (i32.const 96))))`,
      { mode },
    );
    expect(code).toBe(5);
  });

  it('are started by wasi.thread-spawn as well, with numbers of the same kind', async () => {
    const [code] = await run(
      `(import "wasi" "thread-spawn" (func $other (param i32) (result i32)))
       (func (export "wasi_thread_start") (param i32 i32))
       (func (export "_start")
         (drop (call $spawn (i32.const 0) (i32.const 0)))
         (i32.store (i32.const 4) (call $other (i32.const 0)))
         (call $exit (i32.add (call $join (i32.load (i32.const 4)))
           (i32.sub (i32.load (i32.const 4)) (i32.load (i32.const 0))))))`,
      { mode },
    );
    expect(code).toBe(1);
  });

  it('of the first generation begin with their user data in halves, and their variables are given to a destructor', async () => {
    const [code] = await run(
      `(func (export "_start_thread") (param $low i32) (param $high i32)
         (if (i32.ne (local.get $low) (i32.const 0x11223344)) (then unreachable))
         (if (i32.ne (local.get $high) (i32.const -1)) (then unreachable))
         (drop (call $set (i32.load (i32.const 8)) (i64.const 0x500000006)))
         (drop (call $get (i32.load (i32.const 12)) (i32.const 48)))
         (if (i64.ne (i64.load (i32.const 48)) (i64.const 0)) (then unreachable)))
       (func (export "_thread_local_destroy") (param i32 i32 i32 i32)
         (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 1)))
         (i32.store (i32.const 68) (local.get 0)) (i32.store (i32.const 72) (local.get 1))
         (i32.store (i32.const 76) (local.get 2)) (i32.store (i32.const 80) (local.get 3)))
       (func (export "_start")
         (drop (call $create (i64.const 0x700000008) (i32.const 8)))
         (drop (call $create (i64.const 9) (i32.const 12)))
         (drop (call $set (i32.load (i32.const 12)) (i64.const 77)))
         (drop (call $spawn (i64.const -4007513276) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0)))
         (drop (call $join (i32.load (i32.const 0))))
         (if (i32.ne (i32.load (i32.const 68)) (i32.const 8)) (then unreachable))
         (if (i32.ne (i32.load (i32.const 72)) (i32.const 7)) (then unreachable))
         (if (i32.ne (i32.load (i32.const 76)) (i32.const 6)) (then unreachable))
         (if (i32.ne (i32.load (i32.const 80)) (i32.const 5)) (then unreachable))
         (drop (call $get (i32.load (i32.const 12)) (i32.const 48)))
         (call $exit (i32.add (i32.wrap_i64 (i64.load (i32.const 48))) (i32.load (i32.const 64)))))`,
      { mode },
      `(import "env" "memory" (memory 2 16 shared))
       (import "wasix_32v1" "thread_spawn" (func $spawn (param i64 i64 i64 i32 i32) (result i32)))
       (import "wasix_32v1" "thread_join" (func $join (param i32) (result i32)))
       (import "wasix_32v1" "thread_local_create" (func $create (param i64 i32) (result i32)))
       (import "wasix_32v1" "thread_local_set" (func $set (param i32 i64) (result i32)))
       (import "wasix_32v1" "thread_local_get" (func $get (param i32 i32) (result i32)))
       (import "wasix_32v1" "proc_exit" (func $exit (param i32)))`,
    );
    expect(code).toBe(78);
  });
});

it('a thread for which there is no room is AGAIN, and one without an entry NOTSUP', async () => {
  const start = `(func (export "_start") (call $exit (call $spawn (i32.const 0) (i32.const 0))))`;
  const entry = `(func (export "wasi_thread_start") (param i32 i32))`;
  expect(await run(`${entry} ${start}`, { limits: { threads: 0 } })).toEqual([6, '']);
  expect(await run(start)).toEqual([58, '']);
  expect(await run(`${entry} ${start}`)).toEqual([0, '']);
});
