// Output to a descriptor of the process: in order and at once.
// Node cannot ask whether a pipe has room. A guest that does not want to wait for it writes to a second descriptor of the
// same pipe that never waits; when that is full, one piece is taken ahead and kept here. While it cannot be passed on the
// output is full: the next write says so, and a poll waits.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { descriptor } from '../../host/checks.ts';
import { quietly } from '../../host/errno.ts';
import type { FileType, Stat } from '../../host/filesystem.ts';
import type { OutputStream } from '../../host/stdio.ts';
import { WRITABLE } from '../../kernel/pollable.ts';
import { sleepByAtomics } from '../portable.ts';
import { attempt, codeOf } from './errors.ts';
import {
  isAtOnce,
  openNonBlocking,
  PAUSE,
  PAUSE_MS,
  SecondDescriptor,
  statOf,
  typeOf,
  waitInPlace,
} from './descriptor.ts';

/** What is taken ahead at most: what POSIX systems write to a pipe as a whole or not at all (PIPE_BUF of Linux). */
const AHEAD = 4096;

class FdOutput implements OutputStream {
  readonly type: FileType;
  private readonly fd: number;
  /** Never waits; none where writing does not wait anyway. */
  private readonly watched: SecondDescriptor;
  private ahead: Uint8Array | undefined;

  constructor(fd: number) {
    this.fd = fd;
    this.type = typeOf(fd);
    this.watched = new SecondDescriptor(fd, () => (isAtOnce(fd, 'write') ? undefined : openNonBlocking(fd, 'write')));
  }

  stat(): Stat {
    return statOf(this.fd);
  }

  write(bytes: Uint8Array, nonblocking = false): number | undefined {
    const watched = nonblocking ? this.watched.get() : undefined;
    if (watched === undefined) {
      this.flushInPlace();
      return writeInPlace(this.fd, bytes);
    }
    if (!this.flush(watched)) return undefined;
    const took = tryWrite(watched, bytes);
    if (took === bytes.length) return took;
    this.keep(bytes.slice(took, took + AHEAD));
    return Math.min(took + AHEAD, bytes.length);
  }

  ready(interest: number): number {
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

  /** What was taken ahead belongs to the output: it is waited for until somebody has read it, or nobody reads. */
  close(): void {
    quietly(() => this.flushInPlace());
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
    const took = tryWrite(fd, ahead);
    if (took < ahead.length) this.keep(ahead.subarray(took));
    return took === ahead.length;
  }

  private flushInPlace(): void {
    const { ahead } = this;
    if (ahead === undefined) return;
    this.drop();
    for (let at = 0; at < ahead.length; ) at += writeInPlace(this.fd, ahead.subarray(at));
  }

  private readonly atExit = (): void => quietly(() => this.flushInPlace());
}

/** How many bytes it took without waiting. */
function tryWrite(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0;
    throw error;
  }
}

/** Writes some of it, when there is room. */
function writeInPlace(fd: number, bytes: Uint8Array): number {
  for (;;) {
    const took = attempt(() => tryWrite(fd, bytes));
    if (took > 0 || bytes.length === 0) return took;
    sleepByAtomics(PAUSE);
  }
}

/**
 * Output to a descriptor of the process, which stays open. A full pipe is waited for in place, unless the guest has set
 * `nonblock`. PIPE when nobody reads; BADF where the descriptor is not open.
 */
export function outputToFd(fd: number): OutputStream {
  descriptor(fd, 'outputToFd: the descriptor');
  return new FdOutput(fd);
}
