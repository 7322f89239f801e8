// Stats of node:fs as ours, and times to the nanosecond although Node sets microseconds only.
import type { BigIntStats } from 'node:fs';
import type { FileType, Stat, Times } from '../../host/filesystem.ts';

function typeOf(stats: BigIntStats): FileType {
  if (stats.isFile()) return 'regular-file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symbolic-link';
  if (stats.isCharacterDevice()) return 'character-device';
  if (stats.isBlockDevice()) return 'block-device';
  // WASI has no type for pipes. Its C library takes this one for either; so does node:wasi.
  return stats.isSocket() || stats.isFIFO() ? 'socket-stream' : 'unknown';
}

interface Remembered {
  /** What was asked for, and what the host then showed: while it shows the same, the wish holds. */
  readonly wish: bigint;
  readonly shown: bigint;
}

/** As many files as times are remembered for; the oldest are forgotten first. */
const MAX_REMEMBERED = 4096;

/**
 * fs.utimes keeps microseconds. What a guest set is remembered per file, so that it reads back what it wrote; other
 * programs see the microseconds.
 */
class ExactTimes {
  private readonly files = new Map<string, { accessed: Remembered; modified: Remembered }>();

  remember(stats: BigIntStats, wish: { accessed: bigint; modified: bigint }): void {
    const key = keyOf(stats);
    this.files.delete(key);
    if (this.files.size >= MAX_REMEMBERED) for (const oldest of this.files.keys()) if (this.files.delete(oldest)) break;
    this.files.set(key, {
      accessed: { wish: wish.accessed, shown: stats.atimeNs },
      modified: { wish: wish.modified, shown: stats.mtimeNs },
    });
  }

  of(stats: BigIntStats): { accessed: bigint; modified: bigint } {
    const known = this.files.size === 0 ? undefined : this.files.get(keyOf(stats));
    return {
      accessed: known?.accessed.shown === stats.atimeNs ? known.accessed.wish : stats.atimeNs,
      modified: known?.modified.shown === stats.mtimeNs ? known.modified.wish : stats.mtimeNs,
    };
  }
}

function keyOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

const exact = new ExactTimes();

export function toStat(stats: BigIntStats): Stat {
  return {
    device: stats.dev,
    inode: stats.ino,
    type: typeOf(stats),
    links: stats.nlink,
    size: stats.size,
    ...exact.of(stats),
    changed: stats.ctimeNs,
  };
}

/** Sets times by `set` (seconds), which sets both always; `look` returns the state before and after. */
export function setTimesBy(
  { accessed, modified }: Times,
  look: () => BigIntStats,
  set: (accessed: number, modified: number) => void,
): void {
  if (accessed === undefined && modified === undefined) return;
  const before = exact.of(look());
  const wish = { accessed: accessed ?? before.accessed, modified: modified ?? before.modified };
  set(Number(wish.accessed) / 1e9, Number(wish.modified) / 1e9);
  exact.remember(look(), wish);
}
