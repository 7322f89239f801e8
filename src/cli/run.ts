// `wasmi-ts run`: loads a program and the modules that it is linked with, gives it its world, and runs it.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/application-abi.md (commands and reactors)
// What ended it becomes an exit code in stop.ts.
import { basename } from 'node:path';
import { endOf, within } from '../clock.ts';
import { isError } from '../errors.ts';
import { engine, type EngineOptions, engineWith, ExitStatus, type Instance, instantiateAsync } from '../index.ts';
import { invokeBitsAsync } from '../interpreter/threads/invoke.ts';
import type { FuelAccount } from '../runtime/fuel.ts';
import type { Func } from '../runtime/instance.ts';
import { emptyRecord } from '../syntax/records.ts';
import { nameText, visible } from '../syntax/visible.ts';
import { type ValidModule, validateModule } from '../validator/module.ts';
import { type EntryName, PROGRAM_ENTRIES, checkEntries, exportsOfModule } from '../wasi/entries.ts';
import type { Listener, WASI } from '../wasi/index.ts';
import { withSharedMemories } from '../wasi/program.ts';
import { generationOf } from '../wasi/wasix/generation.ts';
import { CliError, EXIT, judged } from './failure.ts';
import type { Console } from './console.ts';
import { type Invocation, exportedNames, invocation, resultLines } from './invoke.ts';
import type { Options } from './options.ts';
import { type Program, type Source, loadProgram, moduleFailure, programIn } from './program.ts';
import { Known, placeLines } from './report.ts';
import { type RunOptions, runOptions } from './run-options.ts';
import { Statistics } from './statistics.ts';
import { NetworkRefusals } from './network-refusals.ts';
import { nobodyIsLeft, stopped } from './stop.ts';
import { TraceOutput } from './trace-output.ts';
import { checkDirectories, openListeners, type Provided, standIns, usesThreads, usesWasi, wasiFor } from './world.ts';

export async function run(options: Options, console: Console): Promise<number> {
  const settings = runOptions(options, console);
  await chooseLoop(settings.loop);
  return new Run(settings, console, options.one('timeout')).run(options.files[0], options.rest);
}

/** Runs a program that is read already, with all its arguments, the first one included. `timeout`: what --timeout said. */
export async function runProgram(
  settings: RunOptions,
  console: Console,
  timeout: string | undefined,
  program: Source,
  args: readonly string[],
): Promise<number> {
  await chooseLoop(settings.loop);
  return new Run(settings, console, timeout).run(program, [], args);
}

/** Node without a JIT has no WebAssembly, either. Only then, or if it is asked for, is the second loop loaded. */
export async function chooseLoop(name: RunOptions['loop']): Promise<void> {
  if (name === 'auto' && 'WebAssembly' in globalThis) return;
  const { useLoop } = await import('../closures.ts');
  useLoop(name);
}

/** A program that is ready to be instantiated. */
interface Loaded extends Program {
  readonly valid: ValidModule;
}

/** A program's first argument: the name of its file, without the directories of this machine. */
function programName({ path }: Program): string {
  return basename(path);
}

/** Closes what the program used. That it fails, as on a network disk, changes nothing about how the program ended. */
function closed(one: { close(stopped: boolean): void }, stopped: boolean, console: Console): void {
  try {
    one.close(stopped);
  } catch (error) {
    console.warning(`closing failed: ${judged(error).message}`);
  }
}

/** Checks the entries that may be called. Throws CliError. */
function judge({ module, path }: Loaded, entries: readonly EntryName[]): void {
  try {
    checkEntries(exportsOfModule(module), entries);
  } catch (error) {
    throw moduleFailure(path, error);
  }
}

/** Fuel that no program uses up: centuries. A finite number, since fuel is counted down from slice to slice. */
const PLENTY = Number.MAX_SAFE_INTEGER;

/** One program on its way from files to an exit code. */
class Run {
  private readonly settings: RunOptions;
  private readonly console: Console;
  private readonly timeoutText: string | undefined;
  private readonly known: Known[] = [];
  private readonly processes: WASI[] = [];
  /** Of --listen: for the program, not for the modules that it is linked with. They are closed with everything else. */
  private listeners: readonly Listener[] = [];
  /** Of --program, by name. */
  private readonly programs = new Map<string, ValidModule>();
  private readonly refusals = new NetworkRefusals();
  private readonly provided: Provided = emptyRecord();
  private readonly abort = new AbortController();
  /** When all has to be over, loading included: as Date.now() returns it. */
  private readonly deadline: number | undefined = undefined;
  /** The file that was linked last. */
  private linked = '';
  /** It was aborted since it waits, and nothing is left that could happen. */
  private idle = false;
  private readonly statistics: Statistics;
  /** One for all that the program is: start functions, entries, the modules that it is linked with, and threads. */
  private readonly account: FuelAccount;
  /** Modules of --module by the names that they are imported by. */
  private readonly linkNames = new Map<ValidModule, string>();
  private trace: TraceOutput | undefined;

  constructor(settings: RunOptions, console: Console, timeoutText: string | undefined) {
    this.settings = settings;
    this.console = console;
    this.timeoutText = timeoutText;
    if (settings.timeout !== undefined) {
      this.deadline = Date.now() + settings.timeout;
      console.limit(settings.timeout);
    }
    this.account = { left: settings.fuel ?? PLENTY };
    this.statistics = new Statistics();
  }

  /** Limits, as every call into the engine takes them. */
  private get limits(): { fuel: FuelAccount; signal: AbortSignal; deadline: number | undefined } {
    return { signal: this.abort.signal, fuel: this.account, deadline: this.deadline };
  }

  /** Does at once what has to be over in time, too. @throws Interrupted when it is not. */
  private inTime<T>(action: () => T): T {
    return within(endOf(this.deadline), action);
  }

  /** `args`: all arguments of the program, where they are not the name of its file and `rest`. */
  async run(file: string | Source, rest: readonly string[], args?: readonly string[]): Promise<number> {
    const { settings, console } = this;
    let linked: { readonly name: string; readonly program: Loaded }[];
    let program: Loaded;
    try {
      linked = settings.modules.map((one) => ({ name: one.name, program: this.inTime(() => this.load(one.file)) }));
      program = this.inTime(() => this.load(file));
      for (const one of settings.programs) this.programs.set(one.name, this.inTime(() => this.load(one.file)).valid);
    } catch (error) {
      if (isError(error, 'interrupted')) return this.stopped(error);
      throw error;
    }
    let interrupted = false;
    for (const { name, program: library } of linked) this.linkNames.set(library.valid, name);
    this.trace = this.openTrace();
    const busy = console.onIdle(() => {
      this.idle = true;
      this.abort.abort(nobodyIsLeft());
    });
    try {
      for (const { program: library } of linked) judge(library, ['_initialize']);
      const invoked = settings.invoke === undefined ? undefined : invocation(program.module, settings.invoke, rest);
      judge(program, invoked === undefined ? PROGRAM_ENTRIES : ['_initialize']);
      // Whatever cannot be given is an error before anything runs.
      checkDirectories(settings);
      this.listeners = await openListeners(settings.listen, console);
      for (const { name, program: library } of linked) {
        const instance = await this.instantiate(library, [programName(library)]);
        await this.initialize(instance);
        this.provided[name] = Object.assign(emptyRecord(), instance.exports);
      }
      const all = args ?? [programName(program), ...rest];
      this.warnOfLostBytes(all);
      if (invoked !== undefined) await this.invoke(await this.instantiate(program, all, this.listeners), invoked);
      else if (usesThreads(program.module)) await this.runThreads(program, all);
      else await this.start(await this.instantiate(program, all, this.listeners), program);
      this.trace?.finish();
      return EXIT.ok;
    } catch (error) {
      interrupted = isError(error, 'interrupted');
      this.trace?.finish(error);
      return this.stopped(error);
    } finally {
      busy();
      for (const one of [...this.processes, ...this.listeners]) closed(one, interrupted, console);
      for (const hint of this.refusals.hints()) console.tell(hint);
      if (settings.stats) console.tellAsked('statistics', this.statistics.text());
    }
  }

  /** Reports what ended the program, or the way to it. Returns the exit code. */
  private stopped(error: unknown): number {
    return stopped(error, this.console, {
      modules: this.known,
      linked: this.linked,
      timeout: this.timeoutText,
      traced: this.trace?.monitor !== undefined,
      idle: this.idle,
    });
  }

  private load(file: string | Source): Loaded {
    const program = typeof file === 'string' ? loadProgram(this.console, file) : programIn(file);
    try {
      const valid = validateModule(program.module, { features: this.settings.features });
      this.known.push(new Known(program.module));
      return { ...program, valid };
    } catch (error) {
      throw moduleFailure(program.path, error, placeLines(program.module, error));
    }
  }

  /** A function as a result names it: `$fac`, or its index where it has no name; nothing for the host's own. */
  private readonly nameFunc = ({ instance, index }: Func): string => {
    if (instance === undefined) return '';
    const owner = this.known.find((one) => one.module === instance.module.module);
    return visible(owner?.ids.index('func', index) ?? String(index));
  };

  private openTrace(): TraceOutput | undefined {
    const { trace } = this.settings;
    if (trace === undefined) return undefined;
    return new TraceOutput(trace, this.console, (module) => this.linkNames.get(module));
  }

  private get instanceOptions(): EngineOptions {
    return {
      limits: this.settings.limits,
      ...(this.trace?.monitor === undefined ? {} : { monitor: this.trace.monitor }),
    };
  }

  /** Node has no other texts: bytes that are no UTF-8 have become U+FFFD. */
  private warnOfLostBytes(args: readonly string[]): void {
    const lost = [...args, ...[...this.settings.env].flat()].find((text) => text.includes('\ufffd'));
    if (lost === undefined) return;
    this.console.warning(
      `${nameText(lost)} has U+FFFD in it: bytes of arguments and variables that are not UTF-8 are lost`,
    );
  }

  private wasiFor(args: readonly string[], listeners: readonly Listener[]): WASI {
    const { programs, strace } = this;
    const network = this.refusals.network(this.settings.allow);
    return wasiFor(args, this.settings, this.console, { listeners, strace, programs, network });
  }

  /** Where system calls are shown: on standard error by --strace, the trace by --trace=wasi; once where that is the same. */
  private get strace(): ((line: string) => void) | undefined {
    const { trace, console } = this;
    const traced = trace?.strace;
    if (!this.settings.strace || (traced !== undefined && trace?.isFile === false)) return traced;
    return (line) => {
      console.tellAsked('trace', line);
      traced?.(line);
    };
  }

  /** A program's WASI process, if it uses any, and all that it may import. */
  private world(
    { module, valid, path }: Loaded,
    args: readonly string[],
    listeners: readonly Listener[],
  ): { wasi: WASI | undefined; imports: Provided } {
    const { settings, provided } = this;
    this.linked = path;
    const imports: Provided = Object.assign(emptyRecord(), provided);
    const wasi = usesWasi(module) ? this.wasiFor(args, listeners) : undefined;
    if (wasi !== undefined) {
      this.processes.push(wasi);
      for (const [name, functions] of Object.entries(wasi.importsFor({ module })))
        imports[name] = Object.assign(emptyRecord(), functions);
    }
    if (settings.unknownImports !== 'refuse') standIns(valid, imports, settings.unknownImports);
    return { wasi, imports };
  }

  /** A program with guest threads: each has an instance of its own. */
  private async runThreads(program: Loaded, args: readonly string[]): Promise<void> {
    const { valid } = program;
    const { threadSeed } = this.settings;
    const { wasi = this.wasiFor(args, this.listeners), imports } = this.world(program, args, this.listeners);
    // Programs that it executes may mean something else by the system interface, which \`run\` gives to each.
    for (const [name, functions] of Object.entries(wasi.importsFor({ module: program.module }))) {
      for (const one of Object.keys(functions)) delete imports[name]?.[one];
    }
    const { beginInstantiate } = engineWith(this.instanceOptions);
    const counting: typeof engine = {
      ...engine,
      beginInstantiate: (one, given, limits, fuel) => {
        const begun = beginInstantiate(one, given, limits, fuel);
        if (this.statistics.empty) this.statistics.add(begun.instance);
        return begun;
      },
    };
    const untell = this.handOn(program, wasi);
    const exitCode = await wasi
      .run(counting, valid, {
        imports,
        ...this.limits,
        ...(threadSeed === undefined ? {} : { scheduler: { seed: threadSeed } }),
      })
      .finally(untell);
    if (exitCode !== 0) throw new ExitStatus(exitCode);
  }

  /** Hands the first SIGINT or SIGTERM on to a WASIX program, which may have a handler; the second one ends us as usual. */
  private handOn({ module }: Loaded, wasi: WASI): () => void {
    if (generationOf(module) === undefined) return () => {};
    const untell = this.console.onStop((signal) => {
      untell();
      wasi.signal(signal);
    });
    return untell;
  }

  private async instantiate(
    program: Loaded,
    args: readonly string[],
    listeners: readonly Listener[] = [],
  ): Promise<Instance> {
    const { imports } = this.world(program, args, listeners);
    const given = withSharedMemories(program.module, imports, undefined, this.settings.limits) as Provided;
    const instance = await instantiateAsync(program.valid, given, { ...this.limits, ...this.instanceOptions });
    this.statistics.add(instance);
    return instance;
  }

  /** A reactor prepares itself with _initialize. */
  private async initialize(instance: Instance): Promise<void> {
    if (instance.exports['_initialize'] !== undefined) await instance.callAsync('_initialize', [], this.limits);
  }

  private async invoke(instance: Instance, { name, values, results }: Invocation): Promise<void> {
    if (name !== '_initialize') await this.initialize(instance);
    const func = instance.func(name);
    // A function of the system interface that is exported again is called by no instance, so its memory is named.
    const { memory } = instance.exports;
    if (func.instance === undefined && memory?.kind === 'memory') {
      for (const process of this.processes) process.bind({ memory });
    }
    const answer = await invokeBitsAsync(func, values, this.limits);
    this.console.print(resultLines(answer, results, this.nameFunc));
  }

  private async start(instance: Instance, { module, path }: Loaded): Promise<void> {
    if (instance.exports['_start'] !== undefined) {
      await instance.callAsync('_start', [], this.limits);
      return;
    }
    await this.initialize(instance);
    // A module whose start function did something has been run; one without anything to run is a mistake.
    if (module.start === undefined && instance.exports['_initialize'] === undefined) {
      throw new CliError(`${path}: there is nothing to run: it exports no _start and has no start function`, [
        `hint: --invoke NAME calls an exported function; it exports ${exportedNames(module)}`,
      ]);
    }
  }
}
