// Output to a descriptor of the process, in order. Where the guest can be suspended it waits for room while the event loop
// stays free; elsewhere the whole host waits. Nothing counts as written before the descriptor has taken it, but for this:
// Node cannot ask whether a pipe has room. A guest that does not want to wait for it writes to a second descriptor of the
// same pipe that never waits; when that is full, one piece is taken ahead and kept here. While it cannot be passed on the
// output is full: the next write says so, and a poll waits.
import process from 'node:process';
import { checkTime, due } from '../../../clock.ts';
import { descriptor } from '../../host/checks.ts';
import { atHost, quietly, SystemError } from '../../host/errno.ts';
import type { FileType, Stat } from '../../host/filesystem.ts';
import type { OutputStream } from '../../host/stdio.ts';
import { WRITABLE } from '../../kernel/pollable.ts';
import { ask, type Cancellable, mayWait } from '../../kernel/replay.ts';
import { sleepByAtomics } from '../portable.ts';
import {
  isAtOnce,
  openNonBlocking,
  PAUSE,
  PAUSE_MS,
  SecondDescriptor,
  statOf,
  tryWrite,
  typeOf,
  waitInPlace,
} from './descriptor.ts';
import { Sender } from './sender.ts';

/** What is taken ahead at most: what POSIX systems write to a pipe as a whole or not at all (PIPE_BUF of Linux). */
const AHEAD = 4096;

class FdOutput implements OutputStream {
  readonly type: FileType;
  private readonly fd: number;
  /** Never waits; none where writing does not wait anyway. */
  private readonly watched: SecondDescriptor;
  private ahead: Uint8Array | undefined;
  private sender: Sender | undefined;
  /** Nobody reads any more: so it stays. */
  private broken: SystemError | undefined;

  constructor(fd: number) {
    this.fd = fd;
    this.type = typeOf(fd);
    this.watched = new SecondDescriptor(fd, () => (isAtOnce(fd, 'write') ? undefined : openNonBlocking(fd, 'write')));
  }

  stat(): Stat {
    return statOf(this.fd);
  }

  write(bytes: Uint8Array, nonblocking = false): number | undefined {
    const waits = !nonblocking && mayWait();
    const watched = nonblocking || waits ? this.watched.get() : undefined;
    if (watched === undefined) {
      this.flushInPlace();
      return this.noticing(() => this.writeInPlace(bytes));
    }
    if (waits) return ask(this, 'write', [bytes.length], () => this.send(watched, bytes));
    if (this.sender?.isBusy || !this.flush(watched)) return undefined;
    const took = this.tryWrite(watched, bytes);
    if (took === bytes.length) return took;
    this.keep(bytes.slice(took, took + AHEAD));
    return Math.min(took + AHEAD, bytes.length);
  }

  /** As much as there is room for, or when there is some. */
  private send(watched: number, bytes: Uint8Array): number | Cancellable<number> {
    this.sender ??= new Sender(watched);
    if (!this.sender.isBusy && this.flush(watched)) {
      const took = this.tryWrite(watched, bytes);
      if (took > 0 || bytes.length === 0) return took;
    }
    return this.sendInTurn(this.sender, bytes);
  }

  /** What was taken ahead comes first, and is not given up with the call. */
  private sendInTurn(sender: Sender, bytes: Uint8Array): Cancellable<number> {
    const { ahead } = this;
    if (ahead !== undefined) {
      this.drop();
      sender.send(ahead).catch((error: unknown) => this.noticed(error));
    }
    const sent = sender.send(bytes);
    const noticed = sent.catch((error: unknown) => {
      throw this.noticed(error);
    });
    return Object.assign(noticed, { cancel: sent.cancel });
  }

  ready(interest: number): number {
    if (this.broken !== undefined) throw this.broken;
    if (this.sender?.isBusy) return 0;
    const hasRoom = this.ahead === undefined || this.flush(this.watched.get() ?? this.fd);
    return hasRoom ? interest & WRITABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    const timer = setInterval(wake, PAUSE_MS);
    return () => clearInterval(timer);
  }

  waitSync(nanoseconds: bigint | undefined): boolean {
    waitInPlace(() => this.ready(WRITABLE) !== 0, nanoseconds);
    return true;
  }

  /**
   * What was taken ahead belongs to the output: it is waited for until somebody has read it, or nobody reads; unless the
   * program was stopped.
   */
  close(stopped = false): void {
    this.sender?.close();
    quietly(() => (stopped ? this.flush(this.watched.get() ?? this.fd) : this.flushInPlace()));
    if (this.ahead !== undefined) this.drop();
    this.watched.close();
  }

  private keep(bytes: Uint8Array): void {
    if (this.ahead === undefined) process.on('exit', this.atExit);
    this.ahead = bytes;
  }

  private drop(): void {
    this.ahead = undefined;
    process.off('exit', this.atExit);
  }

  /** Whether nothing is kept any more. */
  private flush(fd: number): boolean {
    const { ahead } = this;
    if (ahead === undefined) return true;
    this.drop();
    const took = this.tryWrite(fd, ahead);
    if (took < ahead.length) this.keep(ahead.subarray(took));
    return took === ahead.length;
  }

  private flushInPlace(): void {
    const { ahead } = this;
    if (ahead === undefined) return;
    this.drop();
    let at = 0;
    try {
      while (at < ahead.length) at += this.writeInPlace(ahead.subarray(at));
    } finally {
      // It counts as written: when this is interrupted, the rest is still to be passed on.
      if (at < ahead.length) this.keep(ahead.subarray(at));
    }
  }

  private readonly atExit = (): void => quietly(() => this.flushInPlace());

  private tryWrite(fd: number, bytes: Uint8Array): number {
    return this.noticing(() => atHost(() => tryWrite(fd, bytes)));
  }

  /** Writes some of it, when there is room: the host may be kept for ever only where nobody has said how long. */
  private writeInPlace(bytes: Uint8Array): number {
    const fd = due.at === Number.POSITIVE_INFINITY ? this.fd : (this.watched.get() ?? this.fd);
    for (;;) {
      const took = atHost(() => tryWrite(fd, bytes));
      if (took > 0 || bytes.length === 0) return took;
      sleepByAtomics(PAUSE);
      checkTime();
    }
  }

  private noticing<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.noticed(error);
    }
  }

  private noticed(error: unknown): unknown {
    if (error instanceof SystemError && error.errno === 'PIPE') this.broken = error;
    return error;
  }
}

/**
 * Output to a descriptor of the process, which stays open. While a pipe is full the guest is suspended where that can be,
 * and the host waits elsewhere; neither where the guest has set `nonblock`. PIPE when nobody reads; BADF where the
 * descriptor is not open.
 */
export function outputToFd(fd: number): OutputStream {
  descriptor(fd, 'outputToFd: the descriptor');
  return new FdOutput(fd);
}
