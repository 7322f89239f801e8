// What a file system in memory is made of: nodes for files, directories and symbolic links, and the volume whose quota
// they share. Handles on them are in filesystem.ts.
// What is counted is what is held: content, and names and texts of links as far as they do not fit into what a node takes
// anyway. Files are kept in chunks, so that no call copies more of one than a chunk when it grows.
import { amount, callable, type Shape } from '../../../options.ts';
import { Budget } from '../../../runtime/budget.ts';
import { utf8Length } from '../../../syntax/utf8.ts';
import { refused } from '../../host/errno.ts';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';

export interface MemoryLimits {
  /** Bytes of all files, and of long names and texts of links, together; 256 MiB if not given. */
  readonly bytes?: number | undefined;
  /** Files, directories and links together; 500,000 if not given. */
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
  private readonly budget: Budget<'bytes' | 'nodes'>;
  readonly now: () => bigint;

  constructor({ bytes = 256 * 1024 * 1024, nodes = 500_000, now }: MemoryLimits) {
    this.budget = new Budget({ bytes, nodes });
    this.now = now ?? (() => BigInt(Date.now()) * 1_000_000n);
  }

  /** NOSPC when the quota has no room for so many more. */
  charge(kind: 'bytes' | 'nodes', count: number): void {
    if (!this.budget.charge(kind, count)) throw refused('NOSPC');
  }

  credit(kind: 'bytes' | 'nodes', count: number): void {
    this.budget.credit(kind, count);
  }

  inode(): bigint {
    return this.nextInode++;
  }
}

/** UTF-16 units of a name or of a link's text that a node has room for. */
const SHORT_TEXT = 60;

/** Bytes that a text takes besides: two for each unit, as hosts keep them. */
function bytesOf(text: string): number {
  return 2 * Math.max(0, text.length - SHORT_TEXT);
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
  protected readonly counted: boolean;

  /** `counted`: it takes a place of the volume's quota. */
  constructor(volume: Volume, counted = true) {
    this.volume = volume;
    this.counted = counted;
    if (counted) volume.charge('nodes', 1);
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
    if (this.counted) this.volume.credit('nodes', 1);
  }
}

/** Bytes of a file that lie together. */
export const CHUNK = 64 * 1024;

export class FileNode extends Node {
  readonly type = 'regular-file';
  /** By their number; those that are missing, and what lies beyond the end of one, read as zeros. */
  private readonly chunks = new Map<number, Uint8Array>();
  private length = 0;

  size(): number {
    return this.length;
  }

  read(into: Uint8Array, position: bigint): number {
    if (position >= BigInt(this.length)) return 0;
    const at = Number(position);
    const count = Math.min(into.length, this.length - at);
    this.eachChunk(at, count, (index, from, to, done) => {
      const chunk = this.chunks.get(index) ?? this.load(index);
      const part = chunk?.subarray(from, to);
      if (part !== undefined) into.set(part, done);
      into.fill(0, done + (part?.length ?? 0), done + to - from);
    });
    return count;
  }

  write(bytes: Uint8Array, position: bigint): number {
    if (bytes.length === 0) return 0;
    const end = position + BigInt(bytes.length);
    if (end > BigInt(this.length)) this.resize(end);
    this.eachChunk(Number(position), bytes.length, (index, from, to, done) => {
      this.chunkTo(index, to).set(bytes.subarray(done, done + to - from), from);
    });
    this.touch();
    return bytes.length;
  }

  resize(size: bigint): void {
    if (size > BigInt(MAX_FILE_SIZE)) throw refused('FBIG');
    const length = Number(size);
    if (length >= this.length) this.volume.charge('bytes', length - this.length);
    else {
      this.volume.credit('bytes', this.length - length);
      for (const index of this.chunks.keys()) if (index * CHUNK >= length) this.chunks.delete(index);
      this.chunks.get(Math.floor(length / CHUNK))?.fill(0, length % CHUNK);
    }
    this.length = length;
    this.touch();
  }

  /** Takes so many bytes as its content, which `load` gives, and that do not count as a change; NOSPC. */
  protected adopt(length: number): void {
    this.volume.charge('bytes', length);
    this.length = length;
  }

  /** A chunk that was not written to yet. */
  protected load(_index: number): Uint8Array | undefined {
    return undefined;
  }

  protected free(): void {
    this.volume.credit('bytes', this.length);
    this.chunks.clear();
    this.length = 0;
  }

  /** Calls `use` for each part of [at, at + count) that lies in one chunk: its bounds there, and how much came before. */
  private eachChunk(
    at: number,
    count: number,
    use: (index: number, from: number, to: number, done: number) => void,
  ): void {
    for (let done = 0; done < count; ) {
      const from = (at + done) % CHUNK;
      const to = Math.min(CHUNK, from + count - done);
      use(Math.floor((at + done) / CHUNK), from, to, done);
      done += to - from;
    }
  }

  /** A chunk with room up to `length`: a quarter more than is needed, so that it is copied seldom. */
  private chunkTo(index: number, length: number): Uint8Array {
    const chunk = this.chunks.get(index) ?? this.load(index);
    if (chunk !== undefined && chunk.length >= length) {
      this.chunks.set(index, chunk);
      return chunk;
    }
    const larger = allocate(Math.min(CHUNK, Math.max(64, Math.ceil(length * 1.25))));
    if (chunk !== undefined) larger.set(chunk);
    this.chunks.set(index, larger);
    return larger;
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
    if (!counted) return;
    try {
      volume.charge('bytes', bytesOf(text));
    } catch (error) {
      volume.credit('nodes', 1);
      throw error;
    }
  }

  size(): number {
    return utf8Length(this.text);
  }

  protected free(): void {
    if (this.counted) this.volume.credit('bytes', bytesOf(this.text));
  }
}

export class DirectoryNode extends Node {
  readonly type = 'directory';
  parent: DirectoryNode | undefined;
  protected readonly entries = new Map<string, AnyNode>();
  /** Names that take bytes of the quota. */
  private readonly charged = new Set<string>();

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

  /** Puts a node under a name that must be free. NOENT when this directory itself was removed; NOSPC. */
  add(name: string, make: () => AnyNode): void {
    if (this.links === 0) throw refused('NOENT');
    if (this.lookUp(name) !== undefined) throw refused('EXIST');
    this.charge(name);
    try {
      this.put(name, make());
    } catch (error) {
      this.credit(name);
      throw error;
    }
  }

  /** Puts a node under a name, whatever was there. NOSPC. */
  put(name: string, node: AnyNode): void {
    this.charge(name);
    this.entries.set(name, node);
    this.touch();
  }

  remove(name: string): void {
    this.credit(name);
    this.entries.delete(name);
    this.touch();
  }

  private charge(name: string): void {
    const bytes = bytesOf(name);
    if (bytes === 0 || this.charged.has(name)) return;
    this.volume.charge('bytes', bytes);
    this.charged.add(name);
  }

  private credit(name: string): void {
    if (this.charged.delete(name)) this.volume.credit('bytes', bytesOf(name));
  }

  protected free(): void {}
}

export type AnyNode = FileNode | DirectoryNode | LinkNode;
