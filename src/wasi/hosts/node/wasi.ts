// WASI in the shape of node:wasi, for those who exchange one import: `import { NodeWASI as WASI } from 'wasmi-ts/node'`.
// https://nodejs.org/api/wasi.html#class-wasi  It differs: directories hold, symbolic links among them; nothing ends the
// process; and the memory is looked at when calls are made, so that instances of any engine will do.
import { SystemError } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { WASI } from '../../index.ts';
import { openHostDirectory } from './directory.ts';
import { inputFromFd, outputToFd } from './stdio.ts';
import { nodeClock, nodeRandom } from './time.ts';

/** As node:wasi has them. Standard streams are those of the process if not given. */
export interface NodeWasiOptions {
  /** Both are there in any case. */
  readonly version?: 'preview1' | 'unstable';
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Guest path to host path. */
  readonly preopens?: Readonly<Record<string, string>>;
  /** `start` answers with the exit code; a guest never ends the process, so `false` is a TypeError. */
  readonly returnOnExit?: boolean;
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
}

/**
 * WASI for any engine, waiting in place (mode 'sync').
 *
 *     const wasi = new NodeWASI({ version: 'preview1', args, env, preopens: { '/sandbox': '/some/path' } });
 *     const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
 *     const exitCode = wasi.start(instance);
 *
 * Throws a SystemError for a directory that cannot be opened, and a TypeError for what WASI cannot express.
 */
export class NodeWASI extends WASI {
  constructor(options: NodeWasiOptions = {}) {
    const { args = [], env = {}, preopens = {}, returnOnExit = true, stdin = 0, stdout = 1, stderr = 2 } = options;
    if (!returnOnExit) throw new TypeError('invalid returnOnExit: a guest never ends the process; use the exit code');
    const set = Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined);
    super({
      args,
      env: Object.fromEntries(set),
      preopens: opened(preopens),
      stdin: inputFromFd(stdin, 'sync'),
      stdout: outputToFd(stdout),
      stderr: outputToFd(stderr),
      clock: nodeClock(),
      random: nodeRandom(),
      mode: 'sync',
    });
  }
}

/** All directories, or none. */
function opened(preopens: Readonly<Record<string, string>>): Record<string, Directory> {
  const directories: Record<string, Directory> = {};
  try {
    for (const [guest, path] of Object.entries(preopens)) directories[guest] = openHostDirectory(path);
    return directories;
  } catch (error) {
    for (const directory of Object.values(directories)) directory.close();
    throw error instanceof SystemError ? error : new SystemError('IO');
  }
}
