// The committed loop and list of ops are what the generator writes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateSwitch, generateOpList } from './generate-switch.ts';

test('the committed switch.ts is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('./switch.ts', import.meta.url), 'utf8');
  expect(committed === generateSwitch(), 'run `npm run generate` and commit src/interpreter/loops/switch.ts').toBe(
    true,
  );
});

test('the committed list of ops is what `npm run generate` writes, byte for byte', () => {
  const committed = readFileSync(new URL('../../lowering/op-list.ts', import.meta.url), 'utf8');
  expect(committed === generateOpList(), 'run `npm run generate` and commit src/lowering/op-list.ts').toBe(true);
});
