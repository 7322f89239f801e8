// What the commands need from the machine, as an object, so that tests can run them in the same process.
// The real one is Node's: files, standard streams, environment. It knows nothing of WebAssembly.
// Commands do not get it: they write through a Console, which says what becomes of output that cannot be written.
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { platform } from 'node:process';
import { checkTime, due } from '../clock.ts';
import { hasStream, openNonBlocking, SecondDescriptor } from '../wasi/hosts/node/descriptor.ts';
import type { InputStream, OutputStream } from '../wasi/host/stdio.ts';

export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths of the command line start here. */
  readonly cwd: string;
  /** Writes all of it, or throws what the machine says. */
  stdout(text: string | Uint8Array): void;
  stderr(text: string | Uint8Array): void;
  /** All of standard input; `look` sees what there is of it while it is read. */
  readStdin(look: Look): Uint8Array;
  /** Tells once when nothing is left to wait for although the command has not ended; what it returns takes that back. */
  onIdle?(tell: () => void): () => void;
  /** Tells each time that somebody wants the process to end (2: SIGINT, 15: SIGTERM), which it then does not do by itself. */
  onStop?(tell: (signal: number) => void): () => void;
  /** The guest's streams where they are not the process's own. */
  readonly guest?: { readonly stdin: InputStream; readonly stdout: OutputStream; readonly stderr: OutputStream };
}

/** Sleeps in place: the other end of a pipe has no room, or nothing to say. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

/** Returns what `step` does, again and again while a pipe that does not wait says that it would have to. */
function waiting(step: () => number): number {
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      checkTime();
      pause();
    }
  }
}

/**
 * Writes all of it, also to a pipe that is full for the moment. A pipe that nobody reads raises EPIPE.
 * @throws Interrupted when that should be over.
 */
function writeAll(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let done = 0; done < bytes.length; ) done += waiting(() => writeSync(fd, bytes, done));
}

/** A standard stream: where the time is bounded, writing to a pipe never waits in the system, where nothing ends it. */
function outputTo(fd: number): (data: string | Uint8Array) => void {
  const second = new SecondDescriptor(fd, () => (hasStream(fd) ? openNonBlocking(fd, 'write') : undefined));
  return (data) => writeAll((due.at === Number.POSITIVE_INFINITY ? undefined : second.get()) ?? fd, data);
}

const PIECE = 64 * 1024;

/** Sees the first bytes of what is read, and how many there are or will be; throws where nobody wants the rest. */
export type Look = (first: Uint8Array, length: number) => void;

/** All that a descriptor gives. One that is silent and has said nothing yet is waited for, where `silent` says so. */
function readAll(fd: number, look: Look, silent = false): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const length = waiting(() => readSync(fd, piece));
    checkTime();
    if (length === 0 && silent && total === 0) pause();
    else if (length === 0) return Buffer.concat(pieces);
    else {
      pieces.push(piece.subarray(0, length));
      total += length;
      look(pieces[0], total);
    }
  }
}

/**
 * All of a file, which may be a pipe or a device: where the time is bounded, neither opening it nor reading waits in the
 * system. @throws what the machine says, what `look` throws, and Interrupted.
 */
export function readWhole(path: string, look: Look): Uint8Array {
  const timed = due.at !== Number.POSITIVE_INFINITY && platform !== 'win32';
  const fd = openSync(path, constants.O_RDONLY | (timed ? constants.O_NONBLOCK : 0));
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return readAll(fd, look, timed && stat.isFIFO());
    look(new Uint8Array(0), stat.size);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** All of standard input, in the same way. */
function readInput(look: Look): Uint8Array {
  return readAll((due.at === Number.POSITIVE_INFINITY ? undefined : openNonBlocking(0, 'read')) ?? 0, look);
}

/** The process itself. */
export function processHost(): CliHost {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: outputTo(1),
    stderr: outputTo(2),
    readStdin: readInput,
    onIdle: (tell) => {
      process.once('beforeExit', tell);
      return () => process.off('beforeExit', tell);
    },
    onStop: (tell) => {
      const listener = (_name: string, signal: number): void => tell(signal);
      process.on('SIGINT', listener).on('SIGTERM', listener);
      return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}

/** A file that is written piece by piece. */
export interface Writer {
  write(text: string): void;
  close(): void;
}

/** Begins a file anew. What this and the writer do throws what the machine says; so do writeFile and makeFolder. */
export function openWriter(path: string): Writer {
  const fd = openSync(path, 'w');
  return { write: (text) => writeAll(fd, text), close: () => closeSync(fd) };
}

/** Writes a whole file. */
export function writeFile(path: string, data: string | Uint8Array): void {
  writeFileSync(path, data);
}

export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** The machine's name for what went wrong: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

const REASONS = new Map([
  ['ENOENT', 'no such file'],
  ['EISDIR', 'is a directory, a file is needed'],
  ['EPERM', 'permission denied'],
  ['EACCES', 'permission denied'],
  ['EADDRINUSE', 'the address is in use'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'the name is too long'],
]);

/** Why a file operation failed, for people: ours, or `no space left on device` of `ENOSPC: no space left on device, write`. */
export function fileError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return REASONS.get(codeOf(error) ?? '') ?? /^E[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
