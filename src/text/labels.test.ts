import { expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { assemble } from './index.ts';
import { Labels } from './labels.ts';

test('a name means its innermost block, and the one outside of it again when that has ended', () => {
  const labels = new Labels();
  for (const name of ['a', undefined, 'b', 'a']) labels.push(name);
  expect(['a', 'b', 'c'].map((name) => labels.depthOf(name))).toEqual([0, 1, undefined]);
  labels.pop();
  labels.push(undefined);
  expect(labels.depthOf('a')).toBe(3);
  for (let i = 0; i < 4; i++) labels.pop();
  expect(labels.depthOf('a')).toBeUndefined();
});

test('a label was looked for from the innermost block outwards, so that deep texts took the square of their length', () => {
  const labels = new Labels();
  const depth = 1_000_000;
  for (let i = 0; i < depth; i++) labels.push(`l${i}`);
  let sum = 0;
  // 10^12 steps, if each took as many as there are blocks in between.
  for (let i = 0; i < depth; i++) sum += labels.depthOf(`l${i % 100}`) as number;
  expect(sum).toBeGreaterThan(depth * (depth - 200));
});

test('every user of labels sees the same ones: branches, tables, clauses and delegate', () => {
  const users = ['br $x', 'i32.const 0 br_table $x $x', 'try_table (catch_all $x) end', '(try (do) (delegate $x))'];
  for (const user of users) {
    const named = assemble(`(module (func block $x block $y ${user} end end))`);
    const numbered = assemble(`(module (func block block ${user.split('$x').join('1')} end end))`);
    const code = (bytes: Uint8Array): unknown => decodeModule(bytes).funcs.end;
    expect(code(named)).toEqual(code(numbered));
  }
});
