// Runs a script on an engine and reports what did not go as the script says.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
// It knows no engine: whoever calls it passes one. Commands that need a feature which is off are skipped, not failed.
// What a command's error means is in expected.ts, what is reported in outcome.ts.
// Threads of a script take turns (turns.ts), within calls too; without threads, calls run on the spot.
import { UnsupportedError, isError } from '../errors.ts';
import { encodeModule } from '../encoder/encode.ts';
import type { Bits } from '../runtime/values.ts';
import { own } from '../syntax/records.ts';
import type { ParseOptions } from '../text/parser.ts';
import { checkFailure } from './expected.ts';
import { HostReference, type ReferenceKind, matches, showPattern, showValue } from './match.ts';
import { type Outcome, Skip, type Slot, found, keep, unfinished } from './outcome.ts';
import { type Action, type Command, type ModuleSource, type Pattern, type Script, parseSource } from './script.ts';
import { type Pause, type PiecewiseCall, type Turn, Turns, finished, joined } from './turns.ts';

/** What a script needs of an engine. M is a compiled module, I an instance, X an external value. */
export interface Engine<M, I, X> {
  /** How modules in the text format are parsed. */
  readonly parseOptions?: ParseOptions;
  /** Throws MalformedError, InvalidError, UnsupportedError. */
  compile(bytes: Uint8Array): M;
  /** Validates what custom sections of a module say, which compiling ignores. Throws InvalidError. */
  validateCustom(module: M): void;
  /** Throws LinkError, Trap, ExhaustionError. */
  instantiate(module: M, find: (module: string, name: string) => X | undefined): I;
  export(instance: I, name: string): X | undefined;
  /** Numbers are unsigned bits, as in the script; references of scripts are HostReference. */
  invoke(func: X, args: readonly Bits[]): readonly Bits[];
  /** The same piece by piece, where other threads are to run meanwhile; undefined for what can only be run at once. */
  begin(func: X, args: readonly Bits[]): PiecewiseCall<readonly Bits[]> | undefined;
  /** The value of a global. */
  read(global: X): Bits;
  /** The `spectest` module, made anew for every script; an error stands for what needs a feature that is not there. */
  spectest(): Readonly<Record<string, X | UnsupportedError>>;
  referenceKind(reference: unknown): ReferenceKind;
  /** Whether the error is an exception that nobody caught. */
  isException(error: unknown): boolean;
}

/**
 * Runs all commands; each returns one outcome, in the order of lines. Nothing is thrown but bugs of the runner, and
 * Interrupted when it should be over.
 */
export function runScript<M, I, X>(script: Script, engine: Engine<M, I, X>): Outcome[] {
  return play(script.commands, engine, new Map());
}

/** Commands that say something about how code runs. */
const RUNNING: ReadonlySet<Command['kind']> = new Set([
  'module',
  'definition',
  'instance',
  'register',
  'action',
  'assert_return',
  'assert_trap',
  'assert_exception',
]);

/**
 * The same, and then again what runs code, `rounds` times in all, with modules compiled once: so that compilers of the
 * host get to the engine's code. Of later rounds only failures are reported, those of the first round that has any.
 */
export function runHot<M, I, X>({ commands }: Script, engine: Engine<M, I, X>, rounds: number): Outcome[] {
  const compiled: Compiled<M> = new Map();
  const first = play(commands, engine, compiled);
  const running = commands.filter(({ kind }) => RUNNING.has(kind));
  for (let round = 2; round <= rounds; round++) {
    const failed = play(running, engine, compiled).filter(({ result }) => result === 'failed');
    if (failed.length === 0) continue;
    return [...first, ...failed.map((one) => ({ ...one, detail: `in round ${round}: ${one.detail}` }))];
  }
  return first;
}

function play<M, I, X>(commands: readonly Command[], engine: Engine<M, I, X>, compiled: Compiled<M>): Outcome[] {
  const turns = new Turns();
  const outcomes: Outcome[] = [];
  const alone = !commands.some(({ kind }) => kind === 'thread');
  turns.add(new Runner({ engine, turns, outcomes, alone, compiled }).run(commands));
  turns.run();
  return alone ? outcomes : outcomes.sort((a, b) => a.line - b.line);
}

type Compiled<M> = Map<ModuleSource, M>;

/** What the threads of a script share. */
interface Session<M, I, X> {
  readonly engine: Engine<M, I, X>;
  readonly turns: Turns;
  readonly outcomes: Outcome[];
  /** There is one thread only. */
  readonly alone: boolean;
  readonly compiled: Compiled<M>;
}

class Runner<M, I, X> {
  private readonly session: Session<M, I, X>;
  private readonly engine: Engine<M, I, X>;
  private readonly spectest: Readonly<Record<string, X | UnsupportedError>>;
  private readonly definitions = new Map<string, Slot<M>>();
  private readonly instances = new Map<string, Slot<I>>();
  private readonly registered = new Map<string, Slot<I>>();
  private readonly references = new Map<number, HostReference>();
  private lastDefinition: Slot<M> = new Skip('no module is defined yet', undefined);
  private lastInstance: Slot<I> = new Skip('no module is instantiated yet', undefined);

  private readonly threads = new Map<string, Turn>();
  private lastThread: Turn | undefined;

  constructor(session: Session<M, I, X>) {
    this.session = session;
    this.engine = session.engine;
    this.spectest = session.engine.spectest();
  }

  *run(commands: readonly Command[]): Generator<Pause, void> {
    const { outcomes } = this.session;
    for (const command of commands) {
      const { line, kind } = command;
      try {
        yield* this.command(command);
        outcomes.push({ line, kind, result: 'passed', detail: '' });
      } catch (error) {
        if (isError(error, 'interrupted')) throw error;
        outcomes.push({ line, kind, ...unfinished(error) });
      }
    }
  }

  private *command(command: Command): Generator<Pause, void> {
    switch (command.kind) {
      case 'module':
        this.module(command.name, command.source);
        break;
      case 'definition':
        this.define(command.name, () => this.compile(command.source));
        break;
      case 'instance':
        this.keep(command.name, () =>
          this.instantiate(found(command.definition, this.definitions, this.lastDefinition)),
        );
        break;
      case 'register':
        keep(
          () => found(command.module, this.instances, this.lastInstance),
          (slot) => this.registered.set(command.as, slot),
        );
        break;
      case 'action':
        yield* this.action(command.action);
        break;
      case 'assert_return':
        yield* this.assertReturn(command.action, command.results);
        break;
      case 'thread':
        this.thread(command.name, command.shared, command.commands);
        break;
      case 'wait':
        yield* joined(this.threadNamed(command.thread));
        break;
      default:
        yield* this.assertFails(command);
    }
  }

  private bytes(source: ModuleSource): Uint8Array {
    return source.form === 'binary' ? source.bytes : encodeModule(parseSource(source, this.engine.parseOptions ?? {}));
  }

  private compile(source: ModuleSource): M {
    const known = this.session.compiled.get(source);
    if (known !== undefined) return known;
    const made = this.engine.compile(this.bytes(source));
    this.session.compiled.set(source, made);
    return made;
  }

  private instantiate(module: M): I {
    return this.engine.instantiate(module, (from, name) => {
      if (from === 'spectest') {
        const value = own(this.spectest, name);
        if (value instanceof UnsupportedError) throw value;
        return value;
      }
      const instance = this.registered.get(from);
      if (instance instanceof Skip) throw instance;
      return instance === undefined ? undefined : this.engine.export(instance, name);
    });
  }

  private module(name: string | undefined, source: ModuleSource): void {
    this.keep(name, () => this.instantiate(this.define(name, () => this.compile(source))));
  }

  /** Keeps what `make` gives as the last one and under its name; where it fails, the reason is kept instead. */
  private define(name: string | undefined, make: () => M): M {
    return keep(make, (slot) => {
      this.lastDefinition = slot;
      if (name !== undefined) this.definitions.set(name, slot);
    });
  }

  private keep(name: string | undefined, make: () => I): void {
    keep(make, (slot) => {
      this.lastInstance = slot;
      if (name !== undefined) this.instances.set(name, slot);
    });
  }

  private *action(action: Action): Generator<Pause, readonly Bits[]> {
    const instance = found(action.module, this.instances, this.lastInstance);
    const value = this.engine.export(instance, action.name);
    if (value === undefined) throw new Error(`there is no export "${action.name}"`);
    if (action.kind === 'get') return [this.engine.read(value)];
    const args = action.args.map((arg): Bits => {
      if (arg.type === 'ref.null') return null;
      if (arg.type === 'ref.extern' || arg.type === 'ref.host') return this.reference(arg.value);
      return arg.bits;
    });
    const call = this.session.alone ? undefined : this.engine.begin(value, args);
    return call === undefined ? this.engine.invoke(value, args) : yield* finished(call);
  }

  /** The same number is the same reference, all script long. */
  private reference(value: number): HostReference {
    const reference = this.references.get(value) ?? new HostReference(value);
    this.references.set(value, reference);
    return reference;
  }

  private *assertReturn(action: Action, patterns: readonly Pattern[]): Generator<Pause, void> {
    const { engine } = this;
    const kindOf = (reference: unknown): ReferenceKind => engine.referenceKind(reference);
    const values = yield* this.action(action);
    const fits = values.length === patterns.length && patterns.every((one, i) => matches(one, values[i], kindOf));
    if (fits) return;
    const got = values.map((value, i) => showValue(value, patterns[i], kindOf)).join(' ');
    throw new Error(
      `${show(action)} gives ${got || 'nothing'}, expected ${patterns.map(showPattern).join(' ') || 'nothing'}`,
    );
  }

  /** Assertions that something is refused or stopped. */
  private *assertFails(command: Command): Generator<Pause, void> {
    let error: unknown;
    try {
      if ('action' in command) yield* this.action(command.action);
      else if ('source' in command) this.attempt(command.kind, command.source);
    } catch (thrown) {
      error = thrown;
    }
    checkFailure(command, error, (one) => this.engine.isException(one));
  }

  private attempt(kind: Command['kind'], source: ModuleSource): void {
    const module = this.compile(source);
    if (kind === 'assert_invalid_custom') this.engine.validateCustom(module);
    if (kind === 'assert_unlinkable' || kind === 'assert_uninstantiable') this.instantiate(module);
  }

  /** Begins a thread, which knows one of the modules. */
  private thread(name: string | undefined, shared: string | undefined, commands: readonly Command[]): void {
    const runner = new Runner(this.session);
    if (shared !== undefined) {
      const slot = this.instances.get(shared);
      if (slot === undefined) throw new Error(`there is no module $${shared}`);
      runner.instances.set(shared, slot);
      runner.lastInstance = slot;
    }
    this.lastThread = this.session.turns.add(runner.run(commands));
    if (name !== undefined) this.threads.set(name, this.lastThread);
  }

  private threadNamed(name: string | undefined): Turn {
    const turn = name === undefined ? this.lastThread : this.threads.get(name);
    if (turn === undefined)
      throw new Error(name === undefined ? 'there is no thread yet' : `there is no thread $${name}`);
    return turn;
  }
}

function show(action: Action): string {
  return `(${action.kind} "${action.name}")`;
}
