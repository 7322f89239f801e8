// Moving bytes between a guest's buffers and what is open: in one piece or in several, to and from what has no positions.
// Which pieces there are, and the waiting between tries, is the business of the system interface.
import { SystemError } from '../../host/errno.ts';

/** One call that moves bytes. */
export interface Transfer {
  /**
   * Moves bytes, after so many that the call has moved before: fewer than there are end the call. Undefined where there is
   * nothing to move yet.
   */
  move(buffers: readonly Uint8Array[], before: number): number | undefined;
  /** At the end, with how many bytes were moved. */
  ended?(moved: number): void;
}

/** What a descriptor asks of those who write. */
export interface WriteFlags {
  /** At the end, wherever other writers have moved it. */
  readonly append: boolean;
  /** The writer is not to be kept waiting for room. */
  readonly nonblock: boolean;
  /** What is flushed before the call ends: the data, or all that is known of the file. */
  readonly flush: 'nothing' | 'data' | 'all';
}

/** Several buffers of up to this many bytes reach the host as one. */
export const JOIN_LIMIT = 64 * 1024;

/** What has no positions, and is read: see InputStream. */
interface Source {
  read(into: Uint8Array): number | undefined;
  available(): number;
}

/** What has no positions, and is written: see OutputStream. */
interface Sink {
  write(bytes: Uint8Array, nonblocking: boolean): number | undefined;
}

export function reading(source: Source): Transfer {
  return {
    move: (buffers, before) => (before > 0 && source.available() === 0 ? 0 : readAll(source, buffers)),
  };
}

export function writing(sink: Sink, nonblocking: boolean): Transfer {
  return {
    move: (buffers, before) => attempt(before, () => writeAll(sink, joined(buffers), nonblocking)),
  };
}

/** Undefined: nothing there yet. */
function readAll(source: Source, buffers: readonly Uint8Array[]): number | undefined {
  let moved = 0;
  for (const buffer of buffers) {
    if (moved > 0 && source.available() === 0) break;
    const got = source.read(buffer);
    if (got === undefined) return undefined;
    moved += got;
    if (got < buffer.length) break;
  }
  return moved;
}

/** Undefined: no room yet. */
function writeAll(sink: Sink, buffers: readonly Uint8Array[], nonblocking: boolean): number | undefined {
  let moved = 0;
  for (const buffer of buffers) {
    const took = attempt(moved, () => sink.write(buffer, nonblocking));
    if (took === undefined) return moved === 0 ? undefined : moved;
    moved += took;
    if (took < buffer.length) break;
  }
  return moved;
}

/** What `write` took; 0 when it fails after something was already written. */
export function attempt<T>(moved: number, write: () => T): T | 0 {
  try {
    return write();
  } catch (error) {
    if (moved > 0 && error instanceof SystemError) return 0;
    throw error;
  }
}

/** Copies bytes into several buffers one after the other; returns how many. */
export function scatter(bytes: Uint8Array, buffers: readonly Uint8Array[]): number {
  let at = 0;
  for (const buffer of buffers) {
    const part = bytes.subarray(at, at + buffer.length);
    buffer.set(part);
    at += part.length;
  }
  return bytes.length;
}

/** Several small buffers as one, so that a line made of parts reaches a terminal or pipe whole. */
export function joined(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  const total = sizeOf(buffers);
  if (buffers.length < 2 || total > JOIN_LIMIT) return buffers;
  const all = new Uint8Array(total);
  let at = 0;
  for (const buffer of buffers) {
    all.set(buffer, at);
    at += buffer.length;
  }
  return [all];
}

export function sizeOf(buffers: readonly Uint8Array[]): number {
  let total = 0;
  for (const { length } of buffers) total += length;
  return total;
}
