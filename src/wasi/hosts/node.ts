// The host Node: real directories, clocks, secure randomness, and the process's own standard streams.
// The only place besides the command line that touches node:*. Nothing is granted that is not named here.
import {
  callable,
  type Check,
  checkOptions,
  either,
  flag,
  listOf,
  misfit,
  oneOf,
  pairs,
  type Pairs,
  type Shape,
  shapeOf,
  shown,
  text,
} from '../../options.ts';
import process from 'node:process';
import { SystemError } from '../host/errno.ts';
import type { Directory } from '../host/filesystem.ts';
import type { WasiOptions } from '../index.ts';
import { directoriesHold, openHostDirectory, orWeak } from './node/directory.ts';
import { inputFromFd } from './node/input.ts';
import { outputToFd } from './node/output.ts';
import { directoryError, openDirectories } from './node/preopens.ts';
import { refusedDirectory } from './node/refused.ts';
import { nodeClock, nodeRandom } from './node/time.ts';
import { readOnly } from './read-only.ts';

export { directoriesHold } from './node/directory.ts';
export { nodeListener, nodeNetwork, type NodeNetworkOptions } from './node/network.ts';
export { inputFromFd } from './node/input.ts';
export { outputToFd } from './node/output.ts';
export { nodeClock, nodeRandom } from './node/time.ts';
export { NodeWASI, type NodeWasiOptions } from './node/wasi.ts';
export { readOnly } from './read-only.ts';

/** A host directory for a guest: its path, or the path and how it may be used. */
export type HostDirectory = string | ({ readonly path: string } & DirectoryOptions);

interface DirectoryOptions {
  /** Every change is refused. */
  readonly readOnly?: boolean | undefined;
  /**
   * Accept that the directory is held by its path where Linux cannot hold it by descriptor (no /proc, or Node's
   * permission model): another program that renames things meanwhile could lead a guest outside.
   */
  readonly weak?: boolean | undefined;
}

const DIRECTORY_OPTIONS: Shape<DirectoryOptions> = { readOnly: flag, weak: flag };

const PATH = 'a path as a text (fileURLToPath of node:url makes one of a URL)';

const hostPath = shapeOf<{ readonly path: string } & DirectoryOptions>({ path: text, ...DIRECTORY_OPTIONS });

/** A path, or an object with one: a Directory is given to the WASI object itself. */
const hostDirectory: Check = (value, where) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'path' in value) return hostPath(value, where);
  throw misfit(where, `${PATH}, or { path, readOnly, weak }`, value);
};

const HOST_OPTIONS: Shape<NodeHostOptions> = {
  preopens: pairs(hostDirectory),
  stdio: either(
    (value) => typeof value === 'boolean',
    shapeOf<StandardStreams>({ stdin: flag, stdout: flag, stderr: flag }),
  ),
  args: listOf(text),
  env: pairs(text),
  mode: oneOf('async', 'sync'),
  strace: callable,
};

/** Which standard streams of this process a guest has. */
interface StandardStreams {
  readonly stdin?: boolean | undefined;
  readonly stdout?: boolean | undefined;
  readonly stderr?: boolean | undefined;
}

export interface NodeHostOptions {
  /** Guest path to host directory; as in WasiOptions, an object or pairs. */
  readonly preopens?: Pairs<HostDirectory> | undefined;
  /** Standard streams of this process that the guest shall have: all with true, none if not given. */
  readonly stdio?: boolean | StandardStreams | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: Pairs<string | undefined> | undefined;
  /** 'async' if not given; it must be the mode of the WASI object. */
  readonly mode?: 'async' | 'sync' | undefined;
  readonly strace?: ((line: string) => void) | undefined;
}

/**
 * A directory of this machine as a Directory. A guest cannot leave it, by no path and no link, and gets no file of the
 * kernel. On Linux this holds against other programs that rename things meanwhile; elsewhere see node/directory.ts.
 * Where Linux cannot hold it, and `weak` is not given, what is returned refuses everything (ACCES), and a warning of the
 * process says what to do, so that a program runs which needs nothing of it; nodeHost, which has more to give, throws.
 * SystemError: NOENT, NOTDIR; ACCES for a directory of the kernel (/proc, /sys).
 */
export function nodeDirectory(path: string, options?: DirectoryOptions): Directory {
  const known = checkOptions('nodeDirectory', options, DIRECTORY_OPTIONS);
  if (typeof path !== 'string') throw misfit('nodeDirectory: the path', PATH, path);
  try {
    return openDirectory(path, known);
  } catch (error) {
    if (!(error instanceof SystemError) || error.detail !== OR_WEAK) throw error;
    const why = `nodeDirectory(${JSON.stringify(path)}) is refused: ${OR_WEAK}`;
    process.emitWarning(why, { code: 'WASMI_TS_REFUSED_DIRECTORY' });
    return refusedDirectory(why);
  }
}

/** The same, but for a SystemError where Linux cannot hold it: NOTSUP (OR_WEAK). */
function openDirectory(path: string, { readOnly: isReadOnly, weak = false }: DirectoryOptions): Directory {
  try {
    const directory = openHostDirectory(path, { weak, orElse: OR_WEAK });
    return isReadOnly === true ? readOnly(directory) : directory;
  } catch (error) {
    if (!(error instanceof SystemError) || error.detail === OR_WEAK) throw error;
    throw new SystemError(error.errno, `the directory ${shown(path)}: ${directoryError(error)}`);
  }
}

/** @deprecated The former name of `directoriesHold`: whether this process can read /proc/self/fd is not what it says. */
export const hasProcDescriptors = directoriesHold;

const OR_WEAK = orWeak('{ weak: true }');

/**
 * Options for `new WASI(...)` that give the guest what is named, from this process. SystemError for a directory that
 * cannot be given, NOTSUP where Linux cannot hold it and `weak` is not given; BADF for a standard stream that is closed.
 */
export function nodeHost(given?: NodeHostOptions): WasiOptions {
  const options = checkOptions('nodeHost', given, HOST_OPTIONS);
  const { args = [], env = {}, mode = 'async', stdio = false, strace } = options;
  const wanted = typeof stdio === 'boolean' ? { stdin: stdio, stdout: stdio, stderr: stdio } : stdio;
  // Before the directories, which are open from then on: a stream opens nothing until it is used.
  const streams = {
    ...(wanted.stdin === true ? { stdin: inputFromFd(0, mode) } : {}),
    ...(wanted.stdout === true ? { stdout: outputToFd(1) } : {}),
    ...(wanted.stderr === true ? { stderr: outputToFd(2) } : {}),
  };
  const preopens = openDirectories(options.preopens ?? [], (host) =>
    typeof host === 'string' ? openDirectory(host, {}) : openDirectory(host.path, host),
  );
  const traced = strace === undefined ? {} : { strace };
  return { args, env, mode, preopens, clock: nodeClock(), random: nodeRandom(), ...streams, ...traced };
}
