// What is said of the program itself.
import { readFileSync } from 'node:fs';

/** The version of the package that this file belongs to, as a line. */
export function versionLine(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return `wasmi-ts ${(JSON.parse(text) as { version: string }).version}\n`;
}
