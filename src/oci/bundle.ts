// config.json of a bundle: what containerd, cri-o and podman hand to a runtime.
// https://github.com/opencontainers/runtime-spec/blob/main/config.md
// What a process of Linux has beyond a directory, variables and arguments is not there for a guest, so what restricts it
// (namespaces, capabilities, seccomp) holds already; what would give it more, or run programs of this machine, is refused.
import { Json, OciError, variables } from './json.ts';
import { nameText } from '../syntax/visible.ts';

/** A directory for the program. */
export interface Mount {
  readonly where: string;
  readonly destination: string;
  readonly readOnly: boolean;
  /** A directory or file of this machine, as it was written; undefined for an empty one in memory. */
  readonly source: string | undefined;
  /** Bytes of one in memory, where that is said. */
  readonly bytes: number | undefined;
}

export interface Bundle {
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** As it was written: below the bundle, or absolute. */
  readonly root: string;
  readonly readOnly: boolean;
  readonly mounts: readonly Mount[];
  /** Bytes of memory, where that is said. */
  readonly memory: number | undefined;
}

/** Where keys stand that are refused: path of keys, and why. Empty ones ask for nothing. */
const REFUSED: readonly (readonly [path: readonly string[], why: string])[] = [
  [['hooks'], 'programs of this machine are not run'],
  [['vm'], 'there is no virtual machine'],
  [['windows'], 'it is for containers of Windows'],
  [['solaris'], 'it is for containers of Solaris'],
  [['zos'], 'it is for containers of z/OS'],
  [['linux', 'intelRdt'], 'caches of processors are not shared out'],
];

/** File systems: given as a directory, as an empty one in memory, or what a guest has no use for. All others are refused. */
const FILE_SYSTEMS: ReadonlyMap<string, 'directory' | 'memory' | 'none'> = new Map([
  ['bind', 'directory'],
  ['none', 'directory'],
  ['tmpfs', 'memory'],
  ['proc', 'none'],
  ['sysfs', 'none'],
  ['devpts', 'none'],
  ['devtmpfs', 'none'],
  ['mqueue', 'none'],
  ['cgroup', 'none'],
  ['cgroup2', 'none'],
]);

/** Places of the kernel, in which nothing is for a guest. */
const KERNEL = /^\/+(?:dev|proc|sys)(?:\/|$)/;

const UNITS = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
]);

/** Reads config.json. Throws OciError. */
export function readBundle(text: string, where = 'config.json'): Bundle {
  const config = Json.parse(text, where);
  const version = config.need('ociVersion');
  if (!/^1\.\d/.test(version.text())) version.fail(`version ${nameText(version.text())} is not known, only 1.x`);
  for (const [path, why] of REFUSED) refuse(config, path, why);
  const process = config.need('process');
  const args = process.need('args').texts();
  if (args.length === 0 || args[0] === '') process.fail('args names no program');
  const cwd = process.need('cwd');
  if (!cwd.text().startsWith('/')) cwd.fail('it has to begin with /');
  const root = config.need('root');
  const memory = config.get('linux')?.get('resources')?.get('memory')?.get('limit')?.whole();
  return {
    args,
    env: variables(process.get('env')),
    cwd: cwd.text(),
    root: root.need('path').text(),
    readOnly: root.get('readonly')?.flag() ?? false,
    mounts: (config.get('mounts')?.list() ?? []).flatMap((one) => mountOf(one) ?? []),
    memory: memory !== undefined && memory > 0 ? memory : undefined,
  };
}

function refuse(config: Json, path: readonly string[], why: string): void {
  let at: Json | undefined = config;
  for (const key of path) at = at?.get(key);
  if (at === undefined) return;
  const asksForNothing = at.keys().every((key) => {
    const value = (at as Json).get(key)?.value;
    return value === undefined || (Array.isArray(value) && value.length === 0);
  });
  if (!asksForNothing) at.fail(`cannot be given: ${why}`);
}

function mountOf(mount: Json): Mount | undefined {
  const destination = mount.need('destination').text();
  if (!destination.startsWith('/')) mount.fail('destination has to begin with /');
  const options = mount.get('options')?.texts() ?? [];
  const isBind = options.includes('bind') || options.includes('rbind');
  const type = isBind ? 'bind' : (mount.get('type')?.text() ?? 'none');
  const kind = FILE_SYSTEMS.get(type);
  if (kind === undefined) mount.fail(`the file system ${nameText(type)} cannot be mounted here, only bind and tmpfs`);
  if (kind === 'none' || KERNEL.test(destination)) return undefined;
  const source = kind === 'directory' ? mount.need('source').text() : undefined;
  const readOnly = options.includes('ro') || options.includes('rro');
  return { where: mount.where, destination, readOnly, source, bytes: sizeOf(mount, options) };
}

/** `size=64m` of a file system in memory. */
function sizeOf(mount: Json, options: readonly string[]): number | undefined {
  const text = options.find((one) => one.startsWith('size='))?.slice(5);
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,15})([kmg]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw new OciError(`${mount.where}: options: size=${text} is no number of bytes`);
  return Number(digits) * (UNITS.get(unit.toLowerCase()) as number);
}
