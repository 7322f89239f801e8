// A network in memory: listeners and connections of one object see each other and nothing else. No ports of the host.
import { backlog as checkBacklog, socketAddress } from '../../host/checks.ts';
import { refused } from '../../host/errno.ts';
import type { Connection, Listener, Network, SocketAddress } from '../../host/network.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';

const CAPACITY = 64 * 1024;
const BACKLOG = 128;
const FIRST_FREE_PORT = 49_152;
const LAST_PORT = 65_535;

/** One direction of a connection: a ring of bytes between a writer and a reader. */
class Pipe {
  private readonly bytes = new Uint8Array(CAPACITY);
  private start = 0;
  length = 0;
  /** The writer has ended. */
  ended = false;
  /** The reader takes no more. */
  broken = false;

  write(from: Uint8Array): number {
    const count = Math.min(from.length, CAPACITY - this.length);
    for (let i = 0; i < count; i++) this.bytes[(this.start + this.length + i) % CAPACITY] = from[i] as number;
    this.length += count;
    return count;
  }

  read(into: Uint8Array, peek: boolean): number {
    const count = Math.min(into.length, this.length);
    for (let i = 0; i < count; i++) into[i] = this.bytes[(this.start + i) % CAPACITY] as number;
    if (!peek) {
      this.start = (this.start + count) % CAPACITY;
      this.length -= count;
    }
    return count;
  }
}

class LoopbackConnection implements Connection {
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
    const moved = outgoing.write(bytes);
    if (moved === 0 && bytes.length > 0) return undefined;
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

class LoopbackListener implements Listener {
  readonly local: SocketAddress;
  private readonly backlog: number;
  private readonly closed: () => void;
  private readonly waiting: Connection[] = [];
  private readonly subscribers = new Subscribers();

  constructor(local: SocketAddress, backlog: number, closed: () => void) {
    this.local = local;
    this.backlog = backlog;
    this.closed = closed;
  }

  /** CONNREFUSED when too many wait. */
  offer(connection: Connection): void {
    if (this.waiting.length >= this.backlog) throw refused('CONNREFUSED');
    this.waiting.push(connection);
    this.subscribers.wakeAll();
  }

  accept(): Connection | undefined {
    return this.waiting.shift();
  }

  ready(interest: number): number {
    return this.waiting.length > 0 ? interest & READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.closed();
    for (const connection of this.waiting.splice(0)) connection.close();
  }
}

/** A network of its own. Addresses are compared as texts; `0.0.0.0` and `::` listen at all of them. */
export class LoopbackNetwork implements Network {
  private readonly listeners = new Map<string, LoopbackListener>();
  private lastPort = FIRST_FREE_PORT - 1;

  listen(given: SocketAddress, backlog: number = BACKLOG): LoopbackListener {
    const { address, port } = socketAddress(given, 'LoopbackNetwork.listen: the address') as SocketAddress;
    checkBacklog(backlog, 'LoopbackNetwork.listen: the backlog');
    const local = { address, port: port === 0 ? this.freePort() : port };
    const name = nameOf(local);
    if (this.find(local) !== undefined) throw refused('ADDRINUSE');
    const most = Math.min(Math.max(1, backlog), BACKLOG);
    const listener = new LoopbackListener(local, most, () => {
      if (this.listeners.get(name) === listener) this.listeners.delete(name);
    });
    this.listeners.set(name, listener);
    return listener;
  }

  /** Connected at once. CONNREFUSED where nobody listens. */
  connect(given: SocketAddress): Connection {
    const address = socketAddress(given, 'LoopbackNetwork.connect: the address') as SocketAddress;
    const listener = this.find(address);
    if (listener === undefined) throw refused('CONNREFUSED');
    const [here, there] = LoopbackConnection.pair({ address: address.address, port: this.freePort() }, address);
    listener.offer(there);
    return here;
  }

  private find({ address, port }: SocketAddress): LoopbackListener | undefined {
    const names = [address, '0.0.0.0', '::'].map((one) => nameOf({ address: one, port }));
    for (const name of names) if (this.listeners.has(name)) return this.listeners.get(name);
    return undefined;
  }

  private freePort(): number {
    this.lastPort = this.lastPort >= LAST_PORT ? FIRST_FREE_PORT : this.lastPort + 1;
    return this.lastPort;
  }
}

function nameOf({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
