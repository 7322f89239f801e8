// A directory that cannot be changed through this handle: every change returns ROFS.
// Hard links out of it are refused as well: a second name in a writable directory would make the file writable.
import { directory as checkDirectory } from '../host/checks.ts';
import { refused, unless } from '../host/errno.ts';
import type { Directory, File } from '../host/filesystem.ts';

function refuse(): never {
  throw refused('ROFS');
}

/** What changes a directory or is a way to change what lies in it: each method does `refuse`. */
export function changesBy(refuse: () => never) {
  return {
    setTimes: refuse,
    setEntryTimes: refuse,
    createDirectory: refuse,
    createLink: refuse,
    removeDirectory: refuse,
    removeFile: refuse,
    rename: refuse,
    link: refuse,
  };
}

/** A read-only view of `directory`, which it takes over: closing the view closes it. */
export function readOnly(directory: Directory): Directory {
  checkDirectory(directory, 'readOnly: the directory');
  return {
    stat: () => directory.stat(),
    sync: (dataOnly) => directory.sync(dataOnly),
    close: () => directory.close(),
    reopen: () => readOnly(directory.reopen()),
    names: () => directory.names(),
    list: () => directory.list?.() ?? directory.names(),
    statEntry: (name) => directory.statEntry(name),
    readLink: (name) => directory.readLink(name),
    openDirectory: (name) => readOnly(directory.openDirectory(name)),
    openFile(name, options) {
      if (options.write || options.truncate) refuse();
      if (!options.create) return readOnlyFile(directory.openFile(name, options));
      if (unless(['NOENT'], () => directory.statEntry(name)) === undefined) refuse();
      if (options.exclusive) throw refused('EXIST');
      return readOnlyFile(directory.openFile(name, { ...options, create: false }));
    },
    ...changesBy(refuse),
  };
}

function readOnlyFile(file: File): File {
  return {
    type: file.type,
    seekable: file.seekable,
    stat: () => file.stat(),
    read: (into, position) => file.read(into, position),
    sync: (dataOnly) => file.sync(dataOnly),
    close: () => file.close(),
    write: refuse,
    setSize: refuse,
    setTimes: refuse,
  };
}
