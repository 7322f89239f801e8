// What a network is to the kernel: listeners, stream connections and names, all without waiting. What must be waited for
// is waited for as a Pollable. Which addresses a guest may use is decided above (no guest makes sockets by itself yet).
// Methods throw SystemError: ADDRINUSE, ADDRNOTAVAIL, ACCES, CONNREFUSED, CONNRESET, PIPE, NOTCONN, NOTSUP ...
import type { Pollable } from '../kernel/pollable.ts';

export interface SocketAddress {
  /** A literal of IPv4 or IPv6, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** A stream connection. An error that comes late is thrown by the next read or write, once. */
export interface Connection extends Pollable {
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
  /** Bytes that are kept for the reader at most; the sender then waits. */
  readonly capacity: number;
  /** Takes some of `bytes` (it copies what it keeps): undefined when it can take none yet. PIPE after shutdown. */
  write(bytes: Uint8Array): number | undefined;
  /** Ends a direction, or both: what was written still arrives. NOTCONN. */
  shutdown(directions: { readonly read: boolean; readonly write: boolean }): void;
  close(): void;
}

/** A socket that waits for connections; readable when one is there. */
export interface Listener extends Pollable {
  /** Undefined while it is not known yet. */
  readonly local: SocketAddress | undefined;
  /** The oldest connection that waits: undefined when there is none. Throws what kept it from listening. */
  accept(): Connection | undefined;
  close(): void;
}

export interface Network {
  /** Port 0: any free one. At most `backlog` connections wait to be accepted. */
  listen(address: SocketAddress, backlog?: number): Listener;
  /** The connection is writable once it is made, and says CONNREFUSED and the like to the first read or write. */
  connect(address: SocketAddress): Connection;
}
