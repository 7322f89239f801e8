// An open file of the host, by its file descriptor, and how it is opened: its kind is known before, and is what was
// opened. On Linux a name is first taken hold of without opening it (O_PATH), looked at, and then opened by that hold, so
// that nothing can take its place meanwhile. By path it is looked at before and after.
import * as fs from 'node:fs';
import { atHost, quietly, refused, unless } from '../../host/errno.ts';
import type { File, FileType, OpenOptions, Stat, Times } from '../../host/filesystem.ts';
import { OwnDescriptor, SecondDescriptor } from './descriptor.ts';
import { opening, returnHandle, takeHandle } from './handles.ts';
import { checkFile } from './kernel-files.ts';
import { setTimesBy, toStat } from './stat.ts';

const { constants } = fs;
const BIG = { bigint: true } as const;

/** Never follow a link, never wait for the other end of a pipe, never make a terminal ours. Undefined on Windows. */
export const SAFE_OPEN = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Linux: take hold of a name without opening what is there. Node does not name it. */
const O_PATH = 0o10000000;

/** As many bytes as one call may move; Node refuses 2 GiB and more. */
const MAX_PIECE = 1 << 30;

/** How often a name is looked at again that others make and remove meanwhile. */
const MAX_TRIES = 16;

/** How a file is open. */
interface Opened {
  readonly fd: number;
  readonly stats: fs.BigIntStats;
  /** With O_APPEND. */
  readonly appends: boolean;
  /** The path to open it by again; undefined for by its descriptor. */
  readonly place: string | undefined;
}

/**
 * A file that is appended to and written at positions is open twice, since O_APPEND belongs to what is open. The second
 * one is opened when it is first needed.
 */
export class NodeFile implements File {
  readonly type: FileType;
  readonly seekable: boolean;
  private readonly own: OwnDescriptor;
  private readonly opened: Opened;
  /** The other way round than `opened.appends`. */
  private readonly other: SecondDescriptor;

  /** Takes over the descriptor. */
  constructor(opened: Opened) {
    this.opened = opened;
    this.own = new OwnDescriptor(opened.fd);
    this.other = new SecondDescriptor(opened.fd, () => openOtherWay(opened));
    this.type = toStat(opened.stats).type;
    this.seekable = this.type === 'regular-file';
  }

  stat(): Stat {
    return atHost(() => toStat(fs.fstatSync(this.own.fd, BIG)));
  }

  read(into: Uint8Array, position: bigint): number {
    const length = Math.min(into.length, MAX_PIECE);
    return atHost(() => fs.readSync(this.own.fd, into, 0, length, this.seekable ? position : null));
  }

  write(bytes: Uint8Array, position: bigint): number {
    // Node takes positions as numbers here; past 2^53 no file system of today has room.
    if (position > BigInt(Number.MAX_SAFE_INTEGER)) throw refused('FBIG');
    const length = Math.min(bytes.length, MAX_PIECE);
    const fd = this.opened.appends ? (this.other.get() ?? this.own.fd) : this.own.fd;
    return atHost(() => fs.writeSync(fd, bytes, 0, length, this.seekable ? Number(position) : null));
  }

  /** Where it cannot be opened to append (the weak way, when its name is gone), at the size that it has now. */
  append(parts: readonly Uint8Array[]): number {
    if (parts.length === 0) return 0;
    const fd = this.opened.appends || !this.seekable ? this.own.fd : this.other.get();
    const end = fd === undefined ? Number(this.stat().size) : undefined;
    return atHost(() => fs.writevSync(fd ?? this.own.fd, parts, end));
  }

  setSize(size: bigint): void {
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw refused('FBIG');
    atHost(() => fs.ftruncateSync(this.own.fd, Number(size)));
  }

  /** ACCES for a device, which is the kernel's. */
  setTimes(times: Times): void {
    if (!this.seekable) throw refused('ACCES');
    const look = () => fs.fstatSync(this.own.fd, BIG);
    atHost(() => setTimesBy(times, look, (accessed, modified) => fs.futimesSync(this.own.fd, accessed, modified)));
  }

  sync(dataOnly: boolean): void {
    atHost(() => (dataOnly ? fs.fdatasyncSync(this.own.fd) : fs.fsyncSync(this.own.fd)));
  }

  close(): void {
    if (this.other.isOpen) returnHandle();
    quietly(() => this.other.close());
    atHost(() => this.own.close(returnHandle));
  }
}

/** The same file once more, for writing, with O_APPEND if it was without; undefined where that cannot be. */
function openOtherWay({ fd, stats, appends, place }: Opened): number | undefined {
  const flags = constants.O_WRONLY | (appends ? 0 : constants.O_APPEND);
  let second: number | undefined;
  try {
    takeHandle();
  } catch {
    return undefined;
  }
  try {
    second = place === undefined ? fs.openSync(`/proc/self/fd/${fd}`, flags) : fs.openSync(place, flags | SAFE_OPEN);
    const { dev, ino } = fs.fstatSync(second, BIG);
    if (dev === stats.dev && ino === stats.ino) return second;
  } catch {
    // It is written to by the one that there is.
  }
  if (second !== undefined) fs.closeSync(second);
  returnHandle();
  return undefined;
}

/** Something that has a name, before it is opened. */
interface Seen {
  /** A path to open it by. */
  readonly path: string;
  readonly stats: fs.BigIntStats;
  close(): void;
}

/** How a name is looked at: see above. Undefined when there is nothing. */
export type Look = (place: string) => Seen | undefined;

export const lookByDescriptor: Look = (place) => {
  const fd = unless(['NOENT'], () => fs.openSync(place, O_PATH | SAFE_OPEN));
  if (fd === undefined) return undefined;
  const close = (): void => fs.closeSync(fd);
  try {
    return { path: `/proc/self/fd/${fd}`, stats: fs.fstatSync(fd, BIG), close };
  } catch (error) {
    close();
    throw error;
  }
};

export const lookByPath: Look = (place) => {
  const stats = unless(['NOENT'], () => fs.lstatSync(place, BIG));
  return stats === undefined ? undefined : { path: place, stats, close: () => {} };
};

/**
 * Opens the host path `place`, whose last component is not followed, in a directory on the device `within`.
 * NOENT, EXIST, and what checkFile refuses; NOTCAPABLE when something else has taken its place meanwhile.
 */
export function openFile(place: string, options: OpenOptions, within: bigint, look: Look): NodeFile {
  const openIt = (): NodeFile => {
    for (let tries = 1; ; tries++) {
      const seen = look(place);
      const file = seen === undefined ? make(place, options, tries, look) : open(seen, options, within, look);
      if (file !== undefined) return file;
    }
  };
  return atHost(() => truncated(opening(openIt), options));
}

function accessOf({ read, write, append }: OpenOptions): number {
  if (!write) return constants.O_RDONLY;
  return (read ? constants.O_RDWR : constants.O_WRONLY) | (append === true ? constants.O_APPEND : 0);
}

/** A new file; undefined when another has just got the name, and is to be opened. */
function make(place: string, options: OpenOptions, tries: number, look: Look): NodeFile | undefined {
  if (!options.create) throw refused('NOENT');
  const flags = accessOf(options) | constants.O_CREAT | constants.O_EXCL | SAFE_OPEN;
  const again = !options.exclusive && tries < MAX_TRIES ? (['EXIST'] as const) : [];
  const fd = unless(again, () => fs.openSync(place, flags, 0o666));
  return fd === undefined ? undefined : taken(fd, place, options, look);
}

function open(seen: Seen, options: OpenOptions, within: bigint, look: Look): NodeFile {
  try {
    if (options.create && options.exclusive) throw refused('EXIST');
    checkFile(seen.path, seen.stats, within);
    const follow = look === lookByDescriptor ? ~(constants.O_NOFOLLOW ?? 0) : ~0;
    const { dev, ino } = seen.stats;
    const fd = fs.openSync(seen.path, accessOf(options) | (SAFE_OPEN & follow));
    return taken(fd, seen.path, options, look, (stats) => {
      if (stats.dev !== dev || stats.ino !== ino) throw refused('NOTCAPABLE');
    });
  } finally {
    seen.close();
  }
}

/** The file that is open as `fd`, which is closed if there is something wrong with it. */
function taken(
  fd: number,
  place: string,
  { write, append }: OpenOptions,
  look: Look,
  check: (stats: fs.BigIntStats) => void = () => {},
): NodeFile {
  try {
    const stats = fs.fstatSync(fd, BIG);
    check(stats);
    const appends = write && append === true;
    return new NodeFile({ fd, stats, appends, place: look === lookByDescriptor ? undefined : place });
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function truncated(file: NodeFile, { truncate }: OpenOptions): NodeFile {
  if (!truncate || file.type !== 'regular-file') return file;
  try {
    file.setSize(0n);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}
