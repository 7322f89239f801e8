// Streams of the process, by file descriptor: output in order and at once, input without and with waiting.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { platform, stdin } from 'node:process';
import { isatty } from 'node:tty';
import type { FileType, Stat } from '../../host/filesystem.ts';
import type { InputStream, OutputStream } from '../../host/stdio.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';
import { sleepByAtomics } from '../portable.ts';
import { attempt, codeOf } from './errors.ts';
import { toStat } from './stat.ts';

/** How long to pause between tries when the other side has no room or no data. */
const PAUSE = 1_000_000n;
const CHUNK = 64 * 1024;

function statOf(fd: number): Stat {
  return attempt(() => toStat(fstatSync(fd, { bigint: true })));
}

/** Only a terminal is told as a character device: guests take every such stream for one, /dev/null too. */
function typeOf(fd: number): FileType {
  if (isatty(fd)) return 'character-device';
  const { type } = statOf(fd);
  return type === 'character-device' ? 'unknown' : type;
}

/** Output to a descriptor of the process, which stays open. A full pipe is waited for; PIPE when nobody reads. */
export function outputToFd(fd: number): OutputStream {
  return {
    type: typeOf(fd),
    stat: () => statOf(fd),
    write(bytes) {
      for (;;) {
        try {
          return writeSync(fd, bytes);
        } catch (error) {
          if (codeOf(error) !== 'EAGAIN') return attempt(() => rethrow(error));
          sleepByAtomics(PAUSE);
        }
      }
    },
    ready: (interest) => interest & WRITABLE,
    subscribe: () => () => {},
  };
}

function rethrow(error: unknown): never {
  throw error;
}

/** What was read ahead of the guest. */
abstract class BufferedInput implements InputStream {
  readonly type: FileType;
  protected readonly fd: number;
  protected pending: Uint8Array = new Uint8Array(0);
  protected ended = false;

  constructor(fd: number) {
    this.fd = fd;
    this.type = typeOf(fd);
  }

  /** Gets more into `pending`, or sets `ended`, as far as that goes without waiting. */
  protected abstract fill(): void;
  abstract subscribe(wake: () => void): () => void;
  abstract close(): void;

  stat(): Stat {
    return statOf(this.fd);
  }

  read(into: Uint8Array): number | undefined {
    if (into.length === 0) return 0;
    if (this.pending.length === 0) this.fill();
    if (this.pending.length === 0) return this.ended ? 0 : undefined;
    const part = this.pending.subarray(0, into.length);
    into.set(part);
    this.pending = this.pending.subarray(part.length);
    return part.length;
  }

  available(): number {
    return this.pending.length;
  }

  ready(interest: number): number {
    if ((interest & READABLE) === 0) return 0;
    if (this.pending.length === 0) this.fill();
    if (this.pending.length > 0) return READABLE;
    return this.ended ? READABLE | HANGUP : 0;
  }
}

/** Input for mode 'async': by the event loop, which stays free. Nothing is read before the guest asks. */
class EventInput extends BufferedInput {
  private readonly subscribers = new Subscribers();
  private stream: (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | undefined;

  protected fill(): void {
    const stream = this.start();
    const chunk = stream.read();
    if (chunk !== null) this.pending = chunk as Uint8Array;
  }

  /** The process is kept alive by a wait only, not by the stream itself. */
  subscribe(wake: () => void): () => void {
    const stream = this.start();
    if (this.subscribers.count === 0) stream.ref?.();
    const remove = this.subscribers.add(wake);
    return () => {
      remove();
      if (this.subscribers.count === 0) stream.unref?.();
    };
  }

  close(): void {
    const { stream } = this;
    if (stream === undefined) return;
    stream.removeListener('readable', this.wake);
    stream.removeListener('end', this.finish);
    stream.removeListener('close', this.finish);
    stream.removeListener('error', this.finish);
    stream.pause();
    stream.unref?.();
    this.stream = undefined;
  }

  private start() {
    if (this.stream !== undefined) return this.stream;
    const stream = this.fd === 0 ? stdin : new Socket({ fd: this.fd, writable: false });
    this.stream = stream;
    stream.on('readable', this.wake);
    stream.on('end', this.finish);
    stream.on('close', this.finish);
    stream.on('error', this.finish);
    stream.unref?.();
    return stream;
  }

  private readonly wake = (): void => this.subscribers.wakeAll();

  private readonly finish = (): void => {
    this.ended = true;
    this.subscribers.wakeAll();
  };
}

/** Input for mode 'sync'. Where it can be read without waiting, a time limit works; elsewhere only waiting without one. */
class BlockingInput extends BufferedInput {
  private readonly watched: number | undefined;
  private readonly chunk = new Uint8Array(CHUNK);

  constructor(fd: number) {
    super(fd);
    this.watched = this.type === 'regular-file' ? fd : openNonBlocking(fd);
  }

  protected fill(): void {
    if (this.watched !== undefined && !this.ended) this.readFrom(this.watched);
  }

  subscribe(): () => void {
    return () => {};
  }

  waitSync(nanoseconds: bigint | undefined): boolean {
    if (this.watched === undefined) {
      if (nanoseconds !== undefined) return false;
      this.readFrom(this.fd);
      if (this.pending.length === 0 && !this.ended) sleepByAtomics(PAUSE);
      return true;
    }
    let left = nanoseconds;
    while (this.ready(READABLE) === 0 && (left === undefined || left > 0n)) {
      sleepByAtomics(PAUSE);
      if (left !== undefined) left -= PAUSE;
    }
    return true;
  }

  close(): void {
    if (this.watched !== undefined && this.watched !== this.fd) closeSync(this.watched);
  }

  private readFrom(fd: number): void {
    try {
      const length = readSync(fd, this.chunk, 0, CHUNK, null);
      this.pending = this.chunk.slice(0, length);
      this.ended = length === 0;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EOF') this.ended = true;
      else if (code !== 'EAGAIN') attempt(() => rethrow(error));
    }
  }
}

/**
 * A descriptor of the same input that never waits; undefined where there is none (Windows, terminals outside Linux).
 * Linux opens pipes and terminals anew. Sockets, and pipes elsewhere, are switched themselves, as Node does it whenever
 * it makes a stream of one: the stream made here is never read from.
 */
function openNonBlocking(fd: number): number | undefined {
  if (platform === 'win32') return undefined;
  try {
    if (platform !== 'linux') throw new Error('cannot be opened anew');
    return openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    if (isatty(fd)) return undefined;
  }
  try {
    new Socket({ fd, readable: false, writable: false }).unref();
    return fd;
  } catch {
    return undefined;
  }
}

/**
 * Input from a descriptor of the process, which stays open. In mode 'async' descriptors other than 0 must be pipes,
 * sockets or terminals.
 */
export function inputFromFd(fd: number, mode: 'async' | 'sync'): InputStream {
  return mode === 'sync' || statOf(fd).type === 'regular-file' ? new BlockingInput(fd) : new EventInput(fd);
}
