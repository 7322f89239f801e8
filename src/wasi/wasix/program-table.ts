// The programs that an embedder lets guests execute, as files of a directory: shells look for them there.
import { isBytes } from '../../options.ts';
import type { Directory } from '../host/filesystem.ts';
import { memoryDirectory } from '../hosts/memory/filesystem.ts';
import { readOnly } from '../hosts/read-only.ts';
import { plainPath } from '../kernel/resolve.ts';

/** What is seen of a module whose bytes nobody has: its first ones. */
const MAGIC = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** A directory of the programs, and what it is for. */
export interface ProgramDirectory {
  readonly directory: Directory;
  readonly names: ReadonlySet<string>;
  /** Whether there is no other directory of its name. */
  readonly isAlone: boolean;
}

/** Preopened directories with a root, where there are programs and nobody gave one; and the directory of the programs. */
export function withPrograms(
  preopens: readonly (readonly [path: string, directory: Directory])[],
  programs: ReadonlyMap<string, unknown>,
): { readonly preopens: typeof preopens; readonly bin: ProgramDirectory | undefined } {
  if (programs.size === 0) return { preopens, bin: undefined };
  const hasRoot = preopens.some(([path]) => plainPath(path) === plainPath('/'));
  const root: [string, Directory][] = hasRoot ? [] : [['/', memoryDirectory()]];
  const tree = Object.fromEntries([...programs].map(([name, one]) => [name, isBytes(one) ? one : MAGIC]));
  const directory = readOnly(memoryDirectory(tree));
  return { preopens: [...root, ...preopens], bin: { directory, names: new Set(programs.keys()), isAlone: !hasRoot } };
}
