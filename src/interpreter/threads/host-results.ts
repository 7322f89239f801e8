// What host functions return: a promise, or values, which are written to slots. Whatever code of the host may run on the way
// does so before anything is written. How host functions are called is in host-calls.ts.
import { UnsupportedError } from '../../errors.ts';
import { slotsOf } from '../../runtime/slots.ts';
import type { Func } from '../../runtime/instance.ts';
import { type FuncType, asFunc } from '../../syntax/types.ts';
import type { DefType } from '../../validator/type-space.ts';
import { plainValue, plainValues, which, writeValue } from '../values/border.ts';

/**
 * What a host function returned, as something to wait for; undefined where it is the result itself. Where a reference is
 * wanted, only a Promise is waited for: other objects with a `then` are values. `then` is read once.
 */
export function promised({ results }: FuncType, returned: unknown): PromiseLike<unknown> | undefined {
  if (typeof returned !== 'object' || returned === null) return undefined;
  try {
    if (results.length === 1 && results[0] > 0) return returned instanceof Promise ? returned : undefined;
    const { then } = returned as { readonly then?: unknown };
    if (typeof then !== 'function') return undefined;
    // biome-ignore lint/suspicious/noThenProperty: it is to be awaited
    return { then: (...listeners: unknown[]) => Reflect.apply(then, returned, listeners) } as PromiseLike<unknown>;
  } catch {
    // It cannot be asked, so it promises nothing.
    return undefined;
  }
}

/** A host function, as errors call it. */
function named(func: Func | undefined): string {
  const name = func?.importedAs;
  return name === undefined ? 'a host function' : `the host function ${name}`;
}

/** The error of a synchronous call in which a host function returned a promise. */
export function refusedPromise(func: Func, promise: PromiseLike<unknown>): UnsupportedError {
  // Nobody waits for it now, so that nobody would hear of its failure.
  Promise.resolve(promise).catch(() => undefined);
  return new UnsupportedError(
    'async-host-call',
    `async host call: ${named(func)} returned a promise, and this call is synchronous; use callAsync, or begin with { async: true }`,
  );
}

/**
 * What a host function returned, as a value per result: nothing, one value, or what an iterable gives. Code of the host
 * may run, so no thread may stand on the stack without having reserved its part. @throws TypeError
 */
export function valuesOf({ results }: FuncType, returned: unknown, func: Func | undefined): readonly unknown[] {
  if (results.length === 0) return [];
  if (results.length === 1) return plainValues(results, [returned]);
  const values: unknown[] = [];
  if (typeof returned === 'object' && returned !== null && Symbol.iterator in returned) {
    for (const value of returned as Iterable<unknown>) if (values.push(value) > results.length) break;
  }
  if (values.length === results.length) return plainValues(results, values);
  throw new TypeError(
    `${named(func)}, of ${results.length} results, has to return an array of ${results.length} values`,
  );
}

/** Writes a value per result. No code of the values runs. @throws TypeError for a value that is not of its type. */
export function writeResults(
  { comp, space }: DefType,
  base: number,
  values: readonly unknown[],
  func: Func | undefined,
): void {
  const { results } = asFunc(comp);
  let word = base;
  let i = 0;
  try {
    for (; i < results.length; i++) {
      writeValue(results[i], word, values[i], space);
      word += 2 * slotsOf(results[i]);
    }
  } catch (error) {
    throw which(error, `result ${i + 1} of ${results.length} of ${named(func)}`);
  }
}

/** Writes what a host function returned. */
export function writeReturned(func: Func, base: number, returned: unknown): void {
  if (func.signature.results.length === 1) writeOnly(func, base, returned);
  else writeResults(func.defType, base, valuesOf(func.signature, returned, func), func);
}

/** The only result. What code of the value throws passes as it is. */
export function writeOnly(func: Func, base: number, returned: unknown): void {
  const t = func.signature.results[0];
  const plain = plainValue(t, returned);
  try {
    writeValue(t, base, plain, func.defType.space);
  } catch (error) {
    throw which(error, `the result of ${named(func)}`);
  }
}
