// The tables by names of ops, held against what the formulas of the ops do.
import { expect, test } from 'vitest';
import { OPS } from '../../lowering/ops.ts';
import { ACCESSES, ENDS, RETURNS } from './lost-memory.ts';

const ACCESS = /\bM(8|16|32|F)\b|\b(load|store)Vector\(/;

test('every op that accesses memory 0 by itself is known to, and no other', () => {
  const accesses = OPS.map((one) => !('kind' in one) && ACCESS.test(`${one.formula} ${one.plain}`));
  const wrong = OPS.filter((_, i) => ACCESSES[i] !== accesses[i]);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('code is read ahead past no op that goes on elsewhere', () => {
  const wrong = OPS.filter((one, i) => ('kind' in one ? one.kind === 'end' : one.ends) && !ENDS[i] && !RETURNS[i]);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
