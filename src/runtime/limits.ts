// What a guest may have at a time: one table of kinds, and the object that counts them. All instances, threads, memories
// and tables of a guest share it; it is charged before anything is allocated, wherever that comes from.
// What is made stays counted as long as it can be used: docs/limits.md says what is given back when, and why.
import { brand, brandOf } from '../brand.ts';
import { ExhaustionError, type Resource } from '../errors.ts';
import { type Check, type Shape, bound, checkOptions, shapeOf } from '../options.ts';
import { MAX_MEMORY_BYTES, MAX_TABLE_SIZE } from '../syntax/limits.ts';
import { Budget } from './budget.ts';

const MIB = 1024 * 1024;

/** Each kind: how much there may be where nobody says a number, and of what; what an ExhaustionError calls it. */
export const LIMITS = {
  memoryBytes: { usual: MAX_MEMORY_BYTES, unit: 'bytes', resource: 'memory' },
  tableElements: { usual: MAX_TABLE_SIZE, unit: 'elements', resource: 'table' },
  threads: { usual: 4096, unit: 'threads', resource: 'threads' },
  handles: { usual: 1024, unit: 'descriptors', resource: 'handles' },
  listings: { usual: 64 * MIB, unit: 'bytes', resource: 'handles' },
} as const satisfies Record<string, { usual: number; unit: string; resource: Resource }>;

export type LimitKind = keyof typeof LIMITS;

/** What a guest may have at a time. What is not given is as usual; Infinity is no limit. */
export interface GuestLimits {
  /** Bytes of all its memories together; 2 GiB. Past it: -1, or an ExhaustionError where they are made. */
  readonly memoryBytes?: number | undefined;
  /** Elements of all its tables together; 10,000,000. Past it: -1, or an ExhaustionError where they are made. */
  readonly tableElements?: number | undefined;
  /** Threads that it has started (wasi-threads) and that have not ended; 4,096. Past it: AGAIN. */
  readonly threads?: number | undefined;
  /** Open descriptors, its streams and directories included; 1,024. Past it: MFILE. */
  readonly handles?: number | undefined;
  /** Bytes that names of directories take which it is in the middle of listing; 64 MiB. Past it: NOMEM. */
  readonly listings?: number | undefined;
}

const KINDS = Object.keys(LIMITS) as LimitKind[];

const SHAPE = Object.fromEntries(
  KINDS.map((kind) => [kind, bound(`a number of ${LIMITS[kind].unit}`)]),
) as unknown as Shape<GuestLimits>;

const USUAL = Object.fromEntries(KINDS.map((kind) => [kind, LIMITS[kind].usual])) as Record<LimitKind, number>;

/** Limits, and what is left of them: to be given to all that belongs to one guest. */
export class Limits extends Budget<LimitKind> {
  readonly kind = brand(this, 'limits');

  /** @throws TypeError for an unknown kind and for what is no number, RangeError for one that counts nothing. */
  constructor(given?: GuestLimits) {
    super(Object.assign({ ...USUAL }, checkOptions('Limits', given, SHAPE)));
  }

  /** Takes `count` of a kind for something. @throws ExhaustionError where fewer are left. */
  take(kind: LimitKind, count: number, what: string): void {
    if (!this.charge(kind, count)) throw this.exhausted(kind, what);
  }

  exhausted(kind: LimitKind, what: string): ExhaustionError {
    const { unit, resource } = LIMITS[kind];
    const rest = `${this.leftOf(kind)} of ${this.most[kind]} ${unit} are left (limits: ${kind})`;
    return new ExhaustionError(`out of memory: ${what}; ${rest}`, resource);
  }
}

const plain = shapeOf(SHAPE);

/** The option `limits`: an object that counts, or limits for one that is made of them. */
export const limits: Check = (value, where) =>
  brandOf(value) === 'limits' ? value : new Limits(plain(value, where) as GuestLimits);

/** What the check has made of an option. */
export function limitsOf(given: Limits | GuestLimits | undefined): Limits {
  return given === undefined ? new Limits() : (given as Limits);
}
