// One direction of a pipe: bytes that were written and not read yet.
import { refused } from '../../host/errno.ts';
import type { Budget } from '../../../runtime/budget.ts';
import { HANGUP, type Pollable, READABLE, Subscribers, WRITABLE } from '../pollable.ts';

/** Bytes that a pipe holds before a writer waits. One write may go past it, so that writers are not left half done. */
export const CAPACITY = 64 * 1024;
/** As many are written whole or not at all. POSIX: PIPE_BUF. */
const WHOLE = 4096;
/** Writes below this share a block, so that many small ones take little more than what is counted. */
const BLOCK = 1024;
const NO_ROOM = new Uint8Array(0);

/** One direction. */
export class Channel implements Pollable {
  private readonly pieces: Uint8Array[] = [];
  /** What is left of the block that the last piece is in. */
  private rest = NO_ROOM;
  /** Bytes of the first piece that have been read. */
  private taken = 0;
  private held = 0;
  private hasReader = true;
  private hasWriter = true;
  private readonly subscribers = new Subscribers();
  private readonly budget: Budget<'socketBytes'>;

  /** What it holds is charged: NOBUFS for a write where too little is left. */
  constructor(budget: Budget<'socketBytes'>) {
    this.budget = budget;
  }

  /** No more comes: what is available is the last. */
  get ended(): boolean {
    return !this.hasWriter;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  /** Nobody reads, or nobody writes any more. */
  leave(who: 'reader' | 'writer'): void {
    if (who === 'writer') this.hasWriter = false;
    else {
      this.hasReader = false;
      this.budget.credit('socketBytes', this.held);
      this.held = 0;
      this.pieces.length = 0;
      this.rest = NO_ROOM;
    }
    this.subscribers.wakeAll();
  }

  available(): number {
    return this.held;
  }

  /** 0 at the end; undefined where nothing is there yet. With `peek` it stays. */
  read(into: Uint8Array, peek = false): number | undefined {
    if (this.held === 0) return this.hasWriter && into.length > 0 ? undefined : 0;
    let moved = 0;
    let skipped = this.taken;
    let done = 0;
    while (moved < into.length && done < this.pieces.length) {
      const first = this.pieces[done] as Uint8Array;
      const part = first.subarray(skipped, skipped + into.length - moved);
      into.set(part, moved);
      moved += part.length;
      skipped += part.length;
      if (skipped < first.length) break;
      done++;
      skipped = 0;
    }
    if (peek || moved === 0) return moved;
    this.pieces.splice(0, done);
    if (this.pieces.length === 0) this.rest = NO_ROOM;
    this.taken = skipped;
    this.held -= moved;
    this.budget.credit('socketBytes', moved);
    this.subscribers.wakeAll();
    return moved;
  }

  /** Undefined: no room yet. PIPE where nobody reads any more, or its end was written already. */
  write(bytes: Uint8Array, nonblocking: boolean): number | undefined {
    if (!this.hasReader || !this.hasWriter) throw refused('PIPE');
    const room = CAPACITY - this.held;
    if (bytes.length === 0) return 0;
    if (room <= 0 || (bytes.length <= WHOLE && room < bytes.length)) return undefined;
    const part = nonblocking ? bytes.subarray(0, room) : bytes;
    if (!this.budget.charge('socketBytes', part.length)) throw refused('NOBUFS');
    this.keep(part);
    this.held += part.length;
    this.subscribers.wakeAll();
    return part.length;
  }

  /** Copies what was written behind the rest. */
  private keep(part: Uint8Array): void {
    const { pieces, rest } = this;
    const { length } = part;
    if (length <= rest.length) {
      const { buffer, byteOffset, length: before } = pieces.pop() as Uint8Array;
      rest.set(part);
      pieces.push(new Uint8Array(buffer, byteOffset, before + length));
      this.rest = rest.subarray(length);
      return;
    }
    const block = new Uint8Array(Math.max(length, BLOCK));
    block.set(part);
    pieces.push(block.subarray(0, length));
    this.rest = block.subarray(length);
  }

  ready(interest: number): number {
    const readable = this.held > 0 || !this.hasWriter ? READABLE : 0;
    const writable = CAPACITY - this.held >= WHOLE || !this.hasReader ? WRITABLE : 0;
    const gone = interest === READABLE ? !this.hasWriter : !this.hasReader;
    const bits = (readable | writable) & interest;
    return gone ? bits | HANGUP : bits;
  }
}
