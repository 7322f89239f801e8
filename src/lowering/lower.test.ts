// What lowering makes of small functions: local.get, constants and comparisons vanish into their users.
import { describe, expect, test } from 'vitest';
import { lowered, wat } from '../../tests/engine/support.ts';
import { lowerFunction } from './lower.ts';
import { MAX_TREE } from '../trees/nodes.ts';

/** The ops of a function, without addresses and operands; `pattern` keeps some. */
function ops(body: string): string[] {
  return lowered(`(module (memory 1) (func ${body}) (func $callee (param i32) (result i32) (local.get 0)))`)
    .slice(1)
    .map((line) => line.split(' ')[1]);
}

describe('operands vanish', () => {
  test.each([
    [
      'locals and constants',
      '(param i32) (result i32) (i32.add (local.get 0) (i32.const 5))',
      ['i32.add.k', 'return32'],
    ],
    [
      'a constant on the left',
      '(param i32) (result i32) (i32.add (i32.const 5) (local.get 0))',
      ['i32.add.k', 'return32'],
    ],
    [
      'a constant that is subtracted',
      '(param i32) (result i32) (i32.sub (local.get 0) (i32.const 5))',
      ['i32.add.k', 'return32'],
    ],
    ['a result that stands in a local', '(param i32 i32) (result i32) (local.get 1)', ['return32']],
    ['a constant result', '(result i32) (i32.const 9)', ['return32.k']],
    ['a copy of a local', '(param i64 i64) (local.set 0 (local.get 1))', ['copy64', 'return']],
    ['a stored constant', '(param i32) (i32.store (local.get 0) (i32.const 7))', ['i32.store=k', 'return']],
    ['values that nobody wants', '(param i32) (drop (i32.add (local.get 0) (i32.const 1)))', ['return']],
  ])('%s', (_, body, expected) => {
    expect(ops(body)).toEqual(expected);
  });
});

describe('several instructions make one op', () => {
  test('a step, a comparison and a branch, whichever side of the comparison the counter is on', () => {
    const loop = (condition: string): string[] =>
      ops(`(param i32 i32) (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 ${condition}))`);
    expect(loop('(i32.ne (local.get 0) (local.get 1))')).toEqual(['br.inc.ne', 'return']);
    expect(loop('(i32.ne (local.get 1) (local.get 0))')).toEqual(['br.inc.ne', 'return']);
    expect(loop('(i32.gt_s (local.get 1) (local.get 0))')).toEqual(['br.inc.lt_s', 'return']);
    expect(loop('(i32.gt_u (i32.const 9) (local.get 0))')).toEqual(['br.inc.lt_u.k', 'return']);
    expect(loop('(i32.lt_s (local.get 1) (local.get 0))')).toEqual(['i32.add.k', 'br.i32.lt_s', 'return']);
  });

  test('bits of one i64 that another one does not have', () => {
    const and = (a: string, b: string): string[] =>
      ops(`(param i64 i64) (result i64) (i64.and ${a} ${b})`).slice(0, -1);
    const not = '(i64.xor (local.get 1) (i64.const -1))';
    expect(and('(local.get 0)', not)).toEqual(['i64.not>and']);
    expect(and(not, '(local.get 0)')).toEqual(['i64.not>and']);
    expect(and('(local.get 0)', '(i64.xor (local.get 1) (i64.const 0xffffffff))')).toEqual(['i64.xor.k', 'i64.and']);
  });

  test('an addition and the exclusive or and rotation that take its result', () => {
    const body = (xor: string): string =>
      `(param i32 i32 i32) (local.set 0 (i32.add (local.get 0) (local.get 1)))
       (local.set 2 (i32.rotl ${xor} (i32.const 16)))`;
    const one = ['i32.add,xor>rotl.k', 'return'];
    expect(ops(body('(i32.xor (local.get 2) (local.get 0))'))).toEqual(one);
    expect(ops(body('(i32.xor (local.get 0) (local.get 2))'))).toEqual(one);
    expect(ops(body('(i32.xor (local.get 1) (local.get 2))'))).toEqual(['i32.add', 'i32.xor>rotl.k', 'return']);
  });

  test('a comparison and a branch', () => {
    expect(ops('(param i32 i32) (block (br_if 0 (i32.lt_s (local.get 0) (local.get 1))) (unreachable))')).toContain(
      'br.i32.lt_s',
    );
    expect(ops('(param i32) (block (br_if 0 (i32.eqz (local.get 0))) (unreachable))')).toContain('br_unless');
    expect(
      ops('(param f64 f64) (block (br_if 0 (i32.eqz (f64.lt (local.get 0) (local.get 1)))) (unreachable))'),
    ).toContain('br.not.f64.lt');
  });

  test('an increment, a comparison and a branch', () => {
    const loop =
      '(param i32) (local i32) (loop (br_if 0 (i32.lt_s (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0))))';
    expect(ops(loop)).toEqual(['br.inc.lt_s', 'return']);
  });

  test('two i32 operations', () => {
    expect(ops('(param i32 i32) (result i32) (i32.add (i32.shl (local.get 0) (i32.const 2)) (local.get 1))')).toEqual([
      'i32.shl.k>add',
      'return32',
    ]);
  });

  test('an address that is a sum and its load', () => {
    expect(ops('(param i32 i32) (result i32) (i32.load (i32.add (local.get 0) (local.get 1)))')).toEqual([
      'i32.load.add',
      'return32',
    ]);
  });
});

describe('order of effects', () => {
  test('a value that reads a local comes before the local is set', () => {
    expect(ops('(param i32) (result i32) (local.get 0) (local.set 0 (i32.const 1)) (i32.add (local.get 0))')).toEqual([
      'copy32',
      'const32',
      'i32.add',
      'return32',
    ]);
  });

  test('a load comes before a store that follows it', () => {
    const found = ops('(param i32) (result i32) (i32.load (local.get 0)) (i32.store (local.get 0) (i32.const 1))');
    expect(found.indexOf('i32.load')).toBeLessThan(found.indexOf('i32.store=k'));
  });

  test('a division that is dropped is still done', () => {
    expect(ops('(param i32) (drop (i32.div_u (local.get 0) (local.get 0)))')).toContain('i32.div_u');
  });
});

describe('lowering', () => {
  test('gives the same code for the same function each time', () => {
    const module = wat(
      '(module (func (param i64) (result i64) (loop (br_if 0 (i64.eqz (local.get 0)))) (i64.mul (local.get 0) (i64.const 3))))',
    );
    expect(lowerFunction(module, 0)).toEqual(lowerFunction(module, 0));
    expect(lowerFunction(module, 0, true)).toEqual(lowerFunction(module, 0, true));
  });

  test('does not recurse into expressions without end', () => {
    const deep = `(local.get 0) ${'(i32.const 3) (i32.xor) (i32.ctz)'.repeat(20_000)}`;
    expect(ops(`(param i32) (result i32) ${deep}`).length).toBeGreaterThan(20_000 / MAX_TREE);
  });

  test('makes code of a size that grows with the body and not faster, for 20,000 values that wait', () => {
    const size = (n: number): number =>
      ops(`(param i32) (result i32) ${'(i32.ctz (local.get 0))'.repeat(n)} ${'(i32.add)'.repeat(n - 1)}`).length;
    expect(size(20_000)).toBeLessThan(size(2000) * 11);
  });

  test('puts a probe before each instruction of traced code', () => {
    const module = wat('(module (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 5))))');
    expect(lowerFunction(module, 0, true).probes?.length).toBe(4);
    expect(lowerFunction(module, 0).probes).toBeUndefined();
  });
});
