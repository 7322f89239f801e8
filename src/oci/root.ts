// Paths of a container below its root, as its programs see them: a link that is absolute begins at the root, and `..` does
// not lead above it. Directories are walked one name at a time and no host follows a link, so nothing leads out.
import { SystemError } from '../wasi/host/errno.ts';
import type { Directory, File } from '../wasi/host/filesystem.ts';
import { MAX_PATH } from '../wasi/kernel/resolve.ts';

/** Links that are followed for one path, as Linux has it. */
const MOST_LINKS = 40;

/** Names that may be walked, links included, where so many links of such a length may lead to each other. */
export interface Steps {
  left: number;
}

/** Of a path that stands for itself. */
const STEPS = 2 ** 16;

const READ = { read: true, write: false, create: false, exclusive: false, truncate: false } as const;

/** A path's names in reverse, to be taken from the end. */
function namesOf(path: string): string[] {
  if (path.length > MAX_PATH) throw new SystemError('NAMETOOLONG');
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.reverse();
}

/** An open directory below the root, and those above it. */
class Place {
  private readonly open: Directory[];

  constructor(root: Directory) {
    this.open = [root.reopen()];
  }

  get directory(): Directory {
    return this.open[this.open.length - 1];
  }

  up(): void {
    if (this.open.length > 1) this.open.pop()?.close();
  }

  toRoot(): void {
    while (this.open.length > 1) this.up();
  }

  into(name: string, make: boolean): void {
    if (make && !has(this.directory, name)) this.directory.createDirectory(name);
    this.open.push(this.directory.openDirectory(name));
  }

  /** The directory itself is for the caller to close, all above it are closed. */
  leave(): Directory {
    const last = this.open.pop() as Directory;
    this.close();
    return last;
  }

  close(): void {
    for (const one of this.open.splice(0)) one.close();
  }
}

function has(directory: Directory, name: string): boolean {
  return typeIn(directory, name) !== undefined;
}

/** What there is by a name; undefined for nothing. */
export function typeIn(directory: Directory, name: string): ReturnType<Directory['statEntry']>['type'] | undefined {
  try {
    return directory.statEntry(name).type;
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'NOENT') return undefined;
    throw error;
  }
}

/**
 * Walks a path below the root. Returns the directory that it is or, where `last` is wanted, the one that its last name is in,
 * and that name, which is no link. To be closed. Throws SystemError: NOENT, NOTDIR, NAMETOOLONG, LOOP.
 */
function walk(
  root: Directory,
  path: string,
  last: boolean,
  make: boolean,
  steps: Steps,
): { directory: Directory; name: string } {
  const names = namesOf(path);
  const place = new Place(root);
  let links = 0;
  try {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      if (--steps.left < 0) throw new SystemError('LOOP');
      if (name === '..') {
        place.up();
        continue;
      }
      if (typeIn(place.directory, name) === 'symbolic-link') {
        if (++links > MOST_LINKS) throw new SystemError('LOOP');
        const text = place.directory.readLink(name);
        if (text.startsWith('/')) place.toRoot();
        for (const one of namesOf(text)) names.push(one);
        continue;
      }
      if (last && names.length === 0) return { directory: place.leave(), name };
      place.into(name, make);
    }
    if (last) throw new SystemError('ISDIR');
    return { directory: place.leave(), name: '' };
  } catch (error) {
    place.close();
    throw error;
  }
}

/** A directory below the root, to be closed; missing ones are made where that is asked for. Throws SystemError. */
export function directoryAt(root: Directory, path: string, make = false, steps: Steps = { left: STEPS }): Directory {
  return walk(root, path, false, make, steps).directory;
}

/** The content of a file below the root. Throws SystemError: also FBIG for a longer one than `most`, ACCES for what is no file. */
export function fileAt(root: Directory, path: string, most: number): Uint8Array {
  const { directory, name } = walk(root, path, true, false, { left: STEPS });
  let file: File | undefined;
  try {
    const type = typeIn(directory, name);
    if (type !== undefined && type !== 'regular-file' && type !== 'directory') throw new SystemError('ACCES');
    file = directory.openFile(name, READ);
    return contentOf(file, most);
  } finally {
    file?.close();
    directory.close();
  }
}

function contentOf(file: File, most: number): Uint8Array {
  const { type, size } = file.stat();
  if (type !== 'regular-file') throw new SystemError('ACCES');
  if (size > BigInt(most)) throw new SystemError('FBIG');
  const bytes = new Uint8Array(Number(size));
  for (let at = 0; at < bytes.length; ) {
    const length = file.read(bytes.subarray(at), BigInt(at));
    if (length === 0) return bytes.subarray(0, at);
    at += length;
  }
  return bytes;
}
