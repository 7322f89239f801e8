// A kind that the kernel does not know, made here: a counter as Linux has it with eventfd. All that it takes to read, write,
// poll and look at it through preview 1 is its class, and a descriptor.
import { beforeEach, describe, expect, it } from 'vitest';
import { errnoName, refused } from '../../host/errno.ts';
import { memoryDirectory, seededRandom, VirtualClock } from '../../hosts/memory.ts';
import { FDFLAGS, PREVIEW1, RIGHTS, rights } from '../../preview1/abi.ts';
import { functionsOf } from '../../preview1/calls.ts';
import { type BufferMemory, Guests, memoryOf } from '../guest.ts';
import { HeldDirectory } from '../held.ts';
import { importsOf } from '../interface.ts';
import { type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';
import { Callers } from '../guest-thread.ts';
import { Process } from '../process.ts';
import { PREVIEW_RULES } from '../rules.ts';
import { OpenDirectory } from './directory.ts';
import { Open } from './open.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

const MOST = 0xffff_ffff_ffff_fffen;

/** Eight bytes are read or written: a number that is added, and the sum since it was last read. */
class Counter extends Open implements Pollable {
  readonly type = 'unknown';
  closed = false;
  private sum = 0n;
  private readonly subscribers = new Subscribers();

  override pollable(): Pollable {
    return this;
  }

  ready(interest: number): number {
    return (this.sum > 0n ? interest & READABLE : 0) | (this.sum < MOST ? interest & WRITABLE : 0);
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  override available(): number {
    return this.sum > 0n ? 8 : 0;
  }

  override read(): Transfer {
    return reading({ available: () => this.available(), read: (into) => this.take(into) });
  }

  override write({ nonblock }: WriteFlags): Transfer {
    return writing({ write: (bytes) => this.add(bytes) }, nonblock);
  }

  close(): void {
    this.closed = true;
  }

  private take(into: Uint8Array): number | undefined {
    if (into.length < 8) throw refused('INVAL');
    if (this.sum === 0n) return undefined;
    new DataView(into.buffer, into.byteOffset).setBigUint64(0, this.sum, true);
    this.sum = 0n;
    this.subscribers.wakeAll();
    return 8;
  }

  private add(bytes: Uint8Array): number | undefined {
    if (bytes.length < 8) throw refused('INVAL');
    const more = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (this.sum + more > MOST) return undefined;
    this.sum += more;
    this.subscribers.wakeAll();
    return 8;
  }
}

const COUNTER_RIGHTS = rights(
  'fd_read',
  'fd_write',
  'poll_fd_readwrite',
  'fd_filestat_get',
  'fd_fdstat_set_flags',
  'fd_sync',
);
const [COUNTER, DIRECTORY, IOVS, OUT, BYTES, SUBSCRIPTIONS, EVENTS] = [0, 1, 0x100, 0x200, 0x300, 0x400, 0x800];

let counter: Counter;
let clock: VirtualClock;
let view: DataView;
let call: (name: string, ...args: (number | bigint)[]) => unknown;

beforeEach(() => {
  counter = new Counter();
  clock = new VirtualClock({ automatic: false });
  const process = new Process({ args: [], env: {}, clock, random: seededRandom(1) });
  process.files.add({ resource: counter, rights: COUNTER_RIGHTS, inheriting: 0n, flags: 0 });
  const directory = new OpenDirectory(new HeldDirectory(memoryDirectory({ a: 'content' })));
  process.files.add({ resource: directory, rights: RIGHTS.path_open, inheriting: 0n, flags: 0 });
  const memory: BufferMemory = { buffer: new ArrayBuffer(0x1000) };
  view = new DataView(memory.buffer as ArrayBuffer);
  view.setUint32(IOVS, BYTES, true);
  view.setUint32(IOVS + 4, 8, true);
  const guests = new Guests();
  guests.named.bound = memoryOf(memory);
  const options = { mode: 'async', guests, callers: new Callers(process), rules: PREVIEW_RULES } as const;
  const functions = importsOf(functionsOf(PREVIEW1, options, undefined));
  call = (name, ...args) => functions[name]?.(...args);
});

/** The name of the errno of a call that ends at once. */
function now(name: string, ...args: (number | bigint)[]): string {
  const errno = call(name, ...args);
  if (typeof errno !== 'number') throw new TypeError(`${name} has to wait`);
  return errnoName(errno);
}

function write(number: bigint): string {
  view.setBigUint64(BYTES, number, true);
  return now('fd_write', COUNTER, IOVS, 1, OUT);
}

/** What poll_oneoff has to say of one interest in the counter, as `type bytes`, or that the time was over. */
async function poll(type: 'read' | 'write', timeout = 5n): Promise<string[]> {
  view.setUint8(SUBSCRIPTIONS + 8, type === 'read' ? 1 : 2);
  view.setUint32(SUBSCRIPTIONS + 16, COUNTER, true);
  view.setUint8(SUBSCRIPTIONS + 48 + 8, 0);
  view.setUint32(SUBSCRIPTIONS + 48 + 16, 1, true);
  view.setBigUint64(SUBSCRIPTIONS + 48 + 24, timeout, true);
  expect(await call('poll_oneoff', SUBSCRIPTIONS, EVENTS, 2, OUT)).toBe(0);
  return Array.from({ length: view.getUint32(OUT, true) }, (_, i) => {
    const at = EVENTS + i * 32;
    const bytes = view.getBigUint64(at + 16, true);
    return `${errnoName(view.getUint16(at + 8, true))} ${['clock', 'read', 'write'][view.getUint8(at + 10)]} ${bytes}`;
  });
}

describe('a kind of open thing that only its own class knows', () => {
  it('is read and written by fd_read and fd_write', () => {
    expect([write(5n), write(7n)]).toEqual(['SUCCESS', 'SUCCESS']);
    expect(now('fd_read', COUNTER, IOVS, 1, OUT)).toBe('SUCCESS');
    expect([view.getUint32(OUT, true), view.getBigUint64(BYTES, true)]).toEqual([8, 12n]);
    view.setUint32(IOVS + 4, 4, true);
    expect(now('fd_read', COUNTER, IOVS, 1, OUT)).toBe('INVAL');
  });

  it('keeps a reader waiting until somebody writes, and returns AGAIN when it shall not wait', async () => {
    const waiting = call('fd_read', COUNTER, IOVS, 1, OUT);
    expect(waiting).toBeInstanceOf(Promise);
    view.setUint32(IOVS + 16, 0x380, true);
    view.setUint32(IOVS + 20, 8, true);
    view.setBigUint64(0x380, 3n, true);
    expect(now('fd_write', COUNTER, IOVS + 16, 1, OUT + 4)).toBe('SUCCESS');
    expect(await waiting).toBe(0);
    expect(view.getBigUint64(BYTES, true)).toBe(3n);
    expect(now('fd_fdstat_set_flags', COUNTER, FDFLAGS.nonblock)).toBe('SUCCESS');
    expect(now('fd_read', COUNTER, IOVS, 1, OUT)).toBe('AGAIN');
    expect([write(MOST), write(1n)]).toEqual(['SUCCESS', 'AGAIN']);
  });

  it('is polled for both, and ends a poll that waits', async () => {
    expect(await poll('write')).toEqual(['SUCCESS write 0']);
    const nothing = poll('read');
    clock.advance(5n);
    expect(await nothing).toEqual(['SUCCESS clock 0']);
    const something = poll('read', 1_000_000n);
    expect(write(1n)).toBe('SUCCESS');
    expect(await something).toEqual(['SUCCESS read 8']);
    expect(write(MOST - 1n)).toBe('SUCCESS');
    const full = poll('write');
    clock.advance(5n);
    expect(await full).toEqual(['SUCCESS clock 0']);
  });

  it('is looked at, moved and closed', () => {
    expect([now('fd_fdstat_get', COUNTER, OUT), view.getUint8(OUT)]).toEqual(['SUCCESS', 0]);
    expect([now('fd_filestat_get', COUNTER, OUT), view.getBigUint64(OUT + 32, true)]).toEqual(['SUCCESS', 0n]);
    expect(now('fd_renumber', COUNTER, DIRECTORY)).toBe('SUCCESS');
    expect([now('fd_close', DIRECTORY), counter.closed]).toEqual(['SUCCESS', true]);
  });

  it('answers what every kind does for what it cannot', () => {
    const answers: Record<string, string> = {
      fd_seek: now('fd_seek', COUNTER, 0n, 0, OUT),
      fd_tell: now('fd_tell', COUNTER, OUT),
      fd_pread: now('fd_pread', COUNTER, IOVS, 1, 0n, OUT),
      fd_pwrite: now('fd_pwrite', COUNTER, IOVS, 1, 0n, OUT),
      fd_advise: now('fd_advise', COUNTER, 0n, 0n, 0),
      fd_allocate: now('fd_allocate', COUNTER, 0n, 8n),
      fd_filestat_set_size: now('fd_filestat_set_size', COUNTER, 8n),
      fd_filestat_set_times: now('fd_filestat_set_times', COUNTER, 0n, 0n, 0),
      fd_sync: now('fd_sync', COUNTER),
      fd_prestat_get: now('fd_prestat_get', COUNTER, OUT),
      fd_readdir: now('fd_readdir', COUNTER, BYTES, 8, 0n, OUT),
      path_unlink_file: now('path_unlink_file', COUNTER, BYTES, 1),
      sock_accept: now('sock_accept', COUNTER, 0, OUT),
      sock_recv: now('sock_recv', COUNTER, IOVS, 1, 0, OUT, OUT),
      sock_send: now('sock_send', COUNTER, IOVS, 1, 0, OUT),
      sock_shutdown: now('sock_shutdown', COUNTER, 1),
    };
    expect(answers).toEqual({
      fd_seek: 'SPIPE',
      fd_tell: 'SPIPE',
      fd_pread: 'SPIPE',
      fd_pwrite: 'SPIPE',
      fd_advise: 'SPIPE',
      fd_allocate: 'SPIPE',
      fd_filestat_set_size: 'INVAL',
      fd_filestat_set_times: 'INVAL',
      fd_sync: 'INVAL',
      fd_prestat_get: 'BADF',
      fd_readdir: 'NOTDIR',
      path_unlink_file: 'NOTDIR',
      sock_accept: 'NOTSOCK',
      sock_recv: 'NOTSOCK',
      sock_send: 'NOTSOCK',
      sock_shutdown: 'NOTSOCK',
    });
  });
});
