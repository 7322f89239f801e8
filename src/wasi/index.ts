// WASI for programs run by wasmi-ts: `wasmi-ts/wasi`. Preview 1 and preview 0, in any JavaScript host.
// A guest gets nothing that is not given: no environment, no directories, empty input, output that goes nowhere.
// Hosts: `wasmi-ts/node` has real directories and streams; memory and virtual time are here.
import { ExitStatus, isError } from '../errors.ts';
import { checkOptions, type Pairs, pairsOf } from '../options.ts';
import { emptyRecord } from '../syntax/records.ts';
import type { Directory } from './host/filesystem.ts';
import { networkFor } from './hosts/guarded.ts';
import { portableClock, portableRandom } from './hosts/portable.ts';
import { type EntryName, checkEntries, exportsOfInstance } from './entries.ts';
import { directoryDescriptor, listenerDescriptor, streamDescriptors } from './given.ts';
import { INTERFACES } from './interfaces.ts';
import type { HostFunction } from './kernel/dispatcher.ts';
import { type BufferMemory, type GuestMemory, Guests, MEMORY_NAME, memoryOf } from './kernel/guest.ts';
import { Callers } from './kernel/guest-thread.ts';
import { HeldDirectory } from './kernel/held.ts';
import { importsOf } from './kernel/interface.ts';
import { Process } from './kernel/process.ts';
import { noEntry, noSignal, notAMemory, notCallable, takesNoOptions, usedAlready } from './messages.ts';
import { firstDirectory, treeOf } from './wasix/tree.ts';
import { familyOf } from './kernel/family.ts';
import { SIGNALS } from './kernel/signals.ts';
import { PREVIEW_RULES } from './kernel/rules.ts';
import { wasixImports } from './wasix/functions.ts';
import { type Generation, generationOf } from './wasix/generation.ts';
import { wasixRules } from './wasix/rules.ts';
import { PREVIEW1 } from './preview1/abi.ts';
import {
  checkBound,
  checkCompiled,
  checkEngine,
  checkInstance,
  PROGRAM_OPTIONS,
  refuseDoubles,
  WASI_OPTIONS,
  type WasiOptions,
} from './options.ts';
import {
  type Engine,
  type ProgramImports,
  type ProgramModule,
  type ProgramOptions,
  checkProgram,
  runProgram,
} from './program.ts';

export { ExitStatus } from '../errors.ts';
export type { Answer, AsyncDirectory, AsyncFile } from './host/async-filesystem.ts';
export type { Clock } from './host/clock.ts';
export { ERRNO, type ErrnoName, SystemError } from './host/errno.ts';
export type { Directory, File, FileType, OpenOptions, Stat, Times } from './host/filesystem.ts';
export type {
  Connection,
  Datagram,
  Datagrams,
  Listener,
  Network,
  OptionName,
  OptionValue,
  SocketAddress,
  SocketOptions,
} from './host/network.ts';
export type { NetworkRules } from './host/policy.ts';
export type { Random } from './host/random.ts';
export type { InputStream, OutputStream } from './host/stdio.ts';
export { awaited } from './hosts/awaited.ts';
export * from './hosts/memory.ts';
export { overlay } from './hosts/overlay.ts';
export { portableClock, portableRandom } from './hosts/portable.ts';
export { readOnly } from './hosts/read-only.ts';
export type { HostFunction, Value } from './kernel/dispatcher.ts';
export type { BufferMemory, GuestMemory } from './kernel/guest.ts';
export { type GuestLimits, Limits } from '../runtime/limits.ts';
export type { GuestCall } from './kernel/scheduler.ts';
export type { WasiOptions } from './options.ts';
export type { Engine, ProgramImports, ProgramInstance, ProgramModule, ProgramOptions } from './program.ts';

/** What `start` needs of an instance: its exports, looked up by name, and where they are no JavaScript functions, calls. */
export interface WasiInstance {
  readonly exports: Readonly<Record<string, unknown>>;
  /** In mode 'sync'. */
  call?(name: string): unknown;
  /** In mode 'async'. */
  callAsync?(name: string): Promise<unknown>;
}

/** The descriptor behind the standard streams. */
const FIRST_PREOPEN = 3;

/** What has become of a WASI object: its program has not begun, has begun, or has ended or was closed. */
type State = 'new' | 'running' | 'over';

/** In which states a method may be called. Reactors may be prepared before the program and while it runs. */
const ORDER = {
  bind: ['new', 'running'],
  initialize: ['new', 'running'],
  start: ['new'],
  run: ['new'],
} as const satisfies Record<string, readonly State[]>;

/** What `run` returns: in mode 'async' a promise. */
type ExitCode<Mode extends 'async' | 'sync'> = Mode extends 'sync' ? number : Promise<number>;

/**
 * One program's system interface. Its type says which mode it has, if the type of the options does.
 *
 *     const wasi = new WASI({ args: ['hello'], stdout: (bytes) => ... });
 *     const { instance } = await instantiate(bytes, wasi.imports);
 *     const exitCode = await wasi.start(instance);
 */
export class WASI<Mode extends 'async' | 'sync' = 'async'> {
  /** Functions to import, by module: `wasi_snapshot_preview1`, `wasi_unstable`, and `wasi` for threads. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
  private readonly process: Process;
  private readonly mode: 'async' | 'sync';
  private readonly strace: WasiOptions['strace'];
  private readonly guests = new Guests();
  private readonly callers: Callers;
  private readonly preopens: readonly (readonly [path: string, directory: Directory])[];
  private readonly programs: ReadonlyMap<string, unknown>;
  private state: State = 'new';

  /**
   * Throws a TypeError for an unknown option, and for arguments, variables or guest paths that WASI cannot express; a
   * SystemError (MFILE) for more directories and listeners than a process has descriptors.
   */
  constructor(given?: WasiOptions & { readonly mode?: Mode | undefined }) {
    const options = checkOptions('WASI', given, WASI_OPTIONS);
    const { args = [], env = {}, mode = 'async', limits, strace } = options;
    const { clock = portableClock(), random = portableRandom(), network, allow } = options;
    this.mode = mode;
    this.process = new Process({
      args,
      env: env as Pairs<string>,
      clock,
      random,
      limits,
      network: networkFor(network, allow, mode),
    });
    this.callers = new Callers(this.process);
    for (const one of streamDescriptors(options)) this.process.files.add(one);
    this.preopens = pairsOf(options.preopens ?? []);
    refuseDoubles(this.preopens);
    this.programs = new Map(pairsOf(options.programs ?? []));
    for (const [path, directory] of this.preopens) this.process.files.add(directoryDescriptor(path, directory));
    for (const one of options.listeners ?? []) this.process.files.add(listenerDescriptor(one, this.process.limits));
    const dispatch = { mode, guests: this.guests, callers: this.callers, rules: PREVIEW_RULES };
    this.strace = strace;
    this.imports = Object.freeze(
      Object.fromEntries(Array.from(INTERFACES, ([name, made]) => [name, importsOf(made(dispatch, strace))])),
    );
  }

  /** The functions of preview 1 alone, as node:wasi names them. */
  get wasiImport(): Readonly<Record<string, HostFunction>> {
    return this.imports[PREVIEW1.moduleName] as Readonly<Record<string, HostFunction>>;
  }

  /**
   * What a module imports from system interfaces: `imports`, and for a WASIX module what its generation means by them, with
   * functions that return NOSYS for what is not built. `run` gives a module these.
   */
  importsFor({ module }: ProgramModule): typeof this.imports {
    const generation = generationOf(module);
    if (generation === undefined) return this.imports;
    if (this.state === 'new') this.prepare(generation);
    const pointerSize = generation.pointer === 'i64' ? 8 : 4;
    const guests = new Guests(this.guests.named, { pointerSize, orFirst: true });
    const options = { mode: this.mode, guests, callers: this.callers, rules: wasixRules() };
    return { ...this.imports, ...wasixImports(module, generation, options, this.strace) };
  }

  /** The same as `imports`, as node:wasi names it. */
  getImportObject(): typeof this.imports {
    return this.imports;
  }

  /**
   * Says which memory the pointers of all calls mean, whoever makes them: one of ours, or one of the JavaScript API. Not
   * needed with this engine, which says which instance calls: pointers mean the memory that it exports as `memory`.
   * Throws a TypeError for what is no memory, and after the end.
   */
  bind(given: { readonly memory: GuestMemory | BufferMemory }): void {
    checkBound(given, 'WASI.bind: what is given');
    this.checkOrder('bind');
    const bound = memoryOf(given.memory);
    if (bound === undefined) throw new TypeError(notAMemory());
    this.guests.named.bound = bound;
  }

  /**
   * Runs a command: calls `_start` and returns the exit code, 0 when it just returns; a promise of it when `_start`
   * returns a promise. The exit code is an unsigned 32-bit number, as the guest gave it. Traps go on to the caller.
   * Closes everything at the end. Throws a TypeError without `_start`, and a LinkError where it is no function without
   * parameters and results (of other engines' functions only parameters can be seen), or where there is an `_initialize`,
   * too: then nothing has begun. A TypeError, too, when there was a program, or after close. The memory that the instance
   * exports is bound for engines which do not say who calls, unless bind was called.
   */
  start(instance: WasiInstance, ...more: readonly undefined[]): number | Promise<number> {
    if (more.some((one) => one !== undefined)) throw new TypeError(takesNoOptions());
    checkInstance(instance, 'WASI.start: what is started');
    this.checkOrder('start');
    const call = this.entryOf(instance, '_start');
    return this.finishing(call);
  }

  /**
   * Runs a command with all its threads (wasi-threads), which take turns: makes the instances with the engine, calls
   * `_start`, and returns the exit code; in mode 'async' a promise of it. Returning from `_start`, proc_exit and
   * traps of any thread end all of them. Throws traps, Interrupted, a LinkError for imports and entries of wrong types
   * before anything runs, and a TypeError without `_start` and for what does not fit; in mode 'async' the promise is rejected.
   *
   *     const exitCode = await new WASI({ args: ['prog'] }).run(engine, compile(bytes));
   */
  run<M extends ProgramModule>(engine: Engine<M>, module: M, given?: ProgramOptions): ExitCode<Mode> {
    const run = (): number | Promise<number> => this.runNow(engine, module, given);
    return (this.mode === 'sync' ? run() : new Promise((resolve) => resolve(run()))) as ExitCode<Mode>;
  }

  private runNow<M extends ProgramModule>(engine: Engine<M>, module: M, given?: ProgramOptions) {
    checkEngine(engine, 'WASI.run: the engine');
    checkCompiled(module, 'WASI.run: the module');
    const options = checkOptions('WASI.run', given, PROGRAM_OPTIONS);
    this.checkOrder('run');
    checkProgram(module.module);
    const importsFor = (one: M): ProgramImports => mergedImports(options.imports ?? {}, this.importsFor(one));
    // What is given beside the system interface has to be right from the beginning.
    importsFor(module);
    const begun = (instance: WasiInstance): void => this.bindExported(instance);
    const programs = this.programs as ReadonlyMap<string, M | Uint8Array>;
    const program = { module, engine, importsFor, callers: this.callers, programs };
    return this.finishing(() => runProgram(program, this.process, this.mode, begun, options));
  }

  /**
   * Sends a signal, by its number in WASIX, to a WASIX program that `run` runs, as another process does: its handler is called, or it
   * ends, with 128 more as its exit code. Others hear nothing. Throws a RangeError for what is no signal.
   */
  signal(signal: number): void {
    if (SIGNALS[signal] === undefined) throw new RangeError(noSignal(signal));
    if (this.state === 'running' && this.process.timers !== undefined)
      familyOf(this.process).signal(this.process, signal);
  }

  /**
   * Prepares a reactor: binds the memory and calls `_initialize` if there is one. There may be several, before the program
   * and while it runs. Throws as `start` does, and after the end.
   */
  initialize(instance: WasiInstance): unknown {
    checkInstance(instance, 'WASI.initialize: what is prepared');
    this.checkOrder('initialize');
    if (instance.exports['_initialize'] !== undefined) return this.entryOf(instance, '_initialize')();
    this.bindExported(instance);
    return undefined;
  }

  /**
   * Closes all descriptors and ends pending waits: their promises reject with ExitStatus. Nothing keeps the host alive.
   * `stopped`: the program was stopped, so that output which nobody reads is not waited for.
   */
  close(stopped = false): void {
    this.state = 'over';
    this.process.waiting.abortAll(new ExitStatus(0));
    this.process.files.closeAll(stopped);
    this.process.root?.close();
  }

  /** Gives a WASIX program what it has from the beginning: one tree in the place of the directories. */
  private prepare({ isFirst }: Generation): void {
    const { process, preopens } = this;
    if (isFirst) process.files.numbers = 'new';
    if (process.root !== undefined) return;
    const root = treeOf(preopens, this.programs, process.random);
    process.root = new HeldDirectory(root);
    process.cwd = firstDirectory(preopens);
    const others = process.files.takeFrom(FIRST_PREOPEN).slice(preopens.length);
    process.files.add(directoryDescriptor('/', root.reopen()));
    for (const one of others) process.files.add(one);
  }

  private checkOrder(method: keyof typeof ORDER): void {
    if (!(ORDER[method] as readonly State[]).includes(this.state)) throw new TypeError(usedAlready(method));
  }

  /** The call of an entry, which binds the memory first. @throws TypeError, LinkError where there is none that can be called. */
  private entryOf(instance: WasiInstance, name: EntryName): () => unknown {
    const entry = instance.exports[name];
    if (entry === undefined) throw new TypeError(noEntry(name));
    checkEntries(exportsOfInstance(instance.exports), [name]);
    const method = this.mode === 'sync' ? 'call' : 'callAsync';
    if (typeof entry !== 'function' && instance[method] === undefined) throw new TypeError(notCallable(name));
    return () => {
      this.bindExported(instance);
      return typeof entry === 'function' ? entry() : instance[method]?.(name);
    };
  }

  private bindExported({ exports }: WasiInstance): void {
    this.guests.named.begun = memoryOf(exports[MEMORY_NAME]);
  }

  private finishing(run: () => unknown): number | Promise<number> {
    this.state = 'running';
    const exitCode = (error: unknown): number => {
      if (isError(error, 'exit')) return error.exitCode;
      throw error;
    };
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      this.close(isError(error, 'interrupted'));
      return exitCode(error);
    }
    if (!(result instanceof Promise)) {
      this.close();
      return 0;
    }
    const end = result.then(
      () => this.close(),
      (error: unknown) => {
        this.close(isError(error, 'interrupted'));
        throw error;
      },
    );
    return end.then(() => 0, exitCode);
  }
}

/** Imports of two sources; the first one's come first. */
function mergedImports(first: ProgramImports, second: ProgramImports): ProgramImports {
  const merged = emptyRecord<Record<string, unknown>>();
  for (const source of [second, first]) {
    for (const [name, values] of Object.entries(source)) {
      merged[name] = Object.assign(merged[name] ?? emptyRecord(), values);
    }
  }
  return merged;
}
