// Our engine for the corpus: the built package in dist/, as a user of the package would have it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../data.ts';
import type { Engine } from './engine.ts';

export async function loadOurs(): Promise<Engine> {
  const built = join(projectRoot, 'dist', 'index.js');
  if (!existsSync(built)) throw new Error('the package is not built: run `npm run build` first');
  throw new Error('adapter missing');
}
