// Of the ops: what no type says.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accesses, stepsOf, uses } from '../../tests/engine/op-steps.ts';
import { OPS } from './ops.ts';

/** Writes before the check that a second time change nothing: they read no slot that they write. */
const AGAIN_THE_SAME: Record<string, string> = { 'copy32,i32.load': 'S[d]' };

test('an access that is made again, since the memory has become longer, has written nothing before', () => {
  const all = OPS.filter(accesses);
  expect(all.length).toBeGreaterThan(60);
  const early = all.filter((one) =>
    stepsOf(one).some((steps) => {
      const last = steps.map(({ does }) => does).lastIndexOf('access');
      return steps.slice(0, last).some(({ does, what }) => does === 'write' && what !== AGAIN_THE_SAME[one.name]);
    }),
  );
  expect(early.map(({ name }) => name)).toEqual([]);
});

/** Left to the driver, which reads the operands. `br_table` counts what stands behind it. */
const BY_DRIVER =
  'call.lazy call.import tail.call.lazy tail.call.import memory.grow wait32 wait64 throw throw_ref probe';

test('an op uses each operand that its row names, unless the driver does it', () => {
  const wrong = OPS.filter((one) => {
    return !BY_DRIVER.split(' ').includes(one.name) && [...one.operands].some((letter) => !uses(one, letter));
  });
  expect(wrong.map(({ name, operands }) => `${name} ${operands}`)).toEqual([]);
});

test('the name of an op stands as a whole in its row, and nowhere else in the op table', () => {
  const folder = new URL('./ops/', import.meta.url);
  const text = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const times = OPS.map(({ name }) => [name, text.split(`'${name}',`).length - 1] as const);
  expect(times.filter(([, count]) => count !== 1)).toEqual([]);
});
