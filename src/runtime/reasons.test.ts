import { expect, test } from 'vitest';
import { REASON } from './reasons.ts';

test('every reason to leave the loop has a number of its own', () => {
  const numbers = Object.values(REASON);
  expect(new Set(numbers).size).toBe(numbers.length);
});
