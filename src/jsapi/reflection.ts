// Type reflection, a proposal that browsers have behind a switch: types of memories, tables, globals, tags, functions,
// imports and exports, and WebAssembly.Function. https://github.com/WebAssembly/js-types
import { MAX_PARAMS, MAX_RESULTS } from '../syntax/limits.ts';
import type { ExternType } from '../validator/subtyping.ts';
import { FUNCREF, I32, type Limits, type ValType, typeName, asFunc } from '../syntax/types.ts';
import { funcType } from '../validator/type-space.ts';
import { externType } from '../interpreter/values/instantiate.ts';
import { type Callable, exportedFunction, funcOf } from './crossing.ts';
import { hostFunction } from './functions.ts';
import { GlobalObject, GLOBALS } from './global.ts';
import { MEMORIES, MemoryObject } from './memory.ts';
import * as say from './messages.ts';
import { namespace } from './namespace.ts';
import { reflection } from './switch.ts';
import { TableObject, TABLES } from './table.ts';
import { TagObject, TAGS } from './tag.ts';
import { type AddressValue, type ValueTypeName, toValueType } from './types.ts';
import { exposeInterface, exposeTag, isCallable, toDictionary, toSequence } from './webidl.ts';

export interface FunctionType {
  readonly parameters: Iterable<ValueTypeName>;
  readonly results: Iterable<ValueTypeName>;
}

function nameOf(t: ValType): string {
  return t === FUNCREF ? 'funcref' : typeName(t);
}

function limitsOf({ min, max }: Limits, addr: ValType): Record<string, AddressValue> {
  const shown = (value: bigint): AddressValue => (addr === I32 ? Number(value) : value);
  return { minimum: shown(min), ...(max === undefined ? {} : { maximum: shown(max) }) };
}

function addressOf(addr: ValType): string {
  return addr === I32 ? 'i32' : 'i64';
}

/** The descriptor of an external type. */
function describeExtern(extern: ExternType): object {
  switch (extern.kind) {
    case 'func': {
      const { params, results } = asFunc(extern.type.comp);
      return { parameters: params.map(nameOf), results: results.map(nameOf) };
    }
    case 'tag':
      return { parameters: asFunc(extern.type.comp).params.map(nameOf) };
    case 'global':
      return { mutable: extern.type.mutable, value: nameOf(extern.type.val) };
    case 'memory': {
      const { limits, addr, shared } = extern.type;
      return { ...limitsOf(limits, addr), shared, address: addressOf(addr) };
    }
    case 'table': {
      const { limits, addr, elem } = extern.type;
      return { ...limitsOf(limits, addr), address: addressOf(addr), element: nameOf(elem) };
    }
  }
}

/** The member `type` of an interface; `find` gives what is behind the receiver. */
function typeMethod(
  name: string,
  find: (value: unknown) => Parameters<typeof externType>[0] | undefined,
): { type(): object } {
  return {
    type(): object {
      const inner = find(this);
      if (inner === undefined) throw new TypeError(say.wrongReceiver(name));
      return describeExtern(externType(inner));
    },
  };
}

function define(target: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable, configurable: true });
}

function toTypes(value: unknown, what: string, most: number): ValType[] {
  if (value === undefined) throw new TypeError(say.missing(what));
  return toSequence(value, what, most).map((one) => toValueType(one, what));
}

/** WebAssembly.Function: makes an exported function of a JavaScript one. */
const { Function: FunctionObject } = {
  Function: class {
    constructor(type: FunctionType, func: Callable) {
      const who = 'WebAssembly.Function()';
      const given = toDictionary(type, `${who}: Argument 0`);
      const params = toTypes(given['parameters'], `${who}: Property 'parameters'`, MAX_PARAMS);
      const results = toTypes(given['results'], `${who}: Property 'results'`, MAX_RESULTS);
      if (!isCallable(func)) throw new TypeError(`${who}: Argument 1 must be a function`);
      return exportedFunction(hostFunction(func, funcType(params, results), 0)) as unknown as object;
    }
  },
};

/** Switches type reflection on, for the whole namespace and for good. Functions that were exported before stay as they are. */
export function enableTypeReflection(): void {
  if (reflection.describe !== undefined) return;
  reflection.describe = describeExtern;
  for (const [ctor, name, find] of [
    [MemoryObject, 'Memory', MEMORIES.of],
    [TableObject, 'Table', TABLES.of],
    [GlobalObject, 'Global', GLOBALS.of],
    [TagObject, 'Tag', TAGS.of],
    [FunctionObject, 'Function', funcOf],
  ] as const) {
    define(ctor.prototype, 'type', typeMethod(name, find).type, true);
  }
  exposeInterface(FunctionObject, 'Function');
  exposeTag(FunctionObject.prototype, 'WebAssembly.Function');
  Object.setPrototypeOf(FunctionObject, Function);
  Object.setPrototypeOf(FunctionObject.prototype, Function.prototype);
  reflection.functionPrototype = FunctionObject.prototype;
  define(namespace, 'Function', FunctionObject, false);
}
