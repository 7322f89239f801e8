// Path resolution: from an open directory and a guest path to an open directory and one name in it.
// Component by component, on open directories only, so nothing outside is ever touched: `..` goes back to the directory
// that the walk came from and never above the start; links are expanded here and never followed by the host.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#path_open
import { utf8Length } from '../../syntax/utf8.ts';
import { quietly, SystemError, unless } from '../host/errno.ts';
import type { Stat } from '../host/filesystem.ts';
import type { HeldDirectory } from './held.ts';

/** In bytes, for a path and for the text of a link. */
const MAX_PATH = 4096;
const MAX_NAME = 255;
/** Links expanded in one call; wasmtime and Linux say 40 too. */
const MAX_LINKS = 40;
/** Directories that one path may lead down: each is an open handle of the host while the walk lasts. */
const MAX_DEPTH = 256;

/** Whether a link at the last component is followed: always, only before a trailing slash, or never. */
export type Follow = 'always' | 'before-slash' | 'never';

/** Where a path leads. The handles close when the action that got it returns. */
export interface Entry {
  readonly parent: HeldDirectory;
  /** One component; undefined when the path ends in `.` or `..`: then `parent` itself is meant. */
  readonly name: string | undefined;
  /** What is there now, never a followed link; undefined when nothing is. */
  readonly stat: Stat | undefined;
  /** The path ends in a slash (or in a dot): only a directory will do. */
  readonly mustBeDirectory: boolean;
}

/**
 * Resolves `path` from `start` and gives the result to `action`.
 *
 * NOTCAPABLE: absolute, or leads above `start`, also through a link. NOENT, NOTDIR: something before the last component
 * is missing or no directory. LOOP: more than 40 links. NAMETOOLONG, INVAL (NUL), NOENT (empty).
 */
export function withEntry<T>(start: HeldDirectory, path: string, follow: Follow, action: (entry: Entry) => T): T {
  const walk = new Walk(start, path);
  try {
    return action(walk.toEntry(follow));
  } finally {
    walk.close();
  }
}

class Walk {
  private readonly start: HeldDirectory;
  /** The directories below `start` that the walk is in, outermost first; all opened here. */
  private readonly below: HeldDirectory[] = [];
  /** Components still to be walked, the next one last. */
  private readonly todo: string[] = [];
  private linksLeft = MAX_LINKS;
  private mustBeDirectory = false;

  constructor(start: HeldDirectory, path: string) {
    this.start = start;
    this.push(path);
  }

  toEntry(follow: Follow): Entry {
    for (;;) {
      const name = this.todo.pop() as string;
      const last = this.todo.length === 0;
      if (name === '.' || name === '..') {
        if (name === '..') this.goUp();
        if (last)
          return { parent: this.current(), name: undefined, stat: this.current().stat(), mustBeDirectory: true };
      } else if (!last) {
        this.goDown(name);
      } else {
        const entry = this.lastEntry(name, follow);
        if (entry !== undefined) return entry;
      }
    }
  }

  close(): void {
    for (const directory of this.below) quietly(() => directory.close());
    this.below.length = 0;
  }

  private current(): HeldDirectory {
    return this.below[this.below.length - 1] ?? this.start;
  }

  /** The entry at the last component, or undefined when it was a link that is now to be walked. */
  private lastEntry(name: string, follow: Follow): Entry | undefined {
    const parent = this.current();
    const { mustBeDirectory } = this;
    const stat = unless(['NOENT'], () => parent.statEntry(name));
    const followed = follow === 'always' || (follow === 'before-slash' && mustBeDirectory);
    if (stat?.type !== 'symbolic-link' || !followed) return { parent, name, stat, mustBeDirectory };
    this.expand(name);
    return undefined;
  }

  private goUp(): void {
    const left = this.below.pop();
    if (left === undefined) throw new SystemError('NOTCAPABLE');
    quietly(() => left.close());
  }

  private goDown(name: string): void {
    const parent = this.current();
    const child = unless(['NOTDIR', 'LOOP'], () => parent.openDirectory(name));
    if (child === undefined) {
      this.expand(name);
      return;
    }
    this.below.push(child);
    if (this.below.length > MAX_DEPTH) throw new SystemError('NAMETOOLONG');
  }

  /** Puts the components of a link's text in the place of its name. NOTDIR when it is no link after all. */
  private expand(name: string): void {
    const parent = this.current();
    const text = unless(['INVAL'], () => parent.readLink(name));
    if (text === undefined) throw new SystemError('NOTDIR');
    if (this.linksLeft-- === 0) throw new SystemError('LOOP');
    this.push(text);
  }

  private push(path: string): void {
    checkPath(path);
    if (path.startsWith('/')) throw new SystemError('NOTCAPABLE');
    const last = this.todo.length === 0;
    const names = path.split('/').filter((name) => name !== '');
    for (const name of names) if (utf8Length(name) > MAX_NAME) throw new SystemError('NAMETOOLONG');
    if (last && path.endsWith('/')) this.mustBeDirectory = true;
    for (let i = names.length - 1; i >= 0; i--) this.todo.push(names[i] as string);
  }
}

/** What holds for every path and every text of a link: not empty, not too long, without NUL. */
export function checkPath(path: string): void {
  if (path === '') throw new SystemError('NOENT');
  if (path.includes('\0')) throw new SystemError('INVAL');
  if (path.length > MAX_PATH || utf8Length(path) > MAX_PATH) throw new SystemError('NAMETOOLONG');
}

/** A guest path without what changes nothing in it: empty names and dots. Two that are the same so mean the same. */
export function plainPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return `${path.startsWith('/') ? '/' : ''}${names.join('/')}`;
}
