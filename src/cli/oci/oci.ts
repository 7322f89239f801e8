// `wasmi-ts oci DIR`: runs what container engines have: a bundle (config.json and a root of files), or an image layout,
// also as one archive. The root is the program's `/`. Nothing is written but what the program writes.
import { Limits } from '../../runtime/limits.ts';
import { OciError } from '../../oci/json.ts';
import { applyLayer } from '../../oci/layer.ts';
import { typeIn } from '../../oci/root.ts';
import { SystemError } from '../../wasi/host/errno.ts';
import type { Directory } from '../../wasi/host/filesystem.ts';
import { openHostDirectory, orWeak } from '../../wasi/hosts/node/directory.ts';
import { directoryError } from '../../wasi/hosts/node/preopens.ts';
import { memoryDirectory } from '../../wasi/index.ts';
import type { Console } from '../console.ts';
import { CliError } from '../failure.ts';
import { fileError, readWhole } from '../host.ts';
import { limitNumbers } from '../limit-options.ts';
import type { Options } from '../options.ts';
import { type Mapping, runOptions } from '../run-options.ts';
import { runProgram } from '../run.ts';
import { reasonOf } from './blobs.ts';
import { type Container, programOf } from './container.ts';
import { containerOfBundle } from './from-bundle.ts';
import { containerOfImage } from './from-image.ts';

/** Bytes of an archive that is read. */
const LONGEST = 2 ** 30;

export function oci(options: Options, console: Console): Promise<number> {
  const settings = runOptions(options, console);
  const [path] = options.files;
  const { container, ...program } = reading(path, () => {
    const found = containerAt(path, options, console);
    return { container: found, ...programOf(found) };
  });
  const { args, env, cwd, memory, mounts } = container;
  const limits = limitNumbers(options);
  const more = {
    dirs: directoriesOf(container, mounts),
    // Preview 1 has no current directory: those who want to know are told it.
    env: cwd === '/' ? env : new Map([['PWD', cwd], ...env]),
    limits: new Limits({ ...limits, memoryBytes: limits.memoryBytes ?? memory }),
    invoke: program.entry,
  };
  return runProgram({ ...settings, ...more }, console, options.one('timeout'), program.source, args);
}

/** Does something with what is read there. Throws CliError for whatever is wrong with it. */
function reading<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof OciError) throw new CliError(`${path}: ${error.message}`);
    if (error instanceof SystemError) throw new CliError(`${path}: ${reasonOf(error)}`);
    throw error;
  }
}

function containerAt(path: string, options: Options, console: Console): Container {
  const weak = options.has('weak-dirs');
  const rootfs = options.one('rootfs');
  const name = options.one('ref');
  const { directory, isArchive } = openAt(path, weak, console);
  if (!isArchive && typeIn(directory, 'config.json') !== undefined) {
    if (name !== undefined) throw options.usage('--ref is of image layouts, and this is a bundle');
    if (options.rest.length > 0) throw options.usage('the arguments of a bundle are those of its config.json');
    const where = { path: console.path(path), rootfs: rootfs === undefined ? undefined : console.path(rootfs), weak };
    return containerOfBundle(directory, where, console);
  }
  if (rootfs !== undefined) throw options.usage('--rootfs is of bundles, and there is no config.json');
  if (typeIn(directory, 'oci-layout') === undefined) {
    throw new OciError('there is neither config.json (a bundle) nor oci-layout (an image)');
  }
  return containerOfImage(directory, name, options.rest);
}

/** A folder, or an archive of one: `docker save` and others write image layouts so. */
function openAt(path: string, weak: boolean, console: Console): { directory: Directory; isArchive: boolean } {
  const host = console.path(path);
  try {
    return { directory: openHostDirectory(host, { weak, orElse: orWeak('--weak-dirs') }), isArchive: false };
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.errno !== 'NOTDIR') throw new CliError(`${path}: ${directoryError(error)}`);
  }
  let archive: Uint8Array;
  try {
    archive = readWhole(host, (_, length) => {
      if (length > LONGEST) throw new CliError(`${path}: longer than ${LONGEST} bytes, and more are not read`);
    });
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${path}: ${fileError(error)}`);
  }
  const directory = memoryDirectory({}, { bytes: LONGEST });
  applyLayer(directory, archive, 'the archive');
  return { directory, isArchive: true };
}

/** The root, then what is mounted in it. */
function directoriesOf({ root }: Container, mounts: readonly Mapping[]): Mapping[] {
  if (root === undefined) return [...mounts];
  const { directory, readOnly } = root;
  return [{ host: '', guest: '/', readOnly, open: () => directory.reopen() }, ...mounts];
}
