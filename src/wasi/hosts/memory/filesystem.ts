// A file system in memory: directories, files and symbolic links as objects, with a quota of bytes and of nodes.
// Handles (MemoryDirectory, MemoryFile) point to nodes, so a removed file stays usable while it is open.
import { decodeUtf8, encodeUtf8, utf8Length } from '../../../syntax/utf8.ts';
import { SystemError } from '../../host/errno.ts';
import type { Directory, File, FileType, OpenOptions, Stat, Times } from '../../host/filesystem.ts';

export interface MemoryLimits {
  /** Bytes of all files together; 1 GiB if not given. */
  readonly bytes?: number;
  /** Files, directories and links together; 1,000,000 if not given. */
  readonly nodes?: number;
  /** The time in nanoseconds since the Unix epoch; `Date.now` if not given. */
  readonly now?: () => bigint;
}

/** What one file may hold: typed arrays of 2 GiB exist on every host. */
const MAX_FILE_SIZE = 0x7fff_ffff;

/** What all nodes of one file system share. */
class Volume {
  readonly device = 1n;
  private nextInode = 1n;
  private bytesLeft: number;
  private nodesLeft: number;
  readonly now: () => bigint;

  constructor(limits: MemoryLimits) {
    this.bytesLeft = limits.bytes ?? 1024 * 1024 * 1024;
    this.nodesLeft = limits.nodes ?? 1_000_000;
    this.now = limits.now ?? (() => BigInt(Date.now()) * 1_000_000n);
  }

  /** NOSPC when the quota has no room for so many more bytes. */
  checkRoom(count: number): void {
    if (count > this.bytesLeft) throw new SystemError('NOSPC');
  }

  /** Takes bytes from the quota, or with a negative number gives them back. */
  takeBytes(count: number): void {
    this.bytesLeft -= count;
  }

  takeNode(): bigint {
    if (this.nodesLeft <= 0) throw new SystemError('NOSPC');
    this.nodesLeft--;
    return this.nextInode++;
  }

  returnNode(): void {
    this.nodesLeft++;
  }
}

abstract class Node {
  abstract readonly type: FileType;
  readonly volume: Volume;
  readonly inode: bigint;
  links = 1;
  /** Handles that are open on it. */
  opened = 0;
  accessed: bigint;
  modified: bigint;
  changed: bigint;

  constructor(volume: Volume) {
    this.volume = volume;
    this.inode = volume.takeNode();
    this.accessed = this.modified = this.changed = volume.now();
  }

  abstract size(): number;
  /** Gives back what it holds; called when nothing refers to it any more. */
  protected abstract free(): void;

  stat(): Stat {
    return {
      device: this.volume.device,
      inode: this.inode,
      type: this.type,
      links: BigInt(this.links),
      size: BigInt(this.size()),
      accessed: this.accessed,
      modified: this.modified,
      changed: this.changed,
    };
  }

  setTimes({ accessed, modified }: Times): void {
    if (accessed !== undefined) this.accessed = accessed;
    if (modified !== undefined) this.modified = modified;
    this.changed = this.volume.now();
  }

  touch(): void {
    this.modified = this.changed = this.volume.now();
  }

  unlinked(): void {
    this.links--;
    this.changed = this.volume.now();
    this.release();
  }

  closed(): void {
    this.opened--;
    this.release();
  }

  private release(): void {
    if (this.links > 0 || this.opened > 0) return;
    this.free();
    this.volume.returnNode();
  }
}

class FileNode extends Node {
  readonly type = 'regular-file';
  private bytes = new Uint8Array(0);
  private length = 0;

  size(): number {
    return this.length;
  }

  read(into: Uint8Array, position: bigint): number {
    if (position >= BigInt(this.length)) return 0;
    const at = Number(position);
    const part = this.bytes.subarray(at, Math.min(this.length, at + into.length));
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, position: bigint): number {
    if (bytes.length === 0) return 0;
    const end = position + BigInt(bytes.length);
    if (end > BigInt(this.length)) this.resize(end);
    this.bytes.set(bytes, Number(position));
    this.touch();
    return bytes.length;
  }

  resize(size: bigint): void {
    if (size > BigInt(MAX_FILE_SIZE)) throw new SystemError('FBIG');
    const length = Number(size);
    this.volume.checkRoom(length - this.length);
    if (length > this.bytes.length) {
      const larger = allocate(length <= 64 ? 64 : Math.min(MAX_FILE_SIZE, Math.max(length, this.length * 2)));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    } else if (length < this.length) {
      this.bytes.fill(0, length, this.length);
    }
    this.volume.takeBytes(length - this.length);
    this.length = length;
    this.touch();
  }

  protected free(): void {
    this.volume.takeBytes(-this.length);
    this.bytes = new Uint8Array(0);
    this.length = 0;
  }
}

/** NOSPC when the host has no memory for it. */
function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch {
    throw new SystemError('NOSPC');
  }
}

class LinkNode extends Node {
  readonly type = 'symbolic-link';
  readonly text: string;

  constructor(volume: Volume, text: string) {
    super(volume);
    this.text = text;
  }

  size(): number {
    return utf8Length(this.text);
  }

  protected free(): void {}
}

class DirectoryNode extends Node {
  readonly type = 'directory';
  readonly entries = new Map<string, AnyNode>();
  parent: DirectoryNode | undefined;

  constructor(volume: Volume, parent: DirectoryNode | undefined) {
    super(volume);
    this.parent = parent;
  }

  size(): number {
    return this.entries.size;
  }

  find(name: string): AnyNode {
    const found = this.entries.get(name);
    if (found === undefined) throw new SystemError('NOENT');
    return found;
  }

  /** Puts a node under a name that must be free. NOENT when this directory itself was removed. */
  add(name: string, make: () => AnyNode): void {
    if (this.links === 0) throw new SystemError('NOENT');
    if (this.entries.has(name)) throw new SystemError('EXIST');
    this.entries.set(name, make());
    this.touch();
  }

  remove(name: string): void {
    this.entries.delete(name);
    this.touch();
  }

  protected free(): void {}
}

type AnyNode = FileNode | DirectoryNode | LinkNode;

class MemoryFile implements File {
  readonly type = 'regular-file';
  readonly seekable = true;
  private readonly node: FileNode;

  constructor(node: FileNode) {
    this.node = node;
    node.opened++;
  }

  stat(): Stat {
    return this.node.stat();
  }

  read(into: Uint8Array, position: bigint): number {
    return this.node.read(into, position);
  }

  write(bytes: Uint8Array, position: bigint): number {
    return this.node.write(bytes, position);
  }

  setSize(size: bigint): void {
    this.node.resize(size);
  }

  setTimes(times: Times): void {
    this.node.setTimes(times);
  }

  sync(): void {}

  close(): void {
    this.node.closed();
  }
}

class MemoryDirectory implements Directory {
  readonly node: DirectoryNode;

  constructor(node: DirectoryNode) {
    this.node = node;
    node.opened++;
  }

  stat(): Stat {
    return this.node.stat();
  }

  setTimes(times: Times): void {
    this.node.setTimes(times);
  }

  sync(): void {}

  close(): void {
    this.node.closed();
  }

  reopen(): Directory {
    return new MemoryDirectory(this.node);
  }

  names(): string[] {
    return [...this.node.entries.keys()];
  }

  statEntry(name: string): Stat {
    return this.node.find(name).stat();
  }

  setEntryTimes(name: string, times: Times): void {
    this.node.find(name).setTimes(times);
  }

  openDirectory(name: string): Directory {
    const node = this.node.find(name);
    if (node.type !== 'directory') throw new SystemError('NOTDIR');
    return new MemoryDirectory(node);
  }

  openFile(name: string, { create, exclusive, truncate }: OpenOptions): File {
    const known = this.node.entries.get(name);
    if (known !== undefined && create && exclusive) throw new SystemError('EXIST');
    if (known === undefined && create) this.node.add(name, () => new FileNode(this.node.volume));
    const node = this.node.find(name);
    if (node.type === 'directory') throw new SystemError('ISDIR');
    if (node.type === 'symbolic-link') throw new SystemError('LOOP');
    if (truncate) node.resize(0n);
    return new MemoryFile(node);
  }

  readLink(name: string): string {
    const node = this.node.find(name);
    if (node.type !== 'symbolic-link') throw new SystemError('INVAL');
    return node.text;
  }

  createDirectory(name: string): void {
    this.node.add(name, () => new DirectoryNode(this.node.volume, this.node));
  }

  createLink(name: string, text: string): void {
    this.node.add(name, () => new LinkNode(this.node.volume, text));
  }

  removeDirectory(name: string): void {
    const node = this.node.find(name);
    if (node.type !== 'directory') throw new SystemError('NOTDIR');
    if (node.entries.size > 0) throw new SystemError('NOTEMPTY');
    this.node.remove(name);
    node.parent = undefined;
    node.unlinked();
  }

  removeFile(name: string): void {
    const node = this.node.find(name);
    if (node.type === 'directory') throw new SystemError('ISDIR');
    this.node.remove(name);
    node.unlinked();
  }

  link(name: string, target: Directory, targetName: string): void {
    const node = this.node.find(name);
    const to = this.sameVolume(target);
    if (node.type === 'directory') throw new SystemError('PERM');
    to.add(targetName, () => node);
    node.links++;
    node.changed = node.volume.now();
  }

  rename(name: string, target: Directory, targetName: string): void {
    const node = this.node.find(name);
    const to = this.sameVolume(target);
    const replaced = to.entries.get(targetName);
    if (replaced === node) return;
    if (to.links === 0) throw new SystemError('NOENT');
    if (node.type === 'directory') {
      for (let above: DirectoryNode | undefined = to; above !== undefined; above = above.parent) {
        if (above === node) throw new SystemError('INVAL');
      }
      if (replaced !== undefined && replaced.type !== 'directory') throw new SystemError('NOTDIR');
      if (replaced?.type === 'directory' && replaced.entries.size > 0) throw new SystemError('NOTEMPTY');
      node.parent = to;
    } else if (replaced?.type === 'directory') {
      throw new SystemError('ISDIR');
    }
    this.node.remove(name);
    to.entries.set(targetName, node);
    to.touch();
    replaced?.unlinked();
  }

  private sameVolume(target: Directory): DirectoryNode {
    if (!(target instanceof MemoryDirectory) || target.node.volume !== this.node.volume) throw new SystemError('XDEV');
    return target.node;
  }
}

/** Content of a directory: text or bytes for a file, an object for a directory. */
export interface MemoryTree {
  readonly [name: string]: string | Uint8Array | MemoryTree;
}

/** A new file system in memory with some content (copied); the result is its root. INVAL: a name that is a path. */
export function memoryDirectory(tree: MemoryTree = {}, limits: MemoryLimits = {}): Directory {
  const root = new MemoryDirectory(new DirectoryNode(new Volume(limits), undefined));
  const pending: [Directory, MemoryTree][] = [[root, tree]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [directory, content] = next;
    for (const [name, value] of Object.entries(content)) {
      if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw new SystemError('INVAL');
      if (typeof value === 'string' || value instanceof Uint8Array) writeNew(directory, name, value);
      else {
        directory.createDirectory(name);
        pending.push([directory.openDirectory(name), value]);
      }
    }
    if (directory !== root) directory.close();
  }
  return root;
}

/** The whole content of a file; NOENT, LOOP, ISDIR as SystemError. */
export function readFile(directory: Directory, name: string): Uint8Array {
  const file = directory.openFile(name, { read: true, write: false, create: false, exclusive: false, truncate: false });
  try {
    const bytes = new Uint8Array(Number(file.stat().size));
    return bytes.subarray(0, file.read(bytes, 0n));
  } finally {
    file.close();
  }
}

/** The whole content of a file as text; undefined when it is not UTF-8. */
export function readText(directory: Directory, name: string): string | undefined {
  return decodeUtf8(readFile(directory, name));
}

function writeNew(directory: Directory, name: string, content: string | Uint8Array): void {
  const file = directory.openFile(name, { read: false, write: true, create: true, exclusive: true, truncate: false });
  file.write(typeof content === 'string' ? encodeUtf8(content) : content, 0n);
  file.close();
}
