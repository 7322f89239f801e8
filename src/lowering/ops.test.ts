// Of the formulas of ops: what no type says.
import { expect, test } from 'vitest';
import { OPS, type TextOp } from './ops.ts';

/** Writes before the check that a second time change nothing: they read no slot that they write. */
const AGAIN_THE_SAME: Record<string, string> = { 'copy32,i32.load': 'S[d] = S[a];' };

test('an access that is made again, since the memory has become longer, has written nothing before', () => {
  const accesses = OPS.filter((one): one is TextOp => !('kind' in one) && one.formula.includes('FAULT('));
  expect(accesses.length).toBeGreaterThan(60);
  const early = accesses.filter(({ name, formula, plain }) =>
    [formula, plain].some((text) => {
      const before = text.slice(0, text.lastIndexOf('FAULT(')).replace(AGAIN_THE_SAME[name] ?? '', '');
      return /\b\w+\[[^=]*\] = /.test(before);
    }),
  );
  expect(early.map(({ name }) => name)).toEqual([]);
});
