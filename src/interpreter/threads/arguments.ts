// Values in and out of a call: the list of arguments is read once, checked and written to slots; results are read. Single
// values are in values/border.ts; results of host functions are in host-results.ts.
import { shown } from '../../options.ts';
import type { Func } from '../../runtime/instance.ts';
import type { Bits, Value } from '../../runtime/values.ts';
import { slotsOf } from '../../runtime/slots.ts';
import { counted } from '../../syntax/shown.ts';
import { type ValType, asFunc } from '../../syntax/types.ts';
import type { TypeSpace } from '../../validator/type-space.ts';
import { plainValues, readBits, readValue, readValues, which, writeBits, writeValue } from '../values/border.ts';
import { readAll } from '../values/slots.ts';

/** Reads results of some types that stand from a word on. */
export type Finish<R> = (types: readonly ValType[], base: number) => R;
/** Writes the arguments of a call of a function from a word on. No code of theirs runs. */
export type Put<A> = (func: Func, base: number, args: A) => void;
type Write<T> = (t: ValType, word: number, value: T, space: TypeSpace) => void;

function wrongCount(wanted: number, count: number): TypeError {
  return new TypeError(`the function takes ${counted(wanted, 'argument')}, not ${count}`);
}

/** Arguments in an array of our own. */
function writeAll<T>(func: Func, base: number, values: readonly T[], write: Write<T>): void {
  const { defType } = func;
  const { params } = asFunc(defType.comp);
  const { length } = params;
  if (values.length !== length) throw wrongCount(length, values.length);
  const { space } = defType;
  let word = base;
  let i = 0;
  try {
    for (; i < length; i++) {
      const t = params[i];
      write(t, word, values[i], space);
      word += 2 * slotsOf(t);
    }
  } catch (error) {
    throw misfitOf(error, i, length);
  }
}

function misfitOf(error: unknown, i: number, count: number): unknown {
  return which(error, `argument ${i + 1} of ${count}`);
}

export const putValues: Put<readonly Value[]> = (func, base, values) => writeAll(func, base, values, writeValue);
export const putBits: Put<readonly Bits[]> = (func, base, bits) => writeAll(func, base, bits, writeBits);

/** Results as their bits. */
export const readAllBits = (types: readonly ValType[], base: number): Bits[] => readAll(types, base, readBits);

/** What calls return: nothing, the only result, or all results. */
export type Results = Value | readonly Value[] | undefined;

/** Results as calls return them. */
export const readResults = (types: readonly ValType[], base: number): Results =>
  types.length === 0 ? undefined : types.length === 1 ? readValue(types[0], base) : readValues(types, base);

function notAList(args: unknown): TypeError {
  return new TypeError(`arguments are given as an array, not ${shown(args)}; options come after them`);
}

/** @throws TypeError when a list has not as many arguments as the function takes. */
function checkCount(wanted: number, args: readonly unknown[]): void {
  if (typeof args !== 'object' || args === null) throw notAList(args);
  const count: unknown = args.length;
  if (count === wanted) return;
  if (typeof count !== 'number') throw notAList(args);
  throw wrongCount(wanted, count);
}

/**
 * The arguments as they are now, each read once: the list may be a Proxy or have getters, whose code may call. Literals are
 * made faster than arrays that grow.
 */
export function copyOf<T>(func: Func, args: readonly T[]): readonly T[] {
  const wanted = func.signature.params.length;
  checkCount(wanted, args);
  if (wanted === 1) return [args[0]];
  if (wanted === 2) return [args[0], args[1]];
  const copy: T[] = [];
  for (let i = 0; i < wanted; i++) copy.push(args[i]);
  return copy;
}

/** The same as plain values. Only then is anything written. */
export function plainArguments(func: Func, args: readonly Value[]): readonly Value[] {
  return plainValues(func.signature.params, copyOf(func, args));
}
