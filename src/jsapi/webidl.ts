// Conversions and property flags of Web IDL, as far as the namespace needs them. https://webidl.spec.whatwg.org/
// Arguments are converted in the order that Web IDL prescribes; callers of these functions keep to it.
import { isCallable, toPrimitive } from '../interpreter/values/to-primitive.ts';
import { isObject } from '../runtime/references.ts';
import * as say from './messages.ts';

export { isCallable, isObject };

/**
 * Makes a class look like a Web IDL interface: enumerable members, its name, its class string. The class is the value of
 * a key that is its name, and has none of its own: hosts show that name in messages, whatever a minifier calls the class.
 */
export function exposeInterface(ctor: { readonly prototype: object }, name: string): void {
  for (const target of [ctor.prototype, ctor]) {
    for (const key of Object.getOwnPropertyNames(target)) {
      const given = Object.getOwnPropertyDescriptor(target, key);
      if (!given || (target === ctor ? ['prototype', 'length', 'name'] : ['constructor']).includes(key)) continue;
      // `arguments` and `caller` of a class that was lowered to a function.
      if (!given.configurable) continue;
      Object.defineProperty(target, key, { ...given, enumerable: true });
    }
  }
  Object.defineProperty(ctor, 'prototype', { writable: false });
  // Classes that were lowered to functions have no name of their key.
  Object.defineProperty(ctor, 'name', { value: name, configurable: true });
  exposeTag(ctor.prototype, `WebAssembly.${name}`);
}

export function exposeTag(target: object, tag: string): void {
  Object.defineProperty(target, Symbol.toStringTag, { value: tag, configurable: true });
}

const noop = (): void => {};

/** A class of the language whose objects have internal slots, and are nothing but that; `WeakSet` where there is none newer. */
const SLOTTED =
  (globalThis as { FinalizationRegistry?: new (collected: () => void) => object }).FinalizationRegistry ?? WeakSet;

/**
 * A new object of an interface; `ctor` is the interface, or what extends it. It is no ordinary object: a host refuses to
 * clone it (structuredClone, postMessage, IndexedDB, v8.serialize), as it refuses all that have internal slots which it does
 * not know. An ordinary one would arrive as `{}`. https://html.spec.whatwg.org/#structuredserializeinternal
 */
export function newObject<T extends object>(ctor: Interface<T>): T {
  return Reflect.construct(SLOTTED, SLOTTED === WeakSet ? [] : [noop], ctor) as T;
}

/** A class, however it is constructed. */
export type Interface<T> = (abstract new (...args: never[]) => T) & { readonly prototype: T };

/** What a WeakMap knows of an object that may be no object. */
export function lookUp<T>(map: WeakMap<object, T>, key: unknown): T | undefined {
  return isObject(key) ? map.get(key) : undefined;
}

/** A dictionary: undefined and null are empty ones. @throws TypeError for other primitives. */
export function toDictionary(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError(say.notAnObject(what));
  return value as Readonly<Record<string, unknown>>;
}

/** `unsigned long` with [EnforceRange]. @throws TypeError. */
export function toUint32(value: unknown, what: string): number {
  const number = +(value as number);
  if (!Number.isFinite(number)) throw new TypeError(say.outOfRange(what, 'unsigned long'));
  const whole = Math.trunc(number) + 0;
  if (whole < 0 || whole > 0xffff_ffff) throw new TypeError(say.outOfRange(what, 'unsigned long'));
  return whole;
}

/** ToBigInt, which unlike BigInt() refuses numbers. */
export function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  const primitive: unknown = isObject(value) ? toPrimitive(value) : value;
  if (typeof primitive === 'bigint') return primitive;
  if (typeof primitive === 'string' || typeof primitive === 'boolean') {
    return BigInt(primitive);
  }
  throw new TypeError(say.notABigInt(typeof primitive));
}

/** ToString, which unlike String() refuses symbols. */
export function toDomString(value: unknown): string {
  return `${value as string}`;
}

/** A string without lone surrogates. */
export function toUsvString(value: unknown): string {
  const text = toDomString(value);
  let result = '';
  for (const one of text) result += one.length === 1 && one >= '\uD800' && one <= '\uDFFF' ? '\uFFFD' : one;
  return result;
}

/** One of a list of strings. @throws TypeError. */
export function toEnum<T extends string>(value: unknown, allowed: readonly T[], what: string): T {
  const text = toDomString(value) as T;
  if (!allowed.includes(text)) throw new TypeError(say.notInEnum(what, text, allowed));
  return text;
}

/** `sequence<T>`: whatever an iterable gives, if that is not more than `most`. @throws TypeError. */
export function toSequence(value: unknown, what: string, most = Number.POSITIVE_INFINITY): unknown[] {
  const method = isObject(value) ? (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] : undefined;
  if (!isCallable(method)) throw new TypeError(say.notIterable(what));
  const list: unknown[] = [];
  // The method is read once, as Web IDL has it: programs can see that.
  const iterable = { [Symbol.iterator]: () => Reflect.apply(method as () => Iterator<unknown>, value, []) };
  for (const one of iterable) {
    if (list.length >= most) throw new TypeError(say.tooMany(what, most));
    list.push(one);
  }
  return list;
}

// ------------------------------------------------------------------------------------------------------ buffer sources

function getter(prototype: object, name: string): ((this: unknown) => unknown) | undefined {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get;
}

const BUFFER_LENGTH = getter(ArrayBuffer.prototype, 'byteLength');
const TYPED: object = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Whether an internal slot is there: the getter throws where it is not. */
function hasSlot(read: ((this: unknown) => unknown) | undefined, value: object): boolean {
  if (read === undefined) return false;
  try {
    Reflect.apply(read, value, []);
    return true;
  } catch {
    return false;
  }
}

/**
 * Is it an ArrayBuffer or a view, of whatever realm? A SharedArrayBuffer is none: Web IDL takes it only where it says
 * [AllowShared]. Of views, browsers do not ask what they are views of.
 */
export function isBufferSource(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return isObject(value) && (ArrayBuffer.isView(value) || hasSlot(BUFFER_LENGTH, value));
}

/** The part of a view, from its internal slots. */
function partOf(view: ArrayBufferView): Uint8Array {
  const owner = hasSlot(getter(TYPED, 'buffer'), view) ? TYPED : DataView.prototype;
  const slot = (name: string): unknown => Reflect.apply(getter(owner, name) as () => unknown, view, []);
  return new Uint8Array(slot('buffer') as ArrayBufferLike, slot('byteOffset') as number, slot('byteLength') as number);
}

/**
 * A copy of the bytes of a buffer source; none of a detached one.
 * https://webidl.spec.whatwg.org/#dfn-get-buffer-source-copy  @throws TypeError.
 */
export function copyBytes(value: unknown, what: string): Uint8Array {
  if (!isBufferSource(value)) throw new TypeError(say.notABufferSource(what));
  let bytes: Uint8Array;
  try {
    bytes = ArrayBuffer.isView(value) ? partOf(value) : new Uint8Array(value);
  } catch {
    return new Uint8Array(0); // Detached, or shrunk to where the view is out of bounds: no view of it can be made.
  }
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}
