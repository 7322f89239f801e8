// A Directory made of one that may return promises: the guest thread waits for them, the host does not.
// Each method is a question that the system call puts once, however often it is tried (kernel/replay.ts). Reads and writes
// end, short, with the first piece that was waited for: else all pieces before it would be moved again for each.
import type { AsyncDirectory, AsyncFile } from '../host/async-filesystem.ts';
import { directory } from '../host/checks.ts';
import { refused } from '../host/errno.ts';
import type { Directory, File, FileType, OpenOptions, Stat, Times } from '../host/filesystem.ts';
import { ask, close, type Handle, hasWaited, whenAnswered } from '../kernel/replay.ts';

/** Bytes that one question asks for: each needs a buffer of its own, and guests may ask for gigabytes. */
const PIECE = 1024 * 1024;

/**
 * The directory `from`, which it takes over, for `preopens`. In mode 'async' a program that uses it waits for promises;
 * in mode 'sync', where nothing can wait for them, calls return NOTSUP.
 */
export function awaited(from: AsyncDirectory): Directory {
  directory(from, 'awaited: the directory');
  return new AwaitedDirectory(from);
}

class AwaitedFile implements File, Handle {
  readonly type: FileType;
  readonly seekable: boolean;
  readonly append?: (parts: readonly Uint8Array[]) => number;
  readonly allocate?: (size: bigint) => void;
  private readonly from: AsyncFile;

  constructor(from: AsyncFile) {
    this.from = from;
    this.type = from.type;
    this.seekable = from.seekable;
    if (from.append !== undefined) this.append = (parts) => this.appendTo(from, parts);
    if (from.allocate !== undefined)
      this.allocate = (size) => ask(this, 'allocate', [size], () => from.allocate?.(size));
  }

  stat(): Stat {
    return ask(this, 'stat', [], () => this.from.stat());
  }

  read(into: Uint8Array, position: bigint): number {
    let moved = 0;
    while (moved < into.length) {
      const length = Math.min(PIECE, into.length - moved);
      const at = position + BigInt(moved);
      const bytes = ask(this, 'read', [length, at], () => {
        const buffer = new Uint8Array(length);
        return whenAnswered(this.from.read(buffer, at), (got) => buffer.subarray(0, got));
      });
      into.set(bytes, moved);
      moved += bytes.length;
      if (bytes.length < length || hasWaited()) break;
    }
    return moved;
  }

  write(bytes: Uint8Array, position: bigint): number {
    let moved = 0;
    while (moved < bytes.length) {
      const part = bytes.subarray(moved, moved + PIECE);
      const at = position + BigInt(moved);
      const took = ask(this, 'write', [part.length, at], () => this.from.write(part.slice(), at));
      moved += took;
      if (took < part.length || hasWaited()) break;
    }
    return moved;
  }

  private appendTo(from: AsyncFile, parts: readonly Uint8Array[]): number {
    let moved = 0;
    for (const part of parts) {
      for (let at = 0; at < part.length; at += PIECE) {
        const piece = part.subarray(at, at + PIECE);
        const took = ask(this, 'append', [moved, piece.length], () => from.append?.([piece.slice()]) ?? 0);
        moved += took;
        if (took < piece.length || hasWaited()) return moved;
      }
    }
    return moved;
  }

  setSize(size: bigint): void {
    ask(this, 'setSize', [size], () => this.from.setSize(size));
  }

  setTimes(times: Times): void {
    ask(this, 'setTimes', [times], () => this.from.setTimes(times));
  }

  sync(dataOnly: boolean): void {
    ask(this, 'sync', [dataOnly], () => this.from.sync(dataOnly));
  }

  close(): void {
    close(this);
  }

  release(): unknown {
    return this.from.close();
  }
}

class AwaitedDirectory implements Directory, Handle {
  private readonly from: AsyncDirectory;

  constructor(from: AsyncDirectory) {
    this.from = from;
  }

  stat(): Stat {
    return ask(this, 'stat', [], () => this.from.stat());
  }

  setTimes(times: Times): void {
    ask(this, 'setTimes', [times], () => this.from.setTimes(times));
  }

  sync(dataOnly: boolean): void {
    ask(this, 'sync', [dataOnly], () => this.from.sync(dataOnly));
  }

  close(): void {
    close(this);
  }

  release(): unknown {
    return this.from.close();
  }

  reopen(): Directory {
    return ask(this, 'reopen', [], () => whenAnswered(this.from.reopen(), awaited));
  }

  names(): string[] {
    return ask(this, 'names', [], () => this.from.names());
  }

  statEntry(name: string): Stat {
    return ask(this, 'statEntry', [name], () => this.from.statEntry(name));
  }

  setEntryTimes(name: string, times: Times): void {
    ask(this, 'setEntryTimes', [name, times], () => this.from.setEntryTimes(name, times));
  }

  openDirectory(name: string): Directory {
    return ask(this, 'openDirectory', [name], () => whenAnswered(this.from.openDirectory(name), awaited));
  }

  openFile(name: string, options: OpenOptions): File {
    return ask(this, 'openFile', [name, options], () =>
      whenAnswered(this.from.openFile(name, options), (file) => new AwaitedFile(file)),
    );
  }

  readLink(name: string): string {
    return ask(this, 'readLink', [name], () => this.from.readLink(name));
  }

  createDirectory(name: string): void {
    ask(this, 'createDirectory', [name], () => this.from.createDirectory(name));
  }

  createLink(name: string, text: string): void {
    ask(this, 'createLink', [name, text], () => this.from.createLink(name, text));
  }

  removeDirectory(name: string): void {
    ask(this, 'removeDirectory', [name], () => this.from.removeDirectory(name));
  }

  removeFile(name: string): void {
    ask(this, 'removeFile', [name], () => this.from.removeFile(name));
  }

  rename(name: string, target: Directory, targetName: string): void {
    const to = innerOf(target);
    ask(this, 'rename', [name, to, targetName], () => this.from.rename(name, to, targetName));
  }

  link(name: string, target: Directory, targetName: string): void {
    const to = innerOf(target);
    ask(this, 'link', [name, to, targetName], () => this.from.link(name, to, targetName));
  }

  static innerOf(directory: Directory): AsyncDirectory {
    if (!(directory instanceof AwaitedDirectory)) throw refused('XDEV');
    return directory.from;
  }
}

function innerOf(directory: Directory): AsyncDirectory {
  return AwaitedDirectory.innerOf(directory);
}
