// The namespace object: its functions and properties. https://webassembly.github.io/spec/js-api/#webassembly-namespace
import { CompileError, LinkError, RuntimeError, SuspendError } from './errors.ts';
import { ExceptionObject } from './exceptions.ts';
import { GlobalObject } from './global.ts';
import {
  type ImportsObject,
  InstanceObject,
  instanceObject,
  instantiateCore,
  readImports,
  toImportsObject,
} from './instance.ts';
import { MemoryObject } from './memory.ts';
import * as say from './messages.ts';
import {
  type Compiled,
  type CompileOptions,
  ModuleObject,
  compileBytes,
  moduleObject,
  moduleOf,
  toSettings,
} from './module.ts';
import { checkOptions } from '../options.ts';
import { SuspendingObject, promising } from './promising.ts';
import { NAMESPACE_OPTIONS, type NamespaceOptions, Realm } from './realm.ts';
import { type ResponseLike, bytesOf } from './streaming.ts';
import { TableObject } from './table.ts';
import { TagObject, jsTagObject } from './tag.ts';
import { copyBytes, exposeTag, isBufferSource } from './webidl.ts';

export type BufferSource = ArrayBufferLike | ArrayBufferView;

export interface InstantiatedSource {
  module: ModuleObject;
  instance: InstanceObject;
}

/** Compiles in a later turn, as browsers do in parallel. */
async function compileLater(bytes: Uint8Array, options: unknown, who: string, realm?: Realm): Promise<ModuleObject> {
  const settings = toSettings(options, who);
  await undefined;
  return moduleObject(compileBytes(bytes, settings, who, realm), realm);
}

/** Reads imports now, and instantiates in a later turn. */
async function instantiateLater(
  compiled: Compiled,
  imports: object | undefined,
  who: string,
  realm: Realm | undefined,
): Promise<InstanceObject> {
  const externs = readImports(compiled, imports, who);
  await undefined;
  return instanceObject(instantiateCore(compiled, externs, who, realm), realm);
}

type Rest = [importObject?: ImportsObject, options?: CompileOptions];

async function instantiateBytes(
  bytes: Uint8Array,
  [importObject, options]: Rest,
  who: string,
  realm: Realm | undefined,
): Promise<InstantiatedSource> {
  const imports = toImportsObject(importObject, who);
  const module = await compileLater(bytes, options, who, realm);
  return { module, instance: await instantiateLater(moduleOf(module) as Compiled, imports, who, realm) };
}

type Source = ResponseLike | PromiseLike<ResponseLike>;

/** The operations of a namespace. Of these the enumerable ones are methods, so that they are no constructors. */
function operationsOf(realm: Realm | undefined) {
  function validate(bytes: BufferSource, ...options: [options?: CompileOptions]): boolean {
    const who = 'WebAssembly.validate()';
    const copy = copyBytes(bytes, `${who}: Argument 0`);
    const settings = toSettings(options[0], who);
    try {
      compileBytes(copy, settings, who, realm);
      return true;
    } catch (error) {
      if (error instanceof CompileError) return false;
      throw error;
    }
  }

  async function compile(bytes: BufferSource, ...options: [options?: CompileOptions]): Promise<ModuleObject> {
    const who = 'WebAssembly.compile()';
    return compileLater(copyBytes(bytes, `${who}: Argument 0`), options[0], who, realm);
  }

  function instantiate(bytes: BufferSource, ...rest: Rest): Promise<InstantiatedSource>;
  function instantiate(module: ModuleObject, importObject?: ImportsObject): Promise<InstanceObject>;
  async function instantiate(source: unknown, ...rest: Rest): Promise<InstanceObject | InstantiatedSource> {
    const who = 'WebAssembly.instantiate()';
    const compiled = moduleOf(source);
    if (compiled !== undefined) return instantiateLater(compiled, toImportsObject(rest[0], who), who, realm);
    if (!isBufferSource(source)) throw new TypeError(say.notAModuleOrBytes(`${who}: Argument 0`));
    return instantiateBytes(copyBytes(source, `${who}: Argument 0`), rest, who, realm);
  }

  async function compileStreaming(source: Source, ...options: [options?: CompileOptions]): Promise<ModuleObject> {
    const who = 'WebAssembly.compileStreaming()';
    return compileLater(copyBytes(await bytesOf(source, who), who), options[0], who, realm);
  }

  async function instantiateStreaming(source: Source, ...rest: Rest): Promise<InstantiatedSource> {
    const who = 'WebAssembly.instantiateStreaming()';
    return instantiateBytes(copyBytes(await bytesOf(source, who), who), rest, who, realm);
  }

  return { validate, compile, instantiate, compileStreaming, instantiateStreaming, promising } as const;
}

const INTERFACES = {
  Module: ModuleObject,
  Instance: InstanceObject,
  Memory: MemoryObject,
  Table: TableObject,
  Global: GlobalObject,
  Tag: TagObject,
  Exception: ExceptionObject,
  Suspending: SuspendingObject,
  CompileError,
  LinkError,
  RuntimeError,
  SuspendError,
} as const;

/** The namespace: what browsers have as a global. */
export type Namespace = ReturnType<typeof operationsOf> & typeof INTERFACES & { readonly JSTag: TagObject };

/** Interfaces whose objects are charged: a realm has its own. */
const CHARGED: ReadonlySet<object> = new Set([ModuleObject, InstanceObject, MemoryObject, TableObject]);

/** Operations are enumerable, interfaces are not. */
function makeNamespace(realm?: Realm): Namespace {
  const made = {
    get JSTag(): TagObject {
      return jsTagObject();
    },
  };
  for (const [name, base] of Object.entries(INTERFACES)) {
    const value = realm !== undefined && CHARGED.has(base) ? realm.own(base) : base;
    Object.defineProperty(made, name, { value, writable: true, configurable: true });
  }
  for (const [name, operation] of Object.entries(operationsOf(realm))) {
    // As methods, so that they are no constructors; names are written out, because minifiers rename functions.
    const { [name]: value } = { [name]: (...args: never[]) => Reflect.apply(operation, undefined, args) as unknown };
    Object.defineProperty(value, 'name', { value: name, configurable: true });
    Object.defineProperty(value, 'length', { value: 1, configurable: true });
    Object.defineProperty(made, name, { value, writable: true, enumerable: true, configurable: true });
  }
  exposeTag(made, 'WebAssembly');
  return made as unknown as Namespace;
}

export const namespace: Namespace = makeNamespace();

/**
 * A namespace of its own for code that is not trusted with more than it is given: all that it makes is charged to `limits`,
 * all calls use up `fuel`, and none goes on after its deadline. Its Module, Instance, Memory and Table are its own classes.
 *
 * @throws TypeError, RangeError for an option that is unknown or does not fit.
 */
export function createWebAssembly(options?: NamespaceOptions): Namespace {
  return makeNamespace(new Realm(checkOptions('createWebAssembly', options, NAMESPACE_OPTIONS)));
}
