// One tree of several directories: each is seen at a path of it, and single files, too, such as devices. Where nothing is
// given, the way there is the directory of that name in what lies above, or an empty one that cannot be changed.
// What is mounted covers what has its name below, and stays where it is: BUSY. Nothing is renamed or linked from one
// directory into another: XDEV. Not here: paths of guests (kernel/resolve.ts), so that `..` leads up this tree and never
// above what was given.
import { quietly, refused, SystemError, unless } from '../host/errno.ts';
import type { Directory, File, OpenOptions, Stat, Times } from '../host/filesystem.ts';
import { memoryDirectory } from './memory/filesystem.ts';
import { readOnly } from './read-only.ts';

/** A file that is at a place of a tree and cannot be removed. */
export interface MountedFile {
  stat(): Stat;
  /** `create` and `exclusive` are no longer of interest: it is there. */
  open(options: OpenOptions): File;
}

/** A place of a tree that more is below of. */
interface Place {
  /** What was given for this place; it is closed with the tree. */
  directory: Directory | undefined;
  readonly entries: Map<string, Place | MountedFile>;
  /** What is seen where there is no directory. */
  readonly empty: Directory;
}

function newPlace(): Place {
  return { directory: undefined, entries: new Map(), empty: readOnly(memoryDirectory()) };
}

function isFile(one: Place | MountedFile): one is MountedFile {
  return 'open' in one;
}

/**
 * The root of a tree. It takes over the directories: closing what is returned closes them. Paths are names with slashes
 * between them; of two that are the same the first one counts.
 */
export function mounted(
  points: Iterable<readonly [path: readonly string[], what: Directory | MountedFile]>,
): Directory {
  const root = newPlace();
  const given: Directory[] = [];
  for (const [path, what] of points) {
    if ('openFile' in what) {
      given.push(what);
      placeAt(root, path).directory ??= what;
    } else {
      const { entries } = placeAt(root, path.slice(0, -1));
      const name = path[path.length - 1] as string;
      if (!entries.has(name)) entries.set(name, what);
    }
  }
  return new Tree(root, given);
}

/** Makes what is missing. @throws SystemError (NOTDIR) below a file. */
function placeAt(root: Place, path: readonly string[]): Place {
  let place = root;
  for (const name of path) {
    const next = place.entries.get(name) ?? newPlace();
    if (isFile(next)) throw new SystemError('NOTDIR', `${name} of /${path.join('/')} is a file`);
    place.entries.set(name, next);
    place = next;
  }
  return place;
}

/** An open directory of a tree. */
class MountedDirectory implements Directory {
  /** Where changes go. */
  private readonly base: Directory;
  /** What lies in it besides. */
  private readonly place: Place | undefined;
  /** The place that the base belongs to. */
  private readonly mount: Place;
  /** Whether the base was opened for this handle. */
  private readonly owns: boolean;

  constructor(base: Directory, place: Place | undefined, mount: Place, owns: boolean) {
    this.base = base;
    this.place = place;
    this.mount = mount;
    this.owns = owns;
  }

  stat(): Stat {
    return this.base.stat();
  }

  setTimes(times: Times): void {
    this.base.setTimes(times);
  }

  sync(dataOnly: boolean): void {
    this.base.sync(dataOnly);
  }

  close(): void {
    if (this.owns) this.base.close();
  }

  reopen(): Directory {
    const { base, place, mount, owns } = this;
    return new MountedDirectory(owns ? base.reopen() : base, place, mount, owns);
  }

  names(): string[] {
    return [...this.list()];
  }

  *list(): Iterable<string> {
    const { base, place } = this;
    if (place !== undefined) yield* place.entries.keys();
    for (const name of base.list?.() ?? base.names()) if (place?.entries.has(name) !== true) yield name;
  }

  statEntry(name: string): Stat {
    const inner = this.inner(name);
    if (inner === undefined) return this.base.statEntry(name);
    return isFile(inner) ? inner.stat() : this.at(name, (directory) => directory.stat());
  }

  setEntryTimes(name: string, times: Times): void {
    const inner = this.inner(name);
    if (inner === undefined) this.base.setEntryTimes(name, times);
    else if (isFile(inner)) throw refused('ROFS');
    else this.at(name, (directory) => directory.setTimes(times));
  }

  openDirectory(name: string): Directory {
    const inner = this.inner(name);
    if (inner === undefined) return new MountedDirectory(this.base.openDirectory(name), undefined, this.mount, true);
    if (isFile(inner)) throw refused('NOTDIR');
    const { directory } = inner;
    if (directory !== undefined) return new MountedDirectory(directory, inner, inner, false);
    const below = unless(['NOENT', 'NOTDIR', 'LOOP'], () => this.base.openDirectory(name));
    if (below !== undefined) return new MountedDirectory(below, inner, this.mount, true);
    return new MountedDirectory(inner.empty, inner, inner, false);
  }

  openFile(name: string, options: OpenOptions): File {
    const inner = this.inner(name);
    if (inner === undefined) return this.base.openFile(name, options);
    if (options.create && options.exclusive) throw refused('EXIST');
    if (!isFile(inner)) throw refused('ISDIR');
    return inner.open(options);
  }

  readLink(name: string): string {
    if (this.inner(name) !== undefined) throw refused('INVAL');
    return this.base.readLink(name);
  }

  createDirectory(name: string): void {
    this.checkFree(name);
    this.base.createDirectory(name);
  }

  createLink(name: string, text: string): void {
    this.checkFree(name);
    this.base.createLink(name, text);
  }

  removeDirectory(name: string): void {
    const inner = this.inner(name);
    if (inner !== undefined) throw refused(isFile(inner) ? 'NOTDIR' : 'BUSY');
    this.base.removeDirectory(name);
  }

  removeFile(name: string): void {
    const inner = this.inner(name);
    if (inner !== undefined) throw refused(isFile(inner) ? 'BUSY' : 'ISDIR');
    this.base.removeFile(name);
  }

  rename(name: string, target: Directory, targetName: string): void {
    const to = this.sameMount(target);
    if (this.inner(name) !== undefined || to.inner(targetName) !== undefined) throw refused('BUSY');
    this.base.rename(name, to.base, targetName);
  }

  link(name: string, target: Directory, targetName: string): void {
    const inner = this.inner(name);
    if (inner !== undefined) throw refused(isFile(inner) ? 'XDEV' : 'PERM');
    const to = this.sameMount(target);
    to.checkFree(targetName);
    this.base.link(name, to.base, targetName);
  }

  private inner(name: string): Place | MountedFile | undefined {
    return this.place?.entries.get(name);
  }

  private checkFree(name: string): void {
    if (this.inner(name) !== undefined) throw refused('EXIST');
  }

  private sameMount(target: Directory): MountedDirectory {
    if (!(target instanceof MountedDirectory) || target.mount !== this.mount) throw refused('XDEV');
    return target;
  }

  private at<T>(name: string, action: (directory: Directory) => T): T {
    const directory = this.openDirectory(name);
    try {
      return action(directory);
    } finally {
      quietly(() => directory.close());
    }
  }
}

/** The handle that was handed out first; all that was given is closed with it. */
class Tree extends MountedDirectory {
  private readonly given: readonly Directory[];

  constructor(root: Place, given: readonly Directory[]) {
    super(root.directory ?? root.empty, root, root, false);
    this.given = given;
  }

  override close(): void {
    for (const directory of this.given) quietly(() => directory.close());
  }
}
