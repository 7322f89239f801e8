// The file table of a process: descriptors by number, lowest free number first, with rights that only shrink.
// What a right means is the business of the system interface; here rights are bit sets.
import type { Budget } from '../../runtime/budget.ts';
import { Limits } from '../../runtime/limits.ts';
import { quietly, refused, SystemError } from '../host/errno.ts';
import { tooManyDescriptors } from '../messages.ts';
import { Listings } from './listings.ts';
import type { Open } from './open/open.ts';

/** One entry of the table. */
export interface Descriptor {
  readonly resource: Open;
  /** What may be done with this descriptor. */
  rights: bigint;
  /** What may at most be done with descriptors opened through this one. */
  inheriting: bigint;
  /** fdflags: append, dsync, nonblock, rsync, sync. */
  flags: number;
}

/** What a process has, by kinds that are counted: open descriptors, and bytes of names that are being listed. */
export type Held = 'handles' | 'listings';

export class FileTable {
  private readonly entries: (Descriptor | undefined)[] = [];
  readonly listings: Listings;
  private readonly budget: Budget<Held>;
  private open = 0;
  /** No number below is free. */
  private full = 0;

  constructor(budget: Budget<Held> = new Limits()) {
    this.budget = budget;
    this.listings = new Listings(budget);
  }

  /** Puts a descriptor at the lowest free number. SystemError (MFILE) past the budget: the resource is not closed then. */
  add(descriptor: Descriptor): number {
    if (!this.budget.charge('handles')) throw new SystemError('MFILE', tooManyDescriptors(this.open));
    this.open++;
    while (this.entries[this.full] !== undefined) this.full++;
    this.entries[this.full] = descriptor;
    return this.full;
  }

  /** Throws MFILE where there is no room for another: to be called before a resource is opened. */
  checkRoom(): void {
    if (this.budget.leftOf('handles') < 1) throw refused('MFILE');
  }

  /** The descriptor with a number, or BADF. */
  get(fd: number): Descriptor {
    const found = fd < this.entries.length ? this.entries[fd] : undefined;
    if (found === undefined) throw refused('BADF');
    return found;
  }

  /** The number is free then, also when closing fails: that is thrown. */
  close(fd: number): void {
    const { resource } = this.get(fd);
    this.free(fd);
    this.release(resource);
  }

  /** Moves `from` onto `to`, which must be open and is closed, silently as dup2 does; onto itself changes nothing. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from === to) return;
    this.entries[to] = moved;
    this.free(from);
    quietly(() => this.release(replaced.resource));
  }

  /** Closes everything; what fails then changes nothing any more. `stopped`: see OutputStream.close. */
  closeAll(stopped = false): void {
    for (const [fd, descriptor] of this.entries.entries()) {
      if (descriptor === undefined) continue;
      this.free(fd);
      quietly(() => this.release(descriptor.resource, stopped));
    }
  }

  private release(resource: Open, stopped = false): void {
    if (resource.directory !== undefined) this.listings.forget(resource.directory);
    resource.close(stopped);
  }

  private free(fd: number): void {
    this.entries[fd] = undefined;
    this.full = Math.min(this.full, fd);
    this.open--;
    this.budget.credit('handles');
  }
}

/** Takes rights away. NOTCAPABLE when one is asked for that is not held: rights never grow. */
export function shrinkRights(descriptor: Descriptor, rights: bigint, inheriting: bigint): void {
  if ((rights & ~descriptor.rights) !== 0n || (inheriting & ~descriptor.inheriting) !== 0n) {
    throw refused('NOTCAPABLE');
  }
  descriptor.rights = rights;
  descriptor.inheriting = inheriting;
}
