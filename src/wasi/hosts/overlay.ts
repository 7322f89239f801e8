// An overlay: the content of a directory that is never changed, and in memory whatever a guest changes of it.
// Its nodes are those of a file system in memory (memory/nodes.ts) that come into being when they are first looked at;
// a file's bytes stay below until it is first written to. What is below is opened by name at each look, from its root,
// so that no handles of the host are kept. Names below that lead to devices, pipes and sockets are left out.
import { checkOptions } from '../../options.ts';
import { directory } from '../host/checks.ts';
import { quietly, refused, unless } from '../host/errno.ts';
import type { Directory, File, Stat } from '../host/filesystem.ts';
import { MemoryDirectory } from './memory/filesystem.ts';
import {
  allocate,
  type AnyNode,
  CHUNK,
  DirectoryNode,
  FileNode,
  LinkNode,
  MEMORY_LIMITS,
  type MemoryLimits,
  Volume,
} from './memory/nodes.ts';

const FOR_READING = { read: true, write: false, create: false, exclusive: false, truncate: false } as const;

/**
 * A directory that shows `base`, which it takes over, with changes kept in memory, up to `limits`. The base should not
 * be changed by others meanwhile. It may be of any kind, asynchronous ones (`awaited`) included.
 */
export function overlay(base: Directory, limits?: MemoryLimits): Directory {
  directory(base, 'overlay: the base');
  const below = new Below(base, checkOptions('overlay', limits, MEMORY_LIMITS));
  const root = new BackedDirectory(below, undefined, []);
  return new OverlayRoot(root, base);
}

/** The handle that was handed out first; the base is closed with it. */
class OverlayRoot extends MemoryDirectory {
  private readonly base: Directory;

  constructor(node: DirectoryNode, base: Directory) {
    super(node);
    this.base = base;
  }

  override close(): void {
    super.close();
    this.base.close();
  }
}

/** What all nodes of an overlay share. */
class Below {
  readonly volume: Volume;
  private readonly base: Directory;
  /** Files with several names below, by device and inode: one node each. */
  private readonly linked = new Map<string, FileNode>();

  constructor(base: Directory, limits: MemoryLimits) {
    this.base = base;
    this.volume = new Volume(limits);
  }

  /** Opens the directory at a path of names. */
  open(path: readonly string[]): { readonly directory: Directory; close(): void } {
    const opened: Directory[] = [];
    const close = (): void => {
      for (const directory of opened) quietly(() => directory.close());
    };
    let directory = this.base;
    try {
      for (const name of path) {
        directory = directory.openDirectory(name);
        opened.push(directory);
      }
      return { directory, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  /** The same, closed after the action. */
  in<T>(path: readonly string[], action: (directory: Directory) => T): T {
    const { directory, close } = this.open(path);
    try {
      return action(directory);
    } finally {
      close();
    }
  }

  /** A node for what has a name below; undefined when there is nothing, or nothing that an overlay can show. */
  nodeFor(parent: BackedDirectory, path: readonly string[], name: string): AnyNode | undefined {
    return this.in(path, (directory) => {
      const stat = unless(['NOENT'], () => directory.statEntry(name));
      if (stat?.type === 'directory') return showing(new BackedDirectory(this, parent, [...path, name]), stat);
      if (stat?.type === 'regular-file') return this.fileFor(path, name, stat);
      if (stat?.type !== 'symbolic-link') return undefined;
      return showing(new LinkNode(this.volume, directory.readLink(name), false), stat);
    });
  }

  private fileFor(path: readonly string[], name: string, stat: Stat): FileNode {
    if (stat.links < 2n) return new BackedFile(this, path, name, stat);
    const key = `${stat.device}:${stat.inode}`;
    const node = this.linked.get(key) ?? new BackedFile(this, path, name, stat);
    this.linked.set(key, node);
    return node;
  }
}

/** The node with the times that the base shows. */
function showing<N extends AnyNode>(node: N, stat: Stat): N {
  node.accessed = stat.accessed;
  node.modified = stat.modified;
  node.changed = stat.changed;
  return node;
}

class BackedDirectory extends DirectoryNode {
  private readonly below: Below;
  private readonly path: readonly string[];
  /** Names below that were looked at: from then on this directory's own entries say what is there, if anything. */
  private readonly seen = new Set<string>();

  constructor(below: Below, parent: DirectoryNode | undefined, path: readonly string[]) {
    super(below.volume, parent, false);
    this.below = below;
    this.path = path;
  }

  override *names(): Iterable<string> {
    yield* super.names();
    if (this.links === 0) return;
    const { directory, close } = this.below.open(this.path);
    try {
      for (const name of directory.list?.() ?? directory.names()) {
        if (!this.seen.has(name) && super.lookUp(name) === undefined) yield name;
      }
    } finally {
      close();
    }
  }

  override lookUp(name: string): AnyNode | undefined {
    const own = super.lookUp(name);
    if (own !== undefined || this.seen.has(name) || this.links === 0) return own;
    const node = this.below.nodeFor(this, this.path, name);
    if (node !== undefined) {
      this.seen.add(name);
      this.entries.set(name, node);
    }
    return node;
  }
}

class BackedFile extends FileNode {
  private readonly below: Below;
  private readonly path: readonly string[];
  private readonly name: string;
  /** What it holds below, in bytes; undefined once it was changed: what was not written to is then still there. */
  private sizeBelow: number | undefined;
  /** Bytes from the start that may still be below, once it was changed. */
  private leftBelow = 0;

  constructor(below: Below, path: readonly string[], name: string, stat: Stat) {
    super(below.volume, false);
    this.below = below;
    this.path = path;
    this.name = name;
    this.sizeBelow = Number(stat.size);
    this.links = Number(stat.links);
    showing(this, stat);
  }

  override size(): number {
    return this.sizeBelow ?? super.size();
  }

  override read(into: Uint8Array, position: bigint): number {
    if (this.sizeBelow === undefined) return super.read(into, position);
    return this.readingBelow((file) => file.read(into, position));
  }

  override write(bytes: Uint8Array, position: bigint): number {
    if (bytes.length > 0) this.bringUp();
    return super.write(bytes, position);
  }

  override resize(size: bigint): void {
    if (size === 0n) this.sizeBelow = undefined;
    else this.bringUp();
    super.resize(size);
    this.leftBelow = Math.min(this.leftBelow, Number(size));
  }

  /** From now on it is a file of its own, whose chunks are copied when they are first needed. FBIG, NOSPC. */
  private bringUp(): void {
    const { sizeBelow } = this;
    if (sizeBelow === undefined) return;
    if (sizeBelow > 0x7fff_ffff) throw refused('FBIG');
    this.adopt(sizeBelow);
    this.leftBelow = sizeBelow;
    this.sizeBelow = undefined;
  }

  protected override load(index: number): Uint8Array | undefined {
    const from = index * CHUNK;
    const bytes = allocate(Math.max(0, Math.min(CHUNK, this.leftBelow - from)));
    if (bytes.length === 0) return undefined;
    this.readingBelow((file) => {
      let at = 0;
      for (let got = 1; got > 0 && at < bytes.length; at += got) got = file.read(bytes.subarray(at), BigInt(from + at));
    });
    return bytes;
  }

  private readingBelow<T>(action: (file: File) => T): T {
    return this.below.in(this.path, (directory) => {
      const file = directory.openFile(this.name, FOR_READING);
      try {
        return action(file);
      } finally {
        quietly(() => file.close());
      }
    });
  }
}
