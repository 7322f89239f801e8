// Runs guests with files in memory on the built package, with nothing but what every JavaScript host has. Returns lines
// that are the same in all hosts. Used in QuickJS and in a page; see hosts.test.ts.
import { compile, engine } from '../../dist/index.js';
import { assemble } from '../../dist/text/index.js';
import { BufferOutput, memoryDirectory, readText, seededRandom, VirtualClock, WASI } from '../../dist/wasi/index.js';

/** Reads `in.txt`, writes it to standard output and to the new file `out.txt`. */
const COPY = `(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\40\\00\\00\\00")
  (data (i32.const 128) "in.txtout.txt")
  (func (export "_start")
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 6) (i32.const 0)
      (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
    (drop (call $read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 20)))
    (i32.store (i32.const 4) (i32.load (i32.const 20)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 134) (i32.const 7) (i32.const 1)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 28)))
    (drop (call $write (i32.load (i32.const 28)) (i32.const 0) (i32.const 1) (i32.const 24)))
    (call $exit (i32.const 5))))`;

/** A thread wakes the main thread, which waits for it. */
const THREADS = `(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param $thread i32) (param $argument i32)
    (i32.atomic.store (i32.const 0) (local.get $argument))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (func (export "_start")
    (drop (call $spawn (i32.const 42)))
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (call $exit (i32.atomic.load (i32.const 0)))))`;

/** Sleeps for a virtual second. */
const SLEEP = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (i64.const 1000000000))
    (call $exit (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))`;

export async function runPrograms() {
  const lines = [];
  for (const mode of ['sync', 'async']) {
    const root = memoryDirectory({ 'in.txt': 'from memory' });
    const stdout = new BufferOutput();
    const clock = new VirtualClock();
    const host = { mode, clock, random: seededRandom(1) };
    const copied = await new WASI({ ...host, preopens: { '/': root }, stdout }).run(engine, compile(assemble(COPY)));
    lines.push(`${mode} copy ${copied} ${stdout.text()} ${readText(root, 'out.txt')}`);
    lines.push(`${mode} threads ${await new WASI(host).run(engine, compile(assemble(THREADS)))}`);
    const slept = await new WASI(host).run(engine, compile(assemble(SLEEP)));
    lines.push(`${mode} sleep ${slept} ${clock.monotonic()}`);
  }
  return lines.join('\n');
}
