// What a WASIX program sees of file systems: one tree below `/`, in which all directories that it is given are mounted at
// their guest paths, with the programs that it may execute in `/bin` and the devices in `/dev`.
// Programs without WASIX have their preopened directories instead.
import { isBytes } from '../../options.ts';
import type { Directory } from '../host/filesystem.ts';
import type { Random } from '../host/random.ts';
import { memoryDirectory } from '../hosts/memory/filesystem.ts';
import { mounted, type MountedFile } from '../hosts/mounted.ts';
import { readOnly } from '../hosts/read-only.ts';
import { devices } from './devices.ts';
import { BIN_NAME, namesOf, pathOf, withoutRises } from './rules.ts';

/** What is seen of a module whose bytes nobody has: its first ones. */
const MAGIC = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

type Preopens = readonly (readonly [path: string, directory: Directory])[];

/** The root; it takes over the directories. @throws SystemError (INVAL) for a program whose name is a path. */
export function treeOf(
  preopens: Preopens,
  programs: ReadonlyMap<string, unknown>,
  random: Pick<Random, 'fill'>,
): Directory {
  return mounted([
    ...preopens.map(([path, directory]) => [placeOf(path), directory] as const),
    ...filesOf(programs).map(([name, file]) => [[BIN_NAME, name], file] as const),
    ...devices(random).map(([name, file]) => [['dev', name], file] as const),
  ]);
}

/** The programs as files: shells look for them there. */
function filesOf(programs: ReadonlyMap<string, unknown>): [name: string, file: MountedFile][] {
  const bytes = Object.fromEntries([...programs].map(([name, one]) => [name, isBytes(one) ? one : MAGIC]));
  const directory = readOnly(memoryDirectory(bytes));
  return [...programs.keys()].map((name) => [
    name,
    {
      stat: () => directory.statEntry(name),
      open: (options) => directory.openFile(name, options),
    },
  ]);
}

/** The current directory at the beginning: the root, or where no directory is given for it, the first one that is given. */
export function firstDirectory(preopens: Preopens): string {
  const places = preopens.map(([path]) => placeOf(path));
  const [first] = places;
  return first === undefined || places.some((names) => names.length === 0) ? '/' : pathOf(first);
}

/** The names that lead to a guest path in the tree. */
function placeOf(path: string): string[] {
  return withoutRises(namesOf(path));
}
