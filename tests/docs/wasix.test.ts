// The list of docs/wasix.md of what is not built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chaptersOf } from '../../src/wasi/wasix/functions.ts';
import { projectRoot } from '../data.ts';

test('docs/wasix.md names all functions of WASIX that are not built, and no others', () => {
  const text = readFileSync(join(projectRoot, 'docs/wasix.md'), 'utf8');
  const listed = /<!-- not built -->\n([\s\S]+?)\n<!-- end -->/.exec(text)?.[1] ?? '';
  const missing = chaptersOf({ moduleName: 'wasix_32v1', pointer: 'i32', isFirst: false }).flatMap(
    (one) => one.missing,
  );
  expect(listed.split('`').join('').split(/,\s+/).sort()).toEqual([...missing].sort());
});
