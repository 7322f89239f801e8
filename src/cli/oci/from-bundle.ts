// A bundle: config.json says what the program is and has, and where its files are. Its own paths do not lead out of the
// bundle; directories that it mounts are those of this machine that it names, as runtimes have it.
// https://github.com/opencontainers/runtime-spec/blob/main/bundle.md
import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Mount, readBundle } from '../../oci/bundle.ts';
import { OciError } from '../../oci/json.ts';
import { nameText } from '../../syntax/visible.ts';
import type { Directory } from '../../wasi/host/filesystem.ts';
import { openHostDirectory, orWeak } from '../../wasi/hosts/node/directory.ts';
import { memoryDirectory } from '../../wasi/index.ts';
import { plainPath } from '../../wasi/kernel/resolve.ts';
import type { Console } from '../console.ts';
import { fileError } from '../host.ts';
import type { Mapping } from '../run-options.ts';
import { textIn } from './blobs.ts';
import type { Container } from './container.ts';

/** Files that engines mount into every container, and no guest of ours looks for. */
const USUAL_FILES: ReadonlySet<string> = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/etc/mtab']);

export interface BundleOptions {
  /** The bundle's folder, absolute. */
  readonly path: string;
  /** The root of files in place of that of config.json, absolute. */
  readonly rootfs: string | undefined;
  readonly weak: boolean;
}

/** Throws OciError, SystemError. */
export function containerOfBundle(bundle: Directory, options: BundleOptions, console: Console): Container {
  const { args, env, cwd, root, readOnly, mounts, memory } = readBundle(textIn(bundle, 'config.json'));
  const rootPath = options.rootfs ?? inside(options.path, root, 'config.json: root: path');
  const given = new Map<string, Mapping>();
  // What is mounted later hides what was there.
  for (const one of mounts) {
    const mapping = mappingOf(one, options.path, console);
    if (mapping !== undefined) given.set(plainPath(one.destination), mapping);
  }
  const directory = openHostDirectory(rootPath, { weak: options.weak, orElse: orWeak('--weak-dirs') });
  const dirs = [...given.values()];
  return { root: { directory, readOnly }, module: undefined, args, env, cwd, mounts: dirs, memory };
}

/** A path of the bundle as one of this machine, links followed. Throws OciError for one that leads out of it. */
function inside(folder: string, path: string, where: string): string {
  try {
    const real = realpathSync(resolve(folder, path));
    const from = relative(realpathSync(folder), real);
    if (from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from)) return real;
  } catch (error) {
    throw new OciError(`${where}: ${nameText(path)}: ${fileError(error)}`);
  }
  const instead = where.endsWith('path') ? '; --rootfs PATH names one elsewhere' : '';
  throw new OciError(`${where}: ${nameText(path)} leads out of the bundle${instead}`);
}

function mappingOf(mount: Mount, folder: string, console: Console): Mapping | undefined {
  const { where, destination: guest, readOnly, source, bytes } = mount;
  if (plainPath(guest) === plainPath('/')) throw new OciError(`${where}: destination: / is the root of the container`);
  if (source === undefined) {
    const made = memoryDirectory({}, bytes === undefined ? {} : { bytes });
    return { host: '', guest, readOnly, open: () => made.reopen() };
  }
  const host = isAbsolute(source) ? source : inside(folder, source, `${where}: source`);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(host).isDirectory();
  } catch (error) {
    throw new OciError(`${where}: source: ${nameText(source)}: ${fileError(error)}`);
  }
  if (isDirectory) return { host, guest, readOnly, named: `${where}: source:` };
  if (!USUAL_FILES.has(guest))
    console.warning(`${where}: a single file cannot be mounted: the program has no ${guest}`);
  return undefined;
}
