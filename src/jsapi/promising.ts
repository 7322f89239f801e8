// JavaScript Promise Integration: Suspending imports and promising exports.
// https://github.com/WebAssembly/js-promise-integration
// A promising call runs on a thread of the interpreter that can be parked, until it waits for the first time at once.
import { type Execution, begun, callAsync } from '../interpreter/threads/invoke.ts';
import type { Func } from '../runtime/instance.ts';
import { yieldToHost } from '../runtime/turns.ts';
import * as say from './messages.ts';
import { type Realm, realmOf } from './realm.ts';
import {
  type Callable,
  canCross,
  coerce,
  describeFunction,
  funcOf,
  putArguments,
  readAll,
  toOutside,
} from './crossing.ts';
import { exposeInterface, isCallable, lookUp, newObject } from './webidl.ts';

const WRAPPED = new WeakMap<object, Callable>();

/** The function in a WebAssembly.Suspending; undefined where it is none. */
export function suspendedFunctionOf(value: unknown): Callable | undefined {
  return lookUp(WRAPPED, value);
}

export const { Suspending: SuspendingObject } = {
  Suspending: class {
    /** For the compiler: other objects are no Suspending. */
    declare readonly [Symbol.toStringTag]: 'WebAssembly.Suspending';

    constructor(jsFun: (...args: never[]) => unknown) {
      if (!isCallable(jsFun)) throw new TypeError(say.notAFunction('WebAssembly.Suspending()'));
      const made = newObject(new.target);
      WRAPPED.set(made, jsFun);
      return made;
    }
  },
};

export type SuspendingObject = InstanceType<typeof SuspendingObject>;

exposeInterface(SuspendingObject, 'Suspending');

/** What a call returns to JavaScript, of its results. */
function resultOf(values: readonly unknown[]): unknown {
  return values.length > 1 ? values : values[0];
}

/** Runs an execution to its end, however often it is suspended. */
function finish(
  execution: Execution<unknown>,
  realm: Realm | undefined,
  resolve: (value: unknown) => void,
  reject: (error: unknown) => void,
): void {
  const goOn = (): void => {
    try {
      const outcome = realm === undefined ? execution.stretch() : realm.stretch(execution);
      // A notification comes from within another call, which ends first.
      const later = (): void => void Promise.resolve().then(goOn);
      if (outcome === 'suspended') execution.whenReady(execution.waitsForMemory ? later : goOn);
      else if (outcome === 'slice') void yieldToHost().then(goOn);
      else resolve(resultOf(execution.results));
    } catch (error) {
      reject(toOutside(error));
    }
  };
  goOn();
}

function callPromising(func: Func, args: unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { params, results } = func.signature;
    if (!params.every(canCross) || !results.every(canCross)) throw new TypeError(say.uncrossable());
    coerce(params, args, func.defType.space);
    if (func.instance === undefined) {
      // An imported function that is exported again: it has no steps, but may return a promise.
      callAsync(func, args, {}, putArguments, readAll).then(
        (answers) => resolve(resultOf(answers)),
        (error: unknown) => reject(toOutside(error)),
      );
      return;
    }
    const execution = begun(func, args, true, putArguments, readAll);
    execution.fuel = Number.POSITIVE_INFINITY;
    finish(execution, realmOf(func), resolve, reject);
  });
}

/** WebAssembly.promising. @throws TypeError for what is no exported function. */
export function promising(wasmFunc: (...args: never[]) => unknown): (...args: unknown[]) => Promise<unknown> {
  const who = 'WebAssembly.promising()';
  if (!isCallable(wasmFunc)) throw new TypeError(say.notAFunction(who));
  const func = funcOf(wasmFunc);
  if (func === undefined) throw new TypeError(say.notExported(who));
  const made = (...args: unknown[]): Promise<unknown> => callPromising(func, args);
  describeFunction(made, String(func.index), func.signature.params.length);
  return made;
}
