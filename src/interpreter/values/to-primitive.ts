// What an object becomes where a number is wanted: ToPrimitive with the hint number. Code of the host runs.
// https://tc39.es/ecma262/#sec-toprimitive

import { isObject } from '../../runtime/references.ts';

export function isCallable(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

/** A primitive value. @throws TypeError when there is none, and what the object's methods throw. */
export function toPrimitive(value: object): unknown {
  const exotic = (value as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive];
  if (exotic !== undefined && exotic !== null) {
    const made = isCallable(exotic) ? Reflect.apply(exotic, value, ['number']) : value;
    if (!isObject(made)) return made;
  } else {
    for (const name of ['valueOf', 'toString']) {
      const method = (value as Record<string, unknown>)[name];
      if (!isCallable(method)) continue;
      const made = Reflect.apply(method, value, []);
      if (!isObject(made)) return made;
    }
  }
  throw new TypeError('Cannot convert object to primitive value');
}
