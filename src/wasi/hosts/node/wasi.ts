// WASI in the shape of node:wasi, for those who exchange one import: `import { NodeWASI as WASI } from 'wasmi-ts/node'`.
// https://nodejs.org/api/wasi.html#class-wasi  Options, errors, the order of calls and what calls return for wrong arguments
// are those of the Node that runs; what differs by decision stands in docs/wasi.md, as a table.
import { versions } from 'node:process';
import { ExitStatus } from '../../../errors.ts';
import type { GuestLimits, Limits } from '../../../runtime/limits.ts';
import { isMemory } from '../../../runtime/memory.ts';
import { ERRNO, SystemError } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { WASI, type WasiInstance } from '../../index.ts';
import type { HostFunction } from '../../kernel/dispatcher.ts';
import { type GuestMemory, guestMemory } from '../../kernel/guest.ts';
import { PREVIEW0, PREVIEW1 } from '../../preview1/abi.ts';
import { alreadyStarted, checkedCalls, named, type Run } from './calls.ts';
import { openHostDirectory } from './directory.ts';
import { inputFromFd } from './input.ts';
import { outputToFd } from './output.ts';
import { openDirectories } from './preopens.ts';
import * as check from './refusals.ts';
import { nodeClock, nodeRandom } from './time.ts';

/** As node:wasi has them. Standard streams are those of the process if not given. */
export interface NodeWasiOptions {
  /** Which functions `wasiImport` has, and by which module name they are imported. */
  readonly version: 'preview1' | 'unstable';
  /** Each is made a text. */
  readonly args?: readonly unknown[];
  /** Each is made a text; those that are undefined are left out. */
  readonly env?: Readonly<Record<string, unknown>>;
  /** Guest path to host path. */
  readonly preopens?: Readonly<Record<string, string>>;
  /** `start` returns the exit code; a guest never ends the process, so `false` is a TypeError. */
  readonly returnOnExit?: boolean;
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
  /**
   * What node:wasi has not: what the guest may hold of the system interface, its descriptors and listings, as limits or as
   * the object that its instances count in as well.
   */
  readonly limits?: Limits | GuestLimits | undefined;
}

const LAYOUTS = { preview1: PREVIEW1, unstable: PREVIEW0 } as const;

/** Since 24.4 a start that was refused may be tried again; before, it counts. */
const REFUSED_COUNTS = isOlderThan(24, 4);

function isOlderThan(major: number, minor: number): boolean {
  const [ours = 0, ourMinor = 0] = versions.node.split('.').map(Number);
  return ours < major || (ours === major && ourMinor < minor);
}

/** What the language has since 2021. */
interface Host {
  readonly FinalizationRegistry: new (
    collected: (held: WASI<'sync'>) => void,
  ) => {
    register(target: object, held: WASI<'sync'>, token: object): void;
    unregister(token: object): void;
  };
}

/** Closes what an object has open, when neither it nor one of its functions can be reached any more. */
const ABANDONED = new (globalThis as unknown as Host).FinalizationRegistry((wasi) => wasi.close());

/**
 * WASI for any engine, waiting in place (mode 'sync').
 *
 *     const wasi = new NodeWASI({ version: 'preview1', args, env, preopens: { '/sandbox': '/some/path' } });
 *     const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
 *     const exitCode = wasi.start(instance);
 *
 * The constructor throws what node:wasi throws: a TypeError with code ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE, a
 * RangeError with code ERR_OUT_OF_RANGE, and for a directory or descriptor that cannot be used an Error with the code of
 * the system, such as UVWASI_ENOENT. What WASI cannot express (a NUL in a text) is ERR_INVALID_ARG_VALUE, too.
 */
export class NodeWASI {
  /** The functions to import. They and the object itself may be replaced: `getImportObject` gives what is here. */
  wasiImport: Record<string, HostFunction>;
  readonly #moduleName: string;
  readonly #wasi: WASI<'sync'>;
  readonly #run: Run = { memory: undefined, exitCode: 0 };
  #state: 'new' | 'started' | 'closed' = 'new';

  /** As a rest, so that the length of the class is that of node:wasi's. */
  constructor(...[options]: [options: NodeWasiOptions]) {
    const given = readOptions(options);
    this.#wasi = opened(given);
    const layout = LAYOUTS[given.version];
    this.#moduleName = layout.moduleName;
    // node:wasi has all functions in both versions.
    const calls = { ...this.#wasi.imports[PREVIEW1.moduleName], ...this.#wasi.imports[layout.moduleName] };
    this.wasiImport = checkedCalls(layout, this.#run, calls);
    this.wasiImport['proc_exit'] = exitOf(this.#run);
    ABANDONED.register(this.#run, this.#wasi, this);
  }

  /** A new object each time, to which other modules may be added. */
  getImportObject(): Record<string, Record<string, HostFunction>> {
    return { [this.#moduleName]: this.wasiImport };
  }

  /**
   * Runs a command: calls its `_start`, and returns the exit code as the guest gave it, as a signed number; 0 when it just
   * returns. Descriptors stay open afterwards, for exports that are called later: see `close`. Throws what `_start` throws;
   * an Error with code ERR_WASI_ALREADY_STARTED, also after `close`, and a TypeError with code ERR_INVALID_ARG_TYPE for an instance that
   * exports no memory, no `_start`, or `_initialize` as well.
   */
  start(instance: WasiInstance): number {
    const { _start, _initialize } = this.#begin(instance);
    check.checkFunction(_start, 'instance.exports._start');
    check.checkUndefined(_initialize, 'instance.exports._initialize');
    try {
      _start();
    } catch (error) {
      if (!(error instanceof ExitStatus)) throw error;
    }
    return this.#run.exitCode as number;
  }

  /** Prepares a reactor: calls `_initialize` if there is one. Throws as `start` does, and where there is a `_start`. */
  initialize(instance: WasiInstance): void {
    const { _start, _initialize } = this.#begin(instance);
    check.checkUndefined(_start, 'instance.exports._start');
    if (_initialize === undefined) return;
    check.checkFunction(_initialize, 'instance.exports._initialize');
    _initialize();
  }

  /**
   * Says which memory calls mean without calling anything, as newer Nodes have it: for instances with threads, whose memory
   * is imported. Throws as `start` does.
   */
  finalizeBindings(instance: WasiInstance, options: { readonly memory?: unknown } = {}): void {
    const { memory = (instance as WasiInstance | undefined)?.exports?.['memory'] } = options;
    this.#bind(instance, () => memory);
  }

  /** Closes all descriptors; calls then return BADF. node:wasi does so when the object is collected, as this does, too. */
  close(): void {
    ABANDONED.unregister(this);
    this.#state = 'closed';
    this.#wasi.close();
  }

  #begin(instance: WasiInstance): WasiInstance['exports'] {
    this.#bind(instance, () => instance.exports['memory']);
    return instance.exports;
  }

  #bind(instance: WasiInstance, find: () => unknown): void {
    if (this.#state !== 'new') throw alreadyStarted(this.#state === 'closed');
    if (REFUSED_COUNTS) this.#state = 'started';
    check.checkObject(instance, 'instance');
    check.checkObject(instance.exports, 'instance.exports');
    this.#run.memory = memoryBehind(find());
    this.#wasi.bind({ memory: this.#run.memory });
    this.#state = 'started';
  }
}

type Given = Required<Pick<NodeWasiOptions, 'version' | 'stdin' | 'stdout' | 'stderr'>> & {
  readonly args: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  readonly preopens: readonly (readonly [string, string])[];
  readonly returnOnExit: unknown;
  readonly limits: NodeWasiOptions['limits'];
};

/** Checks options in the order of node:wasi, so that of several wrong ones the same is reported. */
function readOptions(options: unknown = {}): Given {
  check.checkObject(options, 'options');
  const {
    version,
    args = [],
    env = {},
    preopens = {},
    stdin = 0,
    stdout = 1,
    stderr = 2,
    returnOnExit = true,
    limits,
  } = options;
  check.checkString(version, 'options.version');
  if (version !== 'preview1' && version !== 'unstable') {
    throw check.wrongValue('options.version', 'unsupported WASI version', version);
  }
  check.checkArray(args, 'options.args');
  const texts = Array.from(args, String);
  check.checkObject(env, 'options.env');
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  const variables = set.map(([name, value]): [string, string] => [name, `${value as string}`]);
  check.checkObject(preopens, 'options.preopens');
  const directories = Object.entries(preopens).map(([guest, host]): [string, string] => [guest, String(host)]);
  check.checkDescriptor(stdin, 'options.stdin');
  check.checkDescriptor(stdout, 'options.stdout');
  check.checkDescriptor(stderr, 'options.stderr');
  return {
    version,
    args: texts,
    env: variables,
    preopens: directories,
    stdin,
    stdout,
    stderr,
    returnOnExit,
    limits: limits as Given['limits'],
  };
}

/** The system interface with everything open, or nothing. */
function opened({ args, env, preopens, returnOnExit, limits, ...stdio }: Given): WASI<'sync'> {
  let directories: readonly (readonly [path: string, directory: Directory])[] = [];
  try {
    const streams = openAll(() => ({
      stdin: inputFromFd(stdio.stdin, 'sync'),
      stdout: outputToFd(stdio.stdout),
      stderr: outputToFd(stdio.stderr),
    }));
    directories = openDirectories(preopens, (path) => openAll(() => openHostDirectory(path)));
    check.checkBoolean(returnOnExit, 'options.returnOnExit');
    if (!returnOnExit) {
      throw check.wrongValue(
        'options.returnOnExit',
        'is refused: a guest never ends the process; use the exit code',
        false,
      );
    }
    const host = { ...streams, clock: nodeClock(), random: nodeRandom(), mode: 'sync' as const };
    return openAll(() => expressible(() => new WASI({ args, env, preopens: directories, limits, ...host })));
  } catch (error) {
    for (const [, directory] of directories) directory.close();
    throw error;
  }
}

/** Errors of the system as node:wasi makes them. */
function openAll<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const code = `UVWASI_E${error.errno}`;
    const members = { errno: ERRNO[error.errno], code, syscall: 'uvwasi_init' };
    const why = error.detail === undefined ? '' : `: ${error.detail}`;
    throw Object.assign(new Error(`${code}, uvwasi_init${why}`), members);
  }
}

/** What WASI cannot express has no code of its own. */
function expressible<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw check.coded(RangeError, 'ERR_OUT_OF_RANGE', error.message);
    throw error instanceof TypeError ? check.coded(TypeError, 'ERR_INVALID_ARG_VALUE', error.message) : error;
  }
}

/** proc_exit, for which any argument will do. */
function exitOf(run: Run): HostFunction {
  const exit: HostFunction = (code) => {
    run.exitCode = code;
    throw new ExitStatus(Number(code) >>> 0);
  };
  return named(exit, 'proc_exit', 1);
}

/**
 * The memory of an engine's object: one of ours, of any copy of this package, or the host's. A WebAssembly.Memory is told
 * by its accessor, which throws for all other objects. @throws TypeError, as node:wasi.
 */
function memoryBehind(value: unknown): GuestMemory {
  if (isMemory(value)) return guestMemory(value);
  const buffer = bufferGetter(value);
  try {
    if (buffer !== undefined) {
      buffer.call(value);
      return new BufferView(value as object, buffer);
    }
  } catch {
    // Somebody else's accessor.
  }
  const message = '"instance.exports.memory" property must be a WebAssembly.Memory object';
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

type BufferGetter = (this: unknown) => ArrayBufferLike;

/** The accessor `buffer` of a prototype that says that it is one of memories. */
function bufferGetter(value: unknown): BufferGetter | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (let at: unknown = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    const tag = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag)?.value;
    if (tag === 'WebAssembly.Memory') return Object.getOwnPropertyDescriptor(at, 'buffer')?.get as BufferGetter;
  }
  return undefined;
}

/** A memory by its accessor: growth gives it a new buffer, or a longer one. */
class BufferView implements GuestMemory {
  private readonly memory: object;
  private readonly getter: BufferGetter;
  private view: Uint8Array = new Uint8Array(0);

  constructor(memory: object, getter: BufferGetter) {
    this.memory = memory;
    this.getter = getter;
  }

  get bytes(): Uint8Array {
    const buffer = this.getter.call(this.memory);
    if (this.view.buffer !== buffer || this.view.length !== buffer.byteLength) this.view = new Uint8Array(buffer);
    return this.view;
  }
}
