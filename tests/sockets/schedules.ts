// A server and its clients as guest threads in one scheduler, over the network in this process: whoever's turn it is, and
// however long it lasts, all of them end with the same sums.
import { compile, engine } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { LoopbackNetwork, VirtualClock, WASI } from '../../src/wasi/index.ts';

const CLIENTS = 3;
const ROUNDS = 6;

/** `(import ... name ...)` of so many i32. */
const call = (name: string, count: number): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${'(param i32)'.repeat(count)} (result i32)))`;

/**
 * The main thread listens, and starts clients and a thread for each connection. A client sends messages of 48 bytes and
 * expects each byte to come back with 1 added; a server reads 7 bytes at most at a time. Errors end the program with 100 + errno.
 * Each thread has a page of its own from 0x2000 on: 0 results, 16 an iovec, 64 bytes.
 */
const PROGRAM = compile(
  assemble(`(module
  (import "env" "memory" (memory 3 3 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  ${call('sock_open', 3)} ${call('sock_bind', 3)} ${call('sock_listen', 2)} ${call('sock_accept', 2)}
  ${call('sock_connect', 3)} ${call('sock_shutdown', 2)} ${call('sock_send', 5)} ${call('fd_read', 4)}
  ${call('fd_write', 4)} ${call('fd_close', 1)} ${call('sched_yield', 0)}
  (export "memory" (memory 0))
  (data $address "\\10\\01\\00\\00\\04\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\7f\\00\\00\\01")
  (func $ok (param $errno i32)
    (if (local.get $errno) (then (call $exit (i32.add (i32.const 100) (local.get $errno))))))
  (func $iovec (param $page i32) (param $at i32) (param $length i32) (result i32)
    (i32.store offset=16 (local.get $page) (local.get $at))
    (i32.store offset=20 (local.get $page) (local.get $length))
    (i32.add (local.get $page) (i32.const 16)))
  (func $write (param $page i32) (param $fd i32) (param $at i32) (param $left i32)
    (loop $more
      (call $ok (call $sock_send (local.get $fd) (call $iovec (local.get $page) (local.get $at) (local.get $left))
        (i32.const 1) (i32.const 0) (local.get $page)))
      (local.set $at (i32.add (local.get $at) (i32.load (local.get $page))))
      (local.set $left (i32.sub (local.get $left) (i32.load (local.get $page))))
      (br_if $more (local.get $left))))
  (func $read (param $page i32) (param $fd i32) (param $at i32) (param $most i32) (result i32)
    (call $ok (call $fd_read (local.get $fd) (call $iovec (local.get $page) (local.get $at) (local.get $most))
      (i32.const 1) (local.get $page)))
    (i32.load (local.get $page)))
  (func $done
    (drop (i32.atomic.rmw.add (i32.const 0x40) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0x40) (i32.const 1))))
  (func $client (param $page i32) (param $number i32) (local $fd i32) (local $round i32) (local $i i32)
    (call $ok (call $sock_open (i32.const 1) (i32.const 2) (local.get $page)))
    (local.set $fd (i32.load (local.get $page)))
    (call $ok (call $sock_connect (local.get $fd) (i32.const 0x100) (i32.const 80)))
    (loop $rounds
      (memory.fill (i32.add (local.get $page) (i32.const 64))
        (i32.add (i32.mul (local.get $number) (i32.const 10)) (local.get $round)) (i32.const 48))
      (call $write (local.get $page) (local.get $fd) (i32.add (local.get $page) (i32.const 64)) (i32.const 48))
      (local.set $i (i32.const 0))
      (loop $back
        (local.set $i (i32.add (local.get $i) (call $read (local.get $page) (local.get $fd)
          (i32.add (i32.add (local.get $page) (i32.const 64)) (local.get $i)) (i32.sub (i32.const 48) (local.get $i)))))
        (br_if $back (i32.lt_u (local.get $i) (i32.const 48))))
      (local.set $i (i32.const 0))
      (loop $sum
        (drop (i32.atomic.rmw.add (i32.const 0x44)
          (i32.load8_u offset=64 (i32.add (local.get $page) (local.get $i)))))
        (br_if $sum (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 48))))
      (br_if $rounds (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const ${ROUNDS}))))
    (call $ok (call $sock_shutdown (local.get $fd) (i32.const 2)))
    (if (call $read (local.get $page) (local.get $fd) (i32.add (local.get $page) (i32.const 64)) (i32.const 1))
      (then (call $exit (i32.const 99))))
    (call $ok (call $fd_close (local.get $fd)))
    (call $done))
  (func $server (param $page i32) (param $fd i32) (local $got i32) (local $i i32)
    (loop $more
      (local.set $got (call $read (local.get $page) (local.get $fd) (i32.add (local.get $page) (i32.const 64)) (i32.const 7)))
      (if (local.get $got)
        (then
          (local.set $i (i32.const 0))
          (loop $add
            (i32.store8 offset=64 (i32.add (local.get $page) (local.get $i))
              (i32.add (i32.const 1) (i32.load8_u offset=64 (i32.add (local.get $page) (local.get $i)))))
            (br_if $add (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $got))))
          (call $write (local.get $page) (local.get $fd) (i32.add (local.get $page) (i32.const 64)) (local.get $got))
          (br $more))))
    (call $ok (call $fd_close (local.get $fd)))
    (call $done))
  (func (export "wasi_thread_start") (param $number i32) (param $what i32)
    (local $page i32)
    (local.set $page (i32.add (i32.const 0x2000) (i32.mul (local.get $number) (i32.const 0x400))))
    (if (i32.lt_u (local.get $what) (i32.const 100))
      (then (call $client (local.get $page) (local.get $what)))
      (else (call $server (local.get $page) (i32.sub (local.get $what) (i32.const 100))))))
  (func (export "_start") (local $i i32) (local $listener i32) (local $done i32)
    (memory.init $address (i32.const 0x100) (i32.const 0) (i32.const 20))
    (call $ok (call $sock_open (i32.const 1) (i32.const 2) (i32.const 0x20)))
    (local.set $listener (i32.load (i32.const 0x20)))
    (call $ok (call $sock_bind (local.get $listener) (i32.const 0x100) (i32.const 80)))
    (call $ok (call $sock_listen (local.get $listener) (i32.const ${CLIENTS})))
    (loop $clients
      (if (i32.lt_s (call $spawn (local.get $i)) (i32.const 0)) (then (call $exit (i32.const 98))))
      (br_if $clients (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${CLIENTS}))))
    (loop $connections
      (call $ok (call $sock_accept (local.get $listener) (i32.const 0x20)))
      (if (i32.lt_s (call $spawn (i32.add (i32.const 100) (i32.load (i32.const 0x20)))) (i32.const 0))
        (then (call $exit (i32.const 98))))
      (br_if $connections (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (loop $wait
      (local.set $done (i32.atomic.load (i32.const 0x40)))
      (if (i32.lt_u (local.get $done) (i32.const ${2 * CLIENTS}))
        (then
          (drop (memory.atomic.wait32 (i32.const 0x40) (local.get $done) (i64.const -1)))
          (br $wait))))
    (call $ok (call $fd_write (i32.const 1) (call $iovec (i32.const 0x1000) (i32.const 0x44) (i32.const 4)) (i32.const 1)
      (i32.const 0x20)))))`),
);

/** What the clients have got in all. */
const SUM = Array.from({ length: CLIENTS }, (_, number) =>
  Array.from({ length: ROUNDS }, (_, round) => 48 * (number * 10 + round + 1)).reduce((all, one) => all + one, 0),
).reduce((all, one) => all + one, 0);

/** Runs server and clients in the order that a seed gives. How it has ended: an exit code, and the sum. */
async function runScheduled(seed: number, mode: 'async' | 'sync'): Promise<{ exitCode: number; sum: number }> {
  let sum = Number.NaN;
  const wasi = new WASI({
    mode,
    network: new LoopbackNetwork(),
    clock: new VirtualClock(),
    stdout: (bytes) => {
      sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    },
  });
  const exitCode = await wasi.run(engine, PROGRAM, { scheduler: { seed, slice: 1 + (seed % 97) * 7 } });
  return { exitCode, sum };
}

/** The first of so many seeds, in either mode, whose run ends otherwise than all others; undefined: none. */
export async function wrongSchedules(from: number, count: number): Promise<string | undefined> {
  for (let seed = from; seed < from + count; seed++) {
    const mode = seed % 2 === 0 ? 'async' : 'sync';
    const { exitCode, sum } = await runScheduled(seed, mode);
    if (exitCode !== 0 || sum !== SUM)
      return `: seed ${seed} in mode ${mode} gives exit code ${exitCode} and sum ${sum}, not ${SUM}`;
  }
  return undefined;
}
