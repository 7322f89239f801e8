// What a guest may have at a time: one table of kinds, and the object that counts them. All instances, threads, memories
// and tables of a guest share it; it is charged before anything is allocated, wherever that comes from.
// What is made stays counted as long as it can be used: docs/limits.md says what is given back when, and why.
import { brand, brandOf } from '../brand.ts';
import { ExhaustionError } from '../errors.ts';
import { type Check, type Shape, bound, checkOptions } from '../options.ts';
import { MAX_MEMORY_BYTES, MAX_TABLE_SIZE } from '../syntax/limits.ts';
import { Budget } from './budget.ts';
import type { CodeUnit } from './code-unit.ts';
import { CELL_BYTES, Heap, type StackParts, type Waiting } from './heap.ts';

/** How much of each kind there may be where nobody says a number. Of what stands in GuestLimits. */
export const LIMITS = {
  memoryBytes: MAX_MEMORY_BYTES,
  tableElements: MAX_TABLE_SIZE,
  objectBytes: 2 ** 28,
  stackBytes: 2 ** 26,
  threads: 4096,
  handles: 1024,
  listings: 2 ** 26,
  socketBytes: 2 ** 28,
} as const;

/** What a thread that waits takes beside its stack. */
const PARKED_BYTES = 2048;

export type LimitKind = keyof typeof LIMITS;

/** Kinds of which so many are taken and given back: objects are not. */
type Counted = Exclude<LimitKind, 'objectBytes'>;

/** What a guest may have at a time. What is not given is as usual; Infinity is no limit. */
export interface GuestLimits {
  /** Bytes of all its memories together; 2 GiB. Past it: -1, or an ExhaustionError where they are made. */
  readonly memoryBytes?: number | undefined;
  /** Elements of all its tables together; 10,000,000. Past it: -1, or an ExhaustionError where they are made. */
  readonly tableElements?: number | undefined;
  /**
   * Bytes of its objects that can be reached: structs, arrays, exceptions, strings of the string builtins, references of
   * element segments; 256 MiB. Past it: an ExhaustionError.
   */
  readonly objectBytes?: number | undefined;
  /** Bytes of the stacks of its threads that wait; 64 MiB. Past it: an ExhaustionError in the thread. */
  readonly stackBytes?: number | undefined;
  /** Threads that it has started (wasi-threads) and that have not ended; 4,096. Past it: AGAIN. */
  readonly threads?: number | undefined;
  /** Open descriptors, its streams and directories included; 1,024. Past it: MFILE. */
  readonly handles?: number | undefined;
  /** Bytes that names of directories take which it is in the middle of listing; 64 MiB. Past it: NOMEM. */
  readonly listings?: number | undefined;
  /** Bytes that its sockets may keep for those who read and for those who are sent to; 256 MiB. Past it: NOBUFS. */
  readonly socketBytes?: number | undefined;
}

const SHAPE = Object.fromEntries(
  Object.keys(LIMITS).map((kind) => [kind, bound('a number')]),
) as unknown as Shape<GuestLimits>;

/** Limits, and what is left of them: to be given to all that belongs to one guest. */
export class Limits extends Budget<Counted> {
  readonly kind = brand(this, 'limits');
  /** @internal */
  readonly heap: Heap;
  /**
   * Functions whose code instances have paid for (interpreter/code/first-calls.ts), by whose code it is, and the bytes of their
   * bodies, once for all instances that share it.
   * @internal
   */
  readonly paid = new Map<CodeUnit, Int32Array>();
  /** @internal */
  paidBytes = 0;

  /** @throws TypeError for an unknown kind and for what is no number, RangeError for one that counts nothing. */
  constructor(given?: GuestLimits, who = 'Limits') {
    const { objectBytes, ...counted } = Object.assign({ ...LIMITS }, checkOptions(who, given, SHAPE));
    super(counted);
    this.heap = new Heap(objectBytes);
  }

  /** Takes `count` of a kind for something. @throws ExhaustionError where fewer are left. */
  take(kind: Counted, count: number, what: string): void {
    if (!this.charge(kind, count)) throw this.exhausted(kind, what);
  }

  /** How many more there may be of a kind; of `objectBytes`, before what is reached is counted anew. */
  override leftOf(kind: LimitKind): number {
    return kind === 'objectBytes' ? this.heap.left : super.leftOf(kind);
  }

  /**
   * Counts the stack of a thread that waits, once. @throws ExhaustionError
   * @internal
   */
  park(thread: Waiting): void {
    if (this.heap.stacks.has(thread)) return;
    const { slots, frames, refs } = thread.parked as StackParts;
    const bytes = PARKED_BYTES + 4 * (slots.length + frames.length) + CELL_BYTES * refs.length;
    this.take('stackBytes', bytes, `${bytes} bytes`);
    this.heap.stacks.set(thread, bytes);
  }

  /** @internal */
  unpark(thread: Waiting): void {
    const { stacks } = this.heap;
    this.credit('stackBytes', stacks.get(thread) ?? 0);
    stacks.delete(thread);
  }

  exhausted(kind: LimitKind, what: string): ExhaustionError {
    const most = kind === 'objectBytes' ? this.heap.most : this.most[kind];
    const rest = `${this.leftOf(kind)} of ${most} are left (limits: ${kind})`;
    return new ExhaustionError(`out of memory: ${what}; ${rest}`, kind);
  }
}

/** The option `limits`: an object that counts, or limits for one that is made of them. */
export const limits: Check = (value, where) =>
  brandOf(value) === 'limits' ? value : new Limits(value as GuestLimits, where);

/** What the check has made of an option. */
export function limitsOf(given: Limits | GuestLimits | undefined): Limits {
  return given === undefined ? new Limits() : (given as Limits);
}
