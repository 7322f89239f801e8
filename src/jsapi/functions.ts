// JavaScript functions as imports. https://webassembly.github.io/spec/js-api/#create-a-host-function
import { type DirectHost, Func } from '../runtime/instance.ts';
import { funcFor } from '../runtime/func.ts';
import { type ValType, asFunc } from '../syntax/types.ts';
import type { DefType } from '../validator/type-space.ts';
import { SuspendError } from './errors.ts';
import * as say from './messages.ts';
import { type Callable, canCross, readAll, readSlot, toInside, toWasm, writeAll, writeSlot } from './crossing.ts';

/** Converts what a JavaScript function returned to the results of a function type. @throws TypeError. */
function coerceResults({ comp, space }: DefType, returned: unknown): unknown[] {
  const { results } = asFunc(comp);
  if (results.length === 0) return [];
  if (results.length === 1) return [toWasm(returned, results[0], space)];
  const values = [...(returned as Iterable<unknown>)];
  if (values.length !== results.length) throw new TypeError(say.wrongResults(results.length, values.length));
  return values.map((value, i) => toWasm(value, results[i], space));
}

/** Calls a JavaScript function with what stands in slots; a list costs as much as all the rest. */
function callWithSlots(callable: Callable, params: readonly ValType[], base: number): unknown {
  if (params.length === 1) return callable(readSlot(params[0], base));
  return Reflect.apply(callable, undefined, readAll(params, base));
}

function writeReturned(type: DefType, base: number, returned: unknown): void {
  const { results } = asFunc(type.comp);
  if (results.length === 1) writeSlot(results[0], base, toWasm(returned, results[0], type.space));
  else writeAll(results, base, coerceResults(type, returned));
}

/** A host function that calls a JavaScript one. `index` is its place among the imported functions. */
export function hostFunction(callable: Callable, type: DefType, index: number): Func {
  const { params, results } = asFunc(type.comp);
  const crosses = params.every(canCross) && results.every(canCross);
  const direct: DirectHost = (base) => {
    try {
      if (!crosses) throw new TypeError(say.uncrossable());
      writeReturned(type, base, callWithSlots(callable, params, base));
    } catch (error) {
      throw toInside(error);
    }
    return undefined;
  };
  return new Func(type, undefined, index, undefined, direct);
}

/**
 * The function instance that a value is imported as because it stands for one: an exported function, or a host function
 * that has a type of its own (a text where it has several, and none fits). That may wait if it is `suspending`; its errors
 * cross as those of other functions do.
 */
export function importedFunction(
  value: Callable,
  type: DefType,
  index: number,
  suspending = false,
): Func | string | undefined {
  const func = funcFor(value, { kind: 'func', type });
  if (typeof func === 'string') return `it ${func}`;
  if (func?.callerHost === undefined) return suspending ? undefined : func;
  const { defType, callerHost } = func;
  return new Func(defType, undefined, index, undefined, undefined, (caller, args, canWait) => {
    try {
      return callerHost(caller, args, suspending && canWait);
    } catch (error) {
      throw toInside(error);
    }
  });
}

/** A host function that suspends the thread until what a JavaScript one returned is settled. */
export function suspendingFunction(callable: Callable, type: DefType, index: number): Func {
  const { params, results } = asFunc(type.comp);
  const crosses = params.every(canCross) && results.every(canCross);
  const finish = (returned: unknown): unknown => {
    try {
      const values = coerceResults(type, returned);
      return values.length === 1 ? values[0] : values;
    } catch (error) {
      throw toInside(error);
    }
  };
  const direct: DirectHost = (base, canWait) => {
    try {
      if (!canWait) throw new SuspendError(say.cannotSuspend());
      if (!crosses) throw new TypeError(say.uncrossable());
      const promise = Promise.resolve(Reflect.apply(callable, undefined, readAll(params, base)));
      return promise.then(finish, (error: unknown) => Promise.reject(toInside(error)));
    } catch (error) {
      throw toInside(error);
    }
  };
  return new Func(type, undefined, index, undefined, direct);
}
