// What a file system is to the kernel: open directories and open files, addressed one name at a time.
// Paths do not occur here: the kernel walks them (kernel/resolve.ts), so that no host can get the sandbox wrong by
// comparing strings. All methods are synchronous and throw SystemError. Times are nanoseconds since the Unix epoch.

export type FileType =
  | 'unknown'
  | 'block-device'
  | 'character-device'
  | 'directory'
  | 'regular-file'
  | 'socket-datagram'
  | 'socket-stream'
  | 'symbolic-link';

export interface Stat {
  readonly device: bigint;
  readonly inode: bigint;
  readonly type: FileType;
  readonly links: bigint;
  /** In bytes; for a symbolic link the length of its text. */
  readonly size: bigint;
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

/** Times to set; undefined leaves one as it is, to the nanosecond. */
export interface Times {
  readonly accessed: bigint | undefined;
  readonly modified: bigint | undefined;
}

export interface OpenOptions {
  readonly read: boolean;
  readonly write: boolean;
  /** Make the file when it is missing. */
  readonly create: boolean;
  /** With `create`: fail with EXIST when the name is taken, even by a dangling link. */
  readonly exclusive: boolean;
  /** Empty the file. */
  readonly truncate: boolean;
  /** The guest asked to append: a file that has `append` may be opened for that; `write` has to work all the same. */
  readonly append?: boolean;
}

/** An open file that is not a directory. The cursor and append mode are the kernel's. */
export interface File {
  readonly type: FileType;
  /** Whether positions mean anything; a character device ignores them. */
  readonly seekable: boolean;
  stat(): Stat;
  /** Reads at most `into.length` bytes at `position`; 0 means end of file. */
  read(into: Uint8Array, position: bigint): number;
  /** Writes at `position`, past the end too (the gap reads as zeros); the number of bytes written may be smaller. */
  write(bytes: Uint8Array, position: bigint): number;
  /**
   * Writes all parts as one at the end of the file, wherever that is when it happens: other writers lose nothing.
   * Missing: the size is asked for, and written there.
   */
  append?(parts: readonly Uint8Array[]): number;
  setSize(size: bigint): void;
  /** Takes the room for so many bytes, and makes the file that long if it is shorter; NOSPC. Missing: NOTSUP. */
  allocate?(size: bigint): void;
  setTimes(times: Times): void;
  /** Brings data, and unless `dataOnly` also metadata, to storage. */
  sync(dataOnly: boolean): void;
  close(): void;
}

/**
 * An open directory. Every `name` is one component: not empty, not `.` or `..`, without `/` and NUL.
 * No method follows a symbolic link. A handle stays on its directory when that is renamed.
 */
export interface Directory {
  stat(): Stat;
  setTimes(times: Times): void;
  sync(dataOnly: boolean): void;
  close(): void;
  /** A second handle on the same directory. */
  reopen(): Directory;
  /** Names in any order, without `.` and `..`; those that are not UTF-8 are left out, since no guest could say them. */
  names(): string[];
  /** The same one after the other, so that a large directory is not read in one go. Missing: `names` is asked. */
  list?(): Iterable<string>;
  statEntry(name: string): Stat;
  setEntryTimes(name: string, times: Times): void;
  /** NOTDIR or LOOP when the name is not a directory. */
  openDirectory(name: string): Directory;
  /** LOOP when the name is a symbolic link, ISDIR when it is a directory. Never waits for a pipe's other end. */
  openFile(name: string, options: OpenOptions): File;
  /** The text of a symbolic link; INVAL when the name is something else. */
  readLink(name: string): string;
  createDirectory(name: string): void;
  createLink(name: string, text: string): void;
  removeDirectory(name: string): void;
  removeFile(name: string): void;
  /** Both need `target` to be of the same implementation, else XDEV. */
  rename(name: string, target: Directory, targetName: string): void;
  /** Adds a second name; a symbolic link is linked itself. */
  link(name: string, target: Directory, targetName: string): void;
}
