// Errors of node:fs as SystemErrors.
import { isErrnoName, SystemError } from '../../host/errno.ts';

/** Codes that are not "E" and our name. */
const OTHER: Readonly<Record<string, 'NOTSUP' | 'INVAL' | 'FBIG' | 'NOMEM'>> = {
  EOPNOTSUPP: 'NOTSUP',
  ENOTSUP: 'NOTSUP',
  ERR_INVALID_ARG_VALUE: 'INVAL',
  ERR_OUT_OF_RANGE: 'FBIG',
};

/** The code of a host error, such as 'ENOENT'. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Runs a call of node:fs and turns its errors into SystemErrors; IO for codes without a name. */
export function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const name = code.startsWith('E') ? code.slice(1) : code;
    throw new SystemError(OTHER[code] ?? (isErrnoName(name) ? name : 'IO'));
  }
}
