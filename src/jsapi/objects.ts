// Exported GC objects: what JavaScript sees of structs and arrays, which it can only keep, compare and give back.
// https://webassembly.github.io/spec/js-api/#gc-exotic-objects
import type { ArrayObject, StructObject } from '../runtime/objects.ts';
import * as say from './messages.ts';

type Aggregate = StructObject | ArrayObject;

const OUTSIDE = new WeakMap<Aggregate, object>();
const INSIDE = new WeakMap<object, Aggregate>();

const refuse = (): never => {
  throw new TypeError(say.objectIsOpaque());
};

const HANDLER: ProxyHandler<object> = {
  getPrototypeOf: () => null,
  setPrototypeOf: () => false,
  isExtensible: () => false,
  // The target is not extensible, so that an honest answer would be "done".
  preventExtensions: refuse,
  getOwnPropertyDescriptor: () => undefined,
  defineProperty: () => false,
  has: () => false,
  get: () => undefined,
  set: refuse,
  deleteProperty: refuse,
  ownKeys: () => [],
};

/** The object that stands for a struct or an array, always the same one. */
export function exportedObject(inside: Aggregate): object {
  const known = OUTSIDE.get(inside);
  if (known !== undefined) return known;
  const made = new Proxy(Object.freeze(Object.create(null) as object), HANDLER);
  OUTSIDE.set(inside, made);
  INSIDE.set(made, inside);
  return made;
}

/** The struct or array behind an exported object. */
export function objectOf(value: unknown): Aggregate | undefined {
  return typeof value === 'object' && value !== null ? INSIDE.get(value) : undefined;
}
