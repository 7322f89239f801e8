// Running a program with all its threads: instances are made and run in steps by an engine, which is handed in, so that
// nothing here imports an interpreter.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/application-abi.md
import { apart, endOf, within } from '../clock.ts';
import { LinkError } from '../errors.ts';
import { emptyRecord } from '../syntax/records.ts';
import { accountOf, type FuelAccount } from '../runtime/fuel.ts';
import { isFunc } from '../runtime/func.ts';
import type { Limits } from '../runtime/limits.ts';
import { Memory } from '../runtime/memory.ts';
import type { Module } from '../syntax/module.ts';
import type { Process } from './kernel/process.ts';
import { type GuestCall, Scheduler, type SchedulerOptions } from './kernel/scheduler.ts';
import { type EntryName, PROGRAM_ENTRIES, checkEntries, exportsOfModule } from './entries.ts';
import { hostEntry, needsStart } from './messages.ts';
import { THREAD_ENTRY, Threads } from './threads.ts';

/** A module that an engine takes: what it imports and exports is looked up in its syntax. */
export interface ProgramModule {
  readonly module: Module;
}

export interface ProgramInstance {
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
  checkEntries(exported, PROGRAM_ENTRIES);
  if (exported('_start') === undefined) throw new TypeError(needsStart());
}

/** Runs a program to its end, in the way that `mode` says. Throws what ends it. `begun` is called with the first instance. */
export function runProgram<M extends ProgramModule>(
  program: { readonly module: M; readonly engine: Engine<M>; readonly imports: ProgramImports },
  process: Process,
  mode: 'async' | 'sync',
  begun: (instance: ProgramInstance) => void,
  { fuel, signal, deadline, scheduler: order, maxMemoryBytes }: ProgramOptions,
): void | Promise<void> {
  const { module, engine } = program;
  const exported = exportsOfModule(module.module);
  const { limits } = process;
  const imports = withSharedMemories(module.module, program.imports, maxMemoryBytes, limits);
  const account = accountOf(fuel ?? Number.MAX_SAFE_INTEGER);
  const scheduler = new Scheduler({ ...order, fuel: account, signal, deadline });
  const callsOf = (name: EntryName, args: readonly number[], use?: (one: ProgramInstance) => void) => {
    const { instance, start, release } = engine.beginInstantiate(module, imports, limits, account, maxMemoryBytes);
    use?.(instance);
    const func = instance.exports[name];
    // A thread's part of the stack begins with a frame, which host functions do not have.
    if (isFunc(func) && func.instance === undefined) throw new LinkError(hostEntry(name));
    const entry = instance.begin(name, args, { async: true });
    return { calls: start === undefined ? [entry] : [start, entry], release };
  };
  process.threads = new Threads(scheduler, limits, (number, argument) =>
    exported(THREAD_ENTRY) === undefined ? undefined : callsOf(THREAD_ENTRY, [number, argument]),
  );
  // In mode async it is no part of what it is begun in the middle of.
  const inTime = mode === 'async' ? apart : within;
  scheduler.add(inTime(endOf(deadline), () => callsOf('_start', [], begun)).calls);
  if (mode === 'async') return scheduler.run(engine.yieldToHost);
  scheduler.runSync(process.parked);
}

/** Programs with threads import their memory; where nobody gives it, it is made, once for all threads. */
export function withSharedMemories(
  module: Module,
  given: ProgramImports,
  maxMemoryBytes: number | undefined,
  limits: Limits,
): ProgramImports {
  const imports = emptyRecord<Record<string, unknown>>();
  for (const [name, values] of Object.entries(given)) imports[name] = Object.assign(emptyRecord(), values);
  for (const { module: from, name, desc } of module.imports) {
    if (desc.kind !== 'memory' || !desc.type.shared) continue;
    imports[from] ??= emptyRecord<unknown>();
    imports[from][name] ??= new Memory(desc.type, maxMemoryBytes, undefined, limits);
  }
  return imports;
}
