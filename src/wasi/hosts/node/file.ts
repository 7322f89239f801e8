// An open file of the host, by its file descriptor.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { SystemError } from '../../host/errno.ts';
import type { File, FileType, OpenOptions, Stat, Times } from '../../host/filesystem.ts';
import { attempt } from './errors.ts';
import { setTimesBy, toStat } from './stat.ts';

/** Never follow a link, never wait for the other end of a pipe, never make a terminal ours. Undefined on Windows. */
export const SAFE_OPEN = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** As many bytes as one call may move; Node refuses 2 GiB and more. */
const MAX_PIECE = 1 << 30;

export class NodeFile implements File {
  readonly type: FileType;
  readonly seekable: boolean;
  private readonly fd: number;

  /** Takes over `fd`; closes it and throws when it is a directory (ISDIR), a pipe or a socket (NOTSUP). */
  constructor(fd: number) {
    this.fd = fd;
    this.type = attempt(() => toStat(fstatSync(fd, { bigint: true })).type);
    this.seekable = this.type === 'regular-file' || this.type === 'block-device';
    if (this.seekable || this.type === 'character-device') return;
    closeSync(fd);
    throw new SystemError(this.type === 'directory' ? 'ISDIR' : 'NOTSUP');
  }

  /** Opens a host path whose last component is not followed. Truncation comes after the type is known. */
  static open(path: string, { read, write, create, exclusive, truncate }: OpenOptions): NodeFile {
    const access = write ? (read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
    const making = (create ? constants.O_CREAT : 0) | (create && exclusive ? constants.O_EXCL : 0);
    const file = new NodeFile(attempt(() => openSync(path, access | making | SAFE_OPEN, 0o666)));
    if (!truncate || file.type !== 'regular-file') return file;
    try {
      file.setSize(0n);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  stat(): Stat {
    return attempt(() => toStat(fstatSync(this.fd, { bigint: true })));
  }

  read(into: Uint8Array, position: bigint): number {
    return attempt(() => readSync(this.fd, into, 0, Math.min(into.length, MAX_PIECE), this.seekable ? position : null));
  }

  write(bytes: Uint8Array, position: bigint): number {
    // Node takes positions as numbers here; past 2^53 no file system of today has room.
    if (position > BigInt(Number.MAX_SAFE_INTEGER)) throw new SystemError('FBIG');
    return attempt(() =>
      writeSync(this.fd, bytes, 0, Math.min(bytes.length, MAX_PIECE), this.seekable ? Number(position) : null),
    );
  }

  setSize(size: bigint): void {
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new SystemError('FBIG');
    attempt(() => ftruncateSync(this.fd, Number(size)));
  }

  setTimes(times: Times): void {
    const look = () => fstatSync(this.fd, { bigint: true });
    attempt(() => setTimesBy(times, look, (accessed, modified) => futimesSync(this.fd, accessed, modified)));
  }

  sync(dataOnly: boolean): void {
    attempt(() => (dataOnly ? fdatasyncSync(this.fd) : fsyncSync(this.fd)));
  }

  close(): void {
    attempt(() => closeSync(this.fd));
  }
}
