// A shell of a few lines, a WASIX program: it forks for each line that it reads, executes the program of that name in the
// child, waits for it, and says with which code it ended. Nothing here is a process of this machine.
//   node examples/shell.mjs
// A whole shell runs likewise: `wasmi-ts --dir ROOT::/ --program hello=hello.wasm dash.wasm -c 'hello | cat'`.
import { compile, engine } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';
import { BufferOutput, fixedInput, WASI } from 'wasmi-ts/wasi';

const shell = compile(
  assemble(`(module
  (import "wasix_32v1" "proc_fork" (func $fork (param i32 i32) (result i32)))
  (import "wasix_32v1" "proc_exec2" (func $exec (param i32 i32 i32 i32 i32 i32)))
  (import "wasix_32v1" "proc_join" (func $join (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\00\\04\\00\\00\\00\\04\\00\\00") ;; where lines are read to: 1024 bytes at 1024
  (data (i32.const 16) "\\40\\00\\00\\00\\0d\\00\\00\\00") ;; what is said: 13 bytes at 64
  (data (i32.const 64) "ended with ?\\n")
  (func $line (param $at i32) (param $length i32)
    (drop (call $fork (i32.const 1) (i32.const 32)))
    ;; In the child the number is 0. The line feed ends the first argument, which is the name.
    (if (i32.eqz (i32.load (i32.const 32)))
      (then (call $exec (local.get $at) (local.get $length) (local.get $at)
        (i32.add (local.get $length) (i32.const 1)) (i32.const 0) (i32.const 0))))
    ;; No number: any child. The code stands at 50, two bytes after the kind of end.
    (i32.store8 (i32.const 40) (i32.const 0))
    (drop (call $join (i32.const 40) (i32.const 0) (i32.const 48)))
    (i32.store8 (i32.const 75) (i32.add (i32.const 48) (i32.load16_u (i32.const 50))))
    (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24))))
  (func (export "_start") (local $from i32) (local $at i32) (local $end i32)
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $at (local.tee $from (i32.const 1024)))
    (local.set $end (i32.add (local.get $at) (i32.load (i32.const 8))))
    (loop $next
      (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 10))
        (then
          (call $line (local.get $from) (i32.sub (local.get $at) (local.get $from)))
          (local.set $from (i32.add (local.get $at) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))))`),
);

/** A program that prints a text and ends with a code. */
const printing = (text, code) =>
  assemble(`(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\${text.length.toString(16).padStart(2, '0')}\\00\\00\\00")
  (data (i32.const 16) "${text}")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const ${code}))))`);

const stdout = new BufferOutput();
const stdin = fixedInput(new TextEncoder().encode('hello\nfail\n'));
const programs = { hello: printing('hello ', 0), fail: printing('oh no ', 3) };
await new WASI({ stdin, stdout, programs }).run(engine, shell);
console.log(stdout.text().trimEnd());

// Prints:
//   hello ended with 0
//   oh no ended with 3
