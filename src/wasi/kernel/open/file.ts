// An open file: bytes at positions, and a cursor that moves along with what is read and written.
import { refused, SystemError } from '../../host/errno.ts';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';
import type { HeldFile } from '../held.ts';
import { hasWaited } from '../replay.ts';
import { Open, type Origin } from './open.ts';
import { attempt, JOIN_LIMIT, joined, scatter, sizeOf, type Transfer, type WriteFlags } from './transfer.ts';

/** File sizes and positions: 2^63 - 1 at most, as everywhere. */
export const MAX_OFFSET = (1n << 63n) - 1n;

export class OpenFile extends Open {
  readonly type: FileType;
  override readonly seekable: boolean;
  private readonly file: HeldFile;
  /** The cursor, in bytes from the start. */
  private position = 0n;

  constructor(file: HeldFile) {
    super();
    this.file = file;
    this.type = file.type;
    this.seekable = file.seekable;
  }

  override stat(): Stat {
    return this.file.stat();
  }

  override available(): bigint {
    const left = this.file.stat().size - this.position;
    return left > 0n ? left : 0n;
  }

  close(): void {
    this.file.close();
  }

  override read(): Transfer {
    const { file, position } = this;
    return {
      move: (buffers, before) => readFile(file, buffers, position + BigInt(before)),
      ended: (moved) => void (this.position = position + BigInt(moved)),
    };
  }

  override readAt(offset: bigint): Transfer {
    const { file } = this;
    return { move: (buffers, before) => readFile(file, buffers, offset + BigInt(before)) };
  }

  /** At the cursor, with the append flag at the end of the file, and leaves the cursor there. */
  override write(flags: WriteFlags): Transfer {
    if (flags.append) return this.appending(flags);
    const { file, position } = this;
    return {
      move: (buffers, before) => writeFile(file, joined(buffers), position, before),
      ended: (moved) => {
        flush(file, flags);
        this.position = position + BigInt(moved);
      },
    };
  }

  /** With the append flag, too, as POSIX has it. */
  override writeAt(offset: bigint, flags: WriteFlags): Transfer {
    const { file } = this;
    return {
      move: (buffers, before) => writeFile(file, joined(buffers), offset, before),
      ended: () => flush(file, flags),
    };
  }

  override seek(origin: Origin, offset: bigint): bigint {
    const base = origin === 'set' ? 0n : origin === 'cur' ? this.position : this.file.stat().size;
    const position = base + offset;
    if (position < 0n || position > MAX_OFFSET) throw refused('INVAL');
    this.position = position;
    return position;
  }

  override advise(): void {
    // No host takes hints.
  }

  override allocate(size: bigint): void {
    this.file.allocate(size);
  }

  override setSize(size: bigint): void {
    this.file.setSize(size);
  }

  override setTimes(times: Times): void {
    this.file.setTimes(times);
  }

  override sync(dataOnly: boolean): void {
    this.file.sync(dataOnly);
  }

  /** A file whose provider cannot append is written to where it ends now. */
  private appending(flags: WriteFlags): Transfer {
    const { file } = this;
    let end = this.position;
    return {
      move: (buffers, before) => {
        const moved = attempt(before, () => file.append(buffers));
        if (moved !== undefined) return moved;
        if (before === 0) end = file.stat().size;
        return writeFile(file, joined(buffers), end, before);
      },
      ended: (moved) => {
        this.position = endOf(file, end + BigInt(moved));
        flush(file, flags);
      },
    };
  }
}

/** `otherwise` where the host fails: what is written counts, and a guest that got an error would write it again. */
function endOf(file: HeldFile, otherwise: bigint): bigint {
  try {
    return file.stat().size;
  } catch (error) {
    if (error instanceof SystemError) return otherwise;
    throw error;
  }
}

function readFile(file: HeldFile, buffers: readonly Uint8Array[], position: bigint): number {
  const total = sizeOf(buffers);
  if (buffers.length > 1 && total <= JOIN_LIMIT) {
    const all = new Uint8Array(total);
    return scatter(all.subarray(0, file.read(all, position)), buffers);
  }
  let moved = 0;
  for (const buffer of buffers) {
    const got = file.read(buffer, position + BigInt(moved));
    moved += got;
    if (got < buffer.length || hasWaited()) break;
  }
  return moved;
}

/** Writes `before` bytes after a position. Bytes written before an error count: the error then comes with the next call. */
function writeFile(file: HeldFile, buffers: readonly Uint8Array[], position: bigint, before: number): number {
  let moved = 0;
  for (const buffer of buffers) {
    const at = position + BigInt(before + moved);
    if (at + BigInt(buffer.length) > MAX_OFFSET) {
      if (before + moved > 0) break;
      throw refused('FBIG');
    }
    const took = attempt(before + moved, () => file.write(buffer, at));
    moved += took;
    if (took < buffer.length || hasWaited()) break;
  }
  return moved;
}

function flush(file: HeldFile, { flush: wanted }: WriteFlags): void {
  if (wanted !== 'nothing') file.sync(wanted === 'data');
}
