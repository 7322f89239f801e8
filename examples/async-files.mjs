// Files in a store that answers later, as IndexedDB does, for a program that knows nothing of it: the program waits, the
// event loop goes on. The store here is a Map behind timers; with a data base only get, set, delete and keys differ.
//   node examples/async-files.mjs
import { compile, engine } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';
import { awaited, SystemError, WASI } from 'wasmi-ts/wasi';

const content = new Map([['in.txt', new TextEncoder().encode('from the store')]]);
const later = (action) => new Promise((resolve) => setTimeout(() => resolve(action()), 5));
const store = {
  get: (name) => later(() => content.get(name)),
  set: (name, bytes) => later(() => content.set(name, bytes)),
  delete: (name) => later(() => content.delete(name)),
  keys: () => later(() => [...content.keys()]),
};

const stat = (type, size) => ({
  ...{ device: 1n, inode: 0n, type, links: 1n, size: BigInt(size) },
  ...{ accessed: 0n, modified: 0n, changed: 0n },
});
const fail = async (errno) => {
  throw new SystemError(errno);
};
const known = async (name) => (await store.get(name)) ?? fail('NOENT');
const unsupported = () => fail('NOTSUP');

/** One file. Each write stores the whole of it; a real store would keep pieces. */
const fileOf = (name) => ({
  type: 'regular-file',
  seekable: true,
  stat: async () => stat('regular-file', (await known(name)).length),
  async read(into, position) {
    const part = (await known(name)).subarray(Number(position), Number(position) + into.length);
    into.set(part);
    return part.length;
  },
  async write(bytes, position) {
    const old = await known(name);
    const all = new Uint8Array(Math.max(old.length, Number(position) + bytes.length));
    all.set(old);
    all.set(bytes, Number(position));
    await store.set(name, all);
    return bytes.length;
  },
  async setSize(size) {
    const all = new Uint8Array(Number(size));
    all.set((await known(name)).subarray(0, all.length));
    await store.set(name, all);
  },
  setTimes: () => {},
  sync: () => {},
  close: () => {},
});

/** The only directory. What it does not have, guests are told to be NOTSUP. */
const directory = {
  stat: () => stat('directory', 0),
  names: () => store.keys(),
  statEntry: async (name) => stat('regular-file', (await known(name)).length),
  async openFile(name, { create, exclusive, truncate }) {
    const old = await store.get(name);
    if (old === undefined && !create) return fail('NOENT');
    if (old !== undefined && create && exclusive) return fail('EXIST');
    if (old === undefined || truncate) await store.set(name, new Uint8Array(0));
    return fileOf(name);
  },
  removeFile: async (name) => (await known(name)) && store.delete(name),
  openDirectory: () => fail('NOTDIR'),
  readLink: () => fail('INVAL'),
  reopen: () => directory,
  close: () => {},
  ...{ setTimes: () => {}, setEntryTimes: () => {}, sync: () => {} },
  ...{ createDirectory: unsupported, createLink: unsupported, removeDirectory: unsupported },
  ...{ rename: unsupported, link: unsupported },
};

// Copies in.txt to out.txt and to its output.
const bytes = assemble(`(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\00\\10\\00\\00")
  (data (i32.const 32) "in.txtout.txt")
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $exit (local.get $errno)))))
  (func (export "_start")
    (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 6)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12)))
    (call $check (call $read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 38) (i32.const 7)
      (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
    (call $check (call $write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $check (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`);

let ticks = 0;
const timer = setInterval(() => ticks++, 1);
const stdout = async (piece) => console.log('output:', new TextDecoder().decode(piece));
const exitCode = await new WASI({ stdout, preopens: { '/': awaited(directory) } }).run(engine, compile(bytes));
clearInterval(timer);

console.log('exit code', exitCode);
console.log('out.txt:', new TextDecoder().decode(content.get('out.txt')));
console.log('timers went on:', ticks > 5);

// Prints:
//   output: from the store
//   exit code 0
//   out.txt: from the store
//   timers went on: true
