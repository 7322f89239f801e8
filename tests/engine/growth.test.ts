// Whoever runs other people's modules runs many: what of them is refused or dropped leaves nothing behind.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot } from '../data.ts';
import { programOf } from '../programs.ts';

test.each([
  ['refused', 'switch', 'types of refused modules stayed for good, 36 times their bytes'],
  ['dropped', 'switch', 'dropped modules stayed with their types, and until all code was dropped'],
  ['dropped', 'closures', 'the closures of dropped modules stayed until all code was dropped'],
])(
  'of 500 modules that are %s nothing stays (%s): %s',
  (kind, loop) => {
    const flags = ['--expose-gc', programOf('tests/engine/growth-child.ts'), kind, '500', loop];
    const out = execFileSync(process.execPath, flags, { cwd: projectRoot, encoding: 'utf8' });
    const { before, after } = JSON.parse(out) as { before: number; after: number };
    // If they stayed, they would take 50 MB.
    expect(after - before).toBeLessThan(3);
  },
  120_000,
);
