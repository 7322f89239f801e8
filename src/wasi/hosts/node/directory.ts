// A directory of the host. Node has no openat, so a name in an open directory is spelt in one of two ways:
// - Linux: /proc/self/fd/<fd>/<name>. The kernel starts at the open directory itself, so whatever other programs rename
//   or replace meanwhile, the name is looked up there and nowhere else.
// - Elsewhere, and on Linux where that is asked for: by the directory's real path, after checking that it still is the
//   same directory (device and inode) and no link. Between check and use another program could swap a directory for a
//   link: weaker, use it with trusted neighbours only.
// What is the kernel's (kernel-files.ts) is refused where a directory is held, where a file is opened, and for all else that
// is done with an entry in one place, `reach`.
import * as fs from 'node:fs';
import { platform } from 'node:process';
import { decodeUtf8 } from '../../../syntax/utf8.ts';
import { atHost, refused, SystemError } from '../../host/errno.ts';
import type { Directory, File, OpenOptions, Stat, Times } from '../../host/filesystem.ts';
import { OwnDescriptor, closedBefore } from './descriptor.ts';
import { type Look, lookByDescriptor, lookByPath, openFile, SAFE_OPEN } from './file.ts';
import { opening, returnHandle } from './handles.ts';
import { checkDirectory, checkEntry, kernelFileSystem, type Use } from './kernel-files.ts';
import { setTimesBy, toStat } from './stat.ts';

const BIG = { bigint: true } as const;
/** An error of Node costs more than all else. */
const BIG_OR_NOTHING = { bigint: true, throwIfNoEntry: false } as const;

/** Names as bytes, since some are no UTF-8, and so many in one go. */
const NAMES = { encoding: 'buffer' as BufferEncoding, bufferSize: 128 };

function* namesIn(hold: Hold): Generator<string, void> {
  const directory = atHost(() => fs.opendirSync(`${hold.path()}/.`, NAMES));
  const next = (): fs.Dirent | null => atHost(() => directory.readSync());
  try {
    for (let entry = next(); entry !== null; entry = next()) {
      const name = decodeUtf8(entry.name as unknown as Uint8Array);
      if (name !== undefined) yield name;
    }
  } finally {
    directory.closeSync();
  }
}

/** How a directory is held open and named to the host. */
interface Hold {
  /** The device that its files lie on. */
  readonly device: bigint;
  readonly look: Look;
  /** A host path that means the directory; ends without a slash. Throws NOENT or NOTCAPABLE when it is no more. */
  path(): string;
  /** Another hold on the directory (undefined), or one on a directory in it. ACCES for those of the kernel. */
  open(name: string | undefined): Hold;
  close(): void;
}

/** Linux: held by descriptor. */
class DescriptorHold implements Hold {
  readonly device: bigint;
  readonly look = lookByDescriptor;
  private readonly own: OwnDescriptor;

  /** `within`: the device of the directory that it lies in, undefined for a path of the host, which is followed. */
  constructor(path: string, within?: bigint) {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | SAFE_OPEN;
    const open = (): number => fs.openSync(path, within === undefined ? flags & ~fs.constants.O_NOFOLLOW : flags);
    this.own = new OwnDescriptor(opening(() => atHost(open)));
    try {
      const stats = atHost(() => fs.fstatSync(this.own.fd, BIG));
      this.device = stats.dev;
      atHost(() => checkDirectory(this.path(), stats, within));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  path(): string {
    return `/proc/self/fd/${this.own.fd}`;
  }

  open(name: string | undefined): Hold {
    return new DescriptorHold(`${this.path()}/${name ?? '.'}`, this.device);
  }

  close(): void {
    atHost(() => this.own.close(returnHandle));
  }
}

/** Elsewhere: held by real path and identity. */
class PathHold implements Hold {
  readonly device: bigint;
  readonly look = lookByPath;
  private readonly real: string;
  private readonly inode: bigint;
  private closed = false;

  constructor(path: string, within?: bigint) {
    this.real = atHost(() => fs.realpathSync.native(path));
    const stats = atHost(() => fs.lstatSync(this.real, BIG));
    if (!stats.isDirectory()) throw refused('NOTDIR');
    atHost(() => checkDirectory(this.real, stats, within));
    this.device = stats.dev;
    this.inode = stats.ino;
  }

  path(): string {
    if (this.closed) throw closedBefore();
    const { dev, ino } = atHost(() => fs.lstatSync(this.real, BIG));
    if (dev !== this.device || ino !== this.inode) throw refused('NOENT');
    if (atHost(() => fs.realpathSync.native(this.real)) !== this.real) throw refused('NOTCAPABLE');
    return this.real.endsWith('/') || this.real.endsWith('\\') ? this.real.slice(0, -1) : this.real; // A root ends in a separator.
  }

  open(name: string | undefined): Hold {
    const path = name === undefined ? this.path() : `${this.path()}/${name}`;
    if (!atHost(() => fs.lstatSync(path, BIG)).isDirectory()) throw refused('NOTDIR');
    const hold = new PathHold(path, this.device);
    if (name !== undefined && !samePlace(hold.real, path)) throw refused('NOTCAPABLE');
    return hold;
  }

  close(): void {
    this.closed = true;
  }
}

/** Windows has two spellings of a separator, and names that differ in case only are the same. */
function samePlace(real: string, path: string): boolean {
  if (platform !== 'win32') return real === path;
  const plain = (text: string): string => text.split('\\').join('/').toLowerCase();
  return plain(real) === plain(path);
}

/** Whether a directory was ever held by its path. */
let heldByPath = false;

/**
 * Whether no other program can lead a guest of this thread out of its directory by renaming things meanwhile: all
 * directories that were opened so far are held by descriptor, and all that are opened without `weak` will be. True on
 * Linux, where a directory that cannot be held so (no /proc, or Node's permission model forbids it) is refused; false from
 * when one was opened by its path since `weak` accepts that. False on all other systems.
 */
export function directoriesHold(): boolean {
  return platform === 'linux' && !heldByPath;
}

/** Whether the strong way works in this process. */
function canHoldByDescriptor(): boolean {
  try {
    const fd = fs.openSync('/proc/self/fd', fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    try {
      const path = `/proc/self/fd/${fd}/.`;
      const [one, other] = [fs.fstatSync(fd, BIG), fs.statSync(path, BIG)];
      return one.ino === other.ino && one.dev === other.dev && kernelFileSystem(path, other) === 'proc';
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** What is wrong where a directory cannot be held by descriptor on Linux, and what to do. */
const CANNOT_HOLD =
  'directories are held by /proc/self/fd, which this process cannot read, and the way by path is weaker: another program ' +
  'that renames things meanwhile could lead a guest outside. Under the permission model of Node add ' +
  '--allow-fs-read=/proc/self/fd/ (to change files --allow-fs-write=/proc/self/fd/ too)';

/** CANNOT_HOLD, for those who have another way out. */
export const orWeak = (how: string): string => `${CANNOT_HOLD}, or accept the weaker way with ${how}`;

/** Whether to hold a directory by descriptor: on Linux, unless that cannot be and the weak way is accepted. NOTSUP. */
function holdsByDescriptor(weak: boolean, orElse: string): boolean {
  if (platform !== 'linux') return false;
  if (canHoldByDescriptor()) return true;
  if (weak) return false;
  throw new SystemError('NOTSUP', orElse);
}

export class NodeDirectory implements Directory {
  readonly list: () => Iterable<string>;
  private readonly hold: Hold;

  constructor(hold: Hold) {
    this.hold = hold;
    this.list = () => namesIn(hold);
  }

  stat(): Stat {
    return atHost(() => toStat(fs.statSync(`${this.hold.path()}/.`, BIG)));
  }

  setTimes(times: Times): void {
    const path = `${this.hold.path()}/.`;
    atHost(() =>
      setTimesBy(
        times,
        () => fs.statSync(path, BIG),
        (accessed, modified) => fs.utimesSync(path, accessed, modified),
      ),
    );
  }

  /** Best effort: only where a directory can be opened as a file. */
  sync(dataOnly: boolean): void {
    if (platform === 'win32') return;
    const fd = atHost(() => fs.openSync(`${this.hold.path()}/.`, fs.constants.O_RDONLY));
    try {
      atHost(() => (dataOnly ? fs.fdatasyncSync(fd) : fs.fsyncSync(fd)));
    } finally {
      fs.closeSync(fd);
    }
  }

  close(): void {
    this.hold.close();
  }

  reopen(): Directory {
    return new NodeDirectory(this.hold.open(undefined));
  }

  names(): string[] {
    return [...this.list()];
  }

  statEntry(name: string): Stat {
    const { stats } = this.reach(name, 'look');
    if (stats === undefined) throw refused('NOENT');
    return toStat(stats);
  }

  /** By a hold on what was looked at where that can be, so that nothing takes its place. */
  setEntryTimes(name: string, times: Times): void {
    const { look, device } = this.hold;
    const seen = atHost(() => look(this.place(name)));
    if (seen === undefined) throw refused('NOENT');
    const [stat, set] = look === lookByDescriptor ? [fs.statSync, fs.utimesSync] : [fs.lstatSync, fs.lutimesSync];
    try {
      atHost(() => {
        checkEntry(seen.path, seen.stats, device, 'change');
        setTimesBy(
          times,
          () => stat(seen.path, BIG),
          (accessed, modified) => set(seen.path, accessed, modified),
        );
      });
    } finally {
      seen.close();
    }
  }

  openDirectory(name: string): Directory {
    checkName(name);
    return new NodeDirectory(this.hold.open(name));
  }

  openFile(name: string, options: OpenOptions): File {
    return openFile(this.place(name), options, this.hold.device, this.hold.look);
  }

  readLink(name: string): string {
    const { path } = this.reach(name, 'look');
    const text = decodeUtf8(atHost(() => fs.readlinkSync(path, { encoding: 'buffer' })));
    if (text === undefined) throw refused('ILSEQ');
    return platform === 'win32' ? text.split('\\').join('/') : text;
  }

  createDirectory(name: string): void {
    const path = this.place(name);
    atHost(() => fs.mkdirSync(path));
  }

  createLink(name: string, text: string): void {
    const path = this.place(name);
    atHost(() => fs.symlinkSync(text, path));
  }

  removeDirectory(name: string): void {
    const { path } = this.reach(name, 'change');
    atHost(() => fs.rmdirSync(path));
  }

  removeFile(name: string): void {
    const { path } = this.reach(name, 'change');
    atHost(() => fs.unlinkSync(path));
  }

  rename(name: string, target: Directory, targetName: string): void {
    if (!(target instanceof NodeDirectory)) throw refused('XDEV');
    const [from, to] = [this.reach(name, 'change').path, target.reach(targetName, 'change').path];
    try {
      atHost(() => fs.renameSync(from, to));
    } catch (error) {
      // Some hosts say EXIST for a directory that is not empty.
      throw error instanceof SystemError && error.errno === 'EXIST' ? new SystemError('NOTEMPTY') : error;
    }
  }

  link(name: string, target: Directory, targetName: string): void {
    if (!(target instanceof NodeDirectory)) throw refused('XDEV');
    const [from, to] = [this.reach(name, 'change').path, target.place(targetName)];
    atHost(() => fs.linkSync(from, to));
  }

  /** The place of an entry that is not the kernel's, and what is there, if anything; ACCES for all that is. */
  private reach(name: string, use: Use): { readonly path: string; readonly stats: fs.BigIntStats | undefined } {
    const path = this.place(name);
    return atHost(() => {
      const stats = fs.lstatSync(path, BIG_OR_NOTHING);
      if (stats !== undefined) checkEntry(path, stats, this.hold.device, use);
      return { path, stats };
    });
  }

  private place(name: string): string {
    checkName(name);
    return `${this.hold.path()}/${name}`;
  }
}

/**
 * Opens a directory by host path: the one place where a host path is followed as it stands. NOENT, NOTDIR; ACCES for
 * one of the kernel; NOTSUP with the detail `orElse` where Linux cannot hold it and the weak way is not accepted.
 */
export function openHostDirectory(path: string, { weak = false, orElse = CANNOT_HOLD } = {}): NodeDirectory {
  if (holdsByDescriptor(weak, orElse)) return openByDescriptor(path);
  const directory = openByPath(path);
  heldByPath = true;
  return directory;
}

/** The strong way, whether this system has it or not. */
export function openByDescriptor(path: string): NodeDirectory {
  return new NodeDirectory(new DescriptorHold(path));
}

/** The weak way, for systems that have no other. */
export function openByPath(path: string): NodeDirectory {
  return new NodeDirectory(new PathHold(path));
}

/**
 * A last check that a name is one component. On Windows also: no separators, drives, streams or device names, which
 * would lead elsewhere.
 */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw refused('NOTCAPABLE');
  if (platform !== 'win32') return;
  const hasBad = Array.from('\\:*?"<>|').some((one) => name.includes(one));
  if (hasBad || name.endsWith('.') || name.endsWith(' ') || DEVICES.has(name.split('.')[0].toLowerCase())) {
    throw refused('NOTCAPABLE');
  }
}

/** Names of devices on Windows, in any case and before any extension. */
const DEVICES: ReadonlySet<string> = new Set([
  ...['con', 'prn', 'aux', 'nul'],
  ...Array.from('0123456789').flatMap((digit) => [`com${digit}`, `lpt${digit}`]),
]);
