// Short form of `npx tsx tests/attack/turns.ts`, which measures all cases and prints the figures. CPU time of the process, so that
// a busy machine counts little; bounds that it keeps all the same.
import { expect, test } from 'vitest';
import { turns } from './turns.ts';

const CASES = [
  'an empty loop',
  'calls of a function with 50,000 references',
  'fills of a page',
  '200 slow instructions in a loop',
  'slow instructions after fast ones',
  'calls of a host function',
  'calls of one that answers settled promises',
  'guest threads',
  'fifty guests side by side',
];

test.each(CASES)(
  'a guest kept the event loop for as long as 400,000 units took: %s leaves it its turns',
  async (name) => {
    for await (const { median, longest, late } of turns(0.5, [name])) {
      expect(median).toBeLessThan(30);
      expect(longest).toBeLessThan(400);
      expect(late).toBeLessThan(400);
    }
  },
);
