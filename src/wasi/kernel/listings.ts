// The names of directories as they were when a guest began to list them, so that what is added or removed meanwhile
// shifts no other entry. They are kept with the open directory as long as there is room: then the oldest are forgotten,
// and who goes on with one of these has it listed anew.
import type { Budget } from '../../runtime/budget.ts';
import { refused } from '../host/errno.ts';
import type { OpenDirectory } from './file-table.ts';

/** What a name takes, besides two bytes for each of its UTF-16 units. */
const NAME_BYTES = 32;

/** Names that are read in one piece. */
const PIECE = 512;

export class Listings {
  private readonly budget: Budget<'listings'>;
  /** Bytes by directory, the oldest first. */
  private readonly kept = new Map<OpenDirectory, number>();

  constructor(budget: Budget<'listings'>) {
    this.budget = budget;
  }

  /** The names of a directory, with `.` and `..` in front, as they are now. NOMEM where they alone take too much. */
  *make(directory: OpenDirectory): Generator<undefined, readonly string[]> {
    this.forget(directory);
    const names = ['.', '..'];
    let bytes = 0;
    try {
      for (const name of directory.directory.names()) {
        const taken = NAME_BYTES + 2 * name.length;
        this.makeRoom(taken);
        bytes += taken;
        names.push(name);
        if (names.length % PIECE === 0) yield;
      }
      this.kept.set(directory, bytes);
      directory.listing = names;
      return names;
    } finally {
      if (directory.listing !== names) this.budget.credit('listings', bytes);
    }
  }

  forget(directory: OpenDirectory): void {
    this.budget.credit('listings', this.kept.get(directory) ?? 0);
    this.kept.delete(directory);
    directory.listing = undefined;
  }

  private makeRoom(bytes: number): void {
    while (!this.budget.charge('listings', bytes)) {
      const [oldest] = this.kept.keys();
      if (oldest === undefined) throw refused('NOMEM');
      this.forget(oldest);
    }
  }
}
