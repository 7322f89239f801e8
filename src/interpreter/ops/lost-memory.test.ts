// The tables by names of ops, held against what the ops do.
import { expect, test } from 'vitest';
import { accesses } from '../../../tests/engine/op-steps.ts';
import { OPS } from '../../lowering/ops.ts';
import { ACCESSES, ENDS, RETURNS } from './lost-memory.ts';

test('every op that accesses memory 0 by itself is known to, and no other', () => {
  const wrong = OPS.filter((one, i) => ACCESSES[i] !== accesses(one));
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('code is read ahead past no op that goes on elsewhere', () => {
  const wrong = OPS.filter(({ kind }, i) => kind === 'end' && !ENDS[i] && !RETURNS[i]);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
