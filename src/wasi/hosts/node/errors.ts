// Errors of Node: their codes, and calls of node:fs whose errors are SystemErrors.

/** The code of a host error, such as 'ENOENT'. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export { atHost as attempt } from '../../host/errno.ts';
