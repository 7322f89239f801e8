// Modules and shared memories in messages: structuredClone, postMessage and what else a host sends copies of values by.
// https://webassembly.github.io/spec/web-api/#serialization
// A host cannot clone an object of ours, and refuses every message that has one in it (newObject in webidl.ts). Here its
// functions are wrapped: they try by themselves first, so that messages without such objects are sent as ever; where the
// host refuses, the Modules and shared memories in the message are replaced by plain data, in a parcel around it. Who has
// the polyfill opens the parcel; who has not sees an object that tells what to load. Everything else that cannot be cloned
// stays, and the host refuses it as it did.
// Looked for in arrays, Maps, Sets and ordinary objects, however deep, with cycles; not in what only a host looks into
// (the cause of an Error, the data of host objects).
import { Memory } from '../runtime/memory.ts';
import type { SharedParts } from '../runtime/shared-parts.ts';
import { MAX_MEMORY_BYTES } from '../syntax/limits.ts';
import { MEMORIES } from './memory.ts';
import * as say from './messages.ts';
import { staysInRealm } from './realm.ts';
import { compileBytes, moduleObject, moduleOf } from './module.ts';
import { isObject } from './webidl.ts';

/** Where a parcel is told by: also for those who get one and cannot open it. */
const MARK = 'This message has WebAssembly objects in it: load wasmi-ts/polyfill in this thread, too.';

interface ModulePart {
  readonly bytes: Uint8Array;
  readonly builtins: readonly string[];
  readonly stringModule: string | null;
}

/** Stands for an object of ours, at every place where that was. */
interface Part {
  readonly module?: ModulePart;
  readonly memory?: SharedParts;
}

interface Parcel {
  readonly [MARK]: true;
  readonly message: unknown;
  readonly parts: readonly Part[];
}

interface Sent {
  readonly parcel: Parcel;
  /** What the parts stand for. */
  readonly originals: readonly object[];
}

/** What a message has in it, each read once. */
interface Contents {
  readonly object: object;
  /** Of a Map, its keys as well; of a Set, its values with themselves. */
  readonly entries: readonly (readonly [unknown, unknown])[];
}

function classOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The entries of what messages can have something in; undefined for all else. */
function contentsOf(object: object): Contents | undefined {
  if (object instanceof Map) return { object, entries: Array.from(object as Map<unknown, unknown>) };
  if (object instanceof Set) return { object, entries: Array.from(object as Set<unknown>, (one) => [one, one]) };
  if (!Array.isArray(object) && classOf(object) !== 'Object') return undefined;
  const fields = object as Record<string, unknown>;
  return { object, entries: Object.keys(fields).map((key) => [key, fields[key]]) };
}

/** Plain data for an object of ours; undefined for others, and for those that cannot be sent. */
function partOf(value: object, staysHere: boolean): Part | undefined {
  if (staysInRealm(value)) return undefined;
  const compiled = moduleOf(value);
  if (compiled === undefined) {
    const memory = MEMORIES.of(value)?.share();
    return memory === undefined ? undefined : { memory };
  }
  const { bytes } = compiled.valid.module.funcs;
  return { module: { bytes: staysHere ? new Uint8Array(0) : bytes, ...compiled.settings } };
}

/**
 * A message with plain data in place of objects of ours. Undefined if there are none.
 *
 * @param staysHere It is opened in this thread, with what the objects were: then bytes need no copying.
 */
export function parcelOf(message: unknown, staysHere = false): Sent | undefined {
  const parts = new Map<object, Part>();
  const found = new Map<object, Contents>();
  const holders = new Map<object, object[]>();
  const ahead = [message];
  while (ahead.length > 0) {
    const value = ahead.pop();
    if (!isObject(value) || found.has(value) || parts.has(value)) continue;
    const part = partOf(value, staysHere);
    if (part !== undefined) parts.set(value, part);
    const contents = part === undefined ? contentsOf(value) : undefined;
    if (contents === undefined) continue;
    found.set(value, contents);
    for (const one of contents.entries.flat()) {
      if (!isObject(one)) continue;
      const known = holders.get(one);
      if (known === undefined) holders.set(one, [value]);
      else known.push(value);
      ahead.push(one);
    }
  }
  if (parts.size === 0) return undefined;
  const copies = copiesOf(parts, found, holders);
  const copied = (value: unknown): unknown => (isObject(value) ? (copies.get(value) ?? value) : value);
  for (const [original, copy] of copies) {
    const { entries } = found.get(original) ?? { entries: [] };
    for (const [key, value] of entries) put(copy, copied(key), copied(value));
  }
  const parcel: Parcel = { [MARK]: true, message: copied(message), parts: [...parts.values()] };
  return { parcel, originals: [...parts.keys()] };
}

/** The parts themselves, and a new empty object for each that has one of them in it, at whatever depth. */
function copiesOf(
  parts: ReadonlyMap<object, Part>,
  found: ReadonlyMap<object, Contents>,
  holders: ReadonlyMap<object, readonly object[]>,
): Map<object, object> {
  const copies = new Map<object, object>(parts);
  const ahead = [...parts.keys()];
  for (let one = ahead.pop(); one !== undefined; one = ahead.pop()) {
    for (const holder of holders.get(one) ?? []) {
      if (copies.has(holder) || !found.has(holder)) continue;
      copies.set(holder, emptyLike(holder));
      ahead.push(holder);
    }
  }
  return copies;
}

function emptyLike(object: object): object {
  if (object instanceof Map) return new Map();
  if (object instanceof Set) return new Set();
  if (!Array.isArray(object)) return {};
  const copy: unknown[] = [];
  copy.length = object.length;
  return copy;
}

function put(target: object, key: unknown, value: unknown): void {
  if (target instanceof Map) target.set(key, value);
  else if (target instanceof Set) target.add(value);
  else Object.defineProperty(target, key as string, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * What was sent, of what arrived: objects of ours in place of plain data. What is no parcel is returned as it is.
 *
 * @param originals What the parts stand for, where the message has not left this thread.
 * @throws CompileError, RangeError, TypeError for a parcel that nobody made here.
 */
export function opened(message: unknown, originals: readonly object[] = []): unknown {
  if (!isParcel(message)) return message;
  const made = new Map<unknown, unknown>(message.parts.map((part, i) => [part, objectOf(part, originals[i])]));
  const replaced = (value: unknown): unknown => made.get(value) ?? value;
  const seen = new Set<unknown>();
  const ahead = [message.message];
  while (ahead.length > 0) {
    const value = ahead.pop();
    if (!isObject(value) || seen.has(value) || made.has(value)) continue;
    seen.add(value);
    const contents = contentsOf(value);
    if (contents === undefined) continue;
    // Filled anew, so that Maps and Sets keep their order.
    if (value instanceof Map || value instanceof Set) value.clear();
    for (const [key, one] of contents.entries) {
      ahead.push(key, one);
      put(value, replaced(key), replaced(one));
    }
  }
  return replaced(message.message);
}

const OWN = Object.prototype.hasOwnProperty;

function isParcel(message: unknown): message is Parcel {
  return isObject(message) && OWN.call(message, MARK);
}

function objectOf({ module, memory }: Part, original: object | undefined): object {
  if (memory !== undefined) {
    const made = new Memory(memory.type, MAX_MEMORY_BYTES, memory);
    if (made.isLost) throw new RangeError(say.postedMemory());
    return MEMORIES.object(made);
  }
  const { bytes, builtins, stringModule } = module as ModulePart;
  const known = moduleOf(original);
  return moduleObject(known ?? compileBytes(bytes, { builtins, stringModule }, 'WebAssembly.Module'));
}

// ------------------------------------------------------------------------------------------------- functions of the host

type Method = (this: unknown, ...args: unknown[]) => unknown;

const WRAPPED = new WeakSet<object>();

/** Replaces a method, if there is one, by one with the same flags, name and length. Once. */
function wrap(target: object | undefined, name: string, around: (original: Method) => Method): void {
  const flags = target === undefined ? undefined : Object.getOwnPropertyDescriptor(target, name);
  const original = flags?.value as Method | undefined;
  if (target === undefined || typeof original !== 'function' || WRAPPED.has(original)) return;
  const method = around(original);
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(method, key, { value: original[key], configurable: true });
  }
  WRAPPED.add(method);
  Object.defineProperty(target, name, { ...flags, value: method });
}

/** What the host does, and again with a parcel where it refuses objects of ours. */
function sent(
  message: unknown,
  staysHere: boolean,
  send: (message: unknown, originals?: readonly object[]) => unknown,
) {
  try {
    return send(message);
  } catch (error) {
    const refused = (error as { name?: unknown } | null)?.name === 'DataCloneError';
    const made = refused ? parcelOf(message, staysHere) : undefined;
    if (made === undefined) throw error;
    return send(made.parcel, made.originals);
  }
}

/** Makes a method whose first argument is a message send parcels, but for messages that are the host's own. */
export function wrapSender(
  target: object | undefined,
  name: string,
  isOwn = (_message: unknown): boolean => false,
): void {
  wrap(
    target,
    name,
    (original) =>
      function method(...args) {
        const [message, ...rest] = args;
        if (args.length === 0 || isOwn(message)) return Reflect.apply(original, this, args);
        return sent(message, false, (one) => Reflect.apply(original, this, [one, ...rest]));
      },
  );
}

function wrapClone(): void {
  wrap(
    globalThis,
    'structuredClone',
    (original) =>
      function structuredClone(...args) {
        const [value, ...rest] = args;
        if (args.length === 0) return Reflect.apply(original, this, args);
        return sent(value, true, (one, originals) => {
          const clone = Reflect.apply(original, this, [one, ...rest]);
          return originals === undefined ? clone : opened(clone, originals);
        });
      },
  );
}

const OPENED = new WeakMap<object, unknown>();

/** Opens parcels where listeners ask an event for its data. */
function wrapEvents(prototype: object | undefined): void {
  const flags = prototype === undefined ? undefined : Object.getOwnPropertyDescriptor(prototype, 'data');
  const { get } = flags ?? {};
  if (prototype === undefined || get === undefined || WRAPPED.has(get)) return;
  const data = function (this: unknown): unknown {
    const arrived: unknown = Reflect.apply(get, this, []);
    if (!isParcel(arrived)) return arrived;
    if (!OPENED.has(arrived)) OPENED.set(arrived, opened(arrived));
    return OPENED.get(arrived);
  };
  Object.defineProperty(data, 'name', { value: 'get data', configurable: true });
  WRAPPED.add(data);
  Object.defineProperty(prototype, 'data', { ...flags, get: data });
}

/** Interfaces that send messages, where a host has them. */
const SENDERS = ['MessagePort', 'BroadcastChannel', 'Worker', 'ServiceWorker', 'Client', 'DedicatedWorkerGlobalScope'];

/** Lets Modules and shared memories be cloned and posted by all that the host has as globals. */
export function coverCloning(): void {
  const globals = globalThis as unknown as Record<string, { readonly prototype?: object } | undefined>;
  wrapClone();
  for (const name of SENDERS) wrapSender(globals[name]?.prototype, 'postMessage');
  // Of a page, and of a worker in some hosts.
  wrapSender(globalThis, 'postMessage');
  wrapEvents(globals['MessageEvent']?.prototype);
}
