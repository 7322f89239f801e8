// Where operands stand in words: what the emitter writes is what everybody reads, for each row of the table.
import { describe, expect, test } from 'vitest';
import { InternalError } from '../errors.ts';
import { Emitter, HEADER_WORDS } from './emit.ts';
import { OPS, isSlot, opAt, operandAt, sizeAt, wordOf } from './op-table.ts';

/** An op whose operands are 1, 2, 3, …, and where its words begin; targets are the op itself. */
function emitted(name: string, operands: string): Int32Array {
  const emitter = new Emitter(0, 100, 16, 1000);
  emitter.label(0);
  emitter.op(
    name,
    -1,
    [...operands].map((letter, i) => (letter === 't' ? 0 : i + 1)),
  );
  const { words } = emitter.finish([0, 0, 0, 0], { outer: [], clauses: [] } as never);
  return words.subarray(HEADER_WORDS);
}

describe('operands of an op', () => {
  test.each(OPS.map(({ name, operands }) => [name, operands] as const))('%s %s', (name, operands) => {
    const words = emitted(name, operands);
    expect([OPS[opAt(words, 0)].name, sizeAt(words, 0)]).toEqual([name, words.length]);
    const scale = (letter: string): number => (isSlot(letter) && letter >= 'a' ? 2 : 1);
    expect([...operands].map((letter) => operandAt(words, 0, letter))).toEqual(
      [...operands].map((letter, i) => (letter === 't' ? 0 : (i + 1) * scale(letter))),
    );
  });

  test('a letter that the row does not have is not read as another one', () => {
    expect(() => operandAt(emitted('memory.grow', 'dak'), 0, 'l')).toThrow();
    expect(() => wordOf('call', 'm')).toThrow();
    expect(() => wordOf('no such op', 'k')).toThrow(InternalError);
  });

  test('calls, which are rewritten into each other, have each immediate in the same place', () => {
    const words = (letter: string, ...names: readonly string[]): Set<number> =>
      new Set(names.map((name) => wordOf(name, letter)));
    expect(words('k', 'call', 'call.lazy', 'call.import', 'tail.call', 'tail.call.lazy', 'tail.call.import').size).toBe(
      1,
    );
    expect(words('l', 'call', 'call.lazy', 'call.import').size).toBe(1);
    for (const letter of 'kl') expect(words(letter, 'call.indirect', 'tail.call.indirect').size).toBe(1);
  });
});
