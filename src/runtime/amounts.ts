// What embedders give for sizes and types of memories and tables, checked where it goes in.
import { withArticle } from '../options.ts';
import { type GlobalType, isRef, type Limits, type MemType, type TableType, typeName } from '../syntax/types.ts';

/** @throws TypeError for what is no number, RangeError for one that counts nothing: negative, NaN, infinite or a fraction. */
export function checkCount(count: unknown, what: string): void {
  if (typeof count !== 'number') throw new TypeError(`${what} is a number, not ${named(count)}`);
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`${what} is a whole number from 0 on, not ${count}`);
}

/** An upper bound, which may be infinite. @throws TypeError, RangeError. */
export function checkBound(bound: unknown, what: string): void {
  if (typeof bound !== 'number') throw new TypeError(`${what} is a number, not ${named(bound)}`);
  if (bound !== Number.POSITIVE_INFINITY) checkCount(bound, what);
}

/** @throws TypeError for what is no type, RangeError where its bounds contradict each other. */
export function checkMemoryType(type: MemType): void {
  checkType(type, 'memory');
  if (type.pageSizeLog2 !== 16 && type.pageSizeLog2 !== 0) {
    throw new RangeError(`pages of a memory have 2^16 bytes or 2^0, not 2^${String(type.pageSizeLog2)}`);
  }
  if (type.shared && type.limits.max === undefined) throw new TypeError('a shared memory needs a maximum');
}

/** @throws TypeError for what is no type, RangeError where its bounds contradict each other. */
export function checkTableType(type: TableType): void {
  checkType(type, 'table');
  if (typeof type.elem !== 'number')
    throw new TypeError(`the elements of a table have a type, not ${named(type.elem)}; ${FROM_MODULE}`);
  if (!isRef(type.elem))
    throw new TypeError(`the elements of a table are references, not of type ${typeName(type.elem)}`);
}

/** @throws TypeError for what is no type. */
export function checkGlobalType(type: GlobalType): void {
  if (typeof type !== 'object' || type === null)
    throw new TypeError(`the type of a global is an object, not ${named(type)}; ${FROM_MODULE}`);
  if (typeof type.val !== 'number')
    throw new TypeError(`the value of a global has a type, not ${named(type.val)}; ${FROM_MODULE}`);
}

/** Numbers of types have no names in the API. */
const FROM_MODULE = 'take the type of one that a module exports';

function checkType(type: MemType | TableType, what: string): void {
  if (typeof type !== 'object' || type === null)
    throw new TypeError(`the type of a ${what} is an object, not ${named(type)}; ${FROM_MODULE}`);
  if (typeof type.addr !== 'number')
    throw new TypeError(`the addresses of a ${what} have a type, not ${named(type.addr)}; ${FROM_MODULE}`);
  if (typeof type.limits !== 'object' || type.limits === null)
    throw new TypeError(`a ${what} has limits, not ${named(type.limits)}`);
  const { min, max }: Limits = type.limits;
  for (const bound of max === undefined ? [min] : [min, max]) {
    if (typeof bound !== 'bigint') throw new TypeError(`the limits of a ${what} are bigints, not ${named(bound)}`);
    if (bound < 0n) throw new RangeError(`the limits of a ${what} count from 0 on, not from ${bound}`);
  }
  if (max !== undefined && min > max)
    throw new RangeError(`the minimum of a ${what} is above its maximum: ${min}, ${max}`);
}

function named(value: unknown): string {
  return value === null || value === undefined ? String(value) : withArticle(typeof value);
}
