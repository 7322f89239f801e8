// docs/fuel.md has each price, and no other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRICES } from '../../src/syntax/prices.ts';
import { projectRoot } from '../data.ts';

test('the table of docs/fuel.md says what things cost', () => {
  const text = readFileSync(join(projectRoot, 'docs/fuel.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+)(?:\/(\d+))? \|/gm)];
  const prices = rows.map(([, name, units, part = '1']) => [name, Number(units) / Number(part)]);
  expect(prices).toEqual(Object.entries(PRICES));
});
