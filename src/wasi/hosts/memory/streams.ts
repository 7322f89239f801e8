// Streams without a host: fixed input, input fed from outside or taken from an iterable, output to a function, into a
// buffer, or nowhere.
import { decodeUtf8, encodeUtf8 } from '../../../syntax/utf8.ts';
import { amount, callable, misfit } from '../../../options.ts';
import { fileType, isPieceSource, piece } from '../../host/checks.ts';
import { refused } from '../../host/errno.ts';
import type { FileType } from '../../host/filesystem.ts';
import type { InputStream, OutputStream } from '../../host/stdio.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';
import { type Answer, isPromise } from '../../kernel/replay.ts';

/** Input that is fed from outside, now or later, until it is ended. */
export class QueueInput implements InputStream {
  readonly type: FileType;
  private readonly chunks: Uint8Array[] = [];
  private readonly subscribers = new Subscribers();
  private ended = false;

  /** `type` 'character-device' makes guests think of a terminal. */
  constructor(type: FileType = 'unknown') {
    fileType(type, 'QueueInput: the type');
    this.type = type;
  }

  /** Adds bytes (copied) or text. */
  push(data: Uint8Array | string): void {
    piece(data, 'a piece of input');
    if (data.length > 0) this.chunks.push(typeof data === 'string' ? encodeUtf8(data) : data.slice());
    this.subscribers.wakeAll();
  }

  /** No more comes: reads return 0 once all is read. */
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

type Piece = Uint8Array | string;

/** What gives pieces of input one after the other: arrays, generators, streams of Node and of the web. */
export type PieceSource =
  | Iterable<Piece>
  | AsyncIterable<Piece>
  | { getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Piece }>; cancel(): unknown } };

interface Pieces {
  next(): Answer<unknown>;
  /** Nobody asks for more. */
  stop(): unknown;
}

function piecesOf(source: PieceSource): Pieces {
  if ('getReader' in source) {
    const reader = source.getReader();
    return { next: () => reader.read(), stop: () => reader.cancel() };
  }
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

/** Empty pieces in a row that a source may give: one that gives nothing else would keep the host for ever. */
const MOST_EMPTY = 10_000;

/**
 * Input from an iterable, asynchronous or not, or from a readable stream. A piece is asked for when the guest wants one,
 * so that a slow guest makes its source wait. What the source throws ends the program.
 */
export class SourceInput implements InputStream {
  readonly type: FileType;
  private readonly queue: QueueInput;
  private readonly pieces: Pieces;
  private asking = false;
  private over = false;
  private empty = 0;
  private failure: { readonly error: unknown } | undefined;

  constructor(source: PieceSource, type: FileType = 'unknown') {
    if (!isPieceSource(source)) {
      throw misfit('SourceInput: the source', 'an iterable of pieces or a readable stream', source);
    }
    fileType(type, 'SourceInput: the type');
    this.type = type;
    this.queue = new QueueInput(type);
    this.pieces = piecesOf(source);
  }

  read(into: Uint8Array): number | undefined {
    if (into.length > 0) this.fill();
    if (this.failure !== undefined && this.queue.available() === 0) throw this.failure.error;
    return this.queue.read(into);
  }

  available(): number {
    return this.queue.available();
  }

  ready(interest: number): number {
    if ((interest & READABLE) !== 0) this.fill();
    return this.queue.ready(interest);
  }

  subscribe(wake: () => void): () => void {
    return this.queue.subscribe(wake);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    const stopped = this.pieces.stop();
    if (isPromise(stopped)) stopped.then(undefined, () => undefined);
  }

  /** Asks for pieces until something is there, or an answer has to be waited for. */
  private fill(): void {
    while (this.queue.available() === 0 && !this.asking && !this.over) {
      try {
        const answer = this.pieces.next();
        if (!isPromise(answer)) this.take(answer);
        else {
          this.asking = true;
          answer.then(
            (piece) => this.take(piece),
            (error: unknown) => this.fail(error),
          );
        }
      } catch (error) {
        this.fail(error);
      }
    }
  }

  /** What an iterator gives is read once, and checked as `for await` does it: code of the source may run. */
  private take(given: unknown): void {
    this.asking = false;
    try {
      if (typeof given !== 'object' || given === null) {
        throw misfit('what a source of input gives', 'an object with done and value', given);
      }
      const { done, value } = given as { readonly done?: unknown; readonly value?: Piece | undefined };
      if (this.over) return;
      if (done) {
        this.over = true;
        this.queue.end();
        return;
      }
      // Subscribers are woken by an empty piece too, so that one of them asks for the next.
      this.queue.push(value ?? '');
      this.empty = this.queue.available() === 0 ? this.empty + 1 : 0;
      if (this.empty > MOST_EMPTY) throw new TypeError(`a source of input gave ${MOST_EMPTY} empty pieces in a row`);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.asking = false;
    this.over = true;
    this.failure = { error };
    this.queue.end();
  }
}

/**
 * Output that hands every piece (a copy) to `take`. When that returns a promise, the next write waits for it, and what
 * it rejects with ends the program at the next write.
 */
export function outputTo(take: (bytes: Uint8Array) => unknown, type: FileType = 'unknown'): OutputStream {
  callable(take, 'outputTo: what takes the output');
  fileType(type, 'outputTo: the type');
  const subscribers = new Subscribers();
  let busy = false;
  let failure: { readonly error: unknown } | undefined;
  const settle = (failed?: { readonly error: unknown }): void => {
    busy = false;
    failure = failed;
    subscribers.wakeAll();
  };
  return {
    type,
    write(bytes) {
      if (failure !== undefined) throw failure.error;
      if (busy) return undefined;
      const answer = take(bytes.slice());
      if (isPromise(answer)) {
        busy = true;
        answer.then(
          () => settle(),
          (error: unknown) => settle({ error }),
        );
      }
      return bytes.length;
    },
    ready: (interest) => (busy ? 0 : interest & WRITABLE),
    subscribe: (wake) => subscribers.add(wake),
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
    this.limit = amount('a number of bytes')(limit, 'BufferOutput: the limit') as number;
  }

  write(bytes: Uint8Array): number {
    const room = Math.min(bytes.length, this.limit - this.length);
    if (room === 0 && bytes.length > 0) throw refused('NOSPC');
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
