// What system interfaces that share functions mean differently: how errors are numbered, and where paths begin.
// Here are the rules of the previews; WASIX has its own (wasix/rules.ts).
import { ERRNO, type ErrnoName } from '../host/errno.ts';
import type { Process } from './process.ts';
import type { HeldDirectory } from './held.ts';
import type { Can } from './open/open.ts';

/** Where the walk along a path begins, and what is left of the path. */
export interface PathStart {
  readonly directory: HeldDirectory;
  readonly path: string;
  /** Nothing is above the start, so that `..` stays there, and what begins with a slash begins at the start. */
  readonly isRoot: boolean;
  /** The names that lead to the start, for interfaces that have paths from a root. */
  readonly names: readonly string[];
}

export interface Rules {
  /** The number that a guest gets. */
  errno(name: ErrnoName): number;
  /** Where a path begins that is given with an open directory. */
  start(process: Process, open: Can<'directory'>, path: string): PathStart;
}

const NO_NAMES: readonly string[] = [];

export const PREVIEW_RULES: Rules = {
  errno: (name) => ERRNO[name],
  start: (_process, { directory }, path) => ({ directory, path, isRoot: false, names: NO_NAMES }),
};
