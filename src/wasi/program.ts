// Running a program with all its threads: instances are made and run in steps by an engine, which is handed in, so that
// nothing here imports an interpreter.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/application-abi.md
import { apart, endOf, within } from '../clock.ts';
import { isError, LinkError } from '../errors.ts';
import { isBytes } from '../options.ts';
import { emptyRecord } from '../syntax/records.ts';
import { accountOf, type FuelAccount } from '../runtime/fuel.ts';
import { isFunc } from '../runtime/func.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import type { Limits } from '../runtime/limits.ts';
import { Memory } from '../runtime/memory.ts';
import type { Module } from '../syntax/module.ts';
import { refused, SystemError } from './host/errno.ts';
import type { Calls } from './kernel/calls.ts';
import { Family, familyOf, type Loaded, numberOfFirst, type Programs } from './kernel/family.ts';
import type { Callers, Linked } from './kernel/guest-thread.ts';
import type { Process } from './kernel/process.ts';
import { type GuestCall, Scheduler, type SchedulerOptions } from './kernel/scheduler.ts';
import { type EntryName, FIRST_ENTRIES, PROGRAM_ENTRIES, checkEntries, exportsOfModule } from './entries.ts';
import { hostEntry, needsStart } from './messages.ts';
import { Threads } from './threads.ts';
import { generationOf } from './wasix/generation.ts';

/** A module that an engine takes: what it imports and exports is looked up in its syntax. */
export interface ProgramModule {
  readonly module: Module;
}

export interface ProgramInstance {
  /** The instance inside, where the engine is ours: that functions are told of which it calls. */
  readonly inner?: ModuleInstance;
  readonly exports: Readonly<Record<string, unknown>>;
  /** Begins a call of an export, to be run in steps. */
  begin(name: string, args: readonly number[], options: { readonly async: boolean }): GuestCall;
}

/** Values to import, by module and name. */
export type ProgramImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is needed of an engine: `engine` of wasmi-ts is one. */
export interface Engine<M extends ProgramModule = never> {
  /**
   * Makes an instance, under the limits of the program (each memory under `maxMemoryBytes`), with fuel of its account; its start function is a call that has
   * not begun. `release` gives back what the instance was charged, when its thread has ended.
   */
  beginInstantiate(
    module: M,
    imports: ProgramImports,
    limits: Limits,
    fuel?: FuelAccount,
    maxMemoryBytes?: number,
  ): { instance: ProgramInstance; start: GuestCall | undefined; release?(): void };
  /** A module out of bytes, for programs that a guest executes. Throws where it is none. */
  compile?(bytes: Uint8Array): M;
  /** What is done with calls that do not run. Without it, a guest cannot fork, and has no signals and contexts. */
  readonly calls?: Calls;
  /** Lets the host's timers and events have a turn. */
  yieldToHost(): Promise<void>;
}

export interface ProgramOptions extends Pick<SchedulerOptions, 'fuel' | 'signal' | 'deadline'> {
  /** Imports besides the system interface; they come first where names are the same. */
  readonly imports?: ProgramImports | undefined;
  /** The order of the guest threads: round robin, unless a seed is given; the longest slice, in units of fuel. */
  readonly scheduler?: Pick<SchedulerOptions, 'seed' | 'slice'> | undefined;
  /** Bytes that each memory of the program may have at most: its own, and a shared one that is made for it. */
  readonly maxMemoryBytes?: number | undefined;
}

/** @throws LinkError, TypeError where a module has no entry that a program begins with. */
export function checkProgram(module: Module): void {
  const exported = exportsOfModule(module);
  checkEntries(exported, generationOf(module)?.isFirst === true ? FIRST_ENTRIES : PROGRAM_ENTRIES);
  if (exported('_start') === undefined) throw new TypeError(needsStart());
}

/** What runs, and what it is linked with. */
export interface ProgramParts<M extends ProgramModule> {
  readonly module: M;
  readonly engine: Engine<M>;
  /** What a module of the program imports. */
  readonly importsFor: (module: M) => ProgramImports;
  readonly callers: Callers;
  /** Programs that may be executed, by name: modules, or bytes of them. */
  readonly programs: ReadonlyMap<string, M | Uint8Array>;
}

/** Runs a program to its end, in the way that `mode` says. Throws what ends it. `begun` is called with the first instance. */
export function runProgram<M extends ProgramModule>(
  parts: ProgramParts<M>,
  process: Process,
  mode: 'async' | 'sync',
  begun: (instance: ProgramInstance) => void,
  { fuel, signal, deadline, scheduler: order, maxMemoryBytes }: ProgramOptions,
): void | Promise<void> {
  const { module, engine, callers } = parts;
  const account = accountOf(fuel ?? Number.MAX_SAFE_INTEGER);
  const scheduler = new Scheduler({ ...order, fuel: account, signal, deadline });
  const loader = new Loader(parts, scheduler, account, maxMemoryBytes);
  const family = new Family(process, scheduler, callers, loader);
  process.calls = engine.calls;
  if (generationOf(module.module)?.isFirst === true) family.count(0);
  // In mode async it is no part of what it is begun in the middle of.
  const inTime = mode === 'async' ? apart : within;
  inTime(endOf(deadline), () => family.begin(process, loader.load(module, process, begun)));
  if (mode === 'async') return scheduler.run(engine.yieldToHost).finally(() => family.close());
  try {
    scheduler.runSync(process.parked);
  } finally {
    family.close();
  }
}

/** Modules of the interface's own that are kept. */
const MOST_MADE = 256;

/** Makes the instances of a program's processes and threads. */
class Loader<M extends ProgramModule> implements Programs<M> {
  private readonly parts: ProgramParts<M>;
  private readonly scheduler: Scheduler;
  private readonly account: FuelAccount;
  private readonly maxMemoryBytes: number | undefined;
  private readonly compiled = new Map<string, M>();
  private readonly made = new Map<string, M>();

  constructor(parts: ProgramParts<M>, scheduler: Scheduler, account: FuelAccount, maxMemoryBytes: number | undefined) {
    this.parts = parts;
    this.scheduler = scheduler;
    this.account = account;
    this.maxMemoryBytes = maxMemoryBytes;
  }

  named(name: string): M | undefined {
    const known = this.compiled.get(name);
    const given = this.parts.programs.get(name);
    if (known !== undefined || given === undefined) return known;
    const made = isBytes(given) ? this.compile(given) : given;
    this.compiled.set(name, made);
    return made;
  }

  compile(bytes: Uint8Array): M {
    const { compile } = this.parts.engine;
    if (compile === undefined) throw refused('NOSYS');
    try {
      return compile(bytes);
    } catch (error) {
      throw unloadable(error);
    }
  }

  prepared(module: M, process: Process): Loaded {
    try {
      checkProgram(module.module);
      return this.load(module, process);
    } catch (error) {
      throw unloadable(error);
    }
  }

  linked(name: string, bytes: () => Uint8Array, imports: ProgramImports, { limits }: Process): Linked {
    try {
      const module = this.made.get(name) ?? this.compile(bytes());
      if (this.made.size === MOST_MADE) this.made.clear();
      this.made.set(name, module);
      const { instance, release = () => {} } = this.parts.engine.beginInstantiate(
        module,
        imports,
        limits,
        this.account,
      );
      if (instance.inner === undefined) throw refused('NOTSUP');
      return { instance: instance.inner, release };
    } catch (error) {
      throw unloadable(error);
    }
  }

  /** The calls of a program that begins. @throws what ends the program that it is. */
  load(module: M, process: Process, begun?: (instance: ProgramInstance) => void): Loaded {
    const { limits } = process;
    const memories: Memory[] = [];
    const given = this.parts.importsFor(module);
    const imports = withSharedMemories(module.module, given, this.maxMemoryBytes, limits, memories);
    const giveBack = (): void => {
      for (const one of memories) one.release();
    };
    let made: Made;
    try {
      made = this.make(module, imports, limits, '_start', [], begun);
    } catch (error) {
      giveBack();
      throw error;
    }
    process.files.numbers = generationOf(module.module)?.isFirst === true ? 'new' : 'lowest';
    return {
      calls: made.calls,
      instance: made.instance,
      release: () => {
        made.release?.();
        giveBack();
      },
      threads: (owner, over) =>
        this.threads(module, over === undefined ? imports : onMemories(module.module, imports, over), owner),
    };
  }

  private threads(module: M, imports: ProgramImports, process: Process): Threads {
    const exported = exportsOfModule(module.module);
    // In WASIX the first thread has a number, too.
    const first = generationOf(module.module) === undefined ? 0 : numberOfFirst(process);
    return new Threads(this.scheduler, familyOf(process), process, first, (entry, args) => {
      if (exported(entry) === undefined) return undefined;
      const made = this.make(module, imports, process.limits, entry, args);
      const begin = (name: EntryName, values: readonly number[]): GuestCall | undefined =>
        exported(name) === undefined ? undefined : made.begin(name, values);
      return { ...made, begin };
    });
  }

  private make(
    module: M,
    imports: ProgramImports,
    limits: Limits,
    name: EntryName,
    args: readonly number[],
    begun?: (instance: ProgramInstance) => void,
  ): Made {
    const { engine } = this.parts;
    const { instance, start, release } = engine.beginInstantiate(
      module,
      imports,
      limits,
      this.account,
      this.maxMemoryBytes,
    );
    begun?.(instance);
    const begin = (called: EntryName, values: readonly number[]): GuestCall => {
      const func = instance.exports[called];
      // A thread's part of the stack begins with a frame, which host functions do not have.
      if (isFunc(func) && func.instance === undefined) throw new LinkError(hostEntry(called));
      return instance.begin(called, values, { async: true });
    };
    const entry = begin(name, args);
    return { calls: start === undefined ? [entry] : [start, entry], instance: instance.inner, release, begin };
  }
}

interface Made {
  readonly calls: readonly GuestCall[];
  readonly instance: ModuleInstance | undefined;
  readonly release: (() => void) | undefined;
  readonly begin: (name: EntryName, args: readonly number[]) => GuestCall;
}

/** What a guest hears of a program that cannot be executed; what ends its caller is thrown as it is. */
function unloadable(error: unknown): unknown {
  if (isError(error, 'interrupted') || error instanceof SystemError) return error;
  return refused(isError(error, 'exhaustion') ? 'NOMEM' : 'NOEXEC');
}

/** The imports with the memories of an instance that is a copy. */
function onMemories(module: Module, imports: ProgramImports, { memories }: ModuleInstance): ProgramImports {
  const made = emptyRecord<Record<string, unknown>>();
  for (const [name, values] of Object.entries(imports)) made[name] = Object.assign(emptyRecord(), values);
  let index = 0;
  for (const { module: from, name, desc } of module.imports) {
    if (desc.kind === 'memory') made[from][name] = memories[index++];
  }
  return made;
}

/** Programs with threads import their memory; where nobody gives it, it is made, once for all threads. */
export function withSharedMemories(
  module: Module,
  given: ProgramImports,
  maxMemoryBytes: number | undefined,
  limits: Limits,
  made: Memory[] = [],
): ProgramImports {
  const imports = emptyRecord<Record<string, unknown>>();
  for (const [name, values] of Object.entries(given)) imports[name] = Object.assign(emptyRecord(), values);
  for (const { module: from, name, desc } of module.imports) {
    if (desc.kind !== 'memory' || !desc.type.shared) continue;
    imports[from] ??= emptyRecord<unknown>();
    if (imports[from][name] !== undefined) continue;
    const memory = new Memory(desc.type, maxMemoryBytes, undefined, limits);
    made.push(memory);
    imports[from][name] = memory;
  }
  return imports;
}
