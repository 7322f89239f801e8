// A network of one's own: connections of a program go through a message channel, as they would through a WebSocket or to a worker,
// to a gateway that answers them. Each side may send as many bytes as the other has said that it takes.
//   node examples/network-over-channel.mjs
import { compile, engine } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';
import { SystemError, WASI } from 'wasmi-ts/wasi';

const READABLE = 1;
const WRITABLE = 2;
const HANGUP = 4;
const CAPACITY = 65_536;

/** The program's end of a connection. What it is asked is said in docs/wasi.md, at networks of your own. */
class Connection {
  capacity = CAPACITY;
  local = undefined;
  remote = undefined;
  ended = false;
  chunks = [];
  credit = 0;
  failure = undefined;
  wakes = new Set();

  constructor(address, post) {
    this.address = address;
    this.post = post;
    post({ open: address, takes: CAPACITY });
  }

  /** Takes what the gateway says. */
  told({ opened, takes, bytes, end, refused }) {
    if (opened !== undefined) [this.local, this.remote] = [opened, this.address];
    if (takes !== undefined) this.credit += takes;
    if (bytes !== undefined) this.chunks.push(bytes);
    if (refused !== undefined) this.failure = new SystemError(refused);
    if (end === true || refused !== undefined) this.ended = true;
    for (const wake of [...this.wakes]) wake();
  }

  throwFailure() {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  available() {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  read(into, peek = false) {
    if (this.available() === 0 || into.length === 0) {
      this.throwFailure();
      return this.ended || into.length === 0 ? 0 : undefined;
    }
    const [first] = this.chunks;
    const part = first.subarray(0, into.length);
    into.set(part);
    if (peek) return part.length;
    if (part.length === first.length) this.chunks.shift();
    else this.chunks[0] = first.subarray(part.length);
    this.post({ takes: part.length });
    return part.length;
  }

  write(bytes) {
    this.throwFailure();
    if (this.writingEnded) throw new SystemError('PIPE');
    const part = bytes.slice(0, this.credit);
    if (part.length === 0 && bytes.length > 0) return undefined;
    this.credit -= part.length;
    this.post({ bytes: part });
    return part.length;
  }

  shutdown({ read, write }) {
    if (read) this.ended = true;
    if (write && !this.writingEnded) this.post({ end: true });
    if (write) this.writingEnded = true;
  }

  ready(interest) {
    const readable = this.chunks.length > 0 || this.ended ? READABLE : 0;
    const writable = this.credit > 0 || this.ended || this.writingEnded ? WRITABLE : 0;
    const bits = (readable | writable) & interest;
    return bits !== 0 && this.ended && this.chunks.length === 0 ? bits | HANGUP : bits;
  }

  subscribe(wake) {
    this.wakes.add(wake);
    return () => this.wakes.delete(wake);
  }

  close() {
    this.shutdown({ read: true, write: true });
  }
}

/** Connects through a port; nobody can be listened for, and there are no messages and no names. */
function networkOver(port) {
  const open = new Map();
  port.onmessage = ({ data: { id, ...message } }) => open.get(id)?.told(message);
  return {
    connect(address) {
      const id = open.size;
      const connection = new Connection(address, (message) => port.postMessage({ id, ...message }));
      open.set(id, connection);
      return connection;
    },
    listen() {
      throw new SystemError('NOTSUP');
    },
  };
}

/** The other side: who connects to port 7 gets back in capitals what it sends. */
function gateway(port) {
  port.onmessage = ({ data: { id, open, bytes, end } }) => {
    const post = (message) => port.postMessage({ id, ...message });
    if (open !== undefined && open.port !== 7) post({ refused: 'CONNREFUSED' });
    else if (open !== undefined) post({ opened: { address: '10.0.0.2', port: 1 }, takes: CAPACITY });
    if (bytes !== undefined) {
      post({ takes: bytes.length });
      post({ bytes: new TextEncoder().encode(new TextDecoder().decode(bytes).toUpperCase()) });
    }
    if (end === true) post({ end: true });
  };
}

// Connects to 10.0.0.1, sends a line, and prints what comes back until there is no more.
const program = compile(
  assemble(`(module
    (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\0a\\00\\00\\01" "\\00\\00\\00\\00\\04\\00\\00\\00")
    (data (i32.const 32) "\\00\\01\\00\\00\\06\\00\\00\\00" "\\00\\02\\00\\00\\00\\01\\00\\00")
    (data (i32.const 256) "hello\\n")
    (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
    (func (export "_start") (local $socket i32)
      (call $check (call $open (i32.const 1) (i32.const 2) (i32.const 16)))
      (local.set $socket (i32.load (i32.const 16)))
      (call $check (call $connect (local.get $socket) (i32.const 4) (i32.const 7)))
      (call $check (call $write (local.get $socket) (i32.const 32) (i32.const 1) (i32.const 20)))
      (call $check (call $shutdown (local.get $socket) (i32.const 2)))
      (loop $more
        (i32.store (i32.const 44) (i32.const 256))
        (call $check (call $read (local.get $socket) (i32.const 40) (i32.const 1) (i32.const 20)))
        (i32.store (i32.const 44) (i32.load (i32.const 20)))
        (call $check (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 24)))
        (br_if $more (i32.load (i32.const 20))))))`),
);

const { port1, port2 } = new MessageChannel();
gateway(port2);
const stdout = (bytes) => process.stdout.write(new TextDecoder().decode(bytes));
const exitCode = await new WASI({
  network: networkOver(port1),
  allow: { connect: ['10.0.0.1:7'] },
  stdout,
}).run(engine, program);
console.log('ended with', exitCode);
port1.close();
// Prints:
//   HELLO
//   ended with 0
