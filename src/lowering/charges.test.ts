// Where straight-line code is charged, and how much: by instructions and immediates, whatever ops are made of them.
import { describe, expect, test } from 'vitest';
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { type Feature, FEATURES } from '../syntax/features.ts';
import { parseModule } from '../text/parser.ts';
import { validateModule } from '../validator/module.ts';
import { disassemble } from './disassemble.ts';
import { lowerFunction } from './lower.ts';

const ALL = new Set(Object.keys(FEATURES) as Feature[]);

/** The ops that charge, `charge 1`, and those that branch or call, by name, of the module's function 0. */
function path(fields: string, traced = false): string[] {
  const valid = validateModule(decodeModule(encodeModule(parseModule(`(module ${fields})`))), { features: ALL });
  return (
    disassemble(lowerFunction(valid, 0, traced))
      .map((line) => line.replace(/^@\d+ /, ''))
      // That of nothing, which stands before a call that would be the first op.
      .filter((line) => /^(charge [^0]|br|call|throw|return|tail)/.test(line))
      .map((line) => (line.startsWith('charge') ? line : line.split(/[ .]/)[0]))
  );
}

/** So many instructions (a multiple of two). */
const some = (count: number): string => '(drop (i32.const 1))'.repeat(count / 2);
const body = (text: string, more = ''): string[] => path(`(func ${text}) ${more}`);

describe('straight-line code', () => {
  test('is charged a unit for each 256 instructions, before the next one', () => {
    expect(body(some(254))).toEqual(['return']);
    // The last one is the end of the function.
    expect(body(`${some(254)} nop`)).toEqual(['charge 1', 'return']);
    expect(body(some(1024))).toEqual(['charge 1', 'charge 1', 'charge 1', 'charge 1', 'return']);
  });

  test('is charged the same where it is traced', () => {
    const text = `(func (param i32) (block (br_if 0 (local.get 0)) ${some(600)}) (loop ${some(300)} (br_if 0 (local.get 0))))`;
    expect(path(text, true)).toEqual(path(text));
  });

  test('that cannot be reached costs nothing', () => {
    expect(body(`unreachable ${some(1000)}`)).toEqual([]);
    expect(body(`(block (br 0) ${some(1000)}) ${some(200)}`)).toEqual(['br', 'return']);
  });

  test('begins anew behind a call, in an else branch, and behind a block that only branches leave', () => {
    expect(body(`${some(200)} (call 1) ${some(200)}`, '(func)')).toEqual(['call', 'return']);
    expect(body(`(if (i32.const 1) (then ${some(200)}) (else ${some(200)}))`)).toEqual(['br_unless', 'br', 'return']);
    expect(body(`(block ${some(200)} (br 0)) ${some(200)}`)).toEqual(['br', 'return']);
    // The end is reached by falling out of the else branch, too.
    expect(body(`(if (i32.const 1) (then ${some(20)}) (else ${some(200)})) ${some(200)}`)).toEqual([
      'br_unless',
      'br',
      'charge 1',
      'return',
    ]);
  });

  test('goes on behind a legacy try as behind its body, and begins anew in its clauses', () => {
    const text = `(try (do ${some(200)}) (catch_all ${some(200)})) ${some(200)}`;
    // The clause comes after the function's other code.
    expect(body(text)).toEqual(['charge 1', 'return', 'br']);
  });
});

describe('a loop', () => {
  test('is charged before it begins for what stands before it, so that short rounds hold no charge', () => {
    expect(body(`${some(128)} (loop ${some(126)} (br_if 0 (i32.const 1)))`)).toEqual(['charge 1', 'br_if', 'return']);
    expect(body(`${some(100)} (loop ${some(126)} (br_if 0 (i32.const 1)))`)).toEqual(['br_if', 'return']);
  });

  test('of many instructions is charged in each round', () => {
    expect(body(`(loop ${some(300)} (br_if 0 (i32.const 1)))`)).toEqual(['charge 1', 'br_if', 'return']);
  });
});

describe('by immediates', () => {
  const many = (count: number): string => 'i64 '.repeat(count);
  const type = (results: number): string => `(type $many (func (result ${many(results)})))`;
  const made = '(func $made (type $many) unreachable)';

  test('locals that a call clears cost from 65 slots on', () => {
    const locals = (count: number, t = 'i32'): string[] => body(`(local ${`${t} `.repeat(count)})`);
    expect(locals(64)).toEqual(['return']);
    expect(locals(5000)).toEqual(['charge 4', 'return']);
    expect(locals(5000, 'v128')).toEqual(['charge 9', 'return']);
    expect(body(`(param ${many(1000)})`)).toEqual(['return']);
  });

  test('values that are moved cost where they are moved', () => {
    const below = (pending: number): string[] =>
      path(
        `(func (block (type $many) (i32.const 5) (call $made) ${some(pending)} (br_if 0 (i32.const 1)) unreachable) unreachable) ${made} ${type(1000)}`,
      );
    expect(below(2)).toEqual(['call', 'br_unless', 'br']);
    // With what is pending they come to a unit, for those who take the branch.
    expect(below(30)).toEqual(['call', 'br_unless', 'charge 1', 'br']);
    expect(path(`(func (type $many) ${some(100)} (call $made) ${some(30)}) ${made} ${type(1000)}`)).toEqual([
      'call',
      'charge 1',
      'return',
    ]);
  });

  test('new objects cost by their cells, and dearly where they are large', () => {
    const struct = (fields: number): string[] =>
      path(`(func (drop (struct.new_default $s))) (type $s (struct ${'(field v128)'.repeat(fields)}))`);
    expect(struct(10)).toEqual(['return']);
    expect(struct(1000)).toEqual(['charge 15', 'return']);
    expect(struct(4096)).toEqual(['charge 64', 'return']);
    expect(struct(4097)).toEqual(['charge 2048', 'return']);
    expect(path(`(func ${'(i64.const 1)'.repeat(300)} array.new_fixed $a 300 drop) (type $a (array i64))`)).toEqual([
      'charge 1',
      'charge 2',
      'return',
    ]);
  });
});
