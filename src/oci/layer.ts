// A layer of an image: a tar archive that is laid over what is there, with marks for what is taken away.
// https://github.com/opencontainers/image-spec/blob/main/layer.md
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar and pax; names of GNU tar, too)
// Into a directory of any kind; owners, permissions and times are left out, as a guest does not see them; devices, too.
import { decodeUtf8 } from '../syntax/utf8.ts';
import { nameText } from '../syntax/visible.ts';
import { SystemError } from '../wasi/host/errno.ts';
import type { Directory } from '../wasi/host/filesystem.ts';
import { OciError } from './json.ts';
import { directoryAt, type Steps, typeIn } from './root.ts';

const BLOCK = 512;
/** Bytes of a header that says something about the next one. */
const LONGEST_EXTENSION = 2 ** 20;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What an entry is, by its type. */
const KINDS: ReadonlyMap<string, 'file' | 'name' | 'link' | 'device' | 'folder'> = new Map([
  ['0', 'file'],
  ['7', 'file'],
  ['1', 'name'],
  ['2', 'link'],
  ['3', 'device'],
  ['4', 'device'],
  ['6', 'device'],
  ['5', 'folder'],
]);

interface Entry {
  readonly path: string;
  readonly link: string;
  readonly type: string;
  readonly content: Uint8Array;
}

/** Lays an archive over a root. Throws OciError for what is no archive, or leads out of the root. */
export function applyLayer(root: Directory, archive: Uint8Array, where: string): void {
  // Marks are about what lower layers have, so they come first.
  const entries = [...entriesOf(archive, where)];
  const isMark = ({ path }: Entry): boolean => baseOf(path).name.startsWith(WHITEOUT);
  // An archive has the names that it leads through, unless links lead to and fro.
  const steps = { left: archive.length };
  for (const entry of [...entries.filter(isMark), ...entries.filter((one) => !isMark(one))]) {
    try {
      lay(root, entry, steps);
    } catch (error) {
      if (error instanceof OciError) throw new OciError(`${where}: ${nameText(entry.path)}: ${error.message}`);
      if (!(error instanceof SystemError)) throw error;
      throw new OciError(`${where}: ${nameText(entry.path)} cannot be unpacked (${error.errno})`);
    }
  }
}

function* entriesOf(archive: Uint8Array, where: string): Generator<Entry> {
  let next: { path?: string; link?: string } = {};
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!isHeader(header)) throw new OciError(`${where}: it is no tar archive: there is no header at byte ${at}`);
    const size = numberAt(header, 124, 12);
    const begin = at + BLOCK;
    if (size === undefined || begin + size > archive.length)
      throw new OciError(`${where}: the archive ends in the middle of a file`);
    const content = archive.subarray(begin, begin + size);
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] === 0 ? 0x30 : header[156]);
    if ('xgLK'.includes(type) && size > LONGEST_EXTENSION)
      throw new OciError(`${where}: a name is longer than ${LONGEST_EXTENSION} bytes`);
    if (type === 'x') next = { ...next, ...paxOf(content) };
    else if (type === 'L') next = { ...next, path: textAt(content, 0, size) };
    else if (type === 'K') next = { ...next, link: textAt(content, 0, size) };
    else if (type !== 'g') {
      const { path = pathOf(header), link = textAt(header, 157, 100) } = next;
      if (path.split('/').includes('..') || path.includes('\0')) {
        throw new OciError(`${where}: ${nameText(path)} leads out of the root`);
      }
      yield { path, link, type, content };
      next = {};
    }
  }
}

/** Whether the sum that a header has of its bytes is right. */
function isHeader(header: Uint8Array): boolean {
  const sum = header.reduce((all, byte, i) => all + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  return numberAt(header, 148, 8) === sum;
}

/** Octal digits, or bytes where the first one says so. */
function numberAt(header: Uint8Array, at: number, length: number): number | undefined {
  if (header[at] === 0x80) {
    const value = header.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = textAt(header, at, length).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** A text up to its NUL. Bytes that are not UTF-8 are read one by one. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const nul = bytes.subarray(at, at + length).indexOf(0);
  const end = nul < 0 ? at + length : at + nul;
  return (
    decodeUtf8(bytes, at, end) ?? Array.from(bytes.subarray(at, end), (byte) => String.fromCharCode(byte)).join('')
  );
}

function pathOf(header: Uint8Array): string {
  const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : '';
  const name = textAt(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `LENGTH KEY=VALUE\n`, again and again. */
function paxOf(content: Uint8Array): { path?: string; link?: string } {
  const found: { path?: string; link?: string } = {};
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at);
    const length = Number(textAt(content, at, Math.min(Math.max(blank - at, 0), 10)));
    if (blank < 0 || !Number.isSafeInteger(length) || length <= 0) break;
    const record = textAt(content, blank + 1, Math.max(0, at + length - blank - 2));
    const equals = record.indexOf('=');
    if (record.slice(0, equals) === 'path') found.path = record.slice(equals + 1);
    if (record.slice(0, equals) === 'linkpath') found.link = record.slice(equals + 1);
    at += length;
  }
  return found;
}

function baseOf(path: string): { readonly parent: string; readonly name: string } {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const name = names.pop() ?? '';
  return { parent: names.join('/'), name };
}

function lay(root: Directory, entry: Entry, steps: Steps): void {
  const { path } = entry;
  const { parent, name } = baseOf(path);
  if (name === '') return;
  const directory = directoryAt(root, parent, true, steps);
  try {
    if (name === OPAQUE) for (const one of directory.names()) remove(directory, one);
    else if (name.startsWith(WHITEOUT)) remove(directory, name.slice(WHITEOUT.length));
    else put(root, directory, name, entry, steps);
  } finally {
    directory.close();
  }
}

function put(
  root: Directory,
  directory: Directory,
  name: string,
  { path, link, type, content }: Entry,
  steps: Steps,
): void {
  const kind = KINDS.get(type);
  if (kind === undefined) throw new OciError(`entries of type ${nameText(type)} are not known here`);
  if (kind === 'device') return;
  if (kind === 'name') {
    hardLink(root, directory, name, link, steps);
    return;
  }
  // Old archives say by a slash at the end that it is a folder.
  const isFolder = kind === 'folder' || (kind === 'file' && path.endsWith('/'));
  if (isFolder && typeIn(directory, name) === 'directory') return;
  remove(directory, name);
  if (isFolder) directory.createDirectory(name);
  else if (kind === 'link') directory.createLink(name, link);
  else write(directory, name, content);
}

/** A second name for a file that is there. */
function hardLink(root: Directory, directory: Directory, name: string, link: string, steps: Steps): void {
  const { parent, name: other } = baseOf(link);
  const from = directoryAt(root, parent, false, steps);
  try {
    // A file that is linked to itself is there already.
    if (typeIn(from, other) === undefined) throw new SystemError('NOENT');
    const same =
      typeIn(directory, name) !== undefined && from.statEntry(other).inode === directory.statEntry(name).inode;
    if (same) return;
    remove(directory, name);
    from.link(other, directory, name);
  } finally {
    from.close();
  }
}

function write(directory: Directory, name: string, content: Uint8Array): void {
  const file = directory.openFile(name, { read: false, write: true, create: true, exclusive: true, truncate: false });
  try {
    for (let at = 0; at < content.length; ) at += file.write(content.subarray(at), BigInt(at));
  } finally {
    file.close();
  }
}

/** Removes whatever a name means, with all that is in it. */
function remove(directory: Directory, name: string): void {
  const type = typeIn(directory, name);
  if (type === undefined) return;
  if (type !== 'directory') {
    directory.removeFile(name);
    return;
  }
  empty(directory.openDirectory(name));
  directory.removeDirectory(name);
}

/** Empties a directory, and closes it. Not by recursion: an archive may be as deep as it likes. */
function empty(top: Directory): void {
  const open: { readonly directory: Directory; readonly names: string[] }[] = [{ directory: top, names: top.names() }];
  while (open.length > 0) {
    const { directory, names } = open[open.length - 1];
    const name = names.pop();
    if (name === undefined) {
      open.pop();
      directory.close();
      const above = open[open.length - 1];
      const done = above?.names.pop();
      if (above !== undefined && done !== undefined) above.directory.removeDirectory(done);
    } else if (typeIn(directory, name) === 'directory') {
      names.push(name);
      const inner = directory.openDirectory(name);
      open.push({ directory: inner, names: inner.names() });
    } else directory.removeFile(name);
  }
}
