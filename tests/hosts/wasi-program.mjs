// Runs guests with files in memory on the built package, with nothing but what every JavaScript host has. Returns lines
// that are the same in all hosts. Used in QuickJS and in a page; see hosts.test.ts.
import { compile, engine } from '../../dist/index.js';
import { assemble } from '../../dist/text/index.js';
import { BufferOutput, LoopbackNetwork, memoryDirectory, readText, seededRandom, VirtualClock, WASI } from '../../dist/wasi/index.js';

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

/** What the two programs below share: sockets with the forms of WasmEdge, an address, and the end where a call fails. */
const SOCKETS = `
  (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_listen" (func $listen (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 3)
  (data (i32.const 64) "\\7f\\00\\00\\01") (data (i32.const 72) "\\40\\00\\00\\00\\04\\00\\00\\00")
  (func $ok (param $errno i32) (if (local.get $errno) (then (call $exit (i32.const 1)))))
  (func $iovec (param $at i32) (param $length i32)
    (i32.store (i32.const 80) (local.get $at)) (i32.store (i32.const 84) (local.get $length)))
  (func $send_all (param $fd i32)
    (loop $rest
      (call $ok (call $send (local.get $fd) (i32.const 80) (i32.const 1) (i32.const 0) (i32.const 16)))
      (call $iovec (i32.add (i32.load (i32.const 80)) (i32.load (i32.const 16)))
        (i32.sub (i32.load (i32.const 84)) (i32.load (i32.const 16))))
      (br_if $rest (i32.load (i32.const 84)))))`;

/** Sends a mebibyte, and ends with 42 when it gets back the sum of its bytes, as numbers of 64 bits. */
const CLIENT = `(module ${SOCKETS}
  (func (export "_start") (local $left i32) (local $n i32) (local $sum i64)
    (call $ok (call $open (i32.const 1) (i32.const 2) (i32.const 0)))
    ;; Until the server listens.
    (loop $again
      (if (call $connect (i32.load (i32.const 0)) (i32.const 72) (i32.const 8080))
        (then (drop (call $yield)) (br $again))))
    (local.set $left (i32.const 1048576))
    (loop $more
      (local.set $n (i32.const 4096))
      (loop $fill
        (local.set $n (i32.sub (local.get $n) (i32.const 8)))
        (i64.store offset=65536 (local.get $n) (i64.mul (i64.extend_i32_u (i32.add (local.get $n) (local.get $left)))
          (i64.const 0x9e3779b97f4a7c15)))
        (local.set $sum (i64.add (local.get $sum) (i64.load offset=65536 (local.get $n))))
        (br_if $fill (local.get $n)))
      (call $iovec (i32.const 65536) (i32.const 4096))
      (call $send_all (i32.load (i32.const 0)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 4096)))))
    (call $iovec (i32.const 128) (i32.const 8))
    (call $ok (call $recv (i32.load (i32.const 0)) (i32.const 80) (i32.const 1) (i32.const 2) (i32.const 16) (i32.const 20)))
    (call $exit (select (i32.const 42) (i32.const 2) (i64.eq (i64.load (i32.const 128)) (local.get $sum))))))`;

/** Takes a mebibyte from one client, and returns the sum to it. */
const SERVER = `(module ${SOCKETS}
  (func (export "_start") (local $left i32) (local $n i32) (local $sum i64)
    (call $ok (call $open (i32.const 1) (i32.const 2) (i32.const 0)))
    (call $ok (call $bind (i32.load (i32.const 0)) (i32.const 72) (i32.const 8080)))
    (call $ok (call $listen (i32.load (i32.const 0)) (i32.const 1)))
    (call $ok (call $accept (i32.load (i32.const 0)) (i32.const 4)))
    (local.set $left (i32.const 1048576))
    (loop $more
      (call $iovec (i32.const 65536) (i32.const 8192))
      ;; All that is asked for.
      (call $ok (call $recv (i32.load (i32.const 4)) (i32.const 80) (i32.const 1) (i32.const 2) (i32.const 16) (i32.const 20)))
      (if (i32.ne (i32.load (i32.const 16)) (i32.const 8192)) (then (call $exit (i32.const 3))))
      (local.set $n (i32.const 8192))
      (loop $add
        (local.set $n (i32.sub (local.get $n) (i32.const 8)))
        (local.set $sum (i64.add (local.get $sum) (i64.load offset=65536 (local.get $n))))
        (br_if $add (local.get $n)))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 8192)))))
    (i64.store (i32.const 128) (local.get $sum))
    (call $iovec (i32.const 128) (i32.const 8))
    (call $send_all (i32.load (i32.const 4)))
    (call $exit (i32.const 0))))`;

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
  const network = new LoopbackNetwork();
  const both = [SERVER, CLIENT].map((text) => {
    const host = { mode: 'async', clock: new VirtualClock(), random: seededRandom(1), network };
    return new WASI(host).run(engine, compile(assemble(text)));
  });
  lines.push(`sockets ${(await Promise.all(both)).join(' ')}`);
  return lines.join('\n');
}
