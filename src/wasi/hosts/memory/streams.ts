// Streams without a host: fixed input, input fed from outside, output to a function, into a buffer, or nowhere.
import { decodeUtf8, encodeUtf8 } from '../../../syntax/utf8.ts';
import { SystemError } from '../../host/errno.ts';
import type { FileType } from '../../host/filesystem.ts';
import type { InputStream, OutputStream } from '../../host/stdio.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';

/** Input that is fed from outside, now or later, until it is ended. */
export class QueueInput implements InputStream {
  readonly type: FileType;
  private readonly chunks: Uint8Array[] = [];
  private readonly subscribers = new Subscribers();
  private ended = false;

  /** `type` 'character-device' makes guests think of a terminal. */
  constructor(type: FileType = 'unknown') {
    this.type = type;
  }

  /** Adds bytes (copied) or text. */
  push(data: Uint8Array | string): void {
    if (data.length === 0) return;
    this.chunks.push(typeof data === 'string' ? encodeUtf8(data) : data.slice());
    this.subscribers.wakeAll();
  }

  /** No more comes: reads answer 0 once all is read. */
  end(): void {
    this.ended = true;
    this.subscribers.wakeAll();
  }

  read(into: Uint8Array): number | undefined {
    if (this.chunks.length === 0) return this.ended || into.length === 0 ? 0 : undefined;
    let moved = 0;
    while (moved < into.length && this.chunks.length > 0) {
      const chunk = this.chunks[0] as Uint8Array;
      const part = chunk.subarray(0, into.length - moved);
      into.set(part, moved);
      moved += part.length;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    return moved;
  }

  available(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  ready(interest: number): number {
    if ((interest & READABLE) === 0) return 0;
    const over = this.ended && this.chunks.length === 0;
    return over ? READABLE | HANGUP : this.chunks.length > 0 ? READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }
}

/** Input of known content, then end of file. */
export function fixedInput(data: Uint8Array | string): InputStream {
  const input = new QueueInput();
  input.push(data);
  input.end();
  return input;
}

/** Output that hands every piece (a copy) to `take`. */
export function outputTo(take: (bytes: Uint8Array) => void, type: FileType = 'unknown'): OutputStream {
  return {
    type,
    write(bytes) {
      take(bytes.slice());
      return bytes.length;
    },
    ready: (interest) => interest & WRITABLE,
    subscribe: () => () => {},
  };
}

/** Output that goes nowhere. */
export function discardOutput(): OutputStream {
  return outputTo(() => {});
}

/** Output that is kept; NOSPC past `limit` bytes. */
export class BufferOutput implements OutputStream {
  readonly type: FileType = 'unknown';
  private readonly limit: number;
  private kept = new Uint8Array(256);
  private length = 0;

  constructor(limit = 64 * 1024 * 1024) {
    this.limit = limit;
  }

  write(bytes: Uint8Array): number {
    const room = Math.min(bytes.length, this.limit - this.length);
    if (room === 0 && bytes.length > 0) throw new SystemError('NOSPC');
    const length = this.length + room;
    if (length > this.kept.length) {
      const larger = new Uint8Array(Math.max(length, this.kept.length * 2));
      larger.set(this.kept);
      this.kept = larger;
    }
    this.kept.set(bytes.subarray(0, room), this.length);
    this.length = length;
    return room;
  }

  /** What was written so far: a copy. */
  bytes(): Uint8Array {
    return this.kept.slice(0, this.length);
  }

  /** What was written so far as text; undefined when it is not UTF-8. */
  text(): string | undefined {
    return decodeUtf8(this.kept, 0, this.length);
  }

  ready(interest: number): number {
    return interest & WRITABLE;
  }

  subscribe(): () => void {
    return () => {};
  }
}
