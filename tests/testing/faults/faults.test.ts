// The table of faults stays usable, and a few cheap ones are found. All of them: `npm run faults`.
import { afterAll, expect, test } from 'vitest';
import { Builds, occurrences } from './builds.ts';
import { hunt } from './hunt.ts';
import { FAULTS } from './table.ts';

const CHEAP = [
  'i32.shr_u shifts the sign in',
  'i32.ctz of zero is 31',
  // Of how ops are written for a loop, and of the loop around them: both are written again.
  'memory bounds are one byte too far',
  'unaligned i64.store writes the lower half twice',
];

let builds: Builds | undefined;
afterAll(() => builds?.close());

test('the text of every fault is in the sources exactly once', () => {
  const wrong = FAULTS.filter((fault) => occurrences(fault) !== 1).map(({ name, file }) => `${name} (${file})`);
  expect(wrong).toEqual([]);
});

test('a few cheap faults are found and shrink to at most 120 bytes', { timeout: 180_000 }, async () => {
  builds = new Builds();
  for (const name of CHEAP) {
    const fault = FAULTS.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`no fault ${name}`);
    const found = await hunt(builds, fault, 1);
    expect(found?.bytes, name).toBeLessThanOrEqual(120);
  }
});
