// Which exceptions a lowered function catches, and where it goes on: a table beside its code, read only when something
// is thrown. https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw-ref
// Positions are relative to the function's first op, so the table outlives the code's place.
import type { LabelId } from './nodes.ts';

/** One catch clause while a function is lowered. */
export interface Clause {
  /** Tag index, or -1: any exception. */
  readonly tag: number;
  readonly label: LabelId;
  /** First slot that the exception's values go to. A clause without a tag takes none. */
  readonly slot: number;
  /** Slot that the exception itself goes to, or -1. */
  readonly refSlot: number;
}

/** The body of a try: clauses in the order in which they are tried, then those of the region around it. */
export interface Region {
  /** The region that gets what this one does not catch, or -1: the caller. */
  outer: number;
  readonly clauses: Clause[];
}

/** A catch clause of lowered code. */
export interface Handler extends Clause {
  /** Where to go on. */
  readonly target: number;
}

/** The catch clauses of a lowered function. */
export interface Handlers {
  /** Ascending positions, and the innermost region from each of them on, or -1. */
  readonly starts: readonly number[];
  readonly regions: readonly number[];
  /** By region. */
  readonly outer: readonly number[];
  readonly clauses: readonly (readonly Handler[])[];
}

/** The innermost region that a position is in, or -1. */
export function regionAt({ starts, regions }: Handlers, position: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= position) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : regions[low - 1];
}
