// Paths: everything that is done to names in directories, but opening (path-open.ts).
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#path_create_directory
// All may return what resolution returns (kernel/resolve.ts): NOTCAPABLE, NOENT, NOTDIR, LOOP, NAMETOOLONG, INVAL; and
// ILSEQ, FAULT, BADF, NOTCAPABLE for the right that is named like the function, and ROFS.
import { encodeUtf8 } from '../../syntax/utf8.ts';
import { refused } from '../host/errno.ts';
import type { Stat } from '../host/filesystem.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { checkPath, type Entry, type Follow, withEntry } from '../kernel/resolve.ts';
import type { Pieces } from '../kernel/wait.ts';
import { allOf, type Layout, LOOKUPFLAGS, type RightName } from './abi.ts';
import { checkFlags, descriptorFor } from './check.ts';
import { timesOf, writeFilestat } from './stat.ts';

/** Where a path is long, what is left to do after the first piece. */
type Rest = Pieces | undefined;

/** Makes a directory. EXIST. */
export function pathCreateDirectory(call: Call, fd: number, path: number, length: number): Rest {
  return at(call, fd, path, length, 'path_create_directory', 'never', ({ parent, name, stat }) => {
    if (name === undefined || stat !== undefined) throw refused('EXIST');
    parent.createDirectory(name);
  });
}

/** Writes a filestat (stat.ts) of what the path leads to, or with flags 0 of a link itself. INVAL: unknown flags. */
export function pathFilestatGet(layout: Layout) {
  return (call: Call, fd: number, flags: number, path: number, length: number, out: number): Rest => {
    const follow = followOf(flags);
    return at(call, fd, path, length, 'path_filestat_get', follow, (entry) => {
      call.guest.check(out, layout.filestat.size);
      writeFilestat(call, layout, out, existing(entry));
    });
  };
}

/** Sets times of what the path leads to, or with flags 0 of a link itself. INVAL as fd_filestat_set_times. */
export function pathFilestatSetTimes(
  call: Call,
  fd: number,
  flags: number,
  path: number,
  length: number,
  accessed: bigint,
  modified: bigint,
  fstFlags: number,
): Rest {
  const follow = followOf(flags);
  const times = timesOf(call, accessed, modified, fstFlags);
  return at(call, fd, path, length, 'path_filestat_set_times', follow, (entry) => {
    existing(entry);
    if (entry.name === undefined) entry.parent.setTimes(times);
    else entry.parent.setEntryTimes(entry.name, times);
  });
}

/**
 * Gives a file, or a symbolic link itself, a second name. EXIST: the new name is taken, even by a dangling link.
 * PERM: a directory. INVAL: any flag (links are not followed here). XDEV: another file system.
 */
export function pathLink(
  call: Call,
  oldFd: number,
  oldFlags: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): Rest {
  checkFlags(oldFlags, 0);
  descriptorFor(call, newFd, 'directory', 'path_link_target');
  return at(call, oldFd, oldPath, oldLength, 'path_link_source', 'never', (from) => {
    const source = existing(from);
    if (source.type === 'directory') throw refused('PERM');
    return at(call, newFd, newPath, newLength, 'path_link_target', 'never', (to) => {
      from.parent.link(from.name as string, to.parent, free(to));
    });
  });
}

/** Writes the text of a link, cut to the buffer, and its length. INVAL: not a link. */
export function pathReadlink(
  call: Call,
  fd: number,
  path: number,
  length: number,
  buf: number,
  bufLength: number,
  bufused: number,
): Rest {
  return at(call, fd, path, length, 'path_readlink', 'before-slash', (entry) => {
    existing(entry);
    if (entry.name === undefined) throw refused('INVAL');
    call.guest.check(bufused, 4);
    const buffer = call.guest.span(buf, bufLength);
    const text = encodeUtf8(entry.parent.readLink(entry.name)).subarray(0, bufLength);
    buffer.set(text);
    call.guest.setU32(bufused, text.length);
  });
}

/** Removes an empty directory. NOTDIR, NOTEMPTY; INVAL for a path that ends in a dot. */
export function pathRemoveDirectory(call: Call, fd: number, path: number, length: number): Rest {
  return at(call, fd, path, length, 'path_remove_directory', 'never', (entry) => {
    if (entry.name === undefined) throw refused('INVAL');
    if (existing(entry).type !== 'directory') throw refused('NOTDIR');
    entry.parent.removeDirectory(entry.name);
  });
}

/**
 * Moves a name; replaces a file by a file, and an empty directory by a directory. NOTEMPTY, NOTDIR, ISDIR; INVAL: a
 * directory into itself; BUSY: a path that ends in a dot. XDEV: another file system.
 */
export function pathRename(
  call: Call,
  oldFd: number,
  oldPath: number,
  oldLength: number,
  newFd: number,
  newPath: number,
  newLength: number,
): Rest {
  descriptorFor(call, newFd, 'directory', 'path_rename_target');
  return at(call, oldFd, oldPath, oldLength, 'path_rename_source', 'never', (from) => {
    const source = existing(from);
    return at(call, newFd, newPath, newLength, 'path_rename_target', 'never', (to) => {
      if (from.name === undefined || to.name === undefined) throw refused('BUSY');
      if (to.mustBeDirectory && source.type !== 'directory') throw refused('NOTDIR');
      from.parent.rename(from.name, to.parent, to.name);
    });
  });
}

/**
 * Makes a symbolic link. Its text is not resolved now, but refused when it is absolute (NOTCAPABLE): it could never be
 * followed. EXIST; NOENT for a new name that ends in a slash.
 */
export function pathSymlink(
  call: Call,
  oldPath: number,
  oldLength: number,
  fd: number,
  newPath: number,
  newLength: number,
): Rest {
  const text = call.guest.path(oldPath, oldLength);
  checkPath(text);
  if (text.startsWith('/')) throw refused('NOTCAPABLE');
  return at(call, fd, newPath, newLength, 'path_symlink', 'never', (entry) => {
    entry.parent.createLink(free(entry), text);
  });
}

/** Removes a file or a link. ISDIR: a directory. NOTDIR: a file's name that ends in a slash. */
export function pathUnlinkFile(call: Call, fd: number, path: number, length: number): Rest {
  return at(call, fd, path, length, 'path_unlink_file', 'never', (entry) => {
    const { type } = existing(entry);
    if (entry.name === undefined || type === 'directory') throw refused('ISDIR');
    entry.parent.removeFile(entry.name);
  });
}

/** Resolves a path given by pointer and length from a directory that must have a right. */
function at(
  call: Call,
  fd: number,
  path: number,
  length: number,
  right: RightName,
  follow: Follow,
  action: (entry: Entry) => unknown,
): Rest {
  const { resource } = descriptorFor(call, fd, 'directory', right);
  return withEntry(call.rules.start(call.process, resource, call.guest.path(path, length)), follow, action);
}

function followOf(flags: number): Follow {
  checkFlags(flags, allOf(LOOKUPFLAGS));
  return (flags & LOOKUPFLAGS.symlinkFollow) !== 0 ? 'always' : 'before-slash';
}

/** What is there. NOENT when nothing is; NOTDIR when a slash follows something that is no directory. */
function existing({ stat, mustBeDirectory }: Entry): Stat {
  if (stat === undefined) throw refused('NOENT');
  if (mustBeDirectory && stat.type !== 'directory') throw refused('NOTDIR');
  return stat;
}

/** The name for a new link, which must be free. EXIST; NOTDIR, NOENT when a slash follows it. */
function free({ name, stat, mustBeDirectory }: Entry): string {
  if (name === undefined) throw refused('EXIST');
  if (mustBeDirectory) {
    if (stat === undefined) throw refused('NOENT');
    if (stat.type !== 'directory') throw refused('NOTDIR');
  }
  if (stat !== undefined) throw refused('EXIST');
  return name;
}
