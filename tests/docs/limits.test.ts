// docs/limits.md has each kind of limit, and no other: what is usual, and of what.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LIMIT_OPTIONS } from '../../src/cli/limit-options.ts';
import { LIMITS } from '../../src/runtime/limits.ts';
import { projectRoot } from '../data.ts';

const text = readFileSync(join(projectRoot, 'docs/limits.md'), 'utf8');
const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d,]+) \| (\w+) \| .* \| `--([\w-]+)` \|$/gm)];

test('the table of docs/limits.md has the limits of the source', () => {
  const said = rows.map(([, kind, usual]) => [kind, Number(usual.replace(/,/g, ''))]);
  expect(said).toEqual(Object.entries(LIMITS));
});

test('and the options of the command line', () => {
  expect(rows.map((row) => row[4])).toEqual(Object.keys(LIMIT_OPTIONS));
});
