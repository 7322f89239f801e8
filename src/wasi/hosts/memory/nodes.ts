// What a file system in memory is made of: nodes for files, directories and symbolic links, and the volume whose quota
// they share. Handles on them are in filesystem.ts.
import { amount, callable, type Shape } from '../../../options.ts';
import { utf8Length } from '../../../syntax/utf8.ts';
import { refused } from '../../host/errno.ts';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';

export interface MemoryLimits {
  /** Bytes of all files together; 1 GiB if not given. */
  readonly bytes?: number | undefined;
  /** Files, directories and links together; 1,000,000 if not given. */
  readonly nodes?: number | undefined;
  /** The time in nanoseconds since the Unix epoch; `Date.now` if not given. */
  readonly now?: (() => bigint) | undefined;
}

export const MEMORY_LIMITS: Shape<MemoryLimits> = {
  bytes: amount('a number of bytes'),
  nodes: amount('a number of files'),
  now: callable,
};

/** What one file may hold: typed arrays of 2 GiB exist on every host. */
const MAX_FILE_SIZE = 0x7fff_ffff;

/** What all nodes of one file system share. */
export class Volume {
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
    if (count > this.bytesLeft) throw refused('NOSPC');
  }

  /** Takes bytes from the quota, or with a negative number gives them back. */
  takeBytes(count: number): void {
    this.bytesLeft -= count;
  }

  takeNode(): void {
    if (this.nodesLeft <= 0) throw refused('NOSPC');
    this.nodesLeft--;
  }

  inode(): bigint {
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
  private readonly counted: boolean;

  /** `counted`: it takes a place of the volume's quota. */
  constructor(volume: Volume, counted = true) {
    this.volume = volume;
    this.counted = counted;
    if (counted) volume.takeNode();
    this.inode = volume.inode();
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
    if (this.counted) this.volume.returnNode();
  }
}

export class FileNode extends Node {
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
    if (size > BigInt(MAX_FILE_SIZE)) throw refused('FBIG');
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

  /** Takes bytes as its content that do not count as a change; NOSPC. */
  protected adopt(bytes: Uint8Array<ArrayBuffer>): void {
    this.volume.checkRoom(bytes.length);
    this.volume.takeBytes(bytes.length);
    this.bytes = bytes;
    this.length = bytes.length;
  }

  protected free(): void {
    this.volume.takeBytes(-this.length);
    this.bytes = new Uint8Array(0);
    this.length = 0;
  }
}

/** NOSPC when the host has no memory for it. */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch {
    throw refused('NOSPC');
  }
}

export class LinkNode extends Node {
  readonly type = 'symbolic-link';
  readonly text: string;

  constructor(volume: Volume, text: string, counted = true) {
    super(volume, counted);
    this.text = text;
  }

  size(): number {
    return utf8Length(this.text);
  }

  protected free(): void {}
}

export class DirectoryNode extends Node {
  readonly type = 'directory';
  parent: DirectoryNode | undefined;
  protected readonly entries = new Map<string, AnyNode>();

  constructor(volume: Volume, parent: DirectoryNode | undefined, counted = true) {
    super(volume, counted);
    this.parent = parent;
  }

  size(): number {
    return this.entries.size;
  }

  names(): Iterable<string> {
    return this.entries.keys();
  }

  isEmpty(): boolean {
    for (const _name of this.names()) return false;
    return true;
  }

  lookUp(name: string): AnyNode | undefined {
    return this.entries.get(name);
  }

  find(name: string): AnyNode {
    const found = this.lookUp(name);
    if (found === undefined) throw refused('NOENT');
    return found;
  }

  /** Puts a node under a name that must be free. NOENT when this directory itself was removed. */
  add(name: string, make: () => AnyNode): void {
    if (this.links === 0) throw refused('NOENT');
    if (this.lookUp(name) !== undefined) throw refused('EXIST');
    this.put(name, make());
  }

  /** Puts a node under a name, whatever was there. */
  put(name: string, node: AnyNode): void {
    this.entries.set(name, node);
    this.touch();
  }

  remove(name: string): void {
    this.entries.delete(name);
    this.touch();
  }

  protected free(): void {}
}

export type AnyNode = FileNode | DirectoryNode | LinkNode;
