// The embedder's view of instances: imports by name, exports by name, calls with JavaScript values.
// https://webassembly.github.io/spec/core/appendix/embedding.html
import { DEADLINE, endOf, asOnePiece } from './clock.ts';
import { LinkError, UnsupportedError } from './errors.ts';
import {
  bound,
  checkOptions,
  checkRecord,
  flag,
  having,
  isBytes,
  misfit,
  oneOf,
  type Shape,
  withArticle,
} from './options.ts';
import { instantiateInTurns, instantiateModule } from './interpreter/values/instantiate.ts';
import type { Results } from './interpreter/threads/arguments.ts';
import {
  ASYNC_RUN_OPTIONS,
  type AsyncRunOptions,
  type BeginOptions,
  type Execution,
  RUN_OPTIONS,
  type RunOptions,
  begin,
  fuelAlone,
  invoke,
  invokeLater,
  invokeForResults,
  invokeWith,
} from './interpreter/threads/invoke.ts';
import { readGlobalBits, writeGlobalBits } from './interpreter/values/constant.ts';
import { bitsToValue, valueToBits } from './interpreter/values/border.ts';
import { type Monitor, setMonitor } from './interpreter/threads/probe.ts';
import { throwingFunction } from './interpreter/values/stand-ins.ts';
import type { CodeMode } from './runtime/probes.ts';
import { accountOf, FUEL, type FuelAccount } from './runtime/fuel.ts';
import { type Extern, Func, type HostFunction, type ModuleInstance, isExtern } from './runtime/instance.ts';
import { funcFor, isFunc } from './runtime/func.ts';
import { Global, isGlobal } from './runtime/global.ts';
import { type GuestLimits, type Limits, limits } from './runtime/limits.ts';
import type { Value } from './runtime/values.ts';
import { emptyRecord, own } from './syntax/records.ts';
import type { Import } from './syntax/module.ts';
import { type Prices, somePrices } from './syntax/prices.ts';
import { type ExternType, importType } from './validator/subtyping.ts';
import { isValidModule, typeSpace, type ValidModule } from './validator/module.ts';

/** What may be given for an import. Numbers and bigints stand for constant globals. */
export type ImportValue = HostFunction | Extern | number | bigint;

/** Import values by module name and name. Only own properties count. */
export type Imports = Readonly<Record<string, Readonly<Record<string, ImportValue>>>>;

export interface InstanceOptions {
  /** Bytes that each memory of the instance may have at most. */
  readonly maxMemoryBytes?: number | undefined;
  /**
   * What it may have, together with all else that is given the same Limits: one guest may be several instances. Numbers
   * are limits of its own; what is not given is as usual.
   */
  readonly limits?: Limits | GuestLimits | undefined;
  /** 'traced' instances report each instruction to a monitor (see wasmi-ts/trace). */
  readonly mode?: CodeMode | undefined;
  /** Is called before each instruction, also of the start function; implies mode 'traced'. */
  readonly monitor?: Monitor | undefined;
  /**
   * Fuel for what the instance is made of (docs/fuel.md) and its start function, or an account of it; unlimited by default,
   * and in a host function what the guest has.
   */
  readonly fuel?: number | FuelAccount | undefined;
  /** When instantiation has to be over, the start function included: in milliseconds, as Date.now() returns it. */
  readonly deadline?: number | undefined;
  /** What things cost in units of fuel, where it is not what PRICES says. */
  readonly prices?: Partial<Prices> | undefined;
  /** What to do with imports that are not given: refuse (the default), or functions that trap when they are called. */
  readonly unknownImports?: 'refuse' | 'trap' | undefined;
}

/** Options of instances whose start function somebody else runs, and gives its fuel. */
export type EngineOptions = Omit<InstanceOptions, 'fuel' | 'deadline'>;

const ENGINE_OPTIONS: Shape<EngineOptions> = {
  maxMemoryBytes: bound('a number of bytes'),
  limits,
  prices: somePrices,
  mode: oneOf('fast', 'traced'),
  monitor: having('a monitor', 'instruction()'),
  unknownImports: oneOf('refuse', 'trap'),
};

const BEGUN_OPTIONS: Shape<EngineOptions & Pick<InstanceOptions, 'fuel'>> = { ...ENGINE_OPTIONS, fuel: FUEL };

const INSTANCE_OPTIONS: Shape<InstanceOptions> = { ...BEGUN_OPTIONS, deadline: DEADLINE };

/** Options of what is made, with its fuel in an account. */
type MadeOptions = EngineOptions & { readonly fuel?: FuelAccount | undefined };

/** Such options with an amount of fuel as an account, for what is made and what then runs. */
function withAccount<T extends { readonly fuel?: number | FuelAccount | undefined }>(options: T) {
  return { ...options, fuel: accountOf(options.fuel) };
}

function unknownImport({ module, name, desc }: Import): LinkError {
  return new LinkError(`unknown import: the module needs ${desc.kind} "${module}" "${name}", which is not given`);
}

function wrongImport({ module, name }: Import, why: string): LinkError {
  return new LinkError(`incompatible import type: "${module}" "${name}"${why}`);
}

function asExtern(one: Import, type: ExternType, value: ImportValue): Extern {
  if (typeof value === 'function' && type.kind === 'func') {
    const known = funcFor(value, type);
    if (typeof known === 'string') throw wrongImport(one, ` ${known}`);
    if (known !== undefined) return known;
    const func = new Func(type.type, undefined, -1, value);
    func.importedAs = `"${one.module}" "${one.name}"`;
    return func;
  }
  if ((typeof value === 'number' || typeof value === 'bigint') && type.kind === 'global' && !type.type.mutable) {
    const global = new Global(type.type, undefined, undefined, undefined, type.space);
    try {
      writeGlobalBits(global, valueToBits(type.type.val, value, type.space));
    } catch (error) {
      throw wrongImport(one, `: ${(error as Error).message}`);
    }
    return global;
  }
  if (isExtern(value)) return value;
  throw wrongImport(one, `: it has to be a ${type.kind}, not ${withArticle(typeof value)}`);
}

function notGiven({ module, name }: Import): UnsupportedError {
  return new UnsupportedError('unknown-import', `unknown import: "${module}" "${name}" was called, which is not given`);
}

function resolveImports(module: ValidModule, imports: Imports, unknown: 'refuse' | 'trap'): Extern[] {
  const space = typeSpace(module);
  return module.module.imports.map((one) => {
    const value = own(own(imports, one.module), one.name);
    const type = importType(space, one.desc);
    if (value !== undefined) return asExtern(one, type, value);
    if (unknown === 'trap' && type.kind === 'func') return throwingFunction(type.type, () => notGiven(one));
    throw unknownImport(one);
  });
}

export type { Results } from './interpreter/threads/arguments.ts';

function results(values: readonly Value[]): Results {
  return values.length === 0 ? undefined : values.length === 1 ? values[0] : values;
}

const ASYNC_INSTANCE_OPTIONS: Shape<InstanceOptions & AsyncRunOptions> = { ...INSTANCE_OPTIONS, ...ASYNC_RUN_OPTIONS };

/** Such options, checked. @throws TypeError, RangeError. */
export function checkEngineOptions(who: string, given: EngineOptions | undefined): EngineOptions {
  return checkOptions(who, given, ENGINE_OPTIONS);
}

const BEGIN_OPTIONS: Shape<BeginOptions> = { async: flag, deadline: DEADLINE };

/** An instance of a module, with its exports by name. */
export class Instance {
  readonly module: ValidModule;
  /** External values by export name; frozen, without prototype. */
  readonly exports: Readonly<Record<string, Extern>>;
  /** The instance inside; for tools that look deeper. */
  readonly inner: ModuleInstance;
  /** What was called last: most callers call the same function again, and exports do not change. */
  private lastName = '';
  private lastFunc: Func | undefined = undefined;

  constructor(inner: ModuleInstance) {
    this.inner = inner;
    this.module = inner.module;
    const exports = emptyRecord<Extern>();
    inner.module.module.exports.forEach(({ name, kind, index }) => {
      exports[name] = inner.extern(kind, index);
    });
    this.exports = Object.freeze(exports);
  }

  /** The exported function with a name. @throws LinkError when there is none. */
  func(name: string): Func {
    const found = this.exports[name];
    if (isFunc(found)) return found;
    const names = Object.keys(this.exports).filter((one) => isFunc(this.exports[one]));
    throw new LinkError(
      `unknown export: no function "${name}"; there are ${names.length === 0 ? 'none' : names.join(', ')}`,
    );
  }

  private named(name: string): Func {
    if (name !== this.lastName || this.lastFunc === undefined) {
      this.lastFunc = this.func(name);
      this.lastName = name;
    }
    return this.lastFunc;
  }

  /**
   * Calls an exported function and returns its results.
   * @throws Trap, ExhaustionError, TypeError (arguments that do not fit), and whatever a host function throws.
   */
  call(name: string, ...args: readonly Value[]): Results {
    return invokeForResults(this.named(name), args);
  }

  /** Like `call`, with fuel. @throws Interrupted when it is used up; TypeError for an unknown option. */
  callWith(options: RunOptions, name: string, ...args: readonly Value[]): Results {
    const fuel = fuelAlone(options);
    const checked = fuel >= 0 ? undefined : checkOptions('callWith', options, RUN_OPTIONS);
    return invokeWith(this.named(name), args, fuel, checked);
  }

  /** Calls an exported function on a thread that waits for host functions that return promises. */
  async callAsync(name: string, args: readonly Value[] = [], options?: AsyncRunOptions): Promise<Results> {
    const checked = checkOptions('callAsync', options, ASYNC_RUN_OPTIONS);
    return results(await invokeLater(this.func(name), args, checked));
  }

  /** Begins a call that the embedder runs in steps, with fuel. */
  begin(name: string, args: readonly Value[] = [], options?: BeginOptions): Execution<Value> {
    return begin(this.func(name), args, checkOptions('begin', options, BEGIN_OPTIONS));
  }
}

/** The module and the imports of an instance. @throws TypeError that says what to do instead. */
function checkSources(who: string, module: unknown, imports: unknown): void {
  if (!isValidModule(module)) {
    const hint = isBytes(module) ? ': call compile with these bytes first' : '';
    throw misfit(`${who}: the module`, `one that compile or validateModule made${hint}`, module);
  }
  checkRecord(imports, `${who}: the import object`);
}

/** What an instance is made of, as `instantiateModule` takes it. */
function parts(who: string, module: ValidModule, imports: Imports, options: MadeOptions) {
  checkSources(who, module, imports);
  const externs = resolveImports(module, imports, options.unknownImports ?? 'refuse');
  return [module, externs, options.monitor === undefined ? options : { ...options, mode: 'traced' as const }] as const;
}

function made(inner: ModuleInstance, { monitor }: MadeOptions): Instance {
  if (monitor !== undefined) setMonitor(inner, monitor);
  return new Instance(inner);
}

function prepare(who: string, module: ValidModule, imports: Imports, options: MadeOptions): Instance {
  return made(instantiateModule(...parts(who, module, imports, options)), options);
}

/**
 * Instantiates a module and runs its start function.
 * @throws LinkError, Trap, ExhaustionError, what a host function throws, and TypeError or RangeError for what is no
 * module and for an option that is unknown or does not fit.
 */
export function instantiate(module: ValidModule, imports: Imports = {}, given?: InstanceOptions): Instance {
  const options = withAccount(checkOptions('instantiate', given, INSTANCE_OPTIONS));
  return asOnePiece(endOf(options.deadline), () => {
    const instance = prepare('instantiate', module, imports, options);
    const { start } = module.module;
    if (start !== undefined) invoke(instance.inner.func(start), [], { fuel: options.fuel });
    return instance;
  });
}

/** Like `instantiate`; the start function may wait for promises of host functions. */
export async function instantiateAsync(
  module: ValidModule,
  imports: Imports = {},
  given?: InstanceOptions & AsyncRunOptions,
): Promise<Instance> {
  const options = withAccount(checkOptions('instantiateAsync', given, ASYNC_INSTANCE_OPTIONS));
  const { fuel, signal, deadline } = options;
  const sources = parts('instantiateAsync', module, imports, options);
  const instance = made(await instantiateInTurns(...sources, signal, endOf(deadline)), options);
  const { start } = module.module;
  if (start !== undefined) await invokeLater(instance.inner.func(start), [], { fuel, signal, deadline });
  return instance;
}

/** An instance whose start function, if it has one, has not run yet. */
export interface BegunInstance {
  readonly instance: Instance;
  /** The call of the start function, to be run in steps: it may wait for host functions. */
  readonly start: Execution<Value> | undefined;
  /** It is over, and nobody uses it any more: its charges are given back. */
  release(): void;
}

/** Instantiates a module up to its start function, which the embedder runs. @throws LinkError, Trap, ExhaustionError. */
export function beginInstantiate(
  module: ValidModule,
  imports: Imports = {},
  given?: EngineOptions & Pick<InstanceOptions, 'fuel'>,
): BegunInstance {
  const options = withAccount(checkOptions('beginInstantiate', given, BEGUN_OPTIONS));
  const instance = prepare('beginInstantiate', module, imports, options);
  const { start } = module.module;
  const release = (): void => instance.inner.release();
  if (start === undefined) return { instance, start: undefined, release };
  const func = instance.inner.func(start);
  if (func.instance !== undefined) return { instance, start: begin(func, [], { async: true }), release };
  invoke(func, []); // A host function has no steps.
  return { instance, start: undefined, release };
}

/** The value of a global. */
export function getGlobal(global: Global): Value {
  if (!isGlobal(global)) throw misfit('getGlobal: the global', 'a Global', global);
  return bitsToValue(global.type.val, readGlobalBits(global));
}

/** Sets a mutable global. @throws TypeError when it is constant or the value does not fit. */
export function setGlobal(global: Global, value: Value): void {
  if (!isGlobal(global)) throw misfit('setGlobal: the global', 'a Global', global);
  if (!global.type.mutable) throw new TypeError('a constant global cannot be set');
  writeGlobalBits(global, valueToBits(global.type.val, value, global.space));
}
