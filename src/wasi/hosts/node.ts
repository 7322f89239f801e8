// The host Node: real directories, clocks, secure randomness, and the process's own standard streams.
// The only place besides the command line that touches node:*. Nothing is granted that is not named here.
import type { Directory } from '../host/filesystem.ts';
import type { WasiOptions } from '../index.ts';
import { openHostDirectory } from './node/directory.ts';
import { inputFromFd, outputToFd } from './node/stdio.ts';
import { nodeClock, nodeRandom } from './node/time.ts';
import { readOnly } from './read-only.ts';

export { hasProcDescriptors } from './node/directory.ts';
export { nodeListener, nodeNetwork } from './node/network.ts';
export { inputFromFd, outputToFd } from './node/stdio.ts';
export { nodeClock, nodeRandom } from './node/time.ts';
export { NodeWASI, type NodeWasiOptions } from './node/wasi.ts';
export { readOnly } from './read-only.ts';

/** A host directory for a guest: its path, or the path and how it may be used. */
export type HostDirectory = string | { readonly path: string; readonly readOnly?: boolean };

export interface NodeHostOptions {
  /** Guest path to host directory. */
  readonly preopens?: Readonly<Record<string, HostDirectory>>;
  /** Standard streams of this process that the guest shall have: all with true, none if not given. */
  readonly stdio?: boolean | { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** 'async' if not given; it must be the mode of the WASI object. */
  readonly mode?: 'async' | 'sync';
  readonly strace?: (line: string) => void;
}

/**
 * A directory of this machine as a Directory. A guest cannot leave it, by no path and no link. On Linux this holds
 * against other programs that rename things meanwhile; elsewhere see node/directory.ts. NOENT, NOTDIR as SystemError.
 */
export function nodeDirectory(path: string, options: { readonly readOnly?: boolean } = {}): Directory {
  const directory = openHostDirectory(path);
  return options.readOnly === true ? readOnly(directory) : directory;
}

/** Options for `new WASI(...)` that give the guest what is named, from this process. */
export function nodeHost(options: NodeHostOptions = {}): WasiOptions {
  const { args = [], env = {}, mode = 'async', stdio = false, strace } = options;
  const preopens: [string, Directory][] = Object.entries(options.preopens ?? {}).map(([guest, host]) => [
    guest,
    typeof host === 'string' ? nodeDirectory(host) : nodeDirectory(host.path, host),
  ]);
  const given = typeof stdio === 'boolean' ? { stdin: stdio, stdout: stdio, stderr: stdio } : stdio;
  return {
    args,
    env,
    mode,
    preopens: Object.fromEntries(preopens),
    clock: nodeClock(),
    random: nodeRandom(),
    ...(given.stdin === true ? { stdin: inputFromFd(0, mode) } : {}),
    ...(given.stdout === true ? { stdout: outputToFd(1) } : {}),
    ...(given.stderr === true ? { stderr: outputToFd(2) } : {}),
    ...(strace === undefined ? {} : { strace }),
  };
}
