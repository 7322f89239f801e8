// The file table of a process: descriptors by number, lowest free number first, with rights that only shrink.
// What a right means is the business of the system interface; here rights are bit sets.
import { quietly, SystemError } from '../host/errno.ts';
import { tooManyDescriptors } from '../messages.ts';
import type { HeldConnection, HeldDirectory, HeldFile, HeldInput, HeldListener, HeldOutput } from './held.ts';

export interface OpenFile {
  readonly kind: 'file';
  readonly file: HeldFile;
  /** The cursor, in bytes from the start. */
  position: bigint;
}

export interface OpenDirectory {
  readonly kind: 'directory';
  readonly directory: HeldDirectory;
  /** The guest path of a preopened directory. */
  readonly preopen: string | undefined;
  /** The names as they were when the guest began to list the directory. */
  listing: readonly string[] | undefined;
}

export interface OpenStream {
  readonly kind: 'stream';
  readonly input: HeldInput | undefined;
  readonly output: HeldOutput | undefined;
}

/** A stream connection. */
export interface OpenSocket {
  readonly kind: 'socket';
  readonly connection: HeldConnection;
}

export interface OpenListener {
  readonly kind: 'listener';
  readonly listener: HeldListener;
}

export type Resource = OpenFile | OpenDirectory | OpenStream | OpenSocket | OpenListener;

/** One entry of the table. */
export interface Descriptor {
  readonly resource: Resource;
  /** What may be done with this descriptor. */
  rights: bigint;
  /** What may at most be done with descriptors opened through this one. */
  inheriting: bigint;
  /** fdflags: append, dsync, nonblock, rsync, sync. */
  flags: number;
}

/** Open descriptors per process: our own limit, so that a guest meets it before the host does. */
export const MAX_DESCRIPTORS = 1024;

export class FileTable {
  private readonly entries: (Descriptor | undefined)[] = [];
  private readonly limit: number;

  constructor(limit: number = MAX_DESCRIPTORS) {
    this.limit = limit;
  }

  /** Puts a descriptor at the lowest free number. MFILE when the table is full; the resource is not closed then. */
  add(descriptor: Descriptor): number {
    const free = this.lowestFree();
    this.entries[free] = descriptor;
    return free;
  }

  /** Throws MFILE when the table is full: to be called before a resource is opened. */
  checkRoom(): void {
    this.lowestFree();
  }

  /** The descriptor with a number, or BADF. */
  get(fd: number): Descriptor {
    const found = fd < this.entries.length ? this.entries[fd] : undefined;
    if (found === undefined) throw new SystemError('BADF');
    return found;
  }

  /** The number is free then, also when closing fails: that is thrown. */
  close(fd: number): void {
    const { resource } = this.get(fd);
    this.entries[fd] = undefined;
    closeResource(resource);
  }

  /** Moves `from` onto `to`, which must be open and is closed, silently as dup2 does; onto itself changes nothing. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from === to) return;
    this.entries[to] = moved;
    this.entries[from] = undefined;
    quietly(() => closeResource(replaced.resource));
  }

  /** Closes everything; what fails then changes nothing any more. */
  closeAll(): void {
    for (const descriptor of this.entries.splice(0)) {
      if (descriptor !== undefined) quietly(() => closeResource(descriptor.resource));
    }
  }

  private lowestFree(): number {
    const hole = this.entries.indexOf(undefined);
    const free = hole === -1 ? this.entries.length : hole;
    if (free >= this.limit) throw new SystemError('MFILE', tooManyDescriptors(this.limit));
    return free;
  }
}

/** Takes rights away. NOTCAPABLE when one is asked for that is not held: rights never grow. */
export function shrinkRights(descriptor: Descriptor, rights: bigint, inheriting: bigint): void {
  if ((rights & ~descriptor.rights) !== 0n || (inheriting & ~descriptor.inheriting) !== 0n) {
    throw new SystemError('NOTCAPABLE');
  }
  descriptor.rights = rights;
  descriptor.inheriting = inheriting;
}

function closeResource(resource: Resource): void {
  if (resource.kind === 'file') resource.file.close();
  else if (resource.kind === 'directory') resource.directory.close();
  else if (resource.kind === 'socket') resource.connection.close();
  else if (resource.kind === 'listener') resource.listener.close();
  else {
    try {
      resource.input?.close();
    } finally {
      resource.output?.close();
    }
  }
}
