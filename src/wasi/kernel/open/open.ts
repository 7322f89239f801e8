// What a descriptor is open on: what all kinds of open things may be able to do. A kind is a class in a file of its own
// beside this one. It has the methods of what it can do; for what it cannot, guests get the errno of the table below.
// Not here: rights, flags and numbers, which belong to descriptors (file-table.ts), and what guests call (preview1/).
import { type ErrnoName, refused } from '../../host/errno.ts';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';
import type { HeldDirectory } from '../held.ts';
import { AT_ONCE, type Pollable } from '../pollable.ts';
import type { Transfer, WriteFlags } from './transfer.ts';

/** What is answered for what a kind cannot do, unless the kind says otherwise. */
// biome-ignore format: a table
const REFUSALS = {
  read: 'BADF', write: 'BADF',
  readAt: 'SPIPE', writeAt: 'SPIPE', seek: 'SPIPE', advise: 'SPIPE', allocate: 'SPIPE',
  setSize: 'INVAL', setTimes: 'INVAL', sync: 'INVAL',
  directory: 'NOTDIR',
  accept: 'NOTSOCK', receive: 'NOTSOCK', send: 'NOTSOCK', shutdown: 'NOTSOCK',
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

const AS_USUAL: Refusals = {};

export abstract class Open {
  /** As fdstat and filestat report it. */
  abstract readonly type: FileType;
  /** Where this kind returns another errno for what it cannot do. */
  readonly refusals: Refusals = AS_USUAL;
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

  /** The oldest connection that waits. Undefined: none. */
  accept?(): Open | undefined;
  /** Takes up to `wanted` bytes of what has come: these, or what to wait for until there are enough. */
  receive?(wanted: number, flags: ReceiveFlags): Uint8Array | Pollable;
  send?(): Transfer;
  shutdown?(directions: { readonly read: boolean; readonly write: boolean }): void;
}

/** The same, which can do something. Throws the errno of its kind where it cannot. */
export function able<A extends Ability>(open: Open, ability: A): Can<A> {
  if (open[ability] === undefined) throw refused(open.refusals[ability] ?? REFUSALS[ability]);
  return open as Can<A>;
}
