// Opening: path_open, the largest function of preview 1.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#path_open
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import type { Descriptor } from '../kernel/file-table.ts';
import type { HeldDirectory } from '../kernel/held.ts';
import { OpenDirectory } from '../kernel/open/directory.ts';
import { OpenFile } from '../kernel/open/file.ts';
import { type Entry, withEntry } from '../kernel/resolve.ts';
import type { Pieces } from '../kernel/wait.ts';
import { allOf, DIRECTORY_RIGHTS, FDFLAGS, FILE_RIGHTS, LOOKUPFLAGS, OFLAGS, RIGHTS, rights } from './abi.ts';
import { checkFlags, checkRights, descriptorFor } from './check.ts';

/** Rights that need the host's file open for writing. */
const WRITING = rights('fd_write', 'fd_allocate', 'fd_filestat_set_size');

interface Request {
  /** oflags. */
  readonly how: number;
  readonly base: bigint;
  readonly inheriting: bigint;
  readonly fdflags: number;
}

/**
 * Opens or creates a file, or opens a directory, and writes the new descriptor.
 *
 * Rights that do not fit the type of what is opened are dropped. NOTCAPABLE: rights that the directory cannot pass on,
 * creation or truncation without the right, or a path that leads out. INVAL: unknown flags, or creat with directory.
 * EXIST, NOENT, NOTDIR, ISDIR (writing a directory), LOOP (a link, without symlink_follow), MFILE, ROFS, FAULT, ...
 */
export function pathOpen(
  call: Call,
  fd: number,
  dirflags: number,
  path: number,
  pathLength: number,
  oflags: number,
  rightsBase: bigint,
  rightsInheriting: bigint,
  fdflags: number,
  opened: number,
): Pieces | undefined {
  return openPath(call, fd, dirflags, path, pathLength, oflags, rightsBase, rightsInheriting, fdflags, false, opened);
}

/** The same, with the choice that an executed program is without the descriptor. */
export function openPath(
  call: Call,
  fd: number,
  dirflags: number,
  path: number,
  pathLength: number,
  oflags: number,
  rightsBase: bigint,
  rightsInheriting: bigint,
  fdflags: number,
  cloexec: boolean,
  opened: number,
): Pieces | undefined {
  checkFlags(dirflags, allOf(LOOKUPFLAGS));
  checkFlags(oflags, allOf(OFLAGS));
  checkFlags(fdflags, allOf(FDFLAGS));
  const creates = (oflags & OFLAGS.creat) !== 0;
  if (creates && (oflags & OFLAGS.directory) !== 0) throw refused('INVAL');
  const start = descriptorFor(call, fd, 'directory', 'path_open');
  if (creates) checkRights(start, 'path_create_file');
  if ((oflags & OFLAGS.trunc) !== 0) checkRights(start, 'path_filestat_set_size');
  const known = FILE_RIGHTS | DIRECTORY_RIGHTS;
  const request = { how: oflags, base: rightsBase & known, inheriting: rightsInheriting & known, fdflags };
  if (((request.base | request.inheriting) & ~start.inheriting) !== 0n) throw refused('NOTCAPABLE');
  call.guest.check(opened, 4);
  call.process.files.checkRoom();
  const follow = (dirflags & LOOKUPFLAGS.symlinkFollow) !== 0 ? 'always' : 'before-slash';
  const text = call.guest.path(path, pathLength);
  return withEntry(call.rules.start(call.process, start.resource, text), follow, (entry) => {
    call.process.files.checkRoom();
    call.guest.setU32(opened, call.process.files.add(openEntry(entry, request), cloexec));
  });
}

/** Opens what a path leads to. */
export function openEntry(entry: Entry, request: Request): Descriptor {
  const { how } = request;
  const type = entry.stat?.type;
  if ((how & OFLAGS.creat) !== 0 && (how & OFLAGS.excl) !== 0 && type !== undefined) throw refused('EXIST');
  if (type === 'symbolic-link') throw refused('LOOP');
  if (type === 'directory') return openDirectory(entry, request);
  if (type === undefined && (how & OFLAGS.creat) === 0) throw refused('NOENT');
  if (type === undefined && entry.mustBeDirectory) throw refused('ISDIR');
  if (entry.mustBeDirectory || (how & OFLAGS.directory) !== 0) throw refused('NOTDIR');
  return openFile(entry.parent, entry.name as string, request);
}

function openDirectory({ parent, name }: Entry, { how, base, inheriting, fdflags }: Request): Descriptor {
  if ((how & (OFLAGS.creat | OFLAGS.trunc)) !== 0 || (base & RIGHTS.fd_write) !== 0n) throw refused('ISDIR');
  const directory = name === undefined ? parent.reopen() : parent.openDirectory(name);
  return {
    resource: new OpenDirectory(directory),
    rights: base & DIRECTORY_RIGHTS,
    inheriting,
    flags: fdflags,
  };
}

function openFile(parent: HeldDirectory, name: string, { how, base, fdflags }: Request): Descriptor {
  const truncate = (how & OFLAGS.trunc) !== 0;
  const held = parent.openFile(name, {
    read: (base & RIGHTS.fd_read) !== 0n,
    write: truncate || (base & WRITING) !== 0n,
    create: (how & OFLAGS.creat) !== 0,
    exclusive: (how & OFLAGS.excl) !== 0,
    truncate,
    append: (fdflags & FDFLAGS.append) !== 0,
  });
  const file = new OpenFile(held);
  const fitting = file.seekable ? FILE_RIGHTS : FILE_RIGHTS & ~rights('fd_seek', 'fd_tell');
  return {
    resource: file,
    rights: base & fitting,
    inheriting: 0n,
    flags: fdflags,
  };
}
