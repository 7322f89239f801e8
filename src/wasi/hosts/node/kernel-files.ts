// What of the host's files is the host itself: file systems of the kernel, and devices. A guest gets none of it, whatever
// directory it was given: /proc/self/mem is the memory of this process, /dev/sda every file of the machine.
// The two tables are the whole policy; docs/wasi.md shows them.
import * as fs from 'node:fs';
import { platform } from 'node:process';
import { refused, SystemError } from '../../host/errno.ts';

/** File systems of the Linux kernel by their magic numbers (statfs(2), linux/magic.h). None of them holds files of users. */
// biome-ignore format: a table
const KERNEL_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'], [0x62656572, 'sysfs'], [0x1cd1, 'devpts'], [0x64626720, 'debugfs'], [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'], [0xf97cff8c, 'selinuxfs'], [0x43415d53, 'smackfs'], [0x5a3c69f0, 'apparmorfs'],
  [0x0027e0eb, 'cgroup'], [0x63677270, 'cgroup2'], [0xcafe4a11, 'bpf'], [0x62656570, 'configfs'], [0xde5e81e4, 'efivarfs'],
  [0x6165676c, 'pstore'], [0x42494e4d, 'binfmt_misc'], [0x6e736673, 'nsfs'], [0x50494446, 'pidfs'], [0x65735543, 'fusectl'],
  [0x19800202, 'mqueue'], [0x67596969, 'rpc_pipefs'], [0x6e667364, 'nfsd'], [0x07655821, 'resctrl'], [0x6c6f6f70, 'binder'],
  [0xabba1974, 'xenfs'], [0x9fa1, 'openpromfs'], [0x9fa2, 'usbdevfs'], [0x61756466, 'audit'], [0x0a647361, 'functionfs'],
  [0x09041934, 'anon_inode'], [0x50495045, 'pipefs'], [0x534f434b, 'sockfs'], [0x00687079, 's390_hypfs'],
]);

/** Where systems besides Linux show their processes and open descriptors. */
const PROCESS_PLACES = ['/proc', '/dev/fd'];

/** Devices that give and take bytes and are nobody's: their names, and on Linux their numbers (major 1). */
// biome-ignore format: a table
const DEVICES: ReadonlyMap<string, number> = new Map([['null', 3], ['zero', 5], ['full', 7], ['random', 8], ['urandom', 9]]);

/** The numbers of the devices that may be opened: fixed on Linux, looked up elsewhere. */
function allowedDevices(): ReadonlySet<bigint> {
  if (platform === 'linux') return new Set([...DEVICES.values()].map((minor) => (1n << 8n) | BigInt(minor)));
  const found = [...DEVICES.keys()].map((name) => fs.statSync(`/dev/${name}`, { bigint: true, throwIfNoEntry: false }));
  return new Set(found.filter((stats) => stats !== undefined).map((stats) => stats.rdev));
}

let devices: ReadonlySet<bigint> | undefined;

/** The name of the kernel's file system that a path lies on; undefined for all others. */
export function kernelFileSystem(path: string, stats: fs.BigIntStats): string | undefined {
  if (platform === 'linux') {
    const type = Number(BigInt.asUintN(32, BigInt(fs.statfsSync(path).type)));
    return KERNEL_FILE_SYSTEMS.get(type);
  }
  if (platform === 'win32' || !stats.isDirectory()) return undefined;
  return PROCESS_PLACES.find((place) => isSame(place, stats));
}

function isSame(path: string, { dev, ino }: fs.BigIntStats): boolean {
  try {
    const there = fs.statSync(path, { bigint: true });
    return there.dev === dev && there.ino === ino;
  } catch {
    return false;
  }
}

/**
 * Refuses a directory on a file system of the kernel: ACCES. On Linux it need not be asked about again where the
 * directory that it lies in, whose device is given, was not refused.
 */
export function checkDirectory(path: string, stats: fs.BigIntStats, within: bigint | undefined): void {
  if (platform === 'linux' && stats.dev === within) return;
  const name = kernelFileSystem(path, stats);
  if (name !== undefined) throw new SystemError('ACCES', `${name} is of the kernel and is never given to a program`);
}

/** What is done with an entry: devices of the table may be looked at and opened, but not moved, removed or given times. */
export type Use = 'look' | 'change';

/**
 * Refuses an entry of a directory on the device `within` that is the kernel's: ACCES for what lies on one of its file
 * systems, and for devices. A link is never theirs where its directory is not, and is not followed.
 */
export function checkEntry(path: string, stats: fs.BigIntStats, within: bigint, use: Use): void {
  if (stats.isSymbolicLink()) return;
  if (stats.isBlockDevice()) throw refused('ACCES');
  if (stats.isCharacterDevice()) {
    devices ??= allowedDevices();
    if (use === 'change' || !devices.has(stats.rdev)) throw refused('ACCES');
  }
  checkDirectory(path, stats, within);
}

/**
 * Refuses what is no file that a guest may open, before it is opened, which may have effects: ISDIR, LOOP for a link,
 * NOTSUP for pipes and sockets, ACCES for devices that are not in the table and for files of the kernel.
 */
export function checkFile(path: string, stats: fs.BigIntStats, within: bigint): void {
  if (stats.isSymbolicLink()) throw refused('LOOP');
  checkEntry(path, stats, within, 'look');
  if (stats.isDirectory()) throw refused('ISDIR');
  if (stats.isFIFO() || stats.isSocket()) throw refused('NOTSUP');
  if (!stats.isFile() && !stats.isCharacterDevice()) throw refused('ACCES');
}
