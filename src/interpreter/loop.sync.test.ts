// The committed loop and list of ops are what the generator writes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateLoop, generateOpList } from './generate-loops.ts';

test('the committed loop.ts is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('./loop.ts', import.meta.url), 'utf8');
  expect(committed === generateLoop(), 'run `npm run generate` and commit src/interpreter/loop.ts').toBe(true);
});

test('the committed list of ops is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('../lowering/op-list.ts', import.meta.url), 'utf8');
  expect(committed === generateOpList(), 'run `npm run generate` and commit src/lowering/op-list.ts').toBe(true);
});
