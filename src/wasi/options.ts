// The options of WASI, what they and those of its `run` (program.ts) have to be, and what else its methods are given.
import { DEADLINE } from '../clock.ts';
import {
  bound,
  callable,
  type Check,
  either,
  having,
  isBytes,
  listOf,
  type Pairs,
  pairs,
  record,
  recordOf,
  type Shape,
  shapeOf,
  shown,
  text,
  whole,
} from '../options.ts';
import { directory, isPieceSource, mode } from './host/checks.ts';
import type { Clock } from './host/clock.ts';
import type { Directory } from './host/filesystem.ts';
import type { Listener, Network } from './host/network.ts';
import { type NetworkRules, networkRules } from './host/policy.ts';
import type { Random } from './host/random.ts';
import type { InputStream, OutputStream } from './host/stdio.ts';
import type { PieceSource } from './hosts/memory/streams.ts';
import { FUEL } from '../runtime/fuel.ts';
import { type GuestLimits, type Limits, limits } from '../runtime/limits.ts';
import { plainPath } from './kernel/resolve.ts';
import { needsHost, refuseDouble, streamOfHost } from './messages.ts';
import type { ProgramOptions } from './program.ts';

export interface WasiOptions {
  /** The first is by custom the program's name. */
  readonly args?: readonly string[] | undefined;
  /** Name and value: an object, or pairs (a Map, an array), which keep their order. Those that are undefined are left out. */
  readonly env?: Pairs<string | undefined> | undefined;
  /**
   * Guest path to directory, in order from descriptor 3 on: an object, or pairs (a Map, an array), which keep their order
   * where paths look like numbers. No path may be given twice. The WASI object takes them over and closes them.
   */
  readonly preopens?: Pairs<Directory> | undefined;
  /** Sockets that listen already, as descriptors after those of the directories. They are taken over and closed. */
  readonly listeners?: readonly Listener[] | undefined;
  /** Where the guest's own sockets live; without one it can make none. */
  readonly network?: Network | undefined;
  /**
   * What it may use of the network. Has to be given for one that reaches out of this process; all of it if not given for
   * one that does not.
   */
  readonly allow?: NetworkRules | undefined;
  /**
   * Empty if not given. Text and bytes are all there is to read; iterables, asynchronous ones and readable streams too,
   * are asked for a piece whenever the guest wants one.
   */
  readonly stdin?: InputStream | Uint8Array | string | PieceSource | undefined;
  /** Discarded if not given. A function gets every piece that is written; if it returns a promise, the guest waits. */
  readonly stdout?: OutputStream | ((bytes: Uint8Array) => unknown) | undefined;
  readonly stderr?: OutputStream | ((bytes: Uint8Array) => unknown) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** How to wait: 'async' (the default) returns a promise, 'sync' keeps the whole host waiting. */
  readonly mode?: 'async' | 'sync' | undefined;
  /**
   * What the guest may have at a time: `run` makes its instances under them; for others, give both the same Limits. Files
   * in memory have limits of their own: see memoryDirectory.
   */
  readonly limits?: Limits | GuestLimits | undefined;
  /**
   * Programs that a WASIX program may execute, by name: modules that were compiled, or bytes of them. They are visible as
   * files of a directory `/bin`.
   */
  readonly programs?: Pairs<Uint8Array | { readonly module: object }> | undefined;
  /** Told one line of text per system call. */
  readonly strace?: ((line: string) => void) | undefined;
}

export const checkEngine: Check = having('an engine, as wasmi-ts exports one', 'beginInstantiate()', 'yieldToHost()');
export const checkCompiled: Check = having('a compiled module', 'module');
export const checkBound: Check = having('an object', 'memory');

/** An instance of any engine. */
export const checkInstance: Check = (value, where) => {
  const { exports } = having('an instance', 'exports')(value, where) as { exports: unknown };
  having('an object')(exports, `${where}: exports`);
  return value;
};

const preopened: Check = (value, where) => {
  if (typeof value === 'string') throw new TypeError(`${where}: ${needsHost(value, 'nodeDirectory')}`);
  return directory(value, where);
};

function stream(helper: string, otherwise: Check): Check {
  return (value, where) => {
    if (typeof value === 'number') throw new TypeError(`${where}: ${needsHost(value, helper)}`);
    return otherwise(value, where);
  };
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

const output = stream(
  'outputToFd',
  either(isFunction, (value, where) => {
    const isObject = typeof value === 'object' && value !== null;
    if (isObject && 'write' in value && !('subscribe' in value)) throw new TypeError(`${where} ${streamOfHost()}`);
    return having(
      'a function that is given the bytes, or an OutputStream',
      'write()',
      'ready()',
      'subscribe()',
    )(value, where);
  }),
);

/** Text, bytes, a stream, or what gives pieces one after the other. */
const input = stream('inputFromFd', (value, where) => {
  if (typeof value === 'string' || isBytes(value)) return value;
  const what = 'a text, a Uint8Array, an iterable of pieces, a readable stream or an InputStream';
  const isStream = typeof value === 'object' && value !== null && 'subscribe' in value;
  if (!isStream && isPieceSource(value)) return value;
  return having(what, 'read()', 'available()', 'ready()', 'subscribe()')(value, where);
});

/** They are files of a directory. */
const programs: Check = (value, where) => {
  const program = either(isBytes, having('bytes of a module, or a compiled module', 'module'));
  const read = pairs(program)(value, where) as [name: string, value: unknown][];
  for (const [name] of read) {
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
      throw new TypeError(`${where}: ${shown(name)} is no name of a file`);
    }
  }
  return read;
};

export const WASI_OPTIONS: Shape<WasiOptions> = {
  args: listOf(text),
  env: pairs(text),
  preopens: pairs(preopened),
  listeners: listOf(having('a Listener', 'accept()', 'ready()', 'subscribe()', 'close()')),
  network: having('a Network', 'listen()', 'connect()'),
  allow: networkRules,
  stdin: input,
  stdout: output,
  stderr: output,
  clock: having('a Clock', 'realtime()', 'monotonic()', 'schedule()', 'sleepSync()'),
  random: having('a Random', 'fill()'),
  mode,
  limits,
  programs,
  strace: callable,
};

export const PROGRAM_OPTIONS: Shape<ProgramOptions> = {
  imports: recordOf(record),
  scheduler: shapeOf<NonNullable<ProgramOptions['scheduler']>>({
    seed: whole('a seed', -Number.MAX_SAFE_INTEGER),
    slice: whole('a number of units of fuel', 1),
  }),
  maxMemoryBytes: bound('a number of bytes'),
  fuel: FUEL,
  signal: having('an AbortSignal', 'aborted'),
  deadline: DEADLINE,
};

/** A guest looks paths up: of two directories with one path the second would be out of its reach. */
export function refuseDoubles(preopens: readonly (readonly [path: string, directory: Directory])[]): void {
  const paths = new Set<string>();
  for (const [path] of preopens) {
    const meant = plainPath(path);
    if (paths.has(meant)) throw new TypeError(refuseDouble('guest path', path));
    paths.add(meant);
  }
}
