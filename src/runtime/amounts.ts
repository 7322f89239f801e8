// What embedders give for sizes and types of memories and tables, checked where it goes in.
import { misfit } from '../options.ts';
import {
  type GlobalType,
  heapOf,
  isRef,
  type Limits,
  type MemType,
  type TableType,
  typeName,
} from '../syntax/types.ts';
import { NO_TYPES, type TypeSpace } from '../validator/type-space.ts';

/** @throws TypeError for what is no number, RangeError for one that counts nothing: negative, NaN, infinite or a fraction. */
export function checkCount(count: unknown, what: string): void {
  if (typeof count !== 'number') throw misfit(what, 'a number', count);
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`${what} is a whole number from 0 on, not ${count}`);
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
export function checkTableType(type: TableType, space: TypeSpace): void {
  checkType(type, 'table');
  checkKnown(type.elem, 'the type of the elements of a table', space);
  if (!isRef(type.elem))
    throw new TypeError(`the elements of a table are references, not of type ${typeName(type.elem)}`);
}

/** @throws TypeError for what is no type. */
export function checkGlobalType(type: GlobalType, space: TypeSpace): void {
  checkObject(type, 'the type of a global');
  checkKnown(type.val, 'the type of the value of a global', space);
}

/** Numbers of types have no names in the API. A type index means something in its space only. */
function checkKnown(type: unknown, what: string, space: TypeSpace): void {
  if (typeof type !== 'number') throw misfit(what, 'that of one that a module exports', type);
  if (type > 0 && heapOf(type) >= space.subTypes.length) {
    throw new TypeError(`${what} cannot be ${typeName(type)}: a type of a module's own, which only the module makes`);
  }
}

function checkObject(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null) throw misfit(what, 'an object, as in what modules export', value);
}

function checkType(type: MemType | TableType, what: string): void {
  checkObject(type, `the type of a ${what}`);
  checkKnown(type.addr, `the type of the addresses of a ${what}`, NO_TYPES);
  const where = `the limits of a ${what}`;
  checkObject(type.limits, where);
  const { min, max }: Limits = type.limits;
  [min, max ?? min].forEach((bound) => {
    if (typeof bound !== 'bigint') throw misfit(where, 'bigints', bound);
    if (bound < 0n) throw new RangeError(`${where} count from 0 on, not from ${bound}`);
  });
  if (max !== undefined && min > max)
    throw new RangeError(`the minimum of a ${what} is above its maximum: ${min}, ${max}`);
}
