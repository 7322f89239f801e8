// The committed second loop is what the generator writes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateThreaded } from './generate-threaded.ts';

test('the committed threaded.ts is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('./threaded.ts', import.meta.url), 'utf8');
  expect(committed === generateThreaded(), 'run `npm run generate` and commit src/interpreter/threaded.ts').toBe(true);
});
