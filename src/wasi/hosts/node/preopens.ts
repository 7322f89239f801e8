// Opens the directories that a guest is given: all of them or none, in their order.
import { type Pairs, pairsOf } from '../../../options.ts';
import { quietly, type SystemError } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { plainPath } from '../../kernel/resolve.ts';
import { refuseDouble } from '../../messages.ts';

/** Opens each by `open`. Throws what that throws, and a TypeError for a path that is given twice; then all are closed. */
export function openDirectories<T>(
  given: Pairs<T>,
  open: (host: T) => Directory,
): readonly (readonly [path: string, directory: Directory])[] {
  const opened: (readonly [path: string, directory: Directory])[] = [];
  const meant = new Set<string>();
  try {
    for (const [path, host] of pairsOf(given)) {
      if (meant.has(plainPath(path))) throw new TypeError(refuseDouble('guest path', path));
      meant.add(plainPath(path));
      opened.push([path, open(host)]);
    }
    return opened;
  } catch (error) {
    for (const [, directory] of opened) quietly(() => directory.close());
    throw error;
  }
}

/** Why a directory cannot be given, in words. */
export function directoryError({ errno, detail }: SystemError): string {
  if (detail !== undefined) return detail;
  if (errno === 'NOENT') return 'no such directory';
  if (errno === 'NOTDIR') return 'is not a directory';
  return errno === 'ACCES' || errno === 'PERM' ? 'permission denied' : `cannot be opened (${errno})`;
}
