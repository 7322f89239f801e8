// A table instance. https://webassembly.github.io/spec/core/exec/runtime.html#table-instances
import { counted } from '../syntax/shown.ts';
import { brand } from '../brand.ts';
import { ExhaustionError } from '../errors.ts';
import { toReference } from './references.ts';
import { MAX_TABLE_SIZE } from '../syntax/limits.ts';
import { I32, type TableType } from '../syntax/types.ts';
import { checkCount, checkTableType } from './amounts.ts';

/** A table of references. `type.elem` is closed (heap types are canonical ids), so that instances can share it. */
export class Table {
  readonly kind = brand(this, 'table');
  readonly type: TableType;
  /** The references; `elems.length` is the table's size. */
  readonly elems: unknown[] = [];
  private readonly max: number;

  /**
   * @throws ExhaustionError when the minimum is above the limit of 10,000,000 elements.
   * @throws TypeError, RangeError for what is no table type.
   */
  constructor(type: TableType, ...init: [value?: unknown]) {
    checkTableType(type);
    this.type = type;
    const declared = type.limits.max ?? (type.addr === I32 ? 0xffff_ffffn : BigInt(MAX_TABLE_SIZE));
    this.max = Math.min(MAX_TABLE_SIZE, Number(declared));
    if (type.limits.min > BigInt(MAX_TABLE_SIZE)) {
      throw new ExhaustionError(
        `out of memory: a table of ${counted(type.limits.min, 'element')}; at most ${MAX_TABLE_SIZE}`,
        'table',
      );
    }
    // An externref that is undefined is a value: only where none is given it is null.
    this.extend(Number(type.limits.min), init.length === 0 ? null : init[0]);
  }

  get size(): number {
    return this.elems.length;
  }

  /**
   * Grows by `delta` elements that are `init`, as the host gives it, or null; answers the size before, or -1 where that is not
   * possible. @throws TypeError for an `init` that is not of the table's type, RangeError for what is no number of elements.
   */
  grow(delta: number, ...init: [value?: unknown]): number {
    checkCount(delta, 'what a table grows by');
    return this.extend(delta, toReference(this.type.elem, init.length === 0 ? null : init[0]));
  }

  /** The same for a reference as it is inside. */
  extend(delta: number, init: unknown): number {
    const before = this.elems.length;
    if (before + delta > this.max) return -1;
    for (let i = 0; i < delta; i++) this.elems.push(init);
    return before;
  }
}
