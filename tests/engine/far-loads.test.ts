// Loads of other memories, and of offsets past the size that memory 0 has at least, are not for the loop's quick ops,
// whatever is done with what they give.
import { expect, test } from 'vitest';
import { Trap } from '../../src/index.ts';
import { run } from './support.ts';

const LOADS = ['i32.load', 'i32.load8_s', 'i32.load8_u', 'i32.load16_s', 'i32.load16_u'];

/** What becomes of the loaded value. */
const USES: readonly (readonly [name: string, use: (load: string) => string])[] = [
  ['result', (load) => load],
  ['br_if', (load) => `(block (br_if 0 ${load}) (return (i32.const 0))) (i32.const 1)`],
  ['br_if of its negation', (load) => `(block (br_if 0 (i32.eqz ${load})) (return (i32.const 1))) (i32.const 0)`],
  ['local.tee and br_if', (load) => `(block (br_if 0 (local.tee 0 ${load})) (return (i32.const 0))) (local.get 0)`],
  [
    'local.tee and br_if of its negation',
    (load) => `(block (br_if 0 (i32.eqz (local.tee 0 ${load}))) (return (local.get 0))) (i32.const 0)`,
  ],
  [
    'local.set and if',
    (load) => `(local.set 0 ${load}) (if (local.get 0) (then (return (local.get 0)))) (i32.const 0)`,
  ],
  ['store', (load) => `(i32.store (i32.const 8) ${load}) (i32.load (i32.const 8))`],
  ['i32.add', (load) => `(i32.add ${load} (i32.const 0))`],
  [
    'local.set and another set',
    (load) => `(local.set 1 (local.get 0)) (local.set 2 ${load}) (i32.or (local.get 1) (local.get 2))`,
  ],
  [
    'local.set, then a tee of a sum',
    (load) => `(local.set 1 ${load}) (local.set 0 (i32.add (local.get 0) (i32.const 4))) (local.get 1)`,
  ],
  [
    'i32.and and br_if',
    (load) => `(block (br_if 0 (i32.and ${load} (i32.const 255))) (return (i32.const 0))) (i32.const 1)`,
  ],
  [
    'i32.eq and br_if',
    (load) => `(block (br_if 0 (i32.eq ${load} (i32.const 0))) (return (i32.const 1))) (i32.const 0)`,
  ],
];
const CASES = LOADS.flatMap((load) => USES.map(([name, use]) => [load, name, use] as const));

test.each(CASES)(
  '%s with %s was done in memory 0, and past its end, where it was neither near nor of it',
  (load, _name, use) => {
    const instance = run(`(module (memory 1 3) (memory $other 1) (data (memory $other) (i32.const 0) "\\01")
    (func (export "far") (param i32) (result i32) (local i32 i32) ${use(`(${load} offset=131071 (local.get 0))`)})
    (func (export "other") (param i32) (result i32) (local i32 i32) ${use(`(${load} $other (local.get 0))`)}))`);
    expect(() => instance.call('far', 0)).toThrow(Trap);
    expect(instance.call('other', 0)).toBe(1);
  },
);
