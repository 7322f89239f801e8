// A table instance. https://webassembly.github.io/spec/core/exec/runtime.html#table-instances
// What embedders put in is checked here; the interpreter reads and writes `elements`, which are only references of the type.
import { counted } from '../syntax/shown.ts';
import { brand } from '../brand.ts';
import { checkTime } from '../clock.ts';
import { ExhaustionError } from '../errors.ts';
import { Elements } from './elements.ts';
import { referenceOut, toReference } from './references.ts';
import { MAX_TABLE_SIZE } from '../syntax/limits.ts';
import { I32, type TableType } from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';
import { checkCount, checkTableType } from './amounts.ts';
import { HELD } from './heap.ts';
import type { Limits } from './limits.ts';

/**
 * Says that the first element of a new table is given as it is inside, and is of the type, which is one of a space.
 * @internal
 */
export const INSIDE = {};

/** Elements that a new table gets between two looks at the clock. */
const PIECE = 1 << 16;

/** A growth that has begun: until the table has `end` elements, the next ones are `init`. */
interface Growth {
  readonly end: number;
  readonly init: unknown;
}

/** A table of references. */
export class Table {
  readonly kind = brand(this, 'table');
  readonly type: TableType;
  /**
   * What type indices in its type mean.
   * @internal
   */
  readonly space: TypeSpace;
  /**
   * The references as they are inside. For the engine: nothing checks what is put there.
   * @internal
   */
  readonly elements = new Elements();
  /**
   * The first of them, for the loop: not all, where there are many.
   * @internal
   */
  readonly first = this.elements.first;
  /** @internal */
  readonly max: number;
  /** @internal */
  readonly mark = HELD;
  /** What its elements are charged to. */
  private readonly limits: Limits | undefined;
  /** Growths that have begun and are not done, one behind the other. */
  private growths: Growth[] = [];
  /** Elements that the table has when all of them are done: so many are charged. */
  private reserved = 0;

  /**
   * The elements are `init`, as the host gives it, or null.
   * @throws ExhaustionError when the minimum is above the limit of 10,000,000 elements, or above what limits leave.
   * @throws TypeError for an `init` that is not of the table's type; TypeError, RangeError for what is no table type.
   */
  constructor(type: TableType, ...init: [value?: unknown, as?: object, space?: TypeSpace, limits?: Limits]) {
    const inside = init[1] === INSIDE;
    if (inside) this.limits = init[3];
    this.space = (inside && init[2]) || NO_TYPES;
    checkTableType(type, this.space);
    this.type = Object.freeze({ ...type, limits: Object.freeze({ ...type.limits }) });
    const declared = type.limits.max ?? (type.addr === I32 ? 0xffff_ffffn : BigInt(MAX_TABLE_SIZE));
    this.max = Math.min(MAX_TABLE_SIZE, Number(declared));
    const what = `a table of ${counted(type.limits.min, 'element')}`;
    if (type.limits.min > BigInt(MAX_TABLE_SIZE)) {
      throw new ExhaustionError(`out of memory: ${what}; at most ${MAX_TABLE_SIZE}`, 'table');
    }
    const first = inside ? init[0] : this.inside(init);
    const size = Number(type.limits.min);
    this.limits?.take('tableElements', size, what);
    this.begin(size, first);
    if (!inside) this.complete();
  }

  /**
   * Makes the elements that it begins with. Whoever gives the first one as it is inside calls this, or does it in pieces.
   * @throws Interrupted when what runs should be over.
   * @internal
   */
  complete(): this {
    try {
      while (this.growOn() > 0) checkTime();
      return this;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get size(): number {
    return this.elements.size;
  }

  /**
   * Shows all references that it holds, chunk by chunk: elements, and what growths that are not done are going to put there.
   * @internal
   */
  forReferences(show: (references: readonly unknown[]) => void): void {
    this.elements.forChunks(show);
    if (this.growths.length > 0) show(this.growths.map(({ init }) => init));
  }

  /** A copy of all elements, as the host sees them; frozen. */
  get elems(): readonly unknown[] {
    return Object.freeze(
      Array.from({ length: this.size }, (_, i) => referenceOut(this.type.elem, this.elements.read(i))),
    );
  }

  /** The element at an index, as the host sees it. @throws TypeError, RangeError for what is no index in the table. */
  get(index: number): unknown {
    return referenceOut(this.type.elem, this.elements.read(this.checked(index)));
  }

  /** Puts an element in. @throws TypeError when it is not of the table's type; TypeError, RangeError for a wrong index. */
  set(index: number, value: unknown): void {
    const at = this.checked(index);
    this.elements.write(at, toReference(this.type.elem, value, this.space));
  }

  /**
   * Grows by `delta` elements that are `init`, as the host gives it, or null; returns the size before, or -1 where that
   * is not possible.
   * @throws TypeError for an `init` that is not of the table's type, RangeError for what is no number of elements.
   */
  grow(delta: number, ...init: [value?: unknown]): number {
    checkCount(delta, 'what a table grows by');
    return this.extend(delta, this.inside(init));
  }

  /**
   * The same for a reference as it is inside.
   * @internal
   */
  extend(delta: number, init: unknown): number {
    const before = this.reserve(delta, init);
    while (before >= 0 && this.growOn() > 0);
    return before;
  }

  /**
   * Begins a growth that is done in pieces, behind those that have begun, and charges it; returns the size before, which
   * cannot change any more, or -1, and nothing has happened, where the table may not grow by so many.
   * @internal
   */
  reserve(delta: number, init: unknown): number {
    const before = this.reserved;
    if (before + delta > this.max) return -1;
    if (this.limits !== undefined && !this.limits.charge('tableElements', delta)) return -1;
    this.begin(delta, init);
    return before;
  }

  private begin(delta: number, init: unknown): void {
    this.reserved += delta;
    if (delta > 0) this.growths.push({ end: this.reserved, init });
  }

  /**
   * Does at most so many elements of what was begun first, whoever has begun it; returns how many, 0 when all is done.
   * @internal
   */
  growOn(most = PIECE): number {
    const { elements, growths } = this;
    if (growths.length === 0) return 0;
    const [{ end, init }] = growths;
    const n = Math.min(most, end - elements.size);
    elements.push(n, init);
    if (elements.size === end) growths.shift();
    return n;
  }

  /**
   * It is gone with its instance.
   * @internal
   */
  release(): void {
    this.limits?.credit('tableElements', this.reserved);
  }

  /** An externref that is undefined is a value: only where none is given it is null. */
  private inside(init: readonly unknown[]): unknown {
    return toReference(this.type.elem, init.length === 0 ? null : init[0], this.space);
  }

  private checked(index: number): number {
    checkCount(index, 'an index of a table');
    if (index < this.size) return index;
    throw new RangeError(`the table has ${counted(this.size, 'element')}, none at ${index}`);
  }
}
