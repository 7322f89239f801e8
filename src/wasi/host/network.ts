// What a network is to the kernel: listeners, stream connections, datagrams and names, all without waiting. What must be
// waited for is waited for as a Pollable, or in the case of names as a promise. Addresses are literals. Which of them a guest
// may use is decided above (policy.ts), so that a provider does what it is asked for.
// Methods throw SystemError: ADDRINUSE, ADDRNOTAVAIL, ACCES, CONNREFUSED, CONNRESET, PIPE, NOTCONN, NOTSUP ...
import type { Pollable } from '../kernel/pollable.ts';
import type { Answer } from './async-filesystem.ts';
import type { Family } from './addresses.ts';

export interface SocketAddress {
  /** A literal of IPv4 or IPv6, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** true or false; a number; nanoseconds, or undefined for no limit. */
export type OptionValue = boolean | number | bigint | undefined;

interface SocketOption {
  readonly kind: 'flag' | 'size' | 'time';
  /** Sockets that have it. */
  readonly of: 'stream' | 'datagram' | 'both';
  readonly initial: OptionValue;
  /** The largest size. */
  readonly most?: number;
}

/** What sockets remember however the host is; a provider does what it can with it. */
// biome-ignore format: a table
export const SOCKET_OPTIONS = {
  reusePort:        { kind: 'flag', of: 'both', initial: false },
  reuseAddress:     { kind: 'flag', of: 'both', initial: false },
  noDelay:          { kind: 'flag', of: 'stream', initial: false },
  dontRoute:        { kind: 'flag', of: 'both', initial: false },
  onlyV6:           { kind: 'flag', of: 'both', initial: false },
  broadcast:        { kind: 'flag', of: 'both', initial: false },
  multicastLoopV4:  { kind: 'flag', of: 'datagram', initial: true },
  multicastLoopV6:  { kind: 'flag', of: 'datagram', initial: true },
  promiscuous:      { kind: 'flag', of: 'both', initial: false },
  keepAlive:        { kind: 'flag', of: 'stream', initial: false },
  outOfBandInline:  { kind: 'flag', of: 'both', initial: false },
  linger:           { kind: 'time', of: 'both', initial: undefined },
  receiveTimeout:   { kind: 'time', of: 'both', initial: undefined },
  sendTimeout:      { kind: 'time', of: 'both', initial: undefined },
  connectTimeout:   { kind: 'time', of: 'both', initial: undefined },
  acceptTimeout:    { kind: 'time', of: 'both', initial: undefined },
  receiveBuffer:    { kind: 'size', of: 'both', initial: 65_536, most: 0x7fff_ffff },
  sendBuffer:       { kind: 'size', of: 'both', initial: 65_536, most: 0x7fff_ffff },
  receiveLowWater:  { kind: 'size', of: 'both', initial: 1, most: 0x7fff_ffff },
  sendLowWater:     { kind: 'size', of: 'both', initial: 1, most: 0x7fff_ffff },
  ttl:              { kind: 'size', of: 'both', initial: 64, most: 255 },
  multicastTtlV4:   { kind: 'size', of: 'datagram', initial: 1, most: 255 },
} as const satisfies Readonly<Record<string, SocketOption>>;

export type OptionName = keyof typeof SOCKET_OPTIONS;

/** Those that a guest has set. */
export type SocketOptions = Readonly<Partial<Record<OptionName, OptionValue>>>;

/** What is open in a network. */
export interface Adjustable {
  /** Takes an option that is set late. Missing, or NOTSUP: it is only remembered. */
  setOption?(name: OptionName, value: OptionValue): void;
}

/**
 * A stream connection. An error that comes late is thrown by the next read or write, once; so it is by a read into
 * nothing, which is how it is asked whether a connection was made.
 */
export interface Connection extends Pollable, Adjustable {
  /** Undefined while it is being made. */
  readonly local: SocketAddress | undefined;
  readonly remote: SocketAddress | undefined;
  /**
   * Moves what has come into `into`, with `peek` without taking it away: undefined when there is nothing yet (or it is
   * not connected yet), 0 only when no more comes.
   */
  read(into: Uint8Array, peek?: boolean): number | undefined;
  /** Bytes that have come and were not read. */
  available(): number;
  /** No more comes: what is available is the last. */
  readonly ended: boolean;
  /** Bytes that are kept for the reader at most, and for the sender, too; who sends more waits. */
  readonly capacity: number;
  /** Takes some of `bytes` (it copies what it keeps): undefined when it can take none yet. PIPE after shutdown. */
  write(bytes: Uint8Array): number | undefined;
  /** Ends a direction, or both: what was written still arrives. NOTCONN. */
  shutdown(directions: { readonly read: boolean; readonly write: boolean }): void;
  /** `stopped`: the program was stopped, so that what was written and not sent yet is given up. */
  close(stopped?: boolean): void;
}

/** A socket that waits for connections; readable when one is there, or when it could not listen. */
export interface Listener extends Pollable, Adjustable {
  /** Undefined while it does not listen yet: subscribers are told when it does. */
  readonly local: SocketAddress | undefined;
  /** The oldest connection that waits: undefined when there is none. Throws what kept it from listening. */
  accept(): Connection | undefined;
  close(): void;
}

/** Bytes of a message at most: what a packet holds. */
export const MAX_MESSAGE: Readonly<Record<Family, number>> = { ipv4: 65_507, ipv6: 65_527 };

/** One message, and who sent it. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: SocketAddress;
}

/** A socket for messages, which are kept or lost as a whole; readable when one is there, or when it could not be bound. */
export interface Datagrams extends Pollable, Adjustable {
  /** Undefined while it is not bound yet: subscribers are told when it is. */
  readonly local: SocketAddress | undefined;
  /** Bytes of messages that are kept at most; what comes then is lost. */
  readonly capacity: number;
  /** The oldest message, with `peek` without taking it away: undefined when there is none. Throws what came late. */
  receive(peek?: boolean): Datagram | undefined;
  /** Sends a message (it copies what it keeps): false when there is no room yet. MSGSIZE. */
  send(bytes: Uint8Array, to: SocketAddress): boolean;
  /** Whom the guest sends to from now on, as far as that is worth knowing; the kernel itself leaves out what others send. */
  connect?(peer: SocketAddress | undefined): void;
  /** Joins a group by way of an interface: its address, or for IPv6 its index; undefined: any. Missing: NOTSUP. */
  join?(group: string, by: string | number | undefined): void;
  leave?(group: string, by: string | number | undefined): void;
  close(): void;
}

export interface Network {
  /** Nothing of it leaves this process: it is given to guests without rules that say to where. */
  readonly contained?: boolean;
  /** What it opens is made by the event loop: it takes mode 'async'. */
  readonly needsTurns?: boolean;
  /** Port 0: any free one. At most `backlog` connections wait to be accepted. */
  listen(address: SocketAddress, backlog?: number, options?: SocketOptions): Listener;
  /** The connection is writable once it is made, and says CONNREFUSED and the like to the first read or write. */
  connect(address: SocketAddress, local?: SocketAddress, options?: SocketOptions): Connection;
  /** A socket for messages at an address; port 0: any free one. Missing: NOTSUP. */
  datagrams?(local: SocketAddress, options?: SocketOptions): Datagrams;
  /**
   * Addresses of a name, or a promise of them. NOENT: it has none. Never asked for literals and `localhost`. Missing:
   * NOTSUP.
   */
  resolve?(name: string, family: Family | undefined): Answer<readonly string[]>;
}
