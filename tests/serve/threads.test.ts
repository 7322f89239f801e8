// Programs with guest threads, and those of WASIX, answer requests as others do.
import { expect, test } from 'vitest';
import { program } from './modules.ts';
import { ask, folderOf, serving } from './serving.ts';

/** Starts a thread that writes a letter into the memory they share, waits for it, and prints what is there. */
const THREADED = `(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (data (i32.const 16) "content-type: text/plain\\n\\n?")
  (func (export "wasi_thread_start") (param i32 i32)
    (i32.store8 (i32.const 42) (i32.add (i32.const 97) (i32.atomic.rmw.add (i32.const 128) (i32.const 1))))
    (i32.atomic.store (i32.const 64) (i32.const 1))
    (drop (memory.atomic.notify (i32.const 64) (i32.const 1))))
  (func (export "_start")
    (if (i32.lt_s (call $spawn (i32.const 0)) (i32.const 0)) (then unreachable))
    (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 27))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;

test('threads of a request share its memory, and no other request does', async () => {
  const { path, remove } = folderOf({ 'threaded.wat': THREADED });
  const server = await serving(path, 'threaded.wat');
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(server.port, '/')));
  expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, () => 'a'));
  expect(await server.stop()).toBe(0);
  remove();
});

/** Forks; the child prints the headers, and when it has ended the parent prints the body. */
const FORKING = program(
  `(import "wasix_32v1" "proc_fork" (func $fork (param i32 i32) (result i32)))
  (import "wasix_32v1" "proc_join" (func $join (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`,
  `(drop (call $fork (i32.const 1) (i32.const 512)))
    (if (i32.eqz (i32.load (i32.const 512)))
      (then (call $print (i32.const 1024) (i32.const 6)) (call $exit (i32.const 0))))
    (i32.store8 (i32.const 600) (i32.const 1))
    (i32.store (i32.const 604) (i32.load (i32.const 512)))
    (drop (call $join (i32.const 600) (i32.const 0) (i32.const 640)))
    (call $print (i32.const 1030) (i32.const 7))`,
  '(data (i32.const 1024) "child\\nparent\\n")',
);

test('a program of WASIX may fork, and what its processes print is one response', async () => {
  const { path, remove } = folderOf({ 'forking.wat': FORKING });
  const server = await serving(path, 'forking.wat');
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(server.port, '/')));
  expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(Array(5).fill('200 child\nparent\n'));
  expect(await server.stop()).toBe(0);
  remove();
});
