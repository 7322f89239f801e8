// What every command understands and does instead of its work: `--help` and `--version`.
import { readFileSync } from 'node:fs';
import type { Console } from './console.ts';
import type { Options } from './options.ts';

/** The version of the package that this file belongs to, as a line. */
export function versionLine(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return `wasmi-ts ${(JSON.parse(text) as { version: string }).version}\n`;
}

/** Prints the help or the version where one is asked for, and returns whether it is. */
export function tellsAbout(options: Options, console: Console, help: () => string): boolean {
  if (options.has('help')) console.print(help());
  else if (options.has('version')) console.print(versionLine());
  else return false;
  return true;
}
