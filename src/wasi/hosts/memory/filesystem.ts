// A file system in memory, with a quota of bytes and of nodes (nodes.ts).
// Handles (MemoryDirectory, MemoryFile) point to nodes, so a removed file stays usable while it is open.
import { decodeUtf8, encodeUtf8 } from '../../../syntax/utf8.ts';
import { directory as checkDirectory } from '../../host/checks.ts';
import { refused, SystemError } from '../../host/errno.ts';
import type { Directory, File, OpenOptions, Stat, Times } from '../../host/filesystem.ts';
import { DirectoryNode, FileNode, LinkNode, MEMORY_LIMITS, type MemoryLimits, Volume } from './nodes.ts';
import { checkOptions, checkRecord, isBytes, misfit, shown, text } from '../../../options.ts';

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

  /** Every byte of a file has its room from the start. */
  allocate(size: bigint): void {
    if (size > BigInt(this.node.size())) this.node.resize(size);
  }

  setTimes(times: Times): void {
    this.node.setTimes(times);
  }

  sync(): void {}

  close(): void {
    this.node.closed();
  }
}

export class MemoryDirectory implements Directory {
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
    return [...this.node.names()];
  }

  list(): Iterable<string> {
    return this.node.names();
  }

  statEntry(name: string): Stat {
    return this.node.find(name).stat();
  }

  setEntryTimes(name: string, times: Times): void {
    this.node.find(name).setTimes(times);
  }

  openDirectory(name: string): Directory {
    const node = this.node.find(name);
    if (node.type !== 'directory') throw refused('NOTDIR');
    return new MemoryDirectory(node);
  }

  openFile(name: string, { create, exclusive, truncate }: OpenOptions): File {
    const known = this.node.lookUp(name);
    if (known !== undefined && create && exclusive) throw refused('EXIST');
    if (known === undefined && create) this.node.add(name, () => new FileNode(this.node.volume));
    const node = this.node.find(name);
    if (node.type === 'directory') throw refused('ISDIR');
    if (node.type === 'symbolic-link') throw refused('LOOP');
    if (truncate) node.resize(0n);
    return new MemoryFile(node);
  }

  readLink(name: string): string {
    const node = this.node.find(name);
    if (node.type !== 'symbolic-link') throw refused('INVAL');
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
    if (node.type !== 'directory') throw refused('NOTDIR');
    if (!node.isEmpty()) throw refused('NOTEMPTY');
    this.node.remove(name);
    node.parent = undefined;
    node.unlinked();
  }

  removeFile(name: string): void {
    const node = this.node.find(name);
    if (node.type === 'directory') throw refused('ISDIR');
    this.node.remove(name);
    node.unlinked();
  }

  link(name: string, target: Directory, targetName: string): void {
    const node = this.node.find(name);
    const to = this.sameVolume(target);
    if (node.type === 'directory') throw refused('PERM');
    to.add(targetName, () => node);
    node.links++;
    node.changed = node.volume.now();
  }

  rename(name: string, target: Directory, targetName: string): void {
    const node = this.node.find(name);
    const to = this.sameVolume(target);
    const replaced = to.lookUp(targetName);
    if (replaced === node) return;
    if (to.links === 0) throw refused('NOENT');
    if (node.type === 'directory') {
      for (let above: DirectoryNode | undefined = to; above !== undefined; above = above.parent) {
        if (above === node) throw refused('INVAL');
      }
      if (replaced !== undefined && replaced.type !== 'directory') throw refused('NOTDIR');
      if (replaced?.type === 'directory' && !replaced.isEmpty()) throw refused('NOTEMPTY');
    } else if (replaced?.type === 'directory') {
      throw refused('ISDIR');
    }
    to.put(targetName, node);
    if (node.type === 'directory') node.parent = to;
    this.node.remove(name);
    replaced?.unlinked();
  }

  private sameVolume(target: Directory): DirectoryNode {
    if (!(target instanceof MemoryDirectory) || target.node.volume !== this.node.volume) throw refused('XDEV');
    return target.node;
  }
}

/** Content of a directory: text or bytes for a file, an object for a directory. */
export interface MemoryTree {
  readonly [name: string]: string | Uint8Array | MemoryTree;
}

/** A new file system in memory with some content (copied); the result is its root. INVAL: a name that is a path; TypeError. */
export function memoryDirectory(tree: MemoryTree = {}, limits?: MemoryLimits): Directory {
  const volume = new Volume(checkOptions('memoryDirectory', limits, MEMORY_LIMITS));
  checkRecord(tree, 'memoryDirectory: the content');
  const root = new MemoryDirectory(new DirectoryNode(volume, undefined));
  const pending: [Directory, MemoryTree][] = [[root, tree]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [directory, content] = next;
    for (const [name, value] of Object.entries(content)) {
      if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
        throw new SystemError(
          'INVAL',
          `memoryDirectory: ${shown(name)} is no name; directories are objects in the tree`,
        );
      }
      if (typeof value === 'string' || isBytes(value)) writeNew(directory, name, value);
      else {
        if (typeof value !== 'object' || value === null) {
          throw misfit(`memoryDirectory: ${shown(name)}`, 'a text, a Uint8Array, or an object for a directory', value);
        }
        checkRecord(value, `memoryDirectory: ${shown(name)}, which is no text and no Uint8Array,`);
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
  checkDirectory(directory, 'the directory that is read from');
  text(name, 'the name of the file');
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
