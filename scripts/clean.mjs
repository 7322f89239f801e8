// Removes the folders named on the command line, each of them below the project root: `node scripts/clean.mjs dist`.
// Plain JavaScript, since Node 20 does not run TypeScript files.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve, sep } from 'node:path';

const root = resolve(fileURLToPath(import.meta.url), '..', '..');

for (const name of process.argv.slice(2)) {
  const folder = resolve(root, name);
  if (!folder.startsWith(root + sep)) {
    console.error(`clean: ${name} is not below the project root; nothing removed`);
    process.exit(1);
  }
  rmSync(folder, { recursive: true, force: true });
}
