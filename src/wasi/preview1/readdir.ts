// Listing directories: fd_readdir.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#fd_readdir
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { unless } from '../host/errno.ts';
import type { FileType } from '../host/filesystem.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { HeldDirectory } from '../kernel/held.ts';
import type { Pieces } from '../kernel/wait.ts';
import { DIRENT_SIZE, FILE_TYPES } from './abi.ts';
import { descriptorFor } from './check.ts';

/** Entries that are looked at in one piece. */
const PIECE = 32;

/**
 * Fills the buffer with entries from `cookie` on, each a dirent and its name, without gaps; the last may be cut
 * anywhere. Writes how many bytes that took: fewer than the buffer has means that there are no more entries.
 *
 *     0 d_next u64 | 8 d_ino u64 | 16 d_namlen u32 | 20 d_type u8 | 24 name
 *
 * A cookie is the number of entries before; 0 begins anew. `.` and `..` come first, both with the directory's own inode,
 * since what lies above is not the guest's business. The names are those that were there at cookie 0; an entry that has
 * gone since is left out. BADF, NOTDIR, NOTCAPABLE, FAULT; NOMEM for more names than fit what listings may take.
 */
export function* fdReaddir(
  call: Call,
  fd: number,
  buf: number,
  length: number,
  cookie: bigint,
  bufused: number,
): Pieces {
  const { directory } = descriptorFor(call, fd, 'directory', 'fd_readdir').resource;
  const { guest, process } = call;
  guest.check(bufused, 4);
  guest.check(buf, length);
  const kept = call.kept as Progress | undefined;
  const before = kept?.directory === directory ? kept : undefined;
  const known = before?.names ?? (cookie === 0n ? undefined : process.files.listings.of(directory));
  const names = known ?? (yield* process.files.listings.make(directory));
  let used = before?.used ?? 0;
  for (let i = before?.next ?? Number(cookie); i < names.length && used < length; i++) {
    if (i % PIECE === 0) {
      call.keep({ directory, names, next: i, used } satisfies Progress);
      yield;
    }
    const dirent = entryBytes(directory, names[i] as string, BigInt(i + 1));
    if (dirent === undefined) continue;
    const part = dirent.subarray(0, length - used);
    guest.span(buf + used, part.length).set(part);
    used += part.length;
  }
  guest.setU32(bufused, used);
  return undefined;
}

/** How far a listing has come, where entries are waited for. */
interface Progress {
  readonly directory: HeldDirectory;
  readonly names: readonly string[];
  readonly next: number;
  readonly used: number;
}

/** A dirent and its name; undefined when the entry is gone. */
function entryBytes(directory: HeldDirectory, name: string, next: bigint): Uint8Array | undefined {
  const own = name === '.' || name === '..';
  const stat = own ? directory.stat() : unless(['NOENT', 'ACCES'], () => directory.statEntry(name));
  if (stat === undefined) return undefined;
  const text = encodeUtf8(name);
  const bytes = new Uint8Array(DIRENT_SIZE + text.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, next, true);
  view.setBigUint64(8, stat.inode, true);
  view.setUint32(16, text.length, true);
  view.setUint8(20, FILE_TYPES[own ? ('directory' satisfies FileType) : stat.type]);
  bytes.set(text, DIRENT_SIZE);
  return bytes;
}
