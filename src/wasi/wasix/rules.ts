// What WASIX means by errors and paths.
import { ERRNO, type ErrnoName } from '../host/errno.ts';
import { PREVIEW_RULES, type Rules } from '../kernel/rules.ts';

/** Numbers that preview 1 does not have: a pointer outside of memory is MEMVIOLATION. */
const OWN: ReadonlyMap<ErrnoName, number> = new Map([['FAULT', 78]]);

export const WASIX_RULES: Rules = {
  ...PREVIEW_RULES,
  errno: (name) => OWN.get(name) ?? ERRNO[name],
};
