// Programs that tests run in processes of their own, made of a text and of what it imports from src: they are bundled, since
// to start Node with a loader of TypeScript takes eight times as long.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { projectRoot } from './data.ts';

let folder: string | undefined;

/** Where they stand until this process ends. */
function place(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'wasmi-ts-programs-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

const AS = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' } as const;

/** Where the program of such a text stands; made if it is not there. */
function made(text: string, make: (outfile: string) => void): string {
  const outfile = join(place(), `${createHash('sha1').update(text).digest('hex')}.mjs`);
  if (!existsSync(outfile)) make(outfile);
  return outfile;
}

/** The file of a program; what it imports is named from the project's folder, `./src/index.ts`, or absolute. */
export function programFile(text: string): string {
  const stdin = { contents: text, resolveDir: projectRoot, loader: 'ts' } as const;
  return made(text, (outfile) => void buildSync({ ...AS, stdin, outfile }));
}

/** The file of a program that stands in the project under this path. */
export function programOf(path: string): string {
  return made(path, (outfile) => void buildSync({ ...AS, entryPoints: [join(projectRoot, path)], outfile }));
}

/** The file of the command line, as it is in src. */
export function commandFile(): string {
  return programFile("import { start } from './src/cli/main.ts'; await start();");
}
