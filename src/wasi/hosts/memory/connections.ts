// Stream connections in memory: two ends with a ring of bytes for each direction.
import { refused } from '../../host/errno.ts';
import type { Connection, SocketAddress } from '../../host/network.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';

const CAPACITY = 64 * 1024;
/** What a direction has room for as soon as something is written; connections that are idle have none. */
const FIRST = 1024;

/** One direction of a connection: a ring of bytes between a writer and a reader. */
class Pipe {
  private bytes = new Uint8Array(0);
  private start = 0;
  length = 0;
  /** The writer has ended. */
  ended = false;
  /** The reader takes no more. */
  broken = false;

  write(from: Uint8Array): number {
    const count = Math.min(from.length, CAPACITY - this.length);
    this.makeRoom(this.length + count);
    const { bytes } = this;
    const end = (this.start + this.length) % bytes.length;
    const first = Math.min(count, bytes.length - end);
    bytes.set(from.subarray(0, first), end);
    bytes.set(from.subarray(first, count), 0);
    this.length += count;
    return count;
  }

  read(into: Uint8Array, peek: boolean): number {
    const { bytes, start } = this;
    const count = Math.min(into.length, this.length);
    const first = Math.min(count, bytes.length - start);
    into.set(bytes.subarray(start, start + first));
    into.set(bytes.subarray(0, count - first), first);
    if (!peek) {
      this.start = (start + count) % bytes.length;
      this.length -= count;
    }
    return count;
  }

  private makeRoom(needed: number): void {
    if (needed <= this.bytes.length) return;
    let size = Math.max(FIRST, this.bytes.length);
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(size);
    if (this.length > 0) this.read(bytes.subarray(0, this.length), true);
    this.bytes = bytes;
    this.start = 0;
  }
}

export class LoopbackConnection implements Connection {
  readonly capacity = CAPACITY;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  private readonly incoming: Pipe;
  private readonly outgoing: Pipe;
  private peer: LoopbackConnection | undefined;
  private readonly subscribers = new Subscribers();

  private constructor(local: SocketAddress, remote: SocketAddress, incoming: Pipe, outgoing: Pipe) {
    this.local = local;
    this.remote = remote;
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** Both ends of a new connection. */
  static pair(one: SocketAddress, other: SocketAddress): [LoopbackConnection, LoopbackConnection] {
    const [there, back] = [new Pipe(), new Pipe()];
    const ends = [
      new LoopbackConnection(one, other, back, there),
      new LoopbackConnection(other, one, there, back),
    ] as const;
    ends[0].peer = ends[1];
    ends[1].peer = ends[0];
    return [ends[0], ends[1]];
  }

  read(into: Uint8Array, peek = false): number | undefined {
    const { incoming } = this;
    if (incoming.length === 0) return incoming.ended || incoming.broken || into.length === 0 ? 0 : undefined;
    if (into.length === 0) return 0;
    const moved = incoming.read(into, peek);
    if (!peek) this.peer?.wake();
    return moved;
  }

  get ended(): boolean {
    return this.incoming.ended || this.incoming.broken;
  }

  available(): number {
    return this.incoming.length;
  }

  write(bytes: Uint8Array): number | undefined {
    const { outgoing } = this;
    if (outgoing.ended || outgoing.broken) throw refused('PIPE');
    if (bytes.length === 0) return 0;
    const moved = outgoing.write(bytes);
    if (moved === 0) return undefined;
    this.peer?.wake();
    return moved;
  }

  shutdown({ read, write }: { readonly read: boolean; readonly write: boolean }): void {
    if (read) this.incoming.broken = true;
    if (write) this.outgoing.ended = true;
    this.wake();
    this.peer?.wake();
  }

  ready(interest: number): number {
    const { incoming, outgoing } = this;
    let bits = 0;
    if (incoming.length > 0 || this.ended) bits |= READABLE;
    if (outgoing.length < CAPACITY || outgoing.broken || outgoing.ended) bits |= WRITABLE;
    bits &= interest;
    return bits !== 0 && ((this.ended && incoming.length === 0) || outgoing.broken) ? bits | HANGUP : bits;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.shutdown({ read: true, write: true });
  }

  private wake(): void {
    this.subscribers.wakeAll();
  }
}
