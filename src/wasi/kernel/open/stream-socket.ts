// A stream socket: one that a guest makes, one that it accepts, or one that listens and was given to it.
// It is bound when it listens or connects, and until then remembers to what: options may come in between.
import { type Family, familyOf, wildcardOf } from '../../host/addresses.ts';
import { type ErrnoName, quietly, refused, SystemError } from '../../host/errno.ts';
import type { OptionName, OptionValue, SocketAddress } from '../../host/network.ts';
import type { HeldConnection, HeldListener } from '../held-network.ts';
import { type Pollable, READABLE, WRITABLE } from '../pollable.ts';
import type { ConnectFlags, ReceiveFlags, Received, Refusals, SocketStatus } from './open.ts';
import { OVER, Socket, type SocketContext, until } from './socket.ts';
import { reading, type Transfer, type WriteFlags, writing } from './transfer.ts';

/** What a socket cannot do in a state. */
// biome-ignore format: a table
const REFUSALS = {
  listening: { read: 'BADF', write: 'BADF', receive: 'NOTCONN', send: 'NOTCONN', shutdown: 'NOTCONN', membership: 'INVAL' },
  others: { accept: 'INVAL', membership: 'INVAL' },
} as const satisfies Readonly<Record<string, Refusals>>;

const DEFAULT_BACKLOG = 128;
const NOTHING = new Uint8Array(0);

/** Bytes that a connection keeps for both who read it and who write it. */
function kept(connection: HeldConnection): number {
  return 2 * connection.capacity;
}

type State =
  | { readonly name: 'new' | 'failed' }
  /** It has its port, for which the network has to listen; the guest has not said yet that it shall. */
  | { readonly name: 'reserved' | 'listening'; readonly listener: HeldListener }
  | { readonly name: 'connecting' | 'connected'; readonly connection: HeldConnection };

export class StreamSocket extends Socket {
  readonly type = 'socket-stream';
  readonly kind = 'stream';
  private state: State = { name: 'new' };
  private readonly ended = { read: false, write: false };

  /** A listener that was given, or a connection that was accepted. NOBUFS. */
  static of(open: { listener: HeldListener } | { connection: HeldConnection }, budget: SocketContext['budget']) {
    const local = 'listener' in open ? open.listener.local : open.connection.local;
    const family: Family = local === undefined ? 'ipv4' : familyOf(local.address);
    const socket = new StreamSocket({ network: undefined, family, budget });
    socket.take(open);
    return socket;
  }

  private take(open: { listener: HeldListener } | { connection: HeldConnection }): void {
    if ('listener' in open) this.state = { name: 'listening', ...open };
    else {
      this.charge(kept(open.connection));
      this.state = { name: 'connected', ...open };
    }
  }

  override get refusals(): Refusals {
    return this.isListening ? REFUSALS.listening : REFUSALS.others;
  }

  override pollable(interest: number): Pollable {
    const { state } = this;
    if (this.isListening && interest !== READABLE) throw refused('BADF');
    if ('connection' in state) return state.connection;
    return state.name === 'listening' ? state.listener : OVER;
  }

  override available(): number {
    return 'connection' in this.state ? this.state.connection.available() : 0;
  }

  override timeout(interest: number): bigint | undefined {
    if (this.isListening) return this.option('acceptTimeout') as bigint | undefined;
    const connecting = this.state.name === 'connecting' ? this.option('connectTimeout') : undefined;
    return connecting === undefined ? super.timeout(interest) : (connecting as bigint);
  }

  close(stopped: boolean): void {
    const { state } = this;
    this.state = { name: 'failed' };
    this.creditAll();
    if ('connection' in state) state.connection.close(stopped);
    if ('listener' in state) state.listener.close();
  }

  override bind(address: SocketAddress): undefined {
    if (this.bound !== undefined || this.state.name !== 'new') throw refused('INVAL');
    this.outward(address);
    this.bound = address;
  }

  override listen(backlog: number): Pollable | undefined {
    const { state } = this;
    if ('connection' in state) throw refused('INVAL');
    const listener = 'listener' in state ? state.listener : this.startListening(backlog);
    const there = this.isBound(listener);
    if (there !== undefined) return there;
    this.state = { name: 'listening', listener };
    return undefined;
  }

  override accept(): StreamSocket | undefined {
    const { state } = this;
    if (state.name !== 'listening') throw refused('INVAL');
    const connection = state.listener.accept();
    if (connection === undefined) return undefined;
    try {
      const socket = new StreamSocket({ network: undefined, family: this.family, budget: this.budget });
      socket.take({ connection });
      return socket;
    } catch (error) {
      quietly(() => connection.close());
      throw error;
    }
  }

  override connect(address: SocketAddress, { nonblock, waited }: ConnectFlags): Pollable | undefined {
    this.settle();
    const { state } = this;
    if (this.isListening) throw refused('INVAL');
    if (state.name === 'connected' && !waited) throw refused('ISCONN');
    if (state.name === 'connecting' && !waited) throw refused('ALREADY');
    if (!('connection' in state) && !waited) {
      this.startConnecting(address);
      // Also where a connection is made at once: programs count on it.
      if (nonblock) throw refused('INPROGRESS');
    }
    return this.outcome();
  }

  override local(): SocketAddress | Pollable {
    const { state, bound } = this;
    if ('connection' in state) return this.inward(state.connection.local ?? bound ?? this.anyAddress);
    if (bound !== undefined && bound.port === 0 && state.name === 'new') this.startListening(DEFAULT_BACKLOG);
    if (!('listener' in this.state)) return bound ?? this.anyAddress;
    const { listener } = this.state;
    return this.isBound(listener) ?? this.inward(listener.local ?? this.anyAddress);
  }

  override peer(): SocketAddress {
    this.settle();
    const { state } = this;
    const remote = state.name === 'connected' ? state.connection.remote : undefined;
    if (remote === undefined) throw refused('NOTCONN');
    return this.inward(remote);
  }

  override status(): SocketStatus {
    this.settle();
    if (this.state.name === 'failed') return 'failed';
    if (this.ended.read && this.ended.write) return 'closed';
    return this.state.name === 'connected' || this.isListening ? 'opened' : 'opening';
  }

  override option(name: OptionName | 'listening'): OptionValue {
    return name === 'listening' ? this.isListening : super.option(name);
  }

  override lastError(): ErrnoName {
    this.settle();
    if (this.failure === undefined && this.state.name === 'connected') this.failure = failureOf(this.state.connection);
    return super.lastError();
  }

  override read(): Transfer {
    return reading(this.connection);
  }

  override write({ nonblock }: WriteFlags): Transfer {
    return writing(this.connection, nonblock);
  }

  /** With waitall as far as so many can be kept ready. */
  override receive(wanted: number, { peek, waitall, nonblock }: ReceiveFlags): Received | Pollable {
    const { connection } = this;
    const least = waitall ? Math.min(wanted, connection.capacity) : Math.min(wanted, 1);
    const isThere = (): boolean => connection.available() >= least || connection.ended;
    const enough: Pollable = {
      ready: () => (isThere() ? connection.ready(READABLE) : 0),
      subscribe: (wake) => connection.subscribe(wake),
    };
    if (!nonblock && !isThere()) return enough;
    // One buffer at the length of all: what is only looked at cannot be read piece by piece.
    const whole = new Uint8Array(Math.min(wanted, connection.capacity));
    const moved = connection.read(whole, peek);
    if (moved === undefined) return enough;
    return {
      bytes: whole.subarray(0, moved),
      from: connection.remote && this.inward(connection.remote),
      truncated: false,
    };
  }

  /** A stream has one receiver, whatever address is named. */
  override send(): Transfer {
    return writing(this.connection, true);
  }

  override shutdown({ read, write }: { readonly read: boolean; readonly write: boolean }): void {
    this.settle();
    if (this.state.name !== 'connected') throw this.takeFailure() ?? refused('NOTCONN');
    this.state.connection.shutdown({ read, write });
    if (read) this.ended.read = true;
    if (write) this.ended.write = true;
  }

  protected override get raw(): HeldConnection | HeldListener | undefined {
    const { state } = this;
    return 'connection' in state ? state.connection : 'listener' in state ? state.listener : undefined;
  }

  private get isListening(): boolean {
    return this.state.name === 'listening';
  }

  private get anyAddress(): SocketAddress {
    return { address: wildcardOf(this.family), port: 0 };
  }

  /** The connection, also one that is being made. What it failed with, once; NOTCONN. */
  private get connection(): HeldConnection {
    this.settle();
    const { state } = this;
    if (!('connection' in state)) throw this.takeFailure() ?? refused('NOTCONN');
    return state.connection;
  }

  private startListening(backlog: number): HeldListener {
    const address = this.outward(this.bound ?? this.anyAddress);
    const listener = this.usedNetwork.listen(address, backlog, this.options);
    this.state = { name: 'reserved', listener };
    return listener;
  }

  /** Undefined when it is; what to wait for otherwise. Throws what kept it from that: then it may be tried again. */
  private isBound(listener: HeldListener): Pollable | undefined {
    if (listener.local !== undefined) return undefined;
    try {
      if (listener.ready(READABLE) !== 0) listener.accept()?.close();
    } catch (error) {
      this.state = { name: 'new' };
      quietly(() => listener.close());
      throw error;
    }
    return until(listener, () => listener.local !== undefined || listener.ready(READABLE) !== 0);
  }

  private startConnecting(given: SocketAddress): void {
    const { state, bound } = this;
    const address = this.outward(given);
    if (address.port === 0) throw refused('CONNREFUSED');
    let local = bound && this.outward(bound);
    if ('listener' in state) {
      // The port was only to be known: from now on it is that of the connection.
      local = state.listener.local;
      state.listener.close();
      this.state = { name: 'new' };
    }
    this.failure = undefined;
    const connection = this.usedNetwork.connect(address, local, this.options);
    try {
      this.charge(kept(connection));
    } catch (error) {
      quietly(() => connection.close());
      throw error;
    }
    this.state = { name: 'connecting', connection };
  }

  /** How connecting has ended, or what is waited for until then. */
  private outcome(): Pollable | undefined {
    this.settle();
    const { state } = this;
    if (state.name === 'connected') return undefined;
    if (state.name !== 'connecting') throw this.takeFailure() ?? refused('NOTCONN');
    const { connection } = state;
    return until(connection, () => isDecided(connection));
  }

  /** Notices how connecting has ended. */
  private settle(): void {
    const { state } = this;
    if (state.name !== 'connecting' || !isDecided(state.connection)) return;
    this.failure = failureOf(state.connection);
    if (this.failure === undefined) {
      this.state = { name: 'connected', connection: state.connection };
      return;
    }
    this.state = { name: 'failed' };
    this.creditAll();
    quietly(() => state.connection.close());
  }
}

function isDecided(connection: HeldConnection): boolean {
  try {
    return connection.ready(WRITABLE) !== 0;
  } catch (error) {
    if (error instanceof SystemError) return true;
    throw error;
  }
}

/** The error of a connection that its next read would throw, taken from it. */
function failureOf(connection: HeldConnection): SystemError | undefined {
  try {
    connection.read(NOTHING, true);
    return undefined;
  } catch (error) {
    if (error instanceof SystemError) return error;
    throw error;
  }
}
