// What WASIX means by errors and paths. A process has a root, through its preopened directories, and a current directory,
// which the host keeps: absolute paths, and relative ones that come with the root's descriptor, begin there.
// https://wasix.org
import { ERRNO, type ErrnoName, refused } from '../host/errno.ts';
import type { Can, Open } from '../kernel/open/open.ts';
import type { Process } from '../kernel/process.ts';
import type { PathStart, Rules } from '../kernel/rules.ts';
import type { Generation } from './generation.ts';

/** Numbers that preview 1 does not have: a pointer outside of memory is MEMVIOLATION. */
const OWN: ReadonlyMap<ErrnoName, number> = new Map([['FAULT', 78]]);

/** The directory of the programs. */
export const BIN_NAME = 'bin';

/** The descriptor that C libraries of the first generation resolve every path from. */
const ROOT_FD = 3;

export function wasixRules({ isFirst }: Generation): Rules {
  return {
    errno: (name) => OWN.get(name) ?? ERRNO[name],
    start: (process, open, path) => {
      if (path.startsWith('/')) return fromRoot(process, path);
      const here = path !== '' && (isRoot(open) || (isFirst && isRootFd(process, open)));
      if (here) return fromRoot(process, `${currentDirectory(process)}/${path}`);
      return { directory: open.directory, path, isRoot: false, names: [] };
    },
  };
}

function isRoot({ preopen }: Open): boolean {
  return preopen !== undefined && namesOf(preopen).length === 0;
}

function isRootFd({ files }: Process, open: Open): boolean {
  return files.has(ROOT_FD) && files.get(ROOT_FD).resource === open;
}

/** An absolute path: the root, or where there is no directory of that name, the first one that is preopened. */
export function currentDirectory(process: Process): string {
  if (process.cwd !== undefined) return process.cwd;
  const preopens = preopensOf(process);
  const [first] = preopens;
  return first === undefined || preopens.some(({ names }) => names.length === 0) ? '/' : pathOf(first.names);
}

export function pathOf(names: readonly string[]): string {
  return `/${names.join('/')}`;
}

interface Preopen {
  readonly names: readonly string[];
  readonly open: Can<'directory'>;
}

/** The preopened directories, as a guest finds them: from descriptor 3 on. */
function preopensOf({ files }: Process): Preopen[] {
  const found: Preopen[] = [];
  for (let fd = ROOT_FD; files.has(fd); fd++) {
    const { resource } = files.get(fd);
    if (resource.preopen === undefined || resource.directory === undefined) break;
    found.push({ names: namesOf(resource.preopen), open: resource as Can<'directory'> });
  }
  return found;
}

/** The components of a path without those that change nothing. */
function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/**
 * Where an absolute path begins: at the preopened directory with the longest name in front of it. `..` is walked, unless it
 * leads from one of them to another. NOENT where none has such a name.
 */
export function fromRoot(process: Process, path: string): PathStart {
  const preopens = preopensOf(process);
  const given = namesOf(path);
  const plain = withoutRises(given);
  const program = startOfPrograms(process, plain);
  if (program !== undefined) return program;
  const meant = longest(preopens, plain);
  if (meant === undefined) throw refused('NOENT');
  const depth = meant.names.length;
  const walked = longest(preopens, given) === meant && (depth === 0 || !leadsOut(given.slice(depth)));
  const rest = (walked ? given : plain).slice(depth).join('/');
  const slash = path.endsWith('/') || path.endsWith('/.') ? '/' : '';
  const from = rest === '' ? '.' : `${rest}${slash}`;
  return { directory: meant.open.directory, path: from, isRoot: depth === 0, names: meant.names };
}

/** A path to one of the programs of the embedder, or to all of them where no other directory has their place. */
function startOfPrograms({ bin }: Process, [first, name, ...more]: readonly string[]): PathStart | undefined {
  if (bin === undefined || first !== BIN_NAME || more.length > 0) return undefined;
  const { directory, names, isAlone } = bin;
  if (name === undefined ? !isAlone : !names.has(name)) return undefined;
  return { directory, path: name ?? '.', isRoot: false, names: [BIN_NAME] };
}

function longest(preopens: readonly Preopen[], path: readonly string[]): Preopen | undefined {
  let best: Preopen | undefined;
  for (const one of preopens) {
    const fits = one.names.every((name, i) => name === path[i]);
    if (fits && (best === undefined || one.names.length > best.names.length)) best = one;
  }
  return best;
}

/** A path whose `..` are taken with the names in front of them; at the root they change nothing. */
function withoutRises(path: readonly string[]): string[] {
  const names: string[] = [];
  for (const name of path) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return names;
}

function leadsOut(path: readonly string[]): boolean {
  let depth = 0;
  return path.some((name) => (name === '..' ? --depth : ++depth) < 0);
}
