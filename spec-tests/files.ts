// The scripts of the official testsuite by name: at its top, in legacy/, in custom/ and in proposals/*/. Beside them
// scripts of the specification and of proposals that are newer than the testsuite: newer/*/.
// Names are paths from its root with `/`, whatever the host's separator is. Nothing is read or run here.
import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** All scripts under `root`, sorted. */
export function scriptNames(root: string): string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .map((name) => name.split('\\').join('/'))
    .filter((name) => name.endsWith('.wast'))
    .sort();
}

/** Folders of the test data `proposals` with scripts that the testsuite does not have, of features that are on. */
export const NEWER = ['compact-import-section', 'core', 'threads'] as const;

/** Scripts of those folders that are there, by name: the paths of the files. `roots`: folders of that data, best first. */
export function newerScripts(roots: readonly string[]): Map<string, string> {
  const scripts = new Map<string, string>();
  for (const folder of NEWER) {
    const root = roots.map((one) => join(one, folder)).find((one) => existsSync(one));
    if (root === undefined) continue;
    for (const file of readdirSync(root).sort()) {
      if (file.endsWith('.wast')) scripts.set(`newer/${folder}/${file}`, join(root, file));
    }
  }
  return scripts;
}

/** A glob as a pattern over whole names: `*` and `?` stop at `/`, `**` does not. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

const patterns = new Map<string, RegExp>();

/** Whether a name fits a glob. */
export function fits(name: string, glob: string): boolean {
  const pattern = patterns.get(glob) ?? globPattern(glob);
  patterns.set(glob, pattern);
  return pattern.test(name);
}

/**
 * The names that somebody asked for, by name or glob (`.wast` may be left out), by folder, or by a path into `root`;
 * all of them where nothing is asked for. Throws RangeError, with the name, where one fits nothing.
 */
export function selectScripts(names: readonly string[], asked: readonly string[], root: string): string[] {
  if (asked.length === 0) return [...names];
  const chosen = new Set<string>();
  for (const one of asked) {
    const within = relative(root, resolve(one)).split('\\').join('/');
    const globs = [one, within].map((glob) => glob.replace(/\/$/, '')).filter((glob) => glob !== '');
    const matching = names.filter((name) =>
      globs.some((glob) => !isAbsolute(glob) && [glob, `${glob}.wast`, `${glob}/**`].some((each) => fits(name, each))),
    );
    if (matching.length === 0) throw new RangeError(`no script of the testsuite is called ${one}`);
    for (const name of matching) chosen.add(name);
  }
  return names.filter((name) => chosen.has(name));
}
