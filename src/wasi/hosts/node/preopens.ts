// Opens the directories that a guest is given: all of them or none, in their order.
import { type Pairs, pairsOf } from '../../../options.ts';
import { quietly } from '../../host/errno.ts';
import type { Directory } from '../../host/filesystem.ts';
import { refuseDouble } from '../../messages.ts';

/** Opens each by `open`. Throws what that throws, and a TypeError for a path that is given twice; then all are closed. */
export function openDirectories<T>(
  given: Pairs<T>,
  open: (host: T) => Directory,
): readonly (readonly [path: string, directory: Directory])[] {
  const opened = new Map<string, Directory>();
  try {
    for (const [path, host] of pairsOf(given)) {
      if (opened.has(path)) throw new TypeError(refuseDouble('guest path', path));
      opened.set(path, open(host));
    }
    return [...opened];
  } catch (error) {
    for (const directory of opened.values()) quietly(() => directory.close());
    throw error;
  }
}
