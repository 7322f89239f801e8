// Stream connections of Node. Node pushes: what comes is kept here until a guest asks, and the sender is made to wait above a
// mark. https://nodejs.org/api/net.html#class-netsocket  For mode 'async': without an event loop nothing ever comes.
import type { Socket } from 'node:net';
import { refused, SystemError, systemErrorOf } from '../../host/errno.ts';
import type { Connection, OptionName, OptionValue, SocketAddress } from '../../host/network.ts';
import { HANGUP, READABLE, Subscribers, WRITABLE } from '../../kernel/pollable.ts';
import { startTimer } from '../../../runtime/timers.ts';

const CAPACITY = 64 * 1024;
/** Milliseconds that a connection which nobody uses any more has to send the rest. */
const GRACE = 2_000;

/** A late error of a socket; IO for those that say nothing. */
export function failureOf(error: unknown): SystemError {
  return systemErrorOf(error) ?? new SystemError('IO');
}

export function addressFrom(address: string | undefined, port: number | undefined): SocketAddress | undefined {
  return address === undefined || port === undefined ? undefined : { address, port };
}

export class NodeConnection implements Connection {
  readonly capacity = CAPACITY;
  // Of a socket that is destroyed, Node does not know them any more.
  local: SocketAddress | undefined;
  remote: SocketAddress | undefined;
  ended = false;
  private readonly socket: Socket;
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  private lingers = true;
  private writingEnded = false;
  private failed: SystemError | undefined;
  private readonly subscribers = new Subscribers();

  /** `gone` is called when the socket does not exist any more. */
  constructor(socket: Socket, gone: () => void) {
    this.socket = socket;
    socket.on('close', gone);
    const wake = (): void => this.subscribers.wakeAll();
    const over = (): void => {
      this.ended = true;
      wake();
    };
    this.learnAddresses();
    socket.on('data', (chunk: Uint8Array) => {
      this.chunks.push(chunk);
      this.length += chunk.length;
      if (this.length >= CAPACITY) socket.pause();
      wake();
    });
    socket.on('end', over);
    socket.on('close', over);
    socket.on('error', (error) => {
      this.failed = failureOf(error);
      over();
    });
    socket.on('drain', wake);
    socket.on('connect', () => {
      this.learnAddresses();
      wake();
    });
  }

  /** From now on it keeps what comes. */
  begin(): this {
    this.socket.resume();
    return this;
  }

  setOption(name: OptionName, value: OptionValue): void {
    if (name === 'noDelay') this.socket.setNoDelay(value === true);
    else if (name === 'keepAlive') this.socket.setKeepAlive(value === true);
    else if (name === 'linger') this.lingers = value !== 0n;
    else throw refused('NOTSUP');
  }

  read(into: Uint8Array, peek = false): number | undefined {
    if (this.length === 0 || into.length === 0) {
      this.throwFailure();
      return this.ended || into.length === 0 ? 0 : undefined;
    }
    let moved = 0;
    let chunks = 0;
    for (const chunk of this.chunks) {
      if (moved === into.length) break;
      const part = chunk.subarray(0, into.length - moved);
      into.set(part, moved);
      moved += part.length;
      if (part.length === chunk.length) chunks++;
      else if (!peek) this.chunks[chunks] = chunk.subarray(part.length);
    }
    if (peek) return moved;
    this.chunks.splice(0, chunks);
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
      this.forget();
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

  /** What was written is still sent, for a while; then nothing keeps the process alive. What comes is thrown away. */
  close(stopped = false): void {
    const { socket } = this;
    this.ended = true;
    this.forget();
    if (!this.lingers) socket.resetAndDestroy();
    if (stopped || socket.connecting) socket.destroy();
    if (socket.destroyed) return;
    if (socket.writableLength === 0) socket.unref();
    else
      socket.on(
        'close',
        startTimer(GRACE, () => socket.destroy()),
      );
    socket.destroySoon();
  }

  /** What comes from now on is thrown away. */
  private forget(): void {
    const { socket } = this;
    this.chunks.length = 0;
    this.length = 0;
    socket.removeAllListeners('data');
    socket.resume();
  }

  private learnAddresses(): void {
    const { localAddress, localPort, remoteAddress, remotePort } = this.socket;
    this.local = addressFrom(localAddress, localPort);
    this.remote = addressFrom(remoteAddress, remotePort);
  }

  private throwFailure(): void {
    const { failed } = this;
    this.failed = undefined;
    if (failed !== undefined) throw failed;
  }
}
