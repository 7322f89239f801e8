// The committed second loop is what the generator writes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateClosures } from './generate-closures.ts';

test('the committed closures.ts is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('./closures.ts', import.meta.url), 'utf8');
  expect(committed === generateClosures(), 'run `npm run generate` and commit src/interpreter/loops/closures.ts').toBe(
    true,
  );
});
