// A file system whose methods may return promises: data bases of browsers, remote stores.
// The same methods as in filesystem.ts, one name at a time, with the same meanings and errors: a SystemError is thrown,
// or a promise rejects with it. `awaited` (hosts/awaited.ts) makes a Directory of it; the guest thread then waits.
import type { Answer } from '../kernel/replay.ts';
import type { FileType, OpenOptions, Stat, Times } from './filesystem.ts';

export type { Answer } from '../kernel/replay.ts';

/** An open file; see File. */
export interface AsyncFile {
  readonly type: FileType;
  readonly seekable: boolean;
  stat(): Answer<Stat>;
  /** Fills `into`, which is not the guest's memory, and returns how many bytes that were. */
  read(into: Uint8Array, position: bigint): Answer<number>;
  /** Gets a copy, which it may keep. */
  write(bytes: Uint8Array, position: bigint): Answer<number>;
  /** Gets copies. Missing: the size is asked for, and written there: another writer may come between. */
  append?(parts: readonly Uint8Array[]): Answer<number>;
  setSize(size: bigint): Answer<void>;
  allocate?(size: bigint): Answer<void>;
  setTimes(times: Times): Answer<void>;
  sync(dataOnly: boolean): Answer<void>;
  /** Nobody waits for it, and nobody hears of errors: what must be stored is stored by write and sync. */
  close(): void;
}

/** An open directory; see Directory. */
export interface AsyncDirectory {
  stat(): Answer<Stat>;
  setTimes(times: Times): Answer<void>;
  sync(dataOnly: boolean): Answer<void>;
  close(): void;
  reopen(): Answer<AsyncDirectory>;
  names(): Answer<string[]>;
  statEntry(name: string): Answer<Stat>;
  setEntryTimes(name: string, times: Times): Answer<void>;
  openDirectory(name: string): Answer<AsyncDirectory>;
  openFile(name: string, options: OpenOptions): Answer<AsyncFile>;
  readLink(name: string): Answer<string>;
  createDirectory(name: string): Answer<void>;
  createLink(name: string, text: string): Answer<void>;
  removeDirectory(name: string): Answer<void>;
  removeFile(name: string): Answer<void>;
  rename(name: string, target: AsyncDirectory, targetName: string): Answer<void>;
  link(name: string, target: AsyncDirectory, targetName: string): Answer<void>;
}
