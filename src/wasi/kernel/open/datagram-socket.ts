// A socket for messages. It is bound when its address is said or asked for, or with its first message.
import { familyOf, octetsOf, wildcardOf } from '../../host/addresses.ts';
import { type ErrnoName, quietly, refused, SystemError } from '../../host/errno.ts';
import { MAX_MESSAGE, type SocketAddress } from '../../host/network.ts';
import type { HeldDatagrams } from '../held-network.ts';
import { type Pollable, READABLE, WRITABLE } from '../pollable.ts';
import type { ConnectFlags, ReceiveFlags, Received, Refusals, SocketStatus } from './open.ts';
import { OVER, Socket, until } from './socket.ts';
import { scatter, sizeOf, type Transfer } from './transfer.ts';

const REFUSALS: Refusals = { accept: 'NOTSUP', listen: 'NOTSUP' };

/** Nothing comes before it is bound, which the first message does. */
const UNBOUND: Pollable = { ready: (interest) => interest & WRITABLE, subscribe: () => () => {} };

export class DatagramSocket extends Socket {
  readonly type = 'socket-datagram';
  readonly kind = 'datagram';
  override get refusals(): Refusals {
    return REFUSALS;
  }
  protected raw: HeldDatagrams | undefined;
  /** As the network has it. */
  private remote: SocketAddress | undefined;
  private readonly ended = { read: false, write: false };

  override pollable(): Pollable {
    return this.ended.read ? OVER : (this.raw ?? UNBOUND);
  }

  override available(): number {
    return this.raw?.receive(true)?.bytes.length ?? 0;
  }

  close(): void {
    const { raw } = this;
    this.raw = undefined;
    this.creditAll();
    raw?.close();
  }

  override bind(address: SocketAddress, waited: boolean): Pollable | undefined {
    if (waited && this.raw !== undefined) return this.isBound(this.raw);
    if (this.bound !== undefined || this.raw !== undefined) throw refused('INVAL');
    this.outward(address);
    this.bound = address;
    try {
      return this.isBound(this.opened());
    } catch (error) {
      this.bound = undefined;
      throw error;
    }
  }

  /** From now on it sends there, and gets nothing from others. Nobody is asked, so nothing is waited for. */
  override connect(address: SocketAddress, _flags: ConnectFlags): undefined {
    const remote = this.outward(address);
    this.opened().connect(remote);
    this.remote = remote;
  }

  override local(): SocketAddress | Pollable {
    if (this.raw === undefined && this.bound === undefined) return this.anyAddress;
    const raw = this.opened();
    return this.isBound(raw) ?? this.inward(raw.local ?? this.anyAddress);
  }

  override peer(): SocketAddress {
    if (this.remote === undefined) throw refused('NOTCONN');
    return this.inward(this.remote);
  }

  override status(): SocketStatus {
    if (this.ended.read && this.ended.write) return 'closed';
    return this.raw === undefined ? 'opening' : 'opened';
  }

  override lastError(): ErrnoName {
    try {
      if (this.raw?.local === undefined && this.raw?.ready(READABLE) === READABLE) this.raw.receive(true);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      this.failure = error;
    }
    return super.lastError();
  }

  override read(): Transfer {
    return {
      move: (buffers, before) => {
        if (before > 0) return 0;
        const message = this.next(false);
        return message && scatter(message.bytes.subarray(0, sizeOf(buffers)), buffers);
      },
    };
  }

  override write(): Transfer {
    return this.send();
  }

  override receive(wanted: number, { peek }: ReceiveFlags): Received | Pollable {
    const message = this.next(peek);
    if (message === undefined) return until(this.opened(), () => this.ended.read || this.next(true) !== undefined);
    const { bytes, from } = message;
    return { bytes: bytes.subarray(0, wanted), from: from && this.inward(from), truncated: bytes.length > wanted };
  }

  /** All buffers are one message. */
  override send(given?: SocketAddress): Transfer {
    const to = given === undefined ? this.remote : this.outward(given);
    if (to === undefined) throw refused('DESTADDRREQ');
    if (to.port === 0) throw refused('INVAL');
    return {
      move: (buffers) => {
        if (this.ended.write) throw refused('PIPE');
        const size = sizeOf(buffers);
        if (size > MAX_MESSAGE[familyOf(to.address)]) throw refused('MSGSIZE');
        return this.opened().send(together(buffers, size), to) ? size : undefined;
      },
    };
  }

  /** NOTCONN unless it is connected, as POSIX has it. */
  override shutdown({ read, write }: { readonly read: boolean; readonly write: boolean }): void {
    if (this.remote === undefined) throw refused('NOTCONN');
    if (read) this.ended.read = true;
    if (write) this.ended.write = true;
  }

  override membership(change: 'join' | 'leave', group: string, by: string | number | undefined): Pollable | undefined {
    if (octetsOf(group) === undefined) throw refused('INVAL');
    if (familyOf(group) !== this.family) throw refused('AFNOSUPPORT');
    const raw = this.opened();
    const wait = this.isBound(raw);
    if (wait !== undefined) return wait;
    raw.membership(change, group, by);
    return undefined;
  }

  private get anyAddress(): SocketAddress {
    return { address: wildcardOf(this.family), port: 0 };
  }

  private opened(): HeldDatagrams {
    if (this.raw !== undefined) return this.raw;
    const raw = this.usedNetwork.datagrams(this.outward(this.bound ?? this.anyAddress), this.options);
    try {
      this.charge(2 * raw.capacity);
    } catch (error) {
      quietly(() => raw.close());
      throw error;
    }
    this.raw = raw;
    return raw;
  }

  /** Undefined when it is; what to wait for otherwise. Throws what kept it from that: then it may be tried again. */
  private isBound(raw: HeldDatagrams): Pollable | undefined {
    if (raw.local !== undefined) return undefined;
    try {
      if (raw.ready(READABLE) !== 0) raw.receive(true);
    } catch (error) {
      this.bound = undefined;
      this.close();
      throw error;
    }
    return until(raw, () => raw.local !== undefined || raw.ready(READABLE) !== 0);
  }

  /** The oldest message, of those that whom it is connected to has sent; nothing after the end. */
  private next(peek: boolean): { readonly bytes: Uint8Array; readonly from: SocketAddress | undefined } | undefined {
    const failure = this.takeFailure();
    if (failure !== undefined) throw failure;
    if (this.ended.read) return { bytes: new Uint8Array(0), from: undefined };
    const raw = this.opened();
    const { remote } = this;
    for (let message = raw.receive(true); message !== undefined; message = raw.receive(true)) {
      const { address, port } = message.from;
      const isFromPeer = remote === undefined || (remote.address === address && remote.port === port);
      if (!peek || !isFromPeer) raw.receive();
      if (isFromPeer) return message;
    }
    return undefined;
  }
}

function together(buffers: readonly Uint8Array[], size: number): Uint8Array {
  if (buffers.length === 1) return buffers[0];
  const all = new Uint8Array(size);
  let at = 0;
  for (const buffer of buffers) {
    all.set(buffer, at);
    at += buffer.length;
  }
  return all;
}
