// A directory of the host. Node has no openat, so a name in an open directory is spelt in one of two ways:
// - Linux: /proc/self/fd/<fd>/<name>. The kernel starts at the open directory itself, so whatever other programs rename
//   or replace meanwhile, the name is looked up there and nowhere else.
// - Elsewhere: by the directory's real path, after checking that it still is the same directory (device and inode) and
//   no link. Between check and use another program could swap a directory for a link: weaker, use it with trusted
//   neighbours only.
import * as fs from 'node:fs';
import { platform } from 'node:process';
import { decodeUtf8 } from '../../../syntax/utf8.ts';
import { SystemError } from '../../host/errno.ts';
import type { Directory, File, OpenOptions, Stat, Times } from '../../host/filesystem.ts';
import { attempt } from './errors.ts';
import { NodeFile, SAFE_OPEN } from './file.ts';
import { setTimesBy, toStat } from './stat.ts';

const BIG = { bigint: true } as const;

/** How a directory is held open and named to the host. */
interface Hold {
  /** A host path that means the directory; ends without a slash. Throws NOENT or NOTCAPABLE when it is no more. */
  path(): string;
  /** Another hold on the directory (undefined), or one on a directory in it. */
  open(name: string | undefined): Hold;
  close(): void;
}

/** Linux: held by descriptor. */
class DescriptorHold implements Hold {
  private readonly fd: number;

  constructor(path: string, follow = false) {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | SAFE_OPEN;
    this.fd = attempt(() => fs.openSync(path, follow ? flags & ~fs.constants.O_NOFOLLOW : flags));
  }

  path(): string {
    return `/proc/self/fd/${this.fd}`;
  }

  open(name: string | undefined): Hold {
    return new DescriptorHold(`${this.path()}/${name ?? '.'}`);
  }

  close(): void {
    attempt(() => fs.closeSync(this.fd));
  }
}

/** Elsewhere: held by real path and identity. */
class PathHold implements Hold {
  private readonly real: string;
  private readonly identity: string;

  constructor(path: string) {
    this.real = attempt(() => fs.realpathSync.native(path));
    const stats = attempt(() => fs.lstatSync(this.real, BIG));
    if (!stats.isDirectory()) throw new SystemError('NOTDIR');
    this.identity = `${stats.dev}:${stats.ino}`;
  }

  path(): string {
    const stats = attempt(() => fs.lstatSync(this.real, BIG));
    if (`${stats.dev}:${stats.ino}` !== this.identity) throw new SystemError('NOENT');
    if (attempt(() => fs.realpathSync.native(this.real)) !== this.real) throw new SystemError('NOTCAPABLE');
    return this.real;
  }

  open(name: string | undefined): Hold {
    const path = name === undefined ? this.path() : `${this.path()}/${name}`;
    if (!attempt(() => fs.lstatSync(path, BIG)).isDirectory()) throw new SystemError('NOTDIR');
    const hold = new PathHold(path);
    if (name !== undefined && !samePlace(hold.real, path)) throw new SystemError('NOTCAPABLE');
    return hold;
  }

  close(): void {}
}

/** Windows has two spellings of a separator, and names that differ in case only are the same. */
function samePlace(real: string, path: string): boolean {
  if (platform !== 'win32') return real === path;
  const plain = (text: string): string => text.replace(/\\/g, '/').toLowerCase();
  return plain(real) === plain(path);
}

/** Whether the strong way works here. */
export function hasProcDescriptors(): boolean {
  if (platform !== 'linux') return false;
  try {
    const hold = new DescriptorHold('/');
    const same = fs.statSync(`${hold.path()}/.`, BIG).ino === fs.statSync('/', BIG).ino;
    hold.close();
    return same;
  } catch {
    return false;
  }
}

export class NodeDirectory implements Directory {
  private readonly hold: Hold;

  constructor(hold: Hold) {
    this.hold = hold;
  }

  stat(): Stat {
    return attempt(() => toStat(fs.statSync(`${this.hold.path()}/.`, BIG)));
  }

  setTimes(times: Times): void {
    const path = `${this.hold.path()}/.`;
    attempt(() =>
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
    const fd = attempt(() => fs.openSync(`${this.hold.path()}/.`, fs.constants.O_RDONLY));
    try {
      attempt(() => (dataOnly ? fs.fdatasyncSync(fd) : fs.fsyncSync(fd)));
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
    const found = attempt(() => fs.readdirSync(`${this.hold.path()}/.`, { encoding: 'buffer' }));
    return found.map((name) => decodeUtf8(name)).filter((name): name is string => name !== undefined);
  }

  statEntry(name: string): Stat {
    const path = this.place(name);
    return attempt(() => toStat(fs.lstatSync(path, BIG)));
  }

  setEntryTimes(name: string, times: Times): void {
    const path = this.place(name);
    attempt(() =>
      setTimesBy(
        times,
        () => fs.lstatSync(path, BIG),
        (accessed, modified) => fs.lutimesSync(path, accessed, modified),
      ),
    );
  }

  openDirectory(name: string): Directory {
    checkName(name);
    return new NodeDirectory(this.hold.open(name));
  }

  openFile(name: string, options: OpenOptions): File {
    const path = this.place(name);
    if (fs.constants.O_NOFOLLOW !== undefined) return NodeFile.open(path, options);
    return openChecked(path, options);
  }

  readLink(name: string): string {
    const path = this.place(name);
    const text = decodeUtf8(attempt(() => fs.readlinkSync(path, { encoding: 'buffer' })));
    if (text === undefined) throw new SystemError('ILSEQ');
    return platform === 'win32' ? text.replace(/\\/g, '/') : text;
  }

  createDirectory(name: string): void {
    const path = this.place(name);
    attempt(() => fs.mkdirSync(path));
  }

  createLink(name: string, text: string): void {
    const path = this.place(name);
    attempt(() => fs.symlinkSync(text, path));
  }

  removeDirectory(name: string): void {
    const path = this.place(name);
    attempt(() => fs.rmdirSync(path));
  }

  removeFile(name: string): void {
    const path = this.place(name);
    attempt(() => fs.unlinkSync(path));
  }

  rename(name: string, target: Directory, targetName: string): void {
    if (!(target instanceof NodeDirectory)) throw new SystemError('XDEV');
    const [from, to] = [this.place(name), target.place(targetName)];
    try {
      attempt(() => fs.renameSync(from, to));
    } catch (error) {
      // Some hosts say EXIST for a directory that is not empty.
      throw error instanceof SystemError && error.errno === 'EXIST' ? new SystemError('NOTEMPTY') : error;
    }
  }

  link(name: string, target: Directory, targetName: string): void {
    if (!(target instanceof NodeDirectory)) throw new SystemError('XDEV');
    const [from, to] = [this.place(name), target.place(targetName)];
    attempt(() => fs.linkSync(from, to));
  }

  private place(name: string): string {
    checkName(name);
    return `${this.hold.path()}/${name}`;
  }
}

/** Opens a directory by host path: the one place where a host path is followed as it stands. */
export function openHostDirectory(path: string, byDescriptor = hasProcDescriptors()): NodeDirectory {
  return new NodeDirectory(byDescriptor ? new DescriptorHold(path, true) : new PathHold(path));
}

/**
 * A last check that a name is one component. On Windows also: no separators, drives, streams or device names, which
 * would lead elsewhere.
 */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw new SystemError('NOTCAPABLE');
  if (platform !== 'win32') return;
  if (/[\\:*?"<>|]|[. ]$/.test(name) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) {
    throw new SystemError('NOTCAPABLE');
  }
}

/** Without O_NOFOLLOW: what was opened must be what was looked at before, and not a link. */
function openChecked(path: string, options: OpenOptions): File {
  let before: fs.BigIntStats | undefined;
  try {
    before = fs.lstatSync(path, BIG);
  } catch {
    before = undefined;
  }
  if (before?.isSymbolicLink()) throw new SystemError('LOOP');
  if (before?.isDirectory()) throw new SystemError('ISDIR');
  const file = NodeFile.open(
    path,
    before === undefined ? { ...options, exclusive: true } : { ...options, truncate: false },
  );
  const after = file.stat();
  if (before !== undefined && (after.inode !== before.ino || after.device !== before.dev)) {
    file.close();
    throw new SystemError('NOTCAPABLE');
  }
  if (options.truncate) file.setSize(0n);
  return file;
}
