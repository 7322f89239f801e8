// Runs a whole WASI program in memory: arguments, files and output are plain values, and nothing of this machine is
// given to it. The program copies its standard input to the file out.txt and to its output.
//   node examples/in-memory.mjs
import { compile, engine } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';
import { BufferOutput, WASI, memoryDirectory, readText } from 'wasmi-ts/wasi';

const bytes = assemble(`(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  ;; An iovec for 4096 bytes at 64; the file's name.
  (data (i32.const 0) "\\40\\00\\00\\00\\00\\10\\00\\00")
  (data (i32.const 32) "out.txt")
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $exit (local.get $errno)))))
  (func (export "_start")
    (call $check (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    ;; Descriptor 3 is the first directory. 1: create the file. 64: the right to write.
    (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 7)
      (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
    (call $check (call $write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $check (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 7))))`);

const stdout = new BufferOutput();
const files = memoryDirectory({ 'readme.txt': 'nothing to see' });
const wasi = new WASI({ stdin: 'some input', stdout, preopens: { '/': files } });

const exitCode = await wasi.run(engine, compile(bytes));

console.log('exit code', exitCode);
console.log('output:', stdout.text());
console.log('out.txt:', readText(files, 'out.txt'));

// Prints:
//   exit code 7
//   output: some input
//   out.txt: some input
