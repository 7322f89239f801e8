// What a descriptor is open on: what all kinds of open things may be able to do. A kind is a class in a file of its own
// beside this one. It has the methods of what it can do; for what it cannot, guests get the errno of the table below.
// Not here: rights, flags and numbers, which belong to descriptors (file-table.ts), and what guests call (preview1/).
import { type ErrnoName, refused } from '../../host/errno.ts';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';
import type { OptionName, OptionValue, SocketAddress } from '../../host/network.ts';
import type { HeldDirectory } from '../held.ts';
import { AT_ONCE, type Pollable } from '../pollable.ts';
import type { Transfer, WriteFlags } from './transfer.ts';

/** What is answered for what a kind has no method for, unless the kind says otherwise. */
// biome-ignore format: a table
const REFUSALS = {
  read: 'BADF', write: 'BADF',
  readAt: 'SPIPE', writeAt: 'SPIPE', seek: 'SPIPE', advise: 'SPIPE', allocate: 'SPIPE',
  setSize: 'INVAL', setTimes: 'INVAL', sync: 'INVAL',
  directory: 'NOTDIR',
  accept: 'NOTSOCK', receive: 'NOTSOCK', send: 'NOTSOCK', shutdown: 'NOTSOCK',
  bind: 'NOTSOCK', listen: 'NOTSOCK', connect: 'NOTSOCK', local: 'NOTSOCK', peer: 'NOTSOCK', status: 'NOTSOCK',
  option: 'NOTSOCK', setOption: 'NOTSOCK', lastError: 'NOTSOCK', membership: 'NOTSOCK',
  control: 'INVAL', collect: 'INVAL',
} as const satisfies Readonly<Partial<Record<keyof Open, ErrnoName>>>;

/** What not every kind can do. */
export type Ability = keyof typeof REFUSALS;

export type Refusals = Readonly<Partial<Record<Ability, ErrnoName>>>;

/** Something open that can do it. */
export type Can<A extends Ability> = Open & Required<Pick<Open, A>>;

/** From where positions are counted. */
export type Origin = 'set' | 'cur' | 'end';

/** How bytes are received: left to be read again; only when all that were asked for have come; without waiting. */
export interface ReceiveFlags {
  readonly peek: boolean;
  readonly waitall: boolean;
  readonly nonblock: boolean;
}

/** What has come: of a message the bytes that there was room for, and whether there were more. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly from: SocketAddress | undefined;
  readonly truncated: boolean;
}

/** How a connection is asked for: without waiting for it; by a call that has waited for it already. */
export interface ConnectFlags {
  readonly nonblock: boolean;
  readonly waited: boolean;
}

/** Not connected yet; may be used; ended by shutdown in both directions; failed. */
export type SocketStatus = 'opening' | 'opened' | 'closed' | 'failed';

const AS_USUAL: Refusals = {};

export abstract class Open {
  /** As fdstat and filestat report it. */
  abstract readonly type: FileType;
  /** What this kind cannot do with another errno than usual, or cannot do as it is now. */
  get refusals(): Refusals {
    return AS_USUAL;
  }
  /** Whether it has positions. What can seek as a kind may still be something without: a device that was opened as a file. */
  readonly seekable: boolean = false;
  /** The guest path of a preopened directory. */
  readonly preopen: string | undefined;

  /** What the host knows about it: by default nothing but its type. */
  stat(): Stat {
    const { type } = this;
    return { device: 0n, inode: 0n, type, links: 1n, size: 0n, accessed: 0n, modified: 0n, changed: 0n };
  }

  /** What can be waited for until it can be read or written. BADF where it never can. By default it always can. */
  pollable(_interest: number): Pollable {
    return AT_ONCE;
  }

  /** The same for whoever watches many things, where that is not asked as long as it lasts, but once each time it begins. */
  watched(interest: number): Pollable {
    return this.pollable(interest);
  }

  /** How often something was written or could not be, so that whoever watches sees whether that is news. */
  writes = 0;

  /** Who watches was told of these bits. */
  told(_bits: number): void {}

  /** Bytes that a read gets at once, as far as that is known. */
  available(): number | bigint {
    return 0;
  }

  /** `stopped`: see OutputStream.close. */
  abstract close(stopped: boolean): void;

  /** Reads what comes next. BADF. */
  read?(): Transfer;
  /** Writes where that is due. BADF. */
  write?(flags: WriteFlags): Transfer;
  /** Reads at a position, and leaves the cursor alone. */
  readAt?(offset: bigint): Transfer;
  writeAt?(offset: bigint, flags: WriteFlags): Transfer;
  /** Moves the cursor: where it stands now. INVAL: before the start, or past 2^63 - 1. */
  seek?(origin: Origin, offset: bigint): bigint;
  /** Takes a hint on how a range will be used. */
  advise?(offset: bigint, length: bigint): void;
  /** Takes the room for so many bytes from the start. */
  allocate?(size: bigint): void;
  setSize?(size: bigint): void;
  setTimes?(times: Times): void;
  sync?(dataOnly: boolean): void;

  /** What paths are resolved from. */
  readonly directory?: HeldDirectory;

  /** How long it is waited for at most until it can be read or written, in nanoseconds; undefined: for ever. */
  timeout(_interest: number): bigint | undefined {
    return undefined;
  }

  // Sockets. What returns something that can be waited for has done nothing that a later try would do twice.

  /** The oldest connection that waits. Undefined: none. */
  accept?(): Open | undefined;
  /** Takes up to `wanted` bytes of what has come: these, or what to wait for until there are enough. */
  receive?(wanted: number, flags: ReceiveFlags): Received | Pollable;
  /** Sends to an address, or to whom it is connected. DESTADDRREQ, NOTCONN, MSGSIZE, PIPE. */
  send?(to?: SocketAddress): Transfer;
  shutdown?(directions: { readonly read: boolean; readonly write: boolean }): void;
  /** Says its own address; port 0: any. INVAL when it has one, AFNOSUPPORT, ADDRINUSE, ACCES. */
  bind?(address: SocketAddress, waited: boolean): Pollable | undefined;
  listen?(backlog: number): Pollable | undefined;
  /** INPROGRESS where it is not waited for, also when it is made at once; then it is writable when it is made or has failed. */
  connect?(address: SocketAddress, flags: ConnectFlags): Pollable | undefined;
  local?(): SocketAddress | Pollable;
  /** NOTCONN. */
  peer?(): SocketAddress;
  status?(): SocketStatus;
  /** NOPROTOOPT: it has no such option. */
  option?(name: OptionName | 'listening'): OptionValue;
  /** INVAL: a size that is out of range. */
  setOption?(name: OptionName, value: OptionValue): void;
  /** What went wrong since it was last asked, once; SUCCESS. */
  lastError?(): ErrnoName;
  /** Changes what it watches. EXIST, NOENT. */
  control?(change: 'add' | 'mod' | 'del', watch: Watch, isOpen: IsOpen): void;
  /** What of all that it watches is to be told, `most` at most. */
  collect?(most: number, isOpen: IsOpen): readonly Watched[];
  /** Joins or leaves a group of receivers; see Datagrams. */
  membership?(change: 'join' | 'leave', group: string, by: string | number | undefined): Pollable | undefined;
}

/** Whether a descriptor is still open as the same: what is not is watched no more. */
export type IsOpen = (fd: number, open: Open) => boolean;

/** What a set of things to watch is told to do with one of them. */
export interface Watch {
  readonly fd: number;
  readonly open: Open;
  readonly events: number;
  /** Of the guest, given back as it is. */
  readonly data: Uint8Array;
}

/** What of something that is watched is so. */
export interface Watched {
  readonly events: number;
  readonly data: Uint8Array;
}

/** Whether something open can do it as it is now. */
export function can<A extends Ability>(open: Open, ability: A): open is Can<A> {
  return open[ability] !== undefined && open.refusals[ability] === undefined;
}

/** The same, which can do something. Throws the errno of its kind where it cannot. */
export function able<A extends Ability>(open: Open, ability: A): Can<A> {
  if (!can(open, ability)) throw refused((open as Open).refusals[ability] ?? REFUSALS[ability]);
  return open;
}
