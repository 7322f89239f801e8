// Errors of Node by their codes.

/** The code of a host error, such as 'ENOENT'. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
