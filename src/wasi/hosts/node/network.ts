// The network of the host, by node:net. Node pushes: what comes is kept here until a guest asks, and the sender is made
// to wait above a mark. https://nodejs.org/api/net.html  For mode 'async': without an event loop nothing ever comes.
import { createServer, createConnection, type Server, type Socket } from 'node:net';
import { backlog as checkBacklog, socketAddress } from '../../host/checks.ts';
import { refused, SystemError, systemErrorOf } from '../../host/errno.ts';
import type { Connection, Listener, Network, SocketAddress } from '../../host/network.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';

const CAPACITY = 256 * 1024;
const BACKLOG = 128;

/** A late error of a socket; IO for those that say nothing. */
function failureOf(error: unknown): SystemError {
  return systemErrorOf(error) ?? new SystemError('IO');
}

function addressOf(address: string | undefined, port: number | undefined): SocketAddress | undefined {
  return address === undefined || port === undefined ? undefined : { address, port };
}

class NodeConnection implements Connection {
  readonly capacity = CAPACITY;
  private readonly socket: Socket;
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  ended = false;
  private writingEnded = false;
  private failed: SystemError | undefined;
  private readonly subscribers = new Subscribers();

  constructor(socket: Socket) {
    this.socket = socket;
    const wake = (): void => this.subscribers.wakeAll();
    socket.on('data', (chunk: Uint8Array) => {
      this.chunks.push(chunk);
      this.length += chunk.length;
      if (this.length >= CAPACITY) socket.pause();
      wake();
    });
    socket.on('end', () => this.over(wake));
    socket.on('close', () => this.over(wake));
    socket.on('error', (error) => {
      this.failed = failureOf(error);
      this.over(wake);
    });
    socket.on('drain', wake);
    socket.on('connect', wake);
    socket.resume();
  }

  get local(): SocketAddress | undefined {
    return addressOf(this.socket.localAddress, this.socket.localPort);
  }

  get remote(): SocketAddress | undefined {
    return addressOf(this.socket.remoteAddress, this.socket.remotePort);
  }

  read(into: Uint8Array, peek = false): number | undefined {
    if (this.length === 0) {
      this.throwFailure();
      return this.ended || into.length === 0 ? 0 : undefined;
    }
    let moved = 0;
    for (const chunk of peek ? this.chunks : [...this.chunks]) {
      if (moved === into.length) break;
      const part = chunk.subarray(0, into.length - moved);
      into.set(part, moved);
      moved += part.length;
      if (peek) continue;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    if (peek) return moved;
    this.length -= moved;
    if (this.length < CAPACITY && !this.ended) this.socket.resume();
    return moved;
  }

  available(): number {
    return this.length;
  }

  write(bytes: Uint8Array): number | undefined {
    this.throwFailure();
    const { socket } = this;
    if (this.writingEnded || socket.destroyed) throw refused('PIPE');
    if (socket.connecting || socket.writableNeedDrain) return undefined;
    const part = bytes.slice(0, CAPACITY);
    if (part.length > 0) socket.write(part);
    return part.length;
  }

  shutdown({ read, write }: { readonly read: boolean; readonly write: boolean }): void {
    if (this.socket.destroyed) throw refused('NOTCONN');
    if (read) {
      this.ended = true;
      this.chunks.length = 0;
      this.length = 0;
    }
    if (write && !this.writingEnded) {
      this.writingEnded = true;
      this.socket.end();
    }
    this.subscribers.wakeAll();
  }

  ready(interest: number): number {
    const { socket } = this;
    let bits = 0;
    if (this.length > 0 || this.ended) bits |= READABLE;
    if (this.writingEnded || socket.destroyed || (!socket.connecting && !socket.writableNeedDrain)) bits |= WRITABLE;
    bits &= interest;
    const over = (this.ended && this.length === 0) || socket.destroyed;
    return bits !== 0 && over ? bits | HANGUP : bits;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  /** What was written is still sent. */
  close(): void {
    this.chunks.length = 0;
    this.length = 0;
    this.socket.end();
    this.socket.resume();
    this.socket.unref();
    // Nobody listens any more: data that comes is thrown away, and the other side learns it at the end of ours.
    this.socket.removeAllListeners('data');
  }

  private over(wake: () => void): void {
    this.ended = true;
    wake();
  }

  private throwFailure(): void {
    const { failed } = this;
    this.failed = undefined;
    if (failed !== undefined) throw failed;
  }
}

class NodeListener implements Listener {
  /** Resolves once it listens; rejects with a SystemError when it cannot. */
  readonly listening: Promise<void>;
  private readonly server: Server;
  private readonly backlog: number;
  private readonly waiting: NodeConnection[] = [];
  private failed: SystemError | undefined;
  private readonly subscribers = new Subscribers();

  constructor(given: SocketAddress, backlog: number) {
    const { address, port } = socketAddress(given, 'a listener of Node: the address') as SocketAddress;
    checkBacklog(backlog, 'a listener of Node: the backlog');
    this.backlog = Math.min(Math.max(1, backlog), BACKLOG);
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.offer(socket));
    this.listening = new Promise((resolve, reject) => {
      this.server.on('listening', resolve);
      this.server.on('error', (error) => {
        this.failed = failureOf(error);
        reject(this.failed);
        this.subscribers.wakeAll();
      });
    });
    this.listening.catch(() => undefined);
    this.server.listen({ host: address, port, backlog: this.backlog, ipv6Only: address.includes(':') });
  }

  get local(): SocketAddress | undefined {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? undefined : addressOf(address.address, address.port);
  }

  accept(): Connection | undefined {
    if (this.failed !== undefined) throw this.failed;
    return this.waiting.shift();
  }

  ready(interest: number): number {
    return this.waiting.length > 0 || this.failed !== undefined ? interest & READABLE : 0;
  }

  subscribe(wake: () => void): () => void {
    return this.subscribers.add(wake);
  }

  close(): void {
    this.server.close();
    for (const connection of this.waiting.splice(0)) connection.close();
  }

  private offer(socket: Socket): void {
    if (this.waiting.length >= this.backlog) {
      socket.destroy();
      return;
    }
    this.waiting.push(new NodeConnection(socket));
    this.subscribers.wakeAll();
  }
}

/** The network of this machine, without any limit of where to: give it to what checks addresses, not to guests. */
export function nodeNetwork(): Network {
  return {
    listen: (address, backlog = BACKLOG) => new NodeListener(address, backlog),
    connect(given) {
      const { address, port } = socketAddress(given, 'nodeNetwork.connect: the address') as SocketAddress;
      return new NodeConnection(
        createConnection({ host: address, port, allowHalfOpen: true, autoSelectFamily: false }),
      );
    },
  };
}

/** A listener for `listeners`, once it listens. Port 0: any free one. SystemError: ADDRINUSE, ADDRNOTAVAIL, ACCES. */
export async function nodeListener(address: SocketAddress): Promise<Listener> {
  const listener = new NodeListener(address, BACKLOG);
  await listener.listening;
  return listener;
}
