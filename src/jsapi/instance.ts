// WebAssembly.Instance: reading imports, instantiation, the exports object. https://webassembly.github.io/spec/js-api/#instances
import { emptyRecord } from '../syntax/records.ts';
import { instantiateModule } from '../interpreter/values/instantiate.ts';
import type { Extern, ModuleInstance } from '../runtime/instance.ts';
import type { Import } from '../syntax/module.ts';
import { F32, F64, type GlobalType, I32, I64, V128, typeName } from '../syntax/types.ts';
import type { TypeSpace } from '../validator/type-space.ts';
import { typeSpace } from '../validator/module.ts';
import { providedImport } from './builtins.ts';
import { LinkError, linkErrorOf } from './errors.ts';
import { hostFunction, importedFunction, suspendingFunction } from './functions.ts';
import { type GlobalObject, constantGlobal, GLOBALS } from './global.ts';
import { type MemoryObject, MEMORIES } from './memory.ts';
import * as say from './messages.ts';
import { type Compiled, type ModuleObject, toModule } from './module.ts';
import { suspendedFunctionOf } from './promising.ts';
import { type Realm, bindRealm, enteredRealm } from './realm.ts';
import { type TableObject, TABLES } from './table.ts';
import { type TagObject, TAGS } from './tag.ts';
import { callInside, canCross, exportedFunction, toOutside, toWasm } from './crossing.ts';
import { exposeInterface, isCallable, isObject, newObject } from './webidl.ts';

/** An imports object: modules by name, and in each what is imported by name. */
export type ImportsObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What may be exported. Say what a module exports by a cast: `exports as { add(a: number, b: number): number }`. */
export type ExportValue = ((...args: never[]) => unknown) | MemoryObject | TableObject | GlobalObject | TagObject;

/** Everything exported, by name; frozen, without prototype. */
export type ExportsObject = Readonly<Record<string, ExportValue>>;

const EXPORTS = new WeakMap<object, object>();

/** `optional object importObject`. @throws TypeError for primitives. */
export function toImportsObject(value: unknown, who: string): object | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw new TypeError(say.notAnObject(`${who}: Argument 1`));
  return value;
}

/** "Read the imports". @throws TypeError, LinkError, and what getters throw. */
export function readImports({ valid, settings }: Compiled, given: object | undefined, who: string): Extern[] {
  const { imports } = valid.module;
  if (imports.length > 0 && given === undefined) throw new TypeError(say.noImports(who));
  const space = typeSpace(valid);
  const externs: Extern[] = [];
  let functions = 0;
  for (let i = 0; i < imports.length; i++) {
    const one = imports[i];
    const provided = providedImport(one, settings);
    if (provided !== undefined) externs.push(provided);
    else {
      const from = (given as Record<string, unknown>)[one.module];
      if (!isObject(from)) throw new TypeError(say.importedModule(who, i, one.module));
      const extern = toExtern(space, one, (from as Record<string, unknown>)[one.name], functions);
      if (typeof extern === 'string') {
        throw new LinkError(say.importedKind(who, i, one.module, one.name, extern));
      }
      externs.push(extern);
    }
    if (one.desc.kind === 'func') functions++;
  }
  return externs;
}

/** The external value that a JavaScript value means for an import, or what is wrong with it. */
function toExtern(space: TypeSpace, { desc }: Import, value: unknown, functions: number): Extern | string {
  switch (desc.kind) {
    case 'func': {
      const type = space.at(desc.type);
      const suspended = suspendedFunctionOf(value);
      if (suspended !== undefined) {
        return importedFunction(suspended, type, functions, true) ?? suspendingFunction(suspended, type, functions);
      }
      if (!isCallable(value)) return say.needed('func');
      return importedFunction(value, type, functions) ?? hostFunction(value, type, functions);
    }
    case 'global':
      return GLOBALS.of(value) ?? plainGlobal(desc.type, value, space);
    case 'memory':
      return MEMORIES.of(value) ?? say.needed('memory');
    case 'table':
      return TABLES.of(value) ?? say.needed('table');
    case 'tag':
      return TAGS.of(value) ?? say.needed('tag');
  }
}

/** A constant global for a plain value. */
function plainGlobal({ val, mutable }: GlobalType, value: unknown, space: TypeSpace): Extern | string {
  if (mutable) return say.mutableGlobalNeeded();
  if (val === I64 && typeof value !== 'bigint') return say.globalNeeded('i64', 'a BigInt');
  if ((val === I32 || val === F32 || val === F64) && typeof value !== 'number') {
    return say.globalNeeded(typeName(val), 'a Number');
  }
  if (val === V128 || !canCross(val)) return say.globalNeeded(typeName(val), 'nothing else');
  try {
    return constantGlobal(val, toWasm(value, val, space), space);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

/** Instantiates with imports that have been read, and runs the start function. @throws LinkError, RuntimeError ... */
export function instantiateCore(
  { valid }: Compiled,
  externs: readonly Extern[],
  who: string,
  realm: Realm | undefined,
): ModuleInstance {
  let inner: ModuleInstance;
  try {
    const make = (): ModuleInstance =>
      instantiateModule(valid, externs, { limits: realm?.limits, fuel: realm?.account });
    inner = realm === undefined ? make() : realm.within(make);
  } catch (error) {
    throw linkErrorOf(error, who);
  }
  bindRealm(inner, realm);
  const { start } = valid.module;
  if (start === undefined) return inner;
  try {
    callInside(inner.func(start), [], realm);
  } catch (error) {
    throw toOutside(error);
  }
  return inner;
}

function exportValue(value: Extern, realm: Realm | undefined): unknown {
  switch (value.kind) {
    case 'func':
      return exportedFunction(value);
    case 'memory':
      return MEMORIES.object(value, realm);
    case 'table':
      return TABLES.object(value, realm);
    case 'global':
      return GLOBALS.object(value);
    case 'tag':
      return TAGS.object(value);
  }
}

function exportsOf(inner: ModuleInstance, realm: Realm | undefined): object {
  const made = emptyRecord<unknown>();
  inner.module.module.exports.forEach(({ name, kind, index }) => {
    made[name] = exportValue(inner.extern(kind, index), realm);
  });
  return Object.freeze(made);
}

/** An object for an instance. */
export function instanceObject(inner: ModuleInstance, realm: Realm | undefined): InstanceObject {
  return bind(newObject(realm?.own(InstanceObject) ?? InstanceObject), inner, realm);
}

function bind(target: InstanceObject, inner: ModuleInstance, realm: Realm | undefined): InstanceObject {
  EXPORTS.set(target, exportsOf(inner, realm));
  return target;
}

export const { Instance: InstanceObject } = {
  Instance: class {
    constructor(module: ModuleObject, ...importObject: [importObject?: ImportsObject]) {
      const realm = enteredRealm(new.target);
      const who = 'WebAssembly.Instance()';
      const compiled = toModule(module, `${who}: Argument 0`);
      const given = toImportsObject(importObject[0], who);
      const inner = instantiateCore(compiled, readImports(compiled, given, who), who, realm);
      return bind(newObject(new.target), inner, realm);
    }

    get exports(): ExportsObject {
      const exports = isObject(this) ? EXPORTS.get(this) : undefined;
      if (exports === undefined) throw new TypeError(say.wrongReceiver('Instance'));
      return exports as ExportsObject;
    }
  },
};

export type InstanceObject = InstanceType<typeof InstanceObject>;

exposeInterface(InstanceObject, 'Instance');
