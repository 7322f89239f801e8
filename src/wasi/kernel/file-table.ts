// The file table of a process: descriptors by number, with rights that only shrink. Several of them, also of several
// processes, may share what is open, its cursor and its flags, as POSIX has it: an open file description.
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
  /** fdflags: append, dsync, nonblock, rsync, sync; shared by all descriptors that were made of one. */
  flags: number;
}

/** What descriptors share that were made of one, and how many they are. */
interface Description {
  readonly resource: Open;
  flags: number;
  uses: number;
}

class Entry implements Descriptor {
  readonly description: Description;
  rights: bigint;
  inheriting: bigint;
  /** Whether a program that is executed is without it. */
  cloexec: boolean;

  constructor(description: Description, { rights, inheriting }: Descriptor, cloexec: boolean) {
    this.description = description;
    this.rights = rights;
    this.inheriting = inheriting;
    this.cloexec = cloexec;
    description.uses++;
  }

  get resource(): Open {
    return this.description.resource;
  }

  get flags(): number {
    return this.description.flags;
  }

  set flags(flags: number) {
    this.description.flags = flags;
  }
}

/** What a process has, by kinds that are counted: open descriptors, and bytes of names that are being listed. */
export type Held = 'handles' | 'listings';

/** Numbers are 31 bits wide. */
const MAX_NUMBER = 0x7fff_ffff;

export class FileTable {
  private readonly entries = new Map<number, Entry>();
  readonly listings: Listings;
  /**
   * Which number the next descriptor has: the lowest that is free, or one above all that there were, for programs that close
   * a number twice.
   */
  numbers: 'lowest' | 'new' = 'lowest';
  private readonly budget: Budget<Held>;
  /** No number below is free. */
  private full = 0;
  /** Above all numbers that there were. */
  private above = 0;

  constructor(budget: Budget<Held> = new Limits()) {
    this.budget = budget;
    this.listings = new Listings(budget);
  }

  /** Puts a descriptor at the next number. SystemError (MFILE) past the budget: the resource is not closed then. */
  add(descriptor: Descriptor, cloexec = false): number {
    const { resource, flags } = descriptor;
    return this.put(new Entry({ resource, flags, uses: 0 }, descriptor, cloexec), 0);
  }

  /** Makes another descriptor of what one is open on, at the next number that is at least `from`. BADF, MFILE. */
  copy(fd: number, from = 0, cloexec = false): number {
    const entry = this.entry(fd);
    if (from > MAX_NUMBER) throw refused('INVAL');
    this.checkRoom();
    this.nextFrom(from);
    return this.put(new Entry(entry.description, entry, cloexec), from);
  }

  /** Throws MFILE where there is no room for another: to be called before a resource is opened. */
  checkRoom(count = 1): void {
    if (this.budget.leftOf('handles') < count) throw refused('MFILE');
  }

  has(fd: number): boolean {
    return this.entries.has(fd);
  }

  /** The descriptor with a number, or BADF. */
  get(fd: number): Descriptor {
    return this.entry(fd);
  }

  /** Whether a program that is executed is without the descriptor. BADF. */
  isCloexec(fd: number): boolean {
    return this.entry(fd).cloexec;
  }

  setCloexec(fd: number, cloexec: boolean): void {
    this.entry(fd).cloexec = cloexec;
  }

  /** The number is free then, also when closing fails: that is thrown. */
  close(fd: number): void {
    const entry = this.entry(fd);
    this.free(fd);
    this.release(entry);
  }

  /** Takes the descriptors from a number on out of the table, in their order. What they are open on stays open. */
  takeFrom(first: number): Descriptor[] {
    const taken = [...this.entries].filter(([fd]) => fd >= first).sort(([a], [b]) => a - b);
    for (const [fd] of taken) this.free(fd);
    this.above = Math.min(this.above, first);
    return taken.map(([, entry]) => entry);
  }

  /** Moves `from` onto `to`, which must be open and is closed, silently as dup2 does; onto itself changes nothing. */
  renumber(from: number, to: number): void {
    const moved = this.entry(from);
    const replaced = this.entry(to);
    if (from === to) return;
    this.entries.set(to, moved);
    this.free(from);
    quietly(() => this.release(replaced));
  }

  /** dup2: makes `to` another descriptor of what `from` is open on; what was there is closed, silently. BADF, MFILE. */
  copyOnto(from: number, to: number): void {
    const entry = this.entry(from);
    if (from === to) return;
    if (to > MAX_NUMBER) throw refused('BADF');
    const replaced = this.entries.get(to);
    if (replaced === undefined) this.charge();
    this.above = Math.max(this.above, to + 1);
    this.entries.set(to, new Entry(entry.description, entry, false));
    if (replaced !== undefined) quietly(() => this.release(replaced));
  }

  /** The table of a forked process: the same numbers, which share what is open. MFILE. */
  fork(): FileTable {
    const table = new FileTable(this.budget);
    table.numbers = this.numbers;
    this.checkRoom(this.entries.size);
    for (const [fd, entry] of this.entries) {
      table.charge();
      table.entries.set(fd, new Entry(entry.description, entry, entry.cloexec));
    }
    table.above = this.above;
    return table;
  }

  /** Closes what an executed program is to be without. */
  closeOnExec(): void {
    for (const [fd, entry] of [...this.entries]) if (entry.cloexec) quietly(() => this.close(fd));
  }

  /** Closes everything; what fails then changes nothing any more. `stopped`: see OutputStream.close. */
  closeAll(stopped = false): void {
    for (const [fd, entry] of [...this.entries]) {
      this.free(fd);
      quietly(() => this.release(entry, stopped));
    }
  }

  private entry(fd: number): Entry {
    const found = this.entries.get(fd);
    if (found === undefined) throw refused('BADF');
    return found;
  }

  private put(entry: Entry, from: number): number {
    const fd = this.nextFrom(from);
    this.charge();
    this.entries.set(fd, entry);
    this.above = Math.max(this.above, fd + 1);
    return fd;
  }

  /** Where no number is new any more, those that are free are given again. */
  private nextFrom(from: number): number {
    while (this.entries.has(this.full)) this.full++;
    const isNew = this.numbers === 'new' && this.above <= MAX_NUMBER;
    let fd = Math.max(from, isNew ? this.above : this.full);
    while (this.entries.has(fd)) fd++;
    if (fd > MAX_NUMBER) throw refused('MFILE');
    return fd;
  }

  private charge(): void {
    if (!this.budget.charge('handles')) throw new SystemError('MFILE', tooManyDescriptors(this.entries.size));
  }

  /** Closes what is open when nobody shares it any more. */
  private release({ description }: Entry, stopped = false): void {
    const { resource } = description;
    if (--description.uses > 0) return;
    if (resource.directory !== undefined) this.listings.forget(resource.directory);
    resource.close(stopped);
  }

  private free(fd: number): void {
    this.entries.delete(fd);
    this.full = Math.min(this.full, fd);
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
