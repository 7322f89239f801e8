// Path resolution: from an open directory and a guest path to an open directory and one name in it.
// Component by component, on open directories only, so nothing outside is ever touched: `..` goes back to the directory
// that the walk came from and never above the start; links are expanded here and never followed by the host.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#path_open
import { utf8Length } from '../../syntax/utf8.ts';
import { quietly, refused, unless } from '../host/errno.ts';
import type { Stat } from '../host/filesystem.ts';
import type { HeldDirectory } from './held.ts';
import type { PathStart } from './rules.ts';
import { isPieces, type Pieces } from './wait.ts';

/** In bytes, for a path and for the text of a link. */
export const MAX_PATH = 4096;
const MAX_NAME = 255;
/** Links expanded in one call; wasmtime and Linux say 40 too. */
const MAX_LINKS = 40;
/** Directories that one path may lead down: each is an open handle of the host while the walk lasts. */
const MAX_DEPTH = 256;
/** Names that are walked in one piece: each may be a directory that is opened and closed, or a link that is read. */
const STEPS = 64;

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
  /** The names of the directories that lead from the start to `parent`, as long as it is open. */
  readonly names: readonly string[];
}

/** What is done where a path leads; it may go on in pieces. */
type Action = (entry: Entry) => unknown;

/**
 * Resolves a path from where it starts and gives the result to `action`: at once for most paths, in pieces for long ones.
 *
 * NOTCAPABLE: absolute, or leads above the start, also through a link, unless that is the root. NOENT, NOTDIR: something before the last component
 * is missing or no directory. LOOP: more than 40 links. NAMETOOLONG, INVAL (NUL), NOENT (empty).
 */
export function withEntry(start: PathStart, follow: Follow, action: Action): Pieces | undefined {
  const walk = new Walk(start, follow);
  let pieces: Pieces | undefined;
  try {
    const entry = walk.walk();
    const answer = entry === undefined ? walkOn(walk, action) : action(entry);
    if (!isPieces(answer)) return undefined;
    pieces = entry === undefined ? answer : closing(walk, answer);
    return pieces;
  } finally {
    if (pieces === undefined) walk.close();
  }
}

function* walkOn(walk: Walk, action: Action): Pieces {
  try {
    let entry: Entry | undefined;
    while (entry === undefined) {
      yield;
      entry = walk.walk();
    }
    const answer = action(entry);
    return isPieces(answer) ? yield* answer : undefined;
  } finally {
    walk.close();
  }
}

/** The pieces of an action that began at once. */
function* closing(walk: Walk, pieces: Pieces): Pieces {
  try {
    return yield* pieces;
  } finally {
    walk.close();
  }
}

class Walk {
  private readonly start: PathStart;
  private readonly follow: Follow;
  /** The directories below `start` that the walk is in, outermost first; all opened here. */
  private readonly below: HeldDirectory[] = [];
  private readonly names: string[] = [];
  /** Components still to be walked, the next one last. */
  private readonly todo: string[] = [];
  private linksLeft = MAX_LINKS;
  private mustBeDirectory = false;

  constructor(start: PathStart, follow: Follow) {
    this.start = start;
    this.follow = follow;
    this.push(start.path);
  }

  /** Walks on, to the end or for some steps: undefined then. */
  walk(): Entry | undefined {
    for (let steps = STEPS; steps > 0; steps--) {
      const name = this.todo.pop() as string;
      const last = this.todo.length === 0;
      if (name === '.' || name === '..') {
        if (name === '..') this.goUp();
        if (last) return this.entry(undefined, this.current().stat(), true);
      } else if (!last) {
        this.goDown(name);
      } else {
        const entry = this.lastEntry(name);
        if (entry !== undefined) return entry;
      }
    }
    return undefined;
  }

  close(): void {
    for (const directory of this.below) quietly(() => directory.close());
    this.below.length = 0;
    this.names.length = 0;
  }

  private entry(name: string | undefined, stat: Stat | undefined, mustBeDirectory: boolean): Entry {
    return { parent: this.current(), name, stat, mustBeDirectory, names: this.names };
  }

  private current(): HeldDirectory {
    return this.below[this.below.length - 1] ?? this.start.directory;
  }

  /** The entry at the last component, or undefined when it was a link that is now to be walked. */
  private lastEntry(name: string): Entry | undefined {
    const parent = this.current();
    const { follow, mustBeDirectory } = this;
    const stat = unless(['NOENT'], () => parent.statEntry(name));
    const followed = follow === 'always' || (follow === 'before-slash' && mustBeDirectory);
    if (stat?.type !== 'symbolic-link' || !followed) return this.entry(name, stat, mustBeDirectory);
    this.expand(name);
    return undefined;
  }

  private goUp(): void {
    const left = this.below.pop();
    this.names.pop();
    if (left !== undefined) quietly(() => left.close());
    else if (!this.start.isRoot) throw refused('NOTCAPABLE');
  }

  private goDown(name: string): void {
    const parent = this.current();
    const child = unless(['NOTDIR', 'LOOP'], () => parent.openDirectory(name));
    if (child === undefined) {
      this.expand(name);
      return;
    }
    this.below.push(child);
    this.names.push(name);
    if (this.below.length > MAX_DEPTH) throw refused('NAMETOOLONG');
  }

  /** Puts the components of a link's text in the place of its name. NOTDIR when it is no link after all. */
  private expand(name: string): void {
    const parent = this.current();
    const text = unless(['INVAL'], () => parent.readLink(name));
    if (text === undefined) throw refused('NOTDIR');
    if (this.linksLeft-- === 0) throw refused('LOOP');
    this.push(text);
  }

  private push(path: string): void {
    checkPath(path);
    if (path.startsWith('/')) {
      if (!this.start.isRoot) throw refused('NOTCAPABLE');
      this.close();
    }
    if (this.todo.length === 0 && path.endsWith('/')) this.mustBeDirectory = true;
    const names = path.includes('/') ? path.split('/') : [path];
    for (let i = names.length - 1; i >= 0; i--) {
      const name = names[i] as string;
      // A unit of UTF-16 has three bytes at most.
      if (name.length > MAX_NAME / 3 && utf8Length(name) > MAX_NAME) throw refused('NAMETOOLONG');
      if (name !== '') this.todo.push(name);
    }
    // Of a path of slashes alone, the root is left.
    if (path.startsWith('/')) this.todo.push('.');
  }
}

/** What holds for every path and every text of a link: not empty, not too long, without NUL. */
export function checkPath(path: string): void {
  if (path === '') throw refused('NOENT');
  if (path.includes('\0')) throw refused('INVAL');
  if (path.length > MAX_PATH / 3 && utf8Length(path) > MAX_PATH) throw refused('NAMETOOLONG');
}

/** A guest path without what changes nothing in it: empty names and dots. Two that are the same so mean the same. */
export function plainPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return `${path.startsWith('/') ? '/' : ''}${names.join('/')}`;
}
