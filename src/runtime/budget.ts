// What is counted: so many of each kind at most. Whoever makes something charges for it first, and credits it when it is gone.
// Where nothing is left, whoever charges says so: by an error number, an ExhaustionError, -1.
import { emptyRecord } from '../syntax/records.ts';

/** Limits by kind, in units of each; Infinity for none. */
export class Budget<Kind extends string> {
  private readonly left = emptyRecord<number>() as Record<Kind, number>;
  /** How many there may be. */
  readonly most: Readonly<Record<Kind, number>>;

  constructor(most: Readonly<Record<Kind, number>>) {
    this.most = most;
    Object.assign(this.left, most);
  }

  /** How many more there may be. */
  leftOf(kind: Kind): number {
    return this.left[kind];
  }

  /** Takes `count` of a kind; false, and nothing is taken, where fewer are left. */
  charge(kind: Kind, count = 1): boolean {
    if (count > this.left[kind]) return false;
    this.left[kind] -= count;
    return true;
  }

  /** Gives back what was charged. */
  credit(kind: Kind, count = 1): void {
    this.left[kind] += count;
  }
}
