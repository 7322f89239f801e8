// Which exceptions a lowered function catches, and where it goes on: tables beside its code, read only when something
// is thrown. https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw-ref
// Positions are relative to the function's first op, so the tables outlive the code's place.

/** A catch clause of lowered code. */
export interface Handler {
  /** Tag index, or -1: any exception. */
  readonly tag: number;
  /** Where to go on; a label until the function is lowered. */
  readonly target: number;
  /** First slot that the exception's values go to. A clause without a tag takes none. */
  readonly slot: number;
  /** Slot that the exception itself goes to, or -1. */
  readonly refSlot: number;
}

const NONE: number[] = [];

/** The bodies of tries. */
export class Regions {
  /** By region: the one that gets what it does not catch, or -1: the caller. */
  readonly outer: number[] = [];
  /** By region: its clauses in the order in which they are tried, four numbers each. */
  readonly clauses: number[][] = [];

  add(outer: number): number {
    this.clauses.push(NONE);
    return this.outer.push(outer) - 1;
  }

  addClause(region: number, tag: number, target: number, slot: number, refSlot: number): void {
    // A list that grows has room for 17 numbers at once.
    if (this.clauses[region] === NONE) this.clauses[region] = [tag, target, slot, refSlot];
    else this.clauses[region].push(tag, target, slot, refSlot);
  }
}

/** The catch clauses of a lowered function. */
export interface Handlers {
  /** Ascending positions, and the innermost region from each of them on, or -1. */
  readonly starts: ArrayLike<number>;
  readonly regions: ArrayLike<number>;
  readonly outer: readonly number[];
  readonly clauses: readonly (readonly number[])[];
}

/** The clause whose four numbers begin there. */
export function handlerAt(clauses: readonly number[], at: number): Handler {
  return { tag: clauses[at], target: clauses[at + 1], slot: clauses[at + 2], refSlot: clauses[at + 3] };
}

/** The innermost region that a position is in, or -1. */
export function regionAt({ starts, regions }: Pick<Handlers, 'starts' | 'regions'>, position: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : regions[low - 1];
}
