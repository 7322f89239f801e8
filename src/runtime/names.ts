// What the name section of a module says, decoded once for all that show names: backtraces, traces, debuggers.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
import { decodeNames } from '../decoder/names.ts';
import type { Names } from '../syntax/module.ts';
import type { ValidModule } from '../validator/module.ts';

const NAMES = new WeakMap<ValidModule, Names>();

/** A module's names, decoded once. */
export function namesOf(module: ValidModule): Names {
  const known = NAMES.get(module);
  if (known !== undefined) return known;
  const names = decodeNames(module.module);
  NAMES.set(module, names);
  return names;
}
