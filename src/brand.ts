// What an object of ours is, asked of values that come from outside. A class notes each object that it makes under a
// name. Whatever only passes for one is not there: a Proxy, what inherits from one, what has its prototype. Asking runs
// no code of the value, as `instanceof` does, which calls a Proxy's `getPrototypeOf`.
// Not noted here when they are made: structs, arrays and exceptions, which have to be cheap (runtime/references.ts).

const BRANDS = new WeakMap<object, string>();

/** Notes what an object is, and returns that: `readonly kind = brand(this, 'func')`. */
export function brand<const N extends string>(object: object, name: N): N {
  BRANDS.set(object, name);
  return name;
}

/** What a value of any kind was noted as; undefined for all that is not ours. */
export function brandOf(value: unknown): string | undefined {
  return BRANDS.get(value as object);
}
