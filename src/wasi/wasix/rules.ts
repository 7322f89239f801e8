// What WASIX means by errors and paths. A process has a root (tree.ts) and a current directory, which the host keeps:
// absolute paths, and relative ones that come with the root's descriptor, begin there.
// https://wasix.org
import { ERRNO, type ErrnoName, refused } from '../host/errno.ts';
import type { Open } from '../kernel/open/open.ts';
import type { Process } from '../kernel/process.ts';
import type { PathStart, Rules } from '../kernel/rules.ts';

/** Numbers that preview 1 does not have: a pointer outside of memory is MEMVIOLATION. */
const OWN: ReadonlyMap<ErrnoName, number> = new Map([['FAULT', 78]]);

/** The directory of the programs. */
export const BIN_NAME = 'bin';

export function wasixRules(): Rules {
  return {
    errno: (name) => OWN.get(name) ?? ERRNO[name],
    start: (process, open, path) => {
      if (path.startsWith('/')) return fromRoot(process, path);
      if (path !== '' && isRoot(open)) return fromRoot(process, `${currentDirectory(process)}/${path}`);
      return { directory: open.directory, path, isRoot: false, names: [] };
    },
  };
}

function isRoot({ preopen }: Open): boolean {
  return preopen !== undefined && namesOf(preopen).length === 0;
}

/** An absolute path. */
export function currentDirectory({ cwd }: Process): string {
  return cwd ?? '/';
}

export function pathOf(names: readonly string[]): string {
  return `/${names.join('/')}`;
}

/** The components of a path without those that change nothing. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** Where an absolute path begins. NOENT where there is no root. */
export function fromRoot({ root }: Process, path: string): PathStart {
  if (root === undefined) throw refused('NOENT');
  return { directory: root, path, isRoot: true, names: [] };
}

/** A path whose `..` are taken with the names in front of them; at the root they change nothing. */
export function withoutRises(path: readonly string[]): string[] {
  const names: string[] = [];
  for (const name of path) {
    if (name === '..') names.pop();
    else names.push(name);
  }
  return names;
}
