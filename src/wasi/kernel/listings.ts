// The names of directories as they were when a guest began to list them, so that what is added or removed meanwhile
// shifts no other entry. They are kept as long as there is room: then the oldest are forgotten,
// and who goes on with one of these has it listed anew.
import type { Budget } from '../../runtime/budget.ts';
import { refused } from '../host/errno.ts';
import type { HeldDirectory } from './held.ts';

/** What a name takes, besides two bytes for each of its UTF-16 units. */
const NAME_BYTES = 32;

/** What is kept of a directory. */
interface Listing {
  readonly names: readonly string[];
  readonly bytes: number;
}

/** Names that are read in one piece. */
const PIECE = 512;

export class Listings {
  private readonly budget: Budget<'listings'>;
  /** The oldest first. */
  private readonly kept = new Map<HeldDirectory, Listing>();

  constructor(budget: Budget<'listings'>) {
    this.budget = budget;
  }

  /** The names as they were when they were last made. Undefined: they were not, or have been forgotten. */
  of(directory: HeldDirectory): readonly string[] | undefined {
    return this.kept.get(directory)?.names;
  }

  /** The names of a directory, with `.` and `..` in front, as they are now. NOMEM where they alone take too much. */
  *make(directory: HeldDirectory): Generator<undefined, readonly string[]> {
    this.forget(directory);
    const names = ['.', '..'];
    let bytes = 0;
    try {
      for (const name of directory.names()) {
        const taken = NAME_BYTES + 2 * name.length;
        this.makeRoom(taken);
        bytes += taken;
        names.push(name);
        if (names.length % PIECE === 0) yield;
      }
      this.kept.set(directory, { names, bytes });
      return names;
    } finally {
      if (this.of(directory) !== names) this.budget.credit('listings', bytes);
    }
  }

  forget(directory: HeldDirectory): void {
    this.budget.credit('listings', this.kept.get(directory)?.bytes ?? 0);
    this.kept.delete(directory);
  }

  private makeRoom(bytes: number): void {
    while (!this.budget.charge('listings', bytes)) {
      const [oldest] = this.kept.keys();
      if (oldest === undefined) throw refused('NOMEM');
      this.forget(oldest);
    }
  }
}
