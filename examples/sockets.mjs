// Two WASI programs talk with each other over sockets that they make themselves, with WasmEdge's functions: a server that
// answers in capital letters, and a client. The network is in this process; no port of this machine is used.
//   node examples/sockets.mjs
import { compile, engine } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';
import { BufferOutput, LoopbackNetwork, WASI } from 'wasmi-ts/wasi';

/** What both have: the functions, an address (127.0.0.1) at 0, an iovec at 16 for 64 bytes at 64, and an end for errors. */
const common = `
  (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_listen" (func $listen (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\08\\00\\00\\00\\04\\00\\00\\00\\7f\\00\\00\\01")
  (data (i32.const 16) "\\40\\00\\00\\00\\40\\00\\00\\00")
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $exit (local.get $errno)))))`;

const server = compile(
  assemble(`(module ${common}
  (func (export "_start") (local $i i32)
    ;; Family 1 is IPv4, type 2 a stream. The descriptor is at 32.
    (call $check (call $open (i32.const 1) (i32.const 2) (i32.const 32)))
    (call $check (call $bind (i32.load (i32.const 32)) (i32.const 0) (i32.const 7000)))
    (call $check (call $listen (i32.load (i32.const 32)) (i32.const 8)))
    (call $check (call $accept (i32.load (i32.const 32)) (i32.const 36)))
    (call $check (call $recv (i32.load (i32.const 36)) (i32.const 16) (i32.const 1) (i32.const 0)
      (i32.const 20) (i32.const 40)))
    (loop $capitals
      (i32.store8 offset=64 (local.get $i)
        (i32.and (i32.const 0xdf) (i32.load8_u offset=64 (local.get $i))))
      (br_if $capitals (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.load (i32.const 20)))))
    (call $check (call $send (i32.load (i32.const 36)) (i32.const 16) (i32.const 1) (i32.const 0) (i32.const 40)))))`),
);

const client = compile(
  assemble(`(module ${common}
  (data (i32.const 64) "socket")
  (func (export "_start") (local $errno i32)
    (call $check (call $open (i32.const 1) (i32.const 2) (i32.const 32)))
    ;; 14: connection refused, since the server does not listen yet.
    (loop $again
      (local.set $errno (call $connect (i32.load (i32.const 32)) (i32.const 0) (i32.const 7000)))
      (if (i32.eq (local.get $errno) (i32.const 14))
        (then (drop (call $yield)) (br $again))))
    (call $check (local.get $errno))
    (i32.store (i32.const 20) (i32.const 6))
    (call $check (call $send (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 0) (i32.const 40)))
    (call $check (call $recv (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 0)
      (i32.const 20) (i32.const 40)))
    (call $check (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 40)))))`),
);

const network = new LoopbackNetwork();
const stdout = new BufferOutput();
const ends = await Promise.all([
  new WASI({ network }).run(engine, server),
  new WASI({ network, stdout }).run(engine, client),
]);

console.log('exit codes', ends);
console.log('answer:', stdout.text());

// Prints:
//   exit codes [ 0, 0 ]
//   answer: SOCKET
