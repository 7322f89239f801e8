// Of two instructions that trap the first one does, also where its value waits to be used.
import { expect, test } from 'vitest';
import { compile, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';

const DIVIDES = '(i32.div_s (i32.const 1) (local.get 0))';
const TRUNCATES = '(i32.trunc_f32_s (f32.load (i32.const 8)))';
const LOADS = '(i32.load (local.get 1))';
const KINDS: Record<string, string> = {
  [DIVIDES]: 'integer-divide-by-zero',
  [TRUNCATES]: 'integer-overflow',
  [LOADS]: 'memory-out-of-bounds',
};
/** What may stand between the two values and their use: each makes the second one be computed at once, or both. */
const BETWEEN = [
  '',
  '(local.set 1 (i32.const 0))',
  '(local.set 0 (i32.const 1))',
  '(local.set 1 (local.get 0))',
  '(block)',
  '(block (br_if 0 (local.get 0)))',
  '(local.set 0 (local.tee 1 (i32.const 5)))',
  '(i32.store (i32.const 0) (i32.const 1))',
  '(drop (call $nothing (local.get 0)))',
];
const AROUND = [
  'i32.add',
  '(local.tee 1) i32.add',
  '(local.set 1) (local.tee 0) (local.get 1) i32.add',
  '(local.get 0) select',
];

const cases = Object.keys(KINDS).flatMap((first) =>
  Object.keys(KINDS).flatMap((second) =>
    first === second ? [] : BETWEEN.flatMap((between) => AROUND.map((use) => [first, second, between, use] as const)),
  ),
);

test.each(cases)('%s before %s, %s, %s', (first, second, between, use) => {
  const source = `(module (memory 1) (data (i32.const 8) "\\ff\\ff\\7f\\7f")
    (func $nothing (param i32) (result i32) (local.get 0))
    (func (export "f") (param i32 i32) (result i32) ${first} ${second} ${between} ${use}))`;
  const instance = instantiate(compile(assemble(source)));
  expect(() => instance.call('f', 0, -1)).toThrow(expect.objectContaining({ kind: KINDS[first] }));
});

// One op multiplies two loads and adds: it loads when everything else has been computed.
test.each([
  ['what is added', '(local.get 0)', DIVIDES],
  ['the address of the second one', DIVIDES, '(local.get 0)'],
])('a load that is multiplied with another one traps before %s does', (_, address, added) => {
  const source = `(module (memory 1) (func (export "f") (param i32 i32) (result i32)
    (i32.add (i32.mul (i32.load16_s (local.get 1)) (i32.load16_s ${address})) ${added})))`;
  const instance = instantiate(compile(assemble(source)));
  expect(() => instance.call('f', 0, -1)).toThrow(expect.objectContaining({ kind: KINDS[LOADS] }));
});
