// A descriptor of the process as input (input.ts) and output (output.ts) need to know it, how it is opened a second time
// so that it never waits, and how the host waits for it in place.
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readvSync, writeSync, writevSync } from 'node:fs';
import { Socket } from 'node:net';
import { platform } from 'node:process';
import { isatty } from 'node:tty';
import { atHost, type SystemError, systemErrorOf } from '../../host/errno.ts';
import type { FileType, Stat } from '../../host/filesystem.ts';
import { sleepByAtomics } from '../portable.ts';
import { codeOf } from './errors.ts';
import { toStat } from './stat.ts';

/** How long to pause between tries when the other side has no room or no data: in nanoseconds, and for timers. */
export const PAUSE = 1_000_000n;
export const PAUSE_MS = 5;

export function statsOf(fd: number): BigIntStats {
  return atHost(() => fstatSync(fd, { bigint: true }));
}

export function statOf(fd: number): Stat {
  return toStat(statsOf(fd));
}

/** Only a terminal is reported as a character device: guests take every such stream for one, /dev/null too. */
export function typeOf(fd: number): FileType {
  if (isatty(fd)) return 'character-device';
  const { type } = statOf(fd);
  return type === 'character-device' ? 'unknown' : type;
}

/** What is used after it was closed. */
export function closedBefore(): TypeError {
  return new TypeError(
    'a directory or file was used that is closed: the program that it was given to closes it at its end; give each its own, or a reopen() of the directory',
  );
}

/** A descriptor that is ours to close. Once it is closed its number may be anybody's, so nobody gets it any more. */
export class OwnDescriptor {
  private number: number | undefined;

  constructor(number: number) {
    this.number = number;
  }

  /** @throws TypeError when it is closed. */
  get fd(): number {
    if (this.number === undefined) throw closedBefore();
    return this.number;
  }

  /** Closes it, unless it was closed before. It is gone, and `gone` is called, whatever the system reports. */
  close(gone: () => void): void {
    const { number } = this;
    if (number === undefined) return;
    this.number = undefined;
    try {
      closeSync(number);
    } finally {
      gone();
    }
  }
}

/** A second descriptor of something that is open, opened when it is first needed: before that nothing has to be closed. */
export class SecondDescriptor {
  private readonly fd: number;
  private readonly open: () => number | undefined;
  /** Null until it is needed. */
  private second: number | undefined | null = null;

  /** `open` may return `fd` itself, or undefined where there is no such thing. */
  constructor(fd: number, open: () => number | undefined) {
    this.fd = fd;
    this.open = open;
  }

  /** Whether it is, and is another one. */
  get isOpen(): boolean {
    return typeof this.second === 'number' && this.second !== this.fd;
  }

  get(): number | undefined {
    if (this.second === null) this.second = this.open();
    return this.second;
  }

  close(): void {
    const { isOpen, second } = this;
    this.second = undefined;
    if (isOpen) closeSync(second as number);
  }
}

/** How many bytes a descriptor took without waiting; 0 where it would have had to wait. */
export function tryWrite(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0;
    throw error;
  }
}

/** Waits in place until something is over, or for at most `nanoseconds`. */
export function waitInPlace(isOver: () => boolean, nanoseconds: bigint | undefined): void {
  for (let left = nanoseconds; !isOver() && (left === undefined || left > 0n); ) {
    sleepByAtomics(PAUSE);
    if (left !== undefined) left -= PAUSE;
  }
}

/** Whether reading and writing never have to be waited for: files, directories, disks. */
function neverWaits(stats: BigIntStats): boolean {
  return stats.isFile() || stats.isDirectory() || stats.isBlockDevice();
}

/** Whether it can be read from or written to at once, or fails at once. */
export function isAtOnce(fd: number, direction: 'read' | 'write'): boolean {
  return neverWaits(statsOf(fd)) || refusal(fd, direction) !== undefined;
}

/**
 * Whether Node has a stream for it: terminals, pipes, stream sockets. It has none for sockets of datagrams, for
 * character devices and for the kernel's other descriptors.
 */
export function hasStream(fd: number): boolean {
  if (isatty(fd)) return true;
  const stats = statsOf(fd);
  return stats.isFIFO() || (stats.isSocket() && setNonBlocking(fd));
}

const NOTHING = [new Uint8Array(0)];

/**
 * Why nothing can be read from it (or written to it) at all: BADF for the wrong end of a pipe. It has to be known before
 * the descriptor is opened anew, which would give the other end.
 */
export function refusal(fd: number, direction: 'read' | 'write'): SystemError | undefined {
  try {
    if (direction === 'read') readvSync(fd, NOTHING);
    else writevSync(fd, NOTHING);
    return undefined;
  } catch (error) {
    const known = systemErrorOf(error);
    return known?.errno === 'BADF' ? known : undefined;
  }
}

/**
 * A descriptor of the same thing that never waits; undefined where there is none (Windows, terminals outside Linux).
 * Linux opens pipes and terminals anew. Sockets, and pipes elsewhere, are switched themselves, as Node does it whenever
 * it makes a stream of one.
 */
export function openNonBlocking(fd: number, direction: 'read' | 'write'): number | undefined {
  if (platform === 'win32') return undefined;
  try {
    if (platform !== 'linux') throw new Error('cannot be opened anew');
    const access = direction === 'read' ? constants.O_RDONLY : constants.O_WRONLY;
    return openSync(`/proc/self/fd/${fd}`, access | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return isatty(fd) || !setNonBlocking(fd) ? undefined : fd;
  }
}

/** Makes a stream that is never used: Node switches the descriptor. False where it has no stream for it. */
function setNonBlocking(fd: number): boolean {
  try {
    new Socket({ fd, readable: false, writable: false }).unref();
    return true;
  } catch {
    return false;
  }
}
