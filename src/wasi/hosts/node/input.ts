// Input from a descriptor of the process: by the event loop where Node has a stream for it and the mode allows, else in
// place. Input that fails is not input that ends: the read after the last byte reports what went wrong, and so do polls.
import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { stdin } from 'node:process';
import { isatty, ReadStream } from 'node:tty';
import { descriptor, mode as checkMode } from '../../host/checks.ts';
import { SystemError, systemErrorOf } from '../../host/errno.ts';
import type { FileType, Stat } from '../../host/filesystem.ts';
import type { InputStream } from '../../host/stdio.ts';
import { HANGUP, READABLE, Subscribers } from '../../kernel/pollable.ts';
import { sleepByAtomics } from '../portable.ts';
import { codeOf } from './errors.ts';
import {
  hasStream,
  isAtOnce,
  openNonBlocking,
  PAUSE,
  PAUSE_MS,
  refusal,
  SecondDescriptor,
  statOf,
  statsOf,
  typeOf,
  waitInPlace,
} from './descriptor.ts';

const CHUNK = 64 * 1024;

/** What was read ahead of the guest. */
abstract class BufferedInput implements InputStream {
  readonly type: FileType;
  protected readonly fd: number;
  protected pending: Uint8Array = new Uint8Array(0);
  protected ended = false;
  /** What went wrong after `pending`; reported once, then the input has ended unless it fails again. */
  protected failure: SystemError | undefined;
  private chunk: Uint8Array | undefined;
  /** The wrong end of a pipe fails whenever it is read. */
  private readonly refused: SystemError | undefined;

  constructor(fd: number) {
    this.fd = fd;
    this.type = typeOf(fd);
    this.refused = refusal(fd, 'read');
  }

  /** Gets more into `pending`, or sets `ended` or `failure`, as far as that goes without waiting. */
  protected abstract fill(): void;
  abstract subscribe(wake: () => void): () => void;
  abstract close(): void;

  stat(): Stat {
    return statOf(this.fd);
  }

  read(into: Uint8Array): number | undefined {
    if (into.length === 0) return 0;
    this.look();
    if (this.pending.length === 0) {
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      return this.ended ? 0 : undefined;
    }
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
    this.look();
    if (this.pending.length > 0) return READABLE;
    if (this.failure !== undefined) throw this.failure;
    return this.ended ? READABLE | HANGUP : 0;
  }

  private look(): void {
    if (this.refused !== undefined) throw this.refused;
    if (this.pending.length === 0) this.fill();
  }

  protected fail(error: unknown): void {
    this.failure = systemErrorOf(error) ?? new SystemError('IO');
  }

  /** No more comes. A terminal that has hung up reads as one whose user has ended the input, but is none any more. */
  protected end(): void {
    if (!this.ended && this.type === 'character-device' && !isatty(this.fd)) this.failure = new SystemError('IO');
    this.ended = true;
  }

  /** Reads what is there. */
  protected readFrom(fd: number): void {
    try {
      this.chunk ??= new Uint8Array(CHUNK);
      const length = readSync(fd, this.chunk, 0, CHUNK, null);
      this.pending = this.chunk.slice(0, length);
      if (length === 0) this.end();
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EOF') this.end();
      else if (code !== 'EAGAIN') this.fail(error);
    }
  }
}

/** Input for mode 'async': by the event loop, which stays free. Nothing is read before the guest asks. */
class EventInput extends BufferedInput {
  private readonly subscribers = new Subscribers();
  /** A socket is read in place once, which never waits: the event loop does not notice that it is not connected. */
  private readonly isSocket: boolean;
  private tried = false;
  private stream: (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | undefined;

  constructor(fd: number) {
    super(fd);
    this.isSocket = statsOf(fd).isSocket();
  }

  protected fill(): void {
    if (!this.tried) {
      this.tried = true;
      if (this.isSocket) this.readFrom(this.fd);
      if (this.failure !== undefined) this.ended = true;
    }
    if (this.pending.length > 0 || (this.ended && this.stream === undefined)) return;
    const chunk = this.start().read();
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

  /** The stream goes on failing without us: an error that nobody hears would end the process. */
  close(): void {
    const { stream } = this;
    if (stream === undefined) return;
    stream.removeListener('readable', this.wake);
    stream.removeListener('end', this.finish);
    stream.removeListener('close', this.finish);
    stream.pause();
    stream.unref?.();
    this.stream = undefined;
  }

  private start() {
    if (this.stream !== undefined) return this.stream;
    const { fd } = this;
    const stream = fd === 0 ? stdin : isatty(fd) ? new ReadStream(fd) : new Socket({ fd, writable: false });
    this.stream = stream;
    stream.on('readable', this.wake);
    stream.on('end', this.finish);
    stream.on('close', this.finish);
    stream.on('error', (error) => {
      this.fail(error);
      this.finish();
    });
    stream.unref?.();
    return stream;
  }

  private readonly wake = (): void => this.subscribers.wakeAll();

  private readonly finish = (): void => {
    this.end();
    this.subscribers.wakeAll();
  };
}

/**
 * Input that is read in place: in mode 'sync', and what Node has no stream for. Where it can be read without waiting, a
 * time limit works, and mode 'async' looks again from time to time; elsewhere a read keeps the host waiting.
 */
class PlaceInput extends BufferedInput {
  /** Can be read without waiting. */
  private readonly watched: SecondDescriptor;
  private readonly mode: 'async' | 'sync';

  constructor(fd: number, mode: 'async' | 'sync') {
    super(fd);
    this.mode = mode;
    this.watched = new SecondDescriptor(fd, () => (isAtOnce(fd, 'read') ? fd : openNonBlocking(fd, 'read')));
  }

  protected fill(): void {
    if (this.ended || this.failure !== undefined) return;
    const watched = this.watched.get();
    if (watched !== undefined) this.readFrom(watched);
    else if (this.mode === 'async') this.readFrom(this.fd);
  }

  subscribe(wake: () => void): () => void {
    const timer = setInterval(wake, PAUSE_MS);
    return () => clearInterval(timer);
  }

  waitSync(nanoseconds: bigint | undefined): boolean {
    if (this.watched.get() === undefined) {
      if (nanoseconds !== undefined) return false;
      this.readFrom(this.fd);
      if (this.pending.length === 0 && !this.ended) sleepByAtomics(PAUSE);
      return true;
    }
    waitInPlace(() => this.ready(READABLE) !== 0, nanoseconds);
    return true;
  }

  close(): void {
    this.watched.close();
  }
}

/**
 * Input from a descriptor of the process, which stays open. In mode 'async' terminals, pipes and stream sockets keep
 * nobody waiting; what Node has no stream for is read in place. BADF where the descriptor is not open.
 */
export function inputFromFd(fd: number, mode: 'async' | 'sync'): InputStream {
  descriptor(fd, 'inputFromFd: the descriptor');
  checkMode(mode, 'inputFromFd: the mode');
  return mode === 'async' && hasStream(fd) ? new EventInput(fd) : new PlaceInput(fd, mode);
}
